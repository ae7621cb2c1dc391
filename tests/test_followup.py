"""Follow-up questions, against hand-written dialogues over the sample archive; and what holds for any text."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import CONFIG, SAMPLE

from qa.followup import PastTurn, Resolution, resolve
from qa.formats import read_articles
from qa.lexical import LexicalIndex, terms_of
from qa.mention_words import FUNCTION
from qa.mentions import Names
from qa.question import Request, interpret
from qa.records import Article, Filters, Query
from qa.sentences import split_sentences

DATA = Path(__file__).parent / "data"

AS_OF = datetime.date(2026, 11, 24)


def read_lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


# The last version of each article.
ARTICLES = {
    record.id: record
    for record in read_articles(SAMPLE, maximum_record_bytes=CONFIG.maximum_record_bytes)
    if isinstance(record, Article)
}
NAMES = Names(
    sorted({article.source for article in ARTICLES.values()}),
    sorted({author for article in ARTICLES.values() for author in article.authors}),
)
DIALOGUES = read_lines("dialogues.jsonl")
CHANGED = [case for case in DIALOGUES if case["resolved"]]
UNTOUCHED = [case for case in DIALOGUES if not case["resolved"]]
FOLLOW_UPS = [case for case in read_lines("golden.jsonl") if case["type"] == "follow_up"]


# What the rules get wrong, and why it is left so.
STILL_WRONG = {"d048": "“it” is the outbreak that was asked about, not the tower that the answer names"}
NOT_FOUND = {"g143": "the vineyard's owner is named two turns before, which the second turn does not hand on"}


def is_held_out(case: dict[str, Any]) -> bool:
    """A third of the dialogues, by hash: they were not looked at while the rules were made."""
    return hashlib.sha256(case["id"].encode()).digest()[0] % 3 == 0


def cases(rows: list[dict[str, Any]], wrong: dict[str, str]) -> list[Any]:
    """The rows as parameters; those that are known to be wrong are expected to fail."""
    marks = {id: [pytest.mark.xfail(reason=reason, strict=True)] for id, reason in wrong.items()}
    return [pytest.param(row, id=row["id"], marks=marks.get(row["id"], [])) for row in rows]


def query(text: str) -> Query:
    return interpret(Request(text, 5, Filters(), AS_OF), NAMES, AS_OF)


def sentence_with(words: str, articles: tuple[Article, ...]) -> str:
    for article in articles:
        for start, end in split_sentences(article.text):
            if words in article.text[start:end]:
                return article.text[start:end]
    raise AssertionError(f"no cited article has {words!r}")


def past(turn: dict[str, Any]) -> PastTurn:
    cited = tuple(ARTICLES[id] for id in turn["cited"])
    resolved = turn.get("resolved", turn["question"])
    quoted = tuple(sentence_with(words, cited) for words in turn["quoted"])
    return PastTurn(turn["question"], resolved, query(resolved), cited, quoted)


def resolved(case: dict[str, Any]) -> Resolution:
    return resolve(case["question"], [past(turn) for turn in case["turns"]])


def content(text: str) -> set[str]:
    """The terms that a question is searched for by, without function words and the "s" of an owner."""
    words = [word for word in re.findall(r"[^\W_]+", text.lower()) if word not in FUNCTION | {"of", "s"}]
    return set(terms_of(" ".join(words)))


def is_right(case: dict[str, Any]) -> bool:
    return content(resolved(case).question) in [content(text) for text in case["resolved"]]


def test_there_are_enough_dialogues_and_a_third_of_them_stay_untouched() -> None:
    assert len(DIALOGUES) >= 130
    assert len(UNTOUCHED) >= 45
    assert len({case["id"] for case in DIALOGUES}) == len(DIALOGUES)
    assert all(1 <= len(case["turns"]) <= 3 for case in DIALOGUES)
    assert len(DIALOGUES) / 4 < sum(map(is_held_out, DIALOGUES)) < len(DIALOGUES) / 2


@pytest.mark.parametrize("case", cases(CHANGED, STILL_WRONG))
def test_a_follow_up_is_resolved(case: dict[str, Any]) -> None:
    found = resolved(case)
    assert is_right(case), found.question
    assert found.changed
    assert found.reasons


@pytest.mark.parametrize("case", UNTOUCHED, ids=lambda case: case["id"])
def test_a_complete_question_is_left_alone_to_the_letter(case: dict[str, Any]) -> None:
    assert resolved(case) == Resolution(case["question"], False, ())


@pytest.mark.parametrize("case", CHANGED, ids=lambda case: case["id"])
def test_what_was_resolved_loses_nothing_when_it_is_asked_again(case: dict[str, Any]) -> None:
    turns = [past(turn) for turn in case["turns"]]
    whole = resolved(case).question
    assert content(whole) <= content(resolve(whole, turns).question)


GOLDEN = [case for case in read_lines("golden.jsonl") if case["type"] != "follow_up"]


def turn_of(case: dict[str, Any]) -> PastTurn:
    cited = tuple(ARTICLES[id] for id in case["article_ids"][:2])
    return PastTurn(case["question"], case["question"], query(case["question"]), cited, tuple(case["sentences"][:1]))


@pytest.mark.parametrize("step", [1, 17, 64])
def test_the_golden_questions_are_complete_whatever_was_asked_before(step: int) -> None:
    turns = [turn_of(case) for case in GOLDEN]
    asked = [case["question"] for case in GOLDEN]
    before = turns[-step:] + turns[:-step]
    found = [resolve(question, [turn]) for question, turn in zip(asked, before, strict=True)]
    assert [each.question for each in found if each.changed] == []


@pytest.fixture(scope="module")
def bm25(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[Article]]:
    """The best articles for a question, by BM25 over whole articles."""
    index = LexicalIndex(tmp_path_factory.mktemp("lexical"), create=True)
    articles = list(ARTICLES.values())
    rows = [(number, each.title, each.text, 1, None) for number, each in enumerate(articles, start=1)]
    index.apply((), rows, watermark=1)
    return lambda text: [articles[number - 1] for number, _ in index.search(sorted(content(text)), 5)]


def answered(question: str, turns: list[PastTurn], search: Callable[[str], list[Article]]) -> PastTurn:
    """A turn as the archive would have it: the best article, and its sentence with most of the question's terms."""
    whole = resolve(question, turns).question
    best = search(whole)[0]
    spans = split_sentences(best.text)
    sentence = max((best.text[start:end] for start, end in spans), key=lambda text: len(content(text) & content(whole)))
    return PastTurn(question, whole, query(whole), (best,), (sentence,))


@pytest.mark.parametrize("case", cases(FOLLOW_UPS, NOT_FOUND))
def test_golden_follow_ups_find_the_article_of_the_whole_question(
    case: dict[str, Any], bm25: Callable[[str], list[Article]]
) -> None:
    turns: list[PastTurn] = []
    for question in case["context"]:
        turns.append(answered(question, turns, bm25))
    found = {article.id for article in bm25(resolve(case["question"], turns).question)}
    wanted = set(case["article_ids"])
    assert found & wanted or not {article.id for article in bm25(case["resolved"])} & wanted


def whole_reasons(question: str, earlier: str, *sentences: str) -> tuple[str, ...]:
    return resolve(question, [PastTurn(earlier, earlier, query(earlier), (), sentences)]).reasons


def test_reasons_tell_what_was_put_in_for_what() -> None:
    assert whole_reasons("Why did he resign?", "When did Mr. Otto Brandsen resign?") == ("“he” is Mr. Otto Brandsen",)
    (reason,) = whole_reasons("And in Brandle?", "How many people live in Tarnvik?")
    assert reason == "“in Brandle” asks the last question again: How many people live in Brandle?"


def test_he_and_she_are_told_apart_by_the_articles() -> None:
    text = "Aldous Kerrin met Bel Osk. He said little. Ms. Osk was glad."
    article = Article("a", "A meeting", text)
    turn = PastTurn(
        "Did Aldous Kerrin meet Bel Osk?", "Did Aldous Kerrin meet Bel Osk?", query("x"), (article,), (text,)
    )
    assert resolve("Where does she live?", [turn]).question == "Where does Bel Osk live?"
    assert resolve("Where does he live?", [turn]).question == "Where does Aldous Kerrin live?"


def test_an_earlier_turn_counts_where_the_last_one_fits_nothing() -> None:
    questions = ("How old is Mr. Otto Brandsen?", "How long will the North Quay be?")
    turns = [PastTurn(each, each, query(each)) for each in questions]
    assert resolve("Where does he live?", turns).question == "Where does Mr. Otto Brandsen live?"
    assert not resolve("Where does she live?", turns).changed


def test_without_turns_nothing_is_changed() -> None:
    for case in DIALOGUES:
        assert resolve(case["question"], []) == Resolution(case["question"], False, ())


# With half of a surrogate pair.
PIECES = [*sorted({word for case in DIALOGUES for word in case["question"].split()}), ",", "’s", "&", "\ud800"]
WORDS = st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)
TURN = past(CHANGED[0]["turns"][0])


@settings(max_examples=150, deadline=None)
@given(question=st.one_of(st.text(max_size=80), WORDS), earlier=st.one_of(st.text(max_size=80), WORDS))
def test_any_text_gives_the_same_resolution_twice(question: str, earlier: str) -> None:
    turns = [TURN, PastTurn(earlier, earlier, TURN.query, TURN.cited, (earlier,))]
    found = resolve(question, turns)
    assert found == resolve(question, turns)
    assert found.changed == bool(found.reasons)
    assert found.changed or found.question == question


@pytest.mark.parametrize("piece", ["the Osk ", "it ", "A ", "Ms. Osk said, ", "to the ", "? ", "'s ", "who and "])
def test_time_grows_with_the_text_and_no_more(piece: str) -> None:
    def seconds(repeats: int) -> float:
        text = piece * repeats
        article = Article("a", text[:200], text)
        turn = PastTurn(text[:300], text[:300], TURN.query, (article,), (text,))
        start = time.perf_counter()
        for question in ("Why did she resign?", "And the mayor?", "What about it?", text[:390]):
            resolve(question, [turn, turn])
        return time.perf_counter() - start

    seconds(100)
    assert seconds(20_000) < 20 * seconds(1_000) + 0.5
