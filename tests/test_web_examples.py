"""Questions that are offered on an archive: about its most covered recent stories, in whole sentences, and answered."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import CONFIG, hashed_index

import qa
from qa.config import Config
from qa.index import Index
from qa.records import Article
from qa.web.examples import questions_from

LAST = datetime.date(2026, 11, 14)


def story(name: str, text: str, source: str = "The Gull", days_ago: int = 0, **values: object) -> Article:
    return Article(name, "A title", text, source, LAST - datetime.timedelta(days=days_ago), **values)  # type: ignore[arg-type]


@pytest.fixture
def questions(tmp_path: Path) -> Iterator[Callable[..., list[str]]]:
    opened: list[Index] = []

    def questions(*articles: Article, number: int = 4) -> list[str]:
        opened.append(hashed_index(tmp_path / str(len(opened)), CONFIG))
        opened[-1].add(articles)
        return questions_from(opened[-1], number)

    yield questions
    for index in opened:
        index.close()


def test_what_most_outlets_and_articles_tell_comes_first(questions: Callable) -> None:
    found = questions(
        story("1", "They said that Otto Brandsen left.", days_ago=9),
        story("2", "They said that Otto Brandsen left.", "Radio Osk", days_ago=8),
        story("3", "They opened the North Quay today."),
        story("4", "They closed the North Quay again."),
        story("5", "They left the North Quay open."),
        story("6", "It rained on Weir Lane today."),
        *[story(f"filler {number}", "It rained all day.") for number in range(10)],
    )
    assert found == [f"What is the latest on {name}?" for name in ("Otto Brandsen", "the North Quay", "Weir Lane")]
    assert questions() == []


def test_a_story_with_several_names_is_one_question(questions: Callable) -> None:
    both = "They said that Otto Brandsen and Maren Quill met."
    filler = [story(f"filler {number}", "It rained all day.") for number in range(10)]
    (found,) = questions(story("1", both), story("2", both, "Radio Osk"), *filler)
    assert found in ("What is the latest on Otto Brandsen?", "What is the latest on Maren Quill?")


def test_no_outlet_author_or_name_of_the_whole_region_is_a_story(questions: Callable) -> None:
    text = "In South Merrowland, reporters of Radio Osk and Ann Reed were there. It rained."
    articles = [story(str(number), text, "Radio Osk", authors=("Ann Reed",)) for number in range(12)]
    assert questions(*articles, story("13", "They met Otto Brandsen.")) == ["What is the latest on Otto Brandsen?"]


def test_older_stories_and_names_that_are_cut_off_do_not_count(questions: Callable) -> None:
    filler = [story(f"filler {number}", "It rained all day.", days_ago=number % 14) for number in range(30)]
    old = [story(f"old {number}", "They met Otto Brandsen.", days_ago=20) for number in range(3)]
    late = story("late", "It rained. " * 53 + "On the last of all these days they met Maren Quill there.")
    assert questions(*filler, *old, late) == []


@pytest.mark.slow
@pytest.mark.parametrize("records", [30, None], ids=["the tests' archive", "the sample archive"])
def test_what_is_offered_is_answered(tmp_path: Path, sample_file: Path, records: int | None) -> None:
    part = tmp_path / "part.jsonl"
    part.write_text("".join(sample_file.read_text("utf-8").splitlines(keepends=True)[:records]), "utf-8")
    with qa.build_index(tmp_path / "index", part, config=Config()) as index:
        found = questions_from(index)
        assert len(found) == 4
        for question in found:
            assert re.fullmatch(r"What is the latest on (the )?[A-Z][\w.’'&-]+( [\w.’'&-]+)+\?", question)
            answer = index.ask(question)
            assert not answer.abstained, question
            name = question.removesuffix("?").split()[-1]
            assert any(name in f"{each.text} {each.citation.article.title}" for each in answer.sentences), question
