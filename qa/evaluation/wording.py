"""Whether a text gives an answer, as SQuAD counts it (Rajpurkar et al. 2016, evaluate-v1.1.py).

Words are compared in lower case, without punctuation and without "a", "an" and "the". Beyond SQuAD's ASCII, typographic
quotes count as punctuation, and long dashes part words: news are set in them and answers often are not. Every figure
lies in 0 to 1, higher is better, and is the best one over the answers that are given for a question.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation + "‘’‚“”„«»…", "") | dict.fromkeys("–—", " "))


def normalised(text: str) -> str:
    """The words of a text as they are compared, one space between them; empty for a text without any."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def measurable(answers: Sequence[str]) -> list[str]:
    """The answers of which something is left to be compared."""
    return [answer for answer in answers if normalised(answer)]


def contains_answer(text: str, answers: Sequence[str]) -> bool:
    """Whether the words of one of the answers stand in the text, whole and one after the other."""
    words = f" {normalised(text)} "
    return any(f" {normalised(answer)} " in words for answer in measurable(answers))


def exact_match(given: str, answers: Sequence[str]) -> float:
    """1 where the words are those of one of the answers, else 0."""
    return float(normalised(given) in map(normalised, answers))


def token_f1(given: str, answers: Sequence[str]) -> float:
    """The harmonic mean of precision and recall of the words, counted with repeats."""
    return max((_token_f1(normalised(given).split(), normalised(answer).split()) for answer in answers), default=0.0)


def _token_f1(given: list[str], answer: list[str]) -> float:
    common = (Counter(given) & Counter(answer)).total()
    return 2 * common / (len(given) + len(answer)) if common else 0.0
