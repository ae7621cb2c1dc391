"""Dates in the spellings that news archives use, read into `Moment`s.

Read: ISO 8601 (`2024-03-05`, `20240305`, `2024-03-05T10:00:00Z`, `2024-03-05 10:00 +0100`, a moment
without a zone is UTC), `2024/03/05`, RFC 2822 (`Tue, 05 Mar 2024 10:00:00 GMT`), `5 March 2024`,
`March 5, 2024`, `20240305100000`, and Unix time in seconds or milliseconds (1973 to 2100), as a
number or, for CSV, as its 10 or 13 digits. A bare date stays a date; everything else becomes UTC.

Not read, because it would be a guess: `03/05/2024`, a month or a year alone, a two-digit year,
a time zone by a name that RFC 2822 does not define (`CET`).
"""

from __future__ import annotations

import datetime
import email.utils
import re

from qa.records import Moment

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
# Below lie days since 1970, years and yyyymmdd; above lie milliseconds, which start in 1973 too.
_FIRST_SECOND = 100_000_000
_LAST_SECOND = 4_102_444_800
_SHOWN_CHARACTERS = 40

_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTHS = {name[:length]: number for number, name in enumerate(_MONTH_NAMES, start=1) for length in (3, len(name))} | {
    "sept": 9
}

_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+)?"
_FLAGS = re.ASCII | re.IGNORECASE
_ISO = re.compile(r"(\d{4}-\d\d-\d\d|\d{4}/\d\d/\d\d|\d{8})(?:[T ](.+))?", _FLAGS)
_DAY_FIRST = re.compile(_WEEKDAY + r"(\d{1,2})(?:st|nd|rd|th)?\s+([a-z]+)\.?,?\s+(\d{4})", _FLAGS)
_MONTH_FIRST = re.compile(_WEEKDAY + r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", _FLAGS)
_RFC_2822 = re.compile(
    _WEEKDAY + r"\d{1,2}\s+[a-z]{3,9}\s+\d{4}\s+\d{1,2}:\d\d(?::\d\d)?"
    r"(?:\s*(?:[+-]\d{4}|UTC?|GMT|[ECMP][SD]T))?(?:\s*\([^()]*\))?",
    _FLAGS,
)
_AMBIGUOUS = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?:\D.*)?", _FLAGS | re.DOTALL)


def read_moment(value: object) -> Moment | None:
    """The day or the moment that a record names; None where it names none (null or empty).

    Raises:
        ValueError: the value cannot be read as a date, or could be read as several; its message is
            fit to be shown.
    """
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
        return _from_text(text) if text else None
    try:
        if isinstance(value, datetime.datetime):
            return _in_utc(value)
        if isinstance(value, datetime.date):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _from_number(value)
    except (ValueError, OverflowError) as error:
        raise _unreadable(value) from error
    raise ValueError(f"a date must be text or a number, not {type(value).__name__}; write it as 2024-03-05")


def _from_text(text: str) -> Moment:
    try:
        moment = _from_digits(text) if text.isdecimal() else _from_spelling(text)
    except (ValueError, OverflowError) as error:
        raise _unreadable(text) from error
    if moment is not None:
        return moment
    if _AMBIGUOUS.fullmatch(text):
        raise ValueError(f"the date {shorten(text)} does not say which is day and month; write it as 2024-03-05")
    raise _unreadable(text)


def _from_spelling(text: str) -> Moment | None:
    """None where no known spelling fits; ValueError where one fits but names no real day."""
    if match := _ISO.fullmatch(text):
        day = datetime.date.fromisoformat(match[1].replace("/", "-"))
        if not match[2]:
            return day
        time = match[2].upper().replace("GMT", "Z").replace("UTC", "Z")
        return _in_utc(datetime.datetime.fromisoformat(f"{day.isoformat()}T{time}"))
    if match := _DAY_FIRST.fullmatch(text):
        return _named(match[3], match[2], match[1])
    if match := _MONTH_FIRST.fullmatch(text):
        return _named(match[3], match[1], match[2])
    if _RFC_2822.fullmatch(text):
        return _in_utc(email.utils.parsedate_to_datetime(text))
    return None


def _from_digits(digits: str) -> Moment | None:
    if len(digits) == 8:
        return datetime.date.fromisoformat(digits)
    if len(digits) == 14:
        return _in_utc(datetime.datetime.fromisoformat(f"{digits[:8]}T{digits[8:]}"))
    # Ten digits from 19 or 20 are as likely a day with its hour as a Unix time after 2030.
    if len(digits) == 13 or (len(digits) == 10 and digits[:2] not in ("19", "20")):
        return _from_number(int(digits))
    return None


def _from_number(number: float) -> Moment:
    if _FIRST_SECOND <= number < _LAST_SECOND:
        return _EPOCH + datetime.timedelta(seconds=number)
    if _FIRST_SECOND * 1000 <= number < _LAST_SECOND * 1000:
        return _EPOCH + datetime.timedelta(milliseconds=number)
    if isinstance(number, int) and 10_000_000 <= number < _FIRST_SECOND:
        return datetime.date.fromisoformat(str(number))  # 20240305: too early for a Unix time, and a day
    raise ValueError("out of range")


def _named(year: str, month: str, day: str) -> datetime.date | None:
    number = _MONTHS.get(month.lower())
    return None if number is None else datetime.date(int(year), number, int(day))


def _in_utc(moment: datetime.datetime) -> datetime.datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=datetime.UTC)
    return moment.astimezone(datetime.UTC)


def _unreadable(value: object) -> ValueError:
    return ValueError(f"the date {shorten(value)} cannot be read; write it as 2024-03-05 or 2024-03-05T10:00:00Z")


def shorten(value: object) -> str:
    """The value in quotation marks, cut to a length that fits a message."""
    text = str(value)
    return repr(text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…")
