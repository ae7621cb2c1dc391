"""Outlets and authors named in a question, against hand-written cases; and what holds for any text."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.mentions import Names, find_mentions

CASES: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "mentions.jsonl").read_text(encoding="utf-8").splitlines()
]
SAMPLE_OUTLETS = ("Merrow Press Agency", "The Tarnvik Courier", "Radio Osk", "The Daily Gull", "Ledger & Tide")
SAMPLE_AUTHORS = (
    "Fleur Nightingale", "Roxy Blunt", "Lucinda Farrow", "Magnus Obery", "Edmund Sayle", "Cornelius Vane",
    "Pim Aldercott", "Sybil Okafor-Lind", "Stan Gutteridge",
)  # fmt: skip
WORLD = (
    "The Verge", "TechCrunch", "Reuters", "The New York Times", "Wall Street Journal", "The Week", "USA Today",
    "Nature", "Time", "Variety", "Bild", "The Independent", "The Guardian", "The Washington Post", "BBC News",
    "CNN", "Fox News", "Agence France-Presse", "Süddeutsche Zeitung", "Der Spiegel", "The Sun", "The Atlantic",
    "Politico", "Science", "The Times of India", "Rolling Stone", "Financial Times", "The Hill", "Bloomberg",
    "People", "The Nation", "Life", "Wired", "Quartz", "Sporting Life",
)  # fmt: skip
TWINS = (
    "The Lunn Herald", "The Brandle Herald", "The Courier of Skellhaven", "Tarnvik News Online", "Osk Times",
    "Harl Times", "Corrie Times", "Sandry Times", "KBC", "KBC News", "KBC Sport", "lanternpost.example",
    "thegrommet.com", "The Beacon - Sport", "The Beacon: Life",
)  # fmt: skip
ARCHIVES = {
    "sample": Names(SAMPLE_OUTLETS, SAMPLE_AUTHORS),
    "world": Names(WORLD),
    "twins": Names(TWINS),
}


def test_the_golden_file_is_large_and_has_many_look_alikes() -> None:
    assert len(CASES) >= 120
    assert sum(not case["found"] for case in CASES) >= 50


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_golden(case: dict[str, Any]) -> None:
    found = [
        [each.name, each.phrase, "hard" if each.hard else "excluded" if each.excluded else "soft"]
        for each in ARCHIVES[case["archive"]].find(case["question"])
    ]
    assert found == case["found"], case["question"]


PIECES = st.sampled_from(
    [
        "according to", "the", "The", "Courier", "courier", "Gull", "Radio Osk", "only in", "not from", "except", "and",
        "both", ",", "?", "'s", "report", "Roxy Blunt", "by", "Time", "in", "theverge.com", "MPA", "says", "only",
        "Ledger", "&", "Tide", "ß", "é", "İ", "\ud800", "\n", ". ", "Süddeutsche Zeitung", "The Week",
    ]
)  # fmt: skip
EVERYTHING = Names((*SAMPLE_OUTLETS, *WORLD, *TWINS), SAMPLE_AUTHORS)


@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=30).map(" ".join)))
def test_mentions_keep_to_the_question(question: str) -> None:
    found = EVERYTHING.find(question)
    for each in found:
        assert question[each.start : each.end] == each.phrase
        assert each.phrase
        assert each.name in (*SAMPLE_OUTLETS, *WORLD, *TWINS, *SAMPLE_AUTHORS)
        assert not (each.hard and each.excluded)
        assert each.phrase in each.reason and each.name in each.reason
    places = sorted({(each.start, each.end) for each in found})
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(places))
    assert [each.start for each in found] == sorted(each.start for each in found)


@given(st.lists(st.text(max_size=40), max_size=8), st.text(max_size=80))
def test_any_names_can_be_indexed(names: list[str], question: str) -> None:
    for each in Names(names, names).find(question):
        assert question[each.start : each.end] == each.phrase
        assert each.name in names


@pytest.mark.parametrize(
    "piece",
    ["only ", "according to the ", "the Courier, ", "not from ", "A.", "Radio Osk and ", "by ", "x" * 50, "’s "],
)
def test_long_questions_take_linear_time(piece: str) -> None:
    def seconds(length: int) -> float:
        question = (piece * length)[:length]
        return min(_timed(lambda: EVERYTHING.find(question)) for _ in range(3))

    seconds(200)
    assert seconds(2_000) < 0.2
    # Ten times the length; thirty times the time leaves room for a busy machine, and a square would take a hundred.
    assert seconds(20_000) < 30 * seconds(2_000) + 0.05


def _timed(call: Any) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def test_many_authors_are_indexed_once_and_found_quickly() -> None:
    authors = [f"Ann{n} Writer{n % 997}" for n in range(30_000)]
    names = Names([f"The Town{n} Gazette" for n in range(500)], authors)
    found = names.find("What did Ann29999 Writer89 write in the Town7 Gazette?")
    assert [(each.name, each.kind) for each in found] == [
        ("Ann29999 Writer89", "author"),
        ("The Town7 Gazette", "outlet"),
    ]
    assert _timed(lambda: names.find("According to the Town7 Gazette, who won?")) < 0.05


def test_the_whole_name_goes_before_the_short_form_of_another() -> None:
    found = find_mentions("What did the Courier say?", ["The Courier", "The Tarnvik Courier"])
    assert [each.name for each in found] == ["The Courier"]


def test_one_outlet_spelled_in_two_ways_stays_a_limit() -> None:
    found = find_mentions("Only in Reuters: who won?", ["Reuters", "REUTERS"])
    assert [(each.name, each.hard) for each in found] == [("Reuters", True), ("REUTERS", True)]


def test_reasons_say_what_was_understood() -> None:
    def reason(question: str) -> str:
        return find_mentions(question, SAMPLE_OUTLETS)[0].reason

    assert reason("What did the Courier say?") == (
        "“the Courier” is The Tarnvik Courier (last word of the name): its articles are preferred"
    )
    assert reason("Only in Radio Osk: who won?") == "“Radio Osk” is Radio Osk: only its articles count"
    assert reason("Who else reported it, apart from the MPA?") == (
        "“the MPA” is Merrow Press Agency (initials): its articles are left out"
    )
    ambiguous = find_mentions("What did the Herald say?", TWINS)
    assert [each.reason for each in ambiguous] == [
        "“the Herald” may be The Lunn Herald (last word of the name): its articles are preferred",
        "“the Herald” may be The Brandle Herald (last word of the name): its articles are preferred",
    ]


def test_an_archive_without_outlets_finds_nothing() -> None:
    assert find_mentions("According to Reuters, who won?", [], []) == ()
    assert find_mentions("", SAMPLE_OUTLETS) == ()
    assert find_mentions("According to Reuters, who won?", ["", " ", "?!"]) == ()
