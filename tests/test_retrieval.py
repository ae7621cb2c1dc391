"""A question to its hits: scores against brute force; time, outlets, parts, copies and notes on small archives."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import itertools
import math
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import CONFIG, SOURCES, WORDS, HashingEncoder, hashed_index, hashed_vector, make_article, marker

import qa
from qa.candidates import Sources, find_candidates
from qa.fitted.ranking import RANKING_WEIGHTS
from qa.lexical import terms_of
from qa.passages import encoded_text, split_passages
from qa.records import Article, Filters, Hit, Query
from qa.retrieval import Rescored, Retrieved, check_question, rescored, retrieve

ARTICLES = [make_article(f"a{number}") for number in range(40)]
# No word without meaning, and none twice.
QUESTION = "harbour council ferry budget"
AS_OF = datetime.date(2025, 11, 20)
TIME = {"this_week", "these_months", "current", "in_period", "near_period"}
# Long enough for any article to come back.
ALL = 500


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[qa.Index]:
    with hashed_index(tmp_path_factory.mktemp("retrieval") / "index") as opened:
        opened.add(ARTICLES)
        opened.embed()
        yield opened


def sources_of(index: qa.Index, *, dense: bool = True, **changes: Any) -> Sources:
    """What a search draws on, under other settings than the index was opened with."""
    return Sources(
        index.config.replace(**changes), index._store, index._derived.lexical(), index._encoder,
        index._derived.vectors() if dense else None, index._keep_if_free,
    )  # fmt: skip


def ask(question: str = QUESTION, k: int = 5, filters: Filters | None = None, **fields: Any) -> Query:
    return Query(question, k, filters or Filters(), **({"as_of": AS_OF} | fields))


def closely(index: qa.Index, query: Query, **changes: Any) -> dict[tuple[str, int], tuple[float, dict[str, float]]]:
    """The score and the figures of each passage that was looked at: {(article, start): ...}."""
    return scores_of(index, rescored(sources_of(index, **changes), query, {}))


def scores_of(index: qa.Index, found: Rescored) -> dict[tuple[str, int], tuple[float, dict[str, float]]]:
    stored = index._store.passages([candidate.number for candidate in found.candidates])
    return {
        (stored[c.number].article.id, stored[c.number].start): (c.score, dict(c.figures)) for c in found.candidates
    }  # fmt: skip


def ids(articles: Sequence[Article]) -> list[str]:
    return [article.id for article in articles]


def found_ids(hits: Sequence[Hit]) -> list[str]:
    return ids([hit.article for hit in hits])


# Brute force


@dataclasses.dataclass(frozen=True)
class Known:
    """A passage as the oracle sees it."""

    article: Article
    start: int
    text: str

    @property
    def encoded(self) -> str:
        return encoded_text(self.article.title, self.text)


def all_passages(articles: Sequence[Article] = ARTICLES) -> dict[tuple[str, int], Known]:
    return {
        (article.id, passage.start): Known(article, passage.start, passage.text)
        for article in articles for passage in split_passages(article.text, words=CONFIG.passage_words)
    }  # fmt: skip


def bm25(question: str, passages: dict[tuple[str, int], Known]) -> dict[tuple[str, int], float]:
    """BM25 with k1 = 1.2 and b = 0.75 (lengths are exact below 40 terms), without passages of no term."""
    texts = {key: terms_of(each.encoded) for key, each in passages.items()}
    # The document that holds the watermark is one without words.
    documents = [*texts.values(), []]
    average = sum(map(len, documents)) / len(documents)
    scores = dict.fromkeys(passages, 0.0)
    for term in set(terms_of(question)):
        weight = idf(term, documents)
        for key, text in texts.items():
            count = text.count(term)
            scores[key] += weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(text) / average))
    return {key: score for key, score in scores.items() if score}


def idf(term: str, texts: Sequence[Collection[str]]) -> float:
    holding = sum(term in text for text in texts)
    return math.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5))


def expected_figures(question: str, as_of: datetime.date) -> dict[tuple[str, int], dict[str, float]]:
    """All figures of all passages, times their weights, for a question that names no period and no outlet."""
    passages = all_passages()
    lexical = bm25(question, passages)
    texts = [set(terms_of(each.encoded)) for each in passages.values()]
    weights = {term: idf(term, texts) for term in terms_of(question)}
    pairs = set(itertools.pairwise(terms_of(question)))
    figures = {}
    for key, each in passages.items():
        held, body = set(terms_of(each.encoded)), terms_of(each.text)
        windows = [body[place : place + 4] for place in range(len(body))]
        near = {(a, b) for a, b in pairs if any({a, b} <= {w[0], *w[1:]} and w[0] in (a, b) for w in windows)}
        assert each.article.day
        age = abs((as_of - each.article.day).days)
        values = {
            "lexical": lexical.get(key, 0.0) / max(lexical.values()),
            "cosine": float(hashed_vector(each.encoded) @ hashed_vector(question)),
            "coverage": sum(w for term, w in weights.items() if term in held) / sum(weights.values()),
            "pairs": len(near) / len(pairs),
            "lead": float(each.start == 0),
            "this_week": math.exp(-age / 7),
            "these_months": math.exp(-age / 120),
        }  # fmt: skip
        figures[key] = {name: RANKING_WEIGHTS[name] * value for name, value in values.items() if value}
    return figures


def test_every_score_is_the_sum_of_its_figures_each_with_its_weight(index: qa.Index) -> None:
    wanted = expected_figures(QUESTION, AS_OF)
    found = closely(index, ask(k=ALL), overfetch=10_000)
    assert set(found) == set(wanted)
    for key, (score, figures) in found.items():
        assert figures == pytest.approx(wanted[key], abs=1e-4)
        assert score == pytest.approx(sum(wanted[key].values()), abs=1e-4)


def test_hits_stand_in_the_order_of_the_scores_and_say_what_each_is_made_of(index: qa.Index) -> None:
    wanted = {key: sum(figures.values()) for key, figures in expected_figures(QUESTION, AS_OF).items()}
    hits = index.retrieve(QUESTION, k=5, as_of=AS_OF)
    order = sorted(wanted, key=lambda key: -wanted[key])
    assert found_ids(hits)[0] == order[0][0]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert hit.score == pytest.approx(sum(amount for _, amount in hit.figures))
        # A hit of several passages has the score of its best one.
        of_hit = [wanted[key] for key in wanted if key[0] == hit.article.id and hit.start <= key[1] < hit.end]
        assert hit.score == pytest.approx(max(of_hit), abs=1e-4)
        assert hit.article.text[hit.start : hit.end] == hit.text
        assert hit.part == ""
    # What was passed over for them is no better, unless it is in a hit, or of an article that has two already.
    for key, score in wanted.items():
        if score > hits[-1].score + 1e-4:
            shown = any(hit.article.id == key[0] and hit.start <= key[1] < hit.end for hit in hits)
            assert shown or found_ids(hits).count(key[0]) == 2


def test_the_matrix_is_that_of_the_scores(index: qa.Index) -> None:
    found = rescored(sources_of(index), ask(), {})
    weights = np.array(list(RANKING_WEIGHTS.values()))
    assert list(RANKING_WEIGHTS) == list(qa.ranking.COLUMNS)
    np.testing.assert_allclose([c.score for c in found.candidates], found.matrix @ weights, atol=1e-9)


@pytest.mark.parametrize(("k", "most", "looked_at"), [(1, 10, 10), (5, 10, 10), (8, 10, 16), (5, 10_000, 120)])
def test_only_the_most_promising_are_looked_at_closely(index: qa.Index, k: int, most: int, looked_at: int) -> None:
    assert len(all_passages()) == 120
    assert len(closely(index, ask(k=k), rescored=most, overfetch=10_000)) == looked_at


def test_a_passage_that_was_removed_since_it_was_found_is_passed_over(tmp_path: Path) -> None:
    with archive(tmp_path, *ARTICLES[:8]) as index:

        def found_and_removed(*arguments: Any) -> Any:
            found = find_candidates(*arguments)
            index.remove(["a1", "a3"])
            return found

        with mock.patch("qa.retrieval.find_candidates", found_and_removed):
            found = retrieve(sources_of(index), ask(k=ALL), {})
        assert set(found_ids(found.hits)) == {"a0", "a2", "a4", "a5", "a6", "a7"}


# Filters


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
def test_filters_are_limits_and_leave_out_nothing_else(index: qa.Index, filters: Filters) -> None:
    names = {name.casefold() for name in filters.sources}
    wanted = {
        article.id for article in ARTICLES
        if article.day and (filters.published_from or article.day) <= article.day
        and article.day <= (filters.published_to or article.day)
        and (not names or article.source.casefold() in names)
    }  # fmt: skip
    hits = index.retrieve(QUESTION, ALL, filters)
    assert set(found_ids(hits)) == wanted
    # Each passage of them is in one of the hits, and in one only.
    places = [(hit.article.id, place) for hit in hits for place in range(hit.start, hit.end)]
    assert len(set(places)) == len(places)
    assert {key for key in all_passages() if key[0] in wanted} <= set(places)


def test_days_that_are_set_by_hand_switch_a_hard_period_off(index: qa.Index) -> None:
    by_hand = Filters(datetime.date(2025, 3, 1), datetime.date(2025, 6, 30))
    plain = index.retrieve("harbour council", ALL, by_hand, AS_OF)
    hits = index.retrieve("harbour council in July 2025", ALL, by_hand, AS_OF)
    assert set(found_ids(hits)) == set(found_ids(plain))
    assert len(hits) > 5
    assert index.ask("harbour council in July 2025", 5, by_hand, AS_OF).notes == ()


# Vectors on the spot


def test_what_has_no_vector_is_encoded_on_the_spot_and_counts_as_the_least_similar_until_then(tmp_path: Path) -> None:
    with hashed_index(tmp_path, CONFIG.replace(encode_on_the_spot=3, rescored=200, overfetch=10_000)) as index:
        index.add(ARTICLES)
        index.embed(limit=10)
        known = index._derived.vectors().count
        encoder = index._encoder
        assert isinstance(encoder, HashingEncoder)
        encoder.encoded.clear()
        timings: dict[str, float] = {}
        found = rescored(sources_of(index), ask(k=ALL), timings)
        assert len(encoder.encoded) == 3
        assert "encode_passages" in timings
        cosines = [candidate.cosine for candidate in found.candidates if candidate.cosine is not None]
        assert len(cosines) == known + 3
        wanted = expected_figures(QUESTION, AS_OF)
        scores = scores_of(index, found)
        # Those whose vector is known now, too, have the score that they always have.
        for candidate, (key, (score, figures)) in zip(found.candidates, scores.items(), strict=True):
            right = dict(wanted[key])
            if candidate.cosine is None:
                right["cosine"] = RANKING_WEIGHTS["cosine"] * min(cosines)
            assert figures == pytest.approx(right, abs=1e-4)
            assert score == pytest.approx(sum(right.values()), abs=1e-4)
        # The best of the others were encoded: what was left cannot have been better but for its cosine.
        texts = {key: each.encoded for key, each in all_passages().items()}
        apart = {key: score - figures["cosine"] for key, (score, figures) in scores.items()}
        chosen = [apart[key] for key in scores if texts[key] in encoder.encoded]
        left = [a for c, a in zip(found.candidates, apart.values(), strict=True) if c.cosine is None]
        assert min(chosen) >= max(left) - 1e-6


def test_nothing_is_encoded_on_the_spot_where_that_is_turned_off(tmp_path: Path) -> None:
    with hashed_index(tmp_path, CONFIG.replace(encode_on_the_spot=0)) as index:
        index.add(ARTICLES)
        hits = index.retrieve(QUESTION, k=5)
        assert len(hits) == 5
        assert all(hit.cosine is None and hit.dense_rank is None for hit in hits)
        assert all("cosine" not in dict(hit.figures) for hit in hits)
        assert index.embed_progress().done == 0


def test_without_vectors_the_other_figures_decide(index: qa.Index) -> None:
    hits = retrieve(sources_of(index, dense=False), ask(k=ALL), {}).hits
    wanted = expected_figures(QUESTION, AS_OF)
    lexical = bm25(QUESTION, all_passages())
    assert {hit.article.id for hit in hits} == {key[0] for key in lexical}
    for hit in hits:
        held = {key: figures for key, figures in wanted.items() if key[0] == hit.article.id and key in lexical}
        own = [figures for key, figures in held.items() if hit.start <= key[1] < hit.end]
        assert hit.score == pytest.approx(max(sum(f.values()) - f.get("cosine", 0.0) for f in own), abs=1e-4)


# Time


def story(article_id: str, day: str | None, extra: str = "", **fields: Any) -> Article:
    """A short report of a fire, the same each time but for one word; too short to be a copy of another."""
    values: dict[str, Any] = {
        "title": "Fire at the harbour", "text": f"Fire burned at the harbour {marker(article_id)}. {extra}".strip(),
        "published": datetime.date.fromisoformat(day) if day else None,
    }  # fmt: skip
    return Article(article_id, **(values | fields))


@contextlib.contextmanager
def archive(path: Path, *articles: Article) -> Iterator[qa.Index]:
    with hashed_index(path / "index") as index:
        index.add(articles)
        index.embed()
        yield index


FIRES = (
    story("day", "2023-09-12"), story("second", "2023-09-14"), story("third", "2023-09-15"),
    story("before", "2023-09-11"), story("named", "2026-02-03", "It recalled the fire of 12 September 2023."),
    story("month", "2026-02-04", "It recalled the fire of September 2023."), story("undated", None),
    story("now", "2026-03-01"),
)  # fmt: skip
LATER = datetime.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("period", "wanted"),
    [
        ("on 12 September 2023", {"day", "second", "named"}),
        ("on 14 September 2023", {"second", "third"}),
        ("in September 2023", {"day", "second", "third", "before", "named", "month"}),
        ("in 2023", {"day", "second", "third", "before", "named", "month"}),
        ("between 1 February 2026 and 4 February 2026", {"named", "month"}),
    ],
)
def test_a_hard_period_keeps_what_was_published_then_or_just_after_or_names_it(
    tmp_path: Path, period: str, wanted: set[str]
) -> None:
    with archive(tmp_path, *FIRES) as index:
        answer = index.ask(f"What burned at the harbour {period}?", 20, as_of=LATER)
        assert answer.query.period
        assert answer.query.period.hard
        assert set(found_ids(answer.hits)) == wanted
        assert answer.notes == ()


def test_a_period_that_leaves_nothing_is_lifted_and_the_reader_is_told(tmp_path: Path) -> None:
    with archive(tmp_path, *FIRES) as index:
        question, notes = "What burned at the harbour on 12 September 1999?", list[str]()
        hits = index.retrieve(question, 20, as_of=LATER, notes=notes)
        assert set(found_ids(hits)) == set(ids(FIRES))
        assert notes == ["Nothing was found for “12 September 1999”, so articles of other days are shown."]
        # What was found instead does not answer.
        answer = index.ask(question, 20, as_of=LATER)
        assert (answer.abstained, answer.reason, answer.sentences) == (True, notes[0], ())
        assert found_ids(answer.hits) == found_ids(hits)
        assert answer.notes == ()


def test_an_ignored_period_is_no_limit(tmp_path: Path) -> None:
    with archive(tmp_path, *FIRES) as index:
        question = "What burned at the harbour on 12 September 2023?"
        limited = index.retrieve(question, 20, as_of=LATER)
        free = index.retrieve(question, 20, as_of=LATER, ignored=["12 September 2023"])
        assert len(limited) == 3
        assert set(found_ids(free)) == set(ids(FIRES))
        assert all(not {"in_period", "near_period"} & set(dict(hit.figures)) for hit in free)


def test_a_soft_period_moves_up_and_leaves_nothing_out(tmp_path: Path) -> None:
    fires = (
        story("recent", "2026-03-02"),
        story("week", "2026-02-20"),
        story("old", "2025-02-01"),
        story("none", None),
    )
    with archive(tmp_path, *fires) as index:
        question = "What burned at the harbour?"
        plain = index.retrieve(question, 20, as_of=LATER)
        assert found_ids(plain) == ["recent", "week", "old", "none"]
        asked = index.retrieve(f"{question[:-1]} in early 2025?", 20, as_of=LATER)
        assert found_ids(asked)[0] == "old"
        assert set(found_ids(asked)) == {"recent", "week", "old", "none"}
        # In the week before the last one (2 March 2026 is a Monday): two amounts more, and nothing else is moved.
        before = {hit.article.id: dict(hit.figures) for hit in plain}
        after = {
            hit.article.id: dict(hit.figures)
            for hit in index.retrieve(f"{question[:-1]} two weeks ago?", 20, as_of=LATER)
        }
        assert set(after) == set(before)
        assert after["week"]["in_period"] == RANKING_WEIGHTS["in_period"]
        assert after["week"]["near_period"] == RANKING_WEIGHTS["near_period"]
        assert "in_period" not in after["recent"]
        assert after["recent"]["near_period"] < after["week"]["near_period"]
        assert "near_period" not in after["none"]


def test_of_two_equal_texts_the_one_nearer_to_the_day_of_asking_stands_first(tmp_path: Path) -> None:
    fires = (story("a", "2025-12-24"), story("b", "2026-02-28"), story("c", "2026-01-30"), story("d", "2026-03-20"))
    with archive(tmp_path, *fires) as index:
        assert found_ids(index.retrieve("harbour fire", as_of=LATER)) == ["b", "d", "c", "a"]
        assert found_ids(index.retrieve("harbour fire", as_of=datetime.date(2025, 12, 25))) == ["a", "c", "b", "d"]
    # Copies take one slot; the newest is the one that is quoted.
    text = "The harbour fire burned for two days."
    same = [dataclasses.replace(fire, text=text, title="Fire") for fire in fires[:3]]
    with archive(tmp_path / "same", *same) as index:
        (hit,) = index.retrieve("harbour fire", as_of=LATER)
        assert hit.article.id == "b"
        assert ids(hit.also_in) == ["a", "c"]


def test_the_day_of_asking_has_no_say_where_the_archive_is_long_past(index: qa.Index) -> None:
    wanted = {
        key: sum(amount for name, amount in figures.items() if name not in TIME)
        for key, figures in expected_figures(QUESTION, AS_OF).items()
    }
    found = closely(index, ask(k=ALL, as_of=AS_OF.replace(year=2031)), overfetch=10_000)
    assert {key: score for key, (score, _) in found.items()} == pytest.approx(wanted, abs=1e-4)
    # In its own time it has.
    assert all(score > wanted[key] + 1e-3 for key, (score, _) in closely(index, ask(k=ALL), overfetch=10_000).items())


def test_a_question_for_the_latest_leans_to_the_new_even_more(tmp_path: Path) -> None:
    fires = (story("new", "2026-03-01"), story("old", "2025-09-01"))
    with archive(tmp_path, *fires) as index:
        gaps = []
        for question in ("harbour fire", "latest harbour fire"):
            hits = index.retrieve(question, as_of=LATER)
            assert found_ids(hits) == ["new", "old"]
            new, old = (sum(v for name, v in hit.figures if name in TIME) for hit in hits)
            gaps.append(new - old)
        days = [math.exp(-(LATER - fire.day).days / 120) for fire in fires if fire.day]
        assert gaps[1] - gaps[0] == pytest.approx(RANKING_WEIGHTS["current"] * (days[0] - days[1]))


def test_a_past_period_switches_the_nearness_to_now_off(tmp_path: Path) -> None:
    with archive(tmp_path, *FIRES) as index:
        for hit in index.retrieve("What is the latest on the harbour fire of early 2023?", 20, as_of=LATER):
            assert not {"this_week", "these_months", "current"} & set(dict(hit.figures))
        hits = index.retrieve("What is the latest on the harbour fire?", 20, as_of=LATER)
        dated = [hit for hit in hits if hit.article.day]
        assert len(dated) == len(FIRES) - 1
        assert all({"this_week", "these_months", "current"} <= set(dict(hit.figures)) for hit in dated)


# Outlets and authors


def outlets(*names: str) -> list[Article]:
    return [
        story(f"s{n}", "2026-03-01", source=name, authors=(f"Ann Writer{n}",)) for n, name in enumerate(names)
    ]  # fmt: skip


def test_an_outlet_that_is_named_stands_first_and_leaves_nothing_out(tmp_path: Path) -> None:
    with archive(tmp_path, *outlets(*SOURCES)) as index:
        for number, name in enumerate(SOURCES):
            hits = index.retrieve(f"What burned at the harbour, according to {name}?", as_of=LATER)
            assert hits[0].article.source == name
            assert {hit.article.source for hit in hits} == set(SOURCES)
            amounts = [dict(hit.figures).get("outlet") for hit in hits]
            assert amounts == [RANKING_WEIGHTS["outlet"], None, None]
            # The words that say where to look are not asked of the texts.
            covered = [dict(hit.figures)["coverage"] for hit in hits]
            assert covered == pytest.approx([RANKING_WEIGHTS["coverage"]] * 3)
            hits = index.retrieve(f"What did Ann Writer{number} write about the harbour fire?", as_of=LATER)
            assert hits[0].article.source == name
            assert [dict(hit.figures).get("author") for hit in hits] == [RANKING_WEIGHTS["author"], None, None]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("only in the Daily Gull", {"Daily Gull"}),
        ("other than in the Daily Gull", {"Merrow Press", "Radio Skerry"}),
    ],
)
def test_an_outlet_is_a_limit_where_the_words_make_it_one(tmp_path: Path, words: str, wanted: set[str]) -> None:
    with archive(tmp_path, *outlets(*SOURCES)) as index:
        answer = index.ask(f"What burned at the harbour, {words}?", as_of=LATER)
        assert {hit.article.source for hit in answer.hits} == wanted
        assert answer.notes == ()


@pytest.mark.parametrize(
    ("words", "kept", "note"),
    [
        (
            "only in the Daily Gull", ["Merrow Press"],
            "Nothing that fits was found in Daily Gull, so other outlets are shown.",
        ),
        (
            "other than in the Daily Gull", ["Daily Gull"],
            "Nothing that fits was found in other outlets (without Daily Gull), so other outlets are shown.",
        ),
    ],
)  # fmt: skip
def test_a_limit_on_outlets_that_leaves_nothing_is_lifted_and_the_reader_is_told(
    tmp_path: Path, words: str, kept: list[str], note: str
) -> None:
    # The Gull is known, but has nothing on the harbour.
    gull = make_article("gull", text="Orchard.", title="", source="Daily Gull", published=LATER)
    others = outlets(*kept)
    with archive(tmp_path, *others, *([gull] if kept != ["Daily Gull"] else [])) as index:
        # By words alone: the vectors find anything.
        query = index.interpret(f"What burned at the harbour, {words}?", as_of=LATER)
        assert [mention.name for mention in query.mentions] == ["Daily Gull"]
        found = retrieve(sources_of(index, dense=False), query, {})
        assert {hit.article.source for hit in found.hits} == set(kept)
        assert (found.lifted, found.notes) == ((note,), ())


def test_a_small_outlet_is_found_among_hundreds_of_passages_of_others(tmp_path: Path) -> None:
    crowd = [story(f"c{n}", "2026-03-01", "Two died.", source="Big Horn") for n in range(250)]
    # It says the same in more words, so that every other one is better.
    small = story("small", "2026-02-26", "Two people died there.", source="Little Bell")
    with archive(tmp_path, *crowd, small) as index:
        question = "Who died in the fire that burned at the harbour"
        assert "small" not in found_ids(index.retrieve(f"{question}?", 100, as_of=LATER))
        for words in ("according to Little Bell", "only in Little Bell"):
            answer = index.ask(f"{question}, {words}?", as_of=LATER)
            assert answer.hits[0].article.id == "small"
            assert answer.notes == ()


def test_a_large_outlet_that_is_named_does_not_crowd_out_the_others(tmp_path: Path) -> None:
    large = [story(f"l{n}", "2025-03-01", source="Big Horn") for n in range(40)]
    others = [story(f"o{n}", "2026-03-01", source=name) for n, name in enumerate(SOURCES * 3)]
    with archive(tmp_path, *large, *others) as index:
        query = index.interpret("What burned at the harbour, according to Big Horn?", as_of=LATER)
        looked_at = [key[0] for key in closely(index, query, rescored=12)]
        assert sum(name.startswith("l") for name in looked_at) == 6
        assert sum(name.startswith("o") for name in looked_at) == 6


# Parts


FERRIES = [
    story(f"ferry{n}", "2026-02-20", title="Ferry", text=f"The ferry sank near the quarry, number {n}.")
    for n in range(4)
]  # fmt: skip
VOTES = [
    story(f"vote{n}", "2026-02-20", title="Election", text=f"The mayor won the election, number {n}.")
    for n in range(4)
]  # fmt: skip
TWO = "Who won the election and when did the ferry sink?"


@pytest.mark.parametrize("k", [1, 2, 3, 4, 6, 50])
def test_each_part_has_its_best_among_the_first(tmp_path: Path, k: int) -> None:
    with archive(tmp_path, *FERRIES, *VOTES) as index:
        query = index.interpret(TWO, k, as_of=LATER)
        assert len(query.parts) == 2
        hits = index.retrieve(TWO, k, as_of=LATER)
        assert len(hits) == min(k, 8)
        places = [(hit.article.id, hit.start) for hit in hits]
        assert len(set(places)) == len(places)
        whole, *best = [index.retrieve(text, 1, as_of=LATER)[0].article.id for text in (TWO, *query.parts)]
        assert [name[:4] for name in best] == ["vote", "ferr"]
        if k >= 3:
            assert {whole, *best} <= set(found_ids(hits)[:3])
            # What the whole question found first is for no part alone.
            for part, name in zip(query.parts, best, strict=True):
                (hit,) = (each for each in hits if each.article.id == name)
                assert hit.part == ("" if name == whole else part)
        for hit in hits:
            assert hit.part in ("", *query.parts)
            # A part's hits are about it.
            if hit.part and hits.index(hit) < 4:
                assert hit.article.id[:4] == {query.parts[0]: "vote", query.parts[1]: "ferr"}[hit.part]


def test_a_question_over_two_outlets_has_the_best_of_each(tmp_path: Path) -> None:
    crowd = [story(f"c{n}", "2026-03-01", source="Merrow Press") for n in range(20)]
    few = [story(f"f{n}", "2026-02-27", source=name) for n, name in enumerate(SOURCES[1:])]
    with archive(tmp_path, *crowd, *few) as index:
        question = "What do the Daily Gull and Radio Skerry say about the harbour fire?"
        hits = index.retrieve(question, as_of=LATER)
        assert len(index.interpret(question).parts) == 2
        assert {"Daily Gull", "Radio Skerry"} <= {hit.article.source for hit in hits[:3]}


words = st.lists(st.sampled_from(WORDS), min_size=3, max_size=8).map(" ".join)


@given(st.lists(words, min_size=2, max_size=3), st.sampled_from([1, 3, 5, 30]))
@settings(max_examples=40, deadline=None)
def test_no_text_stands_twice_whatever_the_parts(index: qa.Index, parts: list[str], k: int) -> None:
    query = ask(" ".join(parts), k, parts=tuple(dict.fromkeys(parts)))
    hits = retrieve(sources_of(index), query, {}).hits
    assert len(hits) == k
    places = [(hit.article.id, place) for hit in hits for place in range(hit.start, hit.end)]
    assert len(set(places)) == len(places)
    assert all(hit.part in ("", *parts) for hit in hits)


def test_the_notes_of_all_parts_are_told_once(tmp_path: Path) -> None:
    with archive(tmp_path, *FERRIES, *VOTES) as index:
        question = "Who won the election on 1 May 1999 and when did the ferry sink?"
        query = index.interpret(question, as_of=LATER)
        assert len(query.parts) == 2
        # A part without a day of its own keeps that of the whole.
        found = retrieve(sources_of(index), query, {})
        note = "Nothing was found for “1 May 1999”, so articles of other days are shown."
        assert (found.lifted, found.notes) == ((note,), ())
        assert index.ask(question, as_of=LATER).abstained


def test_where_one_part_finds_nothing_within_its_limits_the_other_is_answered(tmp_path: Path) -> None:
    with archive(tmp_path, *FERRIES, *VOTES) as index:
        day = FERRIES[0].day
        assert day is not None
        question = f"When did the ferry sink in {day.year} and who won the election on 1 May 1999?"
        query = index.interpret(question, as_of=LATER)
        assert len(query.parts) == 2
        found = retrieve(sources_of(index), query, {})
        note = "Nothing was found for “1 May 1999”, so articles of other days are shown."
        assert (found.lifted, found.notes) == ((), (note,))


# Copies, neighbours, diversity


def test_duplicates_do_not_use_up_the_places(tmp_path: Path) -> None:
    """Ten outlets print the same text; asked for three hits, a reader gets three different ones."""
    copies = [dataclasses.replace(ARTICLES[0], id=f"copy{n}", source=f"Outlet {n}") for n in range(10)]
    with archive(tmp_path, *copies, *ARTICLES[1:]) as index:
        hits = index.retrieve(ARTICLES[0].text[:200], k=3)
        assert len({hit.text for hit in hits}) == 3
        assert {hits[0].article.id, *ids(hits[0].also_in)} == set(ids(copies))
        assert ids(hits[0].also_in) == sorted(ids(hits[0].also_in))


def long_article(article_id: str, title: str) -> Article:
    """Seven passages, of which every second speaks of the harbour council."""
    filler = (
        "Orchard glacier embassy tariff quarry stadium reactor lighthouse parliament drought festival museum tunnel."
    )
    told = "The harbour council met the harbour council about the harbour and the council on day {n}."
    text = " ".join(told.format(n=n) if n % 2 == 0 else filler.replace("museum", "x" * n) for n in range(7))
    return make_article(article_id, text=text, title=title, published=LATER)


def test_an_article_fills_the_list_only_where_the_question_names_it(tmp_path: Path) -> None:
    long = long_article("long", "Harbour council meets about storm damage again")
    others = [story(f"o{n}", "2026-01-01", title="Other", text=f"The council of harbour {n} .") for n in range(6)]
    with archive(tmp_path, long, *others) as index:
        about = "harbour council day"
        named = "What did “Harbour council meets about storm damage again” say of the harbour council on each day?"
        assert found_ids(index.retrieve(about, 5, as_of=LATER)).count("long") == 2
        assert found_ids(index.retrieve(named, 5, as_of=LATER)).count("long") > 2


@given(words, st.sampled_from([None, "2025-03-05", "2030-01-01"]))
@settings(max_examples=25, deadline=None)
def test_every_article_comes_back_where_k_is_large(index: qa.Index, question: str, as_of: str | None) -> None:
    """Nothing is dropped by what is looked at closely, by collapsing or by diversity."""
    day = datetime.date.fromisoformat(as_of) if as_of else None
    hits = index.retrieve(question, ALL, as_of=day)
    assert {*found_ids(hits), *(each.id for hit in hits for each in hit.also_in)} == set(ids(ARTICLES))
    few = index.retrieve(question, 5, as_of=day)
    assert len(few) == 5
    assert max(found_ids(few).count(name) for name in found_ids(few)) <= 2


# Notes of an answer


def test_the_reader_is_told_where_the_archive_ends_unless_the_day_of_asking_is_given(tmp_path: Path) -> None:
    today = datetime.datetime.now().astimezone().date()
    for age, told in ((400, True), (10, False)):
        published = (today - datetime.timedelta(days=age)).isoformat()
        with archive(tmp_path / str(age), story("a", published)) as index:
            ended = [note for note in index.ask("What burned?").notes if note.startswith("The archive ends on")]
            assert bool(ended) is told
            assert index.ask("What burned?", as_of=today).notes == ()
            assert f"{age} days before the day of asking" in ended[0] if told else not ended


def test_the_reader_is_told_where_an_outlet_ends_long_before_the_archive(tmp_path: Path) -> None:
    osk = [story("first", "2026-01-02", source="Radio Osk"), story("last", "2026-01-09", source="Radio Osk")]
    gull = [story("gull", "2026-03-01", source="The Daily Gull"), story("undated", None, source="Eel")]
    asked = datetime.date(2026, 3, 2)
    note = "The newest article of Radio Osk here is of 9 January 2026; the archive goes on to 1 March 2026."
    with archive(tmp_path, *osk, *gull) as index:
        assert index._store.last_days(["radio osk", "Eel", "Nobody"]) == {"radio osk": datetime.date(2026, 1, 9)}
        assert note in index.ask("What burned, according to Radio Osk?", as_of=asked).notes
        filters = Filters(sources=("Radio Osk", "The Daily Gull"))
        assert note in index.ask("What burned?", filters=filters, as_of=asked).notes
        assert not any("newest" in each for each in index.ask("What burned?", as_of=asked).notes)


def test_the_reader_is_told_what_was_corrected_and_what_was_withdrawn(tmp_path: Path) -> None:
    corrected = story(
        "corrected", "2026-02-01", "It burned for two days.", status="corrected", updated=datetime.date(2026, 2, 3)
    )
    withdrawn = dataclasses.replace(
        story("gone", "2026-02-05"), title="Meteor lizard invasion", text="Meteor lizards landed in an orchard.",
        status="withdrawn", updated=datetime.date(2026, 2, 6), source="Gull",
    )  # fmt: skip
    config = CONFIG.replace(answer_threshold=0.0)
    with hashed_index(tmp_path, config) as index:
        index.add([corrected, withdrawn])
        index.embed()
        answer = index.ask("How long was the fire at the harbour?", as_of=LATER)
        assert answer.sentences
        assert answer.notes == (
            "“Fire at the harbour” (1 February 2026) was corrected on 3 February 2026; the corrected text is quoted.",
        )
        answer = index.ask("What of the meteor lizard invasion?", as_of=LATER)
        assert "gone" not in found_ids(answer.hits)
        assert answer.notes[-1] == (
            "“Meteor lizard invasion” (Gull, 5 February 2026) was withdrawn on 6 February 2026 and is not quoted."
        )


# Whatever is asked


def test_timings_name_the_stages(index: qa.Index) -> None:
    timings: dict[str, float] = {}
    found = retrieve(sources_of(index), ask(k=3), timings)
    assert isinstance(found, Retrieved)
    assert list(timings) == ["lexical", "encode_question", "dense", "rescore", "hits"]
    assert all(value >= 0 for value in timings.values())
    by_words: dict[str, float] = {}
    retrieve(sources_of(index, dense=False), ask(k=3), by_words)
    assert list(by_words) == ["lexical", "rescore", "hits"]


def test_equal_questions_have_equal_answers(index: qa.Index) -> None:
    assert index.retrieve(QUESTION, k=20) == index.retrieve(QUESTION, k=20)


@pytest.mark.parametrize(("text", "k"), [("", 1), (" \n", 1), ("?", 1), ("x" * 2_001, 1), ("fine", 0), ("fine", -1)])
def test_what_cannot_be_asked(index: qa.Index, text: str, k: int) -> None:
    with pytest.raises(qa.QuestionError):
        check_question(text, k, CONFIG)
    with pytest.raises(qa.QuestionError):
        retrieve(sources_of(index), ask(text, k), {})


def test_what_can_be_asked() -> None:
    for text in ("Did ministers meet?", "x " * 1_000, "7", "東京"):
        check_question(text, 1, CONFIG)
