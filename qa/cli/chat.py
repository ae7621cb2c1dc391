"""`qa chat`: the web chat over an index, or over the sample archive."""

from __future__ import annotations

import contextlib
import importlib.resources
from pathlib import Path
from typing import TYPE_CHECKING

from qa.cli.printing import show
from qa.config import load_config
from qa.database import FILE_NAME
from qa.errors import IndexLockedError, IndexNotFoundError

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


def serve_chat(
    index: str | None, *, sample: bool, host: str | None, port: int | None, embed: bool, open_browser: bool
) -> None:
    """Serve the chat until Ctrl-C.

    Raises:
        IndexNotFoundError: there is no index to chat with.
    """
    config = load_config(index=index or (SAMPLE_INDEX if sample else None), host=host, port=port)
    if not sample:
        require_index(config)
    from qa.web.app import serve

    serve(
        lambda: open_sample(config) if sample else _open(config),
        config, host=config.host, port=config.port, embed=embed, open_browser=open_browser, ready=_say_ready,
        examples=_SAMPLE_QUESTIONS if sample else None,
    )  # fmt: skip


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
