"""Parquet, through pyarrow: the columns that are fields, a small batch at a time."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from qa.errors import ArticleFileError
from qa.formats.fields import FIELD_ALIASES, make_article
from qa.formats.opening import COMPRESSIONS, read_chunks, too_long_reason
from qa.records import Article, BadRecord, Origin

_BATCH_ROWS = 256
_BUFFER_BYTES = 1 << 20
_NAMES = frozenset(name for names in FIELD_ALIASES.values() for name in names)


def read_parquet(path: Path, maximum: int) -> Iterator[Article | BadRecord]:
    """One result for each row; origins count rows from 1.

    Raises:
        ArticleFileError: the file is no Parquet, is damaged, cannot be read, or has no column with text.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    name = str(path)
    with contextlib.ExitStack() as stack:
        row = 0
        try:
            source: IO[bytes]
            if path.suffix.lower() in COMPRESSIONS:
                # Parquet is read from its end, so it has to lie uncompressed somewhere.
                source = stack.enter_context(tempfile.TemporaryFile())
                source.writelines(read_chunks(path))
                source.seek(0)
            else:
                source = stack.enter_context(path.open("rb"))
            file = pq.ParquetFile(source, buffer_size=_BUFFER_BYTES)
            columns = _columns(path, file.schema_arrow)
            for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=columns):
                for record in _records(batch, maximum):
                    row += 1
                    origin = Origin(name, row)
                    yield BadRecord(origin, record) if isinstance(record, str) else make_article(record, origin)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise ArticleFileError(
                f"The Parquet file cannot be read after row {row}: {error}",
                where=name,
                cure="Copy or write it again, and check that you may read it.",
            ) from error


def _columns(path: Path, schema: Any) -> list[str]:
    columns = [name for name in schema.names if name.strip().lower() in _NAMES]
    lowered = {name.strip().lower() for name in columns}
    if lowered.isdisjoint(FIELD_ALIASES["text"] + FIELD_ALIASES["status"]):
        raise ArticleFileError(
            "The Parquet file has no column with the text",
            where=str(path),
            cure=f"Name one of its columns {', '.join(FIELD_ALIASES['text'])}.",
        )
    return columns


def _records(batch: Any, maximum: int) -> Iterator[dict[str, Any] | str]:
    """Each row as a dictionary, or the reason why it has none."""
    sizes = _row_sizes(batch)
    if max(sizes, default=0) <= maximum:
        try:
            rows = _in_python(batch)
        except (ValueError, OverflowError):
            pass  # some cell cannot be turned into Python: find out which, below
        else:
            yield from rows
            return
    for number, size in enumerate(sizes):
        if size > maximum:
            yield too_long_reason(size, maximum)
            continue
        try:
            yield _in_python(batch.slice(number, 1))[0]
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            yield f"not UTF-8: byte 0x{byte:02x} at byte offset {error.start} of a cell; write the file again as UTF-8"
        except (ValueError, OverflowError) as error:
            yield f"a cell cannot be read: {error}"


def _in_python(batch: Any) -> list[dict[str, Any]]:
    """The rows; moments without a zone, in UTC, since Python has no nanoseconds and may have no zone database."""
    import pyarrow as pa
    import pyarrow.compute as pc

    moments = pc.CastOptions(target_type=pa.timestamp("us"), allow_time_truncate=True)
    for index, field in enumerate(batch.schema):
        if pa.types.is_timestamp(field.type):
            batch = batch.set_column(index, field.name, pc.cast(batch.column(index), options=moments))
    rows: list[dict[str, Any]] = batch.to_pylist()
    return rows


def _row_sizes(batch: Any) -> list[int]:
    """The bytes of text in each row, counted before any of it is made into Python strings."""
    import pyarrow as pa
    import pyarrow.compute as pc

    sizes = [0] * batch.num_rows
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            continue
        for row, size in enumerate(pc.binary_length(column).to_pylist()):
            sizes[row] += size or 0
    return sizes
