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
# Which share of their questions has no answer, as their README says.
UNANSWERED = {"stories": 0.3, "dossiers": 0.14, "encyclopedia": 0.46, "features": 0.18, "quizzes": 0.14}
NEWS = ROOT.parent / "shared/data/wikinews/articles.jsonl"


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


@pytest.mark.parametrize(("name", "without"), UNANSWERED.items())
def test_each_answer_is_a_sentence_of_its_unit(name: str, without: float) -> None:
    units = read_lines(QUESTIONS / f"{name}.jsonl")
    assert len({unit["story"] for unit in units}) == len(units)
    for unit in units:
        lengths = [len(article["sentences"]) for article in unit["articles"]]
        assert all(text.strip() for article in unit["articles"] for text in [article["title"], *article["sentences"]])
        for asked in unit["questions"]:
            assert all(number >= 0 and 0 <= place < lengths[number] for number, place in asked["answers"]), asked
        different = {folded(asked["question"]) for asked in unit["questions"]}
        assert len(different) == len(unit["questions"]), unit["story"]
    unanswered = Counter(not asked["answers"] for unit in units for asked in unit["questions"])
    assert unanswered[True] / unanswered.total() == pytest.approx(without, abs=0.01)


def test_none_is_a_golden_question_or_tells_of_the_sample_archive() -> None:
    golden = {folded(case["question"]) for case in read_lines(ROOT / "tests/data/golden.jsonl")}
    own = [row["question"] for row in read_lines(QUESTIONS / "wikinews.jsonl")]
    for name in UNANSWERED:
        text = (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8")
        assert not re.search(r"Skellhaven|Merrowland|Tarnvik|Brightkeel", text)
        own += [asked["question"] for line in text.splitlines() for asked in json.loads(line)["questions"]]
    assert not golden & {folded(question) for question in own}


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
