"""Choosing sentences: files, figures against ir-measures and sklearn, and the ways to choose."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import ir_measures
import numpy as np
import pytest
import sklearn.metrics
from ir_measures import AP, RR, P
from support import HashingEncoder

from qa.errors import DataSetError
from qa.evaluation.choices import Choice, Scores, measure_choices, read_choices
from qa.evaluation.scorers import cosine_scorer, overlap_scorer


def write(path: Path, *rows: Any) -> Path:
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    return path


ROW = {"question_id": "q1", "question": "Who won?", "sentences": ["Ann won.", "It rained."], "labels": [1, 0]}


def test_a_file_of_labelled_sentences(tmp_path: Path) -> None:
    file = write(
        tmp_path / "x.jsonl.gz", ROW, {"question": "None?", "sentences": [], "labels": []},
        {"question": "Titled?", "sentences": ["One."], "labels": [0], "titles": ["T"]},
    )  # fmt: skip
    assert read_choices(file, 10_000) == (
        Choice("q1", "Who won?", ("Ann won.", "It rained."), (True, False)),
        Choice("3", "Titled?", ("One.",), (False,), ("T",)),
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (ROW | {"question": " "}, "The record has no question"),
        (ROW | {"sentences": "Ann won."}, "sentences is no list of texts"),
        (ROW | {"labels": [1]}, "labels has not a 0 or 1 for each sentence"),
        (ROW | {"labels": [1, 2]}, "labels has not a 0 or 1"),
        (ROW | {"titles": ["T"]}, "titles has not a text for each sentence"),
    ],
)
def test_a_line_that_cannot_be_used(tmp_path: Path, row: dict[str, Any], message: str) -> None:
    file = write(tmp_path / "x.jsonl.gz", ROW, row)
    with pytest.raises(DataSetError, match=message) as raised:
        read_choices(file, 10_000)
    assert raised.value.where == f"{file}:2"


def test_a_file_without_questions(tmp_path: Path) -> None:
    with pytest.raises(DataSetError, match="no question with sentences"):
        read_choices(write(tmp_path / "x.jsonl.gz", ROW | {"sentences": []}), 10_000)


def made_up(count: int) -> tuple[list[Choice], dict[str, Scores]]:
    generator = np.random.default_rng(11)
    choices, scores = [], {}
    for number in range(count):
        size = int(generator.integers(1, 12))
        right = tuple((generator.random(size) < generator.choice([0.0, 0.3, 1.0], p=[0.2, 0.7, 0.1])).tolist())
        choices.append(Choice(str(number), str(number), tuple("abcdefghijkl"[:size]), right))
        scores[str(number)] = generator.permutation(size).astype(np.float32) / 7 + sum(right) / 5
    return choices, scores


def test_figures_are_those_of_ir_measures_and_sklearn() -> None:
    choices, scores = made_up(200)
    figures = measure_choices(choices, lambda question, sentences, titles: scores[question])
    mixed = [choice for choice in choices if any(choice.right) and not all(choice.right)]
    assert 100 < len(mixed) < 190
    assert (figures.questions, figures.mixed) == (200, len(mixed))
    qrels = [ir_measures.Qrel(c.id, s, int(r)) for c in mixed for s, r in zip(c.sentences, c.right, strict=True)]
    run = [
        ir_measures.ScoredDoc(c.id, s, float(score))
        for c in mixed
        for s, score in zip(c.sentences, scores[c.id], strict=True)
    ]
    theirs = ir_measures.calc_aggregate([AP, RR, P @ 1], qrels, run)
    assert figures.mean_average_precision == pytest.approx(theirs[AP])
    assert figures.mean_reciprocal_rank == pytest.approx(theirs[RR])
    assert figures.precision_at_1 == pytest.approx(theirs[P @ 1])
    truths, best = [any(choice.right) for choice in choices], [scores[choice.id].max() for choice in choices]
    assert figures.answerability_auc == pytest.approx(sklearn.metrics.roc_auc_score(truths, best))


def test_figures_by_hand_and_equal_scores_keep_the_order_of_the_file() -> None:
    choices = [
        Choice("1", "one", ("a", "b", "c", "d"), (False, True, False, True)),
        Choice("2", "two", ("a", "b"), (True, True)),
    ]
    even = measure_choices(choices, lambda question, sentences, titles: np.zeros(len(sentences), np.float32))
    assert (even.mean_average_precision, even.mean_reciprocal_rank, even.precision_at_1) == (0.5, 0.5, 0)
    assert (even.mixed, even.answerability_auc) == (1, None), "both questions have an answer"
    alike = measure_choices(choices[1:], lambda question, sentences, titles: np.zeros(len(sentences), np.float32))
    assert alike.mean_average_precision is None and alike.mixed == 0


@pytest.mark.parametrize("wrong", [np.zeros(3, np.float32), np.array([0.0, np.nan], np.float32)])
def test_a_scorer_that_leaves_out_a_sentence_is_found_out(wrong: Scores) -> None:
    with pytest.raises(ValueError, match=r"question q: .* is no finite score for each of 2"):
        measure_choices([Choice("q", "?", ("a", "b"), (True, False))], lambda question, sentences, titles: wrong)


def test_the_ways_to_choose() -> None:
    choices = [
        Choice(
            "1", "Who burnt the substation?", ("A marten burnt the barn.", "The substation!", "Nobody."), (True,) * 3
        ),
        Choice("2", "Who burnt?", ("A marten burnt it.", "It burnt."), (True,) * 2),
    ]
    question, sentences = choices[0].question, choices[0].sentences
    overlap = overlap_scorer(choices)(question, sentences, None)
    # "Burnt" stands in three of five sentences, "substation" in one.
    burnt, substation = np.log(1 + 2.5 / 3.5), np.log(1 + 4.5 / 1.5)
    total = burnt + substation
    assert overlap.dtype == np.float32
    assert overlap.tolist() == pytest.approx([burnt / total, substation / total, 0], rel=1e-5)
    encoder: Any = HashingEncoder()
    cosines = cosine_scorer(encoder)(question, sentences, None)
    expected = [float(encoder.encode_query(question) @ encoder.encode_query(each)) for each in sentences]
    assert cosines.tolist() == pytest.approx(expected, rel=1e-5)
