"""Weights fitted by `benchmarks/fit_answers.py`; do not edit by hand.

Fitted on 2026-11-28 to golden (179 questions), squad2 (600 questions), realtimeqa (140 questions).
The figures are in benchmarks/README.md.
"""

from __future__ import annotations

SENTENCE_WEIGHTS: dict[str, float] = {
    "cosine": 0.2305,
    "centred_cosine": 1.6808,
    "overlap": -1.8809,
    "overlap_in_context": 0.4157,
    "rare_overlap": 0.8277,
    "beyond_title": 1.4608,
    "names_overlap": -0.6582,
    "pairs": -0.9016,
    "thing_unnamed": 0.3842,
    "cosine_of_neighbours": 0.2898,
    "shows_expected": 0.4084,
    "expected_unmet": -0.4084,
    "short_answer": 0.8069,
    "counts_asked": 1.9979,
    "repeats_title": 0.7005,
    "passage_score": 0.4554,
    "passage_rank": -0.5766,
    "is_lead": -0.2892,
    "shortness": 0.0151,
    "length": 0.6162,
    "is_question": -0.9665,
    "selector": 1.0004,
}

CONFIDENCE_WEIGHTS: dict[str, float] = {
    "constant": -2.2770,
    "unknown_terms": -1.4709,
    "passage_cosine": 1.9134,
    "highest_cosine": 1.0495,
    "best_overlap_in_context": 0.0000,
    "best_names_overlap": 0.2739,
    "best_shows_expected": 0.2258,
    "best_expected_unmet": -0.9478,
    "best_thing_unnamed": -0.0458,
    "best_selector": 0.0000,
    "highest_selector": 0.5410,
    "unsupported": -0.6184,
}
