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
    r"(?P<third>early|mid|late)(?: in | on |[ -])|(?:the )?(?P<edge>start|beginning|middle|end|close|turn) of |"
    r"the (?P<half>first|second|latter|last) half of |the (?P<week>week) (?:of|beginning|starting|ending) |"
    r"the (?:month|year) of "
)
_PART_NAMES = {
    "beginning": "start", "turn": "start", "middle": "mid", "close": "end", "latter": "second", "last": "second",
}  # fmt: skip
_SHARP_PARTS = ("", "first", "second", "week")
_MONTH = opening(MONTH)
_RANGE = opening(r"(?:between|from) ")
_RANGE_JOIN = opening(r"\s{0,4}-\s{0,4}| (?:and|to|until|till|through|up to) (?:in |on )?")
_LIST_JOIN = opening(r"\s{0,4}-\s{0,4}|/(?=[a-z])| (?P<word>and|or|vs\.?|versus|to|until|till|through) (?:in |on )?")
_OPERATOR = opening(
    r"(?P<word>on or (?:before|after)|since|until|till|up to|up until|through|by|before|prior to|after|"
    r"around|circa|from) "
)
_OPERATORS = {
    "till": "until", "up to": "until", "up until": "until", "through": "until", "on or before": "until",
    "prior to": "before", "on or after": "since",
}  # fmt: skip
_ONWARDS = spelled(r" on(?:wards?)?")
_SECOND_OPERATOR = opening(r",? (?:and |but )?(?=(?:before|until|till|up to) )")
_BESIDE = opening(
    rf"(?:the|an?|(?:a )?{COUNT}) (?P<unit>day|week|fortnight|month|year)(?P<many>s?) (?P<side>before|after) "
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
    spoken = " ".join(opened["word"].lower().split())
    word = _OPERATORS.get(spoken, spoken)
    for operand in _operands(text, opened.end(), word):
        span, end = operand.read(anchor), operand.end
        if span and word == "from":
            onwards = _ONWARDS.match(text, end)
            if not onwards:
                continue  # "from March 2020" is a plain March 2020
            end = onwards.end()
        if not span:
            continue
        first, last = _opened(span, word)
        found = Finding(first, last, end, _exact(operand) and word not in ("by", "around"), (operand,), anchor)
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
    """The days, weeks ... that lie next to a period: "the week before Christmas 2024"."""
    # "The days after" are a few.
    number, unit = counts(opened["count"] or ("few" if opened["many"] else "one"))[1], opened["unit"].lower()
    for operand in _operands(text, opened.end(), opened["side"].lower()):
        if span := operand.read(anchor):
            exact = _exact(operand) and not (opened["many"] and not opened["count"])
            if opened["side"].lower() == "before":
                first, last = units_later(span.first, -number, unit), days_later(span.first, -1)
            else:
                first, last = days_later(span.last, 1), units_later(span.last, number, unit)
            return Finding(first, last, operand.end, exact, (operand,), anchor)
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
