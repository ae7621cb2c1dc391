"""From ranked passages to hits: copies take one slot, neighbours become one hit, no article fills the list."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from qa.candidates import Candidate
from qa.duplicates import Sketch, copies, passage_repeated, sketch
from qa.records import Article, Hit
from qa.store import Store, StoredPassage

# Of one article, so many hits stand among the first ones, as long as other articles are there.
_HITS_OF_ONE_ARTICLE = 2
# Neighbours that become one hit; longer ones would be no passages any more.
_PASSAGES_OF_ONE_HIT = 3
# The borders of the passages of copies are not the same, nor are their titles.
_COSINES_OF_COPIES = 0.1


@dataclass(slots=True)
class _Slot:
    """A hit in the making: passages of one article that follow each other, and the articles that say the same."""

    candidate: Candidate
    passages: list[StoredPassage]
    also_in: dict[str, Article] = field(default_factory=dict)

    @property
    def article(self) -> Article:
        return self.passages[0].article

    def says(self, candidate: Candidate, passage: StoredPassage) -> bool:
        """Whether a passage of another article says what this slot's article says: the same text, or a copy of it."""
        if any(own.body_hash == passage.body_hash for own in self.passages):
            return True
        if passage.article.id == self.article.id or not self._may_say(candidate):
            return False
        if not passage_repeated(_sketch(passage.text), _sketch(self.article.text)):
            return False
        days = None
        if self.article.day and passage.article.day:
            days = abs((self.article.day - passage.article.day).days)
        return copies(_sketch(self.article.text), _sketch(passage.article.text), days=days)

    def _may_say(self, candidate: Candidate) -> bool:
        """Whether the question finds both about as similar, as it does what says the same. Spares most comparisons."""
        own, other = self.candidate.cosine, candidate.cosine
        return own is None or other is None or abs(own - other) <= _COSINES_OF_COPIES

    def neighbours(self, passage: StoredPassage) -> bool:
        """Whether a passage stands right before or behind the slot's own, with nothing but white space between."""
        if passage.article.id != self.article.id or len(self.passages) >= _PASSAGES_OF_ONE_HIT:
            return False
        text, start, end = self.article.text, self.passages[0].start, self.passages[-1].end
        return not text[passage.end : start].strip() if passage.end <= start else not text[end : passage.start].strip()

    def merge(self, passage: StoredPassage) -> None:
        self.passages = sorted([*self.passages, passage], key=lambda each: each.start)


def hits_from(store: Store, ranked: Sequence[Candidate], k: int, *, one_article: bool) -> list[Hit]:
    """The first k hits, best first.

    Args:
        store: where the passages are.
        ranked: the candidates, best first.
        k: how many hits at most.
        one_article: whether the question is about one article, which then may fill the list.
    """
    slots: list[_Slot] = []
    waiting: list[_Slot] = []
    for place, (candidate, passage) in enumerate(_in_order(store, ranked, 2 * k)):
        slot = next((each for each in (*slots, *waiting) if each.says(candidate, passage)), None)
        if slot:
            if passage.article.id != slot.article.id:
                slot.also_in[passage.article.id] = passage.article
            continue
        if len(slots) == k:
            # What was read already may hold copies of these.
            if place < 2 * k:
                continue
            break
        slot = next((each for each in slots if each.neighbours(passage)), None)
        if slot:
            slot.merge(passage)
            continue
        of_one = sum(each.article.id == passage.article.id for each in slots)
        full = of_one >= _HITS_OF_ONE_ARTICLE and not one_article
        (waiting if full else slots).append(_Slot(candidate, [passage]))
    return [_hit(store, slot) for slot in (*slots, *waiting)[:k]]


def _in_order(store: Store, ranked: Sequence[Candidate], size: int) -> Iterator[tuple[Candidate, StoredPassage]]:
    """The candidates with their passages, which are read `size` at a time."""
    for start in range(0, len(ranked), size):
        window = ranked[start : start + size]
        passages = store.passages([candidate.number for candidate in window])
        for candidate in window:
            # Gone since: a passage that was removed after the search has no place in the answer.
            if passage := passages.get(candidate.number):
                yield candidate, passage


@functools.lru_cache(maxsize=256)
def _sketch(text: str) -> Sketch:
    return sketch(text)


def _hit(store: Store, slot: _Slot) -> Hit:
    others = dict(slot.also_in)
    own = {passage.number for passage in slot.passages}
    same = {number for passage in slot.passages for number in store.same_body(passage.body_hash)}
    for other in store.passages(sorted(same - own)).values():
        others[other.article.id] = other.article
    others.pop(slot.article.id, None)
    candidate, start, end = slot.candidate, slot.passages[0].start, slot.passages[-1].end
    return Hit(
        article=slot.article, start=start, end=end, text=slot.article.text[start:end], score=candidate.score,
        lexical_rank=candidate.lexical_rank, dense_rank=candidate.dense_rank,
        lexical_score=candidate.lexical_score, cosine=candidate.cosine,
        also_in=tuple(sorted(others.values(), key=lambda a: (a.day is None, a.day and a.day.toordinal(), a.id))),
        figures=candidate.figures,
    )  # fmt: skip
