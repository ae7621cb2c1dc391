"""What can choose a sentence: likeness of meaning, words in common, and the selector that was trained for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from qa.asked import Asked, share
from qa.evaluation.choices import Choice, Scorer, Scores
from qa.lexical import terms_of
from qa.selector import load_selector

if TYPE_CHECKING:
    from qa.encoder import Encoder


def cosine_scorer(encoder: Encoder) -> Scorer:
    """The cosine of the question's and the sentence's vectors, -1 to 1."""

    def score(question: str, sentences: Sequence[str], titles: Sequence[str] | None) -> Scores:
        cosines: Scores = encoder.encode_passages(sentences) @ encoder.encode_query(question)
        return cosines

    return score


def overlap_scorer(choices: Sequence[Choice]) -> Scorer:
    """The share, by IDF over all sentences of the set, of the question's terms that the sentence has: 0 to 1."""
    distinct = {sentence for choice in choices for sentence in choice.sentences}
    frequencies = Counter(term for sentence in distinct for term in set(terms_of(sentence)))

    def score(question: str, sentences: Sequence[str], titles: Sequence[str] | None) -> Scores:
        weights = Asked(question, lambda term: frequencies[term], len(distinct)).weights
        return np.array([share(weights, set(terms_of(sentence))) for sentence in sentences], np.float32)

    return score


def selector_scorer() -> Scorer:
    """The selector that ships with Dateline; above 0 means that the sentence answers.

    Raises:
        EncoderError: it is missing, or does not load.
    """
    return load_selector().score
