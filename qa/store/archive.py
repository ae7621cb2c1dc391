# ruff: noqa: S608  (only question marks and constant fragments are put into the statements)
"""Store: what is read from the archive, and the transactions in which it is written."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.database import FILE_NAME, Database, damaged
from qa.records import Article, Filters, Moment, Statistics
from qa.rows import ARTICLE_COLUMNS, PassageRow, PreparedArticle, StoredPassage, article_from, chunks, marks, moment
from qa.store.browsing import Browsing, admitted
from qa.store.writing import encoder_number, erase_articles, write_articles


class Store:
    """Reads and writes the archive. Every write is one transaction. Raises IndexDamagedError."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._database = Database(self.path)
        self.browsing = Browsing(self._database, self._checked_article)

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

    def titles(self, article_ids: Sequence[str]) -> list[str]:
        """All titles that these articles have had."""
        found: list[str] = []
        with self._database.reading() as connection:
            for part in chunks(article_ids):
                rows = connection.execute(f"SELECT title FROM versions WHERE article_id IN ({marks(part)})", part)
                found += (row[0] for row in rows)
        return found

    def versions(self, article_id: str) -> list[tuple[datetime.datetime, Article]]:
        """All versions of an article, each with the moment (UTC) it was added; empty for an unknown id.

        The oldest first, by its own dates: what came late stands before what was newer. The current one is the last.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {ARTICLE_COLUMNS}, v.added_at, v.version = a.version, COALESCE(v.updated, v.published)"
                " FROM versions v JOIN articles a ON a.id = v.article_id JOIN sources s ON s.source = v.source"
                " WHERE v.article_id = ? ORDER BY v.number",
                (article_id,),
            ).fetchall()
        ordered: list[Any] = []
        for row in rows:
            # ISO 8601 in UTC sorts as text, a bare day before all moments of that day.
            newer = (place for place, other in enumerate(ordered) if row[-1] and other[-1] and row[-1] < other[-1])
            ordered.insert(next(newer, len(ordered)), row)
        ordered.sort(key=lambda row: bool(row[-2]))
        return [(datetime.datetime.fromisoformat(row[-3]), self._checked_article(row)) for row in ordered]

    def withdrawn(self) -> list[tuple[str, int]]:
        """The ids of the articles that stand withdrawn, each with a number that changes when it gets a new version."""
        with self._database.reading() as connection:
            return connection.execute(
                "SELECT a.id, (SELECT MAX(o.version) FROM versions o WHERE o.article_id = a.id)"
                " FROM versions v INDEXED BY versions_withdrawn"
                " JOIN articles a ON a.id = v.article_id AND a.version = v.version WHERE v.status = 'withdrawn'"
            ).fetchall()

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
            write_articles(connection, batch, fingerprint)

    def remove(self, article_ids: Sequence[str]) -> int:
        """Erase articles with all versions, passages and embeddings; the number of articles that were there."""
        with self._database.transaction() as connection:
            return erase_articles(connection, article_ids)

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

    def passage_rows(self, numbers: Sequence[int]) -> dict[int, PassageRow]:
        """What ranking looks at, of those passages that are still searchable. Cheap: nothing is checked."""
        found: dict[int, PassageRow] = {}
        with self._database.reading() as connection:
            for chunk in chunks(numbers):
                rows = connection.execute(
                    # substr counts characters, as Python does, from 1.
                    "SELECT p.passage, p.version, p.start, substr(v.text, p.start + 1, p.end - p.start), v.title,"
                    " s.name, v.authors, p.day FROM passages p JOIN versions v ON v.version = p.version"
                    f" JOIN sources s ON s.source = p.source WHERE p.passage IN ({marks(chunk)})",
                    chunk,
                )
                for number, version, start, text, title, source, authors, day in rows:
                    found[number] = PassageRow(
                        number, version, start, text, title, source, tuple(json.loads(authors)),
                        datetime.date.fromordinal(day) if day else None,
                    )  # fmt: skip
        return found

    def days_of(self, numbers: Sequence[int]) -> dict[int, datetime.date]:
        """The days on which those of the passages that are dated were published."""
        found: dict[int, datetime.date] = {}
        with self._database.reading() as connection:
            for chunk in chunks(numbers):
                rows = connection.execute(
                    f"SELECT passage, day FROM passages WHERE day IS NOT NULL AND passage IN ({marks(chunk)})", chunk
                )
                found.update((number, datetime.date.fromordinal(day)) for number, day in rows)
        return found

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
        where, values = admitted(filters, self.source_numbers(filters.sources))
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT passage FROM passages WHERE {where} ORDER BY passage", values).fetchall()
        return np.fromiter((row[0] for row in rows), np.int64, len(rows))

    def source_numbers(self, names: Iterable[str]) -> list[int]:
        """The numbers of the sources with these names, without regard to case; unknown names have none."""
        folded = [name.casefold() for name in names]
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT source FROM sources WHERE folded IN ({marks(folded)})", folded)
            return [row[0] for row in rows]

    def names(self) -> tuple[list[str], list[str]]:
        """The outlets and the authors that the archive names, sorted."""
        with self._database.reading() as connection:
            outlets = [row[0] for row in connection.execute("SELECT name FROM sources WHERE name != ''")]
            lists = connection.execute("SELECT DISTINCT authors FROM versions WHERE authors != '[]'").fetchall()
        return sorted(outlets), sorted({author for (authors,) in lists for author in json.loads(authors)})

    def newest_version(self) -> int:
        """The number of the version that came last; it changes whenever an article does. 0 for an empty archive."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT COALESCE(MAX(version), 0) FROM versions").fetchone()[0])

    def days(self) -> tuple[datetime.date | None, datetime.date | None]:
        """The first and the last day on which a searchable article was published."""
        with self._database.reading() as connection:
            found = [connection.execute(f"SELECT {what}(day) FROM passages").fetchone()[0] for what in ("MIN", "MAX")]
        first, last = (datetime.date.fromordinal(day) if day else None for day in found)
        return first, last

    def last_days(self, outlets: Sequence[str]) -> dict[str, datetime.date]:
        """The day of the newest searchable article of each of these outlets that has a dated one."""
        found = {}
        with self._database.reading() as connection:
            for outlet in outlets:
                row = connection.execute(
                    "SELECT p.day FROM passages p JOIN sources s ON s.source = p.source"
                    " WHERE s.folded = ? AND p.day IS NOT NULL ORDER BY p.day DESC LIMIT 1",
                    (outlet.casefold(),),
                ).fetchone()
                if row:
                    found[outlet] = datetime.date.fromordinal(row[0])
        return found

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
            encoder = encoder_number(connection, fingerprint)
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
        first, last = self.days()
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
        return Statistics(
            articles=articles, versions=versions, withdrawn=withdrawn, passages=passages, embedded=embedded,
            sources=dict(sources),
            first_day=first, last_day=last,
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
