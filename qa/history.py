"""The versions of an article: what changed from one to the next, and what a reader of a corrected one must know.

Sentences are compared by difflib (Ratcliff and Metzener 1988). Where a run of them was replaced, those that are alike
are paired in order: the pairing with the highest sum of likenesses, found as by Needleman and Wunsch (1970).
"""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from qa.passages import split_sentences
from qa.records import CORRECTED, Article, Moment, day_of
from qa.timex.days import written

SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"
TEXT = "text"
# What is compared besides the text, in the order in which it is shown.
FIELDS = ("status", "title", "source", "published", "updated", "authors", "section", "language", "url")

# Sentences that share so much of their words (Dice 1945, 0 to 1) are one sentence, changed. In the sample archive's
# later versions, sentences that were rewritten have .62 and more, others .43 and less.
_ALIKE = 0.5
# Comparing takes time by the square of the length: about a second for so many sentences or words that differ. Beyond
# that they count as replaced; and beyond so many pairs within a run (0.3 s), none of its sentences as changed.
_LONGEST_COMPARED = 2_000
_PAIRS_COMPARED = 10_000

_SPACES = re.compile(r"\s+")
# Quotes and dashes differ between feeds of the same story; a reader sees no change in that.
_PLAIN = str.maketrans("“”„«»‘’‚–—\u00a0", '"""""\'\'\'-- ')
# Scripts without spaces are compared by the character.
_TOKEN = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|\d+(?:[.,:]\d+)*|\w+|[^\w\s]")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an article. `number` counts from 1 for the oldest; `added` is when the archive got it (UTC)."""

    number: int
    article: Article
    added: datetime.datetime

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary with the whole article."""
        return {"number": self.number, "added": self.added.isoformat(), "article": self.article.as_dict()}


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence, or a field beside the text, in two versions of an article.

    `kind` is "same", "added", "removed" or "changed". `field` is "text" for a sentence, else the name of the article's
    field. `old` and `new` are the words of the two versions, empty where one has none; of a sentence they stand at
    `old_start` and `new_start` of Article.text, word for word. Where both have words that differ, `old_spans` and
    `new_spans` are the (start, end) of what differs, counted from the beginning of `old` and `new`.
    """

    kind: str
    field: str
    old: str
    new: str
    old_start: int | None = None
    new_start: int | None = None
    old_spans: tuple[Span, ...] = ()
    new_spans: tuple[Span, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary."""
        return dataclasses.asdict(self)


def diff_sentences(old: Article, new: Article) -> tuple[Change, ...]:
    """What became of each sentence, in reading order, after the fields beside the text that changed.

    Sentences that differ in white space and in the shape of quotes and dashes alone are the same. A field is listed
    only where it changed; dates are in ISO 8601, authors joined by "; ".
    """
    return (*_changed_fields(old, new), *_sentence_changes(old.text, new.text))


def caveats(articles: Sequence[Article]) -> tuple[str, ...]:
    """What a reader must know of the articles that are quoted: one sentence for each that was corrected."""
    corrected = {article.id: article for article in articles if article.status == CORRECTED}
    return tuple(
        f"{named(article)} was corrected{on_day(article.updated)}; the corrected text is quoted."
        for article in corrected.values()
    )


def named(article: Article) -> str:
    """An article in a line of text: “Title” (Outlet, 5 July 2026), with what of it is known."""
    title = " ".join(article.title.split())
    place = ", ".join(part for part in (" ".join(article.source.split()), _day_in_words(article.published)) if part)
    return (f"“{title}”" if title else "An article without a title") + (f" ({place})" if place else "")


def on_day(moment: Moment | None) -> str:
    """ " on 5 July 2026", with the space before it; empty where the day is unknown."""
    return f" on {_day_in_words(moment)}" if moment else ""


def _day_in_words(moment: Moment | None) -> str:
    day = day_of(moment)
    return written(day) if day else ""


def _changed_fields(old: Article, new: Article) -> Iterator[Change]:
    for field in FIELDS:
        before, after = _value(old, field), _value(new, field)
        if before != after:
            kind = CHANGED if before and after else ADDED if after else REMOVED
            old_spans, new_spans = _differing(before, after) if kind == CHANGED else ((), ())
            yield Change(kind, field, before, after, old_spans=old_spans, new_spans=new_spans)


def _value(article: Article, field: str) -> str:
    value = getattr(article, field)
    if isinstance(value, tuple):
        return "; ".join(value)
    return value.isoformat() if isinstance(value, datetime.date) else value or ""


def _sentence_changes(old: str, new: str) -> Iterator[Change]:
    before, after = split_sentences(old), split_sentences(new)
    keys_before = [_key(old[start:end]) for start, end in before]
    keys_after = [_key(new[start:end]) for start, end in after]
    i = j = 0
    for one, other in [*_matched(keys_before, keys_after), (len(before), len(after))]:
        yield from (_change(REMOVED, old, span, new, None) for span in before[i:one])
        yield from (_change(ADDED, old, None, new, span) for span in after[j:other])
        if one < len(before):
            kind = SAME if keys_before[one] == keys_after[other] else CHANGED
            yield _change(kind, old, before[one], new, after[other])
        i, j = one + 1, other + 1


def _change(kind: str, old: str, one: Span | None, new: str, other: Span | None) -> Change:
    first, second = old[slice(*one)] if one else "", new[slice(*other)] if other else ""
    spans = _differing(first, second) if kind == CHANGED else ((), ())
    return Change(kind, TEXT, first, second, one[0] if one else None, other[0] if other else None, *spans)


def _matched(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Which sentence is or became which, both ascending."""
    for equal, i1, i2, j1, j2 in _blocks(old, new):
        if equal:
            yield from zip(range(i1, i2), range(j1, j2), strict=True)
        else:
            yield from ((i1 + one, j1 + other) for one, other in _pairs(old[i1:i2], new[j1:j2]))


def _key(sentence: str) -> str:
    """What makes two sentences the same."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", sentence).translate(_PLAIN)).strip()


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """(equal, i1, i2, j1, j2): old[i1:i2] and new[j1:j2] are equal or replace each other; together they are all.

    In what is long, difflib takes nothing that repeats often as an anchor: equal items may stand in what is replaced.
    """
    shorter = min(len(old), len(new))
    head = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    tail = next((n for n in range(shorter - head) if old[-1 - n] != new[-1 - n]), shorter - head)
    i2, j2 = len(old) - tail, len(new) - tail
    if head:
        yield True, 0, head, 0, head
    if max(i2, j2) - head > _LONGEST_COMPARED:
        yield False, head, i2, head, j2
    else:
        for tag, a1, a2, b1, b2 in difflib.SequenceMatcher(None, old[head:i2], new[head:j2]).get_opcodes():
            yield tag == "equal", head + a1, head + a2, head + b1, head + b2
    if tail:
        yield True, i2, len(old), j2, len(new)


def _pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Which sentence became which, in order, those that are alike only."""
    if len(old) * len(new) > _PAIRS_COMPARED:
        return []
    words_old, words_new = [_words(text) for text in old], [_words(text) for text in new]
    likeness = [[_likeness(one, other) for other in words_new] for one in words_old]
    # best[i][j]: the highest sum of likenesses for the sentences from i and from j on.
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            pair = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] >= _ALIKE else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], pair)
    pairs: list[tuple[int, int]] = []
    i = j = 0
    while i < len(old) and j < len(new):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            pairs.append((i, j))
            i, j = i + 1, j + 1
    return pairs


def _words(text: str) -> Counter[str]:
    return Counter(token.casefold() for token in _TOKEN.findall(text) if token.isalnum() or token[0].isdigit())


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """The share of words that two sentences have in common: 0 to 1 (Dice)."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0


def _differing(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """The spans of words that stand in one of two texts only."""
    before, after = list(_TOKEN.finditer(old)), list(_TOKEN.finditer(new))
    old_spans, new_spans = list[Span](), list[Span]()
    for equal, i1, i2, j1, j2 in _blocks([_key(token[0]) for token in before], [_key(token[0]) for token in after]):
        if not equal and i1 < i2:
            old_spans.append((before[i1].start(), before[i2 - 1].end()))
        if not equal and j1 < j2:
            new_spans.append((after[j1].start(), after[j2 - 1].end()))
    return tuple(old_spans), tuple(new_spans)
