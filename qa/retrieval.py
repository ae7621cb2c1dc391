"""A query to hits: candidates are found, the most promising rescored, copies and neighbours collapsed.

The score is a weighted sum of figures (qa/ranking.py) with the weights of qa/fitted/ranking.py. A question of several
parts is searched as a whole and part by part; the hits are interleaved, so that each part has its best among the first.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np

from qa.asked import Asked
from qa.candidates import Candidate, Sources, Timings, encode_on_the_spot, find_candidates, lowest_cosine, note
from qa.collapse import hits_from
from qa.config import Config
from qa.errors import QuestionError
from qa.fitted.ranking import RANKING_WEIGHTS
from qa.lexical import terms_of
from qa.question import part_of, words_searched
from qa.ranking import COLUMNS, Found, Matrix, in_period, measure, names_an_article
from qa.records import Hit, Query
from qa.rows import PassageRow

_WEIGHTS = np.array([RANKING_WEIGHTS[name] for name in COLUMNS])


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The hits, best first. `lifted` says which limits of the question left nothing, `notes` the same of its parts."""

    hits: tuple[Hit, ...]
    lifted: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def check_question(text: str, k: int, config: Config) -> None:
    """Whether a question can be asked.

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
    if not terms_of(text):
        raise QuestionError("The question holds no word or number", where=text.strip()[:40], cure="Ask in words.")


def retrieve(sources: Sources, query: Query, timings: Timings) -> Retrieved:
    """The k best hits for a query, best first. Adds the stages' milliseconds to `timings`.

    Raises:
        QuestionError: see `check_question`.
        EncoderError: the model does not load.
        IndexDamagedError: an article no longer matches its checksum.
    """
    check_question(query.text, query.k, sources.config)
    searched = [query, *(part_of(query, part) for part in query.parts)]
    found = [_retrieve_one(sources, each, timings) for each in searched]
    hits = found[0].hits if len(found) == 1 else _interleaved(query, [each.hits for each in found])
    parts = found[1:]
    lifted = tuple(dict.fromkeys(each for one in parts or found for each in one.lifted))
    # Where some part found what it asked for, the reader is told what the others did not.
    return Retrieved(hits, notes=lifted) if any(not one.lifted for one in parts) else Retrieved(hits, lifted)


def _retrieve_one(sources: Sources, query: Query, timings: Timings) -> Retrieved:
    found = rescored(sources, query, timings)
    started = time.perf_counter()
    hits = hits_from(sources.store, _ranked(found.candidates), query.k, one_article=found.one_article)
    note(timings, "hits", started)
    return Retrieved(tuple(hits), found.lifted)


@dataclass(frozen=True, slots=True)
class Rescored:
    """Candidates with their final scores, unordered, and the figures (n, columns) that these are made of.

    `one_article` says whether the question is about one article.
    """

    candidates: list[Candidate]
    matrix: Matrix
    one_article: bool
    lifted: tuple[str, ...]


def rescored(sources: Sources, query: Query, timings: Timings) -> Rescored:
    """The most promising candidates, looked at closely."""
    candidates, question = find_candidates(sources, query, timings)
    started = time.perf_counter()
    closely = max(sources.config.rescored, 2 * query.k)
    # Words that limit are looked for in all of them, and so is who is named.
    looked_at = candidates if _limits(query) or query.mentions else candidates[:closely]
    rows = sources.store.passage_rows([candidate.number for candidate in looked_at])
    # Gone since: a passage that was removed after the search.
    present = [candidate for candidate in looked_at if candidate.number in rows]
    present, lifted = _limited(query, present, rows)
    closest = _closest(query, present, rows, closely)
    asked = Asked(words_searched(query), sources.lexical.document_frequency, sources.lexical.count)
    found = _found(closest, rows)
    matrix = measure(query, asked, found)
    _score(closest, matrix)
    started = note(timings, "rescore", started)
    if question is not None and encode_on_the_spot(sources, _ranked(closest), question):
        matrix[:, COLUMNS.index("cosine")] = [each.cosine for each in _found(closest, rows)]
        _score(closest, matrix)
        note(timings, "encode_passages", started)
    return Rescored(closest, matrix, names_an_article(asked, found), lifted)


def _found(candidates: Sequence[Candidate], rows: dict[int, PassageRow]) -> list[Found]:
    highest = max((c.lexical_score for c in candidates if c.lexical_score), default=1.0)
    lowest = lowest_cosine(candidates)
    return [
        Found(rows[c.number], (c.lexical_score or 0.0) / highest, lowest if c.cosine is None else c.cosine)
        for c in candidates
    ]


def _score(candidates: Sequence[Candidate], matrix: Matrix) -> None:
    """Give the candidates their scores, and the amounts that these are made of."""
    for candidate, amounts in zip(candidates, matrix * _WEIGHTS, strict=True):
        candidate.score = float(amounts.sum())
        candidate.figures = tuple((name, float(a)) for name, a in zip(COLUMNS, amounts, strict=True) if a)


def _ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Best first, among equals the one that was stored first."""
    return sorted(candidates, key=lambda c: (-c.score, c.number))


def _closest(query: Query, candidates: list[Candidate], rows: dict[int, PassageRow], most: int) -> list[Candidate]:
    """The first `most`; up to half of these are those of the outlets and authors that are named, however far behind."""
    names = {mention.name for mention in query.mentions if not mention.excluded}
    named = [c for c in candidates if not names.isdisjoint({rows[c.number].source, *rows[c.number].authors})]
    numbers = {candidate.number for candidate in named[: most // 2]}
    return sorted(candidates, key=lambda candidate: candidate.number not in numbers)[:most]


def _limits(query: Query) -> bool:
    """Whether the words of the question limit what may be found."""
    return bool(query.period and query.period.hard) or any(m.hard or m.excluded for m in query.mentions)


def _limited(
    query: Query, candidates: list[Candidate], rows: dict[int, PassageRow]
) -> tuple[list[Candidate], tuple[str, ...]]:
    """Those within the hard limits that the words set. A limit that would leave nothing is lifted, with a note."""
    notes = []
    period = query.period
    if period and period.hard:
        inside = [c for c in candidates if in_period(period, rows[c.number])]
        if not inside:
            notes.append(f"Nothing was found for “{period.phrase}”, so articles of other days are shown.")
        candidates = inside or candidates
    only = {mention.name for mention in query.mentions if mention.hard and not mention.excluded}
    without = {mention.name for mention in query.mentions if mention.excluded}
    if only or without:
        inside = [
            c
            for c in candidates
            if not (named := {rows[c.number].source, *rows[c.number].authors}) & without and (not only or named & only)
        ]
        if not inside:
            notes.append(f"Nothing that fits was found in {_names(only, without)}, so other outlets are shown.")
        candidates = inside or candidates
    return candidates, tuple(notes)


def _names(only: set[str], without: set[str]) -> str:
    wanted = " or ".join(sorted(only)) or "other outlets"
    return f"{wanted} (without {', '.join(sorted(without))})" if without else wanted


def _interleaved(query: Query, found: Sequence[Sequence[Hit]]) -> tuple[Hit, ...]:
    """The best of the whole and of each part, then the second best of each, and so on; no text twice, k at most."""
    hits: list[Hit] = []
    parts = ["", *query.parts]
    for row in zip_longest(*found):
        for part, hit in zip(parts, row, strict=True):
            if hit and not any(_overlap(hit, other) for other in hits):
                hits.append(replace(hit, part=part))
    return tuple(hits[: query.k])


def _overlap(hit: Hit, other: Hit) -> bool:
    return hit.article.id == other.article.id and hit.start < other.end and other.start < hit.end
