"""Dateline: ask questions of a news archive and get quoted sentences with their sources.

    import qa

    index = qa.build_index("index/mine", "articles.jsonl")
    answer = index.ask("Who met whom?")

Importing this package is quick: torch, FAISS, Tantivy and Gradio are imported when they are first needed.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.config import Config, load_config
from qa.errors import (
    ArchiveError,
    ArticleFileError,
    ConfigError,
    DataSetError,
    DatelineError,
    EncoderError,
    IndexClosedError,
    IndexDamagedError,
    IndexLockedError,
    IndexMismatchError,
    IndexNotFoundError,
    LanguageModelError,
    QuestionError,
)
from qa.records import (
    AddReport,
    Answer,
    Article,
    BadRecord,
    Citation,
    Conflict,
    EmbedProgress,
    Filters,
    Hit,
    Mention,
    Passage,
    Period,
    Query,
    Sentence,
    ShortAnswer,
    Statement,
    Statistics,
)

if TYPE_CHECKING:
    from qa.index import Index
    from qa.ingest import Articles

__version__ = "0.1.0"

__all__ = [
    "AddReport",
    "Answer",
    "ArchiveError",
    "Article",
    "ArticleFileError",
    "BadRecord",
    "Citation",
    "Config",
    "ConfigError",
    "Conflict",
    "DataSetError",
    "DatelineError",
    "EmbedProgress",
    "EncoderError",
    "Filters",
    "Hit",
    "Index",
    "IndexClosedError",
    "IndexDamagedError",
    "IndexLockedError",
    "IndexMismatchError",
    "IndexNotFoundError",
    "LanguageModelError",
    "Mention",
    "Passage",
    "Period",
    "Query",
    "QuestionError",
    "Sentence",
    "ShortAnswer",
    "Statement",
    "Statistics",
    "build_index",
    "load_config",
    "open_index",
    "retrieve",
]


def build_index(
    path: str | Path, articles: Articles, *, embed: bool = True, config: Config | None = None,
    progress: Callable[[EmbedProgress], None] | None = None,
) -> Index:  # fmt: skip
    """Create an index, or add to the one that is there, and compute the vectors.

    Args:
        path: the folder of the index.
        articles: a file, folder or address of a feed, several of them, or an iterable of Article.
        embed: False leaves the vectors for later (`Index.embed`); questions can be asked all the same.
        config: the settings; by default `load_config()`.
        progress: is told how far the vectors are.

    Returns:
        The open Index; its `report` says what became of every record.

    Raises:
        ArticleFileError: a file or feed cannot be read at all.
        IndexMismatchError: the index was made with other settings.
        IndexLockedError: another process is writing to it.
    """
    from qa.index import Index

    index = Index(path, config, create=True)
    try:
        index.add(articles)
        if embed:
            index.embed(progress=progress)
    except BaseException:
        index.close()
        raise
    return index


def open_index(path: str | Path, *, config: Config | None = None) -> Index:
    """Open an index that was made before.

    Raises:
        IndexNotFoundError: there is none at that path; the message names the command that makes one.
        IndexMismatchError: it was made with other settings.
        IndexDamagedError: its SQLite file is damaged.
    """
    from qa.index import Index

    return Index(path, config)


def retrieve(
    question: str, k: int | None = None, filters: Filters | None = None, as_of: datetime.date | None = None, *,
    index: str | Path | None = None, ignored: Iterable[str] = (),
) -> list[Hit]:  # fmt: skip
    """The k best passages for a question, in one call: opens the index, asks, closes. See `Index.retrieve`.

    Args:
        index: the folder of the index; by default the one of the configuration.
    """
    with open_index(index or load_config().index) as opened:
        return opened.retrieve(question, k, filters, as_of, ignored=ignored)


def __getattr__(name: str) -> Any:
    if name == "Index":
        from qa.index import Index

        return Index
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
