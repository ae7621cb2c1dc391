"""A .json file: an array of objects, one object, or objects one after another.

The file is cut into its values without being decoded, so that an array of any length takes the
memory of one record, and a value that is no JSON costs only itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from qa.errors import ArticleFileError
from qa.formats.jsonl import article_from_json
from qa.formats.opening import Collector, TooLong, read_chunks
from qa.records import Article, BadRecord, Origin

_WHITE_SPACE = b" \t\r\n"
_OUTSIDE_STRINGS = re.compile(rb'["\[\]{},]')
_INSIDE_STRINGS = re.compile(rb'["\\]')


def read_json_values(path: Path, maximum: int) -> Iterator[Article | BadRecord]:
    """One result for each value; origins count them from 1.

    Raises:
        ArticleFileError: as `read_chunks` does, or the file ends inside the array or goes on after it.
    """
    name = str(path)
    chunks = _without_leading_space(read_chunks(path))
    first = next(chunks, b"")
    if first.startswith(b"["):
        values = _array_elements(path, first[1:], chunks, maximum)
    else:
        values = _top_level_values(first, chunks, maximum)
    for number, value in enumerate(values, start=1):
        yield article_from_json(value, Origin(name, number), maximum)


def _without_leading_space(chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        if start := chunk.lstrip(_WHITE_SPACE):
            yield start
            break
    yield from chunks


class _Borders:
    """Where values end: follows strings and brackets across chunks."""

    def __init__(self) -> None:
        self.depth = 0
        self._in_string = False
        self._escaped = False

    def next(self, chunk: bytes, position: int) -> tuple[int, bytes]:
        """The end of the next bracket or comma outside strings, and that sign; `(len(chunk), b"")` if none."""
        while position < len(chunk):
            if self._escaped:
                self._escaped = False
                position += 1
                continue
            pattern = _INSIDE_STRINGS if self._in_string else _OUTSIDE_STRINGS
            match = pattern.search(chunk, position)
            if match is None:
                break
            position, sign = match.end(), match[0]
            if sign == b"\\":
                self._escaped = True
            elif sign == b'"':
                self._in_string = not self._in_string
            else:
                self.depth += (sign in b"[{") - (sign in b"]}")
                return position, sign
        return len(chunk), b""


def _array_elements(path: Path, first: bytes, chunks: Iterator[bytes], maximum: int) -> Iterator[bytes | TooLong]:
    borders = _Borders()
    element = Collector(maximum)
    chunk: bytes | None = first
    count = 0
    while chunk is not None:
        start = position = 0
        while position < len(chunk):
            position, sign = borders.next(chunk, position)
            closed = borders.depth < 0
            if not closed and not (sign == b"," and borders.depth == 0):
                continue
            element.add(chunk[start : position - 1])
            start = position
            value = element.take()
            # "[]" and "[ ]" hold nothing; between commas, nothing is an error of its own.
            if not closed or count or isinstance(value, TooLong) or value.strip(_WHITE_SPACE):
                yield value
            count += 1
            if closed:
                _check_end(path, chunk[position:], chunks)
                return
        element.add(chunk[start:])
        chunk = next(chunks, None)
    raise ArticleFileError(
        f"The JSON array is never closed after its element {count}",
        where=str(path),
        cure="Copy or write the file again; the elements before were read.",
    )


def _check_end(path: Path, rest: bytes, chunks: Iterator[bytes]) -> None:
    while not rest.strip(_WHITE_SPACE):
        following = next(chunks, None)
        if following is None:
            return
        rest = following
    raise ArticleFileError(
        "The JSON file goes on after the end of its array",
        where=str(path),
        cure="Put everything into one array, or write one object on each line and name the file .jsonl.",
    )


def _top_level_values(first: bytes, chunks: Iterator[bytes], maximum: int) -> Iterator[bytes | TooLong]:
    borders = _Borders()
    value = Collector(maximum)
    chunk: bytes | None = first
    blank = True
    while chunk is not None:
        start = position = 0
        while position < len(chunk):
            position, sign = borders.next(chunk, position)
            if sign in (b"}", b"]") and borders.depth <= 0:
                borders.depth = 0
                value.add(chunk[start:position])
                yield value.take()
                start, blank = position, True
        rest = chunk[start:].lstrip(_WHITE_SPACE) if blank else chunk[start:]
        blank = blank and not rest
        value.add(rest)
        chunk = next(chunks, None)
    if not blank:
        yield value.take()
