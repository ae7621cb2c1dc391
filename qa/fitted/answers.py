"""Weights fitted by `benchmarks/fit_answers.py`; do not edit by hand.

Fitted on 2026-11-25 to golden (179 questions), squad2 (600 questions), realtimeqa (140 questions).
The figures are in benchmarks/README.md.
"""

from __future__ import annotations

SENTENCE_WEIGHTS: dict[str, float] = {
    "cosine": 1.4747,
    "centred_cosine": 3.0095,
    "overlap": -1.0163,
    "overlap_in_context": 1.8319,
    "rare_overlap": 1.3879,
    "beyond_title": 1.9053,
    "names_overlap": -0.1655,
    "pairs": -0.0519,
    "thing_unnamed": 0.2016,
    "cosine_of_neighbours": 1.2285,
    "shows_expected": 0.9323,
    "expected_unmet": -0.9323,
    "counts_asked": 2.3999,
    "repeats_title": 0.9980,
    "passage_score": 0.5128,
    "passage_rank": -0.4285,
    "is_lead": -0.0628,
    "shortness": -0.3360,
    "length": 0.8252,
    "is_question": -1.5276,
}

CONFIDENCE_WEIGHTS: dict[str, float] = {
    "constant": -2.9674,
    "unknown_terms": -1.4504,
    "passage_cosine": 2.6912,
    "best_cosine": 0.6083,
    "best_overlap_in_context": 0.7122,
    "best_names_overlap": 1.0174,
    "best_shows_expected": 0.0856,
    "best_expected_unmet": -1.1524,
    "best_thing_unnamed": -0.1716,
    "unsupported": -0.6270,
}
