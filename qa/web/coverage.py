"""How much of an archive falls into each day, week or month, for a plot. Plain values in and out."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.web.periods import DAY, MONTH, STEPS, YEAR, start_after, start_of

# More bars than this nobody can tell apart; a plot has about 1,000 pixels. Of a few, each can be named below.
_MOST_BARS = 200
BARS_NAMED = 31
# Colours beyond these cannot be told apart either.
OUTLETS_NAMED = 7
UNKNOWN = "Unknown outlet"

PerDay = Iterable[tuple[datetime.date | None, str, int]]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Articles by period and outlet: `bars` are (period, outlet, articles), ascending, for every period from the first
    to the last. `step` is what a period is, `undated` how many articles belong to none, `outlets` are those named in
    the bars, the largest first."""

    step: str
    bars: tuple[tuple[str, str, int], ...]
    outlets: tuple[str, ...]
    undated: int


def coverage(per_day: PerDay, step: str = "") -> Coverage:
    """Articles by period and outlet; small outlets are counted together.

    Args:
        per_day: how many articles each outlet published on each day, the undated under None.
        step: one of STEPS; where it would make too many bars, the next one that does not is taken. Empty takes the
            finest whose bars can all be named.
    """
    counts = list(per_day)
    undated = sum(number for day, _, number in counts if day is None)
    dated = [(day, outlet or UNKNOWN, number) for day, outlet, number in counts if day is not None]
    if not dated:
        return Coverage(step or DAY, (), (), undated)
    first, last = min(day for day, *_ in dated), max(day for day, *_ in dated)
    wanted = STEPS[STEPS.index(step) if step in STEPS else 0 :]
    most_bars = _MOST_BARS if step else BARS_NAMED
    step = next((each for each in wanted if len(_periods(first, last, each)) <= most_bars), YEAR)
    named, rest = _names(dated)
    amounts: Counter[tuple[str, str]] = Counter()
    for day, outlet, number in dated:
        amounts[_period(day, step), outlet if outlet in named else rest] += number
    outlets = (*named, rest) if rest else named
    bars = []
    for period in _periods(first, last, step):
        found = [(period, outlet, amounts[period, outlet]) for outlet in outlets if amounts[period, outlet]]
        # A period without articles keeps its place.
        bars += found or [(period, outlets[0], 0)]
    return Coverage(step, tuple(bars), outlets, undated)


def most(bars: Sequence[tuple[str, str, int]]) -> tuple[str, int]:
    """The period with the most articles, the earliest of several, and how many these are."""
    amounts: Counter[str] = Counter()
    for period, _, number in bars:
        amounts[period] += number
    return max(sorted(amounts.items()), key=lambda item: item[1])


def _names(dated: Iterable[tuple[datetime.date, str, int]]) -> tuple[tuple[str, ...], str]:
    """The outlets to be named, the largest first, and what the others are called; empty where there are none."""
    amounts: Counter[str] = Counter()
    for _, outlet, number in dated:
        amounts[outlet] += number
    order = sorted(amounts, key=lambda outlet: (-amounts[outlet], outlet))
    if len(order) <= OUTLETS_NAMED + 1:
        return tuple(order), ""
    return tuple(order[:OUTLETS_NAMED]), f"{len(order) - OUTLETS_NAMED:,} other outlets"


def _period(day: datetime.date, step: str) -> str:
    """The period in which a day falls: "2026-07-13", for a week its Monday; "2026-07"; "2026"."""
    return start_of(day, step).isoformat()[: {MONTH: 7, YEAR: 4}.get(step, 10)]


def _periods(first: datetime.date, last: datetime.date, step: str) -> list[str]:
    """All periods from that of the first day to that of the last; of too many, no more than tells that they are."""
    found = list[str]()
    start: datetime.date | None = start_of(first, step)
    while start and start <= last and len(found) <= _MOST_BARS:
        found.append(_period(start, step))
        start = start_after(start, step)
    return found
