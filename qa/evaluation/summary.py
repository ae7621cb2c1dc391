"""From runs to figures: means with their intervals, for each type of question, and two runs side by side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa.errors import DataSetError
from qa.evaluation.metrics import METRICS, first_rank, question_figures
from qa.evaluation.questions import Question
from qa.evaluation.runs import Run
from qa.evaluation.significance import Figures, bootstrap_interval, randomisation_test

_MOST_CHANGED = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over questions and the ends of its 95 % interval; 0 to 1, higher is better."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of some questions, by the names in `METRICS`."""

    questions: int
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds: the median and the 95th percentile over the questions."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Summary:
    """One run in figures.

    `types` is by type of question, empty where all are of one type. `ranks` is the rank of the first relevant
    article for each question, None where it was not found. `stages` are the times of the parts of a search.
    """

    name: str
    overall: Group
    types: Mapping[str, Group]
    ranks: Mapping[str, int | None]
    mean_depth: float
    times: Times | None
    stages: Mapping[str, Times]


@dataclass(frozen=True, slots=True)
class Difference:
    """Second run less first, with p of the randomisation test (small is significant)."""

    first: float
    second: float
    difference: float
    p: float


@dataclass(frozen=True, slots=True)
class Change:
    """A question whose first relevant article moved; a rank is None where it was not found."""

    question: str
    first: int | None
    second: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs over the same questions.

    `changes` are the questions that changed most, by reciprocal rank. `only_first` and `only_second` name questions
    that the other run does not have; for it, they count as not found. `in_neither` are left out.
    """

    first: str
    second: str
    questions: int
    differences: Mapping[str, Difference]
    changes: tuple[Change, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    in_neither: tuple[str, ...]


def figures_of(questions: Sequence[Question], run: Run) -> Figures:
    """The figures of each question, (questions, figures in the order of `METRICS`)."""
    rows = [question_figures(run.rankings.get(question.id, ()), question.gains) for question in questions]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(METRICS))


def summarise(questions: Sequence[Question], run: Run) -> Summary:
    """The figures of a run over these questions, of which there is at least one."""
    figures = figures_of(questions, run)
    types = sorted({question.type for question in questions})
    kinds = np.array([question.type for question in questions])
    depths = [len(run.rankings.get(question.id, ())) for question in questions]
    return Summary(
        name=run.name,
        overall=_group(figures),
        types={kind: _group(figures[kinds == kind]) for kind in types} if len(types) > 1 else {},
        ranks=ranks_of(questions, run),
        mean_depth=sum(depths) / len(depths),
        times=times_of(list(run.milliseconds.values())) if run.milliseconds else None,
        stages=stage_times(run.stages.values()),
    )


def ranks_of(questions: Sequence[Question], run: Run) -> dict[str, int | None]:
    """The rank of each question's first relevant article."""
    return {question.id: first_rank(run.rankings.get(question.id, ()), question.gains) for question in questions}


def compare(questions: Sequence[Question], first: Run, second: Run) -> Comparison:
    """Two runs side by side, over the questions that at least one of them was asked.

    Raises:
        DataSetError: neither run has a question of this data set.
    """
    asked = [q for q in questions if q.id in first.rankings or q.id in second.rankings]
    if not asked:
        raise DataSetError(
            "Neither run has a question of this data set",
            where=f"{first.name}, {second.name}",
            cure="Name the data set that the runs were made with, with the same --questions.",
        )
    ids = {question.id for question in asked}
    one, two = figures_of(asked, first), figures_of(asked, second)
    p_values = randomisation_test(one, two)
    columns = zip(METRICS, one.mean(axis=0), two.mean(axis=0), p_values, strict=True)
    return Comparison(
        first=first.name,
        second=second.name,
        questions=len(asked),
        differences={name: Difference(float(a), float(b), float(b - a), float(p)) for name, a, b, p in columns},
        changes=_changes(asked, first, second),
        only_first=tuple(q.id for q in asked if q.id not in second.rankings),
        only_second=tuple(q.id for q in asked if q.id not in first.rankings),
        in_neither=tuple(q.id for q in questions if q.id not in ids),
    )


def _changes(asked: Sequence[Question], first: Run, second: Run) -> tuple[Change, ...]:
    before, after = ranks_of(asked, first), ranks_of(asked, second)
    changes = [Change(key, before[key], after[key]) for key in before if before[key] != after[key]]
    changes.sort(key=lambda change: -abs(_reciprocal(change.first) - _reciprocal(change.second)))
    return tuple(changes[:_MOST_CHANGED])


def _reciprocal(rank: int | None) -> float:
    return 1 / rank if rank else 0.0


def _group(figures: Figures) -> Group:
    low, high = bootstrap_interval(figures)
    columns = zip(METRICS, figures.mean(axis=0), low, high, strict=True)
    return Group(len(figures), {name: Figure(float(mean), float(a), float(b)) for name, mean, a, b in columns})


def stage_times(questions: Iterable[Mapping[str, float]]) -> dict[str, Times]:
    """The times of each stage, from the milliseconds of the stages of each question."""
    stages: dict[str, list[float]] = {}
    for parts in questions:
        for stage, milliseconds in parts.items():
            stages.setdefault(stage, []).append(milliseconds)
    return {stage: times_of(values) for stage, values in stages.items()}


def times_of(milliseconds: Sequence[float]) -> Times:
    """The times of at least one question."""
    p50, p95 = np.percentile(milliseconds, [50, 95])
    return Times(float(p50), float(p95))
