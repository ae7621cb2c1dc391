"""Figures for one ranking of articles against the articles that are known to be relevant.

hit@k, recall@k, reciprocal rank, average precision (Manning, Raghavan and Schütze 2008, chapter 8) and nDCG@10 with
linear gains (Järvelin and Kekäläinen 2002), as trec_eval computes them. Each lies in 0 to 1, higher is better.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from qa.records import Hit

# The id of each relevant article with its gain, a number above 0.
Gains = Mapping[str, int]

CUTOFFS = (1, 5, 10)
NDCG_DEPTH = 10
METRICS = ("MRR", *(f"hit@{k}" for k in CUTOFFS), *(f"recall@{k}" for k in CUTOFFS), f"nDCG@{NDCG_DEPTH}", "MAP")


def article_ranking(hits: Sequence[Hit]) -> list[str]:
    """The ids of the articles in the order of their first passage; reprints stand right behind."""
    ranked: dict[str, None] = {}
    for hit in hits:
        for article in (hit.article, *hit.also_in):
            ranked.setdefault(article.id)
    return list(ranked)


def first_rank(ranking: Sequence[str], relevant: Collection[str]) -> int | None:
    """The rank of the first relevant article, counted from 1; None where there is none."""
    return next((rank for rank, article in enumerate(ranking, start=1) if article in relevant), None)


def hit_at(ranking: Sequence[str], relevant: Collection[str], k: int) -> float:
    """1 where a relevant article is among the first k, else 0."""
    return float(any(article in relevant for article in ranking[:k]))


def recall_at(ranking: Sequence[str], relevant: Collection[str], k: int) -> float:
    """The share of the relevant articles that are among the first k."""
    return sum(article in relevant for article in ranking[:k]) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], relevant: Collection[str]) -> float:
    """1 over the rank of the first relevant article; 0 where there is none."""
    rank = first_rank(ranking, relevant)
    return 1 / rank if rank else 0.0


def average_precision(ranking: Sequence[str], relevant: Collection[str]) -> float:
    """The mean over the relevant articles of the precision at their ranks; one that is not ranked counts as 0."""
    found, total = 0, 0.0
    for rank, article in enumerate(ranking, start=1):
        if article in relevant:
            found += 1
            total += found / rank
    return total / len(relevant) if relevant else 0.0


def ndcg_at(ranking: Sequence[str], gains: Gains, k: int) -> float:
    """Normalised discounted cumulative gain: gains divided by log2(rank + 1), as a share of the best order's."""

    def discounted(values: Sequence[int]) -> float:
        return sum(value / math.log2(rank + 1) for rank, value in enumerate(values[:k], start=1))

    ideal = discounted(sorted(gains.values(), reverse=True))
    return discounted([gains.get(article, 0) for article in ranking]) / ideal if ideal else 0.0


def question_figures(ranking: Sequence[str], gains: Gains) -> tuple[float, ...]:
    """The figures of one question, in the order of `METRICS`."""
    return (
        reciprocal_rank(ranking, gains),
        *(hit_at(ranking, gains, k) for k in CUTOFFS),
        *(recall_at(ranking, gains, k) for k in CUTOFFS),
        ndcg_at(ranking, gains, NDCG_DEPTH),
        average_precision(ranking, gains),
    )


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


def retrieval_figures(rankings: Sequence[Sequence[str]], relevant: Sequence[Collection[str]]) -> RetrievalFigures:
    """The means for one ranking of articles a question, in the same order as the relevant ids, which all gain 1.

    Raises:
        ValueError: the two differ in length, or there is no question.
    """
    if len(rankings) != len(relevant) or not rankings:
        raise ValueError(f"{len(rankings)} rankings for {len(relevant)} questions")
    rows = [question_figures(ranking, dict.fromkeys(ids, 1)) for ranking, ids in zip(rankings, relevant, strict=True)]
    means = dict(zip(METRICS, (sum(column) / len(rows) for column in zip(*rows, strict=True)), strict=True))
    return RetrievalFigures(
        questions=len(rows), hit_at_1=means["hit@1"], hit_at_5=means["hit@5"], hit_at_10=means["hit@10"],
        recall_at_10=means["recall@10"], mean_reciprocal_rank=means["MRR"], ndcg_at_10=means["nDCG@10"],
    )  # fmt: skip
