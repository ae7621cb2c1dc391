"""What of a sentence can be looked up in a passage: names, numbers, dates, quotations, addresses, and its words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa.lexical import terms_of
from qa.llm.numbers import numbers_in
from qa.llm.plain import bare
from qa.mention_words import FUNCTION
from qa.proper_names import dateline_end, names_in
from qa.quantities import quantities_in
from qa.timex.absolute import MONTH, month_number
from qa.timex.rules import words as word_set

# Day, month, year; None where it is not named.
Date = tuple[int | None, int | None, int | None]

_DAY = r"(?<![\w.,])(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)(?!\w)"
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<!\w)(?P<year>(?:1[5-9]|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?!\w)",
        rf"{_DAY} (?:of )?{MONTH}(?!\w)(?:,? {_YEAR})?",
        rf"(?<!\w){MONTH} {_DAY}(?!\w)(?:,? {_YEAR})?",
        rf"(?<!\w){MONTH},? {_YEAR}",
    )
)
_WORD = re.compile(r"[^\W\d_](?:\w|[’'-](?=\w))*")
_TOKEN = re.compile(r"[^\W_]+")
_INITIALS = re.compile(r"\b([A-Za-z])\.(?=[A-Za-z]\b)")
_QUOTATION = re.compile(
    r"[“”„«»\"]([^“”„«»\"]{2,})(?:[“”„«»\"]|\Z)|(?<!\w)[‘'](?=\w)([^‘’'\n]{2,}(?:[’'](?=\w)[^‘’'\n]*)*)[’'](?!\w)"
)
_ADDRESS = re.compile(r"(?:https?:|www\.)\S+|\S+@\S+|(?<!\w)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?!\w)\S*", re.IGNORECASE)
_COUNTED = "counted"
# "Said" says only that somebody is quoted, and a name that must be in the passage stands with it.
_MEANINGLESS = FUNCTION | word_set("of s said says say ca wo")
_NOT = re.compile(r"n[’']t\b")
# Where a sentence begins with one of these, its capital says nothing, nor does the word.
_OPENERS = FUNCTION | word_set(
    """all another any both each every few many more most no one several some such then their his her its our my your
    however meanwhile instead still yet overall additionally moreover furthermore also later earlier eventually finally
    initially previously recently afterwards subsequently despite according given following regarding based during
    within without among around until once though even currently now today yesterday other others"""
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a text holds that claims can be found in. `numbers` maps each value to what it measures or counts."""

    tokens: str
    terms: frozenset[str]
    numbers: dict[float | str, frozenset[str]]
    dates: frozenset[Date]
    bare: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What must stand in a passage; `kind` and `text` are for the reader."""

    kind: str
    text: str

    def stands_in(self, evidence: Evidence) -> bool:
        raise NotImplementedError


class _Named(Claim):
    """Words with capitals stand there as whole words in their order, in any case."""

    def stands_in(self, evidence: Evidence) -> bool:
        return tokens_of(self.text) in evidence.tokens


class _Opening(Claim):
    """The word that begins the sentence, whose capital may come from that, stands there in any form."""

    def stands_in(self, evidence: Evidence) -> bool:
        return set(terms_of(self.text)) <= evidence.terms


class _Quoted(Claim):
    def stands_in(self, evidence: Evidence) -> bool:
        return bare(self.text).strip(" .,;:!?") in evidence.bare


class _Address(Claim):
    """An address stands there whole: "evil.example" is not in "notevil.example"."""

    def stands_in(self, evidence: Evidence) -> bool:
        address = re.escape(bare(self.text).rstrip(".,;:!?)"))
        return bool(re.search(rf"(?<![\w.@/-]){address}(?![\w/-]|\.\w)", evidence.bare, re.IGNORECASE))


@dataclass(frozen=True, slots=True)
class _Counted(Claim):
    values: frozenset[float | str] = frozenset()
    counts: str = ""

    def stands_in(self, evidence: Evidence) -> bool:
        """Whether one of the values stands there, of the same measure where both name one."""
        found = frozenset[str]().union(*(evidence.numbers.get(value, ()) for value in self.values))
        return bool(found) and (not self.counts or self.counts in found or "" in found)


@dataclass(frozen=True, slots=True)
class _Dated(Claim):
    date: Date = (None, None, None)

    def stands_in(self, evidence: Evidence) -> bool:
        return any(
            all(part in (None, other) for part, other in zip(self.date, known, strict=True)) for known in evidence.dates
        )


def claims_in(text: str) -> tuple[Claim, ...]:
    """All that must stand in a passage for the sentence to be borne out, in no particular order."""
    dates, rest = _dates(text)
    found: list[Claim] = [_Dated("the date", phrase, date) for phrase, date in dates]
    found += [_Counted("the number", phrase, values, counts) for phrase, values, counts in _numbers(rest)]
    found += [_Quoted("the quotation", match[1] or match[2]) for match in _QUOTATION.finditer(text)]
    found += [_Address("the address", match.group()) for match in _ADDRESS.finditer(text)]
    return (*found, *_named(rest))


def evidence_in(text: str, dates: Iterable[Date] = ()) -> Evidence:
    """What a text of a passage holds; `dates` are those that its words stand for ("on Tuesday")."""
    spelled, rest = _dates(text)
    known = frozenset({*(date for _, date in spelled), *dates})
    numbers: dict[float | str, frozenset[str]] = {float(year): frozenset({""}) for _, _, year in known if year}
    for _, values, counts in _numbers(rest):
        for value in values:
            numbers[value] = numbers.get(value, frozenset()) | {counts}
    return Evidence(tokens_of(text), frozenset(terms_of(text)), numbers, known, bare(text))


def joined(parts: Iterable[Evidence]) -> Evidence:
    """What several texts hold together; no name or quotation reaches from one into the next."""
    parts = tuple(parts)
    numbers: dict[float | str, frozenset[str]] = {}
    for part in parts:
        for value, counts in part.numbers.items():
            numbers[value] = numbers.get(value, frozenset()) | counts
    return Evidence(
        "|".join(part.tokens for part in parts), frozenset().union(*(part.terms for part in parts)), numbers,
        frozenset().union(*(part.dates for part in parts)), "|".join(part.bare for part in parts),
    )  # fmt: skip


def tokens_of(text: str) -> str:
    """The words without case and accents, with a space around each: " u s " stands in " the u s navy "."""
    folded = unicodedata.normalize("NFKD", _INITIALS.sub(r"\1", text)).casefold()
    kept = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return f" {' '.join(_TOKEN.findall(kept))} "


def terms_in_order(text: str) -> list[str]:
    """The stems of the words that carry meaning; numbers, which are checked by value, are left out."""
    text = _NOT.sub(" not", text).replace("%", " percent")
    for number in numbers_in(text):
        text = f"{text[: number.start]}{' ' * (number.end - number.start)}{text[number.end :]}"
    return [term for word in _WORD.findall(text) if word.lower() not in _MEANINGLESS for term in terms_of(word)]


def terms_with_meaning(text: str) -> frozenset[str]:
    return frozenset(terms_in_order(text))


def _dates(text: str) -> tuple[list[tuple[str, Date]], str]:
    """The calendar's days and months in a text, and the text with spaces in their places."""
    found: list[tuple[str, Date]] = []
    for pattern in _DATES:
        for match in list(pattern.finditer(text)):
            month = match["month"]
            if month[0].islower():
                continue  # "may"
            named = match.groupdict()
            number = int(month) if month.isdigit() else month_number(month)
            day, year = (int(named[part]) if named.get(part) else None for part in ("day", "year"))
            found.append((match.group(), (day, number, year)))
            text = text[: match.start()] + " " * len(match.group()) + text[match.end() :]
    return found, text


def _numbers(text: str) -> Iterator[tuple[str, frozenset[float | str], str]]:
    """Each number with its values, and what it measures or that it counts something; empty where that is not clear."""
    counts = {
        place: quantity.measure or (_COUNTED if quantity.nouns else "")
        for quantity in quantities_in(text) for place in range(quantity.start, quantity.number_end)
    }  # fmt: skip
    for number in numbers_in(text):
        yield text[number.start : number.end], number.values, counts.get(number.start, "")


def _named(text: str) -> Iterator[Claim]:
    """The names, and the words with capitals that are no names: offices, nationalities, days of the week."""
    names = names_in(text)
    inside = {place for name in names if name.sure for place in range(name.start, name.end)}
    yield from (_Named("the name", name.text) for name in names if name.sure)
    opening = True
    for match in _WORD.finditer(text, dateline_end(text)):
        word, first = match.group(), opening
        opening = False
        if match.start() in inside or (word.lower() in (_OPENERS if first else FUNCTION) and (first or word != "May")):
            continue
        if first:
            yield _Opening("the word", word)
        elif word != word.lower():
            yield _Named("the word", word)
