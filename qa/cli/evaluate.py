"""`qa eval`: measure how well an index finds the articles that answer, and how well it answers."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

import typer

from qa.cli import progress
from qa.cli.evaluation_tables import show_choices, show_evaluation
from qa.cli.options import Verbose, whole_day
from qa.cli.printing import say, show_json
from qa.config import load_config

if TYPE_CHECKING:
    from qa.config import Config
    from qa.evaluation.questions import DataSet
    from qa.evaluation.report import Report
    from qa.evaluation.runs import AsOf

_PASSAGES = 20
_STDOUT = Path("-")
_LONGEST_NOTE = 400

Asked = TypeVar("Asked")


def _as_of(text: str) -> AsOf:
    return cast("AsOf", text) if text in ("question", "none") else whole_day(text)


_Folder = Annotated[
    Path,
    typer.Argument(
        metavar="DIR", help="The data set: questions, and articles that answer; or a file of labelled sentences."
    ),
]
_Answers = Annotated[bool, typer.Option("--answers", help="Measure the answers, too, and what is refused.")]
_Questions = Annotated[
    Path | None, typer.Option("--questions", metavar="FILE", help="Questions in place of DIR/questions.jsonl.")
]
_Index = Annotated[
    Path | None, typer.Option("--index", metavar="DIR", show_default="DIR/.dateline", help="Ask this index as it is.")
]
_Days = Annotated[
    list[Any] | None,
    typer.Option(
        "--as-of", parser=_as_of, metavar="DATE", show_default="question and none, where questions have a day",
        help="The day of asking: a date, `question` (its own) or `none`; a run for each; repeatable.",
    ),
]  # fmt: skip
_Count = Annotated[int, typer.Option("-k", min=1, metavar="N", help="How many passages to look at.")]
_Lexical = Annotated[bool, typer.Option("--lexical", help="Search by words alone; loads no model.")]
_NoEmbed = Annotated[bool, typer.Option("--no-embed", help="Compute no vectors beforehand.")]
_Limit = Annotated[
    int | None, typer.Option("--limit", min=1, metavar="N", help="Ask the first so many questions only.")
]
_JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write everything there as JSON; - is stdout.")
]
_HtmlFile = Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page with plots there.")]
_RunFile = Annotated[
    Path | None,
    typer.Option("--run", metavar="FILE", help="Keep the rankings there, as JSON or (other endings) a TREC run."),
]
_Compare = Annotated[
    tuple[Path, Path] | None,
    typer.Option("--compare", metavar="RUN_A RUN_B", help="Ask nothing; compare two runs that were kept."),
]


def evaluate(
    folder: _Folder, questions: _Questions = None, index: _Index = None, as_of: _Days = None, k: _Count = _PASSAGES,
    answers: _Answers = False, lexical: _Lexical = False, no_embed: _NoEmbed = False, limit: _Limit = None,
    json_file: _JsonFile = None, html_file: _HtmlFile = None, run_file: _RunFile = None, compare: _Compare = None,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Measure how well the articles that answer are found; with --answers, also what is then quoted and refused.

    Without --index, the data set gets an index of its own in DIR/.dateline, which is used again.
    """
    from qa.evaluation.datasets import read_data_set
    from qa.evaluation.report import problems

    if compare and run_file:
        raise typer.BadParameter("With --compare nothing is asked, so there is no run to keep.", param_hint="--run")
    if answers and (compare or lexical):
        raise typer.BadParameter("With --compare and --lexical nothing is answered.", param_hint="--answers")
    config = load_config(index=None if index is None else str(index))
    if folder.is_file():
        if questions or index or as_of or html_file or run_file or compare:
            raise typer.BadParameter("Of a file of labelled sentences there are figures and --json only.")
        _measure_choices(folder, config, limit, json_file)
        return
    data_set = read_data_set(folder, questions=questions, maximum_record_bytes=config.maximum_record_bytes)
    data_set = dataclasses.replace(
        data_set, questions=data_set.questions[:limit], unanswerable=data_set.unanswerable[:limit]
    )
    days = _days(data_set, as_of)
    for file in (json_file, html_file, run_file):
        if file and file != _STDOUT:
            file.touch()  # that it can be written is better known before hours of measuring
    if compare:
        report = _compared(data_set, *compare)
    else:
        report = _measured(data_set, config, days, index, k, embed=not no_embed, dense=not lexical, answers=answers)
    try:
        _write(report, json_file, html_file, run_file)
    finally:
        # Whatever became of the files, the figures are shown; and a pipe that closes early costs no file.
        if json_file != _STDOUT:
            show_evaluation(report)
        for problem in problems(report):
            say(_shortened(problem))


def _days(data_set: DataSet, given: list[AsOf] | None) -> list[AsOf]:
    """The days of asking, a run for each."""
    dated = any(question.as_of for question in data_set.questions)
    if not given:
        return ["question", "none"] if dated else ["none"]
    if "question" in given and not dated:
        raise typer.BadParameter("No question of this data set has a day of asking.", param_hint="--as-of")
    return list(dict.fromkeys(given))


def _measured(
    data_set: DataSet, config: Config, days: list[AsOf], folder: Path | None, k: int, *, embed: bool, dense: bool,
    answers: bool,
) -> Report:  # fmt: skip
    from qa.evaluation.answers import answer_all
    from qa.evaluation.preparation import prepare
    from qa.evaluation.report import make_report
    from qa.evaluation.runs import ask_all, index_retriever

    index, preparation = prepare(
        data_set, folder, config, embed=embed, dense=dense, reading=progress.reading, encoding=progress.encoding
    )
    with index:
        retrieve = index_retriever(index, k, dense=dense)
        runs = []
        for number, day in enumerate(days, start=1):
            with _watched(data_set.questions, f"run {number} of {len(days)}") as questions:
                runs.append(ask_all(questions, retrieve, day))
        settings: dict[str, Any] = {
            "passages asked for": k, "search": "by words and meaning" if dense else "by words alone"
        }  # fmt: skip
        answered = []
        for number, day in enumerate(days if answers else [], start=1):
            with _watched((*data_set.questions, *data_set.unanswerable), f"answers {number} of {len(days)}") as asked:
                answered.append(answer_all(asked, index, day))
        if answered:
            settings["passages asked for an answer"] = config.hits
        return make_report(data_set, runs, index=index, preparation=preparation, settings=settings, answers=answered)


def _measure_choices(path: Path, config: Config, limit: int | None, json_file: Path | None) -> None:
    """A file of questions with labelled sentences: how well each of the ways to choose does."""
    from qa.encoder import Encoder
    from qa.evaluation.choices import measure_choices, read_choices
    from qa.evaluation.scorers import cosine_scorer, overlap_scorer, selector_scorer

    choices = read_choices(path, config.maximum_record_bytes)[:limit]
    scorers = {
        "cosine of the encoder": cosine_scorer(Encoder(config)), "words in common, by IDF": overlap_scorer(choices),
        "selector": selector_scorer(),
    }  # fmt: skip
    figures = {}
    for name, scorer in scorers.items():
        with _watched(choices, name) as watched:
            figures[name] = measure_choices(watched, scorer)
    value = {"file": str(path), "scorers": {name: dataclasses.asdict(each) for name, each in figures.items()}}
    if json_file == _STDOUT:
        show_json(value)
        return
    if json_file:
        json_file.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    show_choices(figures)


def _compared(data_set: DataSet, first: Path, second: Path) -> Report:
    from qa.evaluation.report import make_report
    from qa.evaluation.runs import read_run

    runs = [dataclasses.replace(read_run(path), name=str(path)) for path in (first, second)]
    return make_report(data_set, runs)


@contextlib.contextmanager
def _watched(questions: tuple[Asked, ...], what: str) -> Iterator[Iterable[Asked]]:
    """The questions, with a bar of how many were asked on a terminal."""
    if not sys.stderr.isatty():
        yield questions
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(), TextColumn("questions, {task.description}"), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as bar:
        yield bar.track(questions, description=what)


def _write(report: Report, json_file: Path | None, html_file: Path | None, run_file: Path | None) -> None:
    from qa.evaluation.page import html_report
    from qa.evaluation.runs import write_run

    if json_file == _STDOUT:
        show_json(report.as_dict())
    elif json_file:
        json_file.write_text(json.dumps(report.as_dict(), indent=1) + "\n", encoding="utf-8")
    if html_file:
        html_file.write_text(html_report(report), encoding="utf-8")
    if run_file:
        for number, run in enumerate(report.runs):
            # The first run has the name that was given; further ones have their own added.
            name = f"{run_file.stem}-{'-'.join(run.name.split())}{run_file.suffix}" if number else run_file.name
            write_run(run_file.with_name(name), run)
            say(f"Kept the run “{run.name}” in {run_file.with_name(name)}")


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_NOTE else f"{text[:_LONGEST_NOTE]} … (--json FILE has them all)"
