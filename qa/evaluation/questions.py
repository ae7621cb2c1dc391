"""The records of a data set, and how its files of questions and judgments are read, compressed or not."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qa.errors import DataSetError
from qa.evaluation.metrics import Gains
from qa.formats.opening import COMPRESSIONS, bounded_lines, decode, read_chunks
from qa.records import Origin

OWN, BEIR, TREC = "dateline", "beir", "trec"


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose answering articles are known; there is at least one, unless it is not `answerable`.

    `as_of` is the day on which it is asked, where the data set says so. `answers` are right answers in few words, any
    of which will do, and `sentences` those of the articles that answer; both may be empty where nobody wrote them down.
    """

    id: str
    text: str
    gains: Gains
    type: str = ""
    as_of: datetime.date | None = None
    answers: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    answerable: bool = True


@dataclass(frozen=True, slots=True)
class DataSet:
    """Questions to measure with. `articles` is the file or folder to index; None where it lies elsewhere.

    `layout` is "dateline", "beir" or "trec". `left_out` maps the id of each question that cannot be measured
    to the reason. `unanswerable` are the questions that the articles do not answer: refusals are measured with them.
    """

    folder: Path
    layout: str
    articles: Path | None
    questions: tuple[Question, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)
    unanswerable: tuple[Question, ...] = ()


def settle(data_set: DataSet, where: Path) -> DataSet:
    """The data set with its unanswerable questions apart, and without others that have no relevant article.

    Raises:
        DataSetError: no question is left. `where` is the file that should name the articles.
    """
    answerable = [question for question in data_set.questions if question.answerable]
    measured = tuple(question for question in answerable if question.gains)
    without = {question.id: "it has no relevant article" for question in answerable if not question.gains}
    if not measured:
        raise DataSetError(
            f"None of the {len(data_set.questions)} questions has a relevant article",
            where=str(where),
            cure="Retrieval is measured by the articles that answer; name them for at least one question.",
        )
    return dataclasses.replace(
        data_set,
        questions=measured,
        left_out={**data_set.left_out, **without},
        unanswerable=tuple(question for question in data_set.questions if not question.answerable),
    )


def present(folder: Path, *names: str) -> Path | None:
    """The first file of these names in the folder, as it is or compressed; None where there is none."""
    for name in names:
        for ending in ("", *COMPRESSIONS):
            if (path := folder / f"{name}{ending}").is_file():
                return path
    return None


def read_lines(path: Path, maximum: int) -> Iterator[tuple[Origin, str]]:
    """The lines that are not blank, each with its place.

    Raises:
        ArticleFileError: the file cannot be read.
        DataSetError: a line is longer than `maximum` bytes or not UTF-8.
    """
    for number, line in bounded_lines(read_chunks(path), maximum):
        origin = Origin(str(path), number)
        try:
            text = decode(line, maximum)
        except ValueError as error:
            raise unusable(f"The line cannot be read: {error}", origin) from error
        if text.strip():
            yield origin, text.rstrip("\r")


def read_objects(path: Path, maximum: int) -> Iterator[tuple[Origin, dict[str, Any]]]:
    """The JSON objects of a file, one a line, each with its place. Raises as `read_lines`, and for other JSON."""
    for origin, line in read_lines(path, maximum):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            raise unusable("The line is not JSON", origin) from None
        if not isinstance(value, dict):
            raise unusable("The line is not a JSON object", origin)
        yield origin, value


def add_once(asked: dict[str, Question], question: Question, origin: Origin) -> None:
    """Put the question into `asked`. Raises DataSetError for an id that is taken, or a question without words."""
    if not question.text.strip():
        raise unusable(f"The question {question.id!r} is empty", origin)
    if question.id in asked:
        raise unusable(f"There are two questions with the id {question.id!r}", origin)
    asked[question.id] = question


def unusable(what: str, origin: Origin, cure: str = "Correct this line.") -> DataSetError:
    """The error for one line of a data set."""
    return DataSetError(what, where=str(origin), cure=cure)
