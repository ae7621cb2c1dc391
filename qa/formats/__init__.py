"""News articles out of files: JSON Lines, JSON, CSV, TSV, Parquet, plain text, Markdown, and feeds (RSS, Atom).

`read_articles` takes a file or a folder. What a file holds is known by its ending, and each may be
compressed as .gz or .zst (then `news.jsonl.gz`). All text is strict UTF-8, with or without a mark
at the start; only feeds may declare another encoding, as XML does. Every record becomes exactly one
`Article` or one `BadRecord`; blank lines in JSON Lines and CSV are no records. Duplicate ids are the
index's concern. The fields and their other names are in qa/formats/fields.py (`FIELD_ALIASES`), the
spellings of dates in dates.py, ids in identity.py. `fetch_feed` fetches a feed by its address.

A folder is walked in sorted order. Files and folders whose names start with a dot are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qa.errors import ArticleFileError
from qa.formats.addresses import Feed, fetch_feed, is_address, without_password
from qa.formats.documents import read_markdown, read_text
from qa.formats.feeds import read_feed
from qa.formats.fields import FIELD_ALIASES
from qa.formats.json_values import read_json_values
from qa.formats.jsonl import read_json_lines
from qa.formats.opening import COMPRESSIONS, read_chunks
from qa.formats.parquet import read_parquet
from qa.formats.tables import read_table
from qa.records import Article, BadRecord, Origin

__all__ = ["ENDINGS", "FIELD_ALIASES", "Feed", "fetch_feed", "is_address", "read_articles", "without_password"]

_FEEDS = (".xml", ".rss", ".atom")
ENDINGS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".txt", ".md", ".markdown", *_FEEDS)
_ENDINGS_IN_WORDS = f"{', '.join(ENDINGS)}, each also with {' or '.join(COMPRESSIONS)} after it"


def read_articles(
    path: str | Path | Feed, *, maximum_record_bytes: int, feed_bytes: int | None = None
) -> Iterator[Article | BadRecord]:
    """The articles of a file, of all files of a folder, or of a feed that was fetched, and the records that are none.

    Whatever is wrong with one record is yielded as a BadRecord in its place. In a folder, so is
    whatever is wrong with one file (with the line None). A feed may have `feed_bytes` in all; where that is not given,
    as many as a record.

    Raises:
        ArticleFileError: at once if there is nothing to read at this path, its ending is unknown, or
            the folder holds no article file; while reading if the file is damaged, after the records
            before the damage.
    """
    most = maximum_record_bytes if feed_bytes is None else feed_bytes
    if isinstance(path, Feed):
        return read_feed(
            [path.content], path.address, maximum_record_bytes, most, base=path.base, encoding=path.encoding
        )
    path = Path(path)
    try:
        is_folder = path.is_dir()
        if not is_folder and not path.exists():
            raise ArticleFileError("There is no such file or folder", where=str(path), cure="Correct the path.")
    except OSError as error:
        raise _unreadable(path, error) from error
    if is_folder:
        return _read_folder(_files_in(path), maximum_record_bytes, most)
    problem = _problem_with(path)
    if problem:
        raise problem
    return _read_file(path, maximum_record_bytes, most)


def _read_file(path: Path, maximum: int, most: int) -> Iterator[Article | BadRecord]:
    match _ending(path):
        case ".jsonl" | ".ndjson":
            return read_json_lines(path, maximum)
        case ".json":
            return read_json_values(path, maximum)
        case ".csv":
            return read_table(path, maximum, ",")
        case ".tsv":
            return read_table(path, maximum, "\t")
        case ".parquet":
            return read_parquet(path, maximum)
        case ".txt":
            return read_text(path, maximum)
        case ending if ending in _FEEDS:
            return read_feed(read_chunks(path), str(path), maximum, most)
        case _:
            return read_markdown(path, maximum)


def _read_folder(files: list[Path | BadRecord], maximum: int, most: int) -> Iterator[Article | BadRecord]:
    for file in files:
        if isinstance(file, BadRecord):
            yield file
            continue
        try:
            yield from _read_file(file, maximum, most)
        except ArticleFileError as error:
            yield _bad_file(file, error)


def _files_in(folder: Path) -> list[Path | BadRecord]:
    """The files to read, sorted, and in their places what cannot be read.

    Raises:
        ArticleFileError: the folder cannot be listed, or no file in it has a known ending.
    """
    try:
        files = list(_walk(folder))
    except OSError as error:
        raise _unreadable(folder, error) from error
    if not any(isinstance(file, Path) for file in files):
        raise ArticleFileError(
            "The folder holds no article file", where=str(folder), cure=f"Known endings are {_ENDINGS_IN_WORDS}."
        )
    return files


def _walk(folder: Path) -> Iterator[Path | BadRecord]:
    for name in sorted(entry.name for entry in folder.iterdir()):
        path = folder / name
        if name.startswith("."):
            continue
        if path.is_dir():
            # Followed links could lead round in circles, or into the same files twice.
            if path.is_symlink():
                yield BadRecord(Origin(str(path)), "a link to a folder is not followed; name that folder itself")
                continue
            try:
                yield from _walk(path)
            except OSError as error:
                yield BadRecord(Origin(str(path)), f"the folder cannot be listed: {error.strerror or error}")
        else:
            problem = _problem_with(path)
            yield _bad_file(path, problem) if problem else path


def _bad_file(path: Path, error: ArticleFileError) -> BadRecord:
    return BadRecord(Origin(str(path)), f"{error.what}. {error.cure}")


def _problem_with(path: Path) -> ArticleFileError | None:
    if _ending(path) not in ENDINGS:
        return ArticleFileError(
            "The ending of the file's name is unknown", where=str(path), cure=f"Known are {_ENDINGS_IN_WORDS}."
        )
    if path.exists() and not path.is_file():
        return ArticleFileError(
            "This is neither a file nor a folder", where=str(path), cure="Write its content to a file and name that."
        )
    return None


def _ending(path: Path) -> str:
    """The ending that tells the format, in lower case, without that of a compression."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in COMPRESSIONS:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _unreadable(path: Path, error: OSError) -> ArticleFileError:
    return ArticleFileError(
        f"It cannot be read: {error.strerror or error}", where=str(path), cure="Check that you may read it."
    )
