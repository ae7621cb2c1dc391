"""What is derived from the archive, the Tantivy and the FAISS index: opened, checked, caught up, made anew."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from qa import lexical as lexical_module
from qa.config import Config
from qa.database import FILE_NAME, damaged
from qa.encoder import Encoder
from qa.errors import IndexLockedError
from qa.lexical import LexicalIndex
from qa.locking import FolderLock
from qa.store import Store

if TYPE_CHECKING:
    from qa.vectors import VectorIndex

logger = logging.getLogger("qa")

# Vectors written between two generations of the FAISS file; readers replay what lies between from SQLite.
_VECTORS_A_GENERATION = 20_000
_FOREIGN = "it does not belong to this state of the archive"


def refuse_emptied_archive(folder: Path) -> None:
    """SQLite would take a file of no bytes for a new archive, though its indexes say that there was one.

    Raises:
        IndexDamagedError: so it is in this folder of an index.
    """
    file = folder / FILE_NAME
    if (folder / lexical_module.FOLDER_NAME).exists() and file.exists() and not file.stat().st_size:
        raise damaged(file, "it is empty")


class Derived:
    """The lexical index and the vectors of one archive, kept up to its change log. Safe to use from several threads.

    Args:
        folder: of the index.
        writing: the writer's lock, held by the caller of every method that says so.
    """

    def __init__(self, folder: Path, store: Store, encoder: Encoder, config: Config, writing: FolderLock) -> None:
        self._lexical_folder = folder / lexical_module.FOLDER_NAME
        self._vectors_folder = folder / "vectors"
        self._store = store
        self._encoder = encoder
        self._config = config
        self._writing = writing
        self._refreshing = threading.RLock()
        self._vectors: VectorIndex | None = None
        self._saved_vectors = 0
        self._lexical = self._open_lexical()

    # Tantivy

    def lexical(self) -> LexicalIndex:
        """The lexical index with all that was committed, here or by another process."""
        with self._refreshing:
            if self._lexical.watermark < self._store.head():
                # While another process replaces a damaged index, the one that is open serves on.
                with contextlib.suppress(OSError, ValueError):
                    self._lexical.refresh()
            return self._lexical

    def catch_up_lexical(self) -> None:
        """Replay the change log beyond the watermark. The writer's lock is held by the caller."""
        head = self._store.head()
        touched = self._store.changed_passages(self._lexical.watermark, head, ("add", "delete"))
        if touched:
            first_fill = self._lexical.watermark == 0
            deleted = () if first_fill else touched
            self._lexical.apply(deleted, self._store.lexical_rows(touched), head, anew=first_fill)

    def rebuild(self) -> None:
        """Make both anew from the archive, without encoding. The writer's lock is held by the caller."""
        # Nothing is thrown away where the archive cannot be read.
        self._store.head()
        with self._refreshing:
            self._rebuild_lexical()
            self._vectors = None
            if self.dimension_known():
                self._replayed(self._empty_vectors())
                self.save_vectors()

    def _open_lexical(self) -> LexicalIndex:
        deadline = time.monotonic() + self._config.lock_seconds
        while True:
            try:
                with self._writing.held(0):
                    return self._mended_lexical()
            except IndexLockedError:
                # Whoever writes now keeps it right; what is there can be read meanwhile.
                with contextlib.suppress(OSError, ValueError):
                    return LexicalIndex(self._lexical_folder)
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def _mended_lexical(self) -> LexicalIndex:
        """Open the Tantivy index, made anew where it is missing or damaged, and bring it up to date."""
        head = self._store.head()
        damage = lexical_module.find_damage(self._lexical_folder)
        if not damage:
            damage = _FOREIGN
            try:
                self._lexical = LexicalIndex(self._lexical_folder)
                if self._lexical.watermark <= head:
                    self.catch_up_lexical()
                    return self._lexical
            except (OSError, ValueError) as error:
                damage = f"{type(error).__name__}: {error}"
        if head:
            logger.warning("Tantivy index made anew (%s): %s", self._lexical_folder, damage)
        self._rebuild_lexical()
        return self._lexical

    def _rebuild_lexical(self) -> None:
        lexical_module.discard(self._lexical_folder)
        self._lexical = LexicalIndex(self._lexical_folder, create=True)
        head = self._store.head()
        rows = self._store.lexical_rows(self._store.passage_numbers().tolist())
        self._lexical.apply((), rows, head, anew=True)

    # FAISS

    def dimension_known(self) -> bool:
        """Whether any vector was ever written, so that the encoder is not needed to know their length."""
        return "dimension" in self._store.settings()

    def vectors(self) -> VectorIndex:
        """The vectors in memory, loaded if need be and brought up to the newest change."""
        with self._refreshing:
            if self._vectors is None:
                self._vectors = self._loaded_vectors()
            return self._replayed(self._vectors)

    def save_vectors(self) -> None:
        """Write the vectors as a new generation.

        Raises:
            IndexLockedError: another process is writing.
        """
        with self._writing.held(self._config.lock_seconds):
            vectors = self.vectors()
            vectors.save(self._vectors_folder, self._encoder.fingerprint)
            self._saved_vectors = vectors.count

    def save_vectors_now_and_then(self) -> None:
        """The same, once enough has come together."""
        if self.vectors().count - self._saved_vectors >= _VECTORS_A_GENERATION:
            self.save_vectors()

    def _empty_vectors(self) -> VectorIndex:
        from qa.vectors import VectorIndex

        dimension = self._store.settings().get("dimension")
        return VectorIndex(int(dimension) if dimension else self._encoder.dimension)

    def _loaded_vectors(self) -> VectorIndex:
        """The newest generation; where it cannot be used, an empty one that is filled from the archive."""
        from qa.vectors import DamagedVectorsError, load_generation

        empty = self._empty_vectors()
        damage = _FOREIGN
        # Another process may replace the generation between two reads; the next try finds the new one.
        for _ in range(3):
            try:
                loaded = load_generation(self._vectors_folder, self._encoder.fingerprint, empty.dimension)
            except DamagedVectorsError as error:
                damage = str(error)
                continue
            if loaded is None:
                return empty
            if loaded.watermark <= self._store.head():
                self._saved_vectors = loaded.count
                return loaded
        logger.warning("FAISS index made anew (%s): %s", self._vectors_folder, damage)
        self._vectors = self._replayed(empty)
        with contextlib.suppress(IndexLockedError), self._writing.held(0):
            self.save_vectors()
        return self._vectors

    def _replayed(self, vectors: VectorIndex) -> VectorIndex:
        head = self._store.head()
        if vectors.watermark < head:
            before = vectors.count
            touched = self._store.changed_passages(vectors.watermark, head, ("embed", "delete"))
            numbers, matrix = self._store.vectors(self._encoder.fingerprint, touched)
            vectors.apply(touched, numbers, matrix, head)
            if before <= self._config.flat_limit < vectors.count:
                logger.warning(
                    "The index holds more than %d vectors; each question compares all of them and takes longer",
                    self._config.flat_limit,
                )
        self._vectors = vectors
        return vectors
