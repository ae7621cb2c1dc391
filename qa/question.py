"""A question to a Query: the period, the outlets and the parts that its words name, each with its reason."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from qa.mentions import Names
from qa.parts import split_parts
from qa.records import OUTLET, Filters, Period, Query
from qa.timex import asks_for_current, find_period, names_time
from qa.timex.days import written

# Of an archive that ended longer before the day of asking, or an outlet longer before its archive, the reader is told.
ARCHIVE_ENDED_DAYS = 30


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, before it is understood. `as_of` is None where the day of asking is today."""

    text: str
    k: int
    filters: Filters
    as_of: datetime.date | None
    ignored: tuple[str, ...] = ()


def interpret(request: Request, names: Names, today: datetime.date) -> Query:
    """What a question means.

    Args:
        request: the question with its limits. Days that it sets take the place of a period in the words; phrases that
            are `ignored` are searched for like any other words, and nothing is inferred from them.
        names: the outlets and authors of the archive.
        today: the day of asking where the request names none.
    """
    as_of = request.as_of or today
    text = _without(request.text, request.ignored, re.IGNORECASE)
    limited = request.filters.published_from or request.filters.published_to
    period = None if limited else find_period(text, as_of)
    current = asks_for_current(text)
    mentions = names.find(text)
    parts = split_parts(request.text, mentions)
    query = Query(
        request.text, request.k, request.filters, as_of, period=period, current=current, mentions=mentions,
        parts=parts if len(parts) > 1 else (), ignored=request.ignored,
    )  # fmt: skip
    return replace(query, notes=tuple(_notes(query, request)))


def part_of(query: Query, part: str) -> Query:
    """The query for one part of a question: it keeps what the whole says of time, unless it names its own."""
    text = _without(part, query.ignored, re.IGNORECASE)
    limited = query.filters.published_from or query.filters.published_to
    own = None if limited else find_period(text, query.as_of)
    # A part may hold less white space than the whole.
    mentions = tuple(m for m in query.mentions if " ".join(m.phrase.split()) in " ".join(part.split()))
    return replace(query, text=part, period=own or query.period, mentions=mentions, parts=())


def words_searched(query: Query) -> str:
    """The question without the phrases that say where to look, not what for: outlets, authors, "last week".

    A phrase that names its period ("March 2026") stays, because texts name it so too.
    """
    # As they are written: of "how hot is the sun, according to The Sun" one sun is searched for.
    phrases = [mention.phrase for mention in query.mentions]
    if query.period and not names_time(query.period):
        phrases.append(query.period.phrase)
    return _without(query.text, phrases)


def words_asked(query: Query) -> str:
    """The question without all that was understood as a time or a source: what an answer has to speak of."""
    phrases = [query.period.phrase if query.period else "", query.current]
    return _without(words_searched(query), phrases)


def limits_of(query: Query) -> Filters:
    """The filters of a query, with the days of a period that is hard."""
    period = query.period
    if period and period.hard:
        return replace(query.filters, published_from=period.first, published_to=period.last)
    return query.filters


def archive_ended(query: Query, last_day: datetime.date | None) -> str:
    """What to tell the reader where the archive ends long before the day of asking; else empty."""
    if last_day is None or (query.as_of - last_day).days <= ARCHIVE_ENDED_DAYS:
        return ""
    days = (query.as_of - last_day).days
    return (
        f"The archive ends on {written(last_day)}, {days:,} days before the day of asking. Ask as of that day to have "
        "its last weeks count as now."
    )


def outlets_asked(query: Query) -> tuple[str, ...]:
    """The outlets that the question is put to, by its words or its filters."""
    named = (mention.name for mention in query.mentions if mention.kind == OUTLET and not mention.excluded)
    return tuple(dict.fromkeys((*query.filters.sources, *named)))


def outlets_ended(
    query: Query, last_days: Mapping[str, datetime.date], last_day: datetime.date | None
) -> tuple[str, ...]:
    """What to tell the reader of outlets that end long before what is asked, where the archive goes on.

    Args:
        query: a period or days in it that an outlet reaches are no reason to tell anything.
        last_days: the day of the newest article of each outlet that the question is put to.
        last_day: that of the archive.
    """
    if last_day is None:
        return ()
    period_ends = query.filters.published_to or (query.period.last if query.period else None)
    reached = min(day for day in (query.as_of, last_day, period_ends) if day)
    return tuple(
        f"The newest article of {outlet} here is of {written(last)}; the archive goes on to {written(last_day)}."
        for outlet, last in last_days.items()
        if (reached - last).days > ARCHIVE_ENDED_DAYS
    )


def _without(text: str, phrases: Iterable[str], flags: re.RegexFlag = re.NOFLAG) -> str:
    """The text with phrases blanked, so that offsets stay."""
    for phrase in phrases:
        if phrase.strip():
            # Whole words only: "now" does not stand in "know".
            whole = re.compile(rf"(?<!\w){re.escape(phrase.strip())}(?!\w)", flags)
            text = whole.sub(lambda found: " " * len(found.group()), text)
    return text


def _notes(query: Query, request: Request) -> Iterable[str]:
    if query.period:
        yield f"{query.period.reason}{_effect(query.period)}"
    if query.current:
        yield f"“{query.current}” asks for what holds now: recent articles count more"
    for mention in query.mentions:
        yield mention.reason
    if query.parts:
        yield f"The question has {len(query.parts)} parts: {'; '.join(f'“{part}”' for part in query.parts)}"


def _effect(period: Period) -> str:
    if period.hard:
        return "; only articles of these days, of the two days after, or that name them are searched"
    return "; articles of these days count more"
