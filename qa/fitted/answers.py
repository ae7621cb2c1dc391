"""Weights fitted by `benchmarks/fit_answers.py`; do not edit by hand.

Fitted on 2026-11-29 to the questions of golden (179), squad2 (600), realtimeqa (140), wikinews (600).
The figures are in benchmarks/README.md.
"""

from __future__ import annotations

SENTENCE_WEIGHTS: dict[str, float] = {
    "cosine": 0.0171,
    "centred_cosine": 1.1423,
    "overlap": -1.2850,
    "overlap_in_context": -0.4389,
    "rare_overlap": 0.6551,
    "beyond_title": 1.3758,
    "names_overlap": -0.7482,
    "pairs": -0.7920,
    "thing_unnamed": 0.3255,
    "cosine_of_neighbours": -0.3421,
    "shows_expected": 0.2766,
    "expected_unmet": -0.2766,
    "short_answer": 0.8888,
    "counts_asked": 1.9491,
    "repeats_title": 0.4228,
    "passage_score": 0.4675,
    "passage_rank": -0.4349,
    "is_lead": 0.0776,
    "shortness": -0.2654,
    "length": 0.4193,
    "is_question": -1.4272,
    "selector": 1.1566,
}

CONFIDENCE_WEIGHTS: dict[str, float] = {
    "constant": -0.7526,
    "unknown_terms": -0.9469,
    "passage_cosine": 0.1312,
    "highest_cosine": 0.0000,
    "best_overlap_in_context": 0.0000,
    "best_names_overlap": 0.0000,
    "best_shows_expected": 0.0836,
    "best_expected_unmet": -0.4077,
    "best_thing_unnamed": 0.0000,
    "best_selector": 0.2136,
    "highest_selector": 0.4284,
    "unsupported": 0.0000,
}
