"""Weights fitted by `benchmarks/fit_ranking.py`; do not edit by hand.

Fitted on 2026-11-25 to questions of
golden time (29), golden (120), realtimeqa (140), realtimeqa later (140), squad2 (300).
The figures are in benchmarks/README.md.
"""

from __future__ import annotations

RANKING_WEIGHTS: dict[str, float] = {
    "lexical": 3.879,
    "cosine": 6.260,
    "coverage": 4.409,
    "pairs": 0.681,
    "lead": 1.154,
    "this_week": 2.913,
    "these_months": 1.379,
    "current": 0.679,
    "in_period": 1.901,
    "near_period": 2.210,
    "outlet": 5.000,
    "author": 5.000,
}
