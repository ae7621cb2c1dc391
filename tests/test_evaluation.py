"""Retrieval figures against values worked out by hand."""

import math

import pytest

import qa
from qa.evaluation import (
    article_ranking,
    hit_at,
    ndcg_at,
    recall_at,
    reciprocal_rank,
    retrieval_figures,
)


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
    assert reciprocal_rank(ranking, {"c", "d"}) == pytest.approx(1 / 3)
    assert reciprocal_rank(ranking, {"x"}) == 0
    # Gains at ranks 2 and 4, against the ideal at ranks 1 and 2.
    expected = (1 / math.log2(3) + 1 / math.log2(5)) / (1 + 1 / math.log2(3))
    assert ndcg_at(ranking, {"b", "d"}, 10) == pytest.approx(expected)
    assert ndcg_at(ranking, {"a", "b"}, 10) == pytest.approx(1)


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
