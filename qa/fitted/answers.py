"""Weights fitted by `benchmarks/fit_answers.py`; do not edit by hand.

Fitted on 2026-11-29 to the questions of golden (179), squad2 (600), realtimeqa (140), wikinews (600).
The figures are in benchmarks/README.md.
"""

from __future__ import annotations

SENTENCE_WEIGHTS: dict[str, float] = {
    "cosine": -0.1649,
    "centred_cosine": 1.2875,
    "overlap": -1.5929,
    "overlap_in_context": -0.3595,
    "rare_overlap": 0.6643,
    "beyond_title": 1.5446,
    "names_overlap": -0.9444,
    "pairs": -0.8429,
    "thing_unnamed": 0.3965,
    "cosine_of_neighbours": -0.3847,
    "shows_expected": 0.2158,
    "expected_unmet": -0.2158,
    "short_answer": 0.6402,
    "counts_asked": 1.7461,
    "repeats_title": 0.5681,
    "passage_score": 0.5404,
    "passage_rank": -0.3808,
    "is_lead": 0.1192,
    "shortness": 0.4055,
    "length": 0.4723,
    "is_question": -1.4593,
    "selector": 1.1803,
}

CONFIDENCE_WEIGHTS: dict[str, float] = {
    "constant": -1.0438,
    "unknown_terms": -0.9589,
    "passage_cosine": 0.4480,
    "highest_cosine": 0.0000,
    "best_overlap_in_context": 0.0000,
    "best_names_overlap": 0.0000,
    "best_shows_expected": 0.2407,
    "best_expected_unmet": -0.3972,
    "best_thing_unnamed": 0.0000,
    "best_selector": 0.3350,
    "highest_selector": 0.3782,
    "unsupported": -0.4960,
    "unknown_name": -2.0000,
}
