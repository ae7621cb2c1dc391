"""How well an answer's confidence tells the questions that the archive answers from those that it does not.

The archive is taken to answer a question where the data set says so, whichever sentences are then quoted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Values = np.ndarray[Any, np.dtype[np.float64]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]

BINS = 10


@dataclass(frozen=True, slots=True)
class RefusalPoint:
    """What is refused where answers below a threshold are: shares, None where there is no such question.

    Of `answerable_refused` lower is better, of `unanswerable_refused` higher.
    """

    threshold: float
    answerable_refused: float | None
    unanswerable_refused: float | None


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Questions of like confidence: how many, their mean confidence, and the share of them that has an answer."""

    questions: int
    confidence: float
    answerable: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """Confidence against truth.

    `at_threshold` is what the index refused as it is configured. `auc` is the chance that an answerable question has
    the higher confidence of a random pair, 0 to 1, higher is better. `brier` is the mean squared difference between
    confidence and truth (Brier 1950), `calibration_error` the mean difference in `reliability`, weighted by size;
    each 0 to 1, lower is better. These three are None, and `reliability` is empty, unless there are questions of both
    kinds. `curve` is by rising threshold, from nothing refused to all.
    """

    answerable: int
    unanswerable: int
    at_threshold: RefusalPoint
    auc: float | None
    brier: float | None
    calibration_error: float | None
    curve: tuple[RefusalPoint, ...]
    reliability: tuple[ReliabilityBin, ...]


def refusal_figures(
    confidences: Sequence[float], answerable: Sequence[bool], refused: Sequence[bool], threshold: float
) -> Refusal:
    """The figures for questions in the same order.

    Args:
        confidences: 0 to 1, of refused answers too.
        answerable: the truth.
        refused: what the index did at `threshold`, the one it is configured with.
    """
    values, truths = np.array(confidences, np.float64), np.array(answerable, np.bool_)
    both = bool(truths.any() and not truths.all())
    reliability = reliability_bins(values, truths) if both else ()
    return Refusal(
        answerable=int(truths.sum()),
        unanswerable=int((~truths).sum()),
        at_threshold=_point(threshold, np.array(refused, np.bool_), truths),
        auc=area_under_curve(values, truths),
        brier=float(np.mean((values - truths) ** 2)) if both else None,
        calibration_error=calibration_error(reliability) if both else None,
        curve=refusal_curve(values, truths),
        reliability=reliability,
    )


def area_under_curve(values: Values, truths: Truths) -> float | None:
    """The chance that a true one has the higher value of a random pair, equal values counting half.

    The Mann-Whitney statistic, which is the area under the ROC curve (Hanley and McNeil 1982). None without a pair.
    """
    true, false = values[truths], np.sort(values[~truths])
    if not len(true) or not len(false):
        return None
    below = np.searchsorted(false, true, "left") + np.searchsorted(false, true, "right")
    return float(below.sum() / (2 * len(true) * len(false)))


def refusal_curve(values: Values, truths: Truths) -> tuple[RefusalPoint, ...]:
    """What is refused at each threshold where that changes: where confidence is below it."""
    steps = np.unique(values).tolist()
    thresholds = [*steps, math.nextafter(steps[-1], math.inf)] if steps else []
    return tuple(_point(threshold, values < threshold, truths) for threshold in thresholds)


def _point(threshold: float, refused: Truths, truths: Truths) -> RefusalPoint:
    return RefusalPoint(threshold, _share(refused[truths]), _share(refused[~truths]))


def _share(refused: Truths) -> float | None:
    return float(refused.mean()) if len(refused) else None


def reliability_bins(values: Values, truths: Truths, bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """Bins of equally many questions, by rising confidence (Nguyen and O'Connor 2015); fewer for few questions."""
    order = np.lexsort((truths, values))
    parts = np.array_split(order, min(bins, len(order))) if len(order) else []
    return tuple(ReliabilityBin(len(part), float(values[part].mean()), float(truths[part].mean())) for part in parts)


def calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """The expected calibration error (Naeini, Cooper and Hauskrecht 2015), over at least one bin."""
    return sum(b.questions * abs(b.confidence - b.answerable) for b in bins) / sum(b.questions for b in bins)
