"""CSV and TSV: a header, then one record a row, quoted as RFC 4180 says.

The standard library's reader is used and not pyarrow's, which knows no lines and gives up at the
first bad row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from qa.errors import ArticleFileError
from qa.formats.fields import FIELD_ALIASES, make_article
from qa.formats.opening import TooLong, bounded_lines, encoding_reason, read_chunks, too_long_reason
from qa.records import Article, BadRecord, Origin

_LARGEST_FIELD_LIMIT = 2**31 - 1  # more does not fit into a C long everywhere


def read_table(path: Path, maximum: int, delimiter: str) -> Iterator[Article | BadRecord]:
    """One result for each row that is not blank; its origin is the line where the row starts.

    Raises:
        ArticleFileError: as `read_chunks` does, or the header is unreadable or names no text.
    """
    # The limit is the process's, not this reader's: it is only ever raised. `_Lines` is the bound.
    csv.field_size_limit(max(csv.field_size_limit(), min(maximum + 1, _LARGEST_FIELD_LIMIT)))
    name = str(path)
    header: list[str] | None = None
    for line, row, problem in _rows(path, maximum, delimiter):
        if header is None:
            _check_header(path, row, problem)
            header = row
        elif problem:
            yield BadRecord(Origin(name, line), problem)
        elif len(row) != len(header):
            reason = (
                f"{len(row)} cells where the header has {len(header)}; quote cells that hold {delimiter!r} or lines"
            )
            yield BadRecord(Origin(name, line), reason)
        else:
            yield make_article(dict(zip(header, row, strict=True)), Origin(name, line))


def _rows(path: Path, maximum: int, delimiter: str) -> Iterator[tuple[int, list[str], str]]:
    """Each row that is not blank: the line where it starts, its cells, and what is wrong with it."""
    lines = _Lines(bounded_lines(read_chunks(path), maximum), maximum)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin_row()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            extent = f", from line {lines.first} to line {lines.last}" if lines.last > lines.first else ""
            problem = lines.problem or f"not a row: {error}{extent}; double each quotation mark inside a quoted cell"
            yield lines.first, [], problem
        else:
            if row or lines.problem:
                yield lines.first, row, lines.problem


class _Lines:
    """Hands the lines of the file to csv.reader, and keeps what it must not see."""

    def __init__(self, lines: Iterator[tuple[int, bytes | TooLong]], maximum: int) -> None:
        self._lines = lines
        self._maximum = maximum
        self.begin_row()

    def begin_row(self) -> None:
        self.first = self.last = self._size = 0
        self._bad_encoding = ""

    @property
    def problem(self) -> str:
        """What is wrong with the lines of this row; empty if nothing is."""
        if self._size > self._maximum:
            return too_long_reason(self._size, self._maximum)
        return self._bad_encoding

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        self.last, line = next(self._lines)
        if self.first:
            self._size += 1  # the line end inside the row
        else:
            self.first = self.last
        before = self._size
        self._size += line.length if isinstance(line, TooLong) else len(line)
        if isinstance(line, TooLong) or self._size > self._maximum:
            # A row that is too long is not kept, but its quotation marks show where it ends.
            quotes = line.quotes if isinstance(line, TooLong) else line.count(b'"')
            return '"' if quotes % 2 else ""
        try:
            return line.decode() + "\n"
        except UnicodeDecodeError as error:
            self._bad_encoding = self._bad_encoding or encoding_reason(line, error.start, before)
            return line.decode(errors="replace") + "\n"


def _check_header(path: Path, row: list[str], problem: str) -> None:
    names = {cell.strip().lower() for cell in row}
    if not problem and names.intersection(FIELD_ALIASES["text"] + FIELD_ALIASES["status"]):
        return
    raise ArticleFileError(
        f"The header cannot be read: {problem}" if problem else "The header names no column with the text",
        where=str(path),
        cure=f"The first line must name the columns, one of them {', '.join(FIELD_ALIASES['text'])}; "
        "cells are separated by commas in .csv and by tabs in .tsv.",
    )
