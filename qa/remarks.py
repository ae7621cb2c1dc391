"""What is said beside the quotes: the short answer that stands in them, and that articles disagree."""

from __future__ import annotations

from collections.abc import Iterable

from qa.conflicts import Statement, find_conflicts
from qa.records import Article
from qa.short_answers import DATE, find_short_answer
from qa.spoken_dates import dates_in


def short_answer(question: str, sentence: str, article: Article) -> str:
    """The name, date, place or quantity in a sentence that answers a question; empty where none does for certain.

    A day that the sentence only counts from its own ("on Tuesday") is given in full, and marked as computed.
    """
    span = find_short_answer(question, sentence)
    if span is None:
        return ""
    found = sentence[span.start : span.end]
    dates = dates_in(sentence, article.published) if span.kind == DATE else ()
    meant = next((each for each in dates if each.start < span.end and span.start < each.end and each.computed), None)
    return f"{found} [{meant.written}, computed from the article's date]" if meant else found


def disagreements(question: str, best: Iterable[tuple[str, Article]]) -> tuple[str, ...]:
    """In words, what the best sentences of several articles disagree in."""
    statements = [Statement(sentence, article, number) for number, (sentence, article) in enumerate(best, start=1)]
    return tuple(conflict.words for conflict in find_conflicts(question, statements))
