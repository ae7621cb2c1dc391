"""Phrases joined to periods: "early 2023", "between May and July", "since the spring of 2022"."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.timex.absolute import ABSOLUTE, MONTH
from qa.timex.days import Span, containing, days_later, part, units_later
from qa.timex.relative import COUNT, RELATIVE, counts
from qa.timex.rules import Anchor, Atom, atoms, opening, spelled

_RULES = (*ABSOLUTE, *RELATIVE)
_PARTS = opening(
    r"(?:the )?(?P<third>early|mid|late)(?: in | on |(?: |-))|"
    r"(?:the )?(?P<edge>start|beginning|middle|end|close|turn(?! of the year(?!\w))) of |"
    r"(?:the )?(?P<half>first|second|latter|last) half of |the (?P<week>week) (?:of|beginning|starting|ending) |"
    r"the (?:month|year) of "
)
_PART_NAMES = {
    "beginning": "start", "middle": "mid", "close": "end", "latter": "second", "last": "second",
}  # fmt: skip
_SHARP_PARTS = ("", "first", "second", "week")
_MONTH = opening(MONTH)
_RANGE = opening(r"(?:between|from) ")
_RANGE_JOIN = opening(r"\s{0,4}-\s{0,4}| (?:and|to|until|till|through|up to) (?:in |on )?")
_LIST_JOIN = opening(r"\s{0,4}-\s{0,4}|/(?=[a-z])| (?P<word>and|or|vs\.?|versus|to|until|till|through) (?:in |on )?")
_OPERATOR = opening(
    r"(?P<word>on or (?:before|after)|since|until|till|up to|up until|through|by|before|prior to|after|"
    r"around|circa|from) |(?P<prefix>pre(?= |-)|post(?=-))(?: |-)"
)
_OPERATORS = {
    "till": "until", "up to": "until", "up until": "until", "through": "until", "on or before": "until",
    "prior to": "before", "on or after": "since", "pre": "before", "post": "after",
}  # fmt: skip
_ONWARDS = spelled(r" on(?:wards?)?")
_SECOND_OPERATOR = opening(r",? (?:and |but )?(?=(?:before|until|till|up to) )")
_BESIDE = opening(
    rf"(?:the|an?|(?:a )?{COUNT}) (?P<unit>day|week|fortnight|month|year)(?P<many>s?) (?P<side>before|after|to) "
)
_TRAILING_YEAR = re.compile(r"(?<![\w'-])(?P<noun>[a-z]{3,20}),?\s{1,4}(?P<year>(?:19|20)[0-9]{2})[\s?!.]{0,4}\Z")
_SENTENCE = spelled(
    r"(?<![\w-])(?:who|whom|whose|what|which|when|where|why|how|do|does|did|is|are|was|were|be|been|has|have|had|can|"
    r"could|will|would|shall|should|may|might|must)"
)
_YEARLY = re.compile(
    r"inflation|unemployment|growth|gdp|budgets?|prices|wages|rents|exports|imports|profits|results|harvest|elections?|"
    r"referendum|census|strikes?|floods?|storms?|(?:wild)?fires?|earthquake|drought|heatwave|riots?|protests?|attacks?"
)
_NUMBERED = re.compile(
    r"room|number|model|page|flight|section|article|route|chapter|line|channel|issue|resolution|building|unit|"
    r"apartment|suite|code|error|version|windows|office|area|agenda|vision|target|project|act|bill|law|rule|form|lot|"
    r"gate|platform|road|highway|exit|street|box|level|series|type|class|standard|asteroid|serial|part|about|"
    r"over|under|nearly|almost|around|roughly|exactly|only|than|least|most|some|another|all|the|these|those|and|with|"
    r"cost|costs|paid|pay|worth|price|total|pounds|dollars|euros|steps|points|runner|odyssey"
)
_WORD_BEFORE = re.compile(r"([\w'-]{1,20})\s{1,4}\Z")


@dataclass(frozen=True, slots=True)
class Operand:
    """A phrase that stands for some days: an atom, or a part of one ("early 2023", "the week of 12 June")."""

    atom: Atom
    part: str = ""

    @property
    def end(self) -> int:
        return self.atom.end

    def read(self, anchor: Anchor) -> Span | None:
        span = self.atom.read(anchor)
        if span and self.part == "week":
            return containing(span.first, "week")
        return part(span, self.part) if span and self.part else span


@dataclass(frozen=True, slots=True)
class Finding:
    """What was made of a phrase, and of what operands."""

    first: datetime.date | None
    last: datetime.date | None
    end: int
    exact: bool
    operands: tuple[Operand, ...]
    anchor: Anchor


def finding(text: str, start: int, anchor: Anchor) -> Finding | None:
    """What the words at `start` ask for, if they ask for a period."""
    try:
        return _range(text, start, anchor) or _open(text, start, anchor) or _plain(text, start, anchor)
    except (ValueError, OverflowError):
        return None  # days beyond the first and last that the calendar has


def _operands(text: str, start: int, before: str) -> Iterator[Operand]:
    if opened := _PARTS.match(text, start):
        name = (opened["third"] or opened["edge"] or opened["half"] or opened["week"] or "").lower()
        for atom in atoms(_RULES, text, opened.end(), "part"):
            yield Operand(atom, _PART_NAMES.get(name, name))
    for atom in atoms(_RULES, text, start, before):
        yield Operand(atom)


def _range(text: str, start: int, anchor: Anchor) -> Finding | None:
    """Between A and B, from A to B."""
    opened = _RANGE.match(text, start)
    for one in _operands(text, opened.end(), "between") if opened else ():
        joined = _RANGE_JOIN.match(text, one.end)
        for other in _operands(text, joined.end(), "between") if joined else ():
            if found := _joined(one, other, anchor):
                return found
    return None


def _joined(one: Operand, other: Operand, anchor: Anchor, listed: bool = False) -> Finding | None:
    """From the first day of one to the last of the other; a year that only one of them names holds for both."""
    if (one.atom.dated and other.atom.tone == "unsure") or anchor.ahead:
        first = one.read(anchor)
        limit = first and (first.last if first.unit in ("year", "decade") else first.first)
        last = limit and other.read(dataclasses.replace(anchor, limit=limit, ahead=True))
    else:
        last = other.read(anchor)
        first = last and one.read(dataclasses.replace(anchor, limit=last.last))
    if not first or not last or first.first > last.last or first.last > last.last:
        return None
    exact = _exact(one, other) and not (listed and (last.first - first.last).days > 1)
    return Finding(first.first, last.last, other.end, exact, (one, other), anchor)


def _exact(*operands: Operand) -> bool:
    """Where one of two names its year, the other needs none."""
    tones = {operand.atom.tone for operand in operands}
    rough = any(operand.part not in _SHARP_PARTS or operand.atom.guesses_order for operand in operands)
    return "exact" in tones and tones <= {"exact", "unsure"} and not rough


def _open(text: str, start: int, anchor: Anchor) -> Finding | None:
    """Since A, before A, two weeks after A."""
    if beside := _BESIDE.match(text, start):
        return _beside(text, beside, anchor)
    opened = _OPERATOR.match(text, start)
    if not opened:
        return None
    spoken = " ".join((opened["word"] or opened["prefix"]).lower().split())
    word = _OPERATORS.get(spoken, spoken)
    for operand in _operands(text, opened.end(), "pre-" if opened["prefix"] else word):
        span, end = operand.read(anchor), operand.end
        if span and word == "from":
            onwards = _ONWARDS.match(text, end)
            if not onwards:
                continue  # "from March 2020" is a plain March 2020
            end = onwards.end()
        if not span or (opened["prefix"] and operand.atom.tone != "exact"):
            continue  # "pre-Christmas" is a kind of sale
        first, last = _opened(span, word)
        exact = _exact(operand) and word not in ("by", "around") and not opened["prefix"]
        found = Finding(first, last, end, exact, (operand,), anchor)
        return _closed(text, found) if first and not last else found
    return None


def _opened(span: Span, word: str) -> tuple[datetime.date | None, datetime.date | None]:
    if word in ("since", "from"):
        return span.first, None
    if word == "after":
        return days_later(span.last, 1), None
    if word == "before":
        return None, days_later(span.first, -1)
    if word == "around":
        # Half its length on either side, and three days at least.
        margin = max(3, (span.last - span.first).days // 2)
        return days_later(span.first, -margin), days_later(span.last, margin)
    return None, span.last


def _closed(text: str, found: Finding) -> Finding:
    """After A and before B: the open end closed, if the words go on so."""
    goes_on = _SECOND_OPERATOR.match(text, found.end)
    until = _open(text, goes_on.end(), found.anchor) if goes_on else None
    if not until or not until.last or not found.first or until.last < found.first:
        return found
    operands = found.operands + until.operands
    return dataclasses.replace(
        found, last=until.last, end=until.end, exact=found.exact and until.exact, operands=operands
    )


def _beside(text: str, opened: re.Match[str], anchor: Anchor) -> Finding | None:
    """The days, weeks ... that lie next to a period ("the week before Easter"), or end with it ("the year to May")."""
    # "The days after" are a few.
    number, unit = counts(opened["count"] or ("few" if opened["many"] else "one"))[1], opened["unit"].lower()
    side = opened["side"].lower()
    if side == "to" and unit == "day":
        return None  # "two days to Christmas" lie ahead of today
    for operand in _operands(text, opened.end(), "until" if side == "to" else side):
        if span := operand.read(anchor):
            exact = _exact(operand) and not (opened["many"] and not opened["count"])
            if side == "before":
                first, last = units_later(span.first, -number, unit), days_later(span.first, -1)
            elif side == "to":
                first, last = units_later(days_later(span.last, 1), -number, unit), span.last
            else:
                first, last = days_later(span.last, 1), units_later(span.last, number, unit)
            return Finding(first, last, operand.end, exact, (operand,), anchor)
    return None


def trailing_year(text: str, anchor: Anchor) -> tuple[int, Finding] | None:
    """The year at the very end: "inflation 2023", and where it begins.

    Where the words are no sentence, any common noun may lead to it but those that are numbered themselves
    ("room 2019"); in a sentence ("How high was inflation 2023?") only one of what each year has its own.
    """
    led = _TRAILING_YEAR.search(text)
    if not led or int(led["year"]) > anchor.today.year + 1:
        return None
    if not _YEARLY.fullmatch(led["noun"]) and (_SENTENCE.search(text) or _NUMBERED.fullmatch(led["noun"])):
        return None
    start = led.start("year")
    for operand in _operands(text, start, "for"):
        if span := operand.read(anchor):
            return start, Finding(span.first, span.last, operand.end, False, (operand,), anchor)
    return None


def _plain(text: str, start: int, anchor: Anchor) -> Finding | None:
    """In A, or in A and B."""
    before = _WORD_BEFORE.search(text[max(0, start - 25) : start])
    word = before[1] if before else ""
    for one in _operands(text, start, word):
        if found := _listed(text, one, anchor):
            return found
        if span := one.read(anchor):
            exact = _exact(one) and word.lower() != "for"
            return Finding(span.first, span.last, one.end, exact, (one,), anchor)
    # "May-July 2024" needs no word before it.
    for one in _operands(text, start, "between") if _MONTH.match(text, start) else ():
        if one.atom.tone == "unsure" and (found := _listed(text, one, anchor)) and found.exact:
            return found
    return None


def _listed(text: str, one: Operand, anchor: Anchor) -> Finding | None:
    joined = _LIST_JOIN.match(text, one.end)
    if not joined:
        return None
    listed = (joined["word"] or "").lower() not in ("", "to", "until", "till", "through")
    for other in _operands(text, joined.end(), "between"):
        if found := _joined(one, other, anchor, listed):
            return found
    return None
