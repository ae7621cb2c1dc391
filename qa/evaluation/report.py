"""Everything that an evaluation found, as one record and as JSON."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qa.evaluation.answer_summary import AnswerSummary, summarise_answers
from qa.evaluation.answers import AnswerRun
from qa.evaluation.metrics import METRICS, question_figures
from qa.evaluation.preparation import Preparation
from qa.evaluation.questions import DataSet, Question
from qa.evaluation.runs import Run
from qa.evaluation.summary import Comparison, Summary, Times, compare, ranks_of, summarise
from qa.records import Article

if TYPE_CHECKING:
    from qa.index import Index

_WORST = 10
_FIRST_HITS = 3


@dataclass(frozen=True, slots=True)
class Worst:
    """A question that fared badly: the articles that were to be found, and those that came first."""

    question: Question
    rank: int | None
    wanted: tuple[Article, ...]
    first: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """An evaluation. `preparation` and `settings` are empty where two runs from files were compared.

    `worst` is by the name of the run, the worst question first. `answers` and their summaries are empty where only
    retrieval was measured.
    """

    data_set: DataSet
    created: datetime.datetime
    runs: tuple[Run, ...]
    summaries: tuple[Summary, ...]
    comparisons: tuple[Comparison, ...]
    preparation: Preparation | None = None
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    worst: Mapping[str, tuple[Worst, ...]] = dataclasses.field(default_factory=dict)
    answers: tuple[AnswerRun, ...] = ()
    answer_summaries: tuple[AnswerSummary, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary; every question with its figures and its ranking, for each run."""
        return {
            "created": self.created.isoformat(timespec="seconds"),
            "data_set": {
                "folder": str(self.data_set.folder), "layout": self.data_set.layout,
                "questions": len(self.data_set.questions), "unanswerable": len(self.data_set.unanswerable),
                "left_out": dict(self.data_set.left_out),
            },
            "settings": dict(self.settings),
            "index": _preparation(self.preparation) if self.preparation else None,
            "runs": [self._run(run, summary) for run, summary in zip(self.runs, self.summaries, strict=True)],
            "comparisons": [dataclasses.asdict(comparison) for comparison in self.comparisons],
            "answers": [
                dataclasses.asdict(summary) | {"questions": [dataclasses.asdict(outcome) for outcome in run.outcomes]}
                for run, summary in zip(self.answers, self.answer_summaries, strict=True)
            ],
        }  # fmt: skip

    def _run(self, run: Run, summary: Summary) -> dict[str, Any]:
        value = dataclasses.asdict(summary)
        value["questions"] = [
            {
                "id": question.id, "type": question.type, "as_of": str(question.as_of or ""),
                "rank": value["ranks"][question.id],
                "figures": dict(zip(METRICS, question_figures(ranking, question.gains), strict=True)),
                "ranking": list(ranking), "refused": run.refused.get(question.id, ""),
            }
            for question in self.data_set.questions
            for ranking in [run.rankings.get(question.id, ())]
        ]  # fmt: skip
        del value["ranks"]
        return value


def make_report(
    data_set: DataSet, runs: Sequence[Run], *, index: Index | None = None, preparation: Preparation | None = None,
    settings: Mapping[str, Any] | None = None, answers: Sequence[AnswerRun] = (),
) -> Report:  # fmt: skip
    """The figures of all runs, and each further run compared with the first.

    Args:
        index: where the articles of the worst questions are looked up; None shows none.
    """
    questions = data_set.questions
    worst = {run.name: _worst(questions, run, index) for run in runs} if index else {}
    return Report(
        data_set=data_set,
        created=datetime.datetime.now(datetime.UTC),
        runs=tuple(runs),
        summaries=tuple(summarise(questions, run) for run in runs),
        comparisons=tuple(compare(questions, runs[0], other) for other in runs[1:]),
        preparation=preparation,
        settings=settings or {},
        worst=worst,
        answers=tuple(answers),
        answer_summaries=tuple(map(summarise_answers, answers)),
    )


def facts(report: Report) -> list[str]:
    """What was measured, each fact in a few words."""
    questions, preparation = report.data_set.questions, report.preparation
    dated = sum(question.as_of is not None for question in questions)
    said = [f"{len(questions):,} questions, {dated:,} with a day of asking", f"layout {report.data_set.layout}"]
    if report.answers and report.data_set.unanswerable:
        said.append(f"{len(report.data_set.unanswerable):,} more that the articles do not answer")
    if preparation:
        said += [
            f"{preparation.articles:,} articles",
            f"{preparation.embedded:,} of {preparation.passages:,} passages with a vector before the first question",
            f"encoder {preparation.encoder}",
        ]
    return said + [f"{name}: {value}" for name, value in report.settings.items()]


def named_times(report: Report) -> list[tuple[str, Times]]:
    """What to show of the times: for each run that has any, those of a search or answer, then those of its stages."""
    found = [
        (f"{summary.name}: {name}", times)
        for summary in report.summaries
        if summary.times
        for name, times in [("a question", summary.times), *summary.stages.items()]
    ]
    answered = [
        (f"{summary.name}: {name}", times)
        for summary in report.answer_summaries
        if summary.times
        for name, times in [
            ("an answer", summary.times), *((f"an answer, {stage}", of) for stage, of in summary.stages.items())
        ]
    ]  # fmt: skip
    return [*found, *answered]


def problems(report: Report) -> list[str]:
    """What the reader of the figures must know about them, in whole sentences, the ids included."""
    said = []
    if left_out := report.data_set.left_out:
        said.append(f"Questions left out: {_counted(left_out)}.")
    if (unanswerable := report.data_set.unanswerable) and not report.answers:
        unasked = [question.id for question in unanswerable]
        said.append(f"Questions that the articles do not answer, and that only --answers asks: {_listed(unasked)}.")
    preparation = report.preparation
    if preparation and preparation.absent:
        said.append(
            f"Articles of the data set that the index does not hold, which makes it easier: {preparation.absent:,}."
        )
    if preparation and preparation.missing:
        missing = set(preparation.missing)
        lost = sum(question.gains.keys() <= missing for question in report.data_set.questions)
        said.append(
            f"Relevant articles that the index does not hold: {_listed(preparation.missing)}. "
            f"Questions that have no other one, and count as not found: {lost}."
        )
    if preparation and preparation.rejected:
        reasons = {str(record.origin): record.reason for record in preparation.rejected}
        said.append(f"Records that were not taken in: {_counted(reasons)}.")
    said += [
        f"Questions that the index refused, and that count as not found: {_counted(run.refused)}."
        for run in report.runs
        if run.refused
    ]
    for summary in report.answer_summaries:
        if summary.errors:
            said.append(
                f"Questions that the index would not answer, and that count as refused: {_counted(summary.errors)}."
            )
        if summary.verbatim < summary.quoted:
            said.append(
                f"Quoted sentences that do not stand so in the archive: {summary.quoted - summary.verbatim:,} of "
                f"{summary.quoted:,}. Articles changed while the questions were asked, or the index is damaged."
            )
    for comparison in report.comparisons:
        for name, ids in ((comparison.second, comparison.only_first), (comparison.first, comparison.only_second)):
            if ids:
                said.append(f"Questions that {name} lacks, and that count there as not found: {_listed(ids)}.")
        if comparison.in_neither:
            said.append(f"Questions that neither run has, and that are left out: {_listed(comparison.in_neither)}.")
    return said


def _counted(reasons: Mapping[str, str]) -> str:
    return f"{len(reasons)} ({'; '.join(f'{key}: {reason}' for key, reason in reasons.items())})"


def _listed(ids: Sequence[str]) -> str:
    return f"{len(ids)} ({', '.join(ids)})"


def _preparation(preparation: Preparation) -> dict[str, Any]:
    value = dataclasses.asdict(preparation)
    return value | {"rejected": [record.as_dict() for record in preparation.rejected]}


def _worst(questions: Sequence[Question], run: Run, index: Index) -> tuple[Worst, ...]:
    """The questions whose first relevant article was not found or stands lowest; those that have it first are none."""
    ranks = ranks_of(questions, run)
    behind = [question for question in questions if ranks[question.id] != 1]
    behind.sort(key=lambda question: -(ranks[question.id] or float("inf")))
    return tuple(
        Worst(
            question,
            ranks[question.id],
            wanted=_articles(index, list(question.gains)[:_FIRST_HITS]),
            first=_articles(index, run.rankings.get(question.id, ())[:_FIRST_HITS]),
        )
        for question in behind[:_WORST]
    )


def _articles(index: Index, ids: Sequence[str]) -> tuple[Article, ...]:
    """The articles; one that is not in the index is shown by its id alone."""
    return tuple(index.article(each) or Article(each, "", "") for each in ids)
