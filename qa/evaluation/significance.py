"""How far chance alone may move a mean over questions: bootstrap intervals and the paired randomisation test.

Both draw with a fixed seed, so that the same figures always get the same intervals and p values.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Figures = np.ndarray[Any, np.dtype[np.float64]]

RESAMPLES = 1_000
PERMUTATIONS = 10_000
CONFIDENCE = 0.95

_SEED = 20_261_124
# Draws held in memory at once: for 10,000 questions 8 MB.
_CHUNK = 100
# Sums in another order differ in the last digits; they count as equal.
_TINY = 1e-12


def bootstrap_interval(figures: Figures, resamples: int = RESAMPLES, seed: int = _SEED) -> tuple[Figures, Figures]:
    """The 95 % intervals of the means of columns, by the percentile bootstrap (Efron and Tibshirani 1993, chapter 13).

    Args:
        figures: (questions, figures), at least one question. Questions are drawn as a whole, so that the
            intervals of all columns rest on the same draws.

    Returns:
        The lower and the upper ends, (figures,) each.
    """
    count = len(figures)
    generator = np.random.default_rng(seed)
    chances = np.full(count, 1 / count)
    means = np.concatenate(
        [generator.multinomial(count, chances, size=size) @ figures / count for size in _chunks(resamples)]
    )
    rest = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(means, [rest, 100 - rest], axis=0)
    return low, high


def randomisation_test(
    first: Figures, second: Figures, permutations: int = PERMUTATIONS, seed: int = _SEED
) -> Figures:  # fmt: skip
    """Two-sided p values for the difference of the means of two runs over the same questions.

    The paired randomisation test (Smucker, Allan and Carterette 2007): if the runs do not differ, each question's
    two figures could as well have been the other way round. p is the share of random such exchanges whose difference
    is at least as large, counting the one observed, so it is never 0.

    Args:
        first: (questions, figures); `second` likewise, with the same questions in the same order.

    Returns:
        p for each column, (figures,); small is significant.
    """
    differences = first - second
    observed = np.abs(differences.sum(axis=0))
    generator = np.random.default_rng(seed)
    as_large = np.zeros(differences.shape[1])
    for size in _chunks(permutations):
        signs = 1.0 - 2.0 * generator.integers(0, 2, size=(size, len(differences)))
        as_large += (np.abs(signs @ differences) >= observed - _TINY).sum(axis=0)
    p: Figures = (as_large + 1) / (permutations + 1)
    return p


def _chunks(total: int) -> list[int]:
    return [min(_CHUNK, total - start) for start in range(0, total, _CHUNK)]
