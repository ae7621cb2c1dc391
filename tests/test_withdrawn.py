"""Withdrawn articles: which questions are about one, what their reader is told, and what it costs."""

from __future__ import annotations

import dataclasses
import datetime
import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import CONFIG, make_article

from qa.asked import Asked, share
from qa.config import Config
from qa.formats import read_articles
from qa.ingest import Counts, add_records
from qa.lexical import terms_of
from qa.records import Article, Filters, Hit
from qa.store import Store
from qa.withdrawn import Withdrawal, Withdrawals, covered_by_hits, withdrawal_of, withdrawn_about

GOLDEN = Path(__file__).parent / "data" / "golden.jsonl"
WEIGHTS = {"ward": 3.0, "close": 2.0, "year": 1.0}
STORY = Article(
    "w", "Ward to close", "The maternity ward shuts next year.", source="Daily Gull",
    published=datetime.date(2026, 6, 17), updated=datetime.date(2026, 6, 17),
)  # fmt: skip
GONE = dataclasses.replace(STORY, title="", text="", source="", published=None, status="withdrawn",
                           updated=datetime.datetime(2026, 6, 19, 8, tzinfo=datetime.UTC))  # fmt: skip
SAID = "“Ward to close” (Daily Gull, 17 June 2026) was withdrawn on 19 June 2026 and is not quoted."


def add(store: Store, *articles: Any) -> None:
    add_records(store, CONFIG, "hashing|", articles, Counts(), lambda read: None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    yield opened
    opened.close()


def hit(title: str, text: str) -> Hit:
    return Hit(Article("h", title, f"Before. {text}"), 8, 8 + len(text), text, 1.0)


# What is said, and of what


def test_a_bare_withdrawal_is_named_by_the_version_before() -> None:
    withdrawn = withdrawal_of([STORY, GONE], 150)
    assert withdrawn.article == dataclasses.replace(GONE, title=STORY.title, source=STORY.source,
                                                    published=STORY.published)  # fmt: skip
    assert [passage for passage in withdrawn.passages if passage] == [
        {"ward", "to", "close", "the", "matern", "shut", "next", "year"}
    ]
    assert withdrawn_about(WEIGHTS, [withdrawn], 0.0) == (SAID,)


def test_the_withdrawal_speaks_for_itself_where_it_can() -> None:
    notice = dataclasses.replace(GONE, title="Our mistake", text="There was no memo.", source="The Gull")
    withdrawn = withdrawal_of([STORY, notice], 150)
    assert (withdrawn.article.title, withdrawn.article.source, withdrawn.article.text) == (
        "Our mistake",
        "The Gull",
        "",
    )
    for weights in ({"memo": 1.0}, {"ward": 1.0}):
        assert withdrawn_about(weights, [withdrawn], 0.0) == (
            "“Our mistake” (The Gull, 17 June 2026) was withdrawn on 19 June 2026 and is not quoted.",
        )


def test_only_the_last_version_before_it_counts() -> None:
    older = dataclasses.replace(STORY, text="An aardvark was seen.", updated=datetime.date(2026, 6, 16))
    withdrawn = withdrawal_of([older, STORY, GONE], 150)
    assert withdrawn_about({"aardvark": 1.0}, [withdrawn], 0.0) == ()
    assert withdrawn_about(WEIGHTS, [withdrawn], 0.0) == (SAID,)


def test_an_article_that_only_ever_was_withdrawn() -> None:
    assert withdrawn_about({"x": 1.0}, [withdrawal_of([dataclasses.replace(GONE, title="X")], 150)], 0.0) == (
        "“X” was withdrawn on 19 June 2026 and is not quoted.",
    )
    bare = withdrawal_of([Article("w", "", "", status="withdrawn")], 150)
    assert withdrawn_about({"x": 1.0}, [bare], 0.0) == ()


def withdrawal(title: str, terms: set[str]) -> Withdrawal:
    return Withdrawal(Article(title, title, "", status="withdrawn"), (terms,), terms)


@pytest.mark.parametrize(
    ("terms", "covered", "about"),
    [
        ({"ward", "close", "year"}, 1.0, True),  # 1.0
        ({"ward", "year"}, 0.0, True),  # 4 of 6
        ({"ward", "year"}, 0.8, True),  # .67 is within .15
        ({"ward", "year"}, 0.85, False),
        ({"ward"}, 0.0, False),  # 3 of 6
        ({"close", "year"}, 0.0, False),  # 3 of 6
        (set(), 0.0, False),
    ],
)
def test_a_question_is_about_what_holds_most_of_it(terms: set[str], covered: float, about: bool) -> None:
    assert bool(withdrawn_about(WEIGHTS, [withdrawal("T", terms)], covered)) is about


def test_the_nearest_come_first_and_three_at_most() -> None:
    shares = {"a": {"ward", "year"}, "b": {"ward", "close", "year"}, "c": {"ward", "close"}, "d": {"ward", "close"}}
    said = withdrawn_about(WEIGHTS, [withdrawal(title, terms) for title, terms in shares.items()], 0.0)
    assert [sentence[1] for sentence in said] == ["b", "c", "d"]


def test_terms_far_apart_in_a_long_article_are_not_about_it() -> None:
    filler = " ".join(f"Sentence {n} says nothing at all of note." for n in range(60))
    long = dataclasses.replace(STORY, title="News", text=f"The ward is full. {filler} They close in a year.")
    assert withdrawn_about(WEIGHTS, [withdrawal_of([long, GONE], 1_000)], 0.0) != ()
    assert withdrawn_about(WEIGHTS, [withdrawal_of([long, GONE], 20)], 0.0) == ()


def test_no_terms_no_note() -> None:
    assert withdrawn_about({}, [withdrawal("T", {"ward"})], 0.0) == ()


def test_what_the_best_hit_covers_with_its_title() -> None:
    hits = [hit("Ward", "It will close."), hit("", "A year of wards."), hit("", "Nothing.")]
    assert covered_by_hits(WEIGHTS, hits) == pytest.approx(5 / 6)
    assert covered_by_hits(WEIGHTS, []) == 0.0


# From the archive


def test_it_follows_the_archive(store: Store) -> None:
    withdrawals = Withdrawals(store, 150)
    add(store, STORY)
    assert withdrawals.about(WEIGHTS, [], Filters()) == ()
    add(store, GONE)
    assert withdrawals.about(WEIGHTS, [], Filters()) == (SAID,)
    assert withdrawals.about(WEIGHTS, [hit("Ward", "It will close in a year.")], Filters()) == (SAID,)
    assert withdrawals.about({"ward": 1.0, "rain": 0.5}, [hit("", "Ward in the rain.")], Filters()) == ()
    # The same objects as long as nothing changes.
    assert withdrawals.all()[0] is withdrawals.all()[0]
    add(store, dataclasses.replace(STORY, updated=datetime.date(2026, 6, 20)))
    assert withdrawals.about(WEIGHTS, [], Filters()) == ()


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        (Filters(sources=("daily gull",)), True),
        (Filters(sources=("Radio Osk",)), False),
        (Filters(datetime.date(2026, 6, 17), datetime.date(2026, 6, 17)), True),
        (Filters(published_from=datetime.date(2026, 6, 18)), False),
        (Filters(published_to=datetime.date(2026, 6, 16)), False),
    ],
)
def test_what_the_search_leaves_out_is_not_named(store: Store, filters: Filters, named: bool) -> None:
    add(store, STORY)
    add(store, GONE)
    assert bool(Withdrawals(store, 150).about(WEIGHTS, [], filters)) is named


def test_an_undated_one_is_left_out_once_a_day_is_named(store: Store) -> None:
    add(store, dataclasses.replace(GONE, title="The ward will close this year"))
    withdrawals = Withdrawals(store, 150)
    assert withdrawals.about(WEIGHTS, [], Filters()) != ()
    assert withdrawals.about(WEIGHTS, [], Filters(published_to=datetime.date(2099, 1, 1))) == ()


def test_the_golden_questions_about_the_withdrawn_story_and_no_others(store: Store, sample_file: Path) -> None:
    records = read_articles(sample_file, maximum_record_bytes=100_000)
    add_records(store, Config(), "hashing|", records, Counts(), lambda read: None)
    rows = store.lexical_rows(store.passage_numbers().tolist())
    passages = [set(terms_of(f"{title}\n{text}")) for _, title, text, _, _ in rows]
    frequencies = Counter(term for passage in passages for term in passage)
    withdrawals = Withdrawals(store, Config().passage_words).all()
    assert [each.article.id for each in withdrawals] == ["dg-2026-06-17-maternity"]
    about = set()
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        asked = Asked(case.get("resolved") or case["question"], frequencies.__getitem__, len(passages))
        covered = max(share(asked.weights, passage) for passage in passages)
        if said := withdrawn_about(asked.weights, withdrawals, covered):
            about.add(case["id"])
            assert said == (
                "“WITHDRAWN: report on St. Brannoc's maternity ward” (The Daily Gull, 17 June 2026) was withdrawn on"
                " 19 June 2026 and is not quoted.",
            )
    # When will it close, how much would that save, how many midwives and babies, what the director said of it. How many
    # beds the ward will have (g049) is told by another story, word for word.
    assert about == {"g048", "g150", "g151", "g152", "g153"}


def test_without_withdrawals_it_costs_next_to_nothing_and_with_hundreds_little(store: Store) -> None:
    add(store, *(make_article(f"a{number}") for number in range(300)))
    withdrawals = Withdrawals(store, 150)
    hits = [hit("Title", "Some text.")] * 5
    assert milliseconds(lambda: withdrawals.about(WEIGHTS, hits, Filters())) < 1
    add(store, *(make_article(f"w{number}", status="withdrawn", text="") for number in range(300)))
    assert len(withdrawals.all()) == 300
    assert milliseconds(lambda: withdrawals.about(WEIGHTS, hits, Filters())) < 20


def milliseconds(work: Any) -> float:
    """The quickest of several runs: others share the machine."""
    times = []
    for _ in range(20):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return 1000 * min(times)


def test_threads_that_ask_while_articles_are_withdrawn(store: Store) -> None:
    add(store, *(make_article(f"a{number}", updated=datetime.date(2025, 1, 1)) for number in range(20)))
    withdrawals = Withdrawals(store, 150)
    failures: list[BaseException] = []
    done = threading.Event()

    def ask() -> None:
        try:
            while not done.is_set():
                assert all(each.article.withdrawn for each in withdrawals.all())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(20):
        add(store, make_article(f"a{number}", status="withdrawn", text="", updated=datetime.date(2025, 1, 2)))
    done.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(withdrawals.all()) == 20
