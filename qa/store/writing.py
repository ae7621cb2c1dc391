# ruff: noqa: S608  (only question marks and constant fragments are put into the statements)
"""Statements that write articles, inside a transaction that the caller has begun."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from qa.rows import PreparedArticle, chunks, marks, version_row


def write_articles(connection: sqlite3.Connection, batch: Sequence[PreparedArticle], fingerprint: str) -> None:
    """Write articles, their passages and the change log.

    The passages of a version that is superseded leave the archive; its text stays as history.
    """
    encoder = encoder_number(connection, fingerprint)
    for part in _without_repeated_ids(batch):
        _write_part(connection, part, encoder)


def _write_part(connection: sqlite3.Connection, batch: Sequence[PreparedArticle], encoder: int) -> None:
    """Write articles of different ids, a few statements for all of them: this is the cost of taking articles in."""
    latest = _latest_version_numbers(connection, [prepared.article.id for prepared in batch])
    sources = {name: _source_number(connection, name) for name in {p.article.source for p in batch}}
    passage = first = _last_number(connection, "passages") + 1
    version_rows, article_rows, passage_rows = list[Any](), list[Any](), list[Any]()
    for version, prepared in enumerate(batch, start=_last_number(connection, "versions") + 1):
        article = prepared.article
        source = sources[article.source]
        number = latest.get(article.id, 0) + 1
        version_rows.append(version_row(version, number, source, prepared))
        if not prepared.current:
            continue
        if number > 1:
            _drop_passages(connection, article.id)
        article_rows.append((article.id, version))
        day = article.day.toordinal() if article.day else None
        for ordinal, item in enumerate(prepared.passages):
            span = (item.passage.start, item.passage.end)
            passage_rows.append((passage, version, ordinal, *span, item.text_hash, item.body_hash, source, day))
            passage += 1
    connection.executemany(f"INSERT INTO versions VALUES ({marks('v' * 15)})", version_rows)
    connection.executemany("INSERT OR REPLACE INTO articles VALUES (?, ?)", article_rows)
    connection.executemany(f"INSERT INTO passages VALUES ({marks('p' * 9)})", passage_rows)
    connection.execute(
        "INSERT INTO changes (op, passage) SELECT 'add', passage FROM passages WHERE passage >= ? ORDER BY passage",
        (first,),
    )
    # A text that was encoded before: its vector can be used at once.
    connection.execute(
        "INSERT INTO changes (op, passage) SELECT 'embed', p.passage FROM passages p CROSS JOIN embeddings e"
        " ON e.encoder = ? AND e.text_hash = p.text_hash WHERE p.passage >= ? ORDER BY p.passage",
        (encoder, first),
    )


def erase_articles(connection: sqlite3.Connection, article_ids: Sequence[str]) -> int:
    """Erase articles with all versions, passages and embeddings; the number of articles that were there."""
    removed = 0
    for article_id in dict.fromkeys(article_ids):
        _drop_passages(connection, article_id)
        removed += connection.execute("DELETE FROM articles WHERE id = ?", (article_id,)).rowcount
        connection.execute("DELETE FROM versions WHERE article_id = ?", (article_id,))
    connection.execute(
        "DELETE FROM embeddings WHERE NOT EXISTS"
        " (SELECT 1 FROM passages WHERE passages.text_hash = embeddings.text_hash)"
    )
    return removed


def _drop_passages(connection: sqlite3.Connection, article_id: str) -> None:
    where = "WHERE version = (SELECT version FROM articles WHERE id = ?)"
    connection.execute(
        f"INSERT INTO changes (op, passage) SELECT 'delete', passage FROM passages {where}", (article_id,)
    )
    connection.execute(f"DELETE FROM passages {where}", (article_id,))


def encoder_number(connection: sqlite3.Connection, fingerprint: str) -> int:
    """The number of the encoder with this fingerprint; it is given one if it has none."""
    connection.execute("INSERT OR IGNORE INTO encoders (fingerprint) VALUES (?)", (fingerprint,))
    row = connection.execute("SELECT encoder FROM encoders WHERE fingerprint = ?", (fingerprint,)).fetchone()
    return int(row[0])


def _source_number(connection: sqlite3.Connection, name: str) -> int:
    connection.execute("INSERT OR IGNORE INTO sources (name, folded) VALUES (?, ?)", (name, name.casefold()))
    return int(connection.execute("SELECT source FROM sources WHERE name = ?", (name,)).fetchone()[0])


def _last_number(connection: sqlite3.Connection, table: str) -> int:
    """The highest number that a table ever gave; none is given twice."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return int(row[0]) if row else 0


def _latest_version_numbers(connection: sqlite3.Connection, article_ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in chunks(article_ids):
        found.update(
            connection.execute(
                f"SELECT article_id, MAX(number) FROM versions WHERE article_id IN ({marks(chunk)})"
                " GROUP BY article_id",
                chunk,
            ).fetchall()
        )
    return found


def _without_repeated_ids(batch: Sequence[PreparedArticle]) -> Iterator[list[PreparedArticle]]:
    """The batch in order, cut wherever an id comes again, so that its later version finds the earlier one written."""
    part: dict[str, PreparedArticle] = {}
    for prepared in batch:
        if prepared.article.id in part:
            yield list(part.values())
            part = {}
        part[prepared.article.id] = prepared
    if part:
        yield list(part.values())
