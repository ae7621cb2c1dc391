"""Bytes out of files, compressed or not, in bounded pieces.

Nothing in here holds more than one record of the allowed size and one piece of the file.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from qa.errors import ArticleFileError

COMPRESSIONS = (".gz", ".zst")
BOM = codecs.BOM_UTF8

_CHUNK = 256 * 1024
# Zstandard can swell a piece 32,000-fold, and its decoder has no bound on its output: the piece is the bound.
_COMPRESSED_PIECE = 512
_GZIP = 31  # zlib's number for "with a gzip header and checksum"
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class TooLong:
    """Stands for a record that was passed over: its length in bytes, and how many `"` were in it."""

    length: int
    quotes: int


def read_chunks(path: Path) -> Iterator[bytes]:
    """The content of a file in pieces, uncompressed, without the UTF-8 mark at its start.

    Raises:
        ArticleFileError: it cannot be opened or read, or its compression is damaged or cut short.
            All that came before the damage has been yielded by then.
    """
    chunks = _raw_chunks(path)
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= len(BOM):
            break
    yield head.removeprefix(BOM)
    yield from chunks


def _raw_chunks(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            if path.suffix.lower() in COMPRESSIONS:
                yield from _decompressed(file, path)
            else:
                while chunk := file.read(_CHUNK):
                    yield chunk
    except OSError as error:
        raise ArticleFileError(
            f"The file cannot be read: {error.strerror or error}",
            where=str(path),
            cure="Check that it exists and that you may read it.",
        ) from error


def _decompressed(file: BinaryIO, path: Path) -> Iterator[bytes]:
    """Any number of gzip members or Zstandard frames, one after another."""
    new_decoder, damage = _decoding(path)
    decoder = None
    started = False
    ready: list[bytes] = []
    size = 0
    try:
        while piece := file.read(_COMPRESSED_PIECE):
            while piece:
                if decoder is None:
                    if started and not (piece := piece.lstrip(b"\0")):
                        break  # tape-style padding after the last member
                    decoder = new_decoder()
                    started = True
                ready.append(decoder.decompress(piece))
                size += len(ready[-1])
                piece = b""
                if decoder.eof:
                    piece, decoder = decoder.unused_data, None
            if size >= _CHUNK:
                yield b"".join(ready)
                ready, size = [], 0
    except damage as error:
        yield b"".join(ready)
        raise _damaged(path, f"is damaged: {error}") from error
    yield b"".join(ready)
    if decoder is not None or not started:
        raise _damaged(path, "is cut short" if started else "is empty")


def _decoding(path: Path) -> tuple[Callable[[], Any], type[Exception]]:
    if path.suffix.lower() == ".gz":
        return lambda: zlib.decompressobj(wbits=_GZIP), zlib.error
    import zstandard

    return lambda: zstandard.ZstdDecompressor().decompressobj(), zstandard.ZstdError


def _damaged(path: Path, what: str) -> ArticleFileError:
    return ArticleFileError(
        f"The compressed file {what}", where=str(path), cure="Copy or download it again; what came before was read."
    )


class Collector:
    """Puts one record together from parts, and drops it as soon as it is longer than allowed."""

    def __init__(self, maximum: int) -> None:
        self._maximum = maximum
        self._parts: list[bytes] = []
        self._dropped_quotes = 0
        self.length = 0

    def add(self, part: bytes) -> None:
        self.length += len(part)
        self._parts.append(part)
        if self.length > self._maximum:
            self._dropped_quotes += sum(part.count(b'"') for part in self._parts)
            self._parts.clear()

    def take(self) -> bytes | TooLong:
        """The record, and a fresh start."""
        whole = b"".join(self._parts)
        record = TooLong(self.length, self._dropped_quotes) if self.length > self._maximum else whole
        self._parts.clear()
        self.length = self._dropped_quotes = 0
        return record


def bounded_lines(chunks: Iterable[bytes], maximum: int) -> Iterator[tuple[int, bytes | TooLong]]:
    r"""Each line with its number from 1, without its "\n"; a line over `maximum` bytes as TooLong."""
    unfinished = Collector(maximum)
    number = 1
    for chunk in chunks:
        first, *others = chunk.split(b"\n")
        unfinished.add(first)
        for part in others:
            yield number, unfinished.take()
            number += 1
            unfinished.add(part)
    if unfinished.length:
        yield number, unfinished.take()


def whole_content(chunks: Iterable[bytes], maximum: int) -> bytes | TooLong:
    """All of it as one record, read to the end (so that damage shows) but not kept if too long."""
    content = Collector(maximum)
    for chunk in chunks:
        content.add(chunk)
    return content.take()


def decode(record: bytes | TooLong, maximum: int) -> str:
    """The record as text.

    Raises:
        ValueError: it is too long or not UTF-8; the message is the reason to report.
    """
    if isinstance(record, TooLong):
        raise ValueError(too_long_reason(record.length, maximum))
    try:
        return record.decode()
    except UnicodeDecodeError as error:
        raise ValueError(encoding_reason(record, error.start)) from error


def too_long_reason(length: int, maximum: int) -> str:
    """Why a record of `length` bytes was passed over."""
    return (
        f"the record is {length:,} bytes long, more than the {maximum:,} allowed; "
        "shorten it, or raise maximum_record_bytes"
    )


def encoding_reason(line: bytes, start: int, before: int = 0) -> str:
    """Why these bytes are no text: the one at `start` is not UTF-8. `before` bytes of the record come earlier."""
    guess = " (it looks like UTF-16)" if line.startswith(_UTF_16_MARKS) else ""
    return (
        f"not UTF-8{guess}: byte 0x{line[start]:02x} at byte offset {before + start} of the record; "
        "convert the file to UTF-8"
    )
