"""A quoted answer told in a language model's words, of which nothing leaves this module unchecked."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import time
from collections.abc import Generator, Iterator, Sequence

from qa.errors import LanguageModelError
from qa.llm.checking import Checked, Supports, check
from qa.llm.claims import claims_in, evidence_in, joined
from qa.llm.client import LanguageModel
from qa.llm.drafts import Draft, drafts_in
from qa.llm.passages import Passage, PassageSentence, passages_of
from qa.llm.plain import as_data
from qa.llm.prompt import NO_ANSWER, answering, rewriting
from qa.records import Answer, Citation, Sentence, Statement

# A token is rarely longer; a server that sends more does not keep to the limit that it was given.
_CHARACTERS_OF_A_TOKEN = 12
_LONGEST_REWRITTEN = 4  # times the follow-up's length, and 200 characters more
_END_MARK = re.compile(r"[.!?…]+[\"'”’)]*\Z")
_QUOTED_INSTEAD = "The answer is quoted from the articles."


def written_answer(answer: Answer, model: LanguageModel, supports: Supports, threshold: float = 0.0) -> Answer:
    """The same answer with what the model wrote about it, or with a note that says why there is nothing.

    Args:
        answer: quoted, with the hits that the model is given. One that abstained comes back as it is.
        model: is sent the question and the passages.
        supports: how well quoted sentences support one of the model's.
        threshold: what that must be above.
    """
    writing = stream_written(answer, model, supports, threshold)
    while True:
        try:
            next(writing)
        except StopIteration as finished:
            written: Answer = finished.value
            return written


def stream_written(
    answer: Answer, model: LanguageModel, supports: Supports, threshold: float = 0.0
) -> Generator[Statement, None, Answer]:
    """As `written_answer`, giving each sentence as soon as it is checked. Closing it ends the request.

    What fails its check is left out, or is given as not supported, as `llm_unsupported` says. The answer that is
    returned may take back what was given: where nothing at all is borne out, it is the quoted one.
    """
    if answer.abstained or not answer.hits:
        return answer
    started = time.perf_counter()
    account = _Account(answer, mark=model.config.llm_unsupported == "mark")
    try:
        prompt = answering(answer.query.text, passages_of(answer.hits, answer.sentences), model.room)
        longest = model.config.llm_answer_tokens * _CHARACTERS_OF_A_TOKEN
        with contextlib.closing(model.stream(prompt.messages, prompt.tokens)) as pieces:
            for draft in drafts_in(pieces, longest):
                statement = account.take(draft, prompt.passages, supports, threshold)
                if statement:
                    yield statement
    except LanguageModelError as error:
        account.failure = error.what
    timings = answer.timings | {"language model": 1000 * (time.perf_counter() - started)}
    return account.answer(model.name, timings)


def rewritten_question(question: str, turns: Sequence[tuple[str, str]], model: LanguageModel) -> str:
    """A follow-up question made whole by the model; as it was where that fails.

    The model may bring in names, numbers and dates of the conversation, and no others.

    Args:
        question: the follow-up.
        turns: questions and answers before it, the newest last.
    """
    prompt = rewriting(question, turns, model.room)
    try:
        reply = model.whole(prompt.messages, prompt.tokens)
    except LanguageModelError:
        return question
    rewritten = as_data(reply).strip('"“” ')
    known = joined(evidence_in(as_data(text)) for text in (question, *(text for turn in turns for text in turn)))
    fits = 0 < len(rewritten) <= _LONGEST_REWRITTEN * len(question) + 200 and rewritten.endswith("?")
    return rewritten if fits and all(claim.stands_in(known) for claim in claims_in(rewritten)) else question


class _Account:
    """What of the model's sentences has passed so far, with the sentences quoted for them.

    Those that were quoted before keep their numbers; what is quoted for the model's sentences follows them. So each
    [n] is one citation, in the model's sentences, the short answer and what outlets disagree in alike.
    """

    def __init__(self, answer: Answer, *, mark: bool) -> None:
        self.failure = ""
        self._answer, self._mark = answer, mark
        self._sentences = list(answer.sentences)
        self._statements: list[Statement] = []
        self._left_out = 0
        self._no_answer = False

    def take(self, draft: Draft, passages: Sequence[Passage], supports: Supports, threshold: float) -> Statement | None:
        """Check a sentence; None where it is left out."""
        if draft.text.lower().startswith(NO_ANSWER.lower().rstrip(".")):
            self._no_answer = True
            return None
        by_number = {passage.number: passage for passage in passages}
        checked = check(draft, by_number, self._answer.query.text, supports, threshold)
        statement = self._statement(checked)
        if statement.supported or self._mark:
            self._statements.append(statement)
            return statement
        self._left_out += 1
        return None

    def answer(self, model: str, timings: dict[str, float]) -> Answer:
        """The quoted answer with what was written, if anything in that is borne out, with notes in case of doubt."""
        kept = any(statement.supported for statement in self._statements)
        notes = (*self._answer.notes, *self._notes(kept))
        if not kept:
            return dataclasses.replace(self._answer, notes=notes, timings=timings)
        conflicts = [conflict.words for conflict in self._answer.conflicts]
        text = "\n\n".join([" ".join(statement.shown for statement in self._statements), *conflicts])
        return dataclasses.replace(
            self._answer, text=text, sentences=tuple(self._sentences), written=tuple(self._statements), model=model,
            notes=notes, timings=timings,
        )  # fmt: skip

    def _notes(self, kept: bool) -> Iterator[str]:
        if self.failure:
            yield f"{self.failure}{'; its answer breaks off.' if kept else f'. {_QUOTED_INSTEAD}'}"
        elif self._no_answer and not kept:
            yield f"The language model found no answer in the passages. {_QUOTED_INSTEAD}"
        elif not kept:
            wrote = "wrote nothing that" if self._left_out or self._statements else "wrote nothing, so nothing that"
            yield f"The language model {wrote} the passages bear out. {_QUOTED_INSTEAD}"
        if kept and self._left_out:
            what = "A sentence" if self._left_out == 1 else f"{self._left_out} sentences"
            yield f"{what} of the language model that the passages do not bear out {_was(self._left_out)} left out."

    def _statement(self, checked: Checked) -> Statement:
        text = checked.draft.text
        if checked.problems:
            return Statement(text, (), False, checked.problems)
        numbers = tuple(sorted({self._number(source) for source in checked.sources}))
        end = _END_MARK.search(text)
        place = end.start() if end else len(text)
        marks = "".join(f"[{number}]" for number in numbers)
        return Statement(f"{text[:place]} {marks}{text[place:]}", numbers)

    def _number(self, source: PassageSentence) -> int:
        """The number under which a sentence is quoted; it is quoted now if it was not."""
        for sentence in self._sentences:
            citation = sentence.citation
            if citation.article.id == source.article.id and (citation.start, citation.end) == (
                source.start,
                source.end,
            ):
                return citation.number
        number = 1 + max((sentence.citation.number for sentence in self._sentences), default=0)
        text = source.article.text[source.start : source.end]
        self._sentences.append(Sentence(text, Citation(source.article, source.start, source.end, number), 0.0))
        return number


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
