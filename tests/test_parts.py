"""The parts of a question, against hand-written cases; and what holds for any text."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.mentions import Names
from qa.parts import split_parts

DATA = Path(__file__).parent / "data"
OUTLETS = {
    "sample": Names(["Merrow Press Agency", "The Tarnvik Courier", "Radio Osk", "The Daily Gull", "Ledger & Tide"]),
    "world": Names(
        ["The Verge", "TechCrunch", "Reuters", "CNN", "Fox News", "The Guardian", "Wired", "Agence France-Presse"]
    ),
}


def read_lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


CASES = read_lines("parts.jsonl")
GOLDEN = read_lines("golden.jsonl")
# Questions of the golden file that are not about two articles and still ask for two things.
TWO_THINGS_ASKED = {
    "Which Renn led the Millrace inquiry, and what was his job before?",
    "How many people got Legionnaires' disease in the end, and how many died?",
}


def split(question: str, archive: str = "sample") -> list[str]:
    return list(split_parts(question, OUTLETS[archive].find(question)))


def test_the_golden_file_is_large_and_half_of_it_stays_whole() -> None:
    assert len(CASES) >= 100
    whole = sum(case["parts"] == [case["question"]] for case in CASES)
    assert len(CASES) * 0.4 < whole < len(CASES) * 0.6


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_golden(case: dict[str, Any]) -> None:
    assert split(case["question"], case["archive"]) == case["parts"]


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["id"])
def test_only_golden_questions_about_two_things_are_split(case: dict[str, Any]) -> None:
    parts = split(case["question"])
    if case["type"] == "two_articles" or case["question"] in TWO_THINGS_ASKED:
        assert len(parts) == 2, parts
    else:
        assert parts == [case["question"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_each_outlet_stands_in_its_own_part_only(case: dict[str, Any]) -> None:
    parts = split(case["question"], case["archive"])
    compared = [each.phrase for each in OUTLETS[case["archive"]].find(case["question"]) if not each.excluded]
    if len(parts) > 1 and len(compared) > 1:
        assert all(sum(phrase.lower() in part.lower() for part in parts) == 1 for phrase in compared), parts


PIECES = st.sampled_from(
    [
        "how", "many", "what", "who", "and", "or", "than", "in", "March", "2024", "the", "quay", "Courier", "Gull", ",",
        "?", ":", "compare", "with", "between", "from", "to", "change", "both", "more", "did", "does", "was", "it",
        "Ada Moss", "its", "of", "unlike", "agree", "differ", ". ", "according to", "\n", "é", "\ud800", "versus",
    ]
)  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map(" ".join)))
def test_any_text_gives_few_parts_that_say_something(question: str) -> None:
    parts = split(question)
    assert parts == split(question)
    assert 1 <= len(parts) <= 4
    assert len(parts) == 1 or all(re.search(r"\w", part) and part.endswith("?") for part in parts)
    assert len(parts) > 1 or parts == [question]
    assert len(set(parts)) == len(parts)


@pytest.mark.parametrize(
    "piece",
    [
        "which older, a or ",
        "compare the ",
        "in March and ",
        "how many and who ",
        "Who Xy Xy ",
        "than the Gull ",
        "the a ",
    ],
)
def test_no_question_takes_long(piece: str) -> None:
    question = ("How did " + piece * 200)[:600]
    started = time.perf_counter()
    split(question)
    assert time.perf_counter() - started < 0.2
    assert split(question + piece * 200) == [question + piece * 200]
