"""Words that count from the day of asking: "yesterday", "last Tuesday", "over the past year".

Weekdays: "last Tuesday" is the last one before today, so asked on a Tuesday it is a week ago; "on
Tuesday" may be today; "next Tuesday" is the first after today; "this Tuesday" lies in this week.
"Last week", "last month" are those of the calendar; "the last week", "the past month" run up to today.
"Last October" and "last winter" are the last that are over, "next March" is the first that has not
begun. "A few" is two to five, "several" three to seven. "Last night" is yesterday and today.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from qa.timex.absolute import HOLIDAY, NAME_MONTH, PLAIN_MONTH, SEASON, month_number, nearest, read_holiday
from qa.timex.days import (
    WEEKDAY_NAMES,
    Day,
    Span,
    containing,
    days_later,
    months_from,
    months_later,
    one_day,
    part,
    season,
    units_later,
)
from qa.timex.rules import FREE, Anchor, Reader, Rule, spelled, words

NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "ninety": 90, "hundred": 100, "dozen": 12,
}  # fmt: skip
_WEEKDAY_NUMBERS = {name[:3].lower(): number for number, name in enumerate(WEEKDAY_NAMES)}
# From and to how many, where the number is left open.
_LOOSE_NUMBERS = {"couple": (2, 2), "few": (2, 5), "several": (3, 7)}
# How far back "in recent days" reaches, in that unit.
_RECENT = {"day": 7, "week": 6, "month": 6, "year": 5, "decade": 3}
_RECENTLY_DAYS = 30
_THIS_TIME_DAYS = 7  # either side of "this time last year"

_UNIT = r"(?P<unit>week|fortnight|weekend|month|quarter|year|decade|century)"
_COUNTED = r"(?P<unit>day|week|fortnight|month|quarter|year|decade)s?"
COUNT = rf"(?P<count>[1-9][0-9]{{0,3}}|{'|'.join(NUMBERS)}|few|several|couple)(?: of)?"
_AMOUNT = rf"(?:(?:an? )?{COUNT}|an?)"
_AND_A_HALF = "(?: |-)and(?: |-)a(?: |-)half"
_SHIFT = r"(?P<shift>last|this past|past|this coming|coming|this|next)"
_WEEKDAY = rf"(?P<weekday>{'|'.join(name.lower() for name in WEEKDAY_NAMES)})"
# Small "wed", "sat" and "sun" are words of their own.
_SHORT_WEEKDAY = r"(?P<weekday>mon|tues?|thu(?:rs?)?|fri|(?-i:Weds?|Sat|Sun))\.?"
_DAYPART = r"(?: (?:morning|afternoon|evening|night|lunchtime)(?!\s{1,4}(?-i:Live|Football|Lights|Fever)))?"
# "Sunday Times", "Saturday Night Live", "Thursday's child", "Friday the 13th".
_NO_TITLE = (
    r"(?!\s{1,4}(?-i:Times|Telegraph|Express|Mail|Mirror|Herald|Post|Mercury|Night|Club|Addams|Island|Agreement|"
    r"Brunch|Politics|Football|Project|Murder)\b)(?!\s{1,4}(?:the 13th|league|prayers?|best|school)\b)"
    r"(?!'s\s{1,4}(?:child|children|people|kids?|best)\b)"
)
# "the last three years of his life": counted from something else.
_NOT_OF = r"(?!\s{1,4}of\b)"
_TIMELESS = (
    r"(?!'s\s{1,4}(?:world|youth|young|society|generations?|children|kids|standards|terms|money|teenagers|students|"
    r"parents|women|men|workers)\b)"
)
_SHORT_WEEKDAY_WORDS = words("on since until till")
_WEEKDAY_WORDS = words("on since until till before after by from through between part for around of")
_NO_BARE_WEEKDAY = words("a an the each every any one some per and or no another in s good black bloody called named")
_OWNERS = words("the his her its their our my your a very")
_DURING = words("in over during for within throughout")


def _rule(
    pattern: str,
    read: Reader,
    after: frozenset[str] | None = None,
    unless: frozenset[str] = frozenset(),
    small: bool = False,
) -> Rule:
    return Rule(spelled(pattern), read, "relative", after, unless, small)


def _offset(match: re.Match[str]) -> int:
    word = match["shift"].lower().split()[-1]
    return {"last": -1, "past": -1, "previous": -1, "next": 1, "coming": 1}.get(word, 0)


def _weekday_number(name: str) -> int:
    return _WEEKDAY_NUMBERS[name[:3].lower()]


def counts(count: str | None) -> tuple[int, int]:
    """The least and the most that a number can mean."""
    found = (count or "one").lower()
    if found in _LOOSE_NUMBERS:
        return _LOOSE_NUMBERS[found]
    number = NUMBERS.get(found) or int(found)
    return number, number


def _named_day(match: re.Match[str], anchor: Anchor) -> Span:
    name = " ".join(match["name"].lower().split())
    if name in ("last night", "overnight", "the night before last"):
        first = days_later(anchor.today, -2 if name.endswith("before last") else -1)
        return Span(first, days_later(first, 1))
    offsets = {"yesterday": -1, "the day before yesterday": -2, "tomorrow": 1, "the day after tomorrow": 2}
    return one_day(days_later(anchor.today, offsets.get(name, 0)))


def _unit_from_now(anchor: Anchor, count: int, unit: str) -> Span:
    return containing(units_later(anchor.today, count, "week" if unit == "weekend" else unit), unit)


def _calendar_unit(match: re.Match[str], anchor: Anchor) -> Span:
    return _unit_from_now(anchor, _offset(match), match["unit"].lower())


def _before_last(match: re.Match[str], anchor: Anchor) -> Span:
    return _unit_from_now(anchor, -2 if match["way"].lower() == "before" else 2, match["unit"].lower())


def _this_unit(match: re.Match[str], anchor: Anchor) -> Span:
    return containing(anchor.today, match["unit"].lower())


def _side_of_unit(match: re.Match[str], anchor: Anchor) -> Span:
    """What is "earlier this year" ends today, what is "later" begins today."""
    whole = containing(anchor.today, match["unit"].lower())
    if match["side"].lower() == "later":
        return Span(anchor.today, whole.last)
    return Span(whole.first, anchor.today)


def _weekend(match: re.Match[str], anchor: Anchor) -> Span:
    """The last that has begun; looking ahead, the one that is not over."""
    weekend = containing(anchor.limit, "weekend")
    if not anchor.ahead and weekend.first > anchor.limit:
        return containing(days_later(anchor.limit, -7), "weekend")
    return weekend


def _weekday(match: re.Match[str], anchor: Anchor) -> Span:
    """The last up to the limit, which may be the limit itself; or the first from it on."""
    distance = _weekday_number(match["weekday"]) - anchor.limit.weekday()
    return one_day(days_later(anchor.limit, distance % 7 if anchor.ahead else -(-distance % 7)))


def _weekday_of_week(match: re.Match[str], anchor: Anchor) -> Span:
    week = _unit_from_now(anchor, _offset(match), "week")
    return one_day(days_later(week.first, _weekday_number(match["weekday"])))


def _shifted_weekday(match: re.Match[str], anchor: Anchor) -> Span:
    offset = _offset(match)
    if not offset:
        return _weekday_of_week(match, anchor)
    return _weekday(match, Anchor(anchor.today, days_later(anchor.today, offset), ahead=offset > 0))


def _shifted(make: Callable[[int], Span], offset: int, today: Day) -> Span:
    """Of what comes once a year: the last that is over, this year's, or the next that has not begun."""
    if offset < 0:
        return next(span for back in range(3) if (span := make(today.year - back)).last < today)
    if offset > 0:
        return next(span for ahead in range(3) if (span := make(today.year + ahead)).first > today)
    return make(today.year)


def _shifted_month(match: re.Match[str], anchor: Anchor) -> Span:
    month = month_number(match["month"])
    return _shifted(lambda year: months_from(year, month, 1, "month"), _offset(match), anchor.today)


def _shifted_season(match: re.Match[str], anchor: Anchor) -> Span:
    name, offset, today = match["season"].lower(), _offset(match), anchor.today
    if name == "winter" and not offset:
        # Until June that is the winter that began in December, afterwards the coming one.
        return season(today.year if today.month > 6 else today.year - 1, name)
    return _shifted(lambda year: season(year, name), offset, today)


def _shifted_holiday(match: re.Match[str], anchor: Anchor) -> Span:
    def make(year: int) -> Span:
        return read_holiday(match, Anchor(anchor.today, Day(year, 12, 31)))

    return _shifted(make, _offset(match), anchor.today)


def _window(match: re.Match[str], anchor: Anchor) -> Span:
    """The last 10 days run from ten days ago to today, the next two weeks likewise ahead."""
    unit = match["unit"].lower()
    # "In the past weeks" are a few.
    number = counts(match["count"] or ("few" if match.groupdict().get("many") else "one"))[1]
    if unit == "hour":
        unit, number = "day", (number + 23) // 24
    if _offset(match) > 0:
        return Span(anchor.today, units_later(anchor.today, number, unit))
    return Span(units_later(anchor.today, -number, unit), anchor.today)


def _ago(match: re.Match[str], anchor: Anchor) -> Span:
    """Days are counted exactly; two weeks, months or years ago is that week, month or year of the calendar."""
    unit = match["unit"].lower()
    least, most = counts(match["count"])
    if unit in ("minute", "hour"):
        per_day = 24 if unit == "hour" else 24 * 60
        return Span(days_later(anchor.today, -most // per_day), days_later(anchor.today, -(least // per_day)))
    first, last = units_later(anchor.today, -most, unit), units_later(anchor.today, -least, unit)
    if unit == "day" or match["sharp"]:
        return Span(first, last, "day" if first == last else "")
    unit = "week" if unit == "fortnight" else unit
    return Span(containing(first, unit).first, containing(last, unit).last, unit if first == last else "")


def _half_ago(match: re.Match[str], anchor: Anchor) -> Span:
    """Half a year, or one and a half years, ago: the month that it falls in, and its neighbours."""
    months = counts(match["count"])[1] * 12 + 6 if match["more"] else 6
    month = months_later(anchor.today, -months - 1)
    return months_from(month.year, month.month, 3, "")


def _ago_within(match: re.Match[str], anchor: Anchor) -> Span:
    """Two years ago this month."""
    day = units_later(anchor.today, -counts(match["count"])[1], match["unit"].lower())
    return containing(day, match["within"].lower())


def _from_now(match: re.Match[str], anchor: Anchor) -> Span:
    """In two weeks' time: days are counted exactly, otherwise it is that week, month or year of the calendar."""
    unit = match["unit"].lower()
    least, most = (units_later(anchor.today, number, unit) for number in counts(match["count"]))
    unit = "week" if unit == "fortnight" else unit
    return Span(containing(least, unit).first, containing(most, unit).last)


def _turn_of_the_year(match: re.Match[str], anchor: Anchor) -> Span:
    return nearest(lambda year: part(months_from(year, 1, 12, "year"), "turn"), anchor)


def _recent(match: re.Match[str], anchor: Anchor) -> Span:
    unit = match["unit"].lower()
    return Span(units_later(anchor.today, -_RECENT[unit], unit), anchor.today)


def _recently(match: re.Match[str], anchor: Anchor) -> Span:
    return Span(days_later(anchor.today, -_RECENTLY_DAYS), anchor.today)


def _this_time(match: re.Match[str], anchor: Anchor) -> Span:
    day = units_later(anchor.today, -1, match["unit"].lower())
    wide = _THIS_TIME_DAYS if match["unit"].lower() == "year" else 1
    return Span(days_later(day, -wide), days_later(day, wide))


def _now(match: re.Match[str], anchor: Anchor) -> Span:
    return one_day(anchor.today)


RELATIVE: tuple[Rule, ...] = (
    _rule(
        r"(?P<name>the day before yesterday|the day after tomorrow|the night before last|last night|"
        rf"yesterday|tomorrow|today{_TIMELESS}|tonight|"
        r"overnight(?! (?:success|stays?|oats|trains?|bus|flights?|camp|bag|guests?|visitors?|ferry|sensation)))",
        _named_day,
    ),
    _rule(r"(?P<name>this (?:morning|afternoon|evening)|(?:earlier|later) today)", _named_day),
    _rule(rf"the {_UNIT} (?P<way>before) last", _before_last),
    _rule(rf"the {_UNIT} (?P<way>after) next", _before_last),
    _rule(r"this time last (?P<unit>year|month|week)", _this_time),
    _rule(rf"{_WEEKDAY}{_DAYPART} (?:of )?(?P<shift>last|this|next) week", _weekday_of_week),
    _rule(rf"{_SHIFT} {_WEEKDAY}{_DAYPART}{_NO_TITLE}{_NOT_OF}", _shifted_weekday),
    _rule(rf"{_SHORT_WEEKDAY}{_DAYPART} (?:of )?(?P<shift>last|this|next) week", _weekday_of_week),
    _rule(rf"(?P<shift>last|this|next) {_SHORT_WEEKDAY}{_DAYPART}{FREE}", _shifted_weekday, unless=_OWNERS),
    # Never "how this may end", "the last march", "this fall in prices".
    _rule(rf"{_SHIFT} {PLAIN_MONTH}(?! [0-9])", _shifted_month, unless=_OWNERS),
    _rule(rf"(?!this (?-i:m)){_SHIFT} {NAME_MONTH}", _shifted_month, unless=_OWNERS),
    _rule(rf"{_SHIFT} (?!fall){SEASON}(?! (?:olympics|games|of))", _shifted_season, unless=_OWNERS),
    _rule(rf"{_SHIFT} (?P<season>fall){FREE}(?! (?:in|of|on))", _shifted_season, unless=_OWNERS),
    _rule(rf"{_SHIFT} {HOLIDAY}{FREE}", _shifted_holiday, unless=_OWNERS),
    _rule(rf"(?P<shift>last|this|next) {_UNIT}{_NOT_OF}", _calendar_unit, unless=_OWNERS),
    _rule(
        rf"the (?P<shift>last|past|previous|next|coming) (?P<unit>quarter){FREE}{_NOT_OF}",
        _calendar_unit,
        after=_DURING,
    ),
    _rule(rf"(?P<side>earlier|later|so far)(?: in)? (?:this|the) {_UNIT}", _side_of_unit),
    _rule(
        rf"(?:the|these) (?P<shift>last|past|previous|next|coming) {COUNT} (?P<unit>hour|day|week|month|quarter|year|"
        rf"decade)s?{_NOT_OF}",
        _window,
    ),
    _rule(rf"(?P<shift>last|past) {COUNT} {_COUNTED}{_NOT_OF}", _window, after=_DURING),
    _rule(rf"the (?P<shift>last|past|next|coming)(?P<count>) (?P<unit>week|month|year|decade){_NOT_OF}", _window),
    _rule(rf"(?P<shift>this past|this coming)(?P<count>) (?P<unit>week|month|year){_NOT_OF}", _window),
    _rule(r"(?P<shift>this past|this coming) (?P<unit>weekend)", _calendar_unit),
    _rule(
        rf"(?:the )?(?P<shift>past|coming)(?P<count>) (?P<unit>day|week|month|year|decade)(?P<many>s?){_NOT_OF}",
        _window,
        after=_DURING,
    ),
    _rule(
        rf"half a year ago|(?P<more>(?:{COUNT}|an?)(?: years?{_AND_A_HALF}|{_AND_A_HALF} years)) ago",
        _half_ago,
    ),
    _rule(rf"{_AMOUNT} (?P<unit>month|year|decade)s? ago this (?P<within>week|month)", _ago_within),
    _rule(
        rf"{_AMOUNT} (?P<unit>minute|hour|day|week|fortnight|month|year|decade)s? ago(?P<sharp> today)?",
        _ago,
    ),
    _rule(rf"{_AMOUNT} {_COUNTED}'?s? time{FREE}", _from_now, after=words("in")),
    _rule(rf"{_AMOUNT} {_COUNTED} from (?:now|today)", _from_now),
    _rule(r"(?:the )?turn of the year", _turn_of_the_year),
    _rule(r"recently|lately", _recently),
    _rule(r"recent (?P<unit>day|week|month|year|decade)s", _recent, after=_DURING),
    _rule(r"the weekend(?! edition)", _weekend),
    _rule(rf"the {_UNIT}", _this_unit, after=frozenset({"part"})),
    _rule(rf"{_WEEKDAY}{_DAYPART}{_NO_TITLE}", _weekday, after=_WEEKDAY_WORDS),
    _rule(rf"{_SHORT_WEEKDAY}{_DAYPART}{FREE}", _weekday, after=_SHORT_WEEKDAY_WORDS),
    _rule(
        rf"{_WEEKDAY}{_DAYPART}(?:{FREE}|(?='s )){_NO_TITLE}",
        _weekday,
        unless=_NO_BARE_WEEKDAY,
        small=True,
    ),
    _rule(r"(?P<name>now|the present(?: day)?|present|date)", _now, after=frozenset({"between"})),
)
