"""Days, amounts and durations in plain words. Text only: nothing here is HTML."""

from __future__ import annotations

import datetime

from qa.question import ARCHIVE_ENDED_DAYS
from qa.records import CORRECTED, WITHDRAWN, Article, EmbedProgress, Moment, Statistics
from qa.timex.days import MONTH_NAMES, written

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def long_day(moment: Moment) -> str:
    """For example "9 September 2025"."""
    return written(moment)


def short_day(moment: Moment) -> str:
    """For example "9 Sep 2025"."""
    return f"{moment.day} {MONTH_NAMES[moment.month - 1][:3]} {moment.year}"


def moment_in_words(moment: Moment) -> str:
    """The day, and the time of day where one is known: "9 September 2025, 10:15 UTC"."""
    if isinstance(moment, datetime.datetime):
        return f"{long_day(moment)}, {moment:%H:%M} UTC"
    return long_day(moment)


def badges(article: Article) -> list[str]:
    """What a reader must know of this version of an article: that it was withdrawn, corrected or updated."""
    words = []
    if article.status == WITHDRAWN:
        words.append("Withdrawn")
    if article.status == CORRECTED:
        words.append("Corrected")
    if article.updated and article.updated != article.published:
        words.append(f"Updated {moment_in_words(article.updated)}")
    return words


def days_in_words(first: datetime.date | None, last: datetime.date | None) -> str:
    """For example "20 October 2026", "1–31 October 2026", "1 May 2026 to 3 June 2026", "from 1 May 2026"."""
    if first and last:
        if first == last:
            return long_day(first)
        same_month = (first.year, first.month) == (last.year, last.month)
        return f"{first.day}–{long_day(last)}" if same_month else f"{long_day(first)} to {long_day(last)}"
    return f"from {long_day(first)}" if first else f"to {long_day(last)}" if last else "on any day"


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 article", "1,234 articles"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def ago(moment: datetime.datetime, now: datetime.datetime) -> str:
    """How long ago, roughly: "just now", "3 minutes ago"; beyond a month, the day."""
    seconds = int((now - moment).total_seconds())
    if seconds < _MINUTE:
        return "just now"
    for length, noun in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        if seconds >= length:
            return f"on {long_day(moment)}" if seconds > 31 * _DAY else f"{count(seconds // length, noun)} ago"
    raise AssertionError("unreachable: at least a minute")


def days_old(day: datetime.date, today: datetime.date) -> str:
    """How old a day is: "today", "1 day", "23 days"; a day to come is "in 3 days"."""
    days = (today - day).days
    return "today" if days == 0 else count(days, "day") if days > 0 else f"in {count(-days, 'day')}"


def duration(seconds: float) -> str:
    """A rough duration: "less than a minute", "10 min", "3 h 20 min"."""
    if seconds < _MINUTE:
        return "less than a minute"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours:,} h {minutes} min" if hours else f"{minutes} min"


def coverage(statistics: Statistics, now: datetime.datetime) -> str:
    """What the archive covers, in one line."""
    # Articles that name no outlet stand under an empty name, which is none.
    parts = [count(statistics.articles, "article")]
    if outlets := len([*filter(None, statistics.sources)]):
        parts.append(count(outlets, "outlet"))
    if statistics.first_day and statistics.last_day:
        first, last = long_day(statistics.first_day), long_day(statistics.last_day)
        parts.insert(0, f"This archive covers {first}" if first == last else f"This archive covers {first} to {last}")
    if statistics.updated:
        parts.append(f"updated {ago(statistics.updated, now)}")
    return " · ".join(parts)


def ended(statistics: Statistics, today: datetime.date) -> str:
    """What to say of an archive that ends long before today; empty for any other."""
    last_day = statistics.last_day
    if last_day is None or (today - last_day).days <= ARCHIVE_ENDED_DAYS:
        return ""
    return (
        f"It ends {count((today - last_day).days, 'day')} before today. For questions that speak of “now” or “last "
        f"week”, ask as of {long_day(last_day)}."
    )


def progress_in_words(progress: EmbedProgress) -> str:
    """For example "Vectors: 1,234 of 10,000 (12 %), 14 a second, 10 min left"."""
    share = 100 * progress.done // progress.total if progress.total else 100
    parts = [f"Vectors: {progress.done:,} of {progress.total:,} ({share} %)"]
    if progress.seconds_left is not None and progress.done < progress.total:
        parts += [_rate(progress.rate), f"{duration(progress.seconds_left)} left"]
    return ", ".join(parts)


def _rate(a_second: float) -> str:
    """For example "14 a second"; what is slow is told by the minute, or the hour: never as none at all."""
    for seconds, span in ((1, "second"), (_MINUTE, "minute"), (_HOUR, "hour")):
        if round(a_second * seconds) >= 1:
            return f"{a_second * seconds:,.0f} {'an' if span == 'hour' else 'a'} {span}"
    return "less than 1 an hour"
