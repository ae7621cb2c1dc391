"""Names of the calendar: days, months, seasons, years and holidays, with and without their year."""

from __future__ import annotations

import re
from collections.abc import Callable

from qa.timex.days import (
    MONTH_NAMES,
    SEASON_STARTS,
    WEEKDAY_NAMES,
    Day,
    Span,
    containing,
    days_later,
    easter_sunday,
    months_from,
    one_day,
    season,
)
from qa.timex.rules import FREE, NO_COUNT, Anchor, Reader, Rule, Tone, spelled, words

# How "9/12/2023" is read where either number could be the month. "12.9.2023" is always day first.
MONTH_FIRST = True

# No "1950-49": that many years are not written with two figures.
_LONGEST_YEARS = 50
# 29 February can be eight years off: 1896 to 1904.
_YEARS_TO_TRY = 9

_MONTH_NUMBERS = {name[:3].lower(): number for number, name in enumerate(MONTH_NAMES, start=1)}
MONTH = (
    r"(?P<month>jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?|jun\.|july?|jul\.|"
    r"aug(?:ust|\.)?|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)"
)
PLAIN_MONTH = r"(?P<month>january|jan|february|feb|july|september|sept?|october|oct|november|nov|december)\.?"
NAME_MONTH = r"(?P<month>may|march|april|apr|june|august|aug|mar|dec)\.?" + FREE
_DAY = r"(?P<day>0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?"
_LAST_DAY = r"(?P<last_day>0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1[5-9][0-9]{2}|20[0-9]{2})"
# The year that a month or day is given: its number, or "last year".
TAIL = rf"(?:(?:,? (?:of |in )?|-|, ?){_YEAR}|,? (?:of )?(?P<which>last|this|next) year)"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?[.,]{0,2} )?"
_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1, "final": -1,
}  # fmt: skip
_ORDINAL = r"(?P<ordinal>first|1st|second|2nd|third|3rd|fourth|4th|last|final)"
# Small "may" and "march" are verbs, unless a year or nothing follows.
_CLEAR = r"(?:(?-i:(?=[A-Z]))|(?!ma[yr])|(?=ma(?:y|r|rch)(?:\s{0,4}(?:$|[?!.,;)])| (?:of )?[12][0-9]{3})))"
_DASH = r"\s{0,3}-\s{0,3}"
# What is made up for a quarter or half year: "Q3 profit", "third-quarter earnings".
_ACCOUNTS = (
    r"(?= (?:profits?|losses|loss|earnings|results?|revenues?|sales|figures|numbers|growth|gdp|guidance|forecasts?|"
    r"reports?|dividends?)(?![\w-]))"
)
# From the ninth on: in cricket a man may hit his second century.
_CENTURY_WORDS = {
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15,
    "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "twenty-first": 21,
}  # fmt: skip
_CENTURY = (
    rf"(?P<century>(?:[1-9]|1[0-9]|2[01])(?=st|nd|rd|th)|{'|'.join(_CENTURY_WORDS)})(?:st|nd|rd|th)?(?: |-)century"
    r"(?! of (?:his|her|the (?:match|tour|season|game))(?![\w-]))"
)

# "between" stands for either end of a range, "part" for "early", "the end of" and the like, "pre-" for "post-" too.
_CALENDAR_WORDS = words("in during throughout for since until till before after by from through between part")
_YEAR_WORDS = _CALENDAR_WORDS | words("of around circa to")
_PLAIN_MONTH_WORDS = _CALENDAR_WORDS | words("over around")
_SEASON_WORDS = _CALENDAR_WORDS | words("over around")
# Of a day that the month lacks ("30 February 2024") the month is not taken either.
_DAY_NUMBERS = frozenset(f"{number}{ending}" for number in range(1, 32) for ending in ("", "st", "nd", "rd", "th"))
_SURE_DAY_WORDS = words("on since until till before after by from between part")
_DAY_WORDS = words("on since until till before after by")
HOLIDAY_WORDS = _SEASON_WORDS | words("at on")

# Events that are called by their day: they are names, and stay text.
_NAMED_DAYS = (
    r"(?!\s{1,4}(?:attacks?|hijack\w{1,6}|riots?|committee|commission|memorial|museum|terror\w{0,6}|bombings?|"
    r"massacre|capitol|victims|hearings?|insurrection|movement|protests?|holiday)\b)"
)
# "The September meeting": only with what is held once, for a month may be the name of anything.
_EVENT = (
    r"(?= (?:meeting|elections?|votes?|budget|summit|referendum|conference|session|hearing|by-election|talks|debate|"
    r"figures|report|poll|strikes?|storms?|floods?|fires?|earthquake|festival|statement|announcement)"
    r"(?![\w-])(?! (?:of|in) [0-9]))"
)
_EVENT_WORDS = words("the its his her their our this that")


def _rule(
    pattern: str,
    read: Reader,
    tone: Tone = "exact",
    after: frozenset[str] | None = None,
    unless: frozenset[str] = frozenset(),
) -> Rule:
    return Rule(spelled(pattern), read, tone, after, unless)


def nearest(make: Callable[[int], Span], anchor: Anchor) -> Span:
    """What `make` gives for the year that the anchor asks for. ValueError where no year has it."""
    step = 1 if anchor.ahead else -1
    for year in range(anchor.limit.year - step, anchor.limit.year + step * _YEARS_TO_TRY, step):
        try:
            span = make(year)
        except (ValueError, OverflowError):
            continue  # 29 February in most years, or the calendar's own ends
        if span.last >= anchor.limit if anchor.ahead else span.first <= anchor.limit:
            return span
    raise ValueError("no year near the anchor has this day")


def in_year(match: re.Match[str], anchor: Anchor, make: Callable[[int], Span]) -> Span:
    """`make` for the year in the words ("2023", "last year"), or else for the nearest."""
    found = match.groupdict()
    if found.get("year"):
        return make(int(match["year"]))
    if found.get("which"):
        return make(anchor.today.year + {"last": -1, "this": 0, "next": 1}[match["which"].lower()])
    return nearest(make, anchor)


def month_number(name: str) -> int:
    return _MONTH_NUMBERS[name[:3].lower()]


def _iso_day(match: re.Match[str], anchor: Anchor) -> Span:
    return one_day(Day(int(match["year"]), int(match["number"]), int(match["day"])))


def _numeric_day(match: re.Match[str], anchor: Anchor) -> Span:
    month, day = _month_and_day(match)
    return in_year(match, anchor, lambda year: one_day(Day(year, month, day)))


def _short_day(match: re.Match[str], anchor: Anchor) -> Span:
    """ "2/22/22": of this century, unless that is further ahead than the year after the day of asking."""
    month, day = _month_and_day(match)
    year = 2000 + int(match["short_year"])
    return one_day(Day(year if year <= anchor.today.year + 1 else year - 100, month, day))


def _month_and_day(match: re.Match[str]) -> tuple[int, int]:
    one, other = int(match["one"]), int(match["other"])
    month_leads = other > 12 or (MONTH_FIRST and one <= 12 and match["mark"] != ".")
    return (one, other) if month_leads else (other, one)


def _iso_month(match: re.Match[str], anchor: Anchor) -> Span:
    """ "2023-09". Where the number could be a later year, too ("2008-09"), it is `_years_to`."""
    year, number = int(match["year"]), int(match["rest"])
    if number > year % 100:
        raise ValueError("this may be a pair of years")
    return months_from(year, number, 1, "month")


def _years_to(match: re.Match[str], anchor: Anchor) -> Span:
    """ "2012-13", "1914-18", "1999-00": both years whole, which holds the month of 2008-09, too."""
    first = int(match["year"])
    last = first + (int(match["rest"]) - first) % 100
    if not 0 < last - first <= _LONGEST_YEARS:
        raise ValueError("the years run backwards")
    return Span(Day(first, 1, 1), Day(last, 12, 31))


def _day(match: re.Match[str], anchor: Anchor) -> Span:
    month, day = month_number(match["month"]), int(match["day"])
    return in_year(match, anchor, lambda year: one_day(Day(year, month, day)))


def _days(match: re.Match[str], anchor: Anchor) -> Span:
    month, first, last = month_number(match["month"]), int(match["day"]), int(match["last_day"])
    if first > last:
        raise ValueError("the days run backwards")
    return in_year(match, anchor, lambda year: Span(Day(year, month, first), Day(year, month, last)))


def read_month(match: re.Match[str], anchor: Anchor) -> Span:
    month = month_number(match["month"])
    return in_year(match, anchor, lambda year: months_from(year, month, 1, "month"))


def read_season(match: re.Match[str], anchor: Anchor) -> Span:
    return in_year(match, anchor, lambda year: season(year, match["season"].lower()))


def _quarter(match: re.Match[str], anchor: Anchor) -> Span:
    number = int(match["number"]) if match["number"] else _ORDINALS[match["ordinal"].lower()] % 5  # the last is the 4th
    return in_year(match, anchor, lambda year: months_from(year, number * 3 - 2, 3, "quarter"))


def _half(match: re.Match[str], anchor: Anchor) -> Span:
    return in_year(match, anchor, lambda year: months_from(year, int(match["number"]) * 6 - 5, 6, "half"))


def _year(match: re.Match[str], anchor: Anchor) -> Span:
    return containing(Day(int(match["year"]), 1, 1), "year")


def _decade(match: re.Match[str], anchor: Anchor) -> Span:
    """The 1870s are ten years, and so are the 1900s and 2000s; the 1700s are the hundred from 1700 on."""
    first = int(match["decade"]) * 10
    if first % 100 == 0 and first < 1900:
        return months_from(first, 1, 1200, "century")
    return containing(Day(first, 1, 1), "decade")


def _decades(match: re.Match[str], anchor: Anchor) -> Span:
    """ "The 1970s and 80s"."""
    first = int(match["decade"]) * 10
    last = first // 100 * 100 + int(match["until"])
    return Span(Day(first, 1, 1), Day(last + 9, 12, 31))


def _decade_of_1900s(match: re.Match[str], anchor: Anchor) -> Span:
    tens = {"fif": 5, "six": 6, "sev": 7, "eig": 8, "nin": 9}
    found = match["tens"].lower()
    return containing(Day(1900 + 10 * (tens.get(found[:3]) or int(found[0])), 1, 1), "decade")


def _century(match: re.Match[str], anchor: Anchor) -> Span:
    found = match["century"].lower()
    number = _CENTURY_WORDS.get(found) or int(found)
    return containing(Day(number * 100 - 99, 1, 1), "century")


def _of_month(match: re.Match[str], anchor: Anchor) -> Span:
    """The second Tuesday of a month, its last weekend, its first week (days 1 to 7)."""
    month, what = read_month(match, anchor), match["what"].lower()
    count = _ORDINALS.get(match["ordinal"].lower(), -1)
    if what == "week":
        first = days_later(month.first, 7 * (count - 1)) if count > 0 else days_later(month.last, -6)
        return Span(first, days_later(first, 6), "week")
    weekday = 5 if what == "weekend" else WEEKDAY_NAMES.index(what.capitalize())
    if count > 0:
        day = days_later(month.first, (weekday - month.first.weekday()) % 7 + 7 * (count - 1))
    else:
        day = days_later(month.last, -((month.last.weekday() - weekday) % 7))
    return Span(day, days_later(day, 1), "weekend") if what == "weekend" else one_day(day)


def read_holiday(match: re.Match[str], anchor: Anchor) -> Span:
    name = " ".join(match["holiday"].lower().split())
    return in_year(match, anchor, lambda year: _holiday(name, year))


def _holiday(name: str, year: int) -> Span:
    """Christmas is its Eve to Boxing Day, Easter is Good Friday to Easter Monday, New Year is two days."""
    if name.startswith("easter") or name == "good friday":
        sunday = easter_sunday(year)
        first, last = {"easter sunday": (0, 0), "easter monday": (1, 1), "good friday": (-2, -2)}.get(name, (-2, 1))
        return Span(days_later(sunday, first), days_later(sunday, last), "day" if first == last else "")
    if name in ("new year", "the new year", "new year's"):
        return Span(Day(year - 1, 12, 31), Day(year, 1, 1))
    month, first, last = {
        "christmas": (12, 24, 26), "christmas day": (12, 25, 25), "christmas eve": (12, 24, 24),
        "boxing day": (12, 26, 26), "new year's day": (1, 1, 1), "new year's eve": (12, 31, 31),
        "halloween": (10, 31, 31), "valentine's day": (2, 14, 14),
    }[name]  # fmt: skip
    return Span(Day(year, month, first), Day(year, month, last), "day" if first == last else "")


def _day_of_month(match: re.Match[str], anchor: Anchor) -> Span:
    """ "on the 12th": the last one not after the limit, or the next one from it on."""
    step = 1 if anchor.ahead else -1
    for months in range(12):
        year, month = divmod(anchor.limit.year * 12 + anchor.limit.month - 1 + step * months, 12)
        try:
            day = Day(year, month + 1, int(match["day"]))
        except ValueError:
            continue  # no 31st in this month
        if day >= anchor.limit if anchor.ahead else day <= anchor.limit:
            return one_day(day)
    raise ValueError("no such day near the anchor")


HOLIDAY = (
    r"(?P<holiday>christmas(?: day| eve)?|boxing day|new year's(?: eve| day)?|(?:the )?new year|"
    r"easter(?: sunday| monday)?|good friday|halloween|valentine's day)"
)
SEASON = rf"(?P<season>{'|'.join(SEASON_STARTS)})"
_WEEKDAYS = "|".join(name.lower() for name in WEEKDAY_NAMES)

# The first that matches is taken, so the longer stand first.
ABSOLUTE: tuple[Rule, ...] = (
    _rule(r"(?P<year>[12][0-9]{3})(?P<mark>[/-])(?P<number>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})", _iso_day),
    _rule(rf"(?P<one>[0-9]{{1,2}})(?P<mark>[/.-])(?P<other>[0-9]{{1,2}})(?P=mark){_YEAR}", _numeric_day),
    _rule(r"(?P<one>[0-9]{1,2})(?P<mark>/)(?P<other>[0-9]{1,2})/(?P<short_year>[0-9]{2})", _short_day),
    # Never "open 24/7", nor "9/11" and "7/7", which are names; nor "on 1/2 of the plots".
    _rule(
        rf"(?!24/7|9/11|7/7)(?P<one>[0-9]{{1,2}})(?P<mark>/)(?P<other>[0-9]{{1,2}}){FREE}(?! of)",
        _numeric_day,
        after=words("on since until"),
    ),
    _rule(rf"{_YEAR}[/-](?P<rest>[0-9]{{2}}){FREE}", _iso_month, after=_YEAR_WORDS),
    _rule(rf"{_YEAR}(?:/|{_DASH})(?P<rest>[0-9]{{2}}){NO_COUNT}", _years_to, "fuzzy", _YEAR_WORDS),
    _rule(
        rf"(?:from |between )?(?:the )?{_DAY}(?: to | and | or | until | till | through |{_DASH})(?:the )?{_LAST_DAY}"
        rf"(?: of)? {_CLEAR}{MONTH}{TAIL}?",
        _days,
    ),
    _rule(
        rf"(?:from |between )?{_CLEAR}{MONTH} {_DAY}(?: to | and | or | until | till | through |{_DASH}){_LAST_DAY}"
        rf"(?:{TAIL}|{FREE})",
        _days,
    ),
    _rule(rf"{_WEEKDAY}(?:the )?{_DAY}(?: of |(?: |-)){MONTH}{TAIL}", _day),
    _rule(rf"{_WEEKDAY}{MONTH} (?:the )?{_DAY}{TAIL}", _day),
    # Without a year: never "you may 12", "12 march hares", and no "September 11 attacks".
    _rule(rf"{_WEEKDAY}(?:the )?{_DAY}(?: of |(?: |-))(?!ma[yr]|a[pu]|jun){MONTH}{_NAMED_DAYS}", _day),
    _rule(rf"{_WEEKDAY}(?:the )?{_DAY}(?: of |(?: |-))(?-i:(?=[A-Z])){MONTH}{FREE}", _day),
    _rule(rf"{_WEEKDAY}(?:the )?{_DAY}(?: of |(?: |-)){_CLEAR}{MONTH}{_NAMED_DAYS}", _day, after=_SURE_DAY_WORDS),
    _rule(rf"{_WEEKDAY}(?!ma[yr]|a[pu]|jun){MONTH} (?:the )?{_DAY}{_NAMED_DAYS}{NO_COUNT}", _day),
    _rule(rf"{_WEEKDAY}(?-i:(?=[A-Z])){MONTH} (?:the )?{_DAY}{FREE}", _day),
    _rule(rf"(?:the )?{_ORDINAL} (?P<what>{_WEEKDAYS}|week|weekend) (?:of|in) {MONTH}{TAIL}?", _of_month),
    _rule(rf"{MONTH}(?:,?){TAIL}{NO_COUNT}", read_month, unless=_DAY_NUMBERS),
    _rule(PLAIN_MONTH, read_month, "exact", _PLAIN_MONTH_WORDS),
    _rule(PLAIN_MONTH + _EVENT, read_month, after=_EVENT_WORDS),
    _rule(NAME_MONTH, read_month, "exact", _CALENDAR_WORDS),
    _rule(rf"(?:the )?{SEASON}{TAIL}(?:[/-](?:20)?[0-9]{{2}})?{NO_COUNT}", read_season, "fuzzy"),
    _rule(rf"the (?!fall){SEASON}{FREE}", read_season, "fuzzy", _SEASON_WORDS),
    _rule(rf"the (?P<season>fall){FREE}(?!\s{{1,4}}(?:of|in)\b)", read_season, "fuzzy", words("in")),
    _rule(rf"(?:the )?(?:Q(?P<number>[1-4])|{_ORDINAL}(?: |-)quarter){TAIL}", _quarter),
    _rule(rf"(?:Q(?P<number>[1-4])|{_ORDINAL}-quarter){_ACCOUNTS}", _quarter),
    _rule(rf"Q(?P<number>[1-4])(?P<ordinal>){FREE}", _quarter, "exact", _CALENDAR_WORDS),
    _rule(rf"H(?P<number>[12])(?:{TAIL}|{_ACCOUNTS})", _half),
    _rule(
        rf"(?:the )?(?P<decade>1[5-9][0-9]|20[0-9])0'?s(?: and | or | to |{_DASH}|/)(?:the )?'?(?P<until>[1-9]0)'?s",
        _decades,
    ),
    _rule(r"(?:the )?(?P<decade>1[5-9][0-9]|20[0-9])0'?s", _decade),
    _rule(r"the (?:'(?P<tens>[5-9]0)s)", _decade_of_1900s, "fuzzy"),
    _rule(
        rf"the (?P<tens>[5-9]0s|fifties|sixties|seventies|eighties|nineties){FREE}",
        _decade_of_1900s,
        "fuzzy",
        _SEASON_WORDS,
    ),
    _rule(rf"the {_CENTURY}", _century),
    _rule(_CENTURY, _century, after=words("part")),
    _rule(rf"the year {_YEAR}{FREE}", _year),
    _rule(rf"(?:the year )?{_YEAR}{NO_COUNT}(?!{_DASH}[0-9]{{2}}(?![0-9]))", _year, "exact", _YEAR_WORDS),
    _rule(_YEAR, _year, after=words("pre-")),
    _rule(rf"{HOLIDAY}{TAIL}", read_holiday, "exact"),
    _rule(rf"{HOLIDAY}{FREE}", read_holiday, "exact", HOLIDAY_WORDS),
    _rule(rf"the {_DAY}(?<=[a-z]){FREE}(?!\s{{1,4}}of\b)", _day_of_month, "exact", _DAY_WORDS),
)  # fmt: skip
