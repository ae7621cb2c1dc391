"""What is told beside the quoted sentences: the short answer that stands in the best, and that articles disagree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from qa.composing.candidate import Candidate, Scored, best_of_articles
from qa.conflicts import Disagreement, Statement, agree, find_conflicts, in_words
from qa.lexical import terms_of
from qa.quantities import quantities_in
from qa.records import CORRECTED, Conflict, ShortAnswer
from qa.short_answers import DATE, QUANTITY, Span, find_short_answer
from qa.spoken_dates import SpokenDate, dates_in
from qa.timex.days import written

# The best sentences of so many articles are asked for another short answer.
_ARTICLES = 6
# So many of the best sentences are compared for what they disagree in, however low they score. On the golden questions
# and realtimeqa dev (319 questions) both disagreements of the sample archive are told and no other, with 12 as with 60.
_COMPARED = 40
# What a reader knows of a sentence beside its title: so much of its article's opening.
_OPENING = 300  # characters


def short_answer(whole: Scored, candidates: Sequence[Candidate], best: int, margin: float) -> ShortAnswer | None:
    """The words in the best sentence that answer by themselves; its citation has the number 1.

    None where they are not certain: the question has several parts, or the best sentence of another article, no more
    than `margin` below, answers otherwise.
    """
    if whole.query.parts:
        return None
    candidate = candidates[best]
    span = _found(whole, candidate)
    if span is None:
        return None
    others = (candidates[i] for i in best_of_articles(whole, candidates, margin, _ARTICLES) if i != best)
    if any(_differs((span, candidate), (other, rival)) for rival in others if (other := _found(whole, rival))):
        return None
    text = candidate.evidence.text
    computed = _computed(text, candidate, span) if span.kind == DATE else None
    return ShortAnswer(
        text[span.start : span.end], span.kind, 1, candidate.start + span.start, candidate.start + span.end,
        computed.written if computed else "",
    )  # fmt: skip


def _found(whole: Scored, candidate: Candidate) -> Span | None:
    article, evidence = candidate.hit.article, candidate.evidence
    day = written(article.day) if article.day else ""
    context = "\n".join((evidence.title, article.text[:_OPENING], evidence.previous, day))
    return find_short_answer(whole.query.text, evidence.text, context)


def _computed(text: str, candidate: Candidate, span: Span) -> SpokenDate | None:
    """The day that the words of a span count from the article's own."""
    dates = dates_in(text, candidate.hit.article.published)
    return next((each for each in dates if each.computed and each.start < span.end and span.start < each.end), None)


def _differs(one: tuple[Span, Candidate], other: tuple[Span, Candidate]) -> bool:
    """Whether two sentences answer otherwise; days and quantities may be told in different words."""
    (first, _), (second, _) = one, other
    if first.kind != second.kind:
        return False
    texts = [candidate.evidence.text[span.start : span.end] for span, candidate in (one, other)]
    if first.kind == QUANTITY:
        found = [quantities_in(text) for text in texts]
        return all(found) and not agree(found[0][0], found[1][0])
    if first.kind == DATE:
        days = [
            [each for each in dates_in(candidate.evidence.text, candidate.hit.article.published)
             if each.start < span.end and span.start < each.end]
            for span, candidate in (one, other)
        ]  # fmt: skip
        if all(days):
            return days[0][0].last < days[1][0].first or days[1][0].last < days[0][0].first
    return not set(terms_of(texts[0])) & set(terms_of(texts[1]))


def conflicts_with(
    scored: Scored, candidates: Sequence[Candidate], best: int, others: Sequence[int]
) -> Iterator[Disagreement]:
    """What the sentence `best` disagrees in with `others` and with those that score best.

    The number of a statement is that of its candidate.
    """
    heard = dict.fromkeys((best, *others, *np.argsort(-scored.scores, kind="stable")[:_COMPARED].tolist()))
    statements = [Statement(candidates[i].evidence.text, candidates[i].hit.article, i) for i in heard]
    for conflict in find_conflicts(scored.query.text, statements):
        if any(statement.number == best for statement in conflict.statements):
            yield conflict


def correcting(conflict: Disagreement) -> int | None:
    """The candidate that corrects the others of a conflict, or None."""
    newest = conflict.statements[0]
    return newest.number if conflict.update and newest.article.status == CORRECTED else None


def told(conflict: Disagreement, numbers: Mapping[int, int]) -> Conflict:
    """A conflict for the reader; `numbers` has the citation of each candidate."""
    cited = tuple(numbers[statement.number] for statement in conflict.statements)
    return Conflict(conflict.kind, in_words(conflict, numbers), cited, conflict.update)
