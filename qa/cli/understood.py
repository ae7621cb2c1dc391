"""How a question was understood: a line for whoever searches, all of it with the reasons for `--explain`."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from qa.cli.printing import BOLD, one_line, show, show_wrapped, styled

if TYPE_CHECKING:
    from qa.index import Index
    from qa.records import Mention, Query


def in_short(query: Query) -> str:
    """What was inferred from the words of the question, in one line; empty where nothing was."""
    found = list(_inferred(query))
    return f"Understood as of {query.as_of}: {'; '.join(found)}." if found else ""


def archive_end(index: Index, query: Query, as_of: datetime.date | None) -> tuple[str, str]:
    """That the archive ended long before today, and what to type; both empty where it did not, or `as_of` was given."""
    from qa.question import archive_ended

    last_day = index.days()[1]
    ended = archive_ended(query, last_day) if as_of is None else ""
    return (ended, f"Ask as of its last day: --as-of {last_day}") if ended else ("", "")


def show_explanation(
    query: Query, timings: Mapping[str, float], *, as_of_given: bool, confidence: float | None = None
) -> None:
    """How the question was understood, each inference with its reason, and where the time went.

    Args:
        query: what was searched for.
        timings: the milliseconds of each stage.
        as_of_given: whether the day of asking was named; else it is today.
        confidence: how sure the answer is, 0 to 1; None where none was given.
    """
    show(styled("How this came about", BOLD))
    show(f"   asked as of: {query.as_of} ({'as given' if as_of_given else 'today, as no day was given'})")
    for fact, reason in _explained(query):
        show_wrapped(fact)
        if reason:
            show_wrapped(reason, indent="      ")
    if confidence is not None:
        show(f"   confidence: {confidence:.2f}")
    show_wrapped("time: " + ", ".join(f"{name} {ms:,.0f} ms" for name, ms in timings.items()))


def _inferred(query: Query) -> Iterator[str]:
    if period := query.period:
        effect = "only" if period.hard else "preferred"
        yield f"“{one_line(period.phrase)}” is {_days(period.first, period.last)}, {effect}"
    if query.current:
        yield f"“{one_line(query.current)}”, recent articles preferred"
    yield from (f"{one_line(mention.name)}, {_effect(mention)}" for mention in query.mentions)
    if query.parts:
        yield f"{len(query.parts)} parts"


def _explained(query: Query) -> Iterator[tuple[str, str]]:
    """What was set by hand and what was inferred, with the reason of the latter."""
    filters = query.filters
    if filters.published_from or filters.published_to:
        yield f"published: {_days(filters.published_from, filters.published_to)}", ""
    if filters.sources:
        yield f"outlets: {', '.join(filters.sources)}", ""
    if period := query.period:
        days = _days(period.first, period.last)
        yield f"period: {days}, {'hard' if period.hard else 'soft'}", _note(query, period.reason)
    if query.current:
        yield f"current: {query.current}", _note(query, f"“{query.current}”")
    for mention in query.mentions:
        yield f"{mention.kind}: {mention.name}, {_effect(mention)}", mention.reason
    for number, part in enumerate(query.parts, start=1):
        yield f"part {number}: {part}", ""
    for phrase in query.ignored:
        yield f"ignored: “{phrase}”, from which nothing is inferred", ""


def _days(first: datetime.date | None, last: datetime.date | None) -> str:
    return f"{first or 'any day'} to {last or 'any day'}"


def _effect(mention: Mention) -> str:
    return "left out" if mention.excluded else "only" if mention.hard else "preferred"


def _note(query: Query, beginning: str) -> str:
    """The note of the query that gives this reason and what follows from it."""
    return next((note for note in query.notes if note.startswith(beginning)), beginning)
