"""Names and numbers that have changed places: "40 killed" where the passage says "12 killed and 40 injured"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa.llm.claims import terms_in_order, tokens_of
from qa.llm.numbers import numbers_in
from qa.mention_words import FUNCTION
from qa.proper_names import names_in

_AFTER = re.compile(r"[^\w.!?;:]*([^\W\d_][\w’'-]*)")
_BEFORE = re.compile(r"([^\W_][\w’'-]*)\W{1,3}([^\W_][\w’'-]*)\W{1,3}\Z")


@dataclass(frozen=True, slots=True)
class _Placed:
    """A name by its tokens, or a number by its values, with the word after it and the two before it; empty for none."""

    text: str
    name: str
    values: frozenset[float | str]
    after: tuple[str, ...]
    before: tuple[str, ...]

    def is_like(self, other: _Placed) -> bool:
        """Whether both are names in the same place of a phrase, or both count the same."""
        if bool(self.name) != bool(other.name):
            return False
        counts = bool(self.after) and self.after == other.after
        # "cost 3.1 million, or 5 percent": two numbers may well follow the same words.
        return counts or bool(self.name and self.before and self.before == other.before)

    def agrees(self, other: _Placed) -> bool:
        if self.name:
            return self.name in other.name or other.name in self.name
        return bool(self.values & other.values)


def exchanged(text: str, sources: Iterable[str]) -> list[str]:
    """The names and numbers of the text in whose places its sources have only others."""
    known = [placed for source in sources for placed in _placed(source)]
    found = []
    for placed in _placed(text):
        alike = [other for other in known if placed.is_like(other)]
        if alike and not any(placed.agrees(other) for other in alike):
            found.append(placed.text)
    return found


def _placed(text: str) -> Iterator[_Placed]:
    for name in names_in(text):
        yield _Placed(name.text, tokens_of(name.text), frozenset(), *_around(text, name.start, name.end))
    for number in numbers_in(text):
        shown = text[number.start : number.end]
        yield _Placed(shown, "", number.values, *_around(text, number.start, number.end))


def _around(text: str, start: int, end: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    after, before = _AFTER.match(text, end), _BEFORE.search(text[max(0, start - 60) : start])
    following = tuple(terms_in_order(after[1])) if after else ()
    if not before or {before[1].lower(), before[2].lower()} <= FUNCTION:
        return following, ()
    return following, (before[1].lower(), before[2].lower())
