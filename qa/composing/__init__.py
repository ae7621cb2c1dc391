"""Sentences with scores to an answer: which are quoted, in which order, and what is told beside them.

The best sentence comes first, whatever else is quoted: whoever reads one sentence reads that one. Then come those
that disagree with it, the best for each other part of the question, the other items of a list, and what else comes
close and is new. Where one is not understood without the sentence before it ("He ..."), that one is quoted at the
end, marked as context: of 12 on the golden questions none answers itself, while the next best sentence does for 4 of
6. Where the scores come from is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa.composing.candidate import Candidate, Scored, Scores, sentences_of
from qa.composing.choosing import asks_for_list, best_of_part, context_of, further, items_of_list
from qa.composing.remarks import conflicts_with, correcting, short_answer, told
from qa.config import Config
from qa.conflicts import Disagreement
from qa.encoder import Vectors
from qa.records import Citation, Conflict, Sentence, ShortAnswer

__all__ = ["Candidate", "Composition", "Scored", "Scores", "compose", "leads", "sentences_of"]


@dataclass(frozen=True, slots=True)
class Composition:
    """What an answer is made of; the fields are those of Answer."""

    sentences: tuple[Sentence, ...]
    short: ShortAnswer | None = None
    conflicts: tuple[Conflict, ...] = ()


def compose(
    whole: Scored, parts: Sequence[Scored], candidates: Sequence[Candidate], vectors: Vectors, config: Config
) -> Composition:
    """The sentences that answer, and what is told beside them.

    Args:
        whole: the question with the scores of the candidates.
        parts: the parts of `whole.query.parts`, each with scores of its own, in their order.
        candidates: sentences that compete, at least one, in the order of their passages.
        vectors: their unit vectors (n, d).
    """
    best, margin = int(np.argmax(whole.scores)), config.answer_margin
    answers = [(whole, best), *((part, best_of_part(part, candidates)) for part in _apart(parts))]
    bests = [index for _, index in answers]
    conflicts = list(_conflicts(answers, parts, candidates))
    corrected = [index for conflict in conflicts if (index := correcting(conflict)) is not None]
    disagreeing = [statement.number for conflict in conflicts for statement in conflict.statements]
    chosen = list(dict.fromkeys([*corrected[:1], best, *disagreeing, *bests]))
    is_list = not parts and asks_for_list(whole.query.text)
    if is_list:
        items = [index for index in items_of_list(whole, candidates, best, margin) if index not in chosen]
        chosen += items[: max(0, config.list_sentences - len(chosen))]
    most = config.answer_sentences
    contexts = _contexts(answers, candidates, chosen, most - len(chosen))
    for index in further(whole, candidates, vectors, [*chosen, *contexts.values()], margin):
        if len(chosen) + len(contexts) >= most:
            break
        chosen.append(index)
    sentences, numbers = _numbered(chosen, contexts, candidates, whole.scores)
    short = None if conflicts or is_list else short_answer(whole, candidates, best, margin)
    return Composition(sentences, short, tuple(told(conflict, numbers) for conflict in conflicts))


def leads(candidates: Sequence[Candidate], config: Config) -> Composition:
    """For a question that names a time or an outlet and nothing else ("What happened in July?"): leads of articles."""
    found = [i for i, candidate in enumerate(candidates) if candidate.evidence.is_lead]
    first = {candidates[i].hit.article.id: i for i in reversed(found)}
    # Where no hit begins an article, the hits' own first sentences.
    chosen = sorted(first.values())[: config.answer_sentences] or [0]
    return Composition(_numbered(chosen, {}, candidates, np.zeros(len(candidates)))[0])


def _apart(parts: Sequence[Scored]) -> list[Scored]:
    """The parts that need a sentence beside the best of all, which is for the first, unless it names its outlet."""
    return [part for number, part in enumerate(parts) if number or part.query.mentions]


def _conflicts(
    answers: Sequence[tuple[Scored, int]], parts: Sequence[Scored], candidates: Sequence[Candidate]
) -> Iterator[Disagreement]:
    """What the sentences chosen disagree in with those of other articles, to the question or to each of its parts."""
    (whole, best), *others = answers
    if not parts or len(others) == len(parts):
        # Outlets that are set side by side are asked the same.
        yield from conflicts_with(whole, candidates, best, [index for _, index in others])
        return
    for part, index in [(parts[0], best), *others]:
        yield from conflicts_with(part, candidates, index, [])


def _contexts(
    answers: Sequence[tuple[Scored, int]], candidates: Sequence[Candidate], chosen: Sequence[int], most: int
) -> dict[int, int]:
    """For the sentences chosen for a question or its parts, those that they are not understood without: `most`."""
    found = {index: context_of(scored, candidates, index) for scored, index in answers}
    needed = [(index, context) for index, context in found.items() if context is not None and context not in chosen]
    return dict(needed[: max(0, most)])


def _numbered(
    chosen: Iterable[int], contexts: Mapping[int, int], candidates: Sequence[Candidate], scores: Scores
) -> tuple[tuple[Sentence, ...], dict[int, int]]:
    """The sentences in the order given, the contexts of some after all; and the number of each candidate."""
    numbers = {index: number for number, index in enumerate(dict.fromkeys([*chosen, *contexts.values()]), start=1)}
    leads_to = {context: numbers[index] for index, context in contexts.items()}
    return tuple(
        Sentence(
            candidates[index].evidence.text,
            Citation(candidates[index].hit.article, candidates[index].start, candidates[index].end, number),
            float(scores[index]),
            leads_to.get(index, 0),
        )
        for index, number in numbers.items()
    ), numbers
