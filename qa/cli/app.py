"""The commands: thin lines between what was typed and `Index`. torch and FAISS load only where they are used."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from qa.cli import printing, progress, sources, understood
from qa.cli.chat import chat, require_index
from qa.cli.evaluate import evaluate
from qa.cli.failures import NOTHING_FOUND, report
from qa.cli.feedback import feedback
from qa.cli.history import history
from qa.cli.interrupts import STOPPED
from qa.cli.options import (
    AsOf,
    Count,
    Explain,
    From,
    Ignored,
    IndexFolder,
    Json,
    Outlets,
    Question,
    To,
    Verbose,
    set_up_logging,
)
from qa.cli.printing import say, show, show_json
from qa.cli.user import user
from qa.config import load_config
from qa.errors import ArticleFileError
from qa.records import AddReport, Filters

if TYPE_CHECKING:
    from qa.index import Index

_EXIT_CODES = (
    "Exit codes: 0 done, or answered. 1 an error, said on stderr. 2 wrong usage. 3 nothing found, or the archive "
    "does not answer. 130 stopped by Ctrl-C; what was written is safe."
)
_STOPPED_READING = "Stopped. The articles read so far are safe; the same command goes on from there."
_STOPPED_ENCODING = "Stopped. The vectors computed so far are safe; `qa embed` goes on from there."
_STOPPED_REBUILDING = "Stopped. The archive is safe; what is missing is made anew when the index is next opened."


class _Commands(TyperGroup):
    """Whatever goes wrong in a command becomes one paragraph on stderr and an exit code."""

    def make_context(self, *args: Any, **more: Any) -> Any:
        with _reported():
            return super().make_context(*args, **more)

    def invoke(self, ctx: Any) -> Any:
        with _reported():
            return super().invoke(ctx)


@contextlib.contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except (typer.TyperException, typer.Exit, typer.Abort):
        raise
    except BaseException as error:
        raise typer.Exit(report(error)) from None


app = typer.Typer(
    cls=_Commands, rich_markup_mode=None, no_args_is_help=True, epilog=_EXIT_CODES, pretty_exceptions_enable=False
)


def run() -> int:
    """Read the command line and do what it says; ends in SystemExit."""
    set_up_logging()
    typer.main.get_command(app)(prog_name="qa")
    return 0


def _show_version(wanted: bool) -> None:
    if wanted:
        show(f"dateline {importlib.metadata.version('dateline')}")
        raise typer.Exit


@app.callback()
def _qa(
    verbose: Verbose = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Ask questions of a news archive and get quoted sentences with their sources.

    Begin with `qa index ARTICLES`, then `qa ask "Who met whom?"` or `qa chat`.
    """


@app.command("index")
def _index(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Files or folders: JSON Lines, JSON, CSV, TSV, Parquet, text, Markdown, feeds (RSS, Atom). "
            "Or the http(s) address of a feed, which is fetched; the pages that it links to never are.",
        ),
    ],
    index: IndexFolder = None,
    no_embed: Annotated[bool, typer.Option("--no-embed", help="Leave the vectors for `qa embed`.")] = False,
    report_file: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write all rejected records there, as JSON Lines.")
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Take in articles, then compute their vectors."""
    config = load_config(index=_text(index))
    what, failed = sources.ready(paths, config)
    if report_file:
        report_file.write_text("", encoding="utf-8")
    from qa.index import Index

    with Index(config.index, config, create=True) as opened:
        with _safe_to_stop(_STOPPED_READING), progress.reading() as tell:
            added = opened.add(what, progress=tell)
        if report_file:
            _write_report(report_file, added)
        result = printing.report_as_dict(added) | {"index": config.index, "encoded": 0}
        if not as_json:
            printing.show_report(added, config.index)
        try:
            if not no_embed:
                result["encoded"] = _embed_rest(opened, hint=not as_json)
        finally:
            if as_json:
                show_json(result)
        if result["encoded"] and not as_json:
            show(f"  {result['encoded']:,} passages encoded")
    sources.raise_last(failed)
    if added.read and added.read == len(added.rejected):
        raise typer.Exit(NOTHING_FOUND)


@app.command("embed")
def _embed(
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="N", help="Stop after about so many passages.")
    ] = None,
    index: IndexFolder = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Compute the vectors that are missing. Newest articles come first; it is safe to stop at any time."""
    with _opened(index) as opened:
        encoded = _embed_rest(opened, limit)
        state = opened.embed_progress()
        if as_json:
            show_json({"encoded": encoded, "embedded": state.done, "passages": state.total})
        else:
            show(f"{encoded:,} passages encoded; {state.done:,} of {state.total:,} have a vector.")


@app.command("search")
def _search(
    question: Question, k: Count = None,
    lexical: Annotated[bool, typer.Option("--lexical", help="Search by words alone; loads no model.")] = False,
    published_from: From = None, published_to: To = None, sources: Outlets = None, as_of: AsOf = None,
    ignored: Ignored = None, explain: Explain = False, index: IndexFolder = None, as_json: Json = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Find passages that fit a question, with their ranks."""
    filters = _filters(published_from, published_to, sources)
    text, timings, notes = " ".join(question), dict[str, float](), list[str]()
    with _opened(index) as opened:
        query = opened.interpret(text, k, filters, as_of, ignored=ignored or ())
        hits = opened.retrieve(
            text, k, filters, as_of, dense=not lexical, ignored=ignored or (), timings=timings, notes=notes
        )
        ended, what_to_type = understood.archive_end(opened, query, as_of)
        notes += [ended] if ended else []
        if as_json:
            found = {"hits": [hit.as_dict() for hit in hits], "notes": notes}
            show_json({"question": text, "query": query.as_dict()} | found)
        else:
            for line in (understood.in_short(query), *notes, what_to_type):
                if line:
                    say(line)
            printing.show_hits(hits, figures=explain)
            if explain:
                understood.show_explanation(query, timings, as_of_given=as_of is not None)
        if not hits:
            say(f"Nothing found. {_why_nothing(opened, filters)}".rstrip())
            raise typer.Exit(NOTHING_FOUND)


@app.command("ask")
def _ask(
    question: Question, k: Count = None,
    published_from: From = None, published_to: To = None, sources: Outlets = None, as_of: AsOf = None,
    ignored: Ignored = None,
    passages: Annotated[bool, typer.Option("--passages", help="Show the passages found, too.")] = False,
    explain: Explain = False, index: IndexFolder = None, as_json: Json = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Answer a question in quoted, sourced sentences."""
    filters = _filters(published_from, published_to, sources)
    with _opened(index) as opened:
        answer = opened.ask(" ".join(question), k, filters, as_of, ignored=ignored or ())
        if as_json:
            show_json(answer.as_dict())
        else:
            printing.show_answer(answer)
            # The archive's end is one of the answer's notes.
            if what_to_type := understood.archive_end(opened, answer.query, as_of)[1]:
                show(what_to_type)
            if passages:
                show()
                printing.show_hits(answer.hits, figures=explain)
            if explain:
                show()
                understood.show_explanation(
                    answer.query, answer.timings, as_of_given=as_of is not None, confidence=answer.confidence
                )
        if answer.abstained:
            if not answer.hits and (why := _why_nothing(opened, filters)):
                say(why)
            raise typer.Exit(NOTHING_FOUND)


app.command("chat")(chat)
app.command("user")(user)


app.command("eval")(evaluate)


@app.command("info")
def _info(index: IndexFolder = None, as_json: Json = False, verbose: Verbose = False) -> None:
    """Show what an index holds."""
    with _opened(index) as opened:
        stats = opened.stats()
        if as_json:
            show_json({"index": str(opened.path)} | stats.as_dict())
        else:
            printing.show_statistics(stats, str(opened.path))


app.command("history")(history)
app.command("feedback")(feedback)


@app.command("rebuild")
def _rebuild(index: IndexFolder = None, as_json: Json = False, verbose: Verbose = False) -> None:
    """Make the search files anew from the archive. Nothing is encoded again."""
    with _opened(index) as opened:
        with _safe_to_stop(_STOPPED_REBUILDING):
            opened.rebuild()
        state = opened.embed_progress()
        if as_json:
            show_json({"passages": state.total, "embedded": state.done})
        else:
            show(f"Made anew: {state.total:,} passages, {state.done:,} of them with a vector.")


@app.command("remove")
def _remove(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID...", help="The ids of the articles.")] = None,
    from_file: Annotated[
        Path | None, typer.Option("--from-file", metavar="FILE", help="Read ids from a file, one on each line.")
    ] = None,
    index: IndexFolder = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Erase articles with all their versions."""
    wanted = [*(ids or []), *_lines_of(from_file)]
    if not wanted:
        raise typer.BadParameter("Name at least one id, or a file of ids with --from-file.", param_hint="ID...")
    with _opened(index) as opened:
        removed = opened.remove(wanted)
    found = set(removed)
    missing = [article_id for article_id in dict.fromkeys(wanted) if article_id not in found]
    if as_json:
        show_json({"removed": removed, "not_found": missing})
    else:
        show(f"{len(removed):,} articles removed.")
    if missing:
        say(f"Not in the index: {', '.join(missing)}")
        raise typer.Exit(NOTHING_FOUND)


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _opened(folder: Path | None) -> Index:
    """The index named, else the configured one. Whether it is there is asked before anything heavy is imported."""
    config = load_config(index=_text(folder))
    require_index(config)
    from qa.index import Index

    return Index(config.index, config)


def _embed_rest(index: Index, limit: int | None = None, hint: bool = False) -> int:
    """Compute the missing vectors; the number computed."""
    state = index.embed_progress()
    if state.done == state.total:
        return 0
    with _safe_to_stop(_STOPPED_ENCODING), progress.encoding() as tell:
        if hint and tell:
            say("Questions can be asked already. Vectors make the answers better; Ctrl-C is safe.")
        return index.embed(tell, limit)


@contextlib.contextmanager
def _safe_to_stop(message: str) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        say(message)
        raise typer.Exit(STOPPED) from None


def _write_report(path: Path, added: AddReport) -> None:
    with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
        for record in added.rejected:
            file.write(json.dumps(record.as_dict()) + "\n")


def _filters(first: Any, last: Any, sources: list[str] | None) -> Filters:
    if first and last and first > last:
        raise typer.BadParameter(f"{first} is later than {last}.", param_hint="--from")
    return Filters(first, last, tuple(sources or ()))


def _why_nothing(index: Index, filters: Filters) -> str:
    """What the person who asked may want to know: an outlet that is not there, or days not covered."""
    stats = index.stats()
    if not stats.articles:
        return "The index holds no articles yet; add some with `qa index`."
    known = {source.casefold() for source in stats.sources}
    unknown = [source for source in filters.sources if source.casefold() not in known]
    if unknown:
        return f"There is no outlet {', '.join(unknown)} here. The outlets are: {', '.join(stats.sources)}."
    if (filters.published_from or filters.published_to) and stats.first_day:
        return f"The articles were published from {stats.first_day} to {stats.last_day}."
    return ""


def _lines_of(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ArticleFileError("The list of ids is not UTF-8", where=str(path), cure="Save it as UTF-8.") from None
    return [line.strip() for line in text.splitlines() if line.strip()]
