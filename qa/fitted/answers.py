"""Weights fitted by `benchmarks/fit_answers.py`; do not edit by hand.

Fitted on 2026-11-29 to the questions of golden (179), squad2 (600), realtimeqa (140), wikinews (600).
The figures are in benchmarks/README.md.
"""

from __future__ import annotations

SENTENCE_WEIGHTS: dict[str, float] = {
    "cosine": -0.0160,
    "centred_cosine": 1.4124,
    "overlap": -1.9122,
    "overlap_in_context": 0.0096,
    "rare_overlap": 0.8221,
    "beyond_title": 1.4391,
    "names_overlap": -0.8036,
    "pairs": -0.8134,
    "thing_unnamed": 0.4765,
    "cosine_of_neighbours": -0.2591,
    "shows_expected": 0.2142,
    "expected_unmet": -0.2142,
    "short_answer": 0.6622,
    "counts_asked": 1.4219,
    "repeats_title": 0.7385,
    "passage_score": 0.5550,
    "passage_rank": -0.3490,
    "is_lead": 0.4034,
    "shortness": 0.2792,
    "length": 0.9878,
    "is_question": -1.5425,
    "selector": 1.1668,
}

CONFIDENCE_WEIGHTS: dict[str, float] = {
    "constant": -0.9770,
    "unknown_terms": -1.3096,
    "passage_cosine": 0.7027,
    "highest_cosine": 0.0000,
    "best_overlap_in_context": 0.0000,
    "best_names_overlap": 0.0042,
    "best_shows_expected": 0.1243,
    "best_expected_unmet": -0.5906,
    "best_thing_unnamed": 0.0000,
    "best_selector": 0.0512,
    "highest_selector": 0.6426,
    "unsupported": -0.5947,
}
