"""Days, and the spans of the calendar that people name: the arithmetic under `qa.timex`.

Weeks begin on Monday (ISO 8601). Seasons are meteorological and of the northern hemisphere: spring
is March to May, and winter 2021 runs from December 2021 to February 2022. A century begins with
its year 01. Whatever the calendar lacks (30 February, the year 0) raises ValueError or OverflowError.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

Day = datetime.date

WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
SEASON_STARTS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
MONTHS_IN = {"month": 1, "quarter": 3, "season": 3, "half": 6, "year": 12, "decade": 120, "century": 1200}
DAYS_IN = {"day": 1, "week": 7, "fortnight": 14}

# Early, middle and late of a decade; all else is cut into thirds.
_DECADE_PARTS = {"early": (0, 4), "mid": (4, 3), "late": (7, 3), "start": (0, 2), "end": (8, 2)}
# Months on either side of the first day, for "the turn of": the turn of a year is December and January.
_TURN_MONTHS = {"year": 1, "decade": 12, "century": 120}
# Monday and Tuesday, Wednesday and Thursday, Friday to Sunday.
_WEEK_PARTS = {"early": (0, 1), "mid": (2, 3), "late": (4, 6), "start": (0, 1), "end": (4, 6)}


@dataclass(frozen=True, slots=True)
class Span:
    """From one day to another, both included. `unit` says what it was named as: "day", "month" ... or ""."""

    first: Day
    last: Day
    unit: str = ""


def one_day(day: Day) -> Span:
    return Span(day, day, "day")


def days_later(day: Day, days: int) -> Day:
    return day + datetime.timedelta(days=days)


def months_later(day: Day, months: int) -> Day:
    """The same day of another month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, _days_in_month(year, month + 1)))


def units_later(day: Day, count: int, unit: str) -> Day:
    """`count` days, weeks, months ... after `day`; a negative count goes back."""
    if unit in DAYS_IN:
        return days_later(day, count * DAYS_IN[unit])
    return months_later(day, count * MONTHS_IN[unit])


def months_from(year: int, month: int, count: int, unit: str) -> Span:
    """`count` whole months."""
    first = Day(year, month, 1)
    year, month = divmod(year * 12 + month - 1 + count - 1, 12)
    return Span(first, Day(year, month + 1, _days_in_month(year, month + 1)), unit)


def season(year: int, name: str) -> Span:
    return months_from(year, SEASON_STARTS[name], 3, "season")


def containing(day: Day, unit: str) -> Span:
    """The week, month, year ... of the calendar that holds `day`. A weekend is that of the day's week."""
    if unit in ("week", "fortnight", "weekend"):
        monday = days_later(day, -day.weekday())
        if unit == "weekend":
            return Span(days_later(monday, 5), days_later(monday, 6), unit)
        return Span(monday, days_later(monday, DAYS_IN[unit] - 1), unit)
    if unit in ("day", "month"):
        return one_day(day) if unit == "day" else months_from(day.year, day.month, 1, unit)
    if unit == "quarter":
        return months_from(day.year, (day.month - 1) // 3 * 3 + 1, 3, unit)
    if unit == "century":
        return months_from((day.year - 1) // 100 * 100 + 1, 1, 1200, unit)
    return months_from(day.year // 10 * 10 if unit == "decade" else day.year, 1, MONTHS_IN[unit], unit)


def part(span: Span, which: str) -> Span:
    """Its early, mid or late third; its start or end; its first or second half.

    Of a month early is 1 to 10, mid 11 to 20, late from 21 on, and its start and end are the same;
    of a year these are four months each, and its start and end two months. The turn of a year, decade
    or century is a month, a year or ten years on either side of its first day. A single day stays whole.
    """
    if which == "turn" and span.unit in _TURN_MONTHS:
        first = months_later(span.first, -_TURN_MONTHS[span.unit])
        return months_from(first.year, first.month, 2 * _TURN_MONTHS[span.unit], "")
    which = "start" if which == "turn" else which
    if which in ("first", "second") and span.unit in MONTHS_IN and span.unit != "month":
        months = MONTHS_IN[span.unit] // 2 or 1
        first = span.first if which == "first" else months_later(span.first, months)
        return months_from(first.year, first.month, months, "half")
    if which in ("first", "second"):
        middle = days_later(span.first, 14 if span.unit == "month" else (span.last - span.first).days // 2)
        return Span(span.first, middle) if which == "first" else Span(days_later(middle, 1), span.last)
    if span.unit == "week":
        begin, end = _WEEK_PARTS[which]
        return Span(days_later(span.first, begin), days_later(span.first, end))
    if span.unit == "month":
        begin, end = {"early": (1, 10), "start": (1, 10), "mid": (11, 20)}.get(which, (21, span.last.day))
        return Span(span.first.replace(day=begin), span.first.replace(day=end))
    if span.unit == "decade":
        years, count = _DECADE_PARTS[which]
        return months_from(span.first.year + years, 1, count * 12, "")
    if span.unit not in MONTHS_IN:
        return span
    third = MONTHS_IN[span.unit] // 3
    length = third if which in ("early", "mid", "late") else max(third // 2, 1)
    skipped = {"early": 0, "start": 0, "mid": third, "late": 2 * third}.get(which, MONTHS_IN[span.unit] - length)
    first = months_later(span.first, skipped)
    return months_from(first.year, first.month, length, "")


def easter_sunday(year: int) -> Day:
    """Of the Gregorian calendar, by the method that Nature printed in 1876."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    leap_centuries, rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + century - leap_centuries - correction + 15) % 30
    leap_years, odd_years = divmod(of_century, 4)
    weekday = (32 + 2 * rest + 2 * leap_years - moon - odd_years) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return Day(year, month, day + 1)


def written(day: Day, *, weekday: bool = False) -> str:
    """As a reader writes it: "24 November 2026", with its weekday on request."""
    plain = f"{day.day} {MONTH_NAMES[day.month - 1]} {day.year}"
    return f"{WEEKDAY_NAMES[day.weekday()]} {plain}" if weekday else plain


def _days_in_month(year: int, month: int) -> int:
    if month == 12:
        return 31
    return (Day(year, month + 1, 1) - Day(year, month, 1)).days
