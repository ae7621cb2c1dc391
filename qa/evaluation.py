"""Figures for retrieval over a set of questions whose answering articles are known.

hit@k, recall@k, mean reciprocal rank and nDCG with binary relevance, all on articles (Manning, Raghavan and Schütze
2008, chapter 8). Higher is better for every figure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from qa.records import Hit


def article_ranking(hits: Sequence[Hit]) -> list[str]:
    """The ids of the articles in the order of their first passage; reprints stand right behind."""
    ranked: dict[str, None] = {}
    for hit in hits:
        for article in (hit.article, *hit.also_in):
            ranked.setdefault(article.id)
    return list(ranked)


def hit_at(ranking: Sequence[str], relevant: set[str], k: int) -> float:
    """1 where a relevant article is among the first k, else 0."""
    return float(any(article in relevant for article in ranking[:k]))


def recall_at(ranking: Sequence[str], relevant: set[str], k: int) -> float:
    """The share of the relevant articles that are among the first k."""
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], relevant: set[str]) -> float:
    """1 over the rank of the first relevant article, counted from 1; 0 where there is none."""
    return next((1 / rank for rank, article in enumerate(ranking, start=1) if article in relevant), 0.0)


def ndcg_at(ranking: Sequence[str], relevant: set[str], k: int) -> float:
    """Normalised discounted cumulative gain with gains of 0 and 1 (Järvelin and Kekäläinen 2002)."""
    gain = sum(1 / math.log2(rank + 1) for rank, a in enumerate(ranking[:k], start=1) if a in relevant)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(k, len(relevant)) + 1))
    return gain / ideal if ideal else 0.0


@dataclass(frozen=True, slots=True)
class RetrievalFigures:
    """Means over the questions."""

    questions: int
    hit_at_1: float
    hit_at_5: float
    hit_at_10: float
    recall_at_10: float
    mean_reciprocal_rank: float
    ndcg_at_10: float


def retrieval_figures(rankings: Sequence[Sequence[str]], relevant: Sequence[set[str]]) -> RetrievalFigures:
    """The figures for one ranking of articles a question, in the same order as the relevant ids.

    Raises:
        ValueError: the two differ in length, or there is no question.
    """
    if len(rankings) != len(relevant) or not rankings:
        raise ValueError(f"{len(rankings)} rankings for {len(relevant)} questions")
    pairs = list(zip(rankings, relevant, strict=True))

    def mean(values: Sequence[float]) -> float:
        return sum(values) / len(values)

    return RetrievalFigures(
        questions=len(pairs),
        hit_at_1=mean([hit_at(*pair, 1) for pair in pairs]),
        hit_at_5=mean([hit_at(*pair, 5) for pair in pairs]),
        hit_at_10=mean([hit_at(*pair, 10) for pair in pairs]),
        recall_at_10=mean([recall_at(*pair, 10) for pair in pairs]),
        mean_reciprocal_rank=mean([reciprocal_rank(*pair) for pair in pairs]),
        ndcg_at_10=mean([ndcg_at(*pair, 10) for pair in pairs]),
    )
