"""Hits to an answer: the sentences that answer best, word for word, each with its citation; or an honest refusal."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.asked import Asked
from qa.config import Config
from qa.encoder import Encoder
from qa.evidence import COLUMNS, Evidence, Matrix, measure, terms_around
from qa.fitted import CONFIDENCE_WEIGHTS, SENTENCE_WEIGHTS
from qa.lexical import LexicalIndex
from qa.passages import split_sentences
from qa.records import Answer, Citation, Hit, Query, Sentence

_LONGEST_QUOTED_IN_REASON = 160


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit: `hit.article.text[start:end]`, and the evidence drawn from it."""

    hit: Hit
    start: int
    end: int
    evidence: Evidence


def answer_from_hits(
    query: Query, hits: Sequence[Hit], encoder: Encoder, lexical: LexicalIndex, config: Config,
    timings: dict[str, float],
) -> Answer:  # fmt: skip
    """Choose sentences from the hits and compose the answer, or refuse. Adds its milliseconds to `timings`."""
    started = time.perf_counter()
    asked = Asked(query.text, lexical.document_frequency, lexical.count)
    candidates = sentences_of(hits)
    if not candidates:
        return _refusal(query, hits, _nothing_found(query, lexical), 0.0, timings)
    matrix = measured(query.text, asked, candidates, encoder)
    scores = matrix @ np.array([SENTENCE_WEIGHTS.get(name, 0.0) for name in COLUMNS])
    best = int(np.argmax(scores))
    confidence = confidence_of(matrix, scores, hits)
    chosen = _choose(candidates, scores, matrix, config)
    timings["answer"] = 1000 * (time.perf_counter() - started)
    if confidence < config.answer_threshold:
        return _refusal(query, hits, _what_came_nearest(asked, candidates[best]), confidence, timings)
    sentences = _in_reading_order(chosen, candidates, scores)
    text = "\n\n".join(f"“{_one_line(s.text)}” [{s.citation.number}]" for s in sentences)
    return Answer(text, sentences, tuple(hits), query, False, "", confidence, timings)


def sentences_of(hits: Sequence[Hit]) -> list[Candidate]:
    """The sentences of the hits, each text once, in the order of the hits."""
    candidates: list[Candidate] = []
    seen: set[str] = set()
    highest = max((hit.score for hit in hits), default=0.0)
    for rank, hit in enumerate(hits):
        previous = ""
        for start, end in split_sentences(hit.text):
            text = hit.text[start:end]
            if text not in seen:
                seen.add(text)
                evidence = Evidence(
                    text, hit.article.title, previous, hit.score - highest, rank, is_lead=hit.start + start == 0
                )
                candidates.append(Candidate(hit, hit.start + start, hit.start + end, evidence))
            previous = text
    return candidates


def measured(question: str, asked: Asked, candidates: Sequence[Candidate], encoder: Encoder) -> Matrix:
    """The figures of `evidence.measure` for the candidates, in their order."""
    vectors = encoder.encode_passages([candidate.evidence.text for candidate in candidates])
    evidence = [candidate.evidence for candidate in candidates]
    return measure(asked, evidence, encoder.encode_query(question), vectors)


CONFIDENCE_COLUMNS = (
    "passage_cosine", "best_cosine", "best_overlap", "best_overlap_in_context", "best_names_overlap", "best_pairs",
    "best_shows_expected", "best_expected_unmet", "highest_overlap_in_context", "lead_over_next",
)  # fmt: skip


def confidence_figures(matrix: Matrix, scores: Matrix, hits: Sequence[Hit]) -> list[float]:
    """What tells whether the hits answer, one figure for each of CONFIDENCE_COLUMNS."""
    best = int(np.argmax(scores))
    ranked = np.sort(scores)
    of_best = dict(zip(COLUMNS, matrix[best].tolist(), strict=True))
    return [
        max((hit.cosine or 0.0 for hit in hits), default=0.0),
        *(of_best[name.removeprefix("best_")] for name in CONFIDENCE_COLUMNS if name.startswith("best_")),
        float(matrix[:, COLUMNS.index("overlap_in_context")].max()),
        float(ranked[-1] - ranked[-2]) if len(ranked) > 1 else 0.0,
    ]


def confidence_of(matrix: Matrix, scores: Matrix, hits: Sequence[Hit]) -> float:
    """How likely the hits answer: 0 to 1 (logistic regression)."""
    figures = zip(CONFIDENCE_COLUMNS, confidence_figures(matrix, scores, hits), strict=True)
    total = CONFIDENCE_WEIGHTS["constant"] + sum(CONFIDENCE_WEIGHTS.get(name, 0.0) * value for name, value in figures)
    return 1 / (1 + math.exp(-total))


def _choose(candidates: Sequence[Candidate], scores: Matrix, matrix: Matrix, config: Config) -> list[int]:
    """The best sentence, and up to two more that come close to it."""
    order = [int(index) for index in np.argsort(-scores, kind="stable")]
    chosen = [order[0]]
    for index in order[1:]:
        if len(chosen) == config.answer_sentences:
            break
        if scores[index] >= scores[order[0]] - config.answer_margin:
            chosen.append(index)
    return chosen


def _in_reading_order(chosen: Sequence[int], candidates: Sequence[Candidate], scores: Matrix) -> tuple[Sentence, ...]:
    """The article of the best sentence first; within an article, in the order of its text."""
    articles = list(dict.fromkeys(candidates[index].hit.article.id for index in chosen))
    ordered = sorted(chosen, key=lambda i: (articles.index(candidates[i].hit.article.id), candidates[i].start))
    return tuple(
        Sentence(
            candidates[index].evidence.text,
            Citation(candidates[index].hit.article, candidates[index].start, candidates[index].end, number),
            float(scores[index]),
        )
        for number, index in enumerate(ordered, start=1)
    )


def _refusal(query: Query, hits: Sequence[Hit], reason: str, confidence: float, timings: dict[str, float]) -> Answer:
    return Answer(
        f"The archive does not answer this. {reason}", (), tuple(hits), query, True, reason, confidence, timings
    )


def _nothing_found(query: Query, lexical: LexicalIndex) -> str:
    if not lexical.count:
        return "It holds no articles yet."
    if query.filters:
        return "No passage was found within the dates and sources that were asked for."
    return "No passage was found."


def _what_came_nearest(asked: Asked, best: Candidate) -> str:
    """What was looked for and is missing, and the sentence that came nearest."""
    around = terms_around(best.evidence)
    missing = [word for word in asked.words() if not word[1] & around]
    looked = ", ".join(f"“{word}”" for word, _ in missing)
    missing_text = (
        f"I looked for {looked} together with the rest of the question and did not find it. " if looked else ""
    )
    article = best.hit.article
    day = f"{article.day.day} {article.day:%B %Y}" if article.day else ""
    source = ", ".join(part for part in (article.source, day) if part)
    nearest = _one_line(best.evidence.text)
    if len(nearest) > _LONGEST_QUOTED_IN_REASON:
        nearest = nearest[: _LONGEST_QUOTED_IN_REASON - 1].rstrip() + "…"
    return f"{missing_text}What came nearest: “{nearest}” ({source or article.title})."


def _one_line(text: str) -> str:
    """White space folded, for display; the sentence itself stays as it stands in the article."""
    return " ".join(text.split())
