"""What the finders of short answers share: the question and the sentence, taken apart, and what they give back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.lexical import terms_of

DATE = "date"
QUANTITY = "quantity"
NAME = "name"
# Verbs that another word may stand for.
_WEAK_TERMS = frozenset(terms_of("go goes get got make made take took happen"))
# The least share of the question's terms that the sentence has to hold, and with what stands around it.
_SUPPORT = 0.3
_SUPPORT_AROUND = 0.5
AUXILIARY = (
    r"(?:is|are|was|were|be|been|do|does|did|has|have|had|will|would|can|could|shall|should|may|might|must|going|to|also|"
    r"first|originally|then|now|later|currently)"
)
ASKS_SPEECH = re.compile(
    r"\b(?:say|said|tell|told|announce|announced|report|reported|warn|warned|according)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Span:
    """`sentence[start:end]` is the short answer; `kind` is "person", "place", "date", "quantity" or "name"."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Case:
    """A question and a sentence, taken apart.

    `terms` are those of the question that carry meaning, `names` those of them that are names or numbers; `match` is
    how it asks ("how many ..."). `context` is what stands around the sentence, None where that is not known.
    """

    question: str
    terms: frozenset[str]
    names: frozenset[str]
    sentence: str
    match: re.Match[str]
    context: str | None

    def known(self, text: str) -> bool:
        """Whether words are the question's own."""
        return bool(self.terms & set(terms_of(text))) or f" {text} " in f" {self.question} "


def supported(case: Case) -> bool:
    """Whether the sentence holds enough of the question for its only candidate to be meant.

    Where its context is known, the two hold all names and numbers of the question between them, and the sentence at
    least one of its terms.
    """
    needed = case.terms - _WEAK_TERMS
    own = needed & set(terms_of(case.sentence))
    if case.context is None:
        return len(own) >= _SUPPORT * len(needed)
    around = set(terms_of(case.context)) | set(terms_of(case.sentence))
    return bool(own) and case.names <= around and len(needed & around) >= _SUPPORT_AROUND * len(needed)


def only(spans: Sequence[Span]) -> Span | None:
    """The one span that is left, if the others say the same or there are none."""
    return spans[0] if len(spans) == 1 else None
