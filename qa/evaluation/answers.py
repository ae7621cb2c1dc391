"""Asking all questions of an index for answers, and what each answer is worth.

What is measured of one question, each figure 0 to 1. Figures of answers are taken over answerable questions, and one
that does not apply is left out: without `answers`, for instance, nobody knows whether a sentence holds one. A refusal
counts as nothing quoted and nothing given.

| figure                          | 1 where                                                                          |
|---------------------------------|----------------------------------------------------------------------------------|
| article first                   | the first passage is from an answering article (or a copy of one)                 |
| article found                   | any passage looked at is                                                          |
| all articles found              | each answering article is among them                                              |
| answer in the passages          | the words of an answer stand in a passage looked at: as good as choosing can get  |
| answer in the first 1, 2, 3     | they stand in one of the first so many quoted sentences                           |
| sentence first, sentence quoted | the first quoted sentence, or any, is one of the answering `sentences`             |
| short answer given              | there is one                                                                      |
| short answer exact, F1          | its words are those of an answer (SQuAD v1.1); also over those given alone        |
| refused                         | the index abstained; for answerable and unanswerable questions                    |
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qa.errors import QuestionError
from qa.evaluation.metrics import article_ranking
from qa.evaluation.questions import Question
from qa.evaluation.runs import AsOf, day_of_asking, name_of_run
from qa.evaluation.wording import contains_answer, exact_match, measurable, token_f1
from qa.records import Answer, Article, Sentence

if TYPE_CHECKING:
    from qa.index import Index

# A question and its day -> its answer.
Ask = Callable[[str, datetime.date | None], Answer]

# The id of an article -> the article as the archive has it.
Stored = Callable[[str], Article | None]

QUOTED_DEPTHS = (1, 2, 3)
REFUSED = "refused, answerable"
RIGHTLY_REFUSED = "refused, unanswerable"
ANSWER_FIGURES = (
    "article first", "article found", "all articles found", "answer in the passages",
    *(f"answer in the first {depth}" for depth in QUOTED_DEPTHS), "sentence first", "sentence quoted",
    "short answer given", "short answer exact", "short answer F1", "exact where given", "F1 where given",
    REFUSED, RIGHTLY_REFUSED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question. `figures` has those of ANSWER_FIGURES that apply.

    `quoted` counts the quoted sentences and `verbatim` those of them that stand, letter for letter, where their
    citation says, in the article as the archive has it. `stated` counts the sentences that a language model wrote and
    `supported` those that passed the check against what they cite. `milliseconds` is the time of the whole answer,
    `stages` that of its parts. `error` says why the index would not take the question; it counts as refused.
    """

    question: str
    type: str
    answerable: bool
    refused: bool
    confidence: float
    figures: Mapping[str, float]
    quoted: int = 0
    verbatim: int = 0
    stated: int = 0
    supported: int = 0
    milliseconds: float = 0.0
    stages: Mapping[str, float] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True, slots=True)
class AnswerRun:
    """The outcomes of one day of asking, in that order. Answers of less confidence than `threshold` abstain."""

    name: str
    threshold: float
    outcomes: tuple[Outcome, ...]


def answer_all(questions: Iterable[Question], index: Index, as_of: AsOf) -> AnswerRun:
    """Ask an index one question after another. The run is named after its day of asking."""

    def ask(text: str, day: datetime.date | None) -> Answer:
        return index.ask(text, as_of=day)

    outcomes = [outcome_of(question, ask, index.article, day_of_asking(question, as_of)) for question in questions]
    return AnswerRun(name_of_run(as_of), index.config.answer_threshold, tuple(outcomes))


def outcome_of(question: Question, ask: Ask, stored: Stored, day: datetime.date | None) -> Outcome:
    """Ask one question and measure its answer."""
    started = time.perf_counter()
    try:
        answer = ask(question.text, day)
    except QuestionError as error:
        figures = answer_figures(question, None)
        return Outcome(question.id, question.type, question.answerable, True, 0.0, figures, error=str(error))
    milliseconds = 1000 * (time.perf_counter() - started)
    return Outcome(
        question=question.id,
        type=question.type,
        answerable=question.answerable,
        refused=answer.abstained,
        confidence=answer.confidence,
        figures=answer_figures(question, answer),
        quoted=len(answer.sentences),
        verbatim=sum(is_verbatim(sentence, stored) for sentence in answer.sentences),
        stated=len(answer.written),
        supported=sum(statement.supported for statement in answer.written),
        milliseconds=milliseconds,
        stages={stage: taken for stage, taken in answer.timings.items() if stage != "total"},
    )


def is_verbatim(sentence: Sentence, stored: Stored) -> bool:
    """Whether a quoted sentence stands at its place, in the article that is cited and in the archive's."""
    citation = sentence.citation
    kept = stored(citation.article.id)
    place = slice(citation.start, citation.end)
    return kept is not None and sentence.text == citation.article.text[place] == kept.text[place]


def answer_figures(question: Question, answer: Answer | None) -> dict[str, float]:
    """The figures that apply to a question, of its answer or, where it was not taken, of none; pure."""
    refused = float(answer is None or answer.abstained)
    if not question.answerable:
        return {RIGHTLY_REFUSED: refused}
    hits, sentences = (answer.hits, answer.sentences) if answer else ((), ())
    texts = [sentence.text for sentence in sentences]
    figures = _article_figures(article_ranking(hits), question) | {REFUSED: refused}
    if answers := measurable(question.answers):
        held = [contains_answer(text, answers) for text in texts]
        figures["answer in the passages"] = float(any(contains_answer(hit.text, answers) for hit in hits))
        figures |= {f"answer in the first {depth}": float(any(held[:depth])) for depth in QUOTED_DEPTHS}
        figures |= _short_figures(answer.short.text if answer and answer.short else None, answers)
    if question.sentences:
        right = [is_answering(text, question.sentences) for text in texts]
        figures["sentence first"] = float(any(right[:1]))
        figures["sentence quoted"] = float(any(right))
    return figures


def is_answering(text: str, sentences: Iterable[str]) -> bool:
    """Whether a quoted sentence is one of these, or a part or more of it: sentences may have been split elsewhere."""
    quoted = " ".join(text.split())
    return any(known in quoted or quoted in known for known in (" ".join(each.split()) for each in sentences))


def _article_figures(found: Sequence[str], question: Question) -> dict[str, float]:
    wanted = question.gains.keys()
    return {
        "article first": float(bool(found) and found[0] in wanted),
        "article found": float(bool(wanted & set(found))),
        "all articles found": float(wanted <= set(found)),
    }


def _short_figures(short: str | None, answers: Sequence[str]) -> dict[str, float]:
    if short is None:
        return {"short answer given": 0.0, "short answer exact": 0.0, "short answer F1": 0.0}
    exact, f1 = exact_match(short, answers), token_f1(short, answers)
    return {
        "short answer given": 1.0, "short answer exact": exact, "short answer F1": f1,
        "exact where given": exact, "F1 where given": f1,
    }  # fmt: skip
