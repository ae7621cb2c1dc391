"""How well a sentence answers a question, in figures that need no language model.

Each figure is one column of a matrix with a row for each sentence; the weights in qa/fitted.py turn a row
into a score. The IDF is BM25's: log(1 + (N - n + 0.5) / (n + 0.5)) over the archive's passages (Robertson and Zaragoza 2009).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qa.lexical import terms_of

Matrix = np.ndarray[Any, np.dtype[np.float64]]

# Words that say nothing about what is asked for. In a small archive the IDF alone does not show that.
_FUNCTION_WORDS = frozenset(
    terms_of(
        "a an the and or but nor of in on at to from by for with about into over after before between during as than "
        "is are was were be been being am do does did done has have had having can could will would shall should may "
        "might must i me my we us our you your he him his she her it its they them their this that these those there "
        "here what which who whom whose when where why how many much long often old far if so not no yes s t re ve ll d "
        "any some also just only please tell say says said show give name happen happened according"
    )
)
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w’'-]+|\b[A-Z]{2,}\b")
_CAPITALISED = re.compile(r"\b[A-Z][\w’'-]+")
_WORD = re.compile(r"\w[\w’'-]*")
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|millions?"
    r"|billions?|half|third|quarter|twice|percent|per cent)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|tonight|tomorrow|ago|"
    r"last (?:week|month|year|night|spring|summer|autumn|winter)|next (?:week|month|year)|midnight|noon|"
    r"january|february|march|april|june|july|august|september|october|november|december|[12]\d{3}|\d{1,2} may|may \d"
    r"|spring|summer|autumn|winter|since|until|a\.m\.|p\.m\.)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\b(?:in|at|near|from|to|outside|off|on|into|across|through)\s+(?:the\s+)?[A-Z]\w+")
_REASON = re.compile(
    r"\b(?:because|due to|after|since|so that|in order|owing|caus|reason|blam|result|therefore|over)", re.I
)
_SPEECH = re.compile(r"[\"“”«»]|\b(?:said|says|told|called|warned|added|according)\b")


@dataclass(frozen=True, slots=True)
class Expected:
    """The kind of answer that a question asks for, and how a sentence shows that it has one."""

    kind: str
    asked: re.Pattern[str]
    shown: re.Pattern[str]


_EXPECTED = (
    Expected("speech", re.compile(r"\b(?:did|does|has)\b.*\b(?:say|said|think|call|comment|describe|tell)\b|\bquote", re.I), _SPEECH),
    Expected("quantity", re.compile(
        r"\bhow (?:many|much|long|old|far|high|big|large|tall|fast|often|wide|deep|heavy)\b|\bwhat (?:percentage|share|number|price|age|amount|sum|fine|score)\b"
        r"|\b(?:cost|price|score|size|length)\b", re.I), _NUMBER),
    Expected("date", re.compile(r"\bwhen\b|\b(?:what|which) (?:day|date|year|month|week|time)\b|\bhow long ago\b", re.I), _DATE),
    Expected("place", re.compile(
        r"\bwhere\b|\b(?:what|which) (?:town|city|country|place|village|street|state|region|river)\b", re.I), _PLACE),
    Expected("person", re.compile(
        r"\bwho(?:m|se)?\b|\b(?:what|which) (?:\w+ )?(?:man|woman|person|company|team|club|minister|party|actor|singer|player|firm)\b", re.I), _CAPITALISED),
    Expected("reason", re.compile(r"\bwhy\b|\bwhat (?:caused|led)\b|\bfor what reason\b", re.I), _REASON),
)  # fmt: skip

COLUMNS = (
    "cosine", "overlap", "overlap_in_context", "names_overlap", "pairs", "cosine_of_neighbours", "shows_expected",
    "expected_unmet", "passage_score", "passage_rank", "is_lead", "shortness", "length", "is_question",
)  # fmt: skip


class QuestionTerms:
    """The terms of a question that carry meaning, each with its IDF in the archive."""

    def __init__(self, question: str, document_frequency: Callable[[str], int], documents: int) -> None:
        self.question = question
        self._frequency, self._documents = document_frequency, documents
        ordered = [term for term in terms_of(question) if term not in _FUNCTION_WORDS]
        # A question of function words only ("Who was he?") is weighed by what it has.
        self.ordered = ordered or terms_of(question)
        self.weights = {term: self.idf(term) for term in dict.fromkeys(self.ordered)}
        names = {term for name in _NAME.findall(question) for term in terms_of(name)}
        self.names = {t: w for t, w in self.weights.items() if t in names or any(c.isdigit() for c in t)}
        self.expected = next((kind for kind in _EXPECTED if kind.asked.search(question)), None)

    def words(self) -> list[tuple[str, set[str]]]:
        """The question's own words that carry meaning, as they were typed, each with its terms."""
        found = dict.fromkeys(word.strip("-'’_") for word in _WORD.findall(self.question))
        paired = [(word, set(terms_of(word)) & set(self.weights)) for word in found]
        return [(word, terms) for word, terms in paired if terms]

    def idf(self, term: str) -> float:
        """BM25's inverse document frequency, above 0; the higher the rarer."""
        n = self._frequency(term)
        return math.log(1 + (max(0, self._documents - n) + 0.5) / (n + 0.5))

    def coverage(self, terms: set[str]) -> float:
        """The share, by IDF, of the question's terms that are among `terms`: 0 to 1."""
        return _share(self.weights, terms)

    def name_coverage(self, terms: set[str]) -> float:
        """The same for the question's names and numbers only; 1 where it has none."""
        return _share(self.names, terms) if self.names else 1.0

    def pair_coverage(self, ordered: Sequence[str]) -> float:
        """The share of the question's neighbouring terms that stand at most three terms apart: 0 to 1."""
        wanted = [pair for pair in zip(self.ordered, self.ordered[1:], strict=False) if pair[0] != pair[1]]
        if not wanted:
            return 0.0
        places: dict[str, list[int]] = {}
        for place, term in enumerate(ordered):
            places.setdefault(term, []).append(place)
        near = sum(
            any(abs(a - b) <= 3 for a in places.get(first, ()) for b in places.get(second, ()))
            for first, second in wanted
        )
        return near / len(wanted)


def terms_around(evidence: Evidence) -> set[str]:
    """The terms of a sentence, its title and the sentence before it."""
    return set(terms_of(evidence.text)) | set(terms_of(evidence.context))


def _share(weights: dict[str, float], terms: set[str]) -> float:
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in terms) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer, with what stands around it.

    `context` is the title and the sentence before it; `passage_score` is its passage's fused score less that of the
    best passage (0 or below), `passage_rank` counts from 0.
    """

    text: str
    context: str
    passage_score: float = 0.0
    passage_rank: int = 0
    is_lead: bool = False
    same_passage_as_previous: bool = True


def measure(terms: QuestionTerms, sentences: Sequence[Evidence], cosines: np.ndarray[Any, Any]) -> Matrix:
    """The matrix (n, len(COLUMNS)) float64 for n sentences with their cosines (n,) to the question."""
    rows = []
    for index, sentence in enumerate(sentences):
        ordered = terms_of(sentence.text)
        own = set(ordered)
        around = own | set(terms_of(sentence.context))
        neighbours = [
            float(cosines[other])
            for other in (index - 1, index + 1)
            if 0 <= other < len(sentences) and sentences[max(index, other)].same_passage_as_previous
        ]
        shown = _shows(terms, sentence.text, own)
        words = len(sentence.text.split())
        rows.append(
            (
                float(cosines[index]),
                terms.coverage(own),
                terms.coverage(around),
                terms.name_coverage(around),
                terms.pair_coverage(ordered),
                max(neighbours, default=0.0),
                float(shown is True),
                float(shown is False),
                sentence.passage_score,
                math.log1p(sentence.passage_rank),
                float(sentence.is_lead),
                max(0.0, (8 - words) / 8),
                min(words, 60) / 60,
                float(sentence.text.rstrip("\"'”’").endswith("?")),
            )
        )
    return np.array(rows, np.float64).reshape(len(rows), len(COLUMNS))


def _shows(terms: QuestionTerms, text: str, own: set[str]) -> bool | None:
    """Whether a sentence holds the kind of answer that is asked for, beyond the question's own words; None: any."""
    if terms.expected is None:
        return None
    if terms.expected.kind == "person":
        return any(set(terms_of(name)) - set(terms.weights) for name in _CAPITALISED.findall(text[1:]))
    if terms.expected.kind == "quantity":
        return any(
            not set(terms_of(match.group())) & set(terms.weights)
            for match in re.finditer(r"\d[\d.,]*|[a-zA-Z]+", text)
            if _NUMBER.search(match.group())
        )
    return bool(terms.expected.shown.search(text))
