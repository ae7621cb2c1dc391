"""Copies take one slot and name each other, neighbours become one hit, no article fills the list; nothing is lost."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import CONFIG, hashed_index, make_article

import qa
from qa.candidates import Candidate
from qa.collapse import hits_from
from qa.passages import split_passages
from qa.records import Article, Hit

DAY = datetime.date(2026, 3, 10)
# Six sentences of 14 words: a passage each, under CONFIG.
STORY = (
    "The ferry from Osk to Lunn ran aground on a sandbank early on Tuesday morning. "
    "All ninety passengers were taken off by two lifeboats before the tide came back. "
    "The captain told the harbour office that the buoy at Gull Rock was dark. "
    "Keepers had reported the broken lamp twice since January, a log in Osk shows. "
    "The company will run buses and a smaller boat until the hull is mended. "
    "An inquiry under a judge from Tarnvik begins its hearings on the first Monday."
)
OTHER = (
    "Farmers in the Lunn valley lost a third of their apples to frost in April. "
    "Prices at the market in Tarnvik have doubled since, and cider makers buy abroad. "
    "The county council offered loans without interest to orchards of under ten hectares. "
    "Older growers remember the spring of their school days as the last one so cold. "
    "Wind machines that stir the air above the trees cost more than most can pay. "
    "A committee of the growers will visit vineyards in the south to see what helps."
)


def article(article_id: str, text: str = STORY, *, days: int = 0, **fields: Any) -> Article:
    values: dict[str, Any] = {"title": f"Title of {article_id}", "published": DAY + datetime.timedelta(days)}
    return Article(article_id, text=text, source=f"Outlet {article_id}", **({"title": ""} | values | fields))


@contextlib.contextmanager
def archive(path: Path, articles: Sequence[Article]) -> Iterator[qa.Index]:
    with hashed_index(path / "index", CONFIG) as index:
        index.add(articles)
        yield index


def collapsed(
    index: qa.Index, order: Sequence[tuple[str, int]], k: int, *, one_article: bool = False,
    cosines: dict[str, float] | None = None,
) -> list[Hit]:  # fmt: skip
    """The hits of passages in an order: (article, which of its passages from 0), the best first."""
    store = index._store
    stored = store.passages(store.passage_numbers().tolist()).values()
    numbers: dict[str, list[int]] = {}
    for passage in sorted(stored, key=lambda each: each.start):
        numbers.setdefault(passage.article.id, []).append(passage.number)
    ranked = [
        Candidate(
            numbers[article_id][place], lexical_rank=rank, lexical_score=9.0 - rank, dense_rank=rank + 1,
            cosine=(cosines or {}).get(article_id), score=100.0 - rank, figures=(("lexical", 100.0 - rank),),
        )
        for rank, (article_id, place) in enumerate(order)
    ]  # fmt: skip
    return hits_from(store, ranked, k, one_article=one_article)


def spans(hits: Sequence[Hit]) -> list[tuple[str, int, int]]:
    """Each hit as its article and its passages, first and last."""
    found = []
    for hit in hits:
        assert hit.article.text[hit.start : hit.end] == hit.text
        passages = split_passages(hit.article.text, words=CONFIG.passage_words)
        first = [passage.start for passage in passages].index(hit.start)
        last = [passage.end for passage in passages].index(hit.end)
        found.append((hit.article.id, first, last))
    return found


def ids(articles: Sequence[Article]) -> list[str]:
    return [each.id for each in articles]


def edited(text: str) -> str:
    """A word changed in each sentence, as editors do."""
    for old, new in (
        ("ran aground", "got stuck"), ("ninety", "90"), ("told", "informed"), ("twice", "two times"),
        ("smaller", "small"), ("under", "led by"),
    ):  # fmt: skip
        assert text != text.replace(old, new, 1)
        text = text.replace(old, new, 1)
    return text


def test_the_stories_have_six_passages_each() -> None:
    """What the tests below count on."""
    for text in (STORY, OTHER, edited(STORY)):
        assert len(split_passages(text, words=CONFIG.passage_words)) == 6


# Copies


def test_exact_copies_take_one_slot_and_are_named_earliest_first(tmp_path: Path) -> None:
    copies = [
        article("b", days=2), article("a", days=3), article("c", days=1), article("z", published=None),
        article("d", days=3),
    ]  # fmt: skip
    with archive(tmp_path, [*copies, article("other", OTHER)]) as index:
        hits = collapsed(index, [("a", 1), ("b", 1), ("other", 0), ("c", 1), ("d", 1), ("z", 1)], 5)
        assert spans(hits) == [("a", 1, 1), ("other", 0, 0)]
        assert hits[0].also_in == (copies[2], copies[0], copies[4], copies[3])
        assert hits[1].also_in == ()


def test_copies_that_were_not_found_are_named_too(tmp_path: Path) -> None:
    """Even a year apart: the same passage, word for word, is the same."""
    with archive(tmp_path, [article("a"), article("b", days=-365), article("c", OTHER)]) as index:
        (hit,) = collapsed(index, [("a", 0)], 5)
        assert ids(hit.also_in) == ["b"]


def test_a_copy_behind_the_last_hit_is_named(tmp_path: Path) -> None:
    with archive(tmp_path, [article("a"), article("b", edited(STORY), days=6), article("c", OTHER)]) as index:
        (hit,) = collapsed(index, [("a", 2), ("c", 0), ("b", 2)], 1)
        assert (hit.article.id, ids(hit.also_in)) == ("a", ["b"])


@pytest.mark.parametrize("by_cosine", [None, {"a": 0.5, "b": 0.41}, {"a": 0.5, "b": 0.59}])
def test_an_edited_copy_takes_no_slot_and_none_of_its_passages_does(
    tmp_path: Path, by_cosine: dict[str, float] | None
) -> None:
    with archive(tmp_path, [article("a"), article("b", edited(STORY), days=6), article("c", OTHER)]) as index:
        order = [("a", 2), ("b", 2), ("b", 0), ("c", 0), ("b", 5)]
        hits = collapsed(index, order, 5, cosines=by_cosine)
        assert spans(hits) == [("a", 2, 2), ("c", 0, 0)]
        assert [ids(hit.also_in) for hit in hits] == [["b"], []]
        # The better one stands in front, whichever was first.
        hits = collapsed(index, [("b", 2), ("a", 2)], 5, cosines=by_cosine)
        assert [hit.article.id for hit in hits] == ["b"]
        assert [ids(hit.also_in) for hit in hits] == [["a"]]


@pytest.mark.parametrize(
    ("fields", "copy"),
    [
        ({"days": 7}, True),
        ({"days": -7}, True),
        ({"days": 8}, False),
        ({"days": -8}, False),
        # An unknown day is taken for near.
        ({"published": None}, True),
    ],
)
def test_an_edited_copy_is_one_within_a_week(tmp_path: Path, fields: dict[str, Any], copy: bool) -> None:
    with archive(tmp_path, [article("a"), article("b", edited(STORY), **fields)]) as index:
        hits = collapsed(index, [("a", 2), ("b", 2)], 5)
        assert [hit.article.id for hit in hits] == (["a"] if copy else ["a", "b"])
        assert [ids(hit.also_in) for hit in hits] == ([["b"]] if copy else [[], []])


def test_what_the_question_finds_far_less_similar_is_no_copy(tmp_path: Path) -> None:
    """Comparing texts is slow; a copy would be about as similar to the question."""
    with archive(tmp_path, [article("a"), article("b", edited(STORY))]) as index:
        hits = collapsed(index, [("a", 2), ("b", 2)], 5, cosines={"a": 0.5, "b": 0.39})
        assert [hit.article.id for hit in hits] == ["a", "b"]


def test_a_follow_up_is_no_copy(tmp_path: Path) -> None:
    """It repeats two sentences of the story behind what is new."""
    follow_up = f"{OTHER} {edited(STORY)[:160]}"
    with archive(tmp_path, [article("a"), article("b", follow_up, days=1)]) as index:
        hits = collapsed(index, [("a", 0), ("b", 6), ("b", 0)], 5)
        assert spans(hits) == [("a", 0, 0), ("b", 6, 6), ("b", 0, 0)]
        assert all(hit.also_in == () for hit in hits)


def test_a_merged_story_keeps_the_part_of_its_own(tmp_path: Path) -> None:
    """It prints two stories: where it repeats the one that was found, it is a copy, where it tells the other, not."""
    merged = article("m", f"{edited(STORY)} {OTHER}")
    with archive(tmp_path, [article("a"), merged]) as index:
        hits = collapsed(index, [("a", 0), ("m", 0), ("m", 6), ("m", 9)], 5)
        assert spans(hits) == [("a", 0, 0), ("m", 6, 6), ("m", 9, 9)]
        assert [ids(hit.also_in) for hit in hits] == [["m"], [], []]


def test_the_same_passage_twice_in_one_article_is_one_hit(tmp_path: Path) -> None:
    paragraph = STORY[:78]
    twice = article("a", f"{paragraph}\n\n{OTHER[:75]}\n\n{paragraph}")
    with archive(tmp_path, [twice]) as index:
        hits = collapsed(index, [("a", 0), ("a", 2)], 5)
        assert spans(hits) == [("a", 0, 0)]
        assert hits[0].also_in == ()


def test_copies_of_every_merged_passage_are_named(tmp_path: Path) -> None:
    sentences = [STORY[p.start : p.end] for p in split_passages(STORY, words=CONFIG.passage_words)]
    # So short that nothing but the same words makes it a copy.
    first, second = article("b", sentences[0], days=400), article("c", sentences[1], days=-400)
    with archive(tmp_path, [article("a"), first, second]) as index:
        (hit,) = collapsed(index, [("a", 0), ("a", 1)], 5)
        assert ids(hit.also_in) == ["c", "b"]
        assert spans([hit]) == [("a", 0, 1)]


# Neighbours


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        ([2, 3], [(2, 3)]),
        ([3, 2], [(2, 3)]),
        ([2, 3, 1], [(1, 3)]),
        ([0, 2], [(0, 0), (2, 2)]),
        # Three at most: the fourth is a hit of its own.
        ([0, 1, 2, 3], [(0, 2), (3, 3)]),
        ([0, 1, 2, 3, 4, 5], [(0, 2), (3, 5)]),
        # What stands between two hits goes to the better one.
        ([0, 2, 1], [(0, 1), (2, 2)]),
    ],
)
def test_neighbours_become_one_hit_in_the_place_of_the_best(
    tmp_path: Path, order: list[int], wanted: list[tuple[int, int]]
) -> None:
    for gap in (" ", "\n\n", " \t\n"):
        text = STORY.replace(". ", f".{gap}")
        with archive(tmp_path / str(len(gap)), [article("a", text), article("b", OTHER)]) as index:
            ranked = [("a", order[0]), ("b", 0), *(("a", place) for place in order[1:])]
            hits = collapsed(index, ranked, 5)
            assert spans(hits) == [("a", *wanted[0]), ("b", 0, 0), *(("a", *span) for span in wanted[1:])]


def test_what_stands_behind_the_last_hit_makes_none_longer(tmp_path: Path) -> None:
    with archive(tmp_path, [article("a"), article("b", OTHER)]) as index:
        order = [("a", 0), ("b", 0), ("a", 1)]
        assert spans(collapsed(index, order, 2)) == [("a", 0, 0), ("b", 0, 0)]
        assert spans(collapsed(index, order, 3)) == [("a", 0, 1), ("b", 0, 0)]


def test_a_merged_hit_is_what_its_best_passage_was(tmp_path: Path) -> None:
    with archive(tmp_path, [article("a"), article("b", OTHER)]) as index:
        first, second = collapsed(index, [("b", 4), ("a", 3), ("a", 2)], 5, cosines={"a": 0.25, "b": 0.5})
        assert (second.score, second.lexical_rank, second.dense_rank, second.lexical_score) == (99.0, 1, 2, 8.0)
        assert (second.cosine, second.figures, second.part) == (0.25, (("lexical", 99.0),), "")
        assert (first.score, first.cosine) == (100.0, 0.5)


def test_passages_of_two_articles_are_never_neighbours(tmp_path: Path) -> None:
    with archive(tmp_path, [article("a"), article("b", OTHER)]) as index:
        assert spans(collapsed(index, [("a", 1), ("b", 2)], 5)) == [("a", 1, 1), ("b", 2, 2)]


# Diversity


def test_of_one_article_at_most_two_hits_stand_among_the_first(tmp_path: Path) -> None:
    with archive(tmp_path, [article("a"), article("b", OTHER), make_article("c"), make_article("d")]) as index:
        order = [("a", 0), ("a", 2), ("a", 4), ("b", 0), ("b", 2), ("b", 4), ("c", 0)]
        assert spans(collapsed(index, order, 5)) == [("a", 0, 0), ("a", 2, 2), ("b", 0, 0), ("b", 2, 2), ("c", 0, 0)]
        # Where there is nothing else, the others follow, the best first.
        found = collapsed(index, order, 7)
        assert spans(found)[5:] == [("a", 4, 4), ("b", 4, 4)]
        # One more of an article is no hit of its own where it stands next to one.
        assert spans(collapsed(index, [("a", 0), ("a", 2), ("a", 3), ("b", 0)], 3)) == [
            ("a", 0, 0), ("a", 2, 3), ("b", 0, 0),
        ]  # fmt: skip


def test_an_article_that_the_question_is_about_may_fill_the_list(tmp_path: Path) -> None:
    with archive(tmp_path, [article("a"), article("b", OTHER)]) as index:
        order = [("a", 0), ("a", 2), ("a", 4), ("b", 0)]
        hits = collapsed(index, order, 3, one_article=True)
        assert spans(hits) == [("a", 0, 0), ("a", 2, 2), ("a", 4, 4)]
        assert [hit.article.id for hit in collapsed(index, order, 3)] == ["a", "a", "b"]


def test_what_waits_for_its_turn_still_takes_in_its_copies(tmp_path: Path) -> None:
    alone = STORY[STORY.index("The company") : STORY.index("An inquiry")].strip()
    with archive(tmp_path, [article("a"), article("copy", alone, days=90), article("b", OTHER)]) as index:
        hits = collapsed(index, [("a", 0), ("a", 2), ("a", 4), ("copy", 0), ("b", 0)], 4)
        assert spans(hits) == [("a", 0, 0), ("a", 2, 2), ("b", 0, 0), ("a", 4, 4)]
        assert ids(hits[3].also_in) == ["copy"]


# What is there


@pytest.mark.parametrize("k", [1, 2, 3, 50])
def test_k_hits_as_long_as_there_are_so_many(tmp_path: Path, k: int) -> None:
    articles = [make_article(f"a{n}", sentences=4) for n in range(9)]
    with archive(tmp_path, articles) as index:
        order = [(f"a{n}", place) for place in (0, 1) for n in range(9)]
        assert len(collapsed(index, order, k)) == min(k, 9)
    with archive(tmp_path / "empty", []) as index:
        assert collapsed(index, [], k) == []


def test_a_passage_that_was_removed_since_leaves_no_gap(tmp_path: Path) -> None:
    with archive(tmp_path, [make_article(f"a{n}") for n in range(4)]) as index:
        numbers = index._store.passage_numbers().tolist()
        gone = {n for n, p in index._store.passages(numbers).items() if p.article.id == "a1"}
        index.remove("a1")
        ranked = [Candidate(number, score=-float(number)) for number in numbers]
        hits = hits_from(index._store, ranked, 100, one_article=False)
        assert len(gone) > 1
        assert {hit.article.id for hit in hits} == {"a0", "a2", "a3"}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[qa.Index]:
    """Stories with copies, edited copies, a merged one and others, near and far in time."""
    articles = [
        article("a"), article("a2", days=3), article("a3", edited(STORY), days=1),
        article("a4", edited(STORY), days=60), article("m", f"{STORY} {OTHER}", days=2),
        article("b", OTHER), article("n", published=None, text=OTHER),
        *(dataclasses.replace(make_article(f"x{n}"), published=DAY) for n in range(4)),
    ]  # fmt: skip
    with archive(tmp_path_factory.mktemp("mixed"), articles) as index:
        yield index


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_nothing_is_lost_and_nothing_stands_twice(mixed: qa.Index, data: st.DataObject) -> None:
    """For any order of any passages: each article that was found is a hit or named by one."""
    store = mixed._store
    numbers = store.passage_numbers().tolist()
    chosen = data.draw(st.lists(st.sampled_from(numbers), unique=True, min_size=1))
    k = data.draw(st.sampled_from([1, 2, 5, 1_000]))
    one_article = data.draw(st.booleans())
    ranked = [Candidate(number, score=-float(place)) for place, number in enumerate(chosen)]
    hits = hits_from(store, ranked, k, one_article=one_article)
    found = store.passages(chosen)
    assert 1 <= len(hits) <= k
    taken: set[tuple[str, int]] = set()
    for hit in hits:
        assert hit.article.text[hit.start : hit.end] == hit.text
        places = {(hit.article.id, place) for place in range(hit.start, hit.end)}
        assert not places & taken
        taken |= places
        assert hit.article.id not in ids(hit.also_in)
        assert len(set(ids(hit.also_in))) == len(hit.also_in)
        days = [each.day.toordinal() if each.day else np.inf for each in hit.also_in]
        assert days == sorted(days)
    assert hits[0].article.id == found[chosen[0]].article.id
    # Once an article stands for the third time, nothing better waits.
    names = ids([hit.article for hit in hits])
    thirds = [names[:place].count(name) >= 2 for place, name in enumerate(names)]
    assert one_article or thirds == sorted(thirds)
    if k == 1_000:
        named = {article_id for hit in hits for article_id in (hit.article.id, *ids(hit.also_in))}
        assert {passage.article.id for passage in found.values()} <= named
        # Each passage is in a hit, or its text is in another one, or its article is named by one.
        bodies = {
            found[number].body_hash for number in chosen if (found[number].article.id, found[number].start) in taken
        }
        for passage in found.values():
            also = any(passage.article.id in ids(hit.also_in) for hit in hits)
            assert (passage.article.id, passage.start) in taken or passage.body_hash in bodies or also
