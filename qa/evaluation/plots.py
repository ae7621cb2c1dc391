"""Plots as inline SVG. Colours are classes (`series-0`, `line-0` and so on): the page decides on light and dark."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence

from qa.evaluation.refusal import Refusal, RefusalPoint
from qa.evaluation.summary import Figure

SERIES = 4  # colours there are; further runs begin again with the first

_WIDTH = 720
_LABELS = 92
_VALUES = 158
_BAR = 15
_GAP = 14
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_HEIGHT = 190
_TOP = 18

# The square of shares, 0 to 1 both ways, of the curves.
_LEFT = 64
_SIDE = 240
_RIGHT = _WIDTH - 24

# Ranks of the first relevant article: each column with its first and last rank.
_COLUMNS: tuple[tuple[str, int, int | None], ...] = (
    ("1", 1, 1), ("2", 2, 2), ("3", 3, 3), ("4", 4, 4), ("5", 5, 5), ("6–10", 6, 10), ("11 on", 11, None),
)  # fmt: skip
_NOT_FOUND = "not found"

# Control characters, and those that reorder the text around them.
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def escaped(text: str) -> str:
    """Text as HTML text or attribute value, without characters that reorder what stands around it."""
    return html.escape(_UNSEEN.sub("", text), quote=True)


def bars(figures: Sequence[Mapping[str, Figure]], names: Sequence[str]) -> str:
    """One group of bars for each figure, one bar for each run, with its 95 % interval as a whisker.

    Args:
        figures: for each run the figures by name; all runs have the same ones.
        names: what the runs are called, for those who hear the page.
    """
    scale = _WIDTH - _LABELS - _VALUES
    group = len(figures) * _BAR + _GAP
    height = len(figures[0]) * group + 24
    parts = [
        f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height - 20}"/>'
        f'<text class="tick" x="{x:.1f}" y="{height - 6}" text-anchor="middle">{tick:g}</text>'
        for tick in _TICKS
        for x in [_LABELS + tick * scale]
    ]
    for row, metric in enumerate(figures[0]):
        top = row * group + _GAP / 2
        middle = top + len(figures) * _BAR / 2 + 4
        parts.append(f'<text class="label" x="{_LABELS - 8}" y="{middle}" text-anchor="end">{escaped(metric)}</text>')
        parts += [_bar(run[metric], number, top + number * _BAR, scale) for number, run in enumerate(figures)]
    return _svg(height, f"Means with 95 % intervals: {'; '.join(names)}", parts)


def _bar(figure: Figure, number: int, top: float, scale: float) -> str:
    low, high, middle = _LABELS + figure.low * scale, _LABELS + figure.high * scale, top + _BAR / 2 - 0.5
    return (
        f'<rect class="series-{number % SERIES}" x="{_LABELS}" y="{top}" width="{figure.mean * scale:.1f}" '
        f'height="{_BAR - 1}"/>'
        f'<path class="whisker" d="M{low:.1f} {middle - 3}v6M{low:.1f} {middle}H{high:.1f}M{high:.1f} {middle - 3}v6"/>'
        f'<text class="value" x="{_WIDTH - _VALUES + 12}" y="{middle + 4}">{figure.mean:.3f} '
        f"({figure.low:.3f}–{figure.high:.3f})</text>"
    )


def rank_counts(ranks: Sequence[int | None]) -> dict[str, int]:
    """How many questions have their first relevant article at which rank, by the name of the column."""
    counts = {
        name: sum(rank is not None and first <= rank and (last is None or rank <= last) for rank in ranks)
        for name, first, last in _COLUMNS
    }
    return counts | {_NOT_FOUND: sum(rank is None for rank in ranks)}


def histogram(counts: Sequence[Mapping[str, int]], names: Sequence[str]) -> str:
    """Columns for the ranks of the first relevant article, one for each run, with the number of questions on top."""
    highest = max(1, *(count for run in counts for count in run.values()))
    slot = _WIDTH / len(counts[0])
    width = min(34.0, (slot - 14) / len(counts))
    parts = [f'<line class="axis" x1="0" x2="{_WIDTH}" y1="{_HEIGHT + 0.5}" y2="{_HEIGHT + 0.5}"/>']
    for place, column in enumerate(counts[0]):
        centre = (place + 0.5) * slot
        parts.append(f'<text class="tick" x="{centre:.1f}" y="{_HEIGHT + 18}" text-anchor="middle">{column}</text>')
        for number, run in enumerate(counts):
            x = centre + (number - len(counts) / 2) * width
            tall = run[column] / highest * (_HEIGHT - _TOP)
            parts.append(
                f'<rect class="series-{number % SERIES}" x="{x + 0.5:.1f}" y="{_HEIGHT - tall:.1f}" '
                f'width="{width - 1:.1f}" height="{tall:.1f}"/>'
                f'<text class="value" x="{x + width / 2:.1f}" y="{_HEIGHT - tall - 4:.1f}" text-anchor="middle">'
                f"{run[column]}</text>"
            )
    return _svg(_HEIGHT + 26, f"Ranks of the first relevant article: {'; '.join(names)}", parts)


def refusal_plot(refusal: Refusal) -> str:
    """What is refused at each threshold: of the answerable questions (line 0) and of the others (line 1).

    The dashed line is the threshold that the index is configured with.
    """
    threshold = min(refusal.at_threshold.threshold, 1.0)
    parts = _square("threshold of confidence", "refused")
    parts.append(f'<path class="mark" d="M{_x(threshold):.1f} {_y(0):.1f}V{_y(1):.1f}"/>')
    for number, shares in enumerate((_steps(refusal.curve, "answerable"), _steps(refusal.curve, "unanswerable"))):
        if shares:
            parts.append(f'<path class="line-{number}" d="{_step_path(shares)}"/>')
    return _svg(_y(0) + 40, "Questions refused at each threshold", parts)


def _steps(curve: Sequence[RefusalPoint], kind: str) -> list[tuple[float, float]]:
    """Each threshold with the share refused there; empty where there is no question of the kind."""
    points = ((p.threshold, p.answerable_refused if kind == "answerable" else p.unanswerable_refused) for p in curve)
    return [(threshold, share) for threshold, share in points if share is not None]


def _step_path(points: Sequence[tuple[float, float]]) -> str:
    """A share holds from just above the threshold before it up to its own, the last one from there on."""
    path = [f"M{_x(0):.1f} {_y(points[0][1]):.1f}"]
    path += [f"V{_y(share):.1f}H{_x(min(threshold, 1.0)):.1f}" for threshold, share in points]
    return "".join([*path, f"H{_x(1):.1f}"])


def reliability_plot(refusal: Refusal) -> str:
    """The share of answerable questions over the mean confidence of each bin; the dashed line is where they agree."""
    parts = _square("confidence", "answerable")
    parts.append(f'<path class="mark" d="M{_x(0):.1f} {_y(0):.1f}L{_x(1):.1f} {_y(1):.1f}"/>')
    places = [(_x(each.confidence), _y(each.answerable)) for each in refusal.reliability]
    parts.append(f'<path class="line-2" d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in places)}"/>')
    parts += [f'<circle class="series-2" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>' for x, y in places]
    return _svg(_y(0) + 40, "Share of answerable questions by confidence", parts)


def _square(across: str, up: str) -> list[str]:
    """Axes from 0 to 1 both ways, with what they show."""
    parts = []
    for tick in _TICKS:
        x, y = _x(tick), _y(tick)
        parts.append(
            f'<path class="grid" d="M{x:.1f} {_y(0):.1f}V{_y(1):.1f}M{_x(0):.1f} {y:.1f}H{_x(1):.1f}"/>'
            f'<text class="tick" x="{x:.1f}" y="{_y(0) + 16:.1f}" text-anchor="middle">{tick:g}</text>'
            f'<text class="tick" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>'
        )
    middle = (_x(0) + _x(1)) / 2
    parts.append(f'<text x="{middle:.1f}" y="{_y(0) + 34:.1f}" text-anchor="middle">{across}</text>')
    parts.append(f'<text transform="translate(14 {_y(0.5):.1f}) rotate(-90)" text-anchor="middle">{up}</text>')
    return parts


def _x(share: float) -> float:
    return _LEFT + share * (_RIGHT - _LEFT)


def _y(share: float) -> float:
    return 8 + (1 - share) * _SIDE


def _svg(height: float, label: str, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height:g}" role="img" aria-label="{escaped(label)}">' + "".join(parts) + "</svg>"
    )
