"""Weights fitted by `benchmarks/fit_answers.py`; do not edit by hand.

Fitted on 2026-11-28 to golden (179 questions), squad2 (600 questions), realtimeqa (140 questions).
The figures are in benchmarks/README.md.
"""

from __future__ import annotations

SENTENCE_WEIGHTS: dict[str, float] = {
    "cosine": -0.0341,
    "centred_cosine": 1.4218,
    "overlap": -2.0717,
    "overlap_in_context": 0.1727,
    "rare_overlap": 0.7986,
    "beyond_title": 1.4565,
    "names_overlap": -0.5817,
    "pairs": -0.9413,
    "thing_unnamed": 0.3065,
    "cosine_of_neighbours": 0.1756,
    "shows_expected": 0.6719,
    "expected_unmet": -0.6719,
    "counts_asked": 2.1888,
    "repeats_title": 0.6484,
    "passage_score": 0.4576,
    "passage_rank": -0.6144,
    "is_lead": -0.3763,
    "shortness": 0.0186,
    "length": 0.1768,
    "is_question": -0.9023,
    "selector": 1.2073,
}

CONFIDENCE_WEIGHTS: dict[str, float] = {
    "constant": -2.2461,
    "unknown_terms": -1.3603,
    "passage_cosine": 2.2388,
    "highest_cosine": 1.0840,
    "best_overlap_in_context": 0.0000,
    "best_names_overlap": 0.1146,
    "best_shows_expected": 0.3198,
    "best_expected_unmet": -1.0683,
    "best_thing_unnamed": 0.0000,
    "best_selector": 0.2524,
    "highest_selector": 0.2812,
    "unsupported": -0.7107,
}
