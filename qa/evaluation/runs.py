"""Runs: what an index found for each question of a data set, kept as JSON or in TREC's format.

A file whose name ends in .json holds everything; any other holds lines `question Q0 article rank score run`, which
trec_eval reads too. In those a question for which nothing was found has no line.
"""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from qa.errors import DataSetError, QuestionError
from qa.evaluation.metrics import article_ranking
from qa.evaluation.questions import Question, read_lines, unusable
from qa.formats.opening import read_chunks
from qa.records import Hit

if TYPE_CHECKING:
    from qa.index import Index

# The day of asking: each question's own, none given (the index then takes today), or one day for all.
AsOf = Literal["question", "none"] | datetime.date

# A question, its day and a dictionary for the milliseconds of each stage -> its hits, best first.
Retrieve = Callable[[str, datetime.date | None, dict[str, float]], Sequence[Hit]]

_NAMES = {"question": "as of the day of each question", "none": "no day given"}
_LONGEST_LINE = 1_000_000


@dataclass(frozen=True, slots=True)
class Run:
    """What was found. All but the name are by question id, in the order of asking.

    `rankings` holds ids of articles, best first; `milliseconds` is the time of the whole search, and `stages` that
    of its parts where the search tells them. `refused` says why the index would not take a question; its ranking
    is empty.
    """

    name: str
    rankings: Mapping[str, tuple[str, ...]]
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    stages: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def index_retriever(index: Index, k: int, *, dense: bool) -> Retrieve:
    """Questions to this index, for k passages each."""

    def retrieve(text: str, as_of: datetime.date | None, stages: dict[str, float]) -> Sequence[Hit]:
        return index.retrieve(text, k, as_of=as_of, dense=dense, timings=stages)

    return retrieve


def ask_all(questions: Iterable[Question], retrieve: Retrieve, as_of: AsOf) -> Run:
    """Ask one question after another, and keep what each took. The run is named after its day of asking."""
    rankings: dict[str, tuple[str, ...]] = {}
    milliseconds: dict[str, float] = {}
    stages: dict[str, Mapping[str, float]] = {}
    refused: dict[str, str] = {}
    for question in questions:
        parts: dict[str, float] = {}
        started = time.perf_counter()
        try:
            hits = retrieve(question.text, day_of_asking(question, as_of), parts)
        except QuestionError as error:
            hits, refused[question.id] = (), str(error)
        milliseconds[question.id] = 1000 * (time.perf_counter() - started)
        rankings[question.id] = tuple(article_ranking(hits))
        if parts:
            stages[question.id] = parts
    return Run(name_of_run(as_of), rankings, milliseconds, stages, refused)


def day_of_asking(question: Question, as_of: AsOf) -> datetime.date | None:
    """The day on which a question is asked in a run; None gives no day, and the index takes today."""
    return question.as_of if as_of == "question" else None if as_of == "none" else as_of


def name_of_run(as_of: AsOf) -> str:
    """What a run is called: by its day of asking."""
    return f"as of {as_of.isoformat()}" if isinstance(as_of, datetime.date) else _NAMES[as_of]


def write_run(path: Path, run: Run) -> None:
    """Keep a run in a file; its ending says how.

    Raises:
        DataSetError: an id holds white space, which TREC's format does not allow.
        OSError: the file cannot be written.
    """
    if path.suffix.lower() == ".json":
        value = {
            "name": run.name, "rankings": {key: list(ids) for key, ids in run.rankings.items()},
            "milliseconds": dict(run.milliseconds), "stages": {key: dict(ms) for key, ms in run.stages.items()},
            "refused": dict(run.refused),
        }  # fmt: skip
        path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
        return
    tag = "-".join(run.name.split()) or "run"
    lines = []
    for question, ranking in run.rankings.items():
        for rank, article in enumerate(ranking, start=1):
            _check_spaceless(path, question, article)
            # trec_eval orders by the score alone.
            lines.append(f"{question} Q0 {article} {rank} {len(ranking) + 1 - rank} {tag}\n")
    path.write_text("".join(lines), encoding="utf-8")


def read_run(path: Path) -> Run:
    """The run in a file that `write_run` or another program wrote.

    Raises:
        DataSetError: it is not a run.
        ArticleFileError: it cannot be read.
    """
    if path.suffix.lower() == ".json":
        return _read_json(path)
    scored: dict[str, dict[str, float]] = {}
    tag = ""
    for origin, line in read_lines(path, _LONGEST_LINE):
        parts = line.split()
        try:
            question, _, article, _, score, tag = parts
            ranked = scored.setdefault(question, {})
            known, ranked[article] = article in ranked, float(score)
        except ValueError:
            raise unusable("The line is not `question Q0 article rank score run`", origin) from None
        if known:
            raise unusable(f"The article {article!r} stands twice for the question {question!r}", origin)
    if not scored:
        raise DataSetError("The file is empty", where=str(path), cure="Name a file that holds a run.")
    return Run(tag, {question: tuple(sorted(r, key=lambda a: -r[a])) for question, r in scored.items()})


def _read_json(path: Path) -> Run:
    try:
        value = json.loads(b"".join(read_chunks(path)))
        return Run(
            name=str(value["name"]),
            rankings={key: tuple(map(str, _list(ids))) for key, ids in value["rankings"].items()},
            milliseconds={key: float(ms) for key, ms in value.get("milliseconds", {}).items()},
            stages=value.get("stages", {}),
            refused=value.get("refused", {}),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataSetError(
            "The file is not a run", where=str(path), cure="Name a file that `qa eval --run` has written."
        ) from error


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _check_spaceless(path: Path, *ids: str) -> None:
    for each in ids:
        if len(each.split()) != 1:
            raise DataSetError(
                f"The id {each!r} holds white space, which a TREC run cannot hold",
                where=str(path),
                cure="Give the file a name that ends in .json.",
            )
