"""Weights fitted by `benchmarks/fit_answers.py`; do not edit by hand.

Fitted on 2026-11-25 to golden (179 questions), squad2 (600 questions), realtimeqa (140 questions).
The figures are in benchmarks/README.md.
"""

from __future__ import annotations

SENTENCE_WEIGHTS: dict[str, float] = {
    "cosine": 1.4406,
    "centred_cosine": 3.0282,
    "overlap": -1.0294,
    "overlap_in_context": 1.8129,
    "rare_overlap": 1.4128,
    "beyond_title": 1.9134,
    "names_overlap": -0.1681,
    "pairs": -0.0669,
    "thing_unnamed": 0.2082,
    "cosine_of_neighbours": 1.2172,
    "shows_expected": 0.9298,
    "expected_unmet": -0.9298,
    "counts_asked": 2.3996,
    "repeats_title": 1.0046,
    "passage_score": 0.5026,
    "passage_rank": -0.4868,
    "is_lead": -0.0644,
    "shortness": -0.3259,
    "length": 0.8321,
    "is_question": -1.5163,
    "selector": 0.0,
}

CONFIDENCE_WEIGHTS: dict[str, float] = {
    "constant": -3.2498,
    "unknown_terms": -1.5134,
    "passage_cosine": 2.1946,
    "highest_cosine": 1.5827,
    "best_overlap_in_context": 0.5056,
    "best_names_overlap": 1.0915,
    "best_shows_expected": 0.1067,
    "best_expected_unmet": -1.2719,
    "best_thing_unnamed": -0.1886,
    "best_selector": 0.0,
    "highest_selector": 0.0,
    "unsupported": -0.6510,
}
