"""Sentences and passages, as offsets into Article.text."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from qa.records import Passage
from qa.sentences import split_sentences

__all__ = ["encoded_text", "split_passages", "split_sentences"]

# How far from the target a passage may end to end with a paragraph, and how small the last may be.
_TOLERANCE = 0.25
_SMALLEST_LAST = 0.25

# Scripts without spaces between words: a Chinese or Japanese character is about 0.6 of a word; five
# characters of Thai, Lao, Burmese or Khmer are about one. Of a run without white space (a URL, base64)
# every 20 characters count as a word.
_IDEOGRAPH_WORDS = 0.6
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_WIDE = re.compile(f"[{_IDEOGRAPHS}{_UNSPACED}]")
_ATOM = re.compile(rf"([{_IDEOGRAPHS}])|[{_UNSPACED}]{{1,5}}|[^\s{_IDEOGRAPHS}{_UNSPACED}]{{1,20}}")


def encoded_text(title: str, passage: str) -> str:
    """What the encoder and BM25 see: title, newline, passage; only the passage where there is no title."""
    return f"{title}\n{passage}" if title else passage


def split_passages(text: str, *, words: int) -> list[Passage]:
    """Passages of about `words` words on sentence borders.

    `text[p.start:p.end] == p.text`, and every non-white-space character lies in exactly one passage.
    A passage ends with a paragraph where one ends within a quarter of the target. Only a sentence of
    more than twice the target is cut; no passage is longer than that.
    """
    if words < 1:
        raise ValueError(f"words must be at least 1, not {words}")
    spans, sums = _units(text, words)
    # In text without blank lines a line is a paragraph.
    paragraph = "\n\n" if "\n\n" in text else "\n"
    passages = []
    first = 0
    for stop in _pack(text, spans, sums, paragraph, words):
        start, end = spans[first][0], spans[stop - 1][1]
        passages.append(Passage(start, end, text[start:end]))
        first = stop
    return passages


def _units(text: str, words: int) -> tuple[list[tuple[int, int]], list[float]]:
    """The sentences, those too long for a passage in pieces, and the words before each (and after the last)."""
    spans: list[tuple[int, int]] = []
    sums = [0.0]
    total = 0.0
    for span in split_sentences(text):
        sentence = text[span[0] : span[1]]
        count: float = len(sentence.split())
        if len(sentence) > 9 * count or not (sentence.isascii() or not _WIDE.search(sentence)):
            count = sum(_IDEOGRAPH_WORDS if atom[1] else 1 for atom in _ATOM.finditer(sentence))
        if count > 2 * words:
            for start, end, part in _cut(text, span, words, count):
                total += part
                spans.append((start, end))
                sums.append(total)
        else:
            total += count
            spans.append(span)
            sums.append(total)
    return spans, sums


def _cut(text: str, span: tuple[int, int], words: int, count: float) -> Iterator[tuple[int, int, float]]:
    """Pieces of about equal size: at white space or between ideographs, else wherever it must be."""
    target = count / math.ceil(count / words)
    start = end = span[0]
    total = 0.0
    ideograph = False
    for atom in _ATOM.finditer(text, *span):
        free = atom.start() > end or ideograph or atom[1] is not None
        if total >= target * (1 if free else 1.5):
            yield start, end, total
            start, total = atom.start(), 0.0
        end = atom.end()
        ideograph = atom[1] is not None
        total += _IDEOGRAPH_WORDS if ideograph else 1
    yield start, end, total


def _pack(text: str, spans: list[tuple[int, int]], sums: list[float], paragraph: str, words: int) -> list[int]:
    """For each passage, the number of the unit after its last."""
    stops: list[int] = []
    first = 0
    while first < len(spans):
        goal = sums[first] + words
        # The border next to the goal, unless a paragraph ends near enough.
        stop = bisect_left(sums, goal, first + 1)
        if stop > first + 1 and (stop == len(sums) or goal - sums[stop - 1] <= sums[stop] - goal):
            stop -= 1
        near = range(
            bisect_left(sums, goal - words * _TOLERANCE, first + 1), bisect_right(sums, goal + words * _TOLERANCE, stop)
        )
        ends = [s for s in near if s == len(spans) or paragraph in text[spans[s - 1][1] : spans[s][0]]]
        first = min(ends, key=lambda s: abs(sums[s] - goal)) if ends else stop
        stops.append(first)
    if len(stops) > 1 and sums[-1] - sums[stops[-2]] < words * _SMALLEST_LAST:
        _spread_last(stops, sums, words)
    return stops


def _spread_last(stops: list[int], sums: list[float], words: int) -> None:
    """Merge a tiny last passage with the one before it, or share their sentences evenly."""
    first = stops[-3] if len(stops) > 2 else 0
    if sums[-1] - sums[first] <= 2 * words:
        del stops[-2]
        return
    middle = (sums[first] + sums[-1]) / 2
    stops[-2] = min(range(first + 1, stops[-1]), key=lambda stop: abs(sums[stop] - middle))
