"""Weights that were fitted to data, with when and how. Made by `benchmarks/fit_answers.py`; do not edit by hand."""

from __future__ import annotations

SENTENCE_WEIGHTS: dict[str, float] = {
    "cosine": 3.0,
    "overlap": 2.0,
    "overlap_in_context": 2.0,
    "names_overlap": 0.5,
    "pairs": 1.0,
    "cosine_of_neighbours": 0.5,
    "shows_expected": 1.0,
    "expected_unmet": -1.0,
    "passage_score": 2.0,
    "passage_rank": -0.2,
    "is_lead": 0.0,
    "shortness": -1.0,
    "length": 0.0,
    "is_question": -1.0,
}

CONFIDENCE_WEIGHTS: dict[str, float] = {
    "constant": -5.0,
    "cosine": 3.0,
    "overlap": 1.0,
    "overlap_in_context": 4.0,
    "names_overlap": 1.5,
    "pairs": 1.0,
    "shows_expected": 0.5,
    "expected_unmet": -1.0,
    "passage_cosine": 2.0,
}
