"""Hits to an answer: the sentences that answer best, word for word, each with its citation; or an honest refusal."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa.asked import Asked, share
from qa.config import Config
from qa.encoder import Encoder, Vectors
from qa.evidence import COLUMNS, Evidence, Matrix, measure, terms_around
from qa.fitted.answers import CONFIDENCE_WEIGHTS, SENTENCE_WEIGHTS
from qa.lexical import LexicalIndex, terms_of
from qa.passages import split_sentences
from qa.question import part_of, words_asked
from qa.records import OUTLET, Answer, Citation, Hit, Query, Sentence
from qa.timex.days import written

_LONGEST_QUOTED_IN_REASON = 160
# Of a further sentence: from 0 to 4 and 0 to 2 they move the quoted share by at most .007 on the golden questions and
# .022 on realtimeqa dev. They are there to keep an answer from saying the same thing twice.
_LIKENESS_WEIGHT = 2.0
_COVERAGE_WEIGHT = 1.0
# Scores of sentences are log-odds; below this difference the order means little.
_NEAR_EQUAL = 0.5
_PRONOUN = re.compile(r"\b(?:he|she|they|it|his|her|their|its|him|them)\b", re.IGNORECASE)
_ENDED = re.compile(r"[.!?…][\"'”’)\]]*$")
_SENTENCE_WEIGHTS = np.array([SENTENCE_WEIGHTS[name] for name in COLUMNS])


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit: `hit.article.text[start:end]`, and the evidence drawn from it."""

    hit: Hit
    start: int
    end: int
    evidence: Evidence


def answer_from_hits(
    query: Query, hits: Sequence[Hit], encoder: Encoder, lexical: LexicalIndex, config: Config,
    timings: dict[str, float], lifted: Sequence[str] = (),
) -> Answer:  # fmt: skip
    """Choose sentences from the hits and compose the answer, or refuse. Adds its milliseconds to `timings`.

    `lifted` says which limits of the question left nothing: then the hits are only what came nearest.
    """
    started = time.perf_counter()
    asked = Asked(words_asked(query), lexical.document_frequency, lexical.count)
    candidates = sentences_of(hits)
    if not candidates:
        return _refusal(query, hits, _nothing_found(query, lexical), 0.0, timings)
    if lifted:
        return _refusal(query, hits, " ".join(lifted), 0.0, timings)
    if not asked.says_something and (query.period or query.mentions):
        return _told_in_leads(query, hits, candidates, config, timings)
    matrix, vectors = measured(query.text, asked, candidates, encoder)
    scores = matrix @ _SENTENCE_WEIGHTS
    best = int(np.argmax(scores))
    confidence = confidence_of(asked, matrix, scores, hits)
    wanted = _with_antecedent(asked, candidates, best)
    wanted += _best_of_parts(query, candidates, vectors, encoder, lexical)
    chosen = _choose(asked, candidates, scores, vectors, config, wanted)
    timings["answer"] = 1000 * (time.perf_counter() - started)
    if confidence < config.answer_threshold:
        return _refusal(query, hits, _what_came_nearest(asked, candidates[best]), confidence, timings)
    sentences = _in_reading_order(chosen, candidates, scores)
    return _answer(query, hits, sentences, confidence, timings)


def _told_in_leads(
    query: Query, hits: Sequence[Hit], candidates: Sequence[Candidate], config: Config, timings: dict[str, float]
) -> Answer:
    """For a question that names a time or an outlet and nothing else ("What happened in July?"): leads of articles."""
    leads = [i for i, candidate in enumerate(candidates) if candidate.evidence.is_lead]
    first = {candidates[i].hit.article.id: i for i in reversed(leads)}
    # Where no hit begins an article, the hits' own first sentences.
    chosen = sorted(first.values())[: config.answer_sentences] or [0]
    sentences = _in_reading_order(chosen, candidates, np.zeros(len(candidates)))
    return _answer(query, hits, sentences, 1.0, timings)


def _answer(
    query: Query, hits: Sequence[Hit], sentences: tuple[Sentence, ...], confidence: float, timings: dict[str, float]
) -> Answer:
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


def measured(question: str, asked: Asked, candidates: Sequence[Candidate], encoder: Encoder) -> tuple[Matrix, Vectors]:
    """The figures of `evidence.measure` for the candidates, and their unit vectors (n, d), in their order."""
    vectors = encoder.encode_sentences([candidate.evidence.text for candidate in candidates])
    evidence = [candidate.evidence for candidate in candidates]
    return measure(asked, evidence, encoder.encode_query(question), vectors), vectors


CONFIDENCE_COLUMNS = (
    "unknown_terms", "passage_cosine", "highest_cosine", "best_overlap_in_context", "best_names_overlap",
    "best_shows_expected", "best_expected_unmet", "best_thing_unnamed", "unsupported",
)  # fmt: skip


def confidence_figures(asked: Asked, matrix: Matrix, scores: Matrix, hits: Sequence[Hit]) -> list[float]:
    """What tells whether the hits answer, one figure for each of CONFIDENCE_COLUMNS."""
    of_best = dict(zip(COLUMNS, matrix[int(np.argmax(scores))].tolist(), strict=True))
    return [
        share(asked.weights, asked.unknown),
        max(hit.cosine or 0.0 for hit in hits),
        float(matrix[:, COLUMNS.index("cosine")].max()),
        *(of_best[name.removeprefix("best_")] for name in CONFIDENCE_COLUMNS if name.startswith("best_")),
        # Words that the archive does not know, about a thing that the best sentence does not name: a false premise.
        float(bool(asked.unknown) and of_best["thing_unnamed"] > 0),
    ]


def confidence_of(asked: Asked, matrix: Matrix, scores: Matrix, hits: Sequence[Hit]) -> float:
    """How likely the hits answer: 0 to 1 (logistic regression)."""
    figures = zip(CONFIDENCE_COLUMNS, confidence_figures(asked, matrix, scores, hits), strict=True)
    total = CONFIDENCE_WEIGHTS["constant"] + sum(CONFIDENCE_WEIGHTS[name] * value for name, value in figures)
    return 1 / (1 + math.exp(-total))


def _choose(
    asked: Asked, candidates: Sequence[Candidate], scores: Matrix, vectors: Vectors, config: Config,
    wanted: Sequence[int],
) -> list[int]:  # fmt: skip
    """The sentences `wanted`, then such as come close to the best and say something new.

    Maximal marginal relevance (Carbonell and Goldstein 1998): likeness to what is chosen counts against a sentence;
    terms of the question that are not covered yet count for it.
    """
    terms = [set(terms_of(candidate.evidence.text)) for candidate in candidates]
    likeness = vectors @ vectors.T
    close = [i for i in range(len(candidates)) if scores[i] >= scores.max() - config.answer_margin]
    chosen = list(dict.fromkeys(wanted))[: config.answer_sentences]
    while len(chosen) < config.answer_sentences and set(close) - set(chosen):
        covered = set().union(*(terms[i] for i in chosen))

        def worth(i: int, covered: set[str] = covered) -> float:
            gain = share(asked.weights, covered | terms[i]) - share(asked.weights, covered)
            return float(scores[i] - _LIKENESS_WEIGHT * likeness[i, chosen].max() + _COVERAGE_WEIGHT * gain)

        chosen.append(max((i for i in close if i not in chosen), key=worth))
    return chosen


def _best_of_parts(
    query: Query, candidates: Sequence[Candidate], vectors: Vectors, encoder: Encoder, lexical: LexicalIndex
) -> list[int]:
    """Of a question that asks for several things, or of several outlets, the best sentences for each.

    The first part is what the best sentence of all is for, unless each part has an outlet of its own.
    """
    evidence = [candidate.evidence for candidate in candidates]
    best: list[int] = []
    for number, part in enumerate(query.parts):
        asked_for = part_of(query, part)
        if not number and not asked_for.mentions:
            continue
        asked = Asked(words_asked(asked_for), lexical.document_frequency, lexical.count)
        matrix = measure(asked, evidence, encoder.encode_query(part), vectors)
        scores = matrix @ _SENTENCE_WEIGHTS
        # A part is short and its scores are coarse: among near equals, the kind of answer decides.
        scores = scores + matrix[:, COLUMNS.index("shows_expected")] * (scores >= scores.max() - _NEAR_EQUAL)
        outlets = {m.name for m in asked_for.mentions if m.kind == OUTLET and not m.excluded}
        own = np.array([candidate.hit.article.source in outlets for candidate in candidates])
        if own.any():
            scores = np.where(own, scores, -np.inf)
        best += _with_antecedent(asked, candidates, int(np.argmax(scores)))
    return best


def _with_antecedent(asked: Asked, candidates: Sequence[Candidate], index: int) -> list[int]:
    """A sentence, and the one before it where that says whom or what it speaks of."""
    sentence = candidates[index]
    before = candidates[index - 1] if index else None
    if before is None or before.evidence.text != sentence.evidence.previous or before.hit is not sentence.hit:
        return [index]
    # A subheading says nothing about whom.
    if not _ENDED.search(before.evidence.text):
        return [index]
    opens = _PRONOUN.match(sentence.evidence.text.lstrip("\"'“‘"))
    unnamed = asked.kind == "person" and _PRONOUN.search(sentence.evidence.text)
    return [index, index - 1] if opens or unnamed else [index]


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
    day = written(article.day) if article.day else ""
    source = ", ".join(part for part in (article.source, day) if part)
    nearest = _one_line(best.evidence.text)
    if len(nearest) > _LONGEST_QUOTED_IN_REASON:
        nearest = nearest[: _LONGEST_QUOTED_IN_REASON - 1].rstrip() + "…"
    return f"{missing_text}What came nearest: “{nearest}” ({source or article.title})."


def _one_line(text: str) -> str:
    """White space folded, for display; the sentence itself stays as it stands in the article."""
    return " ".join(text.split())
