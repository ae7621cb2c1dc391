# ruff: noqa: S608  (only question marks and constant fragments are put into the statements)
"""What a reader who browses the archive is shown: lists of articles, and counts by day and outlet."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from qa.database import Database
from qa.records import Article, Filters
from qa.rows import ARTICLE_COLUMNS, chunks, marks

# Every article that stands in the archive, once: those that can be found by their lead passage, and those withdrawn,
# which have no passage. Ordinal days, as in `passages`; SQLite counts them as Julian days.
_LISTED = (
    "WITH listed AS (SELECT version, source, day FROM passages WHERE ordinal = 0 UNION ALL"
    " SELECT v.version, v.source, CAST(julianday(substr(v.published, 1, 10)) - 1721424.5 AS INTEGER)"
    " FROM versions v CROSS JOIN articles a ON a.id = v.article_id AND a.version = v.version"
    " WHERE v.status = 'withdrawn')"
)


class Browsing:
    """Reads of the archive for those who browse it. Raises IndexDamagedError, as the Store to which it belongs.

    Args:
        database: of the store.
        checked: makes an article of a row, or refuses to.
    """

    def __init__(self, database: Database, checked: Callable[[Sequence[Any]], Article]) -> None:
        self._database = database
        self._checked = checked

    def newest(self, filters: Filters, sources: Sequence[int], limit: int, offset: int) -> list[int]:
        """The current versions of the articles that a filter admits, withdrawn ones too, the newest days first.

        Undated ones come last. `sources` are the numbers of the outlets that the filter names.
        """
        where, values = admitted(filters, sources)
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_LISTED} SELECT version FROM listed WHERE {where} ORDER BY day DESC, version DESC LIMIT ? OFFSET ?",
                (*values, limit, offset),
            )
            return [row[0] for row in rows]

    def count(self, filters: Filters, sources: Sequence[int]) -> int:
        """How many articles `newest` would list without a limit."""
        where, values = admitted(filters, sources)
        with self._database.reading() as connection:
            found = connection.execute(f"{_LISTED} SELECT COUNT(*) FROM listed WHERE {where}", values)
            return int(found.fetchone()[0])

    def versions_of_passages(self, numbers: Iterable[int]) -> list[int]:
        """The versions in which these searchable passages stand, each once, in the order of the passages."""
        found: dict[int, int] = {}
        wanted = list(numbers)
        with self._database.reading() as connection:
            for chunk in chunks(wanted):
                found.update(
                    connection.execute(
                        f"SELECT passage, version FROM passages WHERE passage IN ({marks(chunk)})", chunk
                    ).fetchall()
                )
        return list(dict.fromkeys(found[number] for number in wanted if number in found))

    def articles(self, versions: Sequence[int]) -> list[tuple[Article, int]]:
        """These versions in this order, each with the number of versions that the archive has of its article."""
        found: dict[int, tuple[Article, int]] = {}
        with self._database.reading() as connection:
            for chunk in chunks(versions):
                for row in connection.execute(
                    f"SELECT {ARTICLE_COLUMNS}, v.version,"
                    " (SELECT COUNT(*) FROM versions o WHERE o.article_id = v.article_id)"
                    f" FROM versions v JOIN sources s ON s.source = v.source WHERE v.version IN ({marks(chunk)})",
                    chunk,
                ):
                    found[row[-2]] = (self._checked(row), row[-1])
        return [found[version] for version in versions if version in found]

    def passages_of(self, article_id: str) -> list[tuple[int, bytes]]:
        """The searchable passages of an article with the hashes of their text, in reading order."""
        with self._database.reading() as connection:
            return connection.execute(
                "SELECT p.passage, p.body_hash FROM articles a JOIN passages p ON p.version = a.version"
                " WHERE a.id = ? ORDER BY p.ordinal",
                (article_id,),
            ).fetchall()

    def per_day(self) -> list[tuple[datetime.date | None, str, int]]:
        """How many searchable articles each outlet published on each day; the undated ones under None."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT p.day, s.name, COUNT(*) FROM passages p JOIN sources s ON s.source = p.source"
                " WHERE p.ordinal = 0 GROUP BY p.day, p.source ORDER BY p.day, s.name"
            ).fetchall()
        return [(datetime.date.fromordinal(day) if day else None, name, number) for day, name, number in rows]

    def repeated(self) -> dict[str, int]:
        """How many searchable articles of each outlet begin word for word like another article, by their lead passage.

        Outlets without any are left out.
        """
        with self._database.reading() as connection:
            return dict(
                connection.execute(
                    "SELECT s.name, COUNT(*) FROM passages p JOIN sources s ON s.source = p.source WHERE p.ordinal = 0"
                    " AND p.body_hash IN (SELECT body_hash FROM passages WHERE ordinal = 0"
                    " GROUP BY body_hash HAVING COUNT(*) > 1) GROUP BY p.source ORDER BY s.name"
                ).fetchall()
            )


def admitted(filters: Filters, sources: Sequence[int]) -> tuple[str, list[Any]]:
    """The condition that a filter sets on columns `day` (ordinal) and `source`, and its values.

    `sources` are the numbers of the outlets that the filter names.
    """
    conditions, values = ["1"], list[Any]()
    if filters.published_from:
        conditions.append("day >= ?")
        values.append(filters.published_from.toordinal())
    if filters.published_to:
        conditions.append("day <= ?")
        values.append(filters.published_to.toordinal())
    if filters.sources:
        conditions.append(f"source IN ({marks(sources)})")
        values.extend(sources)
    return " AND ".join(conditions), values
