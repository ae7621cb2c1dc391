"""`qa chat`: the web chat over an index, or over the sample archive."""

from __future__ import annotations

import contextlib
import importlib.resources
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli.options import IndexFolder, Verbose
from qa.cli.printing import show
from qa.config import load_config
from qa.database import FILE_NAME
from qa.errors import IndexLockedError, IndexNotFoundError
from qa.web.serving.access import Access
from qa.web.serving.logs import log_as_json

if TYPE_CHECKING:
    from qa.config import Config
    from qa.index import Index

SAMPLE_INDEX = "index/sample"
# The last one has no answer in the sample archive: a refusal is worth seeing, too.
_SAMPLE_QUESTIONS = (
    "How many people died in the Millrace Works fire?",
    "Where was the stolen astrolabe hidden?",
    "Why did Otto Brandsen have to go?",
    "What animal caused the blackout?",
    "How many midwives does St. Brannoc's maternity ward employ?",
)


def chat(
    sample: Annotated[
        bool, typer.Option("--sample", help="Chat with the sample archive; it is made in index/sample if need be.")
    ] = False,
    host: Annotated[
        str | None, typer.Option("--host", show_default="127.0.0.1", help="The address to listen on.")
    ] = None,
    port: Annotated[int | None, typer.Option("--port", show_default="7860", help="The port to listen on.")] = None,
    no_embed: Annotated[bool, typer.Option("--no-embed", help="Compute no vectors in the background.")] = False,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the chat in the browser.")] = False,
    auth: Annotated[
        Path | None, typer.Option("--auth", metavar="FILE", help="Let in only the users in this file; see `qa user`.")
    ] = None,
    open_to_everyone: Annotated[
        bool, typer.Option("--open-to-everyone", help="It is meant that who reaches --host needs no password.")
    ] = False,
    editor: Annotated[
        bool,
        typer.Option(
            "--editor", help="Let articles be added and removed: with --auth by its editors, else by whoever sits here."
        ),
    ] = False,
    root_path: Annotated[
        str | None, typer.Option("--root-path", metavar="URL", help="The URL or path under which a proxy shows it.")
    ] = None,
    metrics: Annotated[bool, typer.Option("--metrics", help="Offer figures for Prometheus at /metrics.")] = False,
    json_log: Annotated[bool, typer.Option("--json-log", help="Log in JSON Lines.")] = False,
    log_questions: Annotated[bool, typer.Option("--log-questions", help="Log what is asked.")] = False,
    index: IndexFolder = None,
    verbose: Verbose = False,
) -> None:
    """Open the web chat. Ctrl-C ends it."""
    folder = None if index is None else str(index)
    config = load_config(
        index=folder or (SAMPLE_INDEX if sample else None), host=host, port=port, chat_root_path=root_path
    )
    if not sample:
        require_index(config)
    if json_log:
        log_as_json()
    _log_events(questions=log_questions, edits=editor)
    from qa.web.app import serve

    serve(
        lambda: open_sample(config) if sample else _open(config),
        config, host=config.host, port=config.port, embed=not no_embed, open_browser=open_browser, ready=_say_ready,
        examples=_SAMPLE_QUESTIONS if sample else None,
        access=Access(auth, open_to_everyone, metrics, log_questions, editor),
    )  # fmt: skip


def _log_events(*, questions: bool, edits: bool) -> None:
    """Log what else is too ordinary for that: who wants the text of questions, or lets others edit, wants to see it."""
    for wanted, name in ((questions, "qa.web.questions"), (edits, "qa.web.editing")):
        if wanted:
            logging.getLogger(name).setLevel(logging.INFO)


def require_index(config: Config) -> None:
    """Raise IndexNotFoundError where no index was made; asked before anything heavy is imported."""
    if not (Path(config.index) / FILE_NAME).is_file():
        raise IndexNotFoundError(
            "There is no index here", where=config.index, cure=f"Make one: qa index ARTICLES --index {config.index}"
        )


def open_sample(config: Config) -> Index:
    """The sample archive in the index of the configuration, made or brought up to date without any encoding."""
    from qa.index import Index

    index = Index(config.index, config, create=True)
    try:
        articles = importlib.resources.files("qa") / "sample" / "articles.jsonl"
        # Where the articles are there already, another process that writes is no reason to wait for it.
        filled = contextlib.suppress(IndexLockedError) if index.stats().articles else contextlib.nullcontext()
        with importlib.resources.as_file(articles) as path, filled:
            index.add(path)
    except BaseException:
        index.close()
        raise
    return index


def _open(config: Config) -> Index:
    from qa.index import Index

    return Index(config.index, config)


def _say_ready(url: str) -> None:
    show(f"The chat is open at {url} (Ctrl-C ends it)")
