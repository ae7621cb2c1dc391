"""Numbers in a sentence with what they count or measure: "46 turbines", "about 3.1 million merks", "two thirds".

No quantity: what is left open ("dozens of people"), ordinals, days and years of the calendar, times of day, scores
("4-1"), and numbers that are part of a name or code ("No. 7", "A14").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.timex.rules import words as word_set

MONEY = "money"
SHARE = "share"
LENGTH = "length"
WEIGHT = "weight"
DURATION = "duration"
AREA = "area"
SPEED = "speed"
VOLUME = "volume"
POWER = "power"
HEAT = "heat"

# Each unit with what it measures. Plural forms only where they are not made with "s".
_UNITS = {
    MONEY: "merk dollar euro pound cent penny pence franc crown krone kroner krona kronor yen yuan rupee rouble ruble "
    "peso lira shekel won zloty rand real baht rial dinar dirham florin mark guinea shilling",
    SHARE: "percent per_cent % percentage_point",
    LENGTH: "metre meter kilometre kilometer mile foot feet inch inches yard centimetre centimeter millimetre "
    "millimeter km cm mm m ft league nautical_mile",
    WEIGHT: "kilogram kilo kg gram tonne ton pound ounce stone lb",
    DURATION: "second minute hour day night week fortnight month year decade century centuries season",
    AREA: "hectare acre square_kilometre square_metre square_mile square_kilometer square_meter square_foot "
    "square_feet",
    SPEED: "mph km/h kph knot kilometres_an_hour miles_an_hour miles_per_hour kilometres_per_hour",
    VOLUME: "litre liter gallon barrel pint cubic_metre cubic_meter",
    POWER: "megawatt gigawatt kilowatt watt mw gw kw megawatt-hour kilowatt-hour kwh mwh",
    HEAT: "degree celsius fahrenheit",
}
_MEASURES = {
    word.replace("_", " "): measure for measure, spelled in reversed(_UNITS.items()) for word in spelled.split()
}
_SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12,
           "m": 10**6, "bn": 10**9, "k": 1000, "mn": 10**6}  # fmt: skip
_PARTS = {
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_WORDS = "|".join([*_TENS, *sorted(_SMALL, key=len, reverse=True)])
_SCALE = r"hundred|thousand|million|billion|trillion|dozen"
_NUMBER = re.compile(
    rf"(?<![\w.,/:#-])(?:"
    rf"(?P<fraction>(?:a|one|two|three|four|five|seven|nine)[ -](?:third|quarter|fifth|sixth|eighth|tenth)s?"
    rf"(?= of\b)|half(?= of\b| the\b))"
    rf"|(?P<currency>[$£€¥]|US\$|A\$|C\$)(?P<priced>{_DIGITS})(?:[ -]?(?P<price_scale>{_SCALE}|bn|mn|m|k)\b)?"
    rf"|(?P<digits>{_DIGITS})(?:(?:[ -](?:and[ -]a[ -]half[ -])?)(?P<scale>{_SCALE})\b|(?P<short>bn|mn|m)\b)?"
    rf"|(?P<words>(?:(?:an?|{_WORDS})(?:[ -](?:{_WORDS}))?[ -](?:and[ -]a[ -]half[ -])?(?:{_SCALE})"
    rf"(?:[ ,-](?:and[ ])?(?:{_WORDS}|{_SCALE})){{0,6}}|(?:{_WORDS})(?:-(?:{_WORDS}))?))\b)",
    re.IGNORECASE,
)
_OF_MORE = re.compile(rf" (?:out )?of (?:(?:the|its|his|her|their|all|these|those) )?(?:{_DIGITS}|{_WORDS})\b", re.I)
_UNIT_NAMES = "|".join(
    re.escape(name).replace(r"\ ", r"[ -]") + ("s?" if name[-1].isalpha() else "")
    for name in sorted(_MEASURES, key=len, reverse=True)
)
_UNIT = re.compile(
    rf"(?:[ -](?:(?-i:(?=[A-Z])[A-Z][a-z]{{2,12}}) )?(?P<name>{_UNIT_NAMES})(?!\w)|(?P<sign>%))", re.IGNORECASE
)
_MODIFIER = re.compile(
    r"(?P<about>about|around|some|roughly|approximately|nearly|almost|close to|an estimated|estimated"
    r"|just (?:over|under)|up to|circa)\s{1,3}\Z|(?P<more>more than|over|above|upwards of)\s{1,3}\Z"
    r"|(?P<least>at least|no fewer than|no less than)\s{1,3}\Z"
    r"|(?P<less>fewer than|less than|under|below|not even|at most)\s{1,3}\Z",
    re.IGNORECASE,
)
_NO_QUANTITY_BEFORE = re.compile(
    r"(?:\b(?:no|nos|number|room|page|section|article|chapter|line|flight|route|platform|version|turbine|under-?|aged)"
    r"\.? |\b[A-Z]+[-/]|[€$£]|\b(?:past|quarter to|minutes to) |\bby (?=\d\d?[.:]\d\d\b)|-)\Z",
    re.IGNORECASE,
)
_AT = re.compile(r"\bat (?:about |around )?\Z", re.IGNORECASE)
_MONTHS = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
)
_DATE_AFTER = re.compile(rf"(?:st|nd|rd|th)?(?:\s{{1,3}}(?:of\s{{1,3}})?{_MONTHS}\b|(?:st|nd|rd|th)\b)", re.IGNORECASE)
_DATE_BEFORE = re.compile(rf"\b{_MONTHS}\.?\s{{1,3}}\Z", re.IGNORECASE)
_CLOCK_AFTER = re.compile(r"(?:[.:]\d\d)?\s?(?:[ap]\.?m\b|o[’']clock)|:\d\d|-\d|/\d|–\d", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_WORD = re.compile(r"\s{1,3}(?P<word>[^\W\d_][\w’'-]*)")
# No adjective or noun of what is counted: there the phrase is over.
_STOP = word_set(
    """a an the and or but of in on at to from by for with about after before between since until as than is are was
    were be been has have had do does did will would can could may might must who whom which that this these those
    it he she they we you i his her its their our my your not no if so when while where more less fewer each every
    per over under against into through during ago old later earlier off out up down apiece away there here then
    also only again today yesterday tomorrow tonight last next monday tuesday wednesday thursday friday saturday
    sunday january february march april june july august september october november december including because
    though although"""
)
_VERBS = word_set(
    """died die dead injured hurt killed missing arrested went came said told took made left lost won ran fell rose
    voted marched walked attended fled joined signed got became survived drowned remain remained remains"""
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """`sentence[start:end]` is the number with its unit or what it counts; `number_end` is where the number ends.

    `value` is the number as one ("3.1 million" is 3,100,000; of "21 of 118" it is 21). `measure` is what its unit
    measures ("money", "duration" ...), empty for what is counted. `unit` is the unit, `nouns` the words counted, in
    small letters. `modifier` is "about", "more", "least", "less" or empty.
    """

    start: int
    number_end: int
    end: int
    value: float
    measure: str
    unit: str
    nouns: tuple[str, ...]
    modifier: str


def quantities_in(sentence: str) -> tuple[Quantity, ...]:
    """The quantities of a sentence, in their order; they do not overlap."""
    return tuple(_quantities(sentence))


def _quantities(text: str) -> Iterator[Quantity]:
    passed = 0
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if start < passed or _is_no_quantity(text, match):
            continue
        value = _value(match)
        if value is None:
            continue
        before = text[max(0, start - 25) : start]
        of_more = _OF_MORE.match(text, end)
        number_end = of_more.end() if of_more else end
        unit = _UNIT.match(text, number_end)
        name = (unit["name"] or unit["sign"]).lower().replace("-", " ") if unit else ""
        measure = MONEY if match["currency"] else _measure(name)
        end, nouns = (unit.end(), ()) if unit else (number_end, ()) if measure else _counted(text, number_end)
        if match["fraction"] and not measure:
            measure, nouns = SHARE, ()
            end = number_end
        passed = end
        yield Quantity(start, number_end, end, value, measure, _singular(name), nouns, _modifier(before, measure))


def _modifier(before: str, measure: str) -> str:
    """The name of the word that leads to a number; "over 30 years" is a span of time and no more than it says."""
    found = _MODIFIER.search(before)
    name = next((name for name, word in found.groupdict().items() if word), "") if found else ""
    return "" if name == "more" and measure == DURATION else name


def _is_no_quantity(text: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    before, number = text[max(0, start - 20) : start], match.group()
    if _NO_QUANTITY_BEFORE.search(before) and not match["currency"]:
        return True
    if _AT.search(before) and not match["currency"] and not _UNIT.match(text, end) and match["scale"] is None:
        return True  # "at five", a time of day
    if match["digits"]:
        if _CLOCK_AFTER.match(text, end) or _DATE_AFTER.match(text, end) or text[end : end + 1].isalpha():
            return True
        if _DATE_BEFORE.search(before) and len(number) < 3:
            return True
        if _YEAR.fullmatch(number) and not _UNIT.match(text, end) and not _counted(text, end)[1]:
            return True
        # "in 2019 crowds": a year after "in" is one whatever follows.
        return bool(_YEAR.fullmatch(number) and re.search(r"\b(?:in|since|of|from|until|by)\s\Z", before))
    # "One of them", "no one", "the one who".
    if number.lower() != "one" or _UNIT.match(text, end):
        return False
    nouns = _counted(text, end)[1]
    return not nouns or nouns[-1].endswith(("ed", "ing"))


def _value(match: re.Match[str]) -> float | None:
    if match["fraction"]:
        words = re.split(r"[ -]", match["fraction"].lower())
        count = _SMALL.get(words[0], 1) if len(words) > 1 else 1
        return count / _PARTS[words[-1].removesuffix("s") if words[-1] != "half" else "half"]
    if digits := match["digits"] or match["priced"]:
        scale = (match["scale"] or match["short"] or match["price_scale"] or "").lower()
        value = float(digits.replace(",", ""))
        if "and" in match.group().lower():
            value += 0.5
        return value * _SCALES.get(scale, 1)
    return _spelled(match["words"].lower())


def _spelled(words: str) -> float | None:
    """The value of a number in words: "three hundred and forty", "two and a half million"."""
    total, current = 0.0, 0.0
    words = re.sub(r"and[ -]a[ -]half", "plus-half", words)
    for word in re.split(r"[ ,-]+", words):
        if word in _SMALL:
            current += _SMALL[word]
        elif word in _TENS:
            current += _TENS[word]
        elif word == "half":
            current += 0.5
        elif word in ("a", "an"):
            current = 1
        elif word in _SCALES:
            scaled = (current or 1) * _SCALES[word]
            total, current = (total, scaled) if word in ("hundred", "dozen") else (total + scaled, 0)
    return total + current


def _measure(name: str) -> str:
    return _MEASURES.get(name) or _MEASURES.get(name.removesuffix("s"), "")


def _singular(name: str) -> str:
    """One spelling for each unit."""
    name = {"%": "percent", "per cent": "percent", "feet": "foot", "inches": "inch", "pence": "penny"}.get(name, name)
    name = name.removesuffix("s") if name not in ("celsius",) else name
    return name.replace("meter", "metre").replace("liter", "litre")


def _counted(text: str, start: int) -> tuple[int, tuple[str, ...]]:
    """Where the words that a number counts end, at most three of them: "46 large turbines"."""
    nouns: list[str] = []
    end = start
    while len(nouns) < 3 and (match := _WORD.match(text, end)):
        word = match["word"].lower()
        if word in _STOP or word in _VERBS or (nouns and (_ends_in_a_plural(nouns) or match["word"][0].isupper())):
            break
        end = match.end()
        nouns.append(word)
    return end, tuple(nouns)


_PLURALS = word_set("people men women children police feet mice fish sheep staff teeth")


def _ends_in_a_plural(nouns: list[str]) -> bool:
    last = nouns[-1]
    return last in _PLURALS or (last.endswith("s") and not last.endswith(("ss", "ous", "us", "christmas")))
