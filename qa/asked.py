"""What a question asks for: its terms with their weight in the archive, its names, and the kind of answer expected.

The IDF is BM25's, log(1 + (N - n + 0.5) / (n + 0.5)) over the archive's passages (Robertson and Zaragoza 2009).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence, Set

from qa.answer_kinds import NUMBER, is_shown, kind_asked
from qa.lexical import terms_of

# Words that say nothing about what is asked for. In a small archive the IDF alone does not show that.
_FUNCTION_WORDS = frozenset(
    terms_of(
        "a an the and or but nor of in on at to from by for with about into over after before between during as than "
        "is are was were be been being am do does did done has have had having can could will would shall should may "
        "might must i me my we us our you your he him his she her it its they them their this that these those there "
        "here what which who whom whose when where why how many much long often old far if so not no yes s t re ve ll "
        "d any some also just only please tell say says said name happen happened according compare compared"
    )
)
_WORD = re.compile(r"\w[\w’'-]*")
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w’'-]+|\b[A-Z]{2,}\b")
_COUNTED = re.compile(r"\bhow many ((?:[\w’'-]+ ?){1,2})", re.IGNORECASE)
# "Which missile did ...", "What price ...": the thing itself is asked for; "What is ..." and the like ask otherwise.
_THING = re.compile(
    r"\b(?:which|what|how many|how much) (?!is\b|are\b|was\b|were\b|do\b|does\b|did\b|has\b|have\b|had\b|will\b|can\b"
    r"|could\b|would\b|should\b|happen|the\b|a\b|an\b|of\b|kind\b|sort\b|else\b|about\b)((?:[\w’'-]+ ?){1,2})",
    re.IGNORECASE,
)


class Asked:
    """One question, measured against one archive.

    `weights` maps each term that carries meaning to its IDF; `names` holds those of them that are names or numbers,
    `unknown` those that stand nowhere in the archive; `kind` is the kind of answer expected ("person", "date" ...) or
    empty; `counted` are the terms of what "how many" asks for, `thing` those of what follows "which" or "what".
    `unknown_name` is True where it names, not by an abbreviation, what stands nowhere in the archive.
    `says_something` is False for a question of function words only ("What happened?"), which is weighed by them.

    Args:
        question: as it was asked.
        document_frequency: in how many passages a term stands.
        documents: how many passages there are.
    """

    def __init__(self, question: str, document_frequency: Callable[[str], int], documents: int) -> None:
        self.question = question
        self._frequency, self._documents = document_frequency, documents
        ordered = [term for term in terms_of(question) if term not in _FUNCTION_WORDS]
        self.says_something = bool(ordered)
        self.ordered = ordered or terms_of(question)
        self.weights = {term: self.idf(term) for term in dict.fromkeys(self.ordered)}
        self.unknown = {term for term in self.weights if not document_frequency(term)}
        named = _NAME.findall(question)
        names = {term for name in named for term in terms_of(name)}
        # Abbreviations are often spelled out where they are answered.
        full = {term for name in named if not name.isupper() for term in terms_of(name)}
        self.unknown_name = bool(full & self.unknown)
        self._pairs = {pair for pair in zip(self.ordered, self.ordered[1:], strict=False) if pair[0] != pair[1]}
        self.names = {t: w for t, w in self.weights.items() if t in names or any(c.isdigit() for c in t)}
        counted = _COUNTED.search(question)
        self.counted = set(terms_of(counted[1])) & set(self.weights) if counted else set()
        thing = _THING.search(question)
        self.thing = set(terms_of(thing[1])) & set(self.weights) if thing else set()
        self.kind = kind_asked(question)

    def words(self) -> list[tuple[str, set[str]]]:
        """The question's own words that carry meaning, as they were typed, each with its terms; it may have none."""
        if not self.says_something:
            return []
        found = dict.fromkeys(word.strip("-'’_") for word in _WORD.findall(self.question))
        paired = [(word, set(terms_of(word)) & set(self.weights)) for word in found]
        return [(word, terms) for word, terms in paired if terms]

    def idf(self, term: str) -> float:
        """BM25's inverse document frequency, above 0; the higher the rarer."""
        n = self._frequency(term)
        return math.log(1 + (max(0, self._documents - n) + 0.5) / (n + 0.5))

    def name_coverage(self, terms: set[str]) -> float:
        """The share, by IDF, of the question's names and numbers that are among `terms`; 1 where it has none."""
        return share(self.names, terms) if self.names else 1.0

    def pair_coverage(self, ordered: Sequence[str]) -> float:
        """The share of the question's neighbouring terms that stand at most three terms apart: 0 to 1."""
        if not self._pairs:
            return 0.0
        weights = self.weights
        places = [(place, term) for place, term in enumerate(ordered) if term in weights]
        near: set[tuple[str, str]] = set()
        for index, (place, term) in enumerate(places):
            for other_place, other in places[index + 1 : index + 4]:
                if other_place - place <= 3:
                    near |= {(term, other), (other, term)}
        return len(self._pairs & near) / len(self._pairs)

    def shown_in(self, text: str) -> bool | None:
        """Whether a text holds an answer of the expected kind beyond the question's own words; None for no kind."""
        return is_shown(self.kind, text, self.weights.keys())

    def counted_in(self, text: str) -> bool:
        """Whether a number stands right before the thing whose number is asked for ("46 turbines")."""
        words = text.split() if self.counted else []
        return any(
            NUMBER.search(word) and self.counted & set(terms_of(" ".join(words[place : place + 4])))
            for place, word in enumerate(words)
        )


def share(weights: dict[str, float], terms: Set[str]) -> float:
    """The share, by weight, of the weighted terms that are among `terms`: 0 to 1."""
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in terms) / total if total else 0.0
