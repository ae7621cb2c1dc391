"""How often an archive wrote about what a question asks for: its articles by day and outlet, found by words alone."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass

from qa.asked import Asked, share
from qa.lexical import LexicalIndex, terms_of
from qa.question import words_asked
from qa.records import Query
from qa.store import Store

# An article counts that holds this share of the question's words, by their weight: a rare word weighs more. Half is
# what can be said in plain words, "most of".
LEAST_SHARE = 0.5
# BM25's best, which are looked through: about 50 ms. What comes after them rarely holds half of the words.
_PASSAGES = 1_000


@dataclass(frozen=True, slots=True)
class Timeline:
    """The articles that hold most of a question's words, as (day, outlet, number of articles), by day.

    `undated` are those without a day. It is `complete` unless so many passages hold some of the words that not all
    were looked through.
    """

    counts: tuple[tuple[datetime.date, str, int], ...] = ()
    undated: int = 0
    complete: bool = True

    @property
    def articles(self) -> int:
        """How many dated articles there are."""
        return sum(number for _, _, number in self.counts)


def find_timeline(store: Store, lexical: LexicalIndex, query: Query) -> Timeline:
    """The articles on what a query asks for, within the limits of its filters; a period in its words sets none.

    Args:
        store: the archive.
        lexical: its search by words.
        query: a question without words that carry meaning ("What happened?") has an empty timeline.
    """
    asked = Asked(words_asked(query), lexical.document_frequency, lexical.count)
    if not asked.says_something:
        return Timeline()
    filters = query.filters
    first, last = (day.toordinal() if day else None for day in (filters.published_from, filters.published_to))
    admitted = store.source_numbers(filters.sources) if filters.sources else None
    found = lexical.search(list(asked.weights), _PASSAGES, days=(first, last), sources=admitted)
    held: dict[int, set[str]] = defaultdict(set)
    places: dict[int, tuple[datetime.date | None, str]] = {}
    for row in store.passage_rows([number for number, _ in found]).values():
        held[row.version].update(terms_of(f"{row.title}\n{row.text}"))
        places[row.version] = row.day, row.source
    counts, undated = Counter[tuple[datetime.date, str]](), 0
    for version, terms in held.items():
        day, source = places[version]
        if share(asked.weights, terms) < LEAST_SHARE:
            continue
        if day:
            counts[day, source] += 1
        else:
            undated += 1
    ordered = sorted((day, source, number) for (day, source), number in counts.items())
    return Timeline(tuple(ordered), undated, len(found) < _PASSAGES)
