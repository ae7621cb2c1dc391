"""Weights fitted by `benchmarks/fit_answers.py`; do not edit by hand.

Fitted on 2026-11-25 to golden (179 questions), squad2 (600 questions), realtimeqa (140 questions).
The figures are in benchmarks/README.md.
"""

from __future__ import annotations

SENTENCE_WEIGHTS: dict[str, float] = {
    "cosine": 1.8760,
    "centred_cosine": 2.6437,
    "overlap": -1.5183,
    "overlap_in_context": 2.9584,
    "rare_overlap": 1.6215,
    "beyond_title": 1.8586,
    "names_overlap": -0.1415,
    "pairs": 0.1230,
    "thing_unnamed": 0.2453,
    "cosine_of_neighbours": 1.5577,
    "shows_expected": 0.8915,
    "expected_unmet": -0.8915,
    "counts_asked": 1.8780,
    "repeats_title": 1.1106,
    "passage_score": 1.7211,
    "passage_rank": -0.5447,
    "is_lead": -0.0321,
    "shortness": -0.3493,
    "length": 0.2825,
    "is_question": -1.7513,
}

CONFIDENCE_WEIGHTS: dict[str, float] = {
    "constant": -2.6754,
    "unknown_terms": -1.6960,
    "passage_cosine": 2.7911,
    "best_cosine": 0.8666,
    "best_overlap_in_context": 0.5294,
    "best_names_overlap": 0.6279,
    "best_shows_expected": 0.0972,
    "best_expected_unmet": -1.0707,
    "best_thing_unnamed": -0.2479,
    "unsupported": -0.6471,
}
