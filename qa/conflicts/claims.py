"""What a quoted sentence says to a question: a number, a day, a name, or whether it is so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa.asked import Asked, share
from qa.lexical import terms_of
from qa.quantities import Quantity, quantities_in
from qa.records import Article
from qa.short_answers import DATE, NAME, PERSON, QUANTITY, Span, find_short_answer
from qa.spoken_dates import SpokenDate, dates_in
from qa.timex.rules import words as word_set

NUMBER = "number"
POLARITY = "polarity"
# Each sentence, with its title and the first words of its article, holds all names of the question and this share of
# its other terms, or what it tells may be something else.
_SUPPORT = 0.5
_LEAD = 300  # characters
# Sentences that are to deny each other say the same but for the "not".
SAME_CLAIM = 0.6
_FEWEST_TERMS = 2
# Kinds of question that no short answer is found for.
OPEN_KINDS = ("", "speech", "reason")
# A question that "yes" or "no" answers.
_YES_OR_NO = re.compile(
    r"^\W*(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should)\b|\bis it true\b", re.IGNORECASE
)
_NEGATION = re.compile(
    r"\b(?:not|never|no longer|cannot|den(?:y|ies|ied)|reject(?:s|ed)?|dismiss(?:es|ed)?|refuse[sd]?|neither|nor|"
    r"no (?:plans?|intention|evidence|truth|need)|rul(?:es|ed) out|false|untrue|fail(?:s|ed)? to|without)\b|n[’']t\b",
    re.IGNORECASE,
)
# Whoever says so does not say that it is so.
_HEDGED = re.compile(
    r"\b(?:whether|if|unless|ask(?:s|ed)?|alleg\w+|accus\w+|rumou?rs?|may|might|could|would have|not only|until)\b|\?",
    re.IGNORECASE,
)
# A part of the whole, or the other end of a change.
_PART_OF = re.compile(
    r"\b(?:another|further|additional|other|including|among (?:them|the)|of (?:whom|which|them|the|those|these)|first|"
    r"last|from|instead of|against|each|per|every|than the|extra|about (?:her|his))\s\Z",
    re.IGNORECASE,
)
_PART_AFTER = re.compile(r",? (?:of (?:them|whom|these|those)|more|apiece|each)\b", re.IGNORECASE)
_PEOPLE = word_set(
    """people person persons men women man woman children residents villagers others civilians soldiers workers
    passengers dead patients bodies cases deaths protesters migrants victims fishermen miners pupils tourists
    students"""
)
# What became of people: the number of the dead is not compared with that of the hurt.
_FATES = {
    "dead": r"dead|died|die|dies|deaths?|killed|kills?|killing|bodies|fatalit\w+|lost their lives|perished",
    "hurt": r"injur\w+|hurt|wounded",
    "missing": r"missing|unaccounted",
    "arrested": r"arrest\w*|detained|custody",
    "moved": r"evacuat\w+|fled|displaced|homeless",
    "ill": r"fell ill|fallen ill|infect\w+|sick|cases|contracted",
    "saved": r"rescued|saved|survived|survivors",
}
_FATE = re.compile("|".join(rf"(?P<{name}>\b(?:{words})\b)" for name, words in _FATES.items()), re.IGNORECASE)
_AGE_LED = re.compile(r"(?:\b(?:man|woman|boy|girl|[a-z]+er|pilot|pensioner) of|\baged?|[A-Z][\w’'-]*,)\s\Z")
_COUNT_ASKED = re.compile(r"\b(?:how many|toll|number)\b", re.IGNORECASE)
_NEAR = 48  # characters between a number and what became of those it counts
# Terms that are shared by chance, and those of verbs that say little.
_WEAK_TERMS = frozenset(terms_of("go goes get got make made take took put people person happen known about"))


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, the article that it stands in, and a number by which the caller knows it."""

    sentence: str
    article: Article
    number: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What a statement says to the question: the number, day or name, or whether it is so. `key` is what it is of."""

    statement: Statement
    kind: str
    value: str
    key: str = ""
    quantity: Quantity | None = None
    date: SpokenDate | None = None


def current_versions(statements: Iterable[Statement]) -> list[Statement]:
    """The statements, without those of an article of which a newer version speaks."""
    statements = list(statements)
    newest: dict[str, str] = {}
    for statement in statements:
        newest[statement.article.id] = max(newest.get(statement.article.id, ""), moment_of(statement.article))
    return [each for each in statements if moment_of(each.article) == newest[each.article.id]]


def moment_of(article: Article) -> str:
    """When the version was published, in ISO 8601; empty where it is unknown."""
    moment = article.updated or article.published
    return moment.isoformat() if moment else ""


def _is_asked(asked: Asked, statement: Statement) -> bool:
    """Whether the sentence, read where it stands, speaks of what the question names."""
    article = statement.article
    terms = set(terms_of(f"{article.title} {article.text[:_LEAD]} {statement.sentence}"))
    thing = [term for term in asked.ordered if term in asked.thing][:1]
    others = {term: 1.0 for term in asked.weights if term not in asked.names and term not in _WEAK_TERMS}
    if thing and len(others) > 1:
        others.pop(thing[0], None)  # what is counted says nothing of whose it is
    if not asked.says_something or len(asked.weights) < _FEWEST_TERMS or not set(asked.names) <= terms:
        return False
    return not others or share(others, terms) >= _SUPPORT


def claims_of(question: str, asked: Asked, statement: Statement) -> Iterator[Claim]:
    """What the statement says to the question; nothing where it may speak of something else."""
    if not _is_asked(asked, statement):
        return
    sentence = statement.sentence
    if _YES_OR_NO.search(question):
        stand = _stand(asked, sentence)
        if stand is not None:
            yield Claim(statement, POLARITY, "that it is so" if stand else "that it is not so")
    elif asked.kind in OPEN_KINDS:
        yield from _numbers(statement, "")
    elif fate := _fate_asked(asked, question):
        yield from _numbers(statement, fate)
    elif span := find_short_answer(question, sentence):
        yield from _answer(statement, span)


def _answer(statement: Statement, span: Span) -> Iterator[Claim]:
    """What the short answer says."""
    sentence = statement.sentence
    value = sentence[span.start : span.end]
    if span.kind == QUANTITY:
        for quantity in quantities_in(sentence):
            if quantity.start < span.end and span.start < quantity.end and not _is_part(sentence, quantity):
                yield _number(statement, quantity, quantity.measure or "count")
    elif span.kind == DATE:
        for date in dates_in(sentence, statement.article.published):
            if date.start < span.end and span.start < date.end:
                yield Claim(statement, DATE, date.written, date=date)
    elif span.kind in (PERSON, NAME):
        yield Claim(statement, NAME, value)


def _number(statement: Statement, quantity: Quantity, key: str) -> Claim:
    value = statement.sentence[quantity.start : quantity.end if quantity.measure else quantity.number_end]
    return Claim(statement, NUMBER, value[:1].lower() + value[1:], key, quantity)


def _fate_asked(asked: Asked, question: str) -> str:
    """What became of people, where a question asks how many; or empty."""
    if asked.kind != "quantity" or not _COUNT_ASKED.search(question):
        return ""
    found = {match.lastgroup or "" for match in _FATE.finditer(question)}
    return found.pop() if len(found) == 1 else ""


def _numbers(statement: Statement, fate: str) -> Iterator[Claim]:
    """The numbers that stand alone with their unit or noun; with a fate, only that of those who met it."""
    sentence = statement.sentence
    keyed: dict[str, list[Quantity]] = {}
    for quantity in quantities_in(sentence):
        if quantity.measure in ("duration", "length") or quantity.value <= 1:
            continue  # how long and how far is said of many things in one report
        own = _fate_of(sentence, quantity) if _counts_people(sentence, quantity) else ""
        key = f"people {own}" if own else quantity.unit or _noun(quantity)
        if key and (not fate or own == fate):
            keyed.setdefault(key, []).append(quantity)
    for key, found in keyed.items():
        if len(found) == 1 and not _is_part(sentence, found[0]):
            yield _number(statement, found[0], key)


def _counts_people(sentence: str, quantity: Quantity) -> bool:
    if _AGE_LED.search(sentence[max(0, quantity.start - 30) : quantity.start]):
        return False
    return not quantity.measure and (not quantity.nouns or quantity.nouns[-1] in _PEOPLE)


def _noun(quantity: Quantity) -> str:
    terms = terms_of(quantity.nouns[-1]) if quantity.nouns else []
    return terms[0] if terms else ""


def _fate_of(sentence: str, quantity: Quantity) -> str:
    """The nearest word of a fate, after the number rather than before it."""
    after = _FATE.search(sentence, quantity.start, quantity.number_end + _NEAR)
    if after:
        return after.lastgroup or ""
    before = list(_FATE.finditer(sentence, max(0, quantity.start - 2 * _NEAR), quantity.start))
    return (before[-1].lastgroup or "") if before else ""


def _is_part(sentence: str, quantity: Quantity) -> bool:
    led = sentence[max(0, quantity.start - 20) : quantity.start]
    return bool(_PART_OF.search(led) or _PART_AFTER.match(sentence, quantity.end))


def _stand(asked: Asked, sentence: str) -> bool | None:
    """Whether the sentence says yes to the question; None where it does not tell."""
    weights = dict.fromkeys(asked.weights, 1.0)
    if share(weights, set(terms_of(sentence))) < SAME_CLAIM or _HEDGED.search(sentence):
        return None
    negations = len(_NEGATION.findall(sentence))
    return None if negations > 1 or _NEGATION.search(asked.question) else not negations
