"""Which sentences are quoted beside the best: for other parts, other items of a list, and what says something new."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from qa.asked import share
from qa.composing.candidate import Candidate, Scored, best_of_articles
from qa.encoder import Vectors
from qa.lexical import terms_of
from qa.proper_names import names_in
from qa.records import OUTLET

# Of a further sentence: from 0 to 4 and 0 to 2 they move the quoted share by at most .007 on the golden questions and
# .022 on realtimeqa dev. They are there to keep an answer from saying the same thing twice.
_LIKENESS_WEIGHT = 2.0
_COVERAGE_WEIGHT = 1.0
# A sentence that shares so much of its terms with one that is quoted says the same, unless it has another number.
_SAME = 0.75
# Scores of sentences are log-odds; below this difference the order means little.
_NEAR_EQUAL = 1.0
_PRONOUN = re.compile(r"\b(?:he|she|they|it|his|her|their|its|him|them)\b", re.IGNORECASE)
_POSSESSIVE = ("his", "her", "their", "its")
_ENDED = re.compile(r"[.!?…][\"'”’)\]]*$")
_AUXILIARY = r"(?:are|were|have|had|do|did|will|would|can|could|may|might|must|should)"
# "Which companies were fined", "Who are the members", "Name the towns".
_NO_NOUN = r"(?!(?:is|was|does|has|this|us|its|his|in|on|at|of|to|what)\b)"
_LISTS = re.compile(
    rf"\b(?:which|what) (?:(?!{_AUXILIARY}\b){_NO_NOUN}[\w-]+ ){{0,2}}?{_NO_NOUN}"
    rf"(?:people|men|women|children|[\w-]{{2,}}(?<![sui])s) (?:{_AUXILIARY}\b|\w+ed\b)|"
    r"\bwho (?:all )?(?:are|were)\b|^\W*(?:please )?(?:name|list) (?:the|all|some)\b|\bnames of the\b",
    re.IGNORECASE,
)


def best_of_part(part: Scored, candidates: Sequence[Candidate]) -> int:
    """Of a question that asks for several things, or of several outlets, the best sentence for one of them."""
    # A part is short and its scores are coarse: among near equals, the kind of answer decides.
    shown = np.array([part.asked.shown_in(candidate.evidence.text) is True for candidate in candidates])
    scores = part.scores + shown * (part.scores >= part.scores.max() - _NEAR_EQUAL)
    outlets = {m.name for m in part.query.mentions if m.kind == OUTLET and not m.excluded}
    own = np.array([candidate.hit.article.source in outlets for candidate in candidates])
    return int(np.argmax(np.where(own, scores, -np.inf) if own.any() else scores))


def context_of(scored: Scored, candidates: Sequence[Candidate], index: int) -> int | None:
    """The sentence before, where that says whom or what this one speaks of."""
    sentence = candidates[index]
    before = candidates[index - 1] if index else None
    if before is None or before.evidence.text != sentence.evidence.previous or before.hit is not sentence.hit:
        return None
    # A subheading says nothing about whom.
    if not _ENDED.search(before.evidence.text):
        return None
    text = sentence.evidence.text
    opens = _PRONOUN.match(text.lstrip("\"'“‘"))
    pronoun = _PRONOUN.search(text) if scored.asked.kind == "person" else None
    # Of "Imre Voss said that he ..." the name says who; whose "his meeting" is, may stand in the sentence before.
    named = pronoun and pronoun[0].lower() not in _POSSESSIVE and any(n.start < pronoun.start() for n in names_in(text))
    unnamed = pronoun and not named
    return index - 1 if opens or unnamed else None


def asks_for_list(question: str) -> bool:
    """Whether a question asks for several things of a kind ("Which companies were fined?")."""
    return bool(_LISTS.search(question))


def items_of_list(whole: Scored, candidates: Sequence[Candidate], first: int, margin: float) -> Iterator[int]:
    """After the sentence `first`, one of each article that names somebody or something that none before it names.

    None is more than `margin` below the best.
    """
    named = _names(candidates[first].evidence.text) | set(whole.asked.weights)
    for index in best_of_articles(whole, candidates, margin, len(candidates)):
        names = _names(candidates[index].evidence.text)
        if index != first and names - named:
            named |= names
            yield index


def _names(sentence: str) -> set[str]:
    """The terms of the proper names of a sentence."""
    return {term for name in names_in(sentence) if name.sure for term in terms_of(name.text)}


def further(
    whole: Scored, candidates: Sequence[Candidate], vectors: Vectors, chosen: Sequence[int], margin: float
) -> Iterator[int]:
    """Sentences that come within `margin` of the best and say something that the `chosen` do not, the worthiest first.

    Maximal marginal relevance (Carbonell and Goldstein 1998): likeness to what is chosen counts against a sentence;
    terms of the question that are not covered yet count for it.
    """
    weights, scores = whole.asked.weights, whole.scores
    taken = list(chosen)
    close = [i for i in range(len(candidates)) if scores[i] >= scores.max() - margin and i not in taken]
    terms = {i: set(terms_of(candidates[i].evidence.text)) for i in (*taken, *close)}
    likeness = vectors @ vectors.T
    while close := [i for i in close if _is_new(terms[i], [terms[other] for other in taken])]:
        covered = set().union(*(terms[i] for i in taken))

        def worth(i: int, covered: set[str] = covered) -> float:
            gain = share(weights, covered | terms[i]) - share(weights, covered)
            return float(scores[i] - _LIKENESS_WEIGHT * likeness[i, taken].max() + _COVERAGE_WEIGHT * gain)

        best = max(close, key=worth)
        close.remove(best)
        taken.append(best)
        yield best


def _is_new(terms: set[str], others: Sequence[set[str]]) -> bool:
    """Whether a sentence says what no other does: by its share of new terms, or by a number."""
    numbers = {term for term in terms if term[0].isdigit()}
    return all(len(terms & other) < _SAME * len(terms) or numbers - other for other in others)
