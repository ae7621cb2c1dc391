"""Hits to an answer: the sentences that answer best, word for word, each with its citation; or an honest refusal."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import numpy as np

from qa.asked import Asked, share
from qa.composing import Candidate, Composition, Scored, compose, leads, sentences_of
from qa.config import Config
from qa.encoder import Vectors
from qa.evidence import COLUMNS, Evidence, Matrix, measure, terms_around
from qa.fitted.answers import CONFIDENCE_WEIGHTS, SENTENCE_WEIGHTS
from qa.lexical import LexicalIndex
from qa.question import part_of, words_asked
from qa.reading import Scores
from qa.records import Answer, Conflict, Hit, Query, Sentence
from qa.selector import Selector
from qa.timex.days import written

_LONGEST_QUOTED_IN_REASON = 160
# With these words, the reason of a refusal begins to quote.
CAME_NEAREST = "What came nearest: "
# What is known of each sentence: its figures, and what the selector makes of it.
SENTENCE_COLUMNS = (*COLUMNS, "selector")
_SENTENCE_WEIGHTS = np.array([SENTENCE_WEIGHTS[name] for name in SENTENCE_COLUMNS])


def answer_from_hits(
    query: Query, hits: Sequence[Hit], selector: Selector, lexical: LexicalIndex, config: Config,
    timings: dict[str, float], lifted: Sequence[str] = (),
) -> Answer:  # fmt: skip
    """Choose sentences from the hits and compose the answer, or refuse. Adds its milliseconds to `timings`.

    `lifted` says which limits of the question left nothing: then the hits are only what came nearest.
    """
    started = time.perf_counter()
    words = words_asked(query)
    asked = Asked(words, lexical.document_frequency, lexical.count)
    candidates = sentences_of(hits)
    if not candidates:
        return _refusal(query, hits, _nothing_found(query, lexical), 0.0, timings)
    if lifted:
        return _refusal(query, hits, " ".join(lifted), 0.0, timings)
    if not asked.says_something and (query.period or query.mentions):
        return _answer(query, hits, leads(candidates, config), 1.0, timings)
    matrix, vectors = measured(words, asked, candidates, selector, config)
    whole = Scored(query, asked, matrix @ _SENTENCE_WEIGHTS)
    confidence = confidence_of(asked, matrix, whole.scores, hits)
    if confidence < config.answer_threshold:
        nearest = candidates[int(np.argmax(whole.scores))]
        timings["answer"] = 1000 * (time.perf_counter() - started)
        return _refusal(query, hits, _what_came_nearest(asked, nearest), confidence, timings)
    parts = [_scored_part(query, part, candidates, selector, lexical, config) for part in query.parts]
    composition = compose(whole, parts, candidates, vectors, config)
    timings["answer"] = 1000 * (time.perf_counter() - started)
    return _answer(query, hits, composition, confidence, timings)


def _scored_part(
    query: Query, part: str, candidates: Sequence[Candidate], selector: Selector, lexical: LexicalIndex, config: Config
) -> Scored:
    """One of several parts of a question, with scores of its own."""
    asked_for = part_of(query, part)
    words = words_asked(asked_for)
    asked = Asked(words, lexical.document_frequency, lexical.count)
    matrix, _ = measured(words, asked, candidates, selector, config)
    return Scored(asked_for, asked, matrix @ _SENTENCE_WEIGHTS)


def _answer(
    query: Query, hits: Sequence[Hit], composed: Composition, confidence: float, timings: dict[str, float]
) -> Answer:
    return Answer(
        text_of(composed.sentences, composed.conflicts), composed.sentences, tuple(hits), query, False, "", confidence,
        timings, short=composed.short, conflicts=composed.conflicts,
    )  # fmt: skip


def text_of(sentences: Sequence[Sentence], conflicts: Sequence[Conflict]) -> str:
    """The text of an answer: its quoted sentences with their numbers, and what they disagree in."""
    return "\n\n".join([*map(_quoted, sentences), *(conflict.words for conflict in conflicts)])


def _quoted(sentence: Sentence) -> str:
    before = f" (just before [{sentence.leads_to}])" if sentence.leads_to else ""
    return f"“{_one_line(sentence.text)}” [{sentence.citation.number}]{before}"


def measured(
    question: str, asked: Asked, candidates: Sequence[Candidate], selector: Selector, config: Config
) -> tuple[Matrix, Vectors]:
    """The figures of the candidates (n, len(SENTENCE_COLUMNS)), and their unit vectors (n, d), in their order."""
    evidence = [candidate.evidence for candidate in candidates]
    vectors = selector.vectors([each.text for each in evidence])
    matrix = measure(asked, evidence, selector.vectors([question])[0], vectors)
    return np.column_stack([matrix, _selected(question, evidence, matrix, selector, config)]), vectors


def _selected(
    question: str, evidence: Sequence[Evidence], matrix: Matrix, selector: Selector, config: Config
) -> Scores:
    """What the selector makes of each sentence (n,). Only what can still win is read; the others get the least."""
    promise = matrix[:, COLUMNS.index("cosine")] + matrix[:, COLUMNS.index("overlap_in_context")]
    best = np.argsort(-promise, kind="stable")[: config.selected_sentences]
    read = [evidence[i] for i in best]
    scores = selector.score(
        question, [each.text for each in read], [each.title for each in read], [each.previous for each in read],
        [each.following for each in read],
    )  # fmt: skip
    selected: Scores = np.full(len(evidence), scores.min(), np.float32)
    selected[best] = scores
    return selected


CONFIDENCE_COLUMNS = (
    "unknown_terms", "passage_cosine", "highest_cosine", "best_overlap_in_context", "best_names_overlap",
    "best_shows_expected", "best_expected_unmet", "best_thing_unnamed", "best_selector", "highest_selector",
    "unsupported", "unknown_name",
)  # fmt: skip


def confidence_figures(asked: Asked, matrix: Matrix, scores: Matrix, hits: Sequence[Hit]) -> list[float]:
    """What tells whether the hits answer, one figure for each of CONFIDENCE_COLUMNS."""
    of_best = dict(zip(SENTENCE_COLUMNS, matrix[int(np.argmax(scores))].tolist(), strict=True))
    return [
        share(asked.weights, asked.unknown),
        max(hit.cosine or 0.0 for hit in hits),
        float(matrix[:, COLUMNS.index("cosine")].max()),
        *(of_best[name.removeprefix("best_")] for name in CONFIDENCE_COLUMNS if name.startswith("best_")),
        float(matrix[:, SENTENCE_COLUMNS.index("selector")].max()),
        # Words that the archive does not know, about a thing that the best sentence does not name: a false premise.
        float(bool(asked.unknown) and of_best["thing_unnamed"] > 0),
        float(asked.unknown_name),
    ]


def confidence_of(asked: Asked, matrix: Matrix, scores: Matrix, hits: Sequence[Hit]) -> float:
    """How likely the hits answer: 0 to 1 (logistic regression)."""
    figures = zip(CONFIDENCE_COLUMNS, confidence_figures(asked, matrix, scores, hits), strict=True)
    total = CONFIDENCE_WEIGHTS["constant"] + sum(CONFIDENCE_WEIGHTS[name] * value for name, value in figures)
    return 1 / (1 + math.exp(-total))


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
    day = written(article.day) if article.day else ""
    source = ", ".join(part for part in (article.source, day) if part)
    nearest = _one_line(best.evidence.text)
    if len(nearest) > _LONGEST_QUOTED_IN_REASON:
        nearest = nearest[: _LONGEST_QUOTED_IN_REASON - 1].rstrip() + "…"
    return f"{missing_text}{CAME_NEAREST}“{nearest}” ({source or article.title})."


def _one_line(text: str) -> str:
    """White space folded, for display; the sentence itself stays as it stands in the article."""
    return " ".join(text.split())
