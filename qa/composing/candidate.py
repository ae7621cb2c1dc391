"""The sentences that compete for a place in an answer, and how well each answers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qa.asked import Asked
from qa.evidence import Evidence
from qa.passages import split_sentences
from qa.records import Hit, Query

# A subheading in Markdown says nothing that could be quoted.
_HEADING = re.compile(r"#{1,6} ")
_NEAR = 600  # characters beside a hit in which its neighbouring sentences are looked for
Scores = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit: `hit.article.text[start:end]`, and the evidence drawn from it."""

    hit: Hit
    start: int
    end: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Scored:
    """A question, or one part of it, and how well each candidate answers it.

    `scores` (n,) are log-odds in the order of the candidates, higher is better, comparable within one question only.
    """

    query: Query
    asked: Asked
    scores: Scores


def sentences_of(hits: Sequence[Hit]) -> list[Candidate]:
    """The sentences of the hits but for subheadings, each text once, in the order of the hits."""
    candidates: list[Candidate] = []
    seen: set[str] = set()
    highest = max((hit.score for hit in hits), default=0.0)
    for rank, hit in enumerate(hits):
        places = split_sentences(hit.text)
        texts = [_last_before(hit), *(hit.text[start:end] for start, end in places), _first_after(hit)]
        for number, (start, end) in enumerate(places, start=1):
            text = texts[number]
            if text not in seen and not _HEADING.match(text):
                seen.add(text)
                evidence = Evidence(
                    text, hit.article.title, texts[number - 1], texts[number + 1], hit.score - highest, rank,
                    is_lead=hit.start + start == 0,
                )  # fmt: skip
                candidates.append(Candidate(hit, hit.start + start, hit.start + end, evidence))
    return candidates


def _last_before(hit: Hit) -> str:
    """The sentence of the article before the hit, empty where it begins the article."""
    text = hit.article.text[max(0, hit.start - _NEAR) : hit.start]
    places = split_sentences(text)
    return text[slice(*places[-1])] if places else ""


def _first_after(hit: Hit) -> str:
    """The sentence of the article after the hit, empty where it ends the article."""
    end = hit.start + len(hit.text)
    text = hit.article.text[end : end + _NEAR]
    places = split_sentences(text)
    return text[slice(*places[0])] if places else ""


def best_of_articles(scored: Scored, candidates: Sequence[Candidate], margin: float, most: int) -> list[int]:
    """The best sentence of each article, the best first: at most `most`, none more than `margin` below the best."""
    found: dict[str, int] = {}
    for index in sorted(range(len(candidates)), key=lambda i: -scored.scores[i]):
        if scored.scores[index] < scored.scores.max() - margin or len(found) == most:
            break
        found.setdefault(candidates[index].hit.article.id, index)
    return list(found.values())
