"""Whether a question explains its own pronouns; those are left alone.

Who is named in another clause before the pronoun may be meant ("When did Quill say she would go?"), in its own clause
only by a possessive ("Why did Renn leave her club?"). Where the clauses cannot be told for sure, the pronoun counts as
explained: to damage a complete question is worse than to leave one that is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.followup import words
from qa.followup.people import FEMALE, MALE, UNKNOWN
from qa.followup.phrases import name_spans, phrases_of, words_of
from qa.followup.referents import Past

GENDERS = {"he": MALE, "him": MALE, "his": MALE, "she": FEMALE, "her": FEMALE, "hers": FEMALE}
_POSSESSIVE = words.listed("his its their theirs hers")
_BEFORE_NOUNS = words.listed("first last next only late second")
_PLURAL = words.listed("they them their theirs")
_SUBJECTS = words.listed("he she they")
_NEXT_WORD = re.compile(r"\s*([\w’'-]+)")
_LAST_WORD = re.compile(r"([\w’'-]+)\W*$")
_VERB_NEXT = re.compile(r"\s+(?:is|was|will|would|has|had|can|could|should|may|might|\w+s|\w+ed)\b", re.IGNORECASE)
_ANYONE = re.compile(r"\b(?:who|whom|anyone|someone|everyone|nobody)\b", re.IGNORECASE)
_ANY_PEOPLE = re.compile(r"\b(?:anyone|someone|everyone|people|who|those)\b", re.IGNORECASE)
_AUXILIARY = "|".join(sorted(words.AUXILIARIES))
_NO_NOUN = "|".join(sorted(words.STOP | words.DETERMINERS | words.listed("tell name say give list find explain show")))
# "Which retailer said it ...", "Scientists found that they ...": what opens the question may be meant.
_OPENS_WITH_NOUN = re.compile(
    rf"^\W*(?:(?:which|what) (?!(?:{_AUXILIARY}|of)\b)[\w’'-]+ (?!(?:{_AUXILIARY})\b)|(?!(?:{_NO_NOUN})\b)[\w’'-]+ )",
    re.IGNORECASE,
)


def word_before(text: str, place: int) -> str:
    """The word that ends before a place, in small letters, or ""."""
    # Bounded, because the search for a last word looks at each place.
    found = _LAST_WORD.search(text[max(0, place - 60) : place])
    return found[1].lower() if found else ""


def is_possessive(text: str, found: re.Match[str]) -> bool:
    """Whether the pronoun says whose: "her medal" is, "replace her" is not."""
    if found[0].lower() != "her":
        return found[0].lower() in _POSSESSIVE
    following = _NEXT_WORD.match(text, found.end())
    return following is not None and following[1].lower() not in words.STOP - _BEFORE_NOUNS


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a pronoun stands. What ends at `reach` or before it may be what the pronoun stands for.

    `other_clause` is whether the pronoun surely stands in another clause than the question begins with.
    """

    text: str
    start: int
    pronoun: str
    possessive: bool
    reach: int
    other_clause: bool

    @property
    def before(self) -> str:
        return self.text[: self.start]


def _spot(text: str, found: re.Match[str]) -> _Spot:
    pronoun, start = found[0].lower(), found.start()
    borders = [match.start() for match in words.BOUNDARY.finditer(text[:start])]
    is_subject = pronoun in _SUBJECTS or (pronoun == "it" and _VERB_NEXT.match(text, found.end()) is not None)
    # A subject right after a verb that is no auxiliary: "say she would".
    after_verb = is_subject and word_before(text, start) not in words.STOP | {""}
    possessive = is_possessive(text, found)
    reach = start if possessive or after_verb else borders[-1] if borders else 0
    # The first border is the question word.
    return _Spot(text, start, pronoun, possessive, reach, len(borders) > 1 or after_verb)


def is_own(text: str, found: re.Match[str], past: Past) -> bool:
    """Whether the question says itself what a pronoun of it stands for, or it stands for nothing ("it rains")."""
    spot = _spot(text, found)
    if spot.pronoun == "it" and any(m.start() <= spot.start < m.end() for m in words.DUMMY_IT.finditer(text)):
        return True
    earlier = text[: min(spot.reach, spot.start)] if not spot.possessive else text[: _last_border(spot)]
    if spot.other_clause and words_of(earlier) and not _differs(spot, past):
        return True
    # Without capitals names cannot be told.
    if (text.islower() or text.isupper()) and spot.possessive and words_of(spot.before):
        return True
    return _person_named(spot, past) if spot.pronoun in GENDERS else _thing_named(spot, past)


def _last_border(spot: _Spot) -> int:
    return max((match.start() for match in words.BOUNDARY.finditer(spot.before)), default=0)


def _person_named(spot: _Spot, past: Past) -> bool:
    spans = name_spans(spot.text)
    fitting = [(start, end) for start, end in spans if _may_be(spot.text[start:end], spot.pronoun, past)]
    if any(end <= spot.reach for _, end in fitting):
        return True
    if any(p.head in words.PERSON_NOUNS for p in phrases_of(spot.before) if p.end <= spot.reach):
        return True
    if spot.other_clause and _ANYONE.search(spot.before[: spot.reach]):
        return True
    # "When he conceded, what did Ferrant say?"
    leads = words.SUBORDINATE.match(spot.text) and "," in spot.text[spot.start :]
    return bool(leads) and any(start > spot.start for start, _ in fitting)


def _thing_named(spot: _Spot, past: Past) -> bool:
    if spot.reach and _OPENS_WITH_NOUN.match(spot.text):
        return True
    plural = spot.pronoun in _PLURAL
    for phrase in phrases_of(spot.before):
        fits = not plural or phrase.plural or phrase.named or phrase.head in words.COLLECTIVE
        person = phrase.named and not plural and past.is_person(phrase.words)
        if phrase.end <= spot.reach and fits and not person:
            return True
    several = plural and _ANY_PEOPLE.search(spot.before[: spot.reach])
    return bool(several) and (spot.other_clause or spot.possessive)


def _differs(spot: _Spot, past: Past) -> bool:
    """Whether the names before a "he" or "she" are all of people that it cannot be."""
    names = [spot.text[start:end] for start, end in name_spans(spot.text) if end <= spot.start]
    people = [name for name in names if past.is_person(name)]
    return spot.pronoun in GENDERS and bool(people) and not any(_may_be(n, spot.pronoun, past) for n in people)


def _may_be(name: str, pronoun: str, past: Past) -> bool:
    kind = past.kind(name)
    return kind == GENDERS[pronoun] if kind in (MALE, FEMALE) else kind == UNKNOWN or past.is_person(name)
