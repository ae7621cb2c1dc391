"""Quoted sentences of different articles that disagree: in a number, a date, a name, or in whether it is so.

Two sentences are compared in one thing only: what the question asks for. A number is compared with one of the same
unit or noun, a name with the only name that answers, a day with the only day. Nothing is said where the two may speak
of different things: they share too few words, each names somebody that the other does not, they stand for different
days, one tells what is planned and the other what was.

What differs because time went on is an update, not a conflict: the articles are of different days, and what is told is
not the same past event. A correction wins over what was published before it, and is an update of it, too.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qa.asked import Asked, share
from qa.conflicts.claims import (
    NUMBER,
    OPEN_KINDS,
    POLARITY,
    SAME_CLAIM,
    Claim,
    Statement,
    claims_of,
    current_versions,
    moment_of,
)  # fmt: skip
from qa.lexical import terms_of
from qa.mention_words import FUNCTION_WORDS
from qa.proper_names import is_speaker, names_in
from qa.quantities import Quantity
from qa.records import CORRECTED, Article, day_of
from qa.short_answers import DATE, NAME, without_source
from qa.spoken_dates import SpokenDate, dates_in
from qa.timex.days import written

__all__ = ["DATE", "NAME", "NUMBER", "POLARITY", "Disagreement", "Statement", "agree", "find_conflicts", "in_words"]

# So far apart are two numbers that are the same to a newspaper: "about 8,000" and "8,300", "1.2" and "1.22 million".
_TOLERANCE = 0.05
# What the question leaves open is compared in sentences that share so much of the shorter one.
_SHARED = 0.5
_FEWEST_SHARED = 2
# Reports of the same event follow each other within a week; later ones tell of the next.
_SAME_EVENT_DAYS = 7
# Who holds an office changes; who did something does not.
_STATE = re.compile(r"\bwho (?:is|are|runs?|leads?|heads?|owns?|chairs?|coaches)\b", re.IGNORECASE)
_ASKS_DIFFERENCE = re.compile(
    r"[,;:–-]+\s*(?:and )?(?:do|does|did|can|is|are)\b.{1,120}\b(?:agree|disagree|differ)\b.*", re.IGNORECASE
)
_PLANNED = re.compile(
    r"\b(?:will|would|shall|may|might|could|plan(?:s|ned)?|forecasts?|expect(?:s|ed)?|propos(?:e|es|ed|al)|hopes?|aims?|"
    r"targets?|(?:is|are) to|going to|promise[sd]?|ask(?:s|ed) for|demand(?:s|ed)?|wants?|offer(?:s|ed)?)\b",
    re.IGNORECASE,
)
# A count that goes on: the next report has more.
_COUNT_GOES_ON = re.compile(
    r"\b(?:toll|has risen|have risen|rose to|risen to|now|so far|known to|confirmed|latest|raised|revised|fallen to|"
    r"has fallen|at least)\b",
    re.IGNORECASE,
)
_TOLD_ON = re.compile(
    r"\b(?:said|says|told|announced|reported|added|statement)(?: on| late| early| late on)?\s\Z", re.IGNORECASE
)
_SMALL_TERMS = frozenset(terms_of(FUNCTION_WORDS)) | frozenset(
    terms_of("said says say told people year years day days new")
)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Statements that disagree, the newest first, and what each of them says (`values`, in the same order).

    `kind` is "number", "date", "name" or "polarity". With `update` the later ones replace the earlier ones, because
    time went on or a report was corrected.
    """

    kind: str
    update: bool
    statements: tuple[Statement, ...]
    values: tuple[str, ...]


def find_conflicts(question: str, statements: Sequence[Statement]) -> tuple[Disagreement, ...]:
    """What the statements disagree in, conflicts before updates; each pair of statements in one thing at most.

    Args:
        question: what they answer; one question, not several in one.
        statements: quoted sentences. Of two versions of an article only the newer one is heard.
    """
    question = _ASKS_DIFFERENCE.sub("", without_source(question))
    asked = Asked(question, lambda term: 1, 1)
    claims = [claim for statement in current_versions(statements) for claim in claims_of(question, asked, statement)]
    edges = [
        (one, other, update)
        for one, other in itertools.combinations(claims, 2)
        if (update := _disagree(asked, one, other)) is not None and (not update or _says_alike(one, other))
    ]
    return tuple(
        _conflict(group, update)
        for update in (False, True)
        for group in _groups([(one, other) for one, other, is_update in edges if is_update == update])
    )


def _disagree(asked: Asked, one: Claim, other: Claim) -> bool | None:
    """None where two claims agree or cannot be compared, else whether the later one is an update."""
    if one.statement.article.id == other.statement.article.id or (one.kind, one.key) != (other.kind, other.key):
        return None
    if _copies(one.statement.sentence, other.statement.sentence) or not _same_subject(asked, one, other):
        return None
    if one.kind == NUMBER:
        return _other_number(one, other)
    if one.kind == DATE:
        return _other_day(one, other)
    apart = _days_between(one, other) > _SAME_EVENT_DAYS
    if one.kind == NAME and (not _other_name(asked, one, other) or (apart and not _STATE.search(asked.question))):
        return None
    if one.kind == POLARITY and one.value == other.value:
        return None
    return _is_later(one, other) or apart


def _says_alike(one: Claim, other: Claim) -> bool:
    """Whether two sentences share enough beside their values for the later one to tell what became of the earlier."""
    terms = [
        set(terms_of(claim.statement.sentence)) - _SMALL_TERMS - set(terms_of(f"{claim.value} {claim.key}"))
        for claim in (one, other)
    ]
    return len(terms[0] & terms[1]) >= _FEWEST_SHARED


def _copies(one: str, other: str) -> bool:
    return terms_of(one) == terms_of(other)


def _same_subject(asked: Asked, one: Claim, other: Claim) -> bool:
    """Whether the two could speak of the same thing: not of different names, and of enough that is the same."""
    sentences = [set(terms_of(claim.statement.sentence)) - _SMALL_TERMS for claim in (one, other)]
    if asked.kind in OPEN_KINDS and one.kind == NUMBER:
        shorter = min(map(len, sentences))
        if _days_between(one, other) > _SAME_EVENT_DAYS or len(sentences[0] & sentences[1]) < _SHARED * shorter:
            return False
    terms = [set(terms_of(f"{claim.statement.article.title} {claim.statement.sentence}")) for claim in (one, other)]
    if one.kind == NAME:
        return True
    return not _names_apart(one, other, terms) and not _names_apart(other, one, terms[::-1])


def _names_apart(one: Claim, other: Claim, terms: Sequence[set[str]]) -> bool:
    """Whether the one's sentence has names, and the other's article none of them."""
    sentence = one.statement.sentence
    names = [set(terms_of(name.text)) for name in names_in(sentence) if name.sure and not is_speaker(sentence, name)]
    return bool(names) and not any(name & terms[1] for name in names)


def _other_number(one: Claim, other: Claim) -> bool | None:
    first, second = one.quantity, other.quantity
    if (
        first is None
        or second is None
        or agree(first, second)
        or (first.unit and second.unit and first.unit != second.unit)
    ):
        return None
    sentences = [claim.statement.sentence for claim in (one, other)]
    if f" {other.value}".endswith(one.value) or f" {one.value}".endswith(other.value):
        return None  # "nine of the 11" and "11"
    days = [_event_days(claim) for claim in (one, other)]
    if days[0] and days[1] and not any(_overlap(a, b) for a in days[0] for b in days[1]):
        return None
    if _is_later(one, other):
        return True
    if bool(_PLANNED.search(sentences[0])) != bool(_PLANNED.search(sentences[1])):
        return True if _days_between(one, other) else None
    if not _days_between(one, other):
        return False
    # The same past day in both: nothing has changed since but the report.
    same_day = any(a.first == a.last == b.first == b.last for a in days[0] for b in days[1])
    return not (same_day and not one.key.startswith("people "))


def agree(one: Quantity, other: Quantity) -> bool:
    """Whether two numbers are the same to a newspaper: equal, rounded, or within what "at least" leaves open."""
    small, large = sorted((one, other), key=lambda quantity: quantity.value)
    if small.value == large.value or (small.modifier == "least" or large.modifier == "less"):
        return True
    near = large.value - small.value <= _TOLERANCE * large.value
    return near and (bool(small.modifier or large.modifier) or _figures(one) != _figures(other))


def _figures(quantity: Quantity) -> int:
    """How many figures a number has before its zeros: 2 of 8,200 and of 1.2 million."""
    return len(f"{quantity.value:.6g}".replace(".", "").split("e")[0].strip("0"))


def _event_days(claim: Claim) -> list[SpokenDate]:
    """The days that a sentence names, without those on which it was said."""
    sentence = claim.statement.sentence
    dates = dates_in(sentence, claim.statement.article.published)
    return [date for date in dates if not _TOLD_ON.search(sentence[max(0, date.start - 25) : date.start])]


def _overlap(one: SpokenDate, other: SpokenDate) -> bool:
    return one.first <= other.last and other.first <= one.last


def _other_day(one: Claim, other: Claim) -> bool | None:
    first, second = one.date, other.date
    if first is None or second is None or _overlap(first, second):
        return None
    planned = [bool(_PLANNED.search(claim.statement.sentence)) for claim in (one, other)]
    if all(planned) and _days_between(one, other):
        return True
    if _days_between(one, other) > _SAME_EVENT_DAYS and (first.computed or second.computed):
        return None  # each tells of its own event
    return _is_later(one, other)


def _other_name(asked: Asked, one: Claim, other: Claim) -> bool:
    """Whether the names differ, in sentences that say the same of them."""
    if set(terms_of(one.value)) & set(terms_of(other.value)):
        return False
    weights = dict.fromkeys(asked.weights, 1.0)
    return all(share(weights, set(terms_of(claim.statement.sentence))) >= SAME_CLAIM for claim in (one, other))


def _days_between(one: Claim, other: Claim) -> int:
    """How many days lie between the two articles; 0 where either day is unknown."""
    first, second = one.statement.article.day, other.statement.article.day
    return abs((first - second).days) if first and second else 0


def _is_later(one: Claim, other: Claim) -> bool:
    """Whether one is a correction that is younger than the other, or a later state of what is being counted."""
    older, newer = sorted((one.statement, other.statement), key=lambda statement: moment_of(statement.article))
    corrected = newer.article.status == CORRECTED and newer.article.updated is not None
    if corrected and (day_of(newer.article.updated) or older.article.day) != older.article.day:
        return True
    days = older.article.day != newer.article.day
    same_outlet = older.article.source == newer.article.source and moment_of(older.article) != moment_of(newer.article)
    return bool(_COUNT_GOES_ON.search(newer.sentence)) and (days or same_outlet)


def _groups(edges: Sequence[tuple[Claim, Claim]]) -> list[list[Claim]]:
    """The claims that disagree, directly or through others, each group in the order given."""
    groups: list[list[Claim]] = []
    for one, other in edges:
        touched = [group for group in groups if one in group or other in group]
        merged = [claim for group in touched for claim in group]
        merged += [claim for claim in (one, other) if claim not in merged]
        groups = [group for group in groups if group not in touched] + [merged]
    return groups


def _conflict(claims: Sequence[Claim], update: bool) -> Disagreement:
    ordered = sorted(claims, key=lambda claim: moment_of(claim.statement.article), reverse=True)
    return Disagreement(
        ordered[0].kind, update, tuple(claim.statement for claim in ordered), tuple(claim.value for claim in ordered)
    )


def in_words(conflict: Disagreement, numbers: Mapping[int, int]) -> str:
    """What a reader is told of a conflict; `numbers` has the citation of each statement by the statement's number."""
    sources = {statement.article.source for statement in conflict.statements}
    opening = "This has changed" if conflict.update else "Outlets disagree" if len(sources) > 1 else "Reports disagree"
    told = [
        f"{_named(statement.article)} says {value} [{numbers[statement.number]}]"
        for statement, value in zip(conflict.statements, conflict.values, strict=True)
    ]
    return f"{opening}: {', '.join(told)}."


def _named(article: Article) -> str:
    """The outlet and the day: "The Tarnvik Courier (13 July 2026)"."""
    day = day_of(article.updated) if article.status == CORRECTED and article.updated else article.day
    told = f"{'corrected ' if article.status == CORRECTED else ''}{written(day)}" if day else ""
    return f"{article.source or article.title}{f' ({told})' if told else ''}"
