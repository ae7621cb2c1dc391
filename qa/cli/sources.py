"""What `qa index` is to add: files and folders that are there, and feeds that are fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.cli.failures import report
from qa.cli.printing import say
from qa.errors import ArticleFileError

if TYPE_CHECKING:
    from qa.config import Config
    from qa.formats import Feed


def ready(paths: list[str], config: Config) -> tuple[list[str | Feed], list[ArticleFileError]]:
    """What is to be added, with its feeds fetched, and why other feeds were not.

    Before anything is written, and before others are kept from writing. One outlet that cannot be reached keeps
    nothing of the others out.

    Raises:
        ArticleFileError: a path cannot be read; or no feed was fetched, and there is nothing else.
    """
    from qa.formats import fetch_feed, is_address
    from qa.ingest import read_records

    for path in paths:
        if not is_address(path):
            read_records(path, config)
    found: list[str | Feed] = []
    failed: list[ArticleFileError] = []
    for path in paths:
        if not is_address(path):
            found.append(path)
            continue
        try:
            found.append(fetch_feed(path, most=config.feed_bytes, seconds=config.feed_seconds))
        except ArticleFileError as error:
            failed.append(error)
    if not found:
        raise_last(failed)
    if any(not isinstance(source, str) for source in found):
        say("Only the feeds themselves were fetched. Where a feed holds summaries, its articles are these.")
    return found, failed


def raise_last(failed: list[ArticleFileError]) -> None:
    """Say all of them on stderr, the last one by raising it; nothing where there is none."""
    for error in failed[:-1]:
        report(error)
    if failed:
        raise failed[-1]
