"""What is in an archive, for readers who browse it: lists of articles, the copies of one, counts by day and outlet."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from qa.duplicates import copies, sketch
from qa.lexical import LexicalIndex, terms_of
from qa.records import Article, Filters
from qa.store import Store

# Of a search by words, so many of the best passages are looked at: enough for a list that nobody pages to its end.
_PASSAGES_LISTED = 1_000
# Copies of an article are looked for among so many passages that share most with the first so many words of it.
_PASSAGES_COMPARED = 50
_WORDS_COMPARED = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in a list, in its current version, and how many versions the archive has of it."""

    article: Article
    versions: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list. `total` counts all articles of the list; where not `complete`, there may be more."""

    entries: tuple[Entry, ...]
    total: int
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Outlet:
    """What an archive holds of an outlet: articles that can be found, the newest day, and articles that begin word for
    word like another article of the archive."""

    name: str
    articles: int
    newest: datetime.date | None
    repeated: int


class Catalogue:
    """Lists and counts of an open archive. Every method raises the errors of the Index that it belongs to.

    Args:
        store: of the archive.
        lexical: searched by words.
    """

    def __init__(self, store: Store, lexical: LexicalIndex) -> None:
        self._store = store
        self._lexical = lexical

    def search(self, words: str = "", filters: Filters | None = None, *, limit: int = 25, offset: int = 0) -> Listing:
        """Articles with any of the words, best first; without words all of them, the newest first.

        Withdrawn articles are never searched: they are listed only where no words are given. Words that hold nothing
        to search for, such as "?!", find nothing.

        Args:
            words: as a reader types them; no operators.
            filters: limits on days and outlets. Undated articles are outside of every limit on days.
            limit: how many articles at most.
            offset: how many of the list to pass over.
        """
        filters = filters or Filters()
        sources = self._store.source_numbers(filters.sources)
        if not words.strip():
            versions = self._store.browsing.newest(filters, sources, limit, offset)
            return Listing(self._entries(versions), self._store.browsing.count(filters, sources))
        first, last = filters.published_from, filters.published_to
        found = self._lexical.search(
            terms_of(words), _PASSAGES_LISTED, sources=sources if filters.sources else None,
            days=(first.toordinal() if first else None, last.toordinal() if last else None),
        )  # fmt: skip
        versions = self._store.browsing.versions_of_passages(number for number, _ in found)
        entries = self._entries(versions[offset : offset + limit])
        return Listing(entries, len(versions), complete=len(found) < _PASSAGES_LISTED)

    def _entries(self, versions: Sequence[int]) -> tuple[Entry, ...]:
        return tuple(Entry(*pair) for pair in self._store.browsing.articles(versions))

    def copies_of(self, article: Article) -> tuple[Article, ...]:
        """Other articles that say the same: with one of its passages word for word, or copies by `qa.duplicates`.

        By day, the undated last. None for an article that is withdrawn or not in the archive.
        """
        own = self._store.browsing.passages_of(article.id)
        if not own:
            return ()
        same = {number for _, body_hash in own for number in self._store.same_body(body_hash)}
        terms = terms_of(" ".join(article.text.split()[:_WORDS_COMPARED]))
        near = {number for number, _ in self._lexical.search(terms, _PASSAGES_COMPARED)}
        passages = self._store.passages(sorted((same | near) - {number for number, _ in own})).values()
        certain = {passage.article.id for passage in passages if passage.number in same}
        others = {passage.article.id: passage.article for passage in passages}
        others.pop(article.id, None)
        own_sketch = sketch(article.text)
        found = [
            other for other in others.values()
            if other.id in certain or copies(own_sketch, sketch(other.text), days=_days_between(article, other))
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda each: (each.day is None, each.day or datetime.date.min, each.id)))

    def per_day(self) -> list[tuple[datetime.date | None, str, int]]:
        """How many articles that can be found each outlet published on each day, ascending; the undated under None."""
        return self._store.browsing.per_day()

    def outlets(self) -> list[Outlet]:
        """The outlets of the articles that can be found, those with the most articles first."""
        articles: dict[str, int] = {}
        newest: dict[str, datetime.date | None] = {}
        for day, name, number in self.per_day():
            articles[name] = articles.get(name, 0) + number
            # The days ascend.
            newest[name] = day or newest.get(name)
        repeated = self._store.browsing.repeated()
        return [
            Outlet(name, articles[name], newest[name], repeated.get(name, 0))
            for name in sorted(articles, key=lambda name: (-articles[name], name))
        ]


def _days_between(one: Article, other: Article) -> int | None:
    return abs((one.day - other.day).days) if one.day and other.day else None
