"""Days, months, years and other calendar names in a question, as patterns and what each stands for.

A rule matches at one place and nowhere else, and no repetition in it is unbounded: the work grows
with the length of the question and no more. Words that mean other things too ("may", "spring",
"2019") are weak: they count only after a word such as "in" or "since" and before one that lets the
phrase end there. `qa.timex` joins what is found here; relative words are in `qa.timex_relative`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from qa.timex_calendar import (
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

# How "9/12/2023" is read where either number could be the month. "12.9.2023" is always day first.
MONTH_FIRST = True

# 29 February can be eight years off: 1896 to 1904.
_YEARS_TO_TRY = 9


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a reading is counted from.

    Relative words count from `today`. A month or weekday without its year or week is the last one
    that begins no later than `limit`, or, looking `ahead`, the first one that does not end before it.
    """

    today: Day
    limit: Day
    ahead: bool = False


Reader = Callable[[re.Match[str], Anchor], Span]
Tone = Literal["exact", "unsure", "fuzzy", "relative"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A phrase counts only after one of the words `after` (None: after any), and never after one of `unless`.

    With `small`, the word before must be there and in small letters.
    """

    pattern: re.Pattern[str]
    read: Reader
    tone: Tone
    after: frozenset[str] | None = None
    unless: frozenset[str] = frozenset()
    small: bool = False

    def admits(self, before: str) -> bool:
        if self.small and not before.islower():
            return False
        return (self.after is None or before.lower() in self.after) and before.lower() not in self.unless


def rule(pattern: str, read: Reader, tone: Tone = "exact", after: frozenset[str] | None = None) -> Rule:
    return Rule(spelled(pattern), read, tone, after)


def spelled(pattern: str) -> re.Pattern[str]:
    """Compiled: any case of ASCII letters, one to four white-space characters for each space, whole words."""
    return re.compile(pattern.replace(" ", r"\s{1,4}") + _WHOLE, re.ASCII | re.IGNORECASE)


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# No letter of any language, no further digits, and no hyphenated rest ("Mar-a-Lago", "2019-20").
_WHOLE = r"(?!(?u:\w)|[.,:/-][0-9]|%|-(?u:\w))"
_LITTLE_WORDS = (
    "and or to through until till a an the of in on at by for from with about after before as over under into "
    "against than is are was were be been has have had do does did will would can could should may might must "
    "not who whom whose what when where which why how that because while but if it he she they we you i his her "
    "its their our this last next according compared versus vs there these those said on onwards so"
)
# The phrase may end here: nothing follows that it could be the first half of, and "May-July" goes on.
FREE = (
    r"(?:(?=\s{0,4}(?:$|[.,;:?!)\]\"…—]|'(?!\w)|-(?=\s|[a-z]{3,9}(?![\w-]))))|"
    rf"(?=\s{{1,4}}(?:{_LITTLE_WORDS.replace(' ', '|')})(?![\w'-])))"
)
# Not "2000 people", "2019 dollars", "2001: A Space Odyssey".
_NO_COUNT = (
    r"(?!\s{1,4}(?!(?:was|is|as|has|does|vs|versus|this|his|its|across|towards)(?![\w'-]))"
    r"(?:[a-z][a-z-]{0,20}s|people|men|women|children|feet|percent|million|billion|degrees|money)(?![\w'-]))"
    r"(?!:\s{0,3}(?-i:[A-Z]))(?![\"'])"
)

_MONTH_NUMBERS = {name[:3].lower(): number for number, name in enumerate(MONTH_NAMES, start=1)}
MONTH = (
    r"(?P<month>jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?|jun\.|july?|jul\.|"
    r"aug(?:ust|\.)?|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)"
)
_PLAIN_MONTH = r"(?P<month>january|jan|february|feb|july|september|sept?|october|oct|november|nov|december)\.?"
_NAME_MONTH = r"(?P<month>may|march|april|apr|june|august|aug|mar|dec)\.?" + FREE
_DAY = r"(?P<day>0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?"
_LAST_DAY = r"(?P<last_day>0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1[5-9][0-9]{2}|20[0-9]{2})"
# The year that a month or day is given: its number, or "last year".
TAIL = rf"(?:(?:,? (?:of |in )?|-|, ?){_YEAR}|,? (?:of )?(?P<which>last|this|next) year)"
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?[.,]{0,2} )?"
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "final": -1}
_ORDINAL = r"(?P<ordinal>first|1st|second|2nd|third|3rd|fourth|4th|last|final)"
_DASH = r"\s{0,3}-\s{0,3}"

# "between" stands for either end of a range, "part" for "early", "the end of" and the like.
_CALENDAR_WORDS = words("in during throughout for since until till before after by from through between part")
_YEAR_WORDS = _CALENDAR_WORDS | words("of around circa to")
_PLAIN_MONTH_WORDS = _CALENDAR_WORDS | words("of over around")
_SEASON_WORDS = _CALENDAR_WORDS | words("over around")
HOLIDAY_WORDS = _SEASON_WORDS | words("at on")

# Events that are called by their day: they are names, and stay text.
_NAMED_DAYS = (
    r"(?!\s{1,4}(?:attacks?|hijack\w{1,6}|riots?|committee|commission|memorial|museum|terror\w{0,6}|bombings?|"
    r"massacre|capitol|victims|hearings?|insurrection|movement|protests?|holiday)\b)"
)


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
    one, other = int(match["one"]), int(match["other"])
    month_leads = other > 12 or (MONTH_FIRST and one <= 12 and match["mark"] != ".")
    month, day = (one, other) if month_leads else (other, one)
    return one_day(Day(int(match["year"]), month, day))


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
    number = int(match["number"]) if match["number"] else _ORDINALS[match["ordinal"].lower()]
    return in_year(match, anchor, lambda year: months_from(year, number * 3 - 2, 3, "quarter"))


def _half(match: re.Match[str], anchor: Anchor) -> Span:
    return in_year(match, anchor, lambda year: months_from(year, int(match["number"]) * 6 - 5, 6, "half"))


def _bare_quarter(match: re.Match[str], anchor: Anchor) -> Span:
    return nearest(lambda year: months_from(year, int(match["number"]) * 3 - 2, 3, "quarter"), anchor)


def _year(match: re.Match[str], anchor: Anchor) -> Span:
    return containing(Day(int(match["year"]), 1, 1), "year")


def _decade(match: re.Match[str], anchor: Anchor) -> Span:
    return containing(Day(int(match["decade"]) * 10, 1, 1), "decade")


def _decade_of_1900s(match: re.Match[str], anchor: Anchor) -> Span:
    tens = {"fif": 5, "six": 6, "sev": 7, "eig": 8, "nin": 9}
    found = match["tens"].lower()
    return containing(Day(1900 + 10 * (tens.get(found[:3]) or int(found[0])), 1, 1), "decade")


def _century(match: re.Match[str], anchor: Anchor) -> Span:
    return containing(Day(int(match["century"]) * 100 - 99, 1, 1), "century")


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
    if name.startswith("easter"):
        sunday = easter_sunday(year)
        first, last = {"easter sunday": (0, 0), "easter monday": (1, 1)}.get(name, (-2, 1))
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
    """"on the 12th": the last one not after the limit, or the next one from it on."""
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
    r"easter(?: sunday| monday)?|halloween|valentine's day)"
)
SEASON = rf"(?P<season>{'|'.join(SEASON_STARTS)})"
_WEEKDAYS = "|".join(name.lower() for name in WEEKDAY_NAMES)

# The first that matches is taken, so the longer stand first.
ABSOLUTE: tuple[Rule, ...] = (
    rule(r"(?P<year>[12][0-9]{3})(?P<mark>[/-])(?P<number>[0-9]{1,2})(?P=mark)(?P<day>[0-9]{1,2})", _iso_day),
    rule(rf"(?P<one>[0-9]{{1,2}})(?P<mark>[/.-])(?P<other>[0-9]{{1,2}})(?P=mark){_YEAR}", _numeric_day),
    rule(
        rf"(?:from |between )?(?:the )?{_DAY}(?: to | and | or | until | till | through |{_DASH})(?:the )?{_LAST_DAY}"
        rf"(?: of)? {MONTH}{TAIL}?",
        _days,
    ),
    rule(
        rf"(?:from |between )?{MONTH} {_DAY}(?: to | and | or | until | till | through |{_DASH}){_LAST_DAY}{TAIL}?",
        _days,
    ),
    rule(rf"{_WEEKDAY}(?:the )?{_DAY}(?: of |[ -]){MONTH}{TAIL}", _day),
    rule(rf"{_WEEKDAY}{MONTH} (?:the )?{_DAY}{TAIL}", _day),
    # Without a year: never "you may 12", "12 march", and no "September 11 attacks".
    rule(rf"{_WEEKDAY}(?:the )?{_DAY}(?: of |[ -])(?:(?-i:(?=[A-Z]))|(?!ma[yr])){MONTH}{_NAMED_DAYS}", _day),
    rule(rf"{_WEEKDAY}(?!ma[yr]|a[pu]|jun){MONTH} (?:the )?{_DAY}{_NAMED_DAYS}{_NO_COUNT}", _day),
    rule(rf"{_WEEKDAY}(?-i:(?=[A-Z])){MONTH} (?:the )?{_DAY}{FREE}", _day),
    rule(rf"(?:the )?{_ORDINAL} (?P<what>{_WEEKDAYS}|week|weekend) (?:of|in) {MONTH}{TAIL}?", _of_month),
    rule(rf"{MONTH}(?:,?){TAIL}{_NO_COUNT}", read_month),
    rule(_PLAIN_MONTH, read_month, "exact", _PLAIN_MONTH_WORDS),
    rule(_NAME_MONTH, read_month, "exact", _CALENDAR_WORDS),
    rule(rf"(?:the )?{SEASON}{TAIL}(?:[/-](?:20)?[0-9]{{2}})?{_NO_COUNT}", read_season, "fuzzy"),
    rule(rf"the {SEASON}(?<!the fall){FREE}", read_season, "fuzzy", _SEASON_WORDS),
    rule(rf"the (?P<season>fall){FREE}(?!\s{{1,4}}(?:of|in)\b)", read_season, "fuzzy", words("in")),
    rule(rf"(?:the )?(?:Q(?P<number>[1-4])|(?P<ordinal>first|second|third|fourth|[1-4](?:st|nd|rd|th)) quarter){TAIL}", _quarter),
    rule(rf"Q(?P<number>[1-4]){FREE}", _bare_quarter, "exact", _CALENDAR_WORDS),
    rule(rf"H(?P<number>[12]){TAIL}", _half),
    rule(r"(?:the )?(?P<decade>1[5-9][0-9]|20[0-9])0'?s", _decade),
    rule(r"the (?:'(?P<tens>[5-9]0)s)", _decade_of_1900s, "fuzzy"),
    rule(rf"the (?P<tens>[5-9]0s|fifties|sixties|seventies|eighties|nineties){FREE}", _decade_of_1900s, "fuzzy", _SEASON_WORDS),
    rule(r"the (?P<century>1[5-9]|2[01])(?:th|st) century", _century),
    rule(rf"(?:the year )?{_YEAR}{_NO_COUNT}", _year, "exact", _YEAR_WORDS),
    rule(rf"{HOLIDAY}{TAIL}", read_holiday, "exact"),
    rule(rf"{HOLIDAY}{FREE}", read_holiday, "exact", HOLIDAY_WORDS),
    rule(rf"the {_DAY}(?<=[a-z]){FREE}(?!\s{{1,4}}of\b)", _day_of_month, "exact", words("on since until till before after by")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Atom:
    """One phrase that a rule matched, not yet read: reading needs the day it is counted from."""

    rule: Rule
    match: re.Match[str]

    @property
    def end(self) -> int:
        return self.match.end()

    @property
    def tone(self) -> Tone:
        """Exact only where the year stands in the words, and the order of its numbers is no guess."""
        found = self.match.groupdict()
        if found.get("which"):
            return "relative"
        if self.rule.tone != "exact" or found.get("decade") or found.get("century"):
            return self.rule.tone
        return "exact" if found.get("year") and not self.guesses_order else "unsure"

    @property
    def guesses_order(self) -> bool:
        """Whether either number of "9/12/2023" could be the month."""
        found = self.match.groupdict()
        if "other" not in found or found["mark"] == ".":
            return False
        one, other = int(found["one"]), int(found["other"])
        return one != other and max(one, other) <= 12

    def read(self, anchor: Anchor) -> Span | None:
        """None for what the calendar lacks: 30 February, the year 0."""
        try:
            span = self.rule.read(self.match, anchor)
        except (ValueError, OverflowError):
            return None
        return span if span.first <= span.last else None


def atoms(rules: tuple[Rule, ...], text: str, start: int, before: str) -> Iterator[Atom]:
    """What the rules make of the text from `start` on; `before` is the word that leads to it, or ""."""
    for each in rules:
        if each.admits(before) and (match := each.pattern.match(text, start)):
            yield Atom(each, match)
