"""Nearest passages by cosine, by FAISS: an exact index of unit vectors under the passages' own numbers.

The FAISS file is derived from the archive. `CURRENT.json` names the file of the newest generation, the `seq` of the
change log that it has reached, and its SHA-256; nothing is read that does not match.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from qa.durable import replace_file, sha256

FOLDER_NAME = "vectors"
_CURRENT = "CURRENT.json"

Numbers = np.ndarray[Any, np.dtype[np.int64]]
Vectors = np.ndarray[Any, np.dtype[np.float32]]


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """FAISS in this thread alone: for one question, its helpers wait in loops far longer than they work."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


class VectorIndex:
    """An exact FAISS index in memory (`IndexIDMap2(IndexFlatIP)`), safe to use from several threads.

    Args:
        dimension: of the vectors.
    """

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self.watermark = 0
        self._lock = threading.Lock()
        self._faiss: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._members: set[int] = set()

    @property
    def count(self) -> int:
        """The number of vectors in it."""
        return int(self._faiss.ntotal)

    def numbers(self) -> Numbers:
        """The passages that have a vector in it, ascending, int64."""
        with self._lock:
            return np.array(sorted(self._members), np.int64)

    def apply(self, touched: list[int], numbers: Numbers, vectors: Vectors, watermark: int) -> None:
        """Bring it up to a seq: what was touched goes, then `numbers` (n,) come in with `vectors` (n, d)."""
        with self._lock:
            if touched and self._faiss.ntotal:
                self._faiss.remove_ids(np.asarray(touched, np.int64))
                self._members.difference_update(touched)
            if len(numbers):
                self._faiss.add_with_ids(np.ascontiguousarray(vectors, np.float32), numbers)
                self._members.update(numbers.tolist())
            self.watermark = watermark

    def search(self, vector: Vectors, limit: int, allowed: Numbers | None = None) -> list[tuple[int, float]]:
        """The nearest passages to a unit vector (d,), best first: (passage, cosine in [-1, 1]).

        Args:
            vector: float32, length 1.
            limit: how many at most.
            allowed: passages that may be found (ascending); None admits all.
        """
        with self._lock:
            limit = min(limit, self.count)
            if not limit or (allowed is not None and not len(allowed)):
                return []
            parameters = None
            if allowed is not None:
                bits = np.zeros(int(allowed[-1]) + 1, bool)
                bits[allowed] = True
                packed = np.packbits(bits, bitorder="little")
                parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(packed))
            with _one_thread():
                scores, found = self._faiss.search(vector.reshape(1, -1), limit, params=parameters)
        best = [(int(n), float(s)) for n, s in zip(found[0], scores[0], strict=True) if n >= 0]
        # Among equals the order must not depend on when each came in: the lowest number goes first.
        return sorted(best, key=lambda pair: (-pair[1], pair[0]))

    def reconstruct(self, numbers: list[int]) -> tuple[list[int], Vectors]:
        """The vectors (n, d) of those of the passages that have one, with their numbers in the same order."""
        with self._lock:
            present = [number for number in numbers if number in self._members]
            rows = [self._faiss.reconstruct(number) for number in present]
        return present, np.stack(rows) if rows else np.zeros((0, self.dimension), np.float32)

    def save(self, folder: Path, fingerprint: str) -> None:
        """Write this as the newest generation, then drop the older ones."""
        folder.mkdir(parents=True, exist_ok=True)
        with self._lock:
            data = memoryview(faiss.serialize_index(self._faiss))
            watermark = self.watermark
        digest = sha256(data)
        name = f"{watermark:012d}-{digest[:12]}.faiss"
        replace_file(folder / name, data)
        current = {"file": name, "seq": watermark, "sha256": digest, "encoder": fingerprint}
        replace_file(folder / _CURRENT, json.dumps(current).encode())
        for other in folder.iterdir():
            if other.name not in (name, _CURRENT) and not other.is_dir():
                other.unlink(missing_ok=True)


class DamagedVectorsError(Exception):
    """Internal: the newest generation cannot be trusted; it is made anew from the archive."""


def load_generation(folder: Path, fingerprint: str, dimension: int) -> VectorIndex | None:
    """The newest generation on disk; None where there is none for this encoder.

    Raises:
        DamagedVectorsError: a file is missing, cut short, altered, or does not hold what it should.
    """
    if not (folder / _CURRENT).exists():
        if folder.exists() and any(folder.iterdir()):
            raise DamagedVectorsError(f"{_CURRENT} is missing")
        return None
    looked_at = _CURRENT
    try:
        current = json.loads((folder / _CURRENT).read_bytes())
        if current["encoder"] != fingerprint:
            return None
        if Path(current["file"]).name != current["file"]:
            raise DamagedVectorsError(f"{_CURRENT} names a file elsewhere")
        looked_at = current["file"]
        data = (folder / looked_at).read_bytes()
        if sha256(data) != current["sha256"]:
            raise DamagedVectorsError(f"{current['file']} does not match its checksum")
        loaded = VectorIndex(dimension)
        loaded._faiss = faiss.deserialize_index(np.frombuffer(data, np.uint8))
        loaded._members = set(faiss.vector_to_array(loaded._faiss.id_map).tolist())
        loaded.watermark = int(current["seq"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise DamagedVectorsError(f"{looked_at} makes no sense ({type(error).__name__}: {error})") from error
    if loaded._faiss.d != dimension:
        raise DamagedVectorsError(f"it holds vectors of {loaded._faiss.d} numbers, not {dimension}")
    return loaded
