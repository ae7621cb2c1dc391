"""Opening the SQLite file: checks before the first touch, numbered migrations, clear errors."""

from __future__ import annotations

import contextlib
import importlib.resources
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from qa.errors import ArchiveError, IndexClosedError, IndexDamagedError, IndexMismatchError

FILE_NAME = "dateline.sqlite3"
_HEADER = b"SQLite format 3\x00"
_BUSY_SECONDS = 30.0


class Database:
    """Two connections to one file: one to read, one to write, each used by one thread at a time.

    Args:
        path: the file, made where there is none.
        migrations: the package whose numbered scripts make its tables.

    Raises:
        IndexDamagedError: the file is no SQLite file, is cut short, or SQLite calls it malformed.
        IndexMismatchError: a newer Dateline made it.
        IndexClosedError: used after close().
        ArchiveError: it cannot be opened, read or written: permissions, a full disk, or a writer that never ends.
    """

    def __init__(self, path: Path, migrations: str = "qa.migrations") -> None:
        self.path = path
        self._migrations = migrations
        _check_header(path)
        self._read_lock = threading.RLock()
        self._write_lock = threading.RLock()
        self._open = True
        self._connections: list[sqlite3.Connection] = []
        try:
            with self.failures_named():
                self._writer = self._connect()
                self._migrate()
                self._reader = self._connect()
                self._reader.execute("PRAGMA query_only = ON")
        except BaseException:
            self.close()
            raise

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._connections.append(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def _migrate(self) -> None:
        scripts = sorted(
            (entry for entry in importlib.resources.files(self._migrations).iterdir() if entry.name.endswith(".sql")),
            key=lambda entry: entry.name,
        )
        done = self._schema_version()
        if done > len(scripts):
            raise IndexMismatchError(
                "The index was made by a newer version of Dateline", where=str(self.path), cure="Update Dateline."
            )
        # A reader does not wait for a writer only to learn that there is nothing to do.
        if done == len(scripts):
            return
        with self.transaction() as connection:
            # Another process may have done it meanwhile.
            done = self._schema_version()
            for number, script in enumerate(scripts[done:], start=done + 1):
                for statement in _statements(script.read_text(encoding="utf-8")):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")

    def _schema_version(self) -> int:
        return int(self._writer.execute("PRAGMA user_version").fetchone()[0])

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection for reading, for this thread alone; all that is read in it belongs to one moment."""
        with self._read_lock, self.failures_named():
            self._require_open()
            if self._reader.in_transaction:
                yield self._reader
                return
            # Else another process may remove, between two statements, what the first has found.
            self._reader.execute("BEGIN")
            try:
                yield self._reader
            finally:
                self._reader.execute("ROLLBACK")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection for writing, inside one transaction: all of it is kept, or nothing."""
        with self._write_lock, self.failures_named():
            self._require_open()
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                # SQLite has ended the transaction by itself after some failures, a full disk among them.
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close both connections; a second call does nothing."""
        with self._write_lock, self._read_lock:
            self._open = False
            while self._connections:
                self._connections.pop().close()

    def _require_open(self) -> None:
        if not self._open:
            raise IndexClosedError(
                "The index was closed", where=str(self.path.parent), cure="Open it again with qa.open_index()."
            )

    @contextlib.contextmanager
    def failures_named(self) -> Iterator[None]:
        """Turn what SQLite says of a damaged file into an IndexDamagedError, and of the disk into an ArchiveError."""
        try:
            yield
        except sqlite3.OperationalError as error:
            # Python's own finding, about text that is no UTF-8: nothing but damage can have put it there.
            if "decode to UTF-8" in str(error):
                raise damaged(self.path, "a text in it is no UTF-8") from error
            raise ArchiveError(
                f"The archive's SQLite file cannot be used: {error}",
                where=str(self.path),
                cure="Check the folder's permissions and the free space of its disk, then try again.",
            ) from error
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:
                raise
            raise damaged(self.path, str(error)) from error


def damaged(path: Path, what: str) -> IndexDamagedError:
    """The error for a SQLite file that can no longer be trusted."""
    return IndexDamagedError(
        f"The archive's SQLite file is damaged: {what}",
        where=str(path),
        cure="Nothing was changed. Restore the file from a backup, or build the index anew from the articles in "
        "another folder.",
    )


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: executescript() would end the transaction around them."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _check_header(path: Path) -> None:
    """Look at the file's header without SQLite, which may repair what it opens."""
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(_HEADER):
        raise damaged(path, "it does not begin like a SQLite file")
    page_size = int.from_bytes(header[16:18], "big")
    page_size = 65536 if page_size == 1 else page_size
    pages = int.from_bytes(header[28:32], "big")
    log = path.with_name(path.name + "-wal")
    if (not log.exists() or log.stat().st_size == 0) and path.stat().st_size < page_size * pages:
        raise damaged(path, f"it is {path.stat().st_size} bytes long where its header says {page_size * pages}")


@contextlib.contextmanager
def opened_beside(path: Path, migrations: str, what: str) -> Iterator[Database]:
    """A small database beside the archive, open for one use: closing leaves it in one piece, without a journal.

    Args:
        path: of the file, which is made where there is none; only its owner may read it.
        migrations: the package of its migrations.
        what: it holds, to begin the words of an error with: "Conversations".

    Raises:
        ArchiveError: it cannot be made, read or written.
    """
    try:
        path.touch(mode=0o600)
        with contextlib.closing(Database(path, migrations)) as database:
            yield database
    except (ArchiveError, OSError) as error:
        why = error.what if isinstance(error, ArchiveError) else str(error)
        raise ArchiveError(
            f"{what} cannot be kept or read: {why}", where=str(path),
            cure="Check the folder's permissions and the free space of its disk. The file can be moved away: a new one "
            "is then made, and the archive is not concerned.",
        ) from error  # fmt: skip
