"""Weights fitted by `benchmarks/fit_ranking.py`; do not edit by hand.

Fitted on 2026-11-25 to questions of
golden time (29), golden (120), realtimeqa (140), realtimeqa later (140), squad2 (300).
The figures are in benchmarks/README.md.
"""

from __future__ import annotations

RANKING_WEIGHTS: dict[str, float] = {
    "lexical": 3.894,
    "cosine": 6.260,
    "coverage": 4.400,
    "pairs": 0.678,
    "lead": 1.154,
    "this_week": 2.909,
    "these_months": 1.379,
    "current": 0.681,
    "in_period": 1.903,
    "near_period": 2.214,
    "outlet": 2.000,
    "author": 2.000,
}
