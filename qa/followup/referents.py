"""Whom and what the earlier turns spoke of, for a pronoun to stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from qa.followup import words
from qa.followup.people import FEMALE, MALE, PERSON, THING, UNKNOWN, kind_of, whole_name
from qa.followup.phrases import Phrase, name_spans, names_of, phrases_of, without_dateline, words_of
from qa.followup.turns import PastTurn
from qa.records import OUTLET
from qa.timex import find_period

# How many earlier turns are looked at, and how much of the articles that they cite, in characters.
_TURNS = 3
_ARTICLES = 3
_LONGEST_TEXT = 12_000
_LONGEST_SENTENCE = 1_000
_MOST_NAMES = 12
_MOST_PEOPLE = 4

_OPENS_WITH_ASKS_WHO = re.compile(r"^\W*(?:who|whom|which|what (?:company|firm|bank|party|country))\b", re.IGNORECASE)
_ASKS_WHO = re.compile(r"^\W*(?:who|whom|which|what (?:company|firm|bank|party|country))\b", re.IGNORECASE)
_ASKS_WHICH = re.compile(
    r"^\W*(?:which (?!is|was|will|has|had)[\w-]+(?<!s)|what (?:company|firm|bank|party|club|group|agency))\s",
    re.IGNORECASE,
)
_ASKS_WHO_IS = re.compile(r"^\W*who (?:is|was|are|were) (the .+?)\W*$", re.IGNORECASE)
_ASKS_PLACE = re.compile(
    r"^\W*(?:where|(?:in )?(?:which|what) (?:village|town|city|place|country|island))\b", re.IGNORECASE
)
_PLACED = re.compile(r"\b(in|on|at|near|from|off|around|through)\s+(the )?$", re.IGNORECASE)


_PLACED_AT = {"from": "in", "through": "in", "around": "near"}
_TIME_BEFORE = re.compile(r"\b(?:in|on|at|during|since|by|before|after|until|around)\s+(?:the )?$", re.IGNORECASE)


class Turn:
    """One earlier turn, read for what it speaks of."""

    def __init__(self, turn: PastTurn) -> None:
        self.past = turn
        self.question = turn.resolved.strip()[:_LONGEST_SENTENCE]
        self.sentences = [without_dateline(sentence[:_LONGEST_SENTENCE]) for sentence in turn.sentences[:3]]
        self.asks_who = bool(_ASKS_WHO.match(self.question))

    @cached_property
    def phrases(self) -> list[Phrase]:
        return phrases_of(self.question)

    @cached_property
    def names(self) -> list[str]:
        return names_of(self.question)[:_MOST_NAMES]

    @cached_property
    def answers(self) -> list[str]:
        """The names in the quoted sentences that the question does not have, those next to its words first."""
        asked = [word[:4] for word in words_of(self.question) if len(word) > 2]
        ranked = []
        for number, sentence in enumerate(self.sentences):
            marks = [match.start() for match in re.finditer(r"[\w’'-]+", sentence) if match[0].lower()[:4] in asked]
            for start, end in name_spans(sentence)[:_MOST_NAMES]:
                name = sentence[start:end]
                known = any(name in own or own in name for own in self.names)
                if not known:
                    away = min((max(start - mark, mark - end, 0) for mark in marks), default=0)
                    ranked.append((number, away, start, name))
        return list(dict.fromkeys(name for *_, name in sorted(ranked)))

    @cached_property
    def texts(self) -> list[str]:
        cited = [f"{article.title}\n{article.text[:_LONGEST_TEXT]}" for article in self.past.cited[:_ARTICLES]]
        return [*self.sentences, *cited]

    def __iter__(self) -> Iterator[str]:
        yield self.question
        yield from self.sentences


class Past:
    """The last turns, the newest first."""

    def __init__(self, turns: Sequence[PastTurn]) -> None:
        self.turns = [Turn(turn) for turn in reversed(turns[-_TURNS:])]
        self.last = self.turns[0]
        self._kinds: dict[str, str] = {}

    def kind(self, name: str) -> str:
        """What a name stands for: MALE, FEMALE, PERSON (either), THING (also places and companies) or UNKNOWN."""
        if name not in self._kinds:
            texts = [text for turn in self.turns for text in (*turn.texts, turn.question)]
            self._kinds[name] = kind_of(name, texts)
        return self._kinds[name]

    def is_person(self, name: str) -> bool:
        return self.kind(name) in (MALE, FEMALE, PERSON)

    def person(self, gender: str, spoken: Sequence[str] = ()) -> str:
        """Whom "he" (MALE) or "she" (FEMALE) stands for, or "". `spoken` are names that it cannot be."""

        def fits(name: str) -> bool:
            return self.kind(name) in (gender, PERSON) and not any(name in other or other in name for other in spoken)

        for turn in self.turns:
            found = next(filter(fits, (*turn.names, *turn.answers)), "")
            if found:
                return found if found in turn.names else whole_name(found, turn.texts)
            names = (*turn.names, *turn.answers) if turn.asks_who else turn.names
            unknown = [name for name in names if self.kind(name) == UNKNOWN and " " in name]
            described = _ASKS_WHO_IS.match(turn.question)
            if unknown or described:
                return unknown[0] if unknown else described[1] if described else ""
        return ""

    def thing(self, spoken: Sequence[str] = (), *, as_object: bool = False) -> str:
        """What "it" stands for, or "". Where it is `as_object` ("who opposed it?"), it rather is no subject either."""
        for turn in self.turns:
            if _names_answer(turn):
                for name in turn.answers:
                    if not self.is_person(name) and name not in spoken:
                        return name
            # Of those in one place the first; sorting keeps their order.
            for phrase in sorted(turn.phrases, key=lambda each: as_object and each.before in words.DO):
                if (not phrase.plural or phrase.named) and self._is_thing(phrase) and phrase.words not in spoken:
                    return phrase.definite
            for name in turn.answers[:3]:
                if self.kind(name) == THING:
                    return name
        return ""

    def group(self, spoken: Sequence[str] = ()) -> str:
        """Whom or what "they" stands for, or ""."""
        for turn in self.turns:
            for find in (self._answered, self._several, self._bodies):
                found = find(turn)
                if found and found not in spoken:
                    return found
        return ""

    def _answered(self, turn: Turn) -> str:
        """The people or the company that a question for whom or which was answered with."""
        if not turn.asks_who:
            return ""
        people = [name for name in turn.answers if self.is_person(name)][:_MOST_PEOPLE]
        bodies = [name for name in turn.answers if self.kind(name) == THING and not _is_placed(name, turn)]
        if bodies and len(people) < 2:
            return _with_article(bodies[0], " ".join(turn.sentences))
        if len(people) > 1 and not any(self.is_person(name) for name in turn.names):
            return f"{', '.join(people[:-1])} and {people[-1]}"
        if any(phrase.plural and not phrase.named for phrase in turn.phrases):
            return ""
        return _first_plural(turn.sentences)

    def _several(self, turn: Turn) -> str:
        plural = [p for p in turn.phrases if p.plural and not p.named]
        if plural:
            return plural[0].definite
        collective = [p for p in turn.phrases if p.head in words.COLLECTIVE and p.determiner]
        return collective[0].definite if collective else ""

    def _bodies(self, turn: Turn) -> str:
        owners = re.findall(r"\b(the [\w-]+)['’]s\b", turn.question)
        owned = [owner for owner in owners if owner.split()[1] in words.COLLECTIVE]
        mentioned = [m.phrase for m in turn.past.query.mentions if m.kind == OUTLET and m.phrase in turn.question]
        names = [name for name in turn.names if not self.is_person(name) and not _is_placed(name, turn)]
        names = [n for n in names if not any(n in p.words and n != p.words and not p.named for p in turn.phrases)]
        found = [*owned, *mentioned, *names]
        if found:
            return _with_article(found[0], turn.question)
        return _first_plural(turn.sentences)

    def _is_thing(self, phrase: Phrase) -> bool:
        if phrase.head in words.PERSON_NOUNS or phrase.determiner in ("his", "her", "their"):
            return False
        return not (phrase.named and self.is_person(phrase.words))

    def place(self) -> str:
        """What "there" stands for, with its preposition ("in Sandry"), or ""."""
        for turn in self.turns:
            asked = _ASKS_PLACE.match(turn.question)
            if asked and turn.answers and not turn.question.lower().startswith("where"):
                return f"in {turn.answers[0]}"
            texts = (*turn.sentences, turn.question) if asked else (turn.question, *turn.sentences)
            found = next(filter(None, (self._placed(text, whole=bool(asked)) for text in texts)), "")
            if found:
                return found
        return ""

    def _placed(self, text: str, *, whole: bool) -> str:
        """The first place that a text names; as a `whole` phrase "in Stane prison", else "in Stane"."""
        for start, end in name_spans(text):
            before, name = _PLACED.search(text[:start]), text[start:end]
            if before and not self.is_person(name):
                if whole:
                    name = next((p.words for p in phrases_of(text) if p.words.startswith(name)), name)
                preposition = before[1].lower()
                return f"{_PLACED_AT.get(preposition, preposition)} {before[2] or ''}{name}"
        return ""

    def time(self) -> str:
        """What "then" stands for, as the last question put it ("in July 2026"), else the month of the article."""
        period = find_period(self.last.question, self.last.past.query.as_of)
        if period:
            before = _TIME_BEFORE.search(self.last.question[: period.start])
            return f"{before[0] if before else ''}{period.phrase}".strip()
        cited = self.last.past.cited
        return f"in {cited[0].day:%B %Y}" if cited and cited[0].day else ""

    def outlet(self) -> str:
        """The outlet that the last question named, else the one that its answer quotes, or ""."""
        for turn in self.turns:
            named = [mention.name for mention in turn.past.query.mentions if mention.kind == OUTLET]
            if named:
                return named[0]
            if turn.past.cited and turn.past.cited[0].source:
                return turn.past.cited[0].source
        return ""

    def article(self) -> str:
        """The title of the article that was quoted last, or ""."""
        return next((turn.past.cited[0].title for turn in self.turns if turn.past.cited), "")

    def topic(self) -> str:
        """The thing or event that the last question is about, or ""."""
        things = [phrase for phrase in self.last.phrases if self._is_thing(phrase)]
        for phrase in things:
            if phrase.determiner and (phrase.proper or phrase.full != phrase.words):
                return re.sub(r"^an? ", "the ", phrase.definite)
        return next((p.definite for p in things if p.named and p.before not in words.PLACING), "")


def _first_plural(sentences: Sequence[str]) -> str:
    """The people or things that the first sentence begins with."""
    first = phrases_of(sentences[0])[:2] if sentences else []
    return next((phrase.definite for phrase in first if phrase.plural and not phrase.named), "")


def _names_answer(turn: Turn) -> bool:
    """Whether the question asks for one thing by its kind: "which company"."""
    return _ASKS_WHICH.match(turn.question) is not None


def _with_article(name: str, text: str) -> str:
    found = re.search(rf"\bthe {re.escape(name)}", text, re.IGNORECASE)
    return f"the {name}" if found and not name.lower().startswith("the ") else name


def _is_placed(name: str, turn: Turn) -> bool:
    return any(
        _PLACED.search(text[max(0, place - 20) : place]) for text in turn for place in [text.find(name)] if place >= 0
    )
