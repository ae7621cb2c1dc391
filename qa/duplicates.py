"""Whether two articles are copies of one text: agency copy, reprints, and what was edited, cut or given a new lead.

Two texts are compared by their shingles, here runs of three words (Broder 1997, "On the resemblance and containment
of documents"). Containment alone does not tell a copy with a word changed here and there from a follow-up that repeats
whole paragraphs. Edits are spread over a text; what a follow-up has to add stands together. So it is also asked how
much of the text lies outside of such gaps (`coverage`). The embeddings of the leads are not asked: they are as near
for two reports of one event (cosine up to .93) and for columns (.97) as for copies, and far apart for copies with a
new lead (from .58).
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

# All thresholds were chosen in November 2026 on those two thirds of tests/data/duplicates.jsonl that are not held out
# (265 pairs, made and real); `python benchmarks/duplicates.py` prints the figures.
# Of shingles of 2, 3 and 4 words, those of 3 served best: with 2, a long article holds much of any text by chance; with
# 4, light edits tear too much.
SHINGLE_WORDS = 3
# So many shingles in a row that the other text does not have are a gap: something told anew, not a word changed.
GAP = 10
# At either end, a gap of so many, and of this share of the text at most, is a new lead or what an outlet adds.
EDGE = 50
EDGE_SHARE = 0.25
# A copy within the window of days has at least this of one text in the other, and this much of it outside of gaps. Of
# copies with a quarter of the words changed, .41 and more was found again; of negatives the best covered has .81.
COPY_CONTAINMENT = 0.4
COPY_COVERAGE = 0.85
# The nearest miss, a preview and the report ten days later, keeps the window from being wider.
WINDOW_DAYS = 7
# Beyond the window, a copy is a reprint with next to nothing changed. Other articles reach .63.
REPRINT_RESEMBLANCE = 0.8
# A text with fewer shingles is a copy of nothing but itself: a caption says little about its article.
FEWEST_SHINGLES = 20
# A passage is repeated where at least this share of its shingles stands in the other article; 98 in 100 passages of
# edited copies reach it, and none of another story does (those reach .05).
PASSAGE_CONTAINMENT = 0.4

# All on UTF-8, which is several times as fast as on text. Accents (U+0300 to U+036F, apart from their letters), what is
# no letter or digit beyond ASCII (Latin-1 signs, general punctuation, that of China and Japan), and the scripts
# without spaces, of which every character is a word (China, Japan, Thailand; not the syllables of Korea).
_ACCENTS = re.compile(rb"\xcc[\x80-\xbf]|\xcd[\x80-\xaf]")
_SIGNS = re.compile(rb"\xc2[\x80-\xbf]|\xe2[\x80-\x81][\x80-\xbf]|\xe3\x80[\x80-\x9f]")
_UNSPACED = re.compile(rb"[\xe3-\xe9][\x80-\xbf][\x80-\xbf]|\xe0[\xb8\xb9][\x80-\xbf]")
_SPACES = bytes(code if code > 127 or chr(code).isalnum() else 32 for code in range(256))
# "TARNVIK (MPA) - ", "New York (CNN) — ", "(AP) ": the place and the agency before the first sentence.
_DATELINE = re.compile(r"\s*(?:[A-Z][\w.,’' ]{2,40})?(?:\([A-Z]\w{1,15}\)\s*(?:[-–—]+\s|\s)|(?<=[A-Z]{3})\s*[-–—]+\s)")
# An odd constant with well mixed bits (the golden ratio times 2**64).
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)

Hashes = np.ndarray[Any, np.dtype[np.uint64]]


@dataclass(frozen=True, slots=True, eq=False)
class Sketch:
    """The shingles of a text as 64-bit hashes, the same in every process: `ordered` as they stand in the text (n,),
    `distinct` each once, ascending (m,). Both are empty where the text holds no word."""

    ordered: Hashes
    distinct: Hashes


def sketch(text: str) -> Sketch:
    """The sketch of the text of an article or a passage.

    Case, accents, punctuation, quotation marks and a dateline make no difference. A text of fewer words than a
    shingle has is one shingle.
    """
    codes = np.array(list(map(zlib.crc32, _words(text))), np.uint64)
    width = min(SHINGLE_WORDS, len(codes))
    count = len(codes) - width + 1 if width else 0
    ordered = np.zeros(count, np.uint64)
    for place in range(width):
        ordered = ordered * _MULTIPLIER + codes[place : place + count]
    ascending = np.sort(ordered)
    return Sketch(ordered, ascending[np.diff(ascending, prepend=~ascending[:1]) != 0])


def _words(text: str) -> list[bytes]:
    """The words of a text, folded, in UTF-8."""
    text = text[found.end() :] if (found := _DATELINE.match(text)) else text
    if text.isascii():
        folded = text.lower().encode()
    else:
        folded = unicodedata.normalize("NFKD", text.casefold()).encode("utf-8", "replace")
        folded = _SIGNS.sub(b" ", folded.replace("’".encode(), b""))
        if not folded.isascii():
            folded = _UNSPACED.sub(rb" \g<0> ", _ACCENTS.sub(b"", folded))
    return folded.translate(_SPACES, b"'").split()


def containment(a: Sketch, b: Sketch) -> float:
    """The share of a's distinct shingles that stand in b: 0 to 1; 0 where a has none."""
    return _shared(a, b) / max(1, len(a.distinct))


def resemblance(a: Sketch, b: Sketch) -> float:
    """The share of the distinct shingles of both that stand in both (Jaccard): 0 to 1; 0 where neither has any."""
    both = _shared(a, b)
    return both / max(1, len(a.distinct) + len(b.distinct) - both)


def coverage(a: Sketch, b: Sketch) -> float:
    """The share of a's shingles outside of gaps, which are runs of shingles of which none stands in b: 0 to 1.

    A run shorter than a gap is an edit and counts as covered. Of a gap at the beginning and one at the end, as much as
    a new lead or an outlet's own words take up is left out of the account. A measure only where the containment is
    looked at too: the whole of a short text may be an edit. 0 where a has no shingle.
    """
    count = len(a.ordered)
    missing = np.concatenate([[False], ~_found(a.ordered, b), [False]])
    borders = np.flatnonzero(missing[1:] != missing[:-1])
    starts, ends = borders[::2], borders[1::2]
    lengths = (ends - starts) * (ends - starts >= GAP)
    edge = min(EDGE, int(EDGE_SHARE * count))
    at_edges = np.minimum(lengths[(starts == 0) | (ends == count)], edge).sum()
    return float(1 - (lengths.sum() - at_edges) / (count - at_edges)) if count else 0.0


def copies(a: Sketch, b: Sketch, *, days: int | None) -> bool:
    """Whether two articles are copies of one text, whichever came first. The order of a and b makes no difference.

    Args:
        a, b: of their texts. A text without a word is a copy of nothing.
        days: how many lie between their dates; None where a date is unknown, which is taken for near.
    """
    both, fewest = _shared(a, b), min(len(a.distinct), len(b.distinct))
    if fewest < FEWEST_SHINGLES or (days is not None and abs(days) > WINDOW_DAYS):
        return both > 0 and both >= REPRINT_RESEMBLANCE * (len(a.distinct) + len(b.distinct) - both)
    return any(
        both >= COPY_CONTAINMENT * len(one.distinct) and coverage(one, other) >= COPY_COVERAGE
        for one, other in ((a, b), (b, a))
    )


def passage_repeated(passage: Sketch, article: Sketch) -> bool:
    """Whether the text of a passage stands, for the most part, in the other article.

    A merged story of two has copies of both, but each of its passages repeats one of them only.
    """
    return containment(passage, article) >= PASSAGE_CONTAINMENT


def _shared(a: Sketch, b: Sketch) -> int:
    """How many distinct shingles stand in both."""
    short, long = (a, b) if len(a.distinct) <= len(b.distinct) else (b, a)
    return int(np.count_nonzero(_found(short.distinct, long)))


def _found(hashes: Hashes, b: Sketch) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """For each of the hashes, whether it is one of b's."""
    if not len(b.distinct):
        return np.zeros(len(hashes), np.bool_)
    places = np.minimum(np.searchsorted(b.distinct, hashes), len(b.distinct) - 1)
    return np.asarray(b.distinct[places] == hashes)
