"""The archive in SQLite, the only truth: articles and versions, passages, embeddings, the change log."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.database import FILE_NAME, Database, damaged
from qa.records import Article, Filters, Moment, Statistics
from qa.rows import (
    ARTICLE_COLUMNS,
    PreparedArticle,
    PreparedPassage,
    StoredPassage,
    article_from,
    chunks,
    marks,
    moment,
    version_row,
)

__all__ = ["PreparedArticle", "PreparedPassage", "Store", "StoredPassage"]


class Store:
    """Reads and writes the archive. Every write is one transaction. Raises IndexDamagedError."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._database = Database(self.path)

    def close(self) -> None:
        self._database.close()

    # Settings

    def settings(self) -> dict[str, str]:
        with self._database.reading() as connection:
            return dict(connection.execute("SELECT name, value FROM settings").fetchall())

    def set_new_settings(self, values: dict[str, str]) -> None:
        """Remember settings; one that is there already stays as it is."""
        with self._database.transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO settings VALUES (?, ?)", values.items())

    # Articles

    def current_versions(self, article_ids: Sequence[str]) -> dict[str, tuple[str, Moment | None]]:
        """For each id that is known: the content hash of its current version, and when that was last changed."""
        found: dict[str, tuple[str, Moment | None]] = {}
        with self._database.reading() as connection:
            for chunk in chunks(article_ids):
                rows = connection.execute(
                    "SELECT a.id, v.content_hash, COALESCE(v.updated, v.published) FROM articles a "
                    f"JOIN versions v ON v.version = a.version WHERE a.id IN ({marks(chunk)})",
                    chunk,
                )
                found.update((row[0], (row[1], moment(row[2]))) for row in rows)
        return found

    def known_versions(self, article_id: str) -> set[str]:
        """The content hashes of all versions of an article."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT content_hash FROM versions WHERE article_id = ?", (article_id,))
            return {row[0] for row in rows}

    def article(self, article_id: str) -> Article | None:
        """The current version of an article, withdrawn or not; None where the archive has no such id."""
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT {ARTICLE_COLUMNS} FROM articles a JOIN versions v ON v.version = a.version "
                "JOIN sources s ON s.source = v.source WHERE a.id = ?",
                (article_id,),
            ).fetchone()
        return self._checked_article(row) if row else None

    def latest(self, limit: int) -> list[Article]:
        """The searchable articles with the latest days of publication, the newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {ARTICLE_COLUMNS} FROM passages p JOIN versions v ON v.version = p.version"
                " JOIN sources s ON s.source = v.source WHERE p.ordinal = 0 AND p.day IS NOT NULL"
                " ORDER BY p.day DESC, p.version DESC LIMIT ?",
                (limit,),
            ).fetchall()
        return [self._checked_article(row) for row in rows]

    def write(self, batch: Sequence[PreparedArticle], fingerprint: str) -> None:
        """Write articles, their passages and the change log in one transaction.

        The passages of a version that is superseded leave the archive; its text stays as history.
        """
        with self._database.transaction() as connection:
            encoder = _encoder_number(connection, fingerprint)
            for part in _without_repeated_ids(batch):
                self._write_part(connection, part, encoder)

    def _write_part(self, connection: sqlite3.Connection, batch: Sequence[PreparedArticle], encoder: int) -> None:
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
                self._drop_passages(connection, article.id)
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

    def _drop_passages(self, connection: sqlite3.Connection, article_id: str) -> None:
        where = "WHERE version = (SELECT version FROM articles WHERE id = ?)"
        connection.execute(
            f"INSERT INTO changes (op, passage) SELECT 'delete', passage FROM passages {where}", (article_id,)
        )
        connection.execute(f"DELETE FROM passages {where}", (article_id,))

    def remove(self, article_ids: Sequence[str]) -> int:
        """Erase articles with all versions, passages and embeddings; the number of articles that were there."""
        removed = 0
        with self._database.transaction() as connection:
            for article_id in dict.fromkeys(article_ids):
                self._drop_passages(connection, article_id)
                removed += connection.execute("DELETE FROM articles WHERE id = ?", (article_id,)).rowcount
                connection.execute("DELETE FROM versions WHERE article_id = ?", (article_id,))
            connection.execute(
                "DELETE FROM embeddings WHERE NOT EXISTS"
                " (SELECT 1 FROM passages WHERE passages.text_hash = embeddings.text_hash)"
            )
        return removed

    # The change log

    def head(self) -> int:
        """The seq of the newest change; 0 for an empty archive."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT COALESCE(MAX(seq), 0) FROM changes").fetchone()[0])

    def changed_passages(self, after: int, upto: int, ops: tuple[str, ...]) -> list[int]:
        """The passages that any of `ops` touched in after < seq <= upto, each once, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT passage, MIN(seq) AS first FROM changes WHERE seq > ? AND seq <= ? AND op IN ({marks(ops)})"
                " GROUP BY passage ORDER BY first",
                (after, upto, *ops),
            )
            return [row[0] for row in rows]

    def passage_numbers(self) -> np.ndarray[Any, np.dtype[np.int64]]:
        """All searchable passages, ascending, int64."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT passage FROM passages ORDER BY passage").fetchall()
        return np.fromiter((row[0] for row in rows), np.int64, len(rows))

    # Passages

    def lexical_rows(self, numbers: Sequence[int]) -> Iterator[tuple[int, str, str, int, int | None]]:
        """(passage, title, text, source, day) of those passages that are still searchable."""
        for chunk in chunks(numbers):
            with self._database.reading() as connection:
                rows = connection.execute(
                    f"SELECT passage, version, start, end, source, day FROM passages WHERE passage IN ({marks(chunk)})"
                    " ORDER BY passage",
                    chunk,
                ).fetchall()
                versions = list({row[1] for row in rows})
                texts = {
                    version: (title, text)
                    for version, title, text in connection.execute(
                        f"SELECT version, title, text FROM versions WHERE version IN ({marks(versions)})", versions
                    )
                }
            for passage, version, start, end, source, day in rows:
                title, text = texts[version]
                yield passage, title, text[start:end], source, day

    def passages(self, numbers: Sequence[int]) -> dict[int, StoredPassage]:
        """Those of the passages that are still searchable, checked against their hashes."""
        found: dict[int, StoredPassage] = {}
        articles: dict[int, Article] = {}
        with self._database.reading() as connection:
            for chunk in chunks(numbers):
                rows = connection.execute(
                    f"SELECT passage, version, start, end, text_hash, body_hash FROM passages"
                    f" WHERE passage IN ({marks(chunk)})",
                    chunk,
                ).fetchall()
                missing = list({row[1] for row in rows} - set(articles))
                for row in connection.execute(
                    f"SELECT v.version, {ARTICLE_COLUMNS} FROM versions v JOIN sources s ON s.source = v.source"
                    f" WHERE v.version IN ({marks(missing)})",
                    missing,
                ):
                    articles[row[0]] = self._checked_article(row[1:])
                for number, version, *rest in rows:
                    found[number] = StoredPassage(number, articles[version], *rest)
        return found

    def same_body(self, body_hash: bytes) -> list[int]:
        """The searchable passages with exactly this text, whatever their title."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT passage FROM passages WHERE body_hash = ? LIMIT 50", (body_hash,))
            return [row[0] for row in rows]

    def numbers_matching(self, filters: Filters) -> np.ndarray[Any, np.dtype[np.int64]] | None:
        """The passages that a filter admits, ascending, int64; None where it admits all."""
        if not filters:
            return None
        conditions, values = ["1"], list[Any]()
        if filters.published_from:
            conditions.append("day >= ?")
            values.append(filters.published_from.toordinal())
        if filters.published_to:
            conditions.append("day <= ?")
            values.append(filters.published_to.toordinal())
        if filters.sources:
            sources = self.source_numbers(filters.sources)
            conditions.append(f"source IN ({marks(sources)})")
            values.extend(sources)
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT passage FROM passages WHERE {' AND '.join(conditions)} ORDER BY passage", values
            ).fetchall()
        return np.fromiter((row[0] for row in rows), np.int64, len(rows))

    def source_numbers(self, names: Iterable[str]) -> list[int]:
        """The numbers of the sources with these names, without regard to case; unknown names have none."""
        folded = [name.casefold() for name in names]
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT source FROM sources WHERE folded IN ({marks(folded)})", folded)
            return [row[0] for row in rows]

    # Embeddings

    def pending(self, fingerprint: str, limit: int) -> list[int]:
        """Passages without a vector: lead passages first, among them the newest first; each text once."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT MIN(passage) FROM passages p WHERE NOT EXISTS (SELECT 1 FROM embeddings e JOIN encoders c"
                " ON c.encoder = e.encoder WHERE c.fingerprint = ? AND e.text_hash = p.text_hash)"
                " GROUP BY text_hash ORDER BY MIN(ordinal) > 0, MAX(day) DESC, MIN(passage) LIMIT ?",
                (fingerprint, limit),
            )
            return [row[0] for row in rows]

    def write_vectors(self, fingerprint: str, hashes: Sequence[bytes], vectors: np.ndarray[Any, Any]) -> None:
        """Keep vectors (n, d) float32 for the texts with these hashes.

        Texts that have one keep it; for a text that was removed since, nothing is kept.
        """
        with self._database.transaction() as connection:
            encoder = _encoder_number(connection, fingerprint)
            for text_hash, vector in zip(hashes, vectors, strict=True):
                inserted = connection.execute(
                    "INSERT OR IGNORE INTO embeddings (encoder, text_hash, vector) SELECT ?, ?, ?"
                    " WHERE EXISTS (SELECT 1 FROM passages WHERE text_hash = ?)",
                    (encoder, text_hash, vector.astype("<f4").tobytes(), text_hash),
                ).rowcount
                if inserted:
                    connection.execute(
                        "INSERT INTO changes (op, passage) SELECT 'embed', passage FROM passages WHERE text_hash = ?",
                        (text_hash,),
                    )

    def vectors(
        self, fingerprint: str, numbers: Sequence[int]
    ) -> tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.float32]]]:
        """The vectors of those passages that have one: their numbers (n,) int64 and vectors (n, d) float32."""
        found: list[tuple[int, bytes]] = []
        with self._database.reading() as connection:
            for chunk in chunks(numbers):
                found += connection.execute(
                    # CROSS JOIN keeps the order of the tables: SQLite would rather go through all embeddings.
                    "SELECT p.passage, e.vector FROM passages p CROSS JOIN embeddings e ON e.text_hash = p.text_hash"
                    " AND e.encoder = (SELECT encoder FROM encoders WHERE fingerprint = ?)"
                    f" WHERE p.passage IN ({marks(chunk)})",
                    (fingerprint, *chunk),
                ).fetchall()
        matrix = np.frombuffer(b"".join(row[1] for row in found), "<f4")
        return (
            np.fromiter((row[0] for row in found), np.int64, len(found)),
            matrix.reshape(len(found), -1) if found else np.zeros((0, 0), np.float32),
        )

    def counts(self, fingerprint: str) -> tuple[int, int]:
        """(searchable passages, those of them with a vector)."""
        with self._database.reading() as connection:
            total = connection.execute("SELECT COUNT(*) FROM passages").fetchone()[0]
            embedded = connection.execute(
                "SELECT COUNT(*) FROM passages p JOIN embeddings e ON e.text_hash = p.text_hash"
                " AND e.encoder = (SELECT encoder FROM encoders WHERE fingerprint = ?)",
                (fingerprint,),
            ).fetchone()[0]
        return int(total), int(embedded)

    # Statistics and checks

    def statistics(self, fingerprint: str, dimension: int | None, bytes_on_disk: int) -> Statistics:
        passages, embedded = self.counts(fingerprint)
        with self._database.reading() as connection:
            articles, withdrawn = connection.execute(
                "SELECT COUNT(*), COALESCE(SUM(v.status = 'withdrawn'), 0) FROM articles a"
                " JOIN versions v ON v.version = a.version"
            ).fetchone()
            versions, added = connection.execute("SELECT COUNT(*), MAX(added_at) FROM versions").fetchone()
            sources = connection.execute(
                "SELECT s.name, COUNT(*) FROM articles a JOIN versions v ON v.version = a.version"
                " JOIN sources s ON s.source = v.source GROUP BY s.source ORDER BY COUNT(*) DESC, s.name"
            ).fetchall()
            first, last = connection.execute("SELECT MIN(day), MAX(day) FROM passages").fetchone()
        return Statistics(
            articles=articles, versions=versions, withdrawn=withdrawn, passages=passages, embedded=embedded,
            sources=dict(sources),
            first_day=datetime.date.fromordinal(first) if first else None,
            last_day=datetime.date.fromordinal(last) if last else None,
            encoder=fingerprint, dimension=dimension, bytes_on_disk=bytes_on_disk,
            updated=datetime.datetime.fromisoformat(added) if added else None,
        )  # fmt: skip

    def integrity(self) -> str:
        """What SQLite's own integrity check says: "ok", or what is wrong."""
        with self._database.reading() as connection:
            return str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])

    def _checked_article(self, row: Sequence[Any]) -> Article:
        article = article_from(row)
        # SQLite has no checksums of its own, and one wrong quote is one too many.
        if article.content_hash != row[11]:
            raise damaged(self.path, f"article {article.id!r} no longer matches its checksum")
        return article


def _encoder_number(connection: sqlite3.Connection, fingerprint: str) -> int:
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
