from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.passages import encoded_text, split_passages, split_sentences

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "data/sentences.jsonl").read_text("utf-8").split("\n") if line
]
SEED = Path(__file__).parents[2] / "shared/data/seed/articles.jsonl"
WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_golden_sentences(case: dict) -> None:
    assert [case["text"][start:end] for start, end in split_sentences(case["text"])] == case["sentences"]


def test_golden_file_is_large_and_says_what_each_case_is_for() -> None:
    assert len(CASES) >= 130
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert all(case["note"] for case in CASES)


# --- Properties ---------------------------------------------------------------------------------

PIECES = [
    "The U.S.", "Sen.", "Lund", "said", "it was over", ".", "?", "!", "...", "…", '"', "“", "”", "’", "(", ")", "[3]",
    " ", "  ", "\n", "\n\n", "\r\n", "\u2028", "\u00a0", "\u200b", "- ", "• ", "1. ", "5 p.m.", "Monday", "No. 10",
    "Amazon.com", "https://example.org/a.b", "3.5", "J.K.", "z. B.", "。", "？", "总统周一抵达", "「", "」",
    "है।", "ไทย", "iPhone", "CNN —", "x" * 90, "и", "г.", "é", "e\u0301", "🎉", "\x1c", "\x85",
]  # fmt: skip
NEWS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
TEXTS = st.one_of(st.text(max_size=300), NEWS)


def visible(text: str) -> str:
    return "".join(text.split())


def check_spans(text: str, spans: list[tuple[int, int]]) -> None:
    position = 0
    for start, end in spans:
        assert position <= start < end <= len(text)
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()


def count_words(text: str) -> float:
    """Words as a reader would count them, at least: the bound must hold for this simpler measure too."""
    return len(WIDE.sub(" ", text).split()) + 0.6 * len(WIDE.findall(text))


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_sentences_hold_everything_in_order(text: str) -> None:
    check_spans(text, split_sentences(text))


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.integers(1, 40))
def test_passages_hold_everything_and_keep_to_their_size(text: str, words: int) -> None:
    passages = split_passages(text, words=words)
    check_spans(text, [(passage.start, passage.end) for passage in passages])
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text
        assert count_words(passage.text) <= 2 * words
    assert visible("".join(passage.text for passage in passages)) == visible(text)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=40), st.sets(st.integers(0, 40)))
def test_passages_end_with_sentences_and_the_last_is_not_tiny(lengths: list[int], paragraphs: set[int]) -> None:
    text = ""
    for number, length in enumerate(lengths):
        text += "Word" + " word" * (length - 1) + "." + ("\n\n" if number in paragraphs else " ")
    passages = split_passages(text, words=30)
    ends = {end for _, end in split_sentences(text)}
    assert all(passage.end in ends for passage in passages)
    assert all(count_words(passage.text) <= 60 for passage in passages)
    if len(passages) > 1 and max(lengths) <= 45:
        assert count_words(passages[-1].text) >= 30 * 0.25


# --- Passages -----------------------------------------------------------------------------------


def sentence(words: int) -> str:
    return "Word" + " word" * (words - 1) + "."


@pytest.mark.parametrize("text", ["", " ", "\n\n \t\u00a0\n", "\x85\u2029"])
def test_white_space_has_no_passages(text: str) -> None:
    assert split_passages(text, words=150) == []
    assert split_sentences(text) == []


def test_a_short_text_is_one_passage() -> None:
    assert [passage.text for passage in split_passages("\n He left. She stayed. \n", words=150)] == [
        "He left. She stayed."
    ]


def test_passages_prefer_to_end_with_a_paragraph() -> None:
    first, second = " ".join([sentence(10)] * 8), " ".join([sentence(10)] * 9)
    assert [p.text for p in split_passages(f"{first}\n\n{second}", words=100)] == [first, second]
    wide = " ".join([sentence(10)] * 12)
    assert [p.text for p in split_passages(f"{wide}\n\n{second}", words=100)] == [wide, second]


def test_lines_are_paragraphs_where_no_line_is_blank() -> None:
    first, second = " ".join([sentence(10)] * 8), " ".join([sentence(10)] * 9)
    assert [p.text for p in split_passages(f"{first}\n{second}", words=100)] == [first, second]


def test_a_paragraph_too_far_from_the_target_does_not_decide() -> None:
    text = " ".join([sentence(10)] * 5) + "\n\n" + " ".join([sentence(10)] * 15)
    assert [count_words(p.text) for p in split_passages(text, words=100)] == [100, 100]


def test_a_tiny_rest_joins_the_passage_before_it() -> None:
    text = " ".join([sentence(10)] * 11)
    assert [count_words(p.text) for p in split_passages(text, words=100)] == [110]


def test_a_tiny_rest_is_shared_out_where_joining_would_be_too_long() -> None:
    text = " ".join([sentence(30), sentence(60), sentence(95), sentence(20)])
    passages = split_passages(text, words=100)
    assert max(count_words(p.text) for p in passages) <= 200
    assert count_words(passages[-1].text) >= 25


def test_a_sentence_up_to_twice_the_target_stays_whole() -> None:
    assert len(split_passages(sentence(200), words=100)) == 1


def test_a_longer_sentence_is_cut_at_white_space_into_equal_parts() -> None:
    assert [count_words(p.text) for p in split_passages(sentence(450), words=100)] == [90] * 5


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        pytest.param("中" * 5000, 100, 334, id="chinese"),
        pytest.param("QUJD" * 5000, 400, 4000, id="base64"),
        pytest.param("ภาษาไทย" * 1000, 200, 1000, id="thai"),
        pytest.param("https://example.org/" + "a/" * 5000, 400, 4000, id="url"),
    ],
)
def test_text_without_white_space_is_cut_by_characters(text: str, low: int, high: int) -> None:
    passages = split_passages(text, words=100)
    assert "".join(passage.text for passage in passages) == text
    assert all(low <= len(passage.text) <= high for passage in passages)


def test_chinese_passages_end_with_sentences() -> None:
    text = "总统周一抵达首都并会见了总理。" * 100
    passages = split_passages(text, words=60)
    assert len(passages) > 10
    assert all(passage.text.endswith("。") for passage in passages)


def test_a_target_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        split_passages("He left.", words=0)


@pytest.mark.parametrize(
    ("title", "expected"), [("Storm hits coast", "Storm hits coast\nHe left."), ("", "He left.")], ids=["title", "none"]
)
def test_encoded_text(title: str, expected: str) -> None:
    assert encoded_text(title, "He left.") == expected


# --- Linear time --------------------------------------------------------------------------------


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "text",
    [
        "." * 100_000, '"' * 100_000, "a." * 50_000, "\n" * 100_000, " " * 100_000 + "x", "x" * 100_000, "a\n" * 50_000,
        ". " * 50_000, ".\n" * 50_000, "A. " * 33_000, '."' * 50_000, '. "' * 33_000, '?" Aa ' * 17_000, ".[1" * 33_000,
        "(. " * 33_000, "中" * 100_000, "x\u200b\n\n" * 25_000, (" " * 99 + "\n") * 1_000, "- \n" * 33_000,
        "e.g" * 33_000, "a@b.Cd" * 16_000, "\ud800. " * 33_000,
    ],
    ids=range(22),
)  # fmt: skip
def test_hostile_text_is_split_soon(text: str) -> None:
    check_spans(text, [(passage.start, passage.end) for passage in split_passages(text, words=150)])


@pytest.mark.timeout(30)
def test_five_megabytes_are_split_soon() -> None:
    paragraph = "The U.S. president, who had met Mr. Adams on the day before, said nothing about it until late"
    text = f"{paragraph} in the evening of that day. {paragraph}, when he left.\n\n" * 22_500
    assert len(text) > 5_000_000
    assert len(split_passages(text, words=150)) > 5_000


# --- A real article -----------------------------------------------------------------------------


@pytest.mark.skipif(not SEED.exists(), reason=f"no development data at {SEED}")
def test_the_seed_article() -> None:
    for line in SEED.read_text("utf-8").splitlines():
        text = json.loads(line)["text"]
        passages = split_passages(text, words=150)
        check_spans(text, [(passage.start, passage.end) for passage in passages])
        assert len(passages) >= 3
        assert all(38 <= count_words(passage.text) <= 300 for passage in passages)
        ends = {end for _, end in split_sentences(text)}
        assert all(passage.end in ends for passage in passages)
        # Abbreviations of the wire style end no sentence.
        assert not any(text[:end].endswith(("The U.S.", "U.N.")) for end in ends)
