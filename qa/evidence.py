"""How well a sentence answers a question, in figures that need no language model.

Each figure is one column of a matrix with a row for each sentence; the weights in qa/fitted/answers.py turn a row into
a score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qa.asked import Asked, share
from qa.lexical import terms_of
from qa.short_answers import find_short_answer

Vectors = np.ndarray[Any, np.dtype[np.float32]]
Matrix = np.ndarray[Any, np.dtype[np.float64]]

COLUMNS = (
    "cosine", "centred_cosine", "overlap", "overlap_in_context", "rare_overlap", "beyond_title", "names_overlap",
    "pairs", "thing_unnamed", "cosine_of_neighbours", "shows_expected", "expected_unmet", "short_answer",
    "counts_asked", "repeats_title", "passage_score", "passage_rank", "is_lead", "shortness", "length", "is_question",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer, with what stands around it.

    `passage_score` is its passage's fused score less that of the best passage (0 or below), `passage_rank` counts
    from 0. `previous` and `following` are the sentences beside it in its article, empty where there is none.
    """

    text: str
    title: str = ""
    previous: str = ""
    following: str = ""
    passage_score: float = 0.0
    passage_rank: int = 0
    is_lead: bool = False


def measure(asked: Asked, sentences: Sequence[Evidence], question: Vectors, vectors: Vectors) -> Matrix:
    """The matrix (n, len(COLUMNS)) float64 for n sentences.

    Args:
        asked: the question.
        sentences: those that compete, in the order of their passages.
        question: unit vector (d,) of the question.
        vectors: unit vectors (n, d) of the sentences.
    """
    cosines = vectors @ question
    ordered = [terms_of(sentence.text) for sentence in sentences]
    own = [set(each) for each in ordered]
    columns: dict[str, list[float]] = {name: [] for name in COLUMNS}
    columns["centred_cosine"] = _centred_cosines(question, vectors)
    rare = _rarity_among(asked, own)
    for index, sentence in enumerate(sentences):
        title, words = set(terms_of(sentence.title)), len(sentence.text.split())
        around = own[index] | title | set(terms_of(sentence.previous))
        beyond = {term: weight for term, weight in asked.weights.items() if term not in title}
        shown = asked.shown_in(sentence.text)
        row = {
            "cosine": float(cosines[index]),
            "overlap": share(asked.weights, own[index]),
            "overlap_in_context": share(asked.weights, around),
            "rare_overlap": share(rare, own[index]),
            "beyond_title": share(beyond, own[index]),
            "names_overlap": asked.name_coverage(around),
            "pairs": asked.pair_coverage(ordered[index]),
            "thing_unnamed": float(bool(asked.thing) and not asked.thing & around),
            "cosine_of_neighbours": _neighbours(sentences, cosines, index),
            "shows_expected": float(shown is True),
            "expected_unmet": float(shown is False),
            "short_answer": float(find_short_answer(asked.question, sentence.text) is not None),
            "counts_asked": float(asked.counted_in(sentence.text)),
            "repeats_title": len(own[index] & title) / max(1, len(title)),
            "passage_score": sentence.passage_score,
            "passage_rank": math.log1p(sentence.passage_rank),
            "is_lead": float(sentence.is_lead),
            "shortness": max(0.0, (8 - words) / 8),
            "length": min(words, 60) / 60,
            "is_question": float(sentence.text.rstrip("\"'”’").endswith("?")),
        }
        for name, value in row.items():
            columns[name].append(value)
    return np.array([columns[name] for name in COLUMNS], np.float64).T.reshape(len(sentences), len(COLUMNS))


def _centred_cosines(question: Vectors, vectors: Vectors) -> list[float]:
    """Cosines after the mean of the competing sentences is taken away: what sets them apart, not what they share."""
    mean = vectors.mean(axis=0)
    wanted, own = question - mean, vectors - mean
    lengths = np.linalg.norm(own, axis=1) * np.linalg.norm(wanted)
    return [float(value) for value in (own @ wanted) / np.maximum(lengths, 1e-9)]


def _rarity_among(asked: Asked, own: Sequence[set[str]]) -> dict[str, float]:
    """The question's terms, each weighed by how few of the competing sentences hold it too."""
    counts = {term: sum(term in each for each in own) for term in asked.weights}
    return {t: w * math.log(1 + (len(own) - counts[t] + 0.5) / (counts[t] + 0.5)) for t, w in asked.weights.items()}


def _neighbours(sentences: Sequence[Evidence], cosines: Vectors, index: int) -> float:
    found = []
    if index and sentences[index].previous == sentences[index - 1].text:
        found.append(float(cosines[index - 1]))
    if index + 1 < len(sentences) and sentences[index + 1].previous == sentences[index].text:
        found.append(float(cosines[index + 1]))
    return max(found, default=0.0)


def terms_around(evidence: Evidence) -> set[str]:
    """The terms of a sentence, its title and the sentence before it."""
    return set(terms_of(f"{evidence.title}\n{evidence.previous}\n{evidence.text}"))
