"""The passages that compete: BM25 and cosine over-fetch under the same limits, and each gets its cosine."""

from __future__ import annotations

import datetime
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qa.config import Config
from qa.encoder import Encoder, Vectors
from qa.lexical import LexicalIndex, terms_of
from qa.passages import encoded_text
from qa.question import words_searched
from qa.ranking import REPORTED_WITHIN, about_now, nearness
from qa.records import AUTHOR, OUTLET, Filters, Query
from qa.store import Store, StoredPassage

if TYPE_CHECKING:
    from qa.vectors import VectorIndex

Timings = dict[str, float]

# Of a question about now, the weeks that are searched once more on their own, so that a large archive's past does not
# crowd them out.
_RECENT_DAYS = 14


@dataclass(frozen=True, slots=True)
class Sources:
    """What a search draws on. Without `vectors`, it is by BM25 alone.

    `keep` is given the passages that were encoded on the spot with their vectors (n, d).
    """

    config: Config
    store: Store
    lexical: LexicalIndex
    encoder: Encoder
    vectors: VectorIndex | None
    keep: Callable[[Sequence[StoredPassage], Vectors], None]


@dataclass(slots=True)
class Candidate:
    """A passage that competes, with what each stage thought of it; `score` is the last one's, higher is better."""

    number: int
    lexical_rank: int | None = None
    lexical_score: float | None = None
    dense_rank: int | None = None
    cosine: float | None = None
    score: float = 0.0
    figures: tuple[tuple[str, float], ...] = ()


def find_candidates(sources: Sources, query: Query, timings: Timings) -> tuple[list[Candidate], Vectors | None]:
    """The passages that compete for a query, the most promising first, and the unit vector (d,) of the question.

    There is no vector where the search is by BM25 alone. Adds the stages' milliseconds to `timings`.
    """
    limit = max(sources.config.overfetch, 4 * query.k)
    started = time.perf_counter()
    candidates: dict[int, Candidate] = {}
    terms = terms_of(words_searched(query)) or terms_of(query.text)
    for filters, share in _lexical_searches(query):
        _add_lexical(sources, candidates, terms, filters, math.ceil(limit * share))
    _number_by_score(candidates)
    started = note(timings, "lexical", started)
    if sources.vectors is None:
        return _ordered(sources, query, candidates), None
    vector = sources.encoder.encode_query(query.text)
    started = note(timings, "encode_question", started)
    _add_dense(sources, sources.vectors, candidates, vector, query, limit)
    _look_up_cosines(sources.vectors, candidates, vector)
    note(timings, "dense", started)
    return _ordered(sources, query, candidates), vector


def _lexical_searches(query: Query) -> Iterator[tuple[Filters, float]]:
    """The limits to search under, each with the share of the usual number of passages to fetch."""
    own = query.filters
    # What is left out may be most of what is found, and authors cannot be searched for: then more is looked through.
    yield own, 3.0 if any(m.excluded or m.kind == AUTHOR for m in query.mentions) else 1.0
    if not _names_days(own):
        if query.period:
            yield _within(query.period.first, query.period.last, own), 0.5
        if about_now(query):
            first = datetime.date.fromordinal(max(1, query.as_of.toordinal() - _RECENT_DAYS))
            yield _within(first, query.as_of, own), 0.5
    outlets = tuple(m.name for m in query.mentions if m.kind == OUTLET and not m.excluded)
    if outlets and not own.sources:
        yield replace(own, sources=outlets), 0.5


def _dense_searches(query: Query) -> Iterator[Filters]:
    own = query.filters
    yield own
    if query.period and query.period.hard and not _names_days(own):
        yield _within(query.period.first, query.period.last, own)


def _names_days(filters: Filters) -> bool:
    return bool(filters.published_from or filters.published_to)


def _within(first: datetime.date | None, last: datetime.date | None, own: Filters) -> Filters:
    """The days of a period and those shortly after, in which it is reported."""
    try:
        last = last and last + datetime.timedelta(days=REPORTED_WITHIN)
    except OverflowError:
        last = None
    return replace(own, published_from=first, published_to=last)


def _add_lexical(
    sources: Sources, candidates: dict[int, Candidate], terms: Sequence[str], filters: Filters, limit: int
) -> None:
    days = tuple(day.toordinal() if day else None for day in (filters.published_from, filters.published_to))
    admitted = sources.store.source_numbers(filters.sources) if filters.sources else None
    found = sources.lexical.search(terms, limit, days=(days[0], days[1]), sources=admitted)
    for number, score in found:
        candidates.setdefault(number, Candidate(number)).lexical_score = score


def _number_by_score(candidates: dict[int, Candidate]) -> None:
    for rank, candidate in enumerate(sorted(candidates.values(), key=lambda c: -(c.lexical_score or 0.0)), start=1):
        candidate.lexical_rank = rank


def _add_dense(
    sources: Sources, vectors: VectorIndex, candidates: dict[int, Candidate], question: Vectors, query: Query,
    limit: int,
) -> None:  # fmt: skip
    found: dict[int, float] = {}
    for filters in _dense_searches(query):
        found.update(vectors.search(question, limit, sources.store.numbers_matching(filters)))
    for rank, number in enumerate(sorted(found, key=lambda number: -found[number]), start=1):
        candidate = candidates.setdefault(number, Candidate(number))
        candidate.dense_rank, candidate.cosine = rank, found[number]


def _look_up_cosines(vectors: VectorIndex, candidates: dict[int, Candidate], question: Vectors) -> None:
    """Give those that only BM25 found their cosine, where they have a vector."""
    numbers, matrix = vectors.reconstruct([c.number for c in candidates.values() if c.cosine is None])
    for number, cosine in zip(numbers, matrix @ question if numbers else (), strict=True):
        candidates[number].cosine = float(cosine)


def encode_on_the_spot(sources: Sources, ranked: Iterable[Candidate], question: Vectors) -> bool:
    """Give the first of those that have no vector yet their cosine; whether there was one."""
    without = {c.number: c for c in ranked if c.cosine is None}
    passages = list(sources.store.passages(list(without)[: sources.config.encode_on_the_spot]).values())
    if not passages:
        return False
    matrix = sources.encoder.encode_passages([encoded_text(p.article.title, p.text) for p in passages])
    for passage, cosine in zip(passages, matrix @ question, strict=True):
        without[passage.number].cosine = float(cosine)
    sources.keep(passages, matrix)
    return True


def _ordered(sources: Sources, query: Query, candidates: dict[int, Candidate]) -> list[Candidate]:
    """The most promising first, by BM25, cosine and day; among equals the one that was stored first."""
    highest = max((c.lexical_score for c in candidates.values() if c.lexical_score), default=1.0)
    lowest = lowest_cosine(candidates.values())
    days = sources.store.days_of(list(candidates))
    config = sources.config
    for candidate in candidates.values():
        lexical = (candidate.lexical_score or 0.0) / highest
        dense = lowest if candidate.cosine is None else candidate.cosine
        near = nearness(query, days.get(candidate.number))
        candidate.score = config.lexical_weight * lexical + config.dense_weight * dense + config.time_weight * near
    return sorted(candidates.values(), key=lambda c: (-c.score, c.number))


def lowest_cosine(candidates: Iterable[Candidate]) -> float:
    """What a passage without a vector is taken for: the least similar one that has one."""
    return min((c.cosine for c in candidates if c.cosine is not None), default=0.0)


def note(timings: Timings, stage: str, started: float) -> float:
    now = time.perf_counter()
    timings[stage] = timings.get(stage, 0.0) + 1000 * (now - started)
    return now
