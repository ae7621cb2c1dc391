"""The index for a data set: made where there is none, else asked as it is or brought up to date."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qa.config import Config
from qa.errors import DataSetError, IndexNotFoundError
from qa.evaluation.beir import read_corpus
from qa.evaluation.questions import BEIR, DataSet
from qa.ingest import read_records
from qa.records import AddReport, Article, BadRecord, EmbedProgress

if TYPE_CHECKING:
    from qa.index import Index

OWN_FOLDER = ".dateline"

# Something that shows progress while it is open; None where nobody watches.
Watch = Callable[[], AbstractContextManager[Callable[[int], None] | None]]
WatchVectors = Callable[[], AbstractContextManager[Callable[[EmbedProgress], None] | None]]


@dataclass(frozen=True, slots=True)
class Preparation:
    """What was done before the first question, and what the index then held.

    `seconds` is by stage: "reading" (the articles, until they can be found), "encoding" (their vectors), "loading"
    (the model). `absent` counts the articles of the data set that the index does not hold. `missing` are the relevant
    articles that it does not hold, or holds as withdrawn: a question with no other one counts as not found.
    """

    index: str
    made: bool
    articles: int
    passages: int
    embedded: int
    encoder: str
    added: int
    rejected: tuple[BadRecord, ...]
    absent: int
    missing: tuple[str, ...]
    seconds: Mapping[str, float]


def prepare(
    data_set: DataSet, folder: Path | None, config: Config, *, embed: bool, dense: bool, reading: Watch,
    encoding: WatchVectors,
) -> tuple[Index, Preparation]:  # fmt: skip
    """Open the index to be asked; the caller closes it.

    The data set's own index (DIR/.dateline) takes in whatever articles are new. One that is named and there is asked
    with the articles that it holds.

    Args:
        folder: the folder of an index; None for the data set's own.
        embed: compute the vectors that are missing.
        dense: the questions will use the model.

    Raises:
        DataSetError: there is neither an index nor a file of articles, or the index holds no relevant article.
        ArchiveError: the index cannot be used.
    """
    index, made = _opened(data_set, folder or data_set.folder / OWN_FOLDER, config)
    seconds: dict[str, float] = {}
    try:
        report, absent = AddReport(), 0
        if made or folder is None:
            with _timed(seconds, "reading"), reading() as tell:
                report = _take_in(index, data_set, config, tell)
        else:
            absent = _absent(index, data_set, config)
        missing = _missing(index, data_set)
        if dense:
            with _timed(seconds, "loading"):
                index.warm()
            if embed:
                with _timed(seconds, "encoding"), encoding() as tell_vectors:
                    if index.embed(tell_vectors):
                        index.warm()  # with the new vectors
        stats = index.stats()
    except BaseException:
        index.close()
        raise
    return index, Preparation(
        str(index.path), made, stats.articles, stats.passages, stats.embedded, stats.encoder,
        report.added + report.updated, report.rejected, absent, missing, seconds,
    )  # fmt: skip


def _records(data_set: DataSet, config: Config) -> Iterator[Article | BadRecord]:
    """The articles of a data set, whatever its layout; none where they lie elsewhere."""
    if data_set.articles is None:
        return iter(())
    if data_set.layout == BEIR:
        return read_corpus(data_set.articles, config.maximum_record_bytes)
    return read_records(data_set.articles, config)


def _take_in(index: Index, data_set: DataSet, config: Config, tell: Callable[[int], None] | None) -> AddReport:
    """Add the articles; what became of all records, those that are no articles included."""
    bad: list[BadRecord] = []

    def articles() -> Iterator[Article]:
        for record in _records(data_set, config):
            if isinstance(record, Article):
                yield record
            else:
                bad.append(record)

    report = index.add(articles(), progress=tell)
    return dataclasses.replace(report, rejected=(*report.rejected, *bad))


def _absent(index: Index, data_set: DataSet, config: Config) -> int:
    ids = {record.id for record in _records(data_set, config) if isinstance(record, Article)}
    return sum(index.article(article_id) is None for article_id in ids)


def _opened(data_set: DataSet, path: Path, config: Config) -> tuple[Index, bool]:
    """The index, and whether it was made now. Whether there is something to put into it is asked before."""
    from qa.index import Index

    try:
        return Index(path, config), False
    except IndexNotFoundError:
        if data_set.articles is None:
            raise DataSetError(
                "The data set has no articles, and there is no index of them",
                where=str(path),
                cure=f"Put the articles into {data_set.folder}, or name an index that holds them with --index.",
            ) from None
        _records(data_set, config)  # refuses what cannot be read
        return Index(path, config, create=True), True


def _missing(index: Index, data_set: DataSet) -> tuple[str, ...]:
    wanted = dict.fromkeys(article for question in data_set.questions for article in question.gains)
    missing = []
    for article_id in wanted:
        article = index.article(article_id)
        if article is None or article.withdrawn:
            missing.append(article_id)
    if len(missing) == len(wanted):
        raise DataSetError(
            f"The index holds none of the {len(wanted)} relevant articles",
            where=str(index.path),
            cure="Name the index of these articles with --index, or check the ids in the questions.",
        )
    return tuple(missing)


@contextlib.contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - started
