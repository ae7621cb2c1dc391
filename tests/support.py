"""Shared by the tests of storage and retrieval: made-up articles, an encoder without a model, checks of a whole index.

Imports nothing heavy, so that child processes start fast.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import random
import subprocess
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

import qa.index
from qa.config import Config
from qa.encoder import Encoder
from qa.index import Index
from qa.records import Article

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "qa" / "sample" / "articles.jsonl"
# Short passages, so that short articles have several; explicit, so that no environment has a say.
CONFIG = Config(passage_words=20, encode_window=16, encode_slice=4, lock_seconds=0.2)
DIMENSION = 64
SOURCES = ("Merrow Press", "Daily Gull", "Radio Skerry")
WORDS = (  # noqa: SIM905
    "harbour council ferry budget verdict mayor storm bridge ballot strike museum tunnel vaccine orchard senate "
    "railway glacier embassy tariff quarry stadium reactor lighthouse parliament drought festival"
).split()


class HashingEncoder:
    """Unit vectors from the words of a text alone: deterministic, without a model. Remembers what it encoded."""

    loaded = True
    dimension = DIMENSION

    def __init__(self, config: Config = CONFIG) -> None:
        self.fingerprint = f"hashing|{config.passage_prompt}"
        self.encoded: list[str] = []
        self.asked: list[str] = []

    def encode_query(self, text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
        self.asked.append(text)
        return hashed_vector(text)

    def encode_passages(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        self.encoded.extend(texts)
        return np.stack([hashed_vector(text) for text in texts]) if texts else np.zeros((0, DIMENSION), np.float32)


class HashingSelector:
    """Scores sentences by the words that they share with the question: deterministic, without a model."""

    def vectors(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
        return np.stack([hashed_vector(text) for text in texts])

    def score(
        self, question: str, sentences: Sequence[str], *around: Sequence[str]
    ) -> np.ndarray[Any, np.dtype[np.float32]]:
        return 10 * self.vectors(sentences) @ hashed_vector(question) - 5


def hashed_vector(text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    vector = np.full(DIMENSION, 0.01)
    for word in text.lower().split():
        value = zlib.crc32(word.strip(".,?!").encode("utf-8", "replace"))
        vector[value % DIMENSION] += 1.0 if value & 0x10000 else -1.0
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def hashed_index(
    path: Path, config: Config = CONFIG, *, create: bool = True, encoder: HashingEncoder | None = None
) -> Index:
    """An Index whose encoder and selector are the hashing ones."""
    with mock.patch.object(qa.index, "Encoder", lambda given: encoder or HashingEncoder(given)):
        index = Index(path, config, create=create)
    index._selector = HashingSelector()  # type: ignore[assignment]
    return index


def make_article(article_id: str, seed: int | None = None, *, sentences: int = 6, **fields: Any) -> Article:
    """An article that is the same for the same id (or seed), with a word of its own that stands nowhere else."""
    generator = random.Random(article_id if seed is None else seed)
    body = " ".join(
        f"{' '.join(generator.choice(WORDS) for _ in range(8)).capitalize()} {marker(article_id)}."
        for _ in range(sentences)
    )
    values: dict[str, Any] = {
        "id": article_id,
        "title": " ".join(generator.choice(WORDS) for _ in range(4)).capitalize(),
        "text": body,
        "source": generator.choice(SOURCES),
        "published": datetime.date(2025, 1, 1) + datetime.timedelta(days=generator.randrange(300)),
        "url": f"https://news.example/{article_id}",
    }
    return Article(**(values | fields))


def marker(article_id: str) -> str:
    """The word of an article that stands in no other: its id in letters."""
    return "mark" + "".join(chr(ord("a") + int(digit, 16)) for digit in article_id.encode().hex())


def contents(index: Index) -> dict[str, set[str]]:
    """The passages of an index by article, read past every cache: {article id: {passage text}}."""
    store = index._store
    found: dict[str, set[str]] = {}
    for passage in store.passages(store.passage_numbers().tolist()).values():
        found.setdefault(passage.article.id, set()).add(passage.text)
    return found


def check_whole(index: Index) -> None:
    """SQLite is sound, and all three stores hold the same passages."""
    store, derived = index._store, index._derived
    assert store.integrity() == "ok"
    passages = store.passage_numbers().tolist()
    assert derived.lexical().numbers() == passages
    assert derived.lexical().count == len(passages)
    embedded = sorted(store.vectors(index._encoder.fingerprint, passages)[0].tolist())
    vectors = derived.vectors()
    assert vectors.numbers().tolist() == embedded
    assert vectors.count == len(embedded)


def real_encoder() -> Encoder:
    """The default model, loaded once for all tests of a process."""
    if not _REAL:
        _REAL.append(Encoder(Config()))
    return _REAL[0]


_REAL: list[Encoder] = []


@contextlib.contextmanager
def one_torch_thread() -> Iterator[None]:
    """For a few short texts, threads that wait for each other in loops cost several times what they bring."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def child_environment() -> dict[str, str]:
    """For child processes: this folder and the repository are importable, nothing reaches a network."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QA_")}
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    return kept | {"PYTHONPATH": paths, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}


def start_child(script: str, *arguments: object, cwd: Path | None = None) -> subprocess.Popen[str]:
    """Run a Python script in a process of its own; its output is read by the caller."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=child_environment(), cwd=cwd or ROOT,
    )  # fmt: skip
