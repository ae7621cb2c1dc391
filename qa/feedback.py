"""What readers think of answers: votes, in a SQLite file of their own beside the archive.

The file is made with the first vote. It holds no names and nothing of who did not vote.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.database import Database, opened_beside
from qa.records.articles import plain

FILE_NAME = "feedback.sqlite3"
LONGEST_REASON = 1_000  # characters
_MIGRATIONS = "qa.migrations.feedback"


@dataclass(frozen=True, slots=True)
class CitedPlace:
    """Where a quoted sentence stands: the text of the article, from character `start` to before `end`."""

    id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Vote:
    """What a reader thinks of one answer.

    `turn` is a random name of the answer on that reader's page. `question` is whole, as it was searched for; `link` is
    the end of the chat's address that asks it again. `reason` may be empty.
    """

    turn: str
    voted_at: datetime.datetime
    question: str
    as_of: datetime.date
    link: str
    abstained: bool
    answer: str
    citations: tuple[CitedPlace, ...]
    helpful: bool
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary; dates in ISO 8601."""
        values = {field.name: plain(getattr(self, field.name)) for field in dataclasses.fields(self)}
        return values | {"citations": [dataclasses.asdict(place) for place in self.citations]}


def keep_vote(folder: Path, vote: Vote) -> None:
    """Keep a vote; one on the same turn is replaced.

    Args:
        folder: of the index.
        vote: what to keep.

    Raises:
        ArchiveError: the file cannot be written.
    """
    values = vote.as_dict()
    values["citations"] = json.dumps(values["citations"])
    columns = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    with _opened(folder) as database, database.transaction() as connection:
        # The names are those of the fields of Vote.
        connection.execute(f"INSERT OR REPLACE INTO votes ({columns}) VALUES ({places})", values)  # noqa: S608


def forget_vote(folder: Path, turn: str) -> None:
    """Take a vote back. Raises ArchiveError where the file cannot be written."""
    with _opened(folder) as database, database.transaction() as connection:
        connection.execute("DELETE FROM votes WHERE turn = ?", (turn,))


def forget_articles(folder: Path, article_ids: Sequence[str]) -> None:
    """Erase the votes on answers that quote one of these articles. Raises ArchiveError where that cannot be done."""
    if not (folder / FILE_NAME).is_file():
        return
    with _opened(folder) as database, database.transaction() as connection:
        connection.execute(
            "DELETE FROM votes WHERE EXISTS (SELECT 1 FROM json_each(citations) AS place, json_each(?) AS gone "
            "WHERE json_extract(place.value, '$.id') = gone.value)",
            (json.dumps(list(article_ids)),),
        )


def read_votes(folder: Path) -> list[Vote]:
    """All votes on answers of an index, the newest first. Raises ArchiveError where the file cannot be read."""
    if not (folder / FILE_NAME).is_file():
        return []
    names = [field.name for field in dataclasses.fields(Vote)]
    with _opened(folder) as database, database.reading() as connection:
        rows = connection.execute(
            f"SELECT {', '.join(names)} FROM votes ORDER BY voted_at DESC, rowid DESC"  # noqa: S608
        ).fetchall()
    return [_vote(dict(zip(names, row, strict=True))) for row in rows]


def _vote(values: dict[str, Any]) -> Vote:
    places = tuple(CitedPlace(**place) for place in json.loads(values["citations"]))
    moment, day = datetime.datetime.fromisoformat(values["voted_at"]), datetime.date.fromisoformat(values["as_of"])
    flags = {name: bool(values[name]) for name in ("abstained", "helpful")}
    return Vote(**values | flags | {"citations": places, "voted_at": moment, "as_of": day})


def _opened(folder: Path) -> AbstractContextManager[Database]:
    # Questions are nobody's business but their readers'.
    return opened_beside(folder / FILE_NAME, _MIGRATIONS, "Votes on answers")
