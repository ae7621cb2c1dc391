"""Conversations that readers of the chat keep: a SQLite file of their own beside the archive.

An answer names the places that it quotes, and holds no text of an article: what is shown again is read from the
archive. What was told beside the quotations (`told`, for example that outlets disagree) repeats words of articles, and
is erased with any of these.
"""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.database import Database, opened_beside

FILE_NAME = "conversations.sqlite3"
_LONGEST_TITLE = 80  # characters
_MIGRATIONS = "qa.migrations.conversations"


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation in the list of its user's."""

    id: str
    title: str
    changed_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A question and what was found, JSON-ready.

    `answer["articles"]` are the ids of all articles that it names, `answer["told"]` what repeats words of them.
    """

    request: dict[str, Any]
    answer: dict[str, Any]


def keep_turns(
    folder: Path, user: str, conversation: str, last: int, replaced: int, turns: Sequence[KeptTurn]
) -> bool:  # fmt: skip
    """Keep turns at the end of a conversation, which is made where there is none.

    Args:
        folder: of the index.
        user: whose conversation it is.
        conversation: its id.
        last: the position of the last turn that the caller knows of; 0 for a new conversation.
        replaced: so many turns at the end are replaced by the new ones.
        turns: the new ones, the oldest first.

    Returns:
        False, and nothing is kept, where the conversation is another user's, was deleted, or went on elsewhere.

    Raises:
        ArchiveError: the file cannot be written.
    """
    now = datetime.datetime.now(datetime.UTC).isoformat()
    title = _title(turns[0].request["question"]) if turns else ""
    with _opened(folder) as database, _writing(database) as connection:
        owner = connection.execute("SELECT user FROM conversations WHERE id = ?", (conversation,)).fetchone()
        found = connection.execute("SELECT MAX(position) FROM turns WHERE conversation = ?", (conversation,)).fetchone()
        if (owner is None) != (last == 0) or (owner and owner[0] != user) or (found[0] or 0) != last:
            return False
        if owner is None:
            connection.execute("INSERT INTO conversations VALUES (?, ?, ?, ?)", (conversation, user, title, now))
        else:
            connection.execute("UPDATE conversations SET changed_at = ? WHERE id = ?", (now, conversation))
            if replaced == last:
                connection.execute("UPDATE conversations SET title = ? WHERE id = ?", (title, conversation))
        first = last - replaced + 1
        connection.execute("DELETE FROM turns WHERE conversation = ? AND position >= ?", (conversation, first))
        connection.executemany(
            "INSERT INTO turns VALUES (?, ?, ?, ?)",
            [
                (conversation, position, json.dumps(turn.request), json.dumps(turn.answer))
                for position, turn in enumerate(turns, start=first)
            ],
        )
    return True


def conversations_of(folder: Path, user: str) -> list[Conversation]:
    """A user's conversations, the one that changed last first. Raises ArchiveError where the file cannot be read."""
    if not (folder / FILE_NAME).is_file():
        return []
    with _opened(folder) as database, database.reading() as connection:
        rows = connection.execute(
            "SELECT id, title, changed_at FROM conversations WHERE user = ? ORDER BY changed_at DESC, id", (user,)
        ).fetchall()
    return [Conversation(row[0], row[1], datetime.datetime.fromisoformat(row[2])) for row in rows]


def turns_of(folder: Path, user: str, conversation: str) -> dict[int, KeptTurn]:
    """The turns of a user's conversation by their positions, the oldest first; none where the user has no such one.

    Raises:
        ArchiveError: the file cannot be read.
    """
    if not (folder / FILE_NAME).is_file():
        return {}
    with _opened(folder) as database, database.reading() as connection:
        rows = connection.execute(
            "SELECT t.position, t.request, t.answer FROM turns t JOIN conversations c ON c.id = t.conversation"
            " WHERE c.id = ? AND c.user = ? ORDER BY t.position",
            (conversation, user),
        ).fetchall()
    return {position: KeptTurn(json.loads(request), json.loads(answer)) for position, request, answer in rows}


def delete_conversation(folder: Path, user: str, conversation: str) -> bool:
    """Erase a user's conversation; whether there was one. Raises ArchiveError where the file cannot be written."""
    if not (folder / FILE_NAME).is_file():
        return False
    with _opened(folder) as database, _writing(database) as connection:
        gone = connection.execute("DELETE FROM conversations WHERE id = ? AND user = ?", (conversation, user)).rowcount
        if gone:
            connection.execute("DELETE FROM turns WHERE conversation = ?", (conversation,))
    return bool(gone)


def delete_conversations(folder: Path, user: str) -> int:
    """Erase all that is kept of a user's; how many conversations. Raises ArchiveError where it cannot be written."""
    if not (folder / FILE_NAME).is_file():
        return 0
    with _opened(folder) as database, _writing(database) as connection:
        connection.execute(
            "DELETE FROM turns WHERE conversation IN (SELECT id FROM conversations WHERE user = ?)", (user,)
        )
        gone: int = connection.execute("DELETE FROM conversations WHERE user = ?", (user,)).rowcount
    return gone


def forget_articles(folder: Path, articles: Sequence[str], titles: Sequence[str]) -> None:
    """Erase what was told beside answers that name one of these articles; their places stay, without any text.

    Args:
        folder: of the index.
        articles: the ids of articles that are removed from the archive.
        titles: all that they were ever called: a note can name an article that is not quoted.

    Raises:
        ArchiveError: the file cannot be written.
    """
    if not (folder / FILE_NAME).is_file():
        return
    ids, named = set(articles), [" ".join(title.split()) for title in titles if title.strip()]
    with _opened(folder) as database, _writing(database) as connection:
        rows = connection.execute("SELECT conversation, position, answer FROM turns").fetchall()
        for conversation, position, text in rows:
            answer = json.loads(text)
            told = json.dumps(answer.get("told"), ensure_ascii=False)
            if ids.isdisjoint(answer.get("articles", ())) and not any(title in told for title in named):
                continue
            connection.execute(
                "UPDATE turns SET answer = ? WHERE conversation = ? AND position = ?",
                (json.dumps(answer | {"told": None}), conversation, position),
            )


def _title(question: str) -> str:
    words = " ".join(question.split())
    return words if len(words) <= _LONGEST_TITLE else words[: _LONGEST_TITLE - 1].rstrip() + "…"


@contextlib.contextmanager
def _writing(database: Database) -> Iterator[Any]:
    with database.transaction() as connection:
        # What is erased is written over, rather than left in unused parts of the file.
        connection.execute("PRAGMA secure_delete = ON")
        yield connection


def _opened(folder: Path) -> AbstractContextManager[Database]:
    # Questions are nobody's business but their readers'.
    return opened_beside(folder / FILE_NAME, _MIGRATIONS, "Conversations")
