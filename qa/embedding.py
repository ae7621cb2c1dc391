"""Encoding what has no vector yet: newest and leads first, in windows sorted by length, giving way to questions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from qa.config import Config
from qa.encoder import Encoder, Vectors
from qa.passages import encoded_text
from qa.records import EmbedProgress
from qa.store import Store, StoredPassage

# Windows planned at once: what arrives meanwhile waits for at most so many.
_WINDOWS_PLANNED = 8

Keep = Callable[[list[StoredPassage], Vectors], None]


def embed_pending(
    store: Store,
    encoder: Encoder,
    config: Config,
    *,
    keep: Keep,
    give_way: Callable[[], None],
    progress: Callable[[EmbedProgress], None] | None,
    limit: int | None,
) -> int:
    """Encode passages without a vector until none is left or `limit` were encoded; the number encoded.

    `keep` stores each window; what it has stored is safe whatever happens later. `give_way` is called between
    slices of a window and returns when encoding may go on.
    """
    started, encoded = time.perf_counter(), 0

    def report(in_hand: int) -> None:
        if progress:
            seconds = time.perf_counter() - started
            progress(EmbedProgress(min(total, done + in_hand), total, (encoded + in_hand) / seconds))

    total, done = store.counts(encoder.fingerprint)
    report(0)
    for window in _windows(store, encoder.fingerprint, config, limit):
        vectors = _encode_window(encoder, config, window, give_way, report)
        keep(window, vectors)
        encoded += len(window)
        total, done = store.counts(encoder.fingerprint)
        report(0)
    return encoded


def _windows(store: Store, fingerprint: str, config: Config, limit: int | None) -> Iterator[list[StoredPassage]]:
    left = limit
    while left is None or left > 0:
        planned = _WINDOWS_PLANNED * config.encode_window
        numbers = store.pending(fingerprint, planned if left is None else min(left, planned))
        if not numbers:
            return
        if left is not None:
            left -= len(numbers)
        for start in range(0, len(numbers), config.encode_window):
            passages = store.passages(numbers[start : start + config.encode_window])
            # Empty where all of them were removed since they were planned.
            if passages:
                yield list(passages.values())


def _encode_window(
    encoder: Encoder,
    config: Config,
    window: list[StoredPassage],
    give_way: Callable[[], None],
    report: Callable[[int], None],
) -> Vectors:
    """Vectors (n, d) float32 for the window, encoded in the order of length so that little is padded."""
    texts = [encoded_text(passage.article.title, passage.text) for passage in window]
    order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
    parts = []
    for start in range(0, len(order), config.encode_slice):
        give_way()
        parts.append(encoder.encode_passages([texts[index] for index in order[start : start + config.encode_slice]]))
        report(start + len(parts[-1]))
    vectors = np.empty((len(texts), parts[0].shape[1]), np.float32)
    vectors[order] = np.concatenate(parts)
    return vectors
