"""Files that are whole or absent: written beside their place, flushed to disk, then renamed. Folders for them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from qa.errors import ArchiveError


def replace_file(path: Path, data: bytes | memoryview, *, mode: int | None = None) -> None:
    """Put `data` at `path` so that a crash leaves the old content or the new, never a part.

    `mode` holds the permissions of the file from its first byte on, where it is to have others than usual.
    """
    temporary = path.with_name(path.name + ".new")
    with temporary.open("wb") as file:
        if mode is not None:
            temporary.chmod(mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make the folder of an index, unless it is there. Raises ArchiveError where that cannot be done."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveError(
            f"The index's folder cannot be made: {error.strerror or error}",
            where=str(path),
            cure="Name another folder, or check what stands there and its permissions.",
        ) from error


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk, where the system has that."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(data: bytes | memoryview) -> str:
    """SHA-256 in hexadecimal (FIPS 180-4)."""
    return hashlib.sha256(data).hexdigest()
