"""One writer at a time: a lock file that the system frees when its holder ends, however it ends."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import filelock

from qa.errors import IndexLockedError


class FolderLock:
    """The right to do one kind of work on one index, for one thread of one process; its holder may take it again.

    Args:
        folder: of the index.
        name: of the lock's files.
        work: what its holder is doing, as it stands in the error for the others.
    """

    def __init__(self, folder: Path, name: str, work: str) -> None:
        self._folder = folder
        self._holder = folder / f"{name}.pid"
        self._work = work
        self._thread_lock = threading.RLock()
        self._depth = 0
        self._file_lock = filelock.FileLock(folder / f"{name}.lock", thread_local=False)

    @contextlib.contextmanager
    def held(self, seconds: float) -> Iterator[None]:
        """Hold the lock, waiting at most `seconds` for it.

        Raises:
            IndexLockedError: another writer still held it; the message names its process.
        """
        if not self._thread_lock.acquire(timeout=seconds):
            raise self._refused(os.getpid())
        try:
            if self._depth == 0:
                self._take(seconds)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    self._file_lock.release()
        finally:
            self._thread_lock.release()

    def _take(self, seconds: float) -> None:
        try:
            self._file_lock.acquire(timeout=seconds, poll_interval=0.02)
        except filelock.Timeout:
            text = self._holder.read_text(encoding="ascii", errors="replace") if self._holder.exists() else ""
            raise self._refused(text or "unknown") from None
        except OSError as error:
            raise IndexLockedError(
                f"The index cannot be written to: {error.strerror or error}",
                where=str(self._folder),
                cure="Check the folder's permissions and its disk.",
            ) from error
        self._holder.write_text(str(os.getpid()), encoding="ascii")

    def _refused(self, pid: object) -> IndexLockedError:
        return IndexLockedError(
            f"Somebody else is {self._work} (process {pid})",
            where=str(self._folder),
            cure="Wait until it has finished, or stop it; reading and asking go on meanwhile.",
        )
