"""Fusion against a computation by hand; ranks, filters, duplicates and what each stage says of a hit."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import CONFIG, HashingEncoder, hashed_index, hashed_vector, make_article

import qa
from qa.lexical import terms_of
from qa.passages import encoded_text, split_passages
from qa.records import Filters, Query
from qa.retrieval import Sources, check_question, retrieve

ARTICLES = [make_article(f"a{number}") for number in range(40)]
QUESTION = "Did the harbour council vote for the ferry budget?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[qa.Index]:
    with hashed_index(tmp_path_factory.mktemp("retrieval") / "index") as opened:
        opened.add(ARTICLES)
        opened.embed()
        yield opened


def search(
    index: qa.Index, question: str = QUESTION, k: int = 5, filters: Filters | None = None, **changes: Any
) -> Any:
    """`retrieve` under other settings than the index was opened with."""
    sources = Sources(
        index.config.replace(**changes), index._store, index._derived.lexical(), index._encoder,
        index._derived.vectors(), index._keep_if_free,
    )  # fmt: skip
    return retrieve(sources, Query(question, k, filters or Filters(), datetime.date(2026, 1, 1)), {})


def all_passages() -> dict[tuple[str, int], str]:
    """Every passage of the articles: (article id, start) -> what is encoded."""
    return {
        (article.id, passage.start): encoded_text(article.title, passage.text)
        for article in ARTICLES for passage in split_passages(article.text, words=CONFIG.passage_words)
    }  # fmt: skip


def cosines(question: str = QUESTION) -> dict[tuple[str, int], float]:
    return {key: float(hashed_vector(text) @ hashed_vector(question)) for key, text in all_passages().items()}


def bm25(index: qa.Index, question: str = QUESTION) -> dict[tuple[str, int], float]:
    found = dict(index._derived.lexical().search(terms_of(question), 10_000))
    stored = index._store.passages(list(found))
    return {(stored[number].article.id, stored[number].start): score for number, score in found.items()}


def ranks(scores: dict[tuple[str, int], float]) -> dict[tuple[str, int], int]:
    return {key: rank for rank, key in enumerate(sorted(scores, key=lambda key: -scores[key]), start=1)}


@pytest.mark.parametrize(("lexical_weight", "dense_weight"), [(0.5, 1.0), (2.0, 0.25), (0.0, 1.0), (1.0, 0.0)])
def test_fusion_by_hand(index: qa.Index, lexical_weight: float, dense_weight: float) -> None:
    """score = lexical_weight * BM25 / highest BM25 + dense_weight * cosine, over all that either stage returns."""
    lexical, dense = bm25(index), cosines()
    assert 10 < len(lexical) < len(dense)
    highest = max(lexical.values())
    wanted = {key: lexical_weight * lexical.get(key, 0.0) / highest + dense_weight * dense[key] for key in dense}
    hits = search(index, k=500, overfetch=10_000, lexical_weight=lexical_weight, dense_weight=dense_weight)
    found = {(hit.article.id, hit.start): hit.score for hit in hits}
    assert found == pytest.approx(wanted, abs=1e-5)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)


def test_every_hit_says_what_each_stage_thought(index: qa.Index) -> None:
    lexical, dense = bm25(index), cosines()
    dense_ranks = ranks(dense)
    for hit in search(index, k=500, overfetch=10_000):
        key = (hit.article.id, hit.start)
        assert hit.lexical_score == (pytest.approx(lexical[key]) if key in lexical else None)
        assert (hit.lexical_rank is None) == (key not in lexical)
        assert hit.cosine == pytest.approx(dense[key], abs=1e-6)
        # Equal cosines may stand in either order.
        assert dense[key] == pytest.approx(sorted(dense.values(), reverse=True)[hit.dense_rank - 1], abs=1e-6)
    assert len(dense_ranks) == len(search(index, k=500, overfetch=10_000))


def test_lexical_ranks_count_from_one_in_the_order_of_the_scores(index: qa.Index) -> None:
    hits = [hit for hit in search(index, k=500, overfetch=10_000) if hit.lexical_rank is not None]
    by_rank = sorted(hits, key=lambda hit: hit.lexical_rank)
    assert [hit.lexical_rank for hit in by_rank] == list(range(1, len(hits) + 1))
    scores = [hit.lexical_score for hit in by_rank]
    assert scores == sorted(scores, reverse=True)


def test_what_only_bm25_returned_has_its_cosine_all_the_same(index: qa.Index) -> None:
    """With a small over-fetch FAISS leaves out some that BM25 brings: their vectors are looked up."""
    dense = cosines()
    only_lexical = [hit for hit in search(index, k=4, overfetch=16, dense_weight=0.001) if hit.dense_rank is None]
    assert only_lexical
    for hit in only_lexical:
        assert hit.cosine == pytest.approx(dense[(hit.article.id, hit.start)], abs=1e-6)


def test_over_fetch_grows_with_k(index: qa.Index) -> None:
    assert len(search(index, k=30, overfetch=5)) == 30


@pytest.mark.parametrize(
    "filters",
    [
        Filters(datetime.date(2025, 3, 1), datetime.date(2025, 6, 30)),
        Filters(published_from=datetime.date(2025, 9, 1)),
        Filters(sources=("daily gull",)),
        Filters(datetime.date(2025, 3, 1), datetime.date(2025, 9, 30), ("Merrow Press", "RADIO SKERRY")),
        Filters(sources=("Nobody",)),
        Filters(datetime.date(2030, 1, 1)),
    ],
)
def test_filters_hold_for_both_stages(index: qa.Index, filters: Filters) -> None:
    names = {name.casefold() for name in filters.sources}
    wanted = {
        article.id for article in ARTICLES
        if (not filters.published_from or article.day >= filters.published_from)
        and (not filters.published_to or article.day <= filters.published_to)
        and (not names or article.source.casefold() in names)
    }  # fmt: skip
    hits = search(index, k=500, filters=filters)
    assert {hit.article.id for hit in hits} == wanted
    # Neither stage is cut short by what the filter leaves out: the best of what is left is there.
    dense = {key: value for key, value in cosines().items() if key[0] in wanted}
    if dense:
        best = next(hit for hit in hits if hit.dense_rank == 1)
        assert dense[(best.article.id, best.start)] == pytest.approx(max(dense.values()))
    assert {(hit.article.id, hit.start) for hit in hits} == set(dense)


def test_a_passage_without_a_vector_counts_as_the_least_similar(tmp_path: Path) -> None:
    with hashed_index(tmp_path, CONFIG.replace(encode_on_the_spot=3)) as index:
        index.add(ARTICLES)
        index.embed(limit=10)
        known = index._derived.vectors().numbers()
        encoder = index._encoder
        assert isinstance(encoder, HashingEncoder)
        encoder.encoded.clear()
        hits = index.retrieve(QUESTION, k=500)
        assert 1 <= len(encoder.encoded) <= 3
        with_cosine = [hit.cosine for hit in hits if hit.cosine is not None]
        without = [hit for hit in hits if hit.cosine is None]
        assert len(with_cosine) == len(known) + len(encoder.encoded)
        assert without
        highest = max(hit.lexical_score for hit in hits if hit.lexical_score)
        for hit in without:
            assert hit.lexical_score is not None
            lexical = CONFIG.lexical_weight * hit.lexical_score / highest
            assert hit.score == pytest.approx(lexical + min(with_cosine), abs=1e-6)


def test_nothing_is_encoded_on_the_spot_where_that_is_turned_off(tmp_path: Path) -> None:
    with hashed_index(tmp_path, CONFIG.replace(encode_on_the_spot=0)) as index:
        index.add(ARTICLES)
        hits = index.retrieve(QUESTION, k=5)
        assert len(hits) == 5
        assert all(hit.cosine is None for hit in hits)
        assert index.embed_progress().done == 0
        assert [hit.lexical_rank for hit in hits] == [1, 2, 3, 4, 5]


def test_duplicates_do_not_use_up_the_places(tmp_path: Path) -> None:
    """Ten outlets print the same text; asked for three hits, a reader gets three different ones."""
    copies = [dataclasses.replace(ARTICLES[0], id=f"copy{n}", source=f"Outlet {n}") for n in range(10)]
    with hashed_index(tmp_path) as index:
        index.add([*copies, *ARTICLES[1:]])
        index.embed()
        hits = index.retrieve(ARTICLES[0].text[:200], k=3)
        assert len({hit.text for hit in hits}) == 3
        assert {hits[0].article.id, *(article.id for article in hits[0].also_in)} == {copy.id for copy in copies}
        assert [article.id for article in hits[0].also_in] == sorted(article.id for article in hits[0].also_in)


def test_the_same_passage_twice_in_one_article_is_no_other_outlet(tmp_path: Path) -> None:
    paragraph = "The harbour council voted for the quarry tunnel and the glacier embassy on a stormy orchard day."
    article = make_article("twice", text=f"{paragraph}\n\n{paragraph}")
    with hashed_index(tmp_path, CONFIG.replace(passage_words=17)) as index:
        index.add([article])
        assert len(index._store.passage_numbers()) == 2
        hits = index.retrieve("harbour council quarry", k=5)
        assert len(hits) == 1
        assert hits[0].also_in == ()


def test_timings_name_the_stages(index: qa.Index) -> None:
    timings: dict[str, float] = {}
    sources = Sources(
        index.config, index._store, index._derived.lexical(), index._encoder, index._derived.vectors(),
        index._keep_if_free,
    )  # fmt: skip
    retrieve(sources, Query(QUESTION, 3, Filters(), datetime.date(2026, 1, 1)), timings)
    assert list(timings) == ["lexical", "encode_question", "dense", "encode_passages", "hits"]
    assert all(value >= 0 for value in timings.values())


def test_equal_questions_have_equal_answers(index: qa.Index) -> None:
    assert index.retrieve(QUESTION, k=20) == index.retrieve(QUESTION, k=20)


def test_check_question_gives_the_terms() -> None:
    assert check_question("Did ministers meet?", 1, CONFIG) == ["did", "minist", "meet"]
    for text, k in (("", 1), ("?", 1), ("x" * 2_001, 1), ("fine", 0)):
        with pytest.raises(qa.QuestionError):
            check_question(text, k, CONFIG)
