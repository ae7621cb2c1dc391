"""One conversation: its turns as chat messages, and the generator that answers the next one step by step."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import gradio as gr

from qa.errors import QuestionError
from qa.index import Index
from qa.llm import stopped
from qa.question import archive_ended
from qa.records import Answer, Filters
from qa.web import asking, below, changes, keeping, links, rendering, understood
from qa.web.asking import Request, Turn
from qa.web.background import Background, Phase

WELCOME = "Ask a question. The answer is quoted from the articles, and what it rests on is shown here."
_NOTHING = "There is nothing to show for the last question."


class Shown(NamedTuple):
    """What an event changes on the page, in the order of the components that it is wired to."""

    chat: Any
    evidence: Any
    question: Any
    ask_button: Any
    stop_button: Any
    turns: Any
    as_of: Any


def messages(
    turns: Sequence[Turn], *, working: str = "", sentences: int | None = None, votes: bool = False
) -> list[dict[str, Any]]:
    """The turns as messages of gr.Chatbot. All of them are HTML from `rendering` and `understood`.

    Args:
        turns: the oldest first.
        working: what the last turn says while it has no answer yet.
        sentences: how many sentences of the last answer to show; None shows all.
        votes: readers may vote on answers.
    """
    busy = bool(turns) and (sentences is not None or not turns[-1].settled)
    shown: list[dict[str, Any]] = []
    for number, turn in enumerate(turns, start=1):
        is_last = number == len(turns)
        html = _reply(turn, number, working if is_last else "", sentences if is_last else None, is_last)
        if turn.settled and turn.answer and turn.request and not (is_last and sentences is not None):
            link = links.link_to(turn.request, turn.answer.query)
            html += below.below(turn, number, link, votes=votes, busy=busy, again=is_last)
        question = rendering.question_message(turn.question)
        if is_last and turn.request and not busy:
            question += understood.edit(turn.question, number)
        shown.append({"role": "user", "content": _content(question)})
        shown.append({"role": "assistant", "content": _content(html)})
    return shown


def _data(event: gr.EventData) -> dict[str, Any]:
    """What actions.js sent along; the browser could have sent anything."""
    return event._data if isinstance(event._data, dict) else {}


def _iso(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""


def _content(html: str) -> gr.HTML:
    return gr.HTML(html, render=False, apply_default_css=False, js_on_load=None)


def _reply(turn: Turn, number: int, working: str, sentences: int | None, is_last: bool) -> str:
    if turn.failure:
        return rendering.failure_message(turn.failure, mistaken=turn.mistaken)
    if turn.answer is None or turn.request is None:
        return rendering.stopped_message() if turn.stopped else rendering.working_message(working)
    return _above(turn, turn.answer, turn.request, number, is_last and turn.settled) + (
        rendering.abstention_message(turn.answer)
        if turn.answer.abstained
        else rendering.answer_message(
            turn.answer.sentences[:sentences],
            number,
            current=is_last,
            short=turn.answer.short,
            conflicts=turn.answer.conflicts,
            written=turn.answer.written,
            model=turn.answer.model,
            unfinished=turn.answer.unfinished,
        )
    )


def _above(turn: Turn, answer: Answer, request: Request, number: int, can_change: bool) -> str:
    """How the question was understood, and what to know of the answer. Only the last question can be changed."""
    if not can_change:
        return understood.understood_then(answer, request) + understood.notes(answer, number, None)
    return understood.understood(answer, request, number) + understood.notes(answer, number, turn.archive_end)


class Conversations:
    """Answers the questions of the page. It holds no conversation: each reader's turns are handed in and out."""

    def __init__(self, index: Index, background: Background | None) -> None:
        self.index = index
        self._background = background
        self._votes = index.config.chat_feedback == "on"

    def ask(
        self, question: str, sources: list[str] | None, published_from: str | None, published_to: str | None,
        as_of: str | None, k: float | None, turns: tuple[Turn, ...],
    ) -> Iterator[Shown]:  # fmt: skip
        """Show the question at once, then the answer sentence by sentence, then what it rests on.

        Where a language model writes, all that is quoted comes first, then each of its sentences that passed the check.
        A follow-up is searched for as the earlier turns make it whole.
        """
        config = self.index.config
        question = question.strip()
        if not question:
            yield self._unchanged()
            return
        if turns and not turns[-1].settled:
            # Two answers at a time would each put back the page as the other found it. page.js says so to the reader.
            yield self._unchanged()._replace(ask_button=gr.Button(visible=False), stop_button=gr.Button(visible=True))
            return
        # The index refuses what is too long; the page need not carry it around either.
        earlier, turn = turns, Turn(question[: config.maximum_question_characters])
        turns = (*earlier, turn)[-config.chat_turns :]
        yield self._working_page(turns, "", gr.skip())
        values = (config, question, sources, published_from, published_to, as_of, k)
        yield from self._answer(turns, lambda: asking.made_whole(config, asking.checked_request(*values), earlier))

    def follow_link(self, turns: tuple[Turn, ...], event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        """Ask the question of the link by which the page was opened. The event holds it as `search`.

        After what is `Shown` come the values of the fields that limit a search, for the next question: outlets, the
        first and the last day.
        """
        config, search = self.index.config, str(_data(event).get("search", ""))
        question = links.question_in(search)
        fields: tuple[Any, ...] = (gr.skip(),) * 3
        if turns or not question:
            yield (*self._unchanged(), *fields)
            return
        turns = (Turn(question[: config.maximum_question_characters]),)
        as_of: Any = gr.skip()
        with contextlib.suppress(QuestionError):
            request = links.request_in(config, search)
            as_of, fields = _iso(request.as_of), self._limits(request.filters)
        yield (*self._working_page(turns, "", as_of), *fields)
        for shown in self._answer(turns, lambda: links.request_in(config, search)):
            yield (*shown, *[gr.skip()] * len(fields))

    def _limits(self, filters: Filters) -> tuple[Any, ...]:
        """The values of the fields. The field of outlets takes none that the archive does not have."""
        known = self.index.stats().sources
        return (
            [name for name in filters.sources if name in known],
            _iso(filters.published_from),
            _iso(filters.published_to),
        )

    def revise(self, written: str, turns: tuple[Turn, ...], event: gr.EventData) -> Iterator[Shown]:
        """Ask the last question again, understood otherwise; the new answer takes the place of the old one.

        The event holds `turn`, `kind` and `value`, as the buttons made by `understood` name them. What was `written`
        of a new question stays, and that will be asked as of the same day.
        """
        data = _data(event)
        kind, value = data.get("kind"), data.get("value")
        last = turns[-1] if turns and turns[-1].settled and data.get("turn") == len(turns) else None
        if last is None or last.request is None or not isinstance(value, str) or kind not in asking.KINDS:
            yield self._unchanged()
            return
        config, request, earlier, question = self.index.config, last.request, turns[:-1], last.question
        if kind == asking.EDIT:
            value = question = value.strip()
            if not question:
                yield self._unchanged()
                return

        def changed() -> Request:
            new = asking.revised(config, request, kind, value)
            return asking.made_whole(config, new, earlier) if kind == asking.EDIT else new

        turns = (*earlier, Turn(question[: config.maximum_question_characters]))
        yield self._working_page(turns, gr.skip(), value if kind == asking.AS_OF else gr.skip())
        yield from self._answer(turns, changed, written)

    def _answer(self, turns: tuple[Turn, ...], request_of: Callable[[], Request], written: str = "") -> Iterator[Shown]:
        """Answer the last turn. `written` is what the reader has written of a new question."""
        turn, earlier, before = turns[-1], turns[:-1], None
        try:
            request = request_of()
            with contextlib.closing(asking.ask_stream(self.index, request)) as answers:
                for answer in answers:
                    if answer.unfinished and before == (answer.text, answer.notes):
                        # Between two steps alone can this be stopped, so it makes one that changes nothing.
                        yield self._unchanged()
                        continue
                    ended = self._archive_end(answer)
                    turns = (*earlier, dataclasses.replace(turn, request=request, answer=answer, archive_end=ended))
                    evidence = rendering.evidence(answer, len(turns), self._versions(answer))
                    if answer.unfinished:
                        before = answer.text, answer.notes
                        yield self._unchanged()._replace(chat=self._messages(turns), evidence=evidence, turns=turns)
        except Exception as error:
            mistaken = isinstance(error, QuestionError)
            turns = (*earlier, dataclasses.replace(turn, failure=asking.words_for(error), mistaken=mistaken))
            # The question goes back to where it can be changed and asked again.
            question = written or turn.question
            yield self._settled(self._messages(turns), rendering.no_evidence(_NOTHING), question, turns)
            return
        if before is None:
            yield from self._sentences(turns, answer)
        yield self._settled(self._messages(turns), evidence, gr.skip(), turns)

    def changes(self, article_id: str) -> str:
        """What changed in an article from version to version, as HTML."""
        try:
            return changes.changes(self.index.history(article_id))
        except Exception as error:
            return changes.failed(asking.words_for(error))

    def vote(self, turns: tuple[Turn, ...], event: gr.EventData) -> tuple[Any, tuple[Turn, ...]]:
        """Keep or take back a vote; the messages and the turns with it. The event holds `turn`, `vote` and `reason`."""
        data = _data(event)
        number, kind, reason = data.get("turn"), str(data.get("vote")), str(data.get("reason", ""))
        # While a question is being answered, its answer would bring back the turns as they were.
        can_vote = self._votes and kind in below.VOTES and turns and turns[-1].settled
        if not can_vote or not isinstance(number, int) or not 1 <= number <= len(turns):
            return gr.skip(), turns
        try:
            turn = keeping.voted(self.index, turns[number - 1], below.VOTES[kind], reason)
        except Exception as error:
            raise gr.Error(asking.words_for(error), print_exception=False) from error
        turns = (*turns[: number - 1], turn, *turns[number:])
        return self._messages(turns), turns

    def _messages(self, turns: tuple[Turn, ...], **more: Any) -> list[dict[str, Any]]:
        return messages(turns, votes=self._votes, **more)

    def _archive_end(self, answer: Answer) -> datetime.date | None:
        """The last day of the archive, where the answer notes that it is long past."""
        if not answer.notes:
            return None
        last_day = self.index.stats().last_day
        return last_day if archive_ended(answer.query, last_day) in answer.notes else None

    def _versions(self, answer: Answer) -> dict[str, int]:
        ids = {hit.article.id for hit in answer.hits}
        return {article_id: len(self.index.history(article_id)) for article_id in ids}

    def _unchanged(self) -> Shown:
        return Shown(*[gr.skip()] * len(Shown._fields))

    def _working(self) -> str:
        if self._background and self._background.state.phase is Phase.LOADING:
            return "Searching… The search model is still loading, so this first answer takes some seconds more."
        return "Searching…"

    def _working_page(self, turns: tuple[Turn, ...], question: Any, as_of: Any) -> Shown:
        """The page while the last turn is worked on; `question` and `as_of` are what these fields are to hold."""
        return Shown(
            self._messages(turns, working=self._working()), rendering.no_evidence("Searching…"), question,
            gr.Button(visible=False), gr.Button(visible=True), turns, as_of,
        )  # fmt: skip

    def _sentences(self, turns: tuple[Turn, ...], answer: Answer) -> Iterator[Shown]:
        for shown in range(1, len(answer.sentences)):
            skipped = [gr.skip()] * (len(Shown._fields) - 1)
            yield Shown(self._messages(turns, sentences=shown), *skipped)

    def stop(self, question: str, turns: tuple[Turn, ...]) -> Shown:
        """Note that the reader stopped the last question, and hand it back unless a new one is being written.

        Where only the language model was still writing, the quoted answer and what was checked of its own stay.
        """
        if not turns or turns[-1].settled:
            return self._settled(gr.skip(), gr.skip(), gr.skip(), turns)
        last = turns[-1]
        if last.answer:
            turns = (*turns[:-1], dataclasses.replace(last, answer=stopped(last.answer)))
            evidence = rendering.evidence(last.answer, len(turns), self._versions(last.answer))
            return self._settled(self._messages(turns), evidence, gr.skip(), turns)
        last = dataclasses.replace(last, stopped=True)
        turns = (*turns[:-1], last)
        return self._settled(self._messages(turns), rendering.no_evidence(_NOTHING), question or last.question, turns)

    def clear(self) -> Shown:
        return self._settled([], rendering.no_evidence(WELCOME), "", ())

    def opened(self, turns: tuple[Turn, ...]) -> Shown:
        """The page with a conversation that was kept; its last question can be changed and asked again."""
        evidence = rendering.no_evidence(_NOTHING)
        if turns and (answer := turns[-1].answer):
            evidence = rendering.evidence(answer, len(turns), self._versions(answer))
        return self._settled(self._messages(turns), evidence, "", turns)

    def _settled(self, chat: Any, evidence: Any, question: Any, turns: tuple[Turn, ...]) -> Shown:
        """The page at rest: the next question can be asked."""
        return Shown(chat, evidence, question, gr.Button(visible=True), gr.Button(visible=False), turns, gr.skip())
