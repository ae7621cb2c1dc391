"""Conflicts: a file of statements, half of it held out while the rules were made, and the sample archive's own."""

from __future__ import annotations

import datetime
import hashlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.conflicts import Disagreement, Statement, agree, find_conflicts, in_words
from qa.formats import read_articles
from qa.quantities import quantities_in
from qa.records import CORRECTED, Article

DATA = Path(__file__).parent / "data"
CASES = [json.loads(line) for line in (DATA / "conflicts.jsonl").read_text(encoding="utf-8").splitlines()]
GOLDEN = [json.loads(line) for line in (DATA / "golden.jsonl").read_text(encoding="utf-8").splitlines()]
SAMPLE = Path(__file__).resolve().parent.parent / "qa" / "sample" / "articles.jsonl"
MARCH = "How many people marched in Harl?"


def statements(case: dict[str, Any]) -> list[Statement]:
    found = []
    for number, each in enumerate(case["statements"], start=1):
        sentence, updated = each["sentence"], each.get("updated")
        article = Article(
            id=f"a{number}",
            title=each["title"],
            text=f"{each.get('lead', '')} {sentence}",
            source=each["source"],
            published=datetime.date.fromisoformat(each["published"]),
            status=each.get("status", "published"),
            updated=updated and datetime.date.fromisoformat(updated),
        )
        found.append(Statement(sentence, article, number))
    return found


def told(conflicts: tuple[Disagreement, ...]) -> dict[str, Any] | None:
    if not conflicts:
        return None
    (one,) = conflicts
    return {"kind": one.kind, "update": one.update, "values": list(one.values)}


def held_out(case: dict[str, Any]) -> bool:
    """Whether the case was not looked at while the rules were made."""
    return bool(hashlib.sha256((case["question"] + case["statements"][0]["sentence"]).encode()).digest()[0] & 1)


def say(sentence: str, article_id: str, source: str = "The Courier", day: int = 13, **fields: Any) -> Statement:
    published = datetime.date(2026, 7, day)
    return Statement(sentence, Article(article_id, "Harl", sentence, source, published, **fields), 1)


def test_the_file_is_as_large_as_promised() -> None:
    assert len(CASES) >= 80
    assert 2 * sum(case["expected"] is None for case in CASES) >= len(CASES)
    assert sum(map(held_out, CASES)) >= 40


@pytest.mark.parametrize(("half", "recall"), [(False, 0.9), (True, 0.9)])
def test_what_is_told_is_right(half: bool, recall: float) -> None:
    cases = [case for case in CASES if held_out(case) == half]
    answers = [(case, told(find_conflicts(case["question"], statements(case)))) for case in cases]
    wrong = [(case["question"], answer) for case, answer in answers if answer and answer != case["expected"]]
    assert wrong == []
    right = sum(answer is not None for _, answer in answers)
    assert right >= recall * sum(case["expected"] is not None for case in cases)


def test_the_sample_archive_disagrees_in_two_things_and_no_more() -> None:
    read = read_articles(SAMPLE, maximum_record_bytes=1_000_000)
    articles = [article for article in read if isinstance(article, Article)]
    found = {}
    for case in GOLDEN:
        quoted = {
            (article.id, article.status): Statement(sentence, article, 1)
            for sentence in case["sentences"]
            for article in articles
            if sentence in article.text and not article.withdrawn
        }
        conflicts = [each for each in find_conflicts(case["question"], list(quoted.values())) if not each.update]
        if conflicts:
            found[case["id"]] = set(conflicts[0].values)
    assert found == {"g120": {"eight thousand", "14,000"}, "g121": {"340", "430"}}


def test_the_words_name_the_outlets_and_their_days() -> None:
    one = say("Eight thousand people marched in Harl.", "one")
    other = say("14,000 people marched in Harl.", "other", "The Daily Gull")
    (conflict,) = find_conflicts(MARCH, [one, other])
    assert in_words(conflict, {1: 1}) == (
        "Outlets disagree: The Courier (13 July 2026) says eight thousand [1], The Daily Gull (13 July 2026) "
        "says 14,000 [1]."
    )
    assert conflict.statements == (one, other)


def test_a_later_count_is_an_update_with_the_newest_first() -> None:
    question = "How many people died in the Harl fire?"
    older = say("The fire in Harl killed 14 people.", "one", day=13)
    newer = say("The death toll of the fire in Harl has risen to 20.", "other", "The Daily Gull", day=15)
    (conflict,) = find_conflicts(question, [older, newer])
    assert conflict.update and conflict.values == ("20", "14")
    assert in_words(conflict, {1: 1}) == (
        "This has changed: The Daily Gull (15 July 2026) says 20 [1], The Courier (13 July 2026) says 14 [1]."
    )


def test_the_same_article_never_disagrees_with_itself() -> None:
    before = say("Eight thousand people marched in Harl.", "one")
    after = say("14,000 people marched in Harl.", "one", status=CORRECTED, updated=datetime.date(2026, 7, 14))
    assert find_conflicts(MARCH, [before, after]) == ()
    # What the correction took back is not heard, whoever repeats the right number.
    assert find_conflicts(MARCH, [before, after, say("14,000 people marched in Harl.", "two", "The Gull")]) == ()


def test_a_correction_wins_over_what_another_outlet_printed_before() -> None:
    right = say("14,000 people marched in Harl.", "one", status=CORRECTED, updated=datetime.date(2026, 7, 15))
    wrong = say("Eight thousand people marched in Harl.", "two", "The Gull")
    (conflict,) = find_conflicts(MARCH, [wrong, right])
    assert conflict.update and conflict.values == ("14,000", "eight thousand")
    assert "The Courier (corrected 15 July 2026)" in in_words(conflict, {1: 1})


def test_three_outlets_are_one_conflict() -> None:
    three = [
        say("Eight thousand people marched in Harl.", "one"),
        say("In Harl 14,000 people marched.", "two", "The Gull"),
        say("8,000 people marched in Harl.", "three", "Radio Osk"),
    ]
    (conflict,) = find_conflicts(MARCH, three)
    assert conflict.values == ("eight thousand", "14,000", "8,000")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("nearly 50,000 people", "49,812 people", True),
        ("about 8,000 people", "8,300 people", True),
        ("8,000 people", "8,300 people", True),
        ("8,200 people", "8,300 people", False),
        ("1.2 million merks", "1.22 million merks", True),
        ("1.3 billion merks", "1.22 billion merks", False),
        ("eight thousand people", "8,000 people", True),
        ("at least 12 people", "40 people", True),
        ("at least 12 people", "9 people", False),
        ("fewer than 12 people", "9 people", True),
        ("more than 8,000 people", "14,000 people", False),
        ("14 people", "16 people", False),
    ],
)
def test_when_two_numbers_are_the_same(one: str, other: str, same: bool) -> None:
    (first,), (second,) = quantities_in(one), quantities_in(other)
    assert agree(first, second) == agree(second, first) == same


QUESTIONS = st.sampled_from(
    [MARCH, "Who led Harl?", "When did Harl fall?", "Did Harl fall?", "What happened in Harl?", "Which?", ""]
)
PIECES = """
    Harl fell not on Friday 12 people marched 14,000 led by Carla Renn Otto Brand denied will in May 2023 died . , merks
    of
"""
SENTENCES = st.lists(st.sampled_from([*PIECES.split(), "\ud800"]), max_size=14).map(" ".join)
MOMENTS = st.one_of(
    st.none(),
    st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 1, 20)),
    st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2026, 1, 20), timezones=st.just(datetime.UTC)),
)


@settings(max_examples=200, deadline=None)
@given(QUESTIONS, st.lists(st.tuples(SENTENCES, MOMENTS, st.sampled_from("abc")), max_size=6))
def test_what_holds_for_any_statements(question: str, drawn: list[tuple[str, Any, str]]) -> None:
    given_statements = [
        Statement(sentence, Article(article_id, "Harl", sentence, article_id, moment), number)
        for number, (sentence, moment, article_id) in enumerate(drawn)
    ]
    conflicts = find_conflicts(question, given_statements)
    assert conflicts == find_conflicts(question, given_statements)
    for conflict in conflicts:
        assert set(conflict.statements) <= set(given_statements)
        assert len(conflict.statements) == len(conflict.values) >= 2
        assert len({statement.article.id for statement in conflict.statements}) >= 2
        assert len(set(conflict.values)) >= 2
        words = in_words(conflict, {number: number + 1 for number in range(len(drawn))})
        assert all(value in words for value in conflict.values)
        assert all(f"[{statement.number + 1}]" in words for statement in conflict.statements)
        days = [statement.article.day for statement in conflict.statements if statement.article.day]
        assert days == sorted(days, reverse=True)


def test_the_work_grows_with_the_length_and_no_more() -> None:
    sentence = "In Harl 46 people marched on Friday, and Carla Renn led 12 of them to Osk, where nobody died; "
    times = []
    for repeats in (30, 120):
        pair = [say(sentence * repeats, "one"), say(sentence * repeats + "!", "two", "The Gull")]
        best = float("inf")
        for _ in range(3):
            started = time.perf_counter()
            for question in (MARCH, "Did people march in Harl?", "What happened in Harl?"):
                find_conflicts(question, pair)
            best = min(best, time.perf_counter() - started)
        times.append(best)
    assert times[1] < 8 * times[0] + 0.01
