"""From the outcomes of questions to figures: means with their intervals, for each type of question, and the refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa.evaluation.answers import ANSWER_FIGURES, AnswerRun, Outcome
from qa.evaluation.refusal import Refusal, refusal_figures
from qa.evaluation.significance import bootstrap_interval
from qa.evaluation.summary import Figure, Times, stage_times, times_of


@dataclass(frozen=True, slots=True)
class Measured:
    """A mean with its interval, over the questions that it applies to."""

    questions: int
    figure: Figure


@dataclass(frozen=True, slots=True)
class AnswerGroup:
    """Some questions with those of ANSWER_FIGURES that apply to at least one of them, in their order."""

    questions: int
    figures: Mapping[str, Measured]


@dataclass(frozen=True, slots=True)
class AnswerSummary:
    """One run in figures. `answered` counts the questions that were not refused.

    `types` is by type of question, empty where all are of one type. The counts are those of `Outcome`, summed over the
    questions; all quoted sentences must be verbatim. `errors` are the questions that the index would not take, with
    its reasons. `times` is None where it took none.
    """

    name: str
    overall: AnswerGroup
    types: Mapping[str, AnswerGroup]
    refusal: Refusal
    answered: int
    quoted: int
    verbatim: int
    stated: int
    supported: int
    times: Times | None
    stages: Mapping[str, Times]
    errors: Mapping[str, str]


def summarise_answers(run: AnswerRun) -> AnswerSummary:
    """The figures of a run of at least one question."""
    outcomes = run.outcomes
    types = sorted({outcome.type for outcome in outcomes})
    taken = [outcome for outcome in outcomes if not outcome.error]
    return AnswerSummary(
        name=run.name,
        overall=_group(outcomes),
        types={kind: _group([o for o in outcomes if o.type == kind]) for kind in types} if len(types) > 1 else {},
        refusal=refusal_figures(
            [outcome.confidence for outcome in outcomes],
            [outcome.answerable for outcome in outcomes],
            [outcome.refused for outcome in outcomes],
            run.threshold,
        ),
        answered=sum(not outcome.refused for outcome in outcomes),
        quoted=sum(outcome.quoted for outcome in outcomes),
        verbatim=sum(outcome.verbatim for outcome in outcomes),
        stated=sum(outcome.stated for outcome in outcomes),
        supported=sum(outcome.supported for outcome in outcomes),
        times=times_of([outcome.milliseconds for outcome in taken]) if taken else None,
        stages=stage_times(outcome.stages for outcome in taken),
        errors={outcome.question: outcome.error for outcome in outcomes if outcome.error},
    )


def _group(outcomes: Sequence[Outcome]) -> AnswerGroup:
    figures = {}
    for name in ANSWER_FIGURES:
        values = np.array([outcome.figures[name] for outcome in outcomes if name in outcome.figures], np.float64)
        if len(values):
            (low,), (high,) = bootstrap_interval(values[:, np.newaxis])
            figures[name] = Measured(len(values), Figure(float(values.mean()), float(low), float(high)))
    return AnswerGroup(len(outcomes), figures)


def counted(summary: AnswerSummary) -> list[tuple[str, str]]:
    """What to show beside the means, each with its name: sentences, and how well confidence tells."""
    refusal = summary.refusal
    rows = [
        ("sentences in an answer", f"{summary.quoted / summary.answered:.2f}" if summary.answered else "–"),
        ("quoted sentences that are verbatim", _share(summary.verbatim, summary.quoted)),
    ]
    if summary.stated:
        rows.append(("written sentences that pass the check", _share(summary.supported, summary.stated)))
    measures = {
        "confidence: AUC": refusal.auc, "confidence: Brier score": refusal.brier,
        "confidence: calibration error": refusal.calibration_error,
    }  # fmt: skip
    return rows + [(name, f"{value:.3f}") for name, value in measures.items() if value is not None]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f} ({part:,} of {whole:,})" if whole else "–"
