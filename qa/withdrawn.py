"""Withdrawn articles: never quoted, but where a question is about one, its reader is told."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.asked import share
from qa.history import named, on_day
from qa.lexical import terms_of
from qa.passages import encoded_text, split_passages
from qa.records import Article, Filters, Hit
from qa.store import Store

# A question is about an article of which one passage, with its title, holds so much of the question's terms by IDF.
# Sample archive (1 withdrawn, 179 golden questions): those about it have .77 and more, all others .48 and less.
# realtimeqa dev (140 questions; 30 of 3,000 articles taken for withdrawn): with both figures a withdrawn article that
# answered is named for .64 of the questions, an article on something else for .029.
_ABOUT = 0.6
# What was found may hold at most so much more of the question, else it is about that rather.
_MARGIN = 0.15
_NAMED_AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawn article, ready to be compared with questions.

    `article` is what may be shown: the version that withdraws it without its text, with what that version does not
    say filled in from the last one before. `passages` holds the terms of each passage of both, each with the title's;
    `terms` all of them.
    """

    article: Article
    passages: tuple[set[str], ...]
    terms: set[str]


class Withdrawals:
    """The withdrawn articles of an archive, read anew when they change. May be used by several threads.

    Args:
        store: the archive.
        passage_words: about this many words in a passage, as for those that are found.
    """

    def __init__(self, store: Store, passage_words: int) -> None:
        self._store, self._words = store, passage_words
        self._known: dict[tuple[str, int], Withdrawal] = {}

    def about(self, weights: dict[str, float], hits: Sequence[Hit], filters: Filters) -> tuple[str, ...]:
        """What `withdrawn_about` says of a question's terms, next to what was found for it."""
        withdrawn = [each for each in self.all() if _admitted(each.article, filters)]
        return withdrawn_about(weights, withdrawn, covered_by_hits(weights, hits)) if withdrawn else ()

    def all(self) -> list[Withdrawal]:
        """The articles that stand withdrawn at this moment."""
        known = self._known
        current = {key: known.get(key) or self._read(key[0]) for key in self._store.withdrawn()}
        # One assignment, so that no thread sees half of it.
        self._known = {key: found for key, found in current.items() if found}
        return list(self._known.values())

    def _read(self, article_id: str) -> Withdrawal | None:
        versions = [article for _, article in self._store.versions(article_id)]
        # A moment ago, another process may have removed it or published it again.
        return withdrawal_of(versions, self._words) if versions and versions[-1].withdrawn else None


def withdrawal_of(versions: Sequence[Article], passage_words: int) -> Withdrawal:
    """A withdrawn article from its versions, the oldest first, the one that withdraws it last."""
    last = versions[-1]
    before = next((article for article in reversed(versions) if not article.withdrawn), last)
    passages = [
        set(terms_of(encoded_text(article.title, passage)))
        for article in (last, before)
        for passage in [p.text for p in split_passages(article.text, words=passage_words)] or [""]
    ]
    shown = dataclasses.replace(
        last, text="", title=last.title or before.title, source=last.source or before.source,
        published=last.published or before.published,
    )  # fmt: skip
    return Withdrawal(shown, tuple(passages), set().union(*passages))


def withdrawn_about(weights: dict[str, float], withdrawn: Iterable[Withdrawal], covered: float) -> tuple[str, ...]:
    """A sentence for the reader about each withdrawn article that a question is about, the nearest first.

    Args:
        weights: the terms of the question that carry meaning, each with its IDF.
        withdrawn: the withdrawn articles.
        covered: how much of the question was found, as told by `covered_by_hits`: 0 to 1.
    """
    least = max(_ABOUT, covered - _MARGIN)
    # Most are ruled out as a whole, which spares a look at their passages.
    likely = [each for each in withdrawn if share(weights, each.terms) >= least]
    shares = [(max(share(weights, passage) for passage in each.passages), each.article) for each in likely]
    about = sorted((pair for pair in shares if pair[0] >= least), key=lambda pair: -pair[0])
    return tuple(
        f"{named(article)} was withdrawn{on_day(article.updated)} and is not quoted."
        for _, article in about[:_NAMED_AT_MOST]
    )


def covered_by_hits(weights: dict[str, float], hits: Iterable[Hit]) -> float:
    """The highest share, by IDF, of the question's terms that one hit holds, its title included: 0 to 1."""
    texts = (encoded_text(hit.article.title, hit.text) for hit in hits)
    return max((share(weights, set(terms_of(text))) for text in texts), default=0.0)


def _admitted(article: Article, filters: Filters) -> bool:
    """Whether the limits of a search admit an article; an undated one is left out as soon as a day is named."""
    if filters.published_from or filters.published_to:
        day = article.day
        if day is None or not (filters.published_from or day) <= day <= (filters.published_to or day):
            return False
    return not filters.sources or article.source.casefold() in {source.casefold() for source in filters.sources}
