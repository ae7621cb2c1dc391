"""The figures against values worked out by hand, ir-measures (trec_eval) and scipy."""

from __future__ import annotations

import math
import random

import ir_measures
import numpy as np
import pytest
import scipy.stats
from ir_measures import AP, RR, R, Success, nDCG

import qa
from qa.evaluation.metrics import (
    METRICS,
    article_ranking,
    average_precision,
    first_rank,
    hit_at,
    ndcg_at,
    question_figures,
    recall_at,
    reciprocal_rank,
    retrieval_figures,
)
from qa.evaluation.significance import bootstrap_interval, randomisation_test

TREC_EVAL = {
    "MRR": RR, "hit@1": Success @ 1, "hit@5": Success @ 5, "hit@10": Success @ 10, "recall@1": R @ 1,
    "recall@5": R @ 5, "recall@10": R @ 10, "nDCG@10": nDCG @ 10, "MAP": AP,
}  # fmt: skip


def hit(article_id: str, *others: str) -> qa.Hit:
    article, *also = (qa.Article(each, "", "text") for each in (article_id, *others))
    return qa.Hit(article, 0, 4, "text", 1.0, also_in=tuple(also))


def test_ranking_counts_an_article_once_and_puts_reprints_behind_their_hit() -> None:
    assert article_ranking([hit("a"), hit("b", "c"), hit("a"), hit("d")]) == ["a", "b", "c", "d"]
    assert article_ranking([]) == []


def test_single_figures() -> None:
    ranking = ["a", "b", "c", "d"]
    assert hit_at(ranking, {"b"}, 1) == 0
    assert hit_at(ranking, {"b"}, 2) == 1
    assert recall_at(ranking, {"b", "d", "x"}, 4) == pytest.approx(2 / 3)
    assert first_rank(ranking, {"c", "d"}) == 3
    assert first_rank(ranking, {"x"}) is None
    assert reciprocal_rank(ranking, {"c", "d"}) == pytest.approx(1 / 3)
    assert reciprocal_rank(ranking, {"x"}) == 0
    # Precision 1/2 at rank 2 and 2/4 at rank 4; the third relevant article is not ranked.
    assert average_precision(ranking, {"b", "d", "x"}) == pytest.approx((1 / 2 + 2 / 4) / 3)


def test_ndcg_with_graded_gains() -> None:
    # Gains 1 at rank 2 and 3 at rank 4, against 3 at rank 1 and 1 at rank 2.
    expected = (1 / math.log2(3) + 3 / math.log2(5)) / (3 + 1 / math.log2(3))
    assert ndcg_at(["a", "b", "c", "d"], {"b": 1, "d": 3}, 10) == pytest.approx(expected)
    assert ndcg_at(["d", "b"], {"b": 1, "d": 3}, 10) == pytest.approx(1)
    assert ndcg_at(["a", "b"], {"b": 1}, 1) == 0


def test_figures_are_those_of_trec_eval() -> None:
    generator = random.Random(7)
    pool = [f"article-{number}" for number in range(40)]
    qrels, run, ours = [], [], {}
    for number in range(300):
        gains = {each: generator.randint(1, 3) for each in generator.sample(pool, generator.randint(1, 14))}
        ranking = generator.sample(pool, generator.randint(1, 30))
        qrels += [ir_measures.Qrel(str(number), each, gain) for each, gain in gains.items()]
        run += [ir_measures.ScoredDoc(str(number), each, -float(place)) for place, each in enumerate(ranking)]
        ours[str(number)] = dict(zip(METRICS, question_figures(ranking, gains), strict=True))
    assert set(TREC_EVAL) == set(METRICS)
    names = {str(measure): name for name, measure in TREC_EVAL.items()}
    compared = 0
    for value in ir_measures.iter_calc(TREC_EVAL.values(), qrels, run):
        assert ours[value.query_id][names[str(value.measure)]] == pytest.approx(value.value), value
        compared += 1
    assert compared == 300 * len(METRICS)


def test_an_empty_ranking_and_no_gains_are_nought() -> None:
    assert question_figures([], {"a": 1}) == (0.0,) * len(METRICS)
    assert question_figures(["a"], {}) == (0.0,) * len(METRICS)


def test_means_over_questions() -> None:
    figures = retrieval_figures([["a", "b"], ["c"]], [{"b"}, {"c"}])
    assert figures.questions == 2
    assert figures.hit_at_1 == 0.5
    assert figures.hit_at_5 == figures.hit_at_10 == figures.recall_at_10 == 1
    assert figures.mean_reciprocal_rank == pytest.approx(0.75)
    assert figures.ndcg_at_10 == pytest.approx((1 / math.log2(3) + 1) / 2)


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="1 rankings for 2 questions"):
        retrieval_figures([["a"]], [{"a"}, {"b"}])
    with pytest.raises(ValueError, match="0 rankings"):
        retrieval_figures([], [])


def test_bootstrap_interval_is_that_of_scipy() -> None:
    figures = np.random.default_rng(3).beta(2, 1, size=(80, 2))
    low, high = bootstrap_interval(figures, resamples=20_000)
    for column in range(2):
        theirs = scipy.stats.bootstrap(
            (figures[:, column],), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(4)
        ).confidence_interval
        # Two draws of 20,000 resamples differ by a few thousandths; the interval is about .1 wide.
        assert low[column] == pytest.approx(theirs.low, abs=0.004)
        assert high[column] == pytest.approx(theirs.high, abs=0.004)


def test_bootstrap_interval_of_equal_figures_is_a_point_and_seeded() -> None:
    low, high = bootstrap_interval(np.full((5, 1), 0.5))
    assert low == pytest.approx(0.5) and high == pytest.approx(0.5)
    figures = np.arange(10.0).reshape(10, 1)
    assert bootstrap_interval(figures) == bootstrap_interval(figures)
    assert bootstrap_interval(figures, seed=1) != bootstrap_interval(figures, seed=2)


def test_randomisation_test_is_the_exact_one_of_scipy() -> None:
    generator = np.random.default_rng(5)
    first, second = generator.random((11, 2)), generator.random((11, 2))
    second[:, 1] += 0.4
    ours = randomisation_test(first, second)
    for column in range(2):
        # 2^11 exchanges: scipy goes through all of them.
        exact = scipy.stats.permutation_test(
            (first[:, column], second[:, column]), lambda a, b: np.mean(a - b), permutation_type="samples",
            vectorized=False, n_resamples=np.inf,
        ).pvalue  # fmt: skip
        assert ours[column] == pytest.approx(exact, abs=0.015)
    assert ours[1] < 0.1 < ours[0]


def test_randomisation_test_of_equal_runs_and_of_a_clear_difference() -> None:
    figures = np.random.default_rng(6).random((50, 1))
    assert randomisation_test(figures, figures) == pytest.approx(1)
    assert randomisation_test(figures, figures + 0.2) == pytest.approx(1 / 10_001)
