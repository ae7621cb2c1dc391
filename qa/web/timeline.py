"""The timeline of what a question asks for, below the evidence: its periods, and these as a list.

`timeline_plot` draws it. The buttons of the list carry `data-bar`, the number of the period from 0; static/actions.js
hands it to the server.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.timeline import Timeline
from qa.web.asking import WITHIN
from qa.web.markup import escaped, isolated
from qa.web.periods import DAY, MONTH, WEEK, YEAR, start_after, start_of
from qa.web.wording import count, short_day

# Up to so many days, each has its bar; above, each week, month or year. Some thirty bars can be told apart on a phone.
_DAYS, _WEEKS, _MONTHS = 31, 31 * 7, 48 * 31
_UNNAMED = "no outlet named"


@dataclass(frozen=True, slots=True)
class Bar:
    """The articles of one period: what it is, its first and last day, its label, and how many each outlet has, the most
    first. A week is labelled with its first day, for a plot has little room below its bars."""

    step: str
    first: datetime.date
    last: datetime.date
    label: str
    counts: tuple[tuple[str, int], ...]


def bars(timeline: Timeline) -> tuple[Bar, ...]:
    """A bar for each period from the first article to the last, those without any among them."""
    if not timeline.counts:
        return ()
    days = [day for day, _, _ in timeline.counts]
    step = _step((days[-1] - days[0]).days)
    counts: dict[datetime.date, Counter[str]] = {}
    for day, outlet, number in timeline.counts:
        counts.setdefault(start_of(day, step), Counter())[outlet or _UNNAMED] += number
    found, first = [], start_of(days[0], step)
    while first <= days[-1]:
        following = start_after(first, step)
        last = following - datetime.timedelta(days=1) if following else datetime.date.max
        found.append(Bar(step, first, last, _label(first, step), tuple(counts.get(first, Counter()).most_common())))
        if following is None:
            break
        first = following
    return tuple(found)


def _step(days: int) -> str:
    """What a period is, where so many days are shown."""
    return DAY if days < _DAYS else WEEK if days < _WEEKS else MONTH if days < _MONTHS else YEAR


def _label(first: datetime.date, step: str) -> str:
    """What a period is called."""
    if step == YEAR:
        return str(first.year)
    named = short_day(first)
    return named.partition(" ")[2] if step == MONTH else named


def heading(timeline: Timeline, step: str, colours: Mapping[str, str], limited: bool) -> str:
    """What the timeline counts, and which outlet has which colour.

    Args:
        timeline: what was counted.
        step: what each bar stands for.
        colours: of each outlet that is drawn.
        limited: the search was limited by the reader, and so is the timeline.
    """
    counted = count(timeline.articles, "article") if timeline.complete else f"At least {timeline.articles:,} articles"
    hold = "holds" if timeline.complete and timeline.articles == 1 else "hold"
    within = ", within the limits that you set" if limited else ""
    have = "has" if timeline.undated == 1 else "have"
    undated = f" {timeline.undated:,} more {have} no day." if timeline.undated else ""
    what = f"{counted} {hold} most words of the question, rare ones counting more{within}.{undated}"
    legend = "".join(
        f'<li><span class="swatch" style="background:{escaped(colour)}"></span>{isolated(outlet)}</li>'
        for outlet, colour in colours.items()
    )
    return (
        f'<section class="timeline"><h2>Coverage</h2><p>{what} Each bar is a {step.lower()}. Click one, '
        "drag across several, or choose from the list below, to search only these days.</p>"
        f'<ul class="legend" aria-label="Colours">{legend}</ul></section>'
    )


def listed(bars: Sequence[Bar]) -> str:
    """The periods as a list, whose days can be chosen without the plot."""
    rows = "".join(
        f'<tr><th scope="row"><button type="button" data-bar="{number}">{escaped(bar.label)}</button></th>'
        f"<td>{sum(each for _, each in bar.counts)}</td><td>{_by_outlet(bar)}</td></tr>"
        for number, bar in enumerate(bars) if bar.counts
    )  # fmt: skip
    published = "Week from" if bars and bars[0].step == WEEK else "Published"
    return (
        f'<details class="timeline"><summary>As a list</summary><table><thead><tr><th scope="col">{published}</th>'
        f'<th scope="col">Articles</th><th scope="col">By</th></tr></thead><tbody>{rows}</tbody></table></details>'
    )


def _by_outlet(bar: Bar) -> str:
    return ", ".join(f"{isolated(outlet)} {number}" for outlet, number in bar.counts)


def chosen(days: str, value: str, turn: int) -> str:
    """That the fields hold these days now, and a button that asks the last question again within them."""
    button = f'<button type="button" data-revise="{WITHIN}" data-turn="{turn}" data-value="{escaped(value)}">Ask again'
    return (
        f'<p class="chosen" role="status">“Published from” and “Published to” are set to {escaped(days)}, for the next '
        f"question. {button} within these days</button></p>"
    )
