"""An evaluation as tables on the terminal. Names from files pass through `one_line` on their way."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from qa.cli.printing import one_line, show

if TYPE_CHECKING:
    from qa.evaluation.answer_summary import AnswerSummary
    from qa.evaluation.choices import ChoiceFigures
    from qa.evaluation.report import Report
    from qa.evaluation.summary import Comparison, Figure, Summary

_WIDTH_IN_PIPES = 120
# The other figures stand in the first table, in the JSON file and on the page.
_SHOWN_FOR_TYPES = ("MRR", "hit@1", "hit@5", "hit@10", "recall@10", "nDCG@10", "MAP")


def show_evaluation(report: Report) -> None:
    """The figures of all runs, for each type of question, compared with each other, and the time taken."""
    from qa.evaluation.report import facts

    show(one_line(f"{report.data_set.folder}: {'; '.join(facts(report))}"))
    _show_figures(report.summaries)
    depths = "; ".join(f"{summary.name}: {summary.mean_depth:.1f}" for summary in report.summaries)
    show(one_line(f"Articles ranked for a question, on average: {depths}"))
    for summary in report.summaries:
        if summary.types:
            _show_types(summary)
    for comparison in report.comparisons:
        _show_comparison(comparison)
    for answers in report.answer_summaries:
        _show_answers(answers)
    _show_times(report)


def show_choices(figures: Mapping[str, ChoiceFigures]) -> None:
    """How well each scorer, by name, chooses the sentences that answer."""
    columns = ["", "questions", "mixed", "MAP", "MRR", "P@1", "answerability AUC"]
    rows = [
        [
            name, f"{each.questions:,}", f"{each.mixed:,}", *map(_or_dash, (
                each.mean_average_precision, each.mean_reciprocal_rank, each.precision_at_1, each.answerability_auc
            )),
        ]
        for name, each in figures.items()
    ]  # fmt: skip
    _show_table("Choice of sentences; MAP, MRR and P@1 over the mixed questions", columns, rows)


def _or_dash(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _show_figures(summaries: Sequence[Summary]) -> None:
    rows = [
        [metric, *(_with_interval(summary.overall.figures[metric]) for summary in summaries)]
        for metric in summaries[0].overall.figures
    ]
    _show_table("Means and 95 % intervals", ["", *(summary.name for summary in summaries)], rows)


def _with_interval(figure: Figure) -> str:
    return f"{figure.mean:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _show_types(summary: Summary) -> None:
    rows = [
        [kind or "(no type)", str(group.questions), *(f"{group.figures[name].mean:.3f}" for name in _SHOWN_FOR_TYPES)]
        for kind, group in [*summary.types.items(), ("all", summary.overall)]
    ]
    _show_table(f"Types of question, {summary.name}", ["", "questions", *_SHOWN_FOR_TYPES], rows)


def _show_comparison(comparison: Comparison) -> None:
    rows = [
        [name, f"{d.first:.3f}", f"{d.second:.3f}", f"{d.difference:+z.3f}", f"{d.p:.4f}"]
        for name, d in comparison.differences.items()
    ]
    columns = ["", comparison.first, comparison.second, "difference", "p"]
    _show_table(f"Compared over {comparison.questions:,} questions (paired randomisation test)", columns, rows)
    if comparison.changes:
        changes = [[change.question, _rank(change.first), _rank(change.second)] for change in comparison.changes]
        _show_table("Changed most: rank of the first relevant article", columns[:3], changes)


def _show_answers(summary: AnswerSummary) -> None:
    from qa.evaluation.answer_summary import counted

    rows = [
        [name, f"{measured.questions:,}", _with_interval(measured.figure)]
        for name, measured in summary.overall.figures.items()
    ]
    _show_table(f"Answers, {summary.name}", ["", "questions", "mean and 95 % interval"], rows)
    if groups := summary.types.values():
        types = [
            [name, *(_or_dash(each.figures[name].figure.mean if name in each.figures else None) for each in groups)]
            for name in summary.overall.figures
        ]
        _show_table(f"Answers by type, {summary.name}", ["", *(kind or "(no type)" for kind in summary.types)], types)
    _show_table(f"Quoting and confidence, {summary.name}", ["", ""], counted(summary))


def _rank(rank: int | None) -> str:
    return "not found" if rank is None else str(rank)


def _show_times(report: Report) -> None:
    from qa.evaluation.report import named_times

    if report.preparation:
        taken = [f"{stage} {seconds:,.1f} s" for stage, seconds in report.preparation.seconds.items()]
        show(f"Before the first question: {', '.join(taken) or 'nothing to do'}")
    times = named_times(report)
    rows = [[name, f"{each.p50:,.1f} ms", f"{each.p95:,.1f} ms"] for name, each in times]
    if rows:
        _show_table("Time", ["", "p50", "p95"], rows)


def _show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(title=one_line(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for number, column in enumerate(columns):
        table.add_column(one_line(column), justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(one_line, row))
    width = None if sys.stdout.isatty() else _WIDTH_IN_PIPES
    Console(width=width, markup=False, emoji=False, highlight=False).print(table)
