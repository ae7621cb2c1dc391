"""Copies and other articles: the measures against sets of tuples, the judgement on a labelled list of pairs."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.duplicates import (
    EDGE,
    EDGE_SHARE,
    GAP,
    SHINGLE_WORDS,
    WINDOW_DAYS,
    containment,
    copies,
    coverage,
    passage_repeated,
    resemblance,
    sketch,
)

ROOT = Path(__file__).resolve().parents[1]

_SPEC = importlib.util.spec_from_file_location("benchmark_of_duplicates", ROOT / "benchmarks/duplicates.py")
assert _SPEC and _SPEC.loader
benchmark = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = benchmark
_SPEC.loader.exec_module(benchmark)

TEXTS = benchmark.read_texts(real=False)
ROWS = [json.loads(line) for line in benchmark.PAIRS.read_text(encoding="utf-8").splitlines()]
STORY, OTHER = TEXTS["mpa-2026-07-24-strike-ends"], TEXTS["mpa-2026-04-23-rent-act"]

# Few different words, so that shingles repeat and meet by chance.
word_lists = st.lists(st.sampled_from("the boat sank in a storm off gull rock on friday".split()), max_size=60)  # noqa: SIM905
texts = st.text(max_size=300) | word_lists.map(" ".join)


def shingles(text: str) -> list[tuple[str, ...]]:
    """The oracle: runs of words of plain ASCII text, one shorter run where the text is short."""
    words = re.findall("[a-z0-9]+", text.lower())
    width = min(SHINGLE_WORDS, len(words))
    return [tuple(words[n : n + width]) for n in range(len(words) - width + 1)] if words else []


def share_outside_gaps(a: list[tuple[str, ...]], b: set[tuple[str, ...]]) -> float:
    """The oracle of `coverage`, one shingle after the other."""
    edge = min(EDGE, int(EDGE_SHARE * len(a)))
    gaps = at_edges = start = 0
    while start < len(a):
        end = start
        while end < len(a) and a[end] not in b:
            end += 1
        if end - start >= GAP:
            gaps += end - start
            if start == 0 or end == len(a):
                at_edges += min(edge, end - start)
        start = max(end, start + 1)
    return 1 - (gaps - at_edges) / (len(a) - at_edges) if a else 0.0


@given(word_lists, word_lists)
def test_the_measures_are_those_of_sets_of_tuples(left: list[str], right: list[str]) -> None:
    a, b = " ".join(left), " ".join(right)
    first, second = set(shingles(a)), set(shingles(b))
    both, either = len(first & second), len(first | second)
    assert len(sketch(a).ordered) == len(shingles(a))
    assert len(sketch(a).distinct) == len(first)
    assert containment(sketch(a), sketch(b)) == pytest.approx(both / len(first) if first else 0)
    assert resemblance(sketch(a), sketch(b)) == pytest.approx(both / either if either else 0)
    assert coverage(sketch(a), sketch(b)) == pytest.approx(share_outside_gaps(shingles(a), second))


def test_the_measures_on_articles() -> None:
    merged = f"{OTHER}\n\n{STORY}"
    for a, b in ((STORY, merged), (merged, STORY), (STORY, OTHER)):
        first, second = set(shingles(a.replace("'", ""))), set(shingles(b.replace("'", "")))
        # The dateline in front is no part of a sketch: the oracle sees a few shingles more.
        assert containment(sketch(a), sketch(b)) == pytest.approx(len(first & second) / len(first), abs=0.03)
        expected = share_outside_gaps(shingles(a.replace("'", "")), second)
        assert coverage(sketch(a), sketch(b)) == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The café's owner said “no”.", "THE CAFE’S OWNER SAID 'NO'"),
        ("A Zürich–Genève train — late again…", "a zurich geneve train, late again"),
        ("TARNVIK (MPA) - The strike is over.", "The strike is over."),
        ("Old Town (MPA) — The strike is over.", "The strike is over."),
        ("(AP) The strike is over.", "The strike is over."),
        ("LUNN — The strike is over.", "The strike is over."),
        ("a b c", "a\n\nb…\u00a0c"),
        ("東京で火事があった。", "東京で、火事が「あった」"),
    ],
)
def test_what_makes_no_difference(one: str, other: str) -> None:
    assert sketch(one).ordered.tolist() == sketch(other).ordered.tolist()
    assert len(sketch(one).ordered) > 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The strike is over.", "The strike is not over."),
        ("7 dead in fire", "8 dead in fire"),
        ("the strike is over", "over is the strike"),
        ("Забастовка на пароме закончилась", "Забастовка на заводе закончилась"),
        ("Die Fähre - sie fährt wieder", "sie fährt wieder"),
    ],
)
def test_what_makes_a_difference(one: str, other: str) -> None:
    assert sketch(one).ordered.tolist() != sketch(other).ordered.tolist()


@settings(max_examples=200)
@given(texts, texts, st.none() | st.integers(0, 30))
def test_the_order_of_two_articles_makes_no_difference(a: str, b: str, days: int | None) -> None:
    assert copies(sketch(a), sketch(b), days=days) == copies(sketch(b), sketch(a), days=days)


@settings(max_examples=200)
@given(texts, st.none() | st.integers(0, 5000))
def test_the_same_text_is_a_copy_unless_it_has_no_word(text: str, days: int | None) -> None:
    one = sketch(text)
    assert copies(one, sketch(text), days=days) == (len(one.distinct) > 0)
    assert passage_repeated(one, sketch(text)) == (len(one.distinct) > 0)


@pytest.mark.parametrize(
    "text", ["", " \n", "…!?", "\ud800", "the", "in a", "on Friday", "the strike on the Lunn ferries"]
)
def test_short_texts_are_copies_of_nothing_else(text: str) -> None:
    for other in (STORY, OTHER, "on", "on Friday morning", ""):
        assert not copies(sketch(text), sketch(other), days=0)
        assert not copies(sketch(other), sketch(text), days=None)
    assert not passage_repeated(sketch(text), sketch(OTHER))


def test_half_a_surrogate_pair_is_taken() -> None:
    assert copies(sketch(f"{STORY} \ud800"), sketch(STORY), days=0)


def test_text_without_spaces() -> None:
    story = "昨夜東京の港で火事があり倉庫二棟が焼けた。けが人はなかった。消防によると原因は古い電池とみられる。"
    assert copies(sketch(story), sketch(story.replace("二棟", "三棟")), days=1)
    assert not copies(
        sketch(story),
        sketch("市議会は水曜日に新しい橋の建設を可決した。費用は二百億円の見込みで来年着工する。"),
        days=1,
    )


def test_far_apart_only_reprints_are_copies() -> None:
    edited = benchmark.edited(STORY, [["words", 0.1]], random.Random(1), TEXTS)
    assert copies(sketch(STORY), sketch(edited), days=WINDOW_DAYS)
    assert copies(sketch(STORY), sketch(edited), days=None)
    assert not copies(sketch(STORY), sketch(edited), days=WINDOW_DAYS + 1)
    reprint = STORY.replace("Friday", "5 May", 1)
    assert reprint != STORY
    assert copies(sketch(STORY), sketch(reprint), days=400)


def test_a_merged_story_repeats_each_of_its_two_with_its_own_part_only() -> None:
    merged = sketch(f"{STORY}\n\n{OTHER}")
    for text, unlike in ((STORY, OTHER), (OTHER, STORY)):
        assert copies(merged, sketch(text), days=0)
        for passage in text.split("\n\n"):
            assert passage_repeated(sketch(passage), sketch(text))
            assert not passage_repeated(sketch(passage), sketch(unlike))


def test_a_new_lead_is_forgiven_and_a_new_half_is_not() -> None:
    words = STORY.split()
    new = OTHER.split()
    lead = " ".join(new[:40] + words[20:])
    half = " ".join(new[: len(words) // 2] + words[len(words) // 2 :])
    assert copies(sketch(STORY), sketch(lead), days=0)
    assert not copies(sketch(STORY), sketch(half), days=0)


def test_sketches_are_the_same_in_every_process() -> None:
    program = (
        "from qa.duplicates import sketch; print(*sketch('Der Zug nach Zürich – spät wie immer.').ordered.tolist())"
    )
    expected = sketch("Der Zug nach Zürich – spät wie immer.").ordered.tolist()
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        printed = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True, timeout=60
        ).stdout
        assert [int(value) for value in printed.split()] == expected
    assert len(expected) == 5


def test_the_list_holds_what_it_should_and_no_article_text() -> None:
    real = [row for row in ROWS if row["a"].startswith(("rtqa-", "wn-"))]
    found = [row for row in real if row["kind"].startswith("found: ")]
    assert len(ROWS) >= 220
    assert len(found) >= 60
    assert {row["copy"] for row in found} == {True, False}
    keys = [(row["kind"], row["a"], row["b"], str(row["edits"])) for row in ROWS]
    assert len(set(keys)) == len(keys)
    # What is written in a row is an id or a number, apart from the kind and the names of the edits.
    for row in real:
        values = [
            row["a"],
            row["b"],
            *(value for edit in (*row["edits"], *row.get("edits_of_a", [])) for value in edit),
        ]
        for value in values:
            assert not isinstance(value, str) or re.fullmatch(r"(rtqa|wn)-[0-9a-f]+|[a-z_]+", value), row


def check_floor(pairs: list, precision: float, recall: float) -> None:
    judged = [pair.judged for pair in pairs]
    wrong = [f"{pair.kind}: {pair.name}" for pair, answer in zip(pairs, judged, strict=True) if answer != pair.copy]
    found = benchmark.figures(pairs, judged)
    print(f"{len(pairs)} pairs: precision {found[0]:.3f}, recall {found[1]:.3f}, wrong: {wrong}")
    assert found[0] >= precision, wrong
    assert found[1] >= recall, wrong


@pytest.mark.parametrize("held_out", [False, True], ids=["tuned on", "held out"])
def test_pairs_of_the_sample_archive(held_out: bool) -> None:
    pairs = [pair for pair in benchmark.read_pairs(TEXTS) if pair.held_out == held_out]
    assert len(pairs) > 60
    check_floor(pairs, precision=0.98, recall=0.90)


@pytest.mark.skipif(not benchmark.REALTIMEQA.exists(), reason="../shared/data/realtimeqa is absent")
def test_real_pairs() -> None:
    pairs = [pair for pair in benchmark.read_pairs(benchmark.read_texts()) if pair.real]
    assert len(pairs) > 150
    check_floor(pairs, precision=0.98, recall=0.90)
