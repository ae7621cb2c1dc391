"""Our own questions that the selector is trained with: what they point at is there, and none of them is measured on."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from qa.formats import read_articles
from qa.passages import split_sentences
from qa.records import Article

ROOT = Path(__file__).parents[1]
QUESTIONS = ROOT / "benchmarks/questions"
NEWS = ROOT.parent / "shared/data/wikinews/articles.jsonl"


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def test_each_answer_of_a_story_is_one_of_its_sentences() -> None:
    stories = read_lines(QUESTIONS / "stories.jsonl")
    assert len({story["story"] for story in stories}) == len(stories)
    for story in stories:
        lengths = [len(article["sentences"]) for article in story["articles"]]
        assert all(text.strip() for article in story["articles"] for text in [article["title"], *article["sentences"]])
        for asked in story["questions"]:
            assert all(number >= 0 and 0 <= place < lengths[number] for number, place in asked["answers"]), asked
    unanswered = Counter(not asked["answers"] for story in stories for asked in story["questions"])
    assert unanswered[True] / unanswered.total() == pytest.approx(4 / 14, abs=0.01)


def test_none_is_a_golden_question_or_tells_of_the_sample_archive() -> None:
    golden = {folded(case["question"]) for case in read_lines(ROOT / "tests/data/golden.jsonl")}
    own = [row["question"] for row in read_lines(QUESTIONS / "wikinews.jsonl")]
    stories = (QUESTIONS / "stories.jsonl").read_text(encoding="utf-8")
    own += [asked["question"] for line in stories.splitlines() for asked in json.loads(line)["questions"]]
    assert not golden & {folded(question) for question in own}
    assert not re.search(r"Skellhaven|Merrowland|Tarnvik|Brightkeel", stories)


@pytest.mark.skipif(not NEWS.exists(), reason="shared/data is not beside the project")
def test_answers_about_wikinews_begin_sentences_and_questions_do_not_repeat_them() -> None:
    records = read_articles(NEWS, maximum_record_bytes=1_000_000)
    articles = {record.id: record for record in records if isinstance(record, Article)}
    starts = {key: {start for start, _ in split_sentences(article.text)} for key, article in articles.items()}
    words = {key: f" {folded(article.text)} " for key, article in articles.items()}
    for row in read_lines(QUESTIONS / "wikinews.jsonl"):
        assert set(row["answered_at"]) <= starts[row["article"]], row
        asked = folded(row["question"]).split()
        repeated = [" ".join(asked[i : i + 8]) for i in range(len(asked) - 7)]
        assert not any(f" {part} " in words[row["article"]] for part in repeated), row
