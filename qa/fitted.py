"""Weights fitted by `benchmarks/fit_answers.py`; do not edit by hand.

Fitted on 2026-11-24 to golden (179 questions), squad2 (600 questions).
The figures are in benchmarks/README.md.
"""

from __future__ import annotations

SENTENCE_WEIGHTS: dict[str, float] = {
    "cosine": 1.7985,
    "centred_cosine": 3.7448,
    "overlap": -1.0431,
    "overlap_in_context": 3.7577,
    "rare_overlap": 1.2339,
    "beyond_title": 1.6957,
    "names_overlap": -0.5334,
    "pairs": 0.4137,
    "cosine_of_neighbours": 2.1070,
    "shows_expected": 0.9673,
    "expected_unmet": -0.9673,
    "counts_asked": 1.3171,
    "repeats_title": 0.5246,
    "passage_score": 1.0821,
    "passage_rank": -0.7194,
    "is_lead": 0.1261,
    "shortness": -0.1330,
    "length": 0.2488,
    "is_question": -0.0109,
}

CONFIDENCE_WEIGHTS: dict[str, float] = {
    "constant": -3.3622,
    "passage_cosine": 1.8576,
    "best_cosine": 1.7655,
    "best_overlap": -0.8878,
    "best_overlap_in_context": 1.6803,
    "best_names_overlap": 0.6125,
    "best_pairs": -0.5313,
    "best_shows_expected": 0.0230,
    "best_expected_unmet": -0.7309,
    "highest_overlap_in_context": 0.7301,
    "lead_over_next": -0.0375,
}
