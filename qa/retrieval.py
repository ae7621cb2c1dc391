"""A query to hits: BM25 and cosine over-fetch under the same filters, are fused, and exact repeats become one hit.

The fused score is `lexical_weight * BM25 / (highest BM25) + dense_weight * cosine`. The default weights 0.6 and 1 are
the best of a sweep over the 140 news questions of realtimeqa dev (see benchmarks/README.md).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qa.config import Config
from qa.encoder import Encoder, Vectors
from qa.errors import QuestionError
from qa.lexical import LexicalIndex, terms_of
from qa.passages import encoded_text
from qa.records import Article, Filters, Hit, Query
from qa.store import Store, StoredPassage

if TYPE_CHECKING:
    from qa.vectors import VectorIndex

Timings = dict[str, float]


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
class _Candidate:
    number: int
    lexical_rank: int | None = None
    lexical_score: float | None = None
    dense_rank: int | None = None
    cosine: float | None = None
    score: float = field(default=0.0)


def check_question(text: str, k: int, config: Config) -> list[str]:
    """The terms of a question that can be asked.

    Raises:
        QuestionError: it is empty, too long or without a word, or k is below 1.
    """
    longest = config.maximum_question_characters
    if not text.strip():
        raise QuestionError("The question is empty", cure="Ask something, for example: Who won the election?")
    if len(text) > longest:
        raise QuestionError(
            f"The question is {len(text):,} characters long; at most {longest:,} are read",
            cure="Shorten it, or raise QA_MAXIMUM_QUESTION_CHARACTERS.",
        )
    if k < 1:
        raise QuestionError(f"k must be at least 1, not {k}", cure="k is the number of passages wanted.")
    terms = terms_of(text)
    if not terms:
        raise QuestionError("The question holds no word or number", where=text.strip()[:40], cure="Ask in words.")
    return terms


def retrieve(sources: Sources, query: Query, timings: Timings) -> list[Hit]:
    """The k best hits for a query, best first. Adds the stages' milliseconds to `timings`.

    Raises:
        QuestionError: see `check_question`.
        EncoderError: the model does not load.
        IndexDamagedError: an article no longer matches its checksum.
    """
    terms = check_question(query.text, query.k, sources.config)
    limit = max(sources.config.overfetch, 4 * query.k)
    started = time.perf_counter()
    candidates = _lexical_candidates(sources, terms, query.filters, limit)
    started = _note(timings, "lexical", started)
    if sources.vectors is not None:
        vector = sources.encoder.encode_query(query.text)
        started = _note(timings, "encode_question", started)
        allowed = sources.store.numbers_matching(query.filters)
        found = sources.vectors.search(vector, limit, allowed)
        for rank, (number, cosine) in enumerate(found, start=1):
            candidate = candidates.setdefault(number, _Candidate(number))
            candidate.dense_rank, candidate.cosine = rank, cosine
        started = _note(timings, "dense", started)
        _fill_cosines(sources, sources.vectors, candidates, vector)
        started = _note(timings, "encode_passages", started)
    ranked = _fuse(sources.config, candidates)
    hits = _hits(sources.store, ranked, query.k)
    _note(timings, "hits", started)
    return hits


def _lexical_candidates(sources: Sources, terms: Sequence[str], filters: Filters, limit: int) -> dict[int, _Candidate]:
    days = tuple(day.toordinal() if day else None for day in (filters.published_from, filters.published_to))
    admitted = sources.store.source_numbers(filters.sources) if filters.sources else None
    found = sources.lexical.search(terms, limit, days=(days[0], days[1]), sources=admitted)
    return {
        number: _Candidate(number, lexical_rank=rank, lexical_score=score)
        for rank, (number, score) in enumerate(found, start=1)
    }


def _fill_cosines(sources: Sources, vectors: VectorIndex, candidates: dict[int, _Candidate], question: Vectors) -> None:
    """Give BM25's candidates their cosine: from the index, else by encoding the best of them on the spot."""
    missing = [candidate.number for candidate in candidates.values() if candidate.cosine is None]
    numbers, matrix = vectors.reconstruct(missing)
    for number, cosine in zip(numbers, matrix @ question if numbers else (), strict=True):
        candidates[number].cosine = float(cosine)
    without = [number for number in missing if candidates[number].cosine is None]
    passages = list(sources.store.passages(without[: sources.config.encode_on_the_spot]).values())
    if not passages:
        return
    matrix = sources.encoder.encode_passages([encoded_text(p.article.title, p.text) for p in passages])
    for passage, cosine in zip(passages, matrix @ question, strict=True):
        candidates[passage.number].cosine = float(cosine)
    sources.keep(passages, matrix)


def _fuse(config: Config, candidates: dict[int, _Candidate]) -> list[_Candidate]:
    """Score the candidates; the best come first, among equals the one that was stored first."""
    highest = max((c.lexical_score for c in candidates.values() if c.lexical_score), default=1.0)
    # A passage that has no vector yet is taken for the least similar one that has.
    lowest = min((c.cosine for c in candidates.values() if c.cosine is not None), default=0.0)
    for candidate in candidates.values():
        lexical = (candidate.lexical_score or 0.0) / highest
        dense = lowest if candidate.cosine is None else candidate.cosine
        candidate.score = config.lexical_weight * lexical + config.dense_weight * dense
    return sorted(candidates.values(), key=lambda c: (-c.score, c.number))


def _hits(store: Store, ranked: Sequence[_Candidate], k: int) -> list[Hit]:
    """The first k of different text, each with the other articles that hold the same text."""
    hits: list[Hit] = []
    shown: set[bytes] = set()
    for start in range(0, len(ranked), 2 * k):
        window = ranked[start : start + 2 * k]
        passages = store.passages([candidate.number for candidate in window])
        for candidate in window:
            # Gone since: a passage that was removed after the search has no place in the answer.
            passage = passages.get(candidate.number)
            if passage is None or passage.body_hash in shown:
                continue
            shown.add(passage.body_hash)
            hits.append(_hit(store, candidate, passage))
            if len(hits) == k:
                return hits
    return hits


def _hit(store: Store, candidate: _Candidate, passage: StoredPassage) -> Hit:
    others: dict[str, Article] = {}
    for other in store.passages(store.same_body(passage.body_hash)).values():
        if other.article.id != passage.article.id:
            others[other.article.id] = other.article
    return Hit(
        article=passage.article, start=passage.start, end=passage.end, text=passage.text, score=candidate.score,
        lexical_rank=candidate.lexical_rank, dense_rank=candidate.dense_rank,
        lexical_score=candidate.lexical_score, cosine=candidate.cosine,
        also_in=tuple(sorted(others.values(), key=lambda a: (a.day is None, a.day and a.day.toordinal(), a.id))),
    )  # fmt: skip


def _note(timings: Timings, stage: str, started: float) -> float:
    now = time.perf_counter()
    timings[stage] = timings.get(stage, 0.0) + 1000 * (now - started)
    return now
