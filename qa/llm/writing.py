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
from qa.llm.client import LONGEST_SILENCE, LanguageModel
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


def stream_written(
    answer: Answer, model: LanguageModel | None, supports: Supports, threshold: float = 0.0
) -> Generator[Answer, None, None]:
    """The answer again and again while the model writes about it; the last one is whole.

    All before it are `unfinished`: first the quoted answer, then with each of the model's sentences as soon as it is
    checked, and the same again in every silence, so that it can be closed at any time. Closing it ends the request.
    The whole answer holds what the model wrote, or a note that says why there is nothing.

    Args:
        answer: quoted, with the hits that the model is given. One that abstained comes back as it is.
        model: is sent the question and the passages; with None the answer comes back as it is.
        supports: how well quoted sentences support one of the model's.
        threshold: what that must be above.
    """
    if model is None or answer.abstained or not answer.hits:
        yield answer
        return
    started = last = time.monotonic()
    account = _Account(answer, model.name, mark=model.config.llm_unsupported == "mark")
    yield account.so_far()
    try:
        prompt = answering(answer.query.text, passages_of(answer.hits, answer.sentences), model.room)
        longest = model.config.llm_answer_tokens * _CHARACTERS_OF_A_TOKEN
        with contextlib.closing(model.stream(prompt.messages, prompt.tokens)) as pieces:
            for draft in drafts_in(pieces, longest):
                if draft:
                    account.take(draft, prompt.passages, supports, threshold)
                if draft or time.monotonic() - last >= LONGEST_SILENCE:
                    yield account.so_far()
                    last = time.monotonic()
    except LanguageModelError as error:
        account.failure = error.what
    yield account.whole(answer.timings | {"language model": 1000 * (time.monotonic() - started)})


def stopped(answer: Answer) -> Answer:
    """An unfinished answer as the one that stays where the model is stopped, with a note that says so."""
    note = _broken_off("The language model was stopped", bool(answer.written))
    return dataclasses.replace(answer, notes=(*answer.notes, note), unfinished=False)


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

    def __init__(self, answer: Answer, model: str, *, mark: bool) -> None:
        self.failure = ""
        self._answer, self._model, self._mark = answer, model, mark
        self._sentences = list(answer.sentences)
        self._statements: list[Statement] = []
        self._left_out = 0
        self._no_answer = False

    def take(self, draft: Draft, passages: Sequence[Passage], supports: Supports, threshold: float) -> None:
        """Check a sentence, and leave it out where it fails and is not to be marked."""
        if draft.text.lower().startswith(NO_ANSWER.lower().rstrip(".")):
            self._no_answer = True
            return
        by_number = {passage.number: passage for passage in passages}
        checked = check(draft, by_number, self._answer.query.text, supports, threshold)
        statement = self._statement(checked)
        if statement.supported or self._mark:
            self._statements.append(statement)
        else:
            self._left_out += 1

    def so_far(self) -> Answer:
        """The quoted answer with what was written until now; unfinished.

        What is not borne out, and shown to be marked, waits for the first sentence that is. Without one the quoted
        answer stays alone, and a reader who has seen a sentence must not find it gone: hence nothing that is shown is
        ever taken back.
        """
        if not self._kept:
            return dataclasses.replace(self._answer, unfinished=True)
        conflicts = [conflict.words for conflict in self._answer.conflicts]
        text = "\n\n".join([" ".join(statement.shown for statement in self._statements), *conflicts])
        return dataclasses.replace(
            self._answer, text=text, sentences=tuple(self._sentences), written=tuple(self._statements),
            model=self._model, notes=(*self._answer.notes, *self._note_on_left_out()), unfinished=True,
        )  # fmt: skip

    def whole(self, timings: dict[str, float]) -> Answer:
        """The same when nothing more comes, with notes in case of doubt."""
        notes = (*self._answer.notes, *self._note_on_end(), *self._note_on_left_out())
        return dataclasses.replace(self.so_far(), notes=notes, timings=timings, unfinished=False)

    @property
    def _kept(self) -> bool:
        return any(statement.supported for statement in self._statements)

    def _note_on_end(self) -> Iterator[str]:
        if self.failure:
            yield _broken_off(self.failure, self._kept)
        elif self._no_answer and not self._kept:
            yield f"The language model found no answer in the passages. {_QUOTED_INSTEAD}"
        elif not self._kept:
            wrote = "wrote nothing that" if self._left_out or self._statements else "wrote nothing, so nothing that"
            yield f"The language model {wrote} the passages bear out. {_QUOTED_INSTEAD}"

    def _note_on_left_out(self) -> Iterator[str]:
        if self._kept and self._left_out:
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


def _broken_off(why: str, kept: bool) -> str:
    return f"{why}{'; its answer breaks off.' if kept else f'. {_QUOTED_INSTEAD}'}"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"
