"""Choosing the sentence that answers, over questions whose sentences are labelled.

A file has one question a line: {"question_id", "question", "sentences", "labels"}, with a label of 1 for a sentence
that answers and 0 for one that does not, and if you like "titles", the title of each sentence's article.

Mean average precision, mean reciprocal rank and precision at 1 are taken over the questions with both right and wrong
sentences: on the others every order is as good (the "clean" questions of TREC QA; Rao, He and Lin 2016). They are
those of trec_eval, but that of equal scores the sentence that stands first in the file comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from qa.evaluation.metrics import average_precision, reciprocal_rank
from qa.evaluation.questions import read_objects, unusable
from qa.evaluation.refusal import area_under_curve
from qa.records import Origin

Scores = np.ndarray[Any, np.dtype[np.float32]]

# A question, n sentences and their titles, if they are known -> (n,), higher is better.
Scorer = Callable[[str, Sequence[str], Sequence[str] | None], Scores]


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with the sentences to choose from, at least one. `right[i]` is True where `sentences[i]` answers."""

    id: str
    question: str
    sentences: tuple[str, ...]
    right: tuple[bool, ...]
    titles: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ChoiceFigures:
    """How well a scorer chooses. All figures lie in 0 to 1, higher is better.

    The first three are means over the `mixed` questions, which have both right and wrong sentences, None where there
    is none. `answerability_auc` is over all questions: how well the score of the best sentence tells those that have
    an answer from those that have none; None where all are of one kind.
    """

    questions: int
    mixed: int
    mean_average_precision: float | None
    mean_reciprocal_rank: float | None
    precision_at_1: float | None
    answerability_auc: float | None


def read_choices(path: Path, maximum: int) -> tuple[Choice, ...]:
    """The questions of a file, compressed or not; a question without sentences is left out.

    Raises:
        DataSetError: a line cannot be used, or no question is left.
        ArticleFileError: the file cannot be read.
    """
    found = [_choice(row, origin) for origin, row in read_objects(path, maximum) if row.get("sentences") != []]
    if not found:
        raise unusable("The file has no question with sentences", Origin(str(path), 1), "Name a file that has some.")
    return tuple(found)


def _choice(row: dict[str, Any], origin: Origin) -> Choice:
    question, sentences, labels = row.get("question"), row.get("sentences"), row.get("labels")
    if not isinstance(question, str) or not question.strip():
        raise unusable("The record has no question", origin)
    if not _are_texts(sentences):
        raise unusable("sentences is no list of texts", origin)
    if not isinstance(labels, list) or len(labels) != len(sentences) or any(label not in (0, 1) for label in labels):
        raise unusable("labels has not a 0 or 1 for each sentence", origin)
    titles = row.get("titles")
    if titles is not None and (not _are_texts(titles) or len(titles) != len(sentences)):
        raise unusable("titles has not a text for each sentence", origin)
    return Choice(
        id=str(row.get("question_id", origin.line)),
        question=question,
        sentences=tuple(sentences),
        right=tuple(label == 1 for label in labels),
        titles=None if titles is None else tuple(titles),
    )


def _are_texts(value: Any) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def measure_choices(choices: Iterable[Choice], scorer: Scorer) -> ChoiceFigures:
    """Score every sentence and see whether the right ones come first.

    Raises:
        ValueError: the scorer did not give one finite score for each sentence.
    """
    rows: list[tuple[float, float, float]] = []
    best: list[float] = []
    answerable: list[bool] = []
    for choice in choices:
        scores = _checked(scorer(choice.question, choice.sentences, choice.titles), choice)
        best.append(float(scores.max()))
        answerable.append(any(choice.right))
        if any(choice.right) and not all(choice.right):
            rows.append(ranking_figures(scores, choice.right))
    precision, reciprocal, first = np.mean(rows, axis=0).tolist() if rows else (None, None, None)
    auc = area_under_curve(np.array(best, np.float64), np.array(answerable, np.bool_))
    return ChoiceFigures(len(best), len(rows), precision, reciprocal, first, auc)


def ranking_figures(scores: Scores, right: Sequence[bool]) -> tuple[float, float, float]:
    """Average precision, reciprocal rank and precision at 1 of one question's sentences in the order of their scores.

    Args:
        scores: (n,), higher is better. Of equal ones the first stays first.
        right: which sentences answer, n of them.
    """
    ranking = [str(place) for place in np.argsort(-scores, kind="stable")]
    relevant = {str(place) for place, answers in enumerate(right) if answers}
    return average_precision(ranking, relevant), reciprocal_rank(ranking, relevant), float(ranking[0] in relevant)


def _checked(scores: Scores, choice: Choice) -> Scores:
    if scores.shape != (len(choice.sentences),) or not np.isfinite(scores).all():
        raise ValueError(f"question {choice.id}: {scores!r} is no finite score for each of {len(choice.sentences)}")
    return scores
