"""One conversation: its turns as chat messages, and the generator that answers the next one step by step."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import gradio as gr

from qa.index import Index
from qa.records import Answer
from qa.web import asking, rendering
from qa.web.asking import Turn
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


def messages(turns: Sequence[Turn], *, working: str = "", sentences: int | None = None) -> list[dict[str, Any]]:
    """The turns as messages of gr.Chatbot. All of them are HTML from `rendering`.

    Args:
        turns: the oldest first.
        working: what the last turn says while it has no answer yet.
        sentences: how many sentences of the last answer to show; None shows all.
    """
    shown: list[dict[str, Any]] = []
    for number, turn in enumerate(turns, start=1):
        is_last = number == len(turns)
        html = _reply(turn, number, working if is_last else "", sentences if is_last else None, is_last)
        shown.append({"role": "user", "content": _content(rendering.question_message(turn.question))})
        shown.append({"role": "assistant", "content": _content(html)})
    return shown


def _content(html: str) -> gr.HTML:
    return gr.HTML(html, render=False, apply_default_css=False, js_on_load=None)


def _reply(turn: Turn, number: int, working: str, sentences: int | None, is_last: bool) -> str:
    if turn.failure:
        return rendering.failure_message(turn.failure)
    if turn.answer is None:
        return rendering.stopped_message() if turn.stopped else rendering.working_message(working)
    if turn.answer.abstained:
        return rendering.abstention_message(turn.answer)
    return rendering.answer_message(turn.answer.sentences[:sentences], number, current=is_last)


class Conversations:
    """Answers the questions of the page. It holds no conversation: each reader's turns are handed in and out."""

    def __init__(self, index: Index, background: Background | None) -> None:
        self.index = index
        self._background = background

    def ask(
        self, question: str, sources: list[str] | None, published_from: str | None, published_to: str | None,
        as_of: str | None, k: float | None, turns: tuple[Turn, ...],
    ) -> Iterator[Shown]:  # fmt: skip
        """Show the question at once, then the answer sentence by sentence, then what it rests on."""
        config = self.index.config
        question = question.strip()
        if not question:
            yield Shown(*[gr.skip()] * len(Shown._fields))
            return
        # The index refuses what is too long; the page need not carry it around either.
        turn = Turn(question[: config.maximum_question_characters])
        turns = (*turns, turn)[-config.chat_turns :]
        working = self._working()
        yield self._working_page(turns, working)
        try:
            request = asking.checked_request(config, question, sources, published_from, published_to, as_of, k)
            answer = asking.ask(self.index, request)
        except Exception as error:
            turns = (*turns[:-1], dataclasses.replace(turn, failure=asking.words_for(error)))
            # The question goes back to where it can be changed and asked again.
            yield self._settled(messages(turns), rendering.no_evidence(_NOTHING), turn.question, turns)
            return
        turns = (*turns[:-1], dataclasses.replace(turn, answer=answer))
        yield from self._sentences(turns, answer)
        yield self._settled(messages(turns), rendering.evidence(answer, len(turns)), gr.skip(), turns)

    def _working(self) -> str:
        if self._background and self._background.state.phase is Phase.LOADING:
            return "Searching… The language model is still loading, so this first answer takes some seconds more."
        return "Searching…"

    def _working_page(self, turns: tuple[Turn, ...], working: str) -> Shown:
        return Shown(
            messages(turns, working=working), rendering.no_evidence("Searching…"), "",
            gr.Button(visible=False), gr.Button(visible=True), turns,
        )  # fmt: skip

    def _sentences(self, turns: tuple[Turn, ...], answer: Answer) -> Iterator[Shown]:
        for shown in range(1, len(answer.sentences)):
            skipped = [gr.skip()] * (len(Shown._fields) - 1)
            yield Shown(messages(turns, sentences=shown), *skipped)

    def stop(self, question: str, turns: tuple[Turn, ...]) -> Shown:
        """Note that the reader stopped the last question, and hand it back unless a new one is being written."""
        if not turns or turns[-1].answer or turns[-1].failure:
            return self._settled(gr.skip(), gr.skip(), gr.skip(), turns)
        last = dataclasses.replace(turns[-1], stopped=True)
        turns = (*turns[:-1], last)
        return self._settled(messages(turns), rendering.no_evidence(_NOTHING), question or last.question, turns)

    def clear(self) -> Shown:
        return self._settled([], rendering.no_evidence(WELCOME), "", ())

    def _settled(self, chat: Any, evidence: Any, question: Any, turns: tuple[Turn, ...]) -> Shown:
        """The page at rest: the next question can be asked."""
        return Shown(chat, evidence, question, gr.Button(visible=True), gr.Button(visible=False), turns)
