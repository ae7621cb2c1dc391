"""Which passages compete: what each search adds, and the order in which they are looked at; by brute force."""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import CONFIG, HashingEncoder, hashed_index, hashed_vector, make_article, marker

import qa
from qa.candidates import Candidate, Sources, encode_on_the_spot, find_candidates, lowest_cosine
from qa.lexical import _ANALYZER, _spaced, terms_of
from qa.passages import encoded_text
from qa.records import Article, Filters, Mention, Period, Query

AS_OF = datetime.date(2026, 1, 1)
ARTICLES = [make_article(f"a{number}") for number in range(30)]
QUESTION = "Did the harbour council vote for the ferry budget?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[qa.Index]:
    with hashed_index(tmp_path_factory.mktemp("candidates") / "index") as opened:
        opened.add(ARTICLES)
        opened.embed()
        yield opened


def find(index: qa.Index, query: Query, *, dense: bool = True, **changes: Any) -> list[Candidate]:
    """The candidates under other settings than the index was opened with."""
    return find_candidates(sources_of(index, dense=dense, **changes), query, {})[0]


def sources_of(index: qa.Index, *, dense: bool = True, **changes: Any) -> Sources:
    return Sources(
        index.config.replace(**changes), index._store, index._derived.lexical(), index._encoder,
        index._derived.vectors() if dense else None, index._keep_if_free,
    )  # fmt: skip


def ask(question: str = QUESTION, k: int = 5, filters: Filters | None = None, **fields: Any) -> Query:
    return Query(question, k, filters or Filters(), **({"as_of": AS_OF} | fields))


def period(first: datetime.date | None, last: datetime.date | None, *, hard: bool) -> Period:
    return Period(first, last, hard, "2025", 0, 0, "for the test")


def mention(name: str, **fields: Any) -> Mention:
    values: dict[str, Any] = {"kind": "outlet", "hard": False, "excluded": False, "phrase": name, "start": 0, "end": 0}
    return Mention(name, reason="for the test", **(values | fields))


def articles_of(index: qa.Index, candidates: list[Candidate]) -> dict[int, Article]:
    return {number: stored.article for number, stored in index._store.passages([c.number for c in candidates]).items()}


def cosines(index: qa.Index, question: str) -> dict[int, float]:
    """The cosine of every passage, from its text."""
    stored = index._store.passages(index._store.passage_numbers().tolist())
    vector = hashed_vector(question)
    return {n: float(hashed_vector(encoded_text(p.article.title, p.text)) @ vector) for n, p in stored.items()}


def bm25(index: qa.Index, question: str) -> dict[int, float]:
    return dict(index._derived.lexical().search(terms_of(question), 10_000))


# Each stage


def test_every_candidate_carries_what_each_stage_thought(index: qa.Index) -> None:
    lexical, dense = bm25(index, QUESTION), cosines(index, QUESTION)
    found = find(index, ask(), overfetch=10_000)
    assert {c.number for c in found} == set(dense)
    assert 10 < len(lexical) < len(dense)
    best = sorted(dense.values(), reverse=True)
    for candidate in found:
        assert candidate.lexical_score == pytest.approx(lexical.get(candidate.number))
        assert (candidate.lexical_rank is None) == (candidate.number not in lexical)
        assert candidate.cosine == pytest.approx(dense[candidate.number], abs=1e-6)
        assert candidate.dense_rank is not None
        # Equal cosines may stand in either order.
        assert candidate.cosine == pytest.approx(best[candidate.dense_rank - 1], abs=1e-6)
    for name in ("lexical_rank", "dense_rank"):
        ranks = sorted(rank for c in found if (rank := getattr(c, name)) is not None)
        assert ranks == list(range(1, len(ranks) + 1))
    by_rank = sorted((c for c in found if c.lexical_rank), key=lambda c: c.lexical_rank or 0)
    assert [c.lexical_score for c in by_rank] == sorted((c.lexical_score or 0 for c in by_rank), reverse=True)


def test_what_only_bm25_returned_has_its_cosine_all_the_same(index: qa.Index) -> None:
    """With a small over-fetch FAISS leaves out some that BM25 brings: their vectors are looked up."""
    dense = cosines(index, QUESTION)
    found = find(index, ask(k=1), overfetch=12)
    assert 12 < len(found) <= 24
    assert sum(c.dense_rank is not None for c in found) == 12
    only_lexical = [c for c in found if c.dense_rank is None]
    assert only_lexical
    for candidate in found:
        assert candidate.cosine == pytest.approx(dense[candidate.number], abs=1e-6)


def test_each_stage_fetches_four_for_every_hit_that_is_wanted(index: qa.Index) -> None:
    found = find(index, ask(k=8), overfetch=3)
    assert sum(c.dense_rank is not None for c in found) == 32
    assert sum(c.lexical_rank is not None for c in found) == 32


def test_without_vectors_nothing_is_encoded_and_bm25_decides(index: qa.Index) -> None:
    encoder = index._encoder
    assert isinstance(encoder, HashingEncoder)
    encoder.asked.clear()
    found, vector = find_candidates(sources_of(index, dense=False, time_weight=0.0), ask(), {})
    assert vector is None
    assert encoder.asked == []
    assert all(c.cosine is None and c.dense_rank is None for c in found)
    assert [c.lexical_rank for c in found] == list(range(1, len(found) + 1))


def test_the_question_is_encoded_as_it_was_asked_and_searched_for_without_where_to_look(index: qa.Index) -> None:
    encoder = index._encoder
    assert isinstance(encoder, HashingEncoder)
    encoder.asked.clear()
    text = "harbour council, according to Storm"
    query = ask(text, mentions=(mention("Storm"),))
    found, vector = find_candidates(sources_of(index, overfetch=10_000), query, {})
    assert encoder.asked == [text]
    np.testing.assert_array_equal(vector, hashed_vector(text))
    wanted = bm25(index, "harbour council according to")
    assert {c.number for c in found if c.lexical_score} == set(wanted) < set(bm25(index, text))


def test_a_question_of_nothing_but_an_outlet_searches_for_its_name(index: qa.Index) -> None:
    found = find(index, ask("harbour", mentions=(mention("harbour"),)), dense=False)
    assert {c.number for c in found} == set(bm25(index, "harbour"))


# The order


@pytest.mark.parametrize(
    ("weights", "asked_for"),
    [
        ((0.6, 1.0, 0.5), None),
        ((2.0, 0.25, 0.0), None),
        ((0.0, 1.0, 3.0), None),
        ((1.0, 0.0, 1.0), (datetime.date(2025, 3, 1), datetime.date(2025, 4, 30))),
    ],
)
def test_the_order_is_that_of_a_weighted_sum(
    index: qa.Index, weights: tuple[float, float, float], asked_for: tuple[datetime.date, datetime.date] | None
) -> None:
    """lexical_weight * BM25 / highest BM25 + dense_weight * cosine + time_weight * nearness in time."""
    soft = period(*asked_for, hard=False) if asked_for else None
    found = find(
        index, ask(period=soft), overfetch=10_000,
        **dict(zip(("lexical_weight", "dense_weight", "time_weight"), weights, strict=True)),
    )  # fmt: skip
    lexical, dense, articles = bm25(index, QUESTION), cosines(index, QUESTION), articles_of(index, found)
    wanted = {}
    for number, article in articles.items():
        assert article.day
        if asked_for:
            before, behind = (asked_for[0] - article.day).days, (article.day - asked_for[1]).days - 2
            near = math.exp(-before / 2) if before > 0 else math.exp(-max(0, behind) / 30)
        else:
            near = math.exp(-(AS_OF - article.day).days / 30)
        parts = (lexical.get(number, 0.0) / max(lexical.values()), dense[number], near)
        wanted[number] = sum(weight * part for weight, part in zip(weights, parts, strict=True))
    assert {c.number: c.score for c in found} == pytest.approx(wanted, abs=1e-5)
    scores = [c.score for c in found]
    assert scores == sorted(scores, reverse=True)


def test_among_equals_the_one_that_was_stored_first_stands_first(tmp_path: Path) -> None:
    same = [make_article(f"s{n}", text="Harbour council.", title="", published=AS_OF) for n in range(5)]
    with hashed_index(tmp_path) as index:
        index.add(same)
        numbers = [c.number for c in find(index, ask("harbour"))]
        assert numbers == sorted(numbers)
        assert len(numbers) == 5


# Searches of their own


def crowd(number: int, **fields: Any) -> list[Article]:
    """Articles of which every passage holds the question's words several times, so that they crowd out all others."""
    text = "Harbour council ferry budget: the harbour council, the ferry, the budget."
    return [
        make_article(f"crowd{n}", text=f"{text} Number {n}.", title="Harbour council ferry budget", **fields)
        for n in range(number)
    ]


def far_article(**fields: Any) -> Article:
    """An article that speaks of the harbour once, in many words."""
    text = "On the quiet coast the old keeper of the tall lighthouse looked over to the harbour and back again."
    return make_article("small", text=text, title="Glacier", **fields)


def found_ids(index: qa.Index, query: Query, **settings: Any) -> set[str]:
    return {a.id for a in articles_of(index, find(index, query, overfetch=10, **settings)).values()}


OLD = datetime.date(2020, 5, 5)
# The same with and without what the search of its own is for; nothing else tells the small article from the crowd.
OWN_SEARCHES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "outlet": ({}, {"source": "Little Bell"}, {"mentions": (mention("Little Bell"),)}),
    "soft period": ({}, {"published": OLD}, {"period": period(OLD, OLD, hard=False)}),
    "hard period": ({}, {"published": OLD}, {"period": period(OLD, OLD, hard=True)}),
    "reported a day later": (
        {}, {"published": OLD + datetime.timedelta(2)}, {"period": period(OLD, OLD, hard=False)},
    ),
    "weeks before the day of asking": (
        {"published": OLD}, {"published": AS_OF - datetime.timedelta(14)}, {"as_of": AS_OF},
    ),
    "just after the day of asking": (
        {"published": OLD}, {"published": AS_OF + datetime.timedelta(2)}, {"as_of": AS_OF},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN_SEARCHES)
def test_the_few_are_found_among_hundreds_of_others(tmp_path: Path, name: str) -> None:
    of_crowd, of_small, asked = OWN_SEARCHES[name]
    usual = {"source": "Big Horn", "published": datetime.date(2024, 1, 1)}
    with hashed_index(tmp_path) as index:
        index.add([*crowd(200, **(usual | of_crowd)), far_article(**(usual | of_small))])
        plain = ask("harbour council ferry budget", k=1, as_of=datetime.date(2015, 1, 1))
        query = ask("harbour council ferry budget", k=1, **({"as_of": plain.as_of} | asked))
        for embedded in (False, True):
            if embedded:
                index.embed()
            assert "small" not in found_ids(index, plain)
            assert "small" in found_ids(index, query)
            assert len(find(index, query, overfetch=10, dense=False)) == 11


def test_a_search_of_its_own_adds_half_as_many(tmp_path: Path) -> None:
    few = [
        dataclasses.replace(far_article(source="Little Bell"), id=f"small{n}", title=marker(f"{n}")) for n in range(20)
    ]
    with hashed_index(tmp_path) as index:
        index.add([*crowd(20, source="Big Horn", published=OLD), *few])
        for overfetch, wanted in ((10, 10 + 5), (11, 11 + 6)):
            query = ask("harbour council ferry budget", k=1, as_of=datetime.date(2015, 1, 1))
            query = dataclasses.replace(query, mentions=(mention("Little Bell"),))
            assert len(find(index, query, overfetch=overfetch, dense=False)) == wanted


@pytest.mark.parametrize(
    ("published", "asked"),
    [
        # An author and an outlet that is left out get no search, nor do the weeks before long after a past period.
        (AS_OF, {"as_of": datetime.date(2015, 1, 1), "mentions": (mention("Little Bell", excluded=True),)}),
        (AS_OF, {"as_of": datetime.date(2015, 1, 1), "mentions": (mention("Little Bell", kind="author"),)}),
        (AS_OF, {"period": period(OLD, OLD, hard=False)}),
        (AS_OF - datetime.timedelta(15), {}),
        (AS_OF + datetime.timedelta(3), {}),
        (OLD + datetime.timedelta(3), {"period": period(OLD, OLD, hard=True)}),
        (OLD - datetime.timedelta(1), {"period": period(OLD, OLD, hard=True)}),
    ],
)
def test_without_a_reason_nothing_is_searched_once_more(
    tmp_path: Path, published: datetime.date, asked: dict[str, Any]
) -> None:
    with hashed_index(tmp_path) as index:
        others = crowd(30, source="Big Horn", published=datetime.date(2018, 1, 1))
        index.add([*others, far_article(source="Little Bell", published=published)])
        assert "small" not in found_ids(index, ask("harbour council ferry budget", k=1, **asked), dense=False)


def test_a_hard_period_is_searched_by_meaning_too(tmp_path: Path) -> None:
    """Where no word is shared, BM25 finds nothing: only the vectors of the period's days can."""
    foreign = make_article("small", text="Glacier orchard quarry reactor.", title="Glacier", published=OLD)
    with hashed_index(tmp_path) as index:
        index.add([*crowd(60, published=datetime.date(2024, 1, 1)), foreign])
        index.embed()
        question = "harbour council ferry budget"
        soft = ask(question, k=1, period=period(OLD, OLD, hard=False))
        hard = ask(question, k=1, period=period(OLD, OLD, hard=True))
        assert "small" not in found_ids(index, soft)
        found = find(index, hard, overfetch=10)
        (number,) = (n for n, a in articles_of(index, found).items() if a.id == "small")
        candidate = next(c for c in found if c.number == number)
        # Its rank is among all that were found by their vectors, not among those of the period.
        assert (candidate.lexical_rank, candidate.dense_rank) == (None, 11)
        assert sorted(c.dense_rank for c in found if c.dense_rank) == list(range(1, 12))


@pytest.mark.parametrize("as_of", [datetime.date.min, datetime.date(1, 1, 10), datetime.date.max])
@pytest.mark.parametrize("ends", [None, (datetime.date.min, None), (None, datetime.date.max), (AS_OF, AS_OF)])
def test_no_day_is_too_early_or_too_late(
    index: qa.Index, as_of: datetime.date, ends: tuple[datetime.date | None, datetime.date | None] | None
) -> None:
    query = ask(as_of=as_of, period=period(*ends, hard=True) if ends else None)
    assert len(find(index, query, overfetch=10_000)) == len(index._store.passage_numbers())


# Filters


def test_filters_hold_in_every_search(index: qa.Index) -> None:
    first, last = datetime.date(2025, 3, 1), datetime.date(2025, 6, 30)
    asked: dict[str, Any] = {
        "period": period(datetime.date(2025, 7, 1), datetime.date(2025, 7, 31), hard=True),
        "mentions": (mention("Radio Skerry"),),
    }
    for filters in (
        Filters(first, last), Filters(published_from=first), Filters(published_to=last),
        Filters(sources=("daily gull",)), Filters(first, last, ("MERROW PRESS",)), Filters(sources=("Nobody",)),
    ):  # fmt: skip
        wanted = {
            a.id for a in ARTICLES
            if a.day and (filters.published_from or a.day) <= a.day <= (filters.published_to or a.day)
            and (not filters.sources or a.source.casefold() == filters.sources[0].casefold())
        }  # fmt: skip
        found = find(index, ask(filters=filters, **asked), overfetch=10_000)
        assert {a.id for a in articles_of(index, found).values()} == wanted


# On the spot


def test_a_passage_without_a_vector_counts_as_the_least_similar_and_is_not_encoded_yet(tmp_path: Path) -> None:
    config = CONFIG.replace(lexical_weight=0.7, dense_weight=1.5, time_weight=0.0)
    with hashed_index(tmp_path, config) as index:
        index.add(ARTICLES)
        index.embed(limit=20)
        encoder = index._encoder
        assert isinstance(encoder, HashingEncoder)
        encoder.encoded.clear()
        known = set(index._derived.vectors().numbers().tolist())
        lexical, dense = bm25(index, QUESTION), cosines(index, QUESTION)
        found = find(index, ask(), overfetch=10_000)
        assert encoder.encoded == []
        assert {c.number for c in found} == known | set(lexical)
        lowest = min(dense[number] for number in known)
        assert len({c.number for c in found if c.cosine is None}) > 10
        for candidate in found:
            cosine = dense[candidate.number] if candidate.number in known else None
            assert candidate.cosine == (pytest.approx(cosine, abs=1e-6) if cosine is not None else None)
            share = lexical.get(candidate.number, 0.0) / max(lexical.values())
            wanted = 0.7 * share + 1.5 * (lowest if cosine is None else cosine)
            assert candidate.score == pytest.approx(wanted, abs=1e-5)


def test_the_first_without_a_vector_are_encoded_on_the_spot_and_kept(tmp_path: Path) -> None:
    with hashed_index(tmp_path, CONFIG.replace(encode_on_the_spot=3)) as index:
        index.add(ARTICLES)
        encoder = index._encoder
        assert isinstance(encoder, HashingEncoder)
        numbers = index._store.passage_numbers().tolist()
        ranked = [Candidate(number, cosine=0.5 if number % 2 else None) for number in numbers[11::-1]]
        without = [c for c in ranked if c.cosine is None]
        question = hashed_vector(QUESTION)
        assert encode_on_the_spot(sources_of(index), ranked, question)
        stored = index._store.passages(numbers)
        texts = {n: encoded_text(p.article.title, p.text) for n, p in stored.items()}
        assert set(encoder.encoded) == {texts[c.number] for c in without[:3]}
        assert len(encoder.encoded) == 3
        for candidate in without[:3]:
            assert candidate.cosine == pytest.approx(float(hashed_vector(texts[candidate.number]) @ question), abs=1e-6)
        assert [c.cosine for c in without[3:]] == [None] * 3
        assert [c.cosine for c in ranked if c.number % 2] == [0.5] * 6
        assert sorted(index._derived.vectors().numbers().tolist()) == sorted(c.number for c in without[:3])


@pytest.mark.parametrize(("most", "cosine"), [(3, 0.5), (0, None)])
def test_nothing_is_encoded_on_the_spot_without_need(tmp_path: Path, most: int, cosine: float | None) -> None:
    with hashed_index(tmp_path, CONFIG.replace(encode_on_the_spot=most)) as index:
        index.add(ARTICLES)
        ranked = [Candidate(number, cosine=cosine) for number in index._store.passage_numbers().tolist()]
        assert not encode_on_the_spot(sources_of(index), ranked, hashed_vector(QUESTION))
        assert {c.cosine for c in ranked} == {cosine}
        assert index.embed_progress().done == 0


def test_the_least_similar_of_none_is_zero() -> None:
    assert lowest_cosine([]) == 0.0
    assert lowest_cosine([Candidate(1), Candidate(2)]) == 0.0
    assert lowest_cosine([Candidate(1), Candidate(2, cosine=0.3), Candidate(3, cosine=-0.2)]) == -0.2


# Terms


# What Python and Tantivy could take for the end of a word in different ways, and what they fold.
tricky = st.sampled_from(
    [
        "naïve", "ﬁsh", "Ⅷ", "x²", "½", "ʻokina", "don’t", "e\u0301", "ß", "İstanbul", "ſun", "ª", "⁵", "ₐ", "Ａ",
        "\u00ad\u200b", "東京", "สวัสดี",
    ]
)  # fmt: skip


@given(st.text(max_size=80) | st.lists(tricky | st.text(max_size=4), max_size=8).map(" ".join))
@settings(max_examples=300)
def test_terms_are_those_of_tantivys_own_analyzer(text: str) -> None:
    """Words are remembered and looked up by Python's idea of a word, which must be Tantivy's."""
    assert terms_of(text) == list(_ANALYZER.analyze(_spaced(text)))


def test_terms_are_those_of_tantivys_own_analyzer_for_each_character() -> None:
    for code in range(0x3000):
        for text in (chr(code), f"ab{chr(code)}cd", f"{chr(code)}{chr(code)}1"):
            assert terms_of(text) == list(_ANALYZER.analyze(_spaced(text))), hex(code)
    assert terms_of(f"x{marker('a')} " + "y" * 61) == [f"x{marker('a')}"]
