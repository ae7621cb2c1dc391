"""The chat without a browser: values, words, the background thread, one conversation, follow-ups, errors of the API."""

from __future__ import annotations

import dataclasses
import datetime
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from qa.config import Config
from qa.errors import EncoderError, IndexLockedError, QuestionError
from qa.followup import PastTurn, Resolution, resolve
from qa.history import Version
from qa.records import Answer, Article, Citation, EmbedProgress, Filters, Hit, Query, Sentence, Statement, Statistics
from qa.web import asking, wording
from qa.web.background import Background, Phase

NOW = datetime.datetime(2026, 11, 24, 12, 0, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 11, 24)


def refusal(as_of: datetime.date = TODAY, notes: tuple[str, ...] = (), hits: tuple[Hit, ...] = ()) -> Answer:
    query = Query("Why?", 5, Filters(), as_of)
    return Answer("", (), hits, query, True, "Nothing.", 0.0, {}, notes)


class StubIndex:
    """Stands for an Index where only its answers to the chat matter."""

    def __init__(self) -> None:
        self.config = Config()
        self.total, self.done = 4, 0
        self.errors: list[Exception] = []
        self.answer: Answer | Exception = refusal()
        self.unfinished: tuple[Answer, ...] = ()
        self.asked: list[tuple[object, ...]] = []
        self.versions: dict[str, tuple[Version, ...]] = {}

    def warm(self) -> None:
        if self.errors:
            raise self.errors.pop(0)

    def embed_progress(self) -> EmbedProgress:
        return EmbedProgress(self.done, self.total)

    def embed(self, progress: Callable[[EmbedProgress], None]) -> int:
        if self.errors:
            raise self.errors.pop(0)
        while self.done < self.total:
            progress(self.embed_progress())
            self.done += 1
        return self.total

    def ask_stream(self, *values: object, ignored: tuple[str, ...]) -> Generator[Answer, None, None]:
        self.asked.append((*values, ignored))
        yield from self.unfinished
        if isinstance(self.answer, Exception):
            raise self.answer
        yield self.answer

    def stats(self) -> Statistics:
        first_day, last_day = datetime.date(2025, 9, 9), datetime.date(2026, 11, 14)
        return Statistics(1, 1, 0, 1, 1, {}, first_day, last_day, "e", 384, 1, None)

    def history(self, article_id: str) -> tuple[Version, ...]:
        return self.versions.get(article_id, ())


# Values and words


def check(config: Config | None = None, **values: object) -> asking.Request:
    fields: dict = {"sources": None, "published_from": None, "published_to": None, "as_of": None, "k": None}
    return asking.checked_request(config or Config(), "Why?", **{**fields, **values})


def test_values_are_read() -> None:
    request = check(sources=["A"], published_from="2026-01-02", published_to=" 2026-01-02 ", as_of="", k=7.0)
    day = datetime.date(2026, 1, 2)
    assert request == asking.Request("Why?", Filters(day, day, ("A",)), None, 7)
    assert check() == asking.Request("Why?", Filters(), None, None)
    assert check(ignored=["now", "last week", "now", " "]).ignored == ("now", "last week")
    assert check(ignored="last week").ignored == ("last week",)


@pytest.mark.parametrize(
    "values",
    [
        {"published_from": "2026-13-01"}, {"published_to": "yesterday"}, {"as_of": "1/2/2026"}, {"k": 0}, {"k": 1.5},
        {"k": 51}, {"published_from": "2026-01-02", "published_to": "2026-01-01"},
        {"ignored": ["x" * 1001, "y" * 1000]},
    ],
)  # fmt: skip
def test_values_that_cannot_be_used_are_refused_with_a_cure(values: dict) -> None:
    with pytest.raises(QuestionError) as caught:
        check(**values)
    assert caught.value.cure


def test_a_question_is_revised() -> None:
    def revised(kind: str, value: str) -> asking.Request:
        return asking.revised(Config(), request, kind, value)

    request = check(ignored=["now"])
    assert revised(asking.IGNORE, "last week").ignored == ("now", "last week")
    assert revised(asking.IGNORE, "now").ignored == ("now",)
    assert revised(asking.HEED, "now") == check()
    assert revised(asking.AS_OF, "2026-11-14").as_of == datetime.date(2026, 11, 14)
    request = check(as_of="2026-11-14")
    assert revised(asking.AS_OF, "") == check()
    with pytest.raises(QuestionError):
        revised(asking.AS_OF, "soon")


def test_an_unforeseen_error_is_shown_as_a_number_that_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    words = asking.words_for(RuntimeError("secret"))
    number = re.search(r"under (\w{8})\.", words)
    assert "secret" not in words and number and number[1] in caplog.text and "secret" in caplog.text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "just now"), (60, "1 minute ago"), (7200, "2 hours ago"), (86400 * 3, "3 days ago"),
     (86400 * 60, "on 25 September 2026")],
)  # fmt: skip
def test_ago(seconds: int, words: str) -> None:
    assert wording.ago(NOW - datetime.timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize(("seconds", "words"), [(5, "less than a minute"), (600, "10 min"), (12_000, "3 h 20 min")])
def test_duration(seconds: float, words: str) -> None:
    assert wording.duration(seconds) == words


@pytest.mark.parametrize(
    ("rate", "words"),
    [(14.4, "14 a second"), (1.0, "1 a second"), (0.5001, "1 a second"), (0.4, "24 a minute"), (0.01, "1 a minute"),
     (0.005, "18 an hour"), (0.0001, "less than 1 an hour")],
)  # fmt: skip
def test_a_slow_rate_is_never_told_as_none(rate: float, words: str) -> None:
    told = wording.progress_in_words(EmbedProgress(1, 10, rate))
    assert told.startswith(f"Vectors: 1 of 10 (10 %), {words}, ") and told.endswith(" left")


def test_the_banner_says_what_the_archive_covers() -> None:
    first, last, updated = datetime.date(2025, 9, 9), datetime.date(2026, 11, 14), NOW - datetime.timedelta(hours=2)
    sources = {"The Gull": 1200, "Radio Osk": 34, "": 3}
    statistics = Statistics(1237, 1300, 0, 1, 1, sources, first, last, "e", 384, 1, updated)
    assert wording.coverage(statistics, NOW) == (
        "This archive covers 9 September 2025 to 14 November 2026 · 1,237 articles · 2 outlets · updated 2 hours ago"
    )


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [("2026-10-20", "2026-10-20", "20 October 2026"), ("2026-10-01", "2026-10-31", "1–31 October 2026"),
     ("2025-10-01", "2026-10-31", "1 October 2025 to 31 October 2026"), ("2026-10-01", None, "from 1 October 2026"),
     (None, "2026-10-01", "to 1 October 2026"), (None, None, "on any day")],
)  # fmt: skip
def test_days_in_words(first: str | None, last: str | None, words: str) -> None:
    days = [datetime.date.fromisoformat(day) if day else None for day in (first, last)]
    assert wording.days_in_words(*days) == words


# The thread behind the page


@pytest.fixture
def index() -> StubIndex:
    return StubIndex()


@pytest.fixture
def start(index: StubIndex) -> Iterator[Callable[..., Background]]:
    started: list[Background] = []

    def start(embed: bool = True, patience: float = 0.0) -> Background:
        started.append(Background(index, embed=embed, pause=0.01, patience=patience))  # type: ignore[arg-type]
        started[-1].start()
        return started[-1]

    yield start
    for background in started:
        background.stop()
        assert background.join(5)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_the_background_completes_the_vectors_also_of_later_articles(index: StubIndex, start: Callable) -> None:
    background = start()
    wait_for(lambda: background.state.phase is Phase.READY)
    assert index.done == 4 and not background.state.busy
    index.total = 6
    wait_for(lambda: index.done == 6)


def test_the_background_leaves_the_vectors_alone_if_told_so(index: StubIndex, start: Callable) -> None:
    background = start(embed=False)
    wait_for(lambda: background.state.phase is Phase.READY)
    assert index.done == 0 and background.state.progress == EmbedProgress(0, 4)


def test_the_background_lets_a_page_come_first_but_does_not_wait_for_ever(index: StubIndex, start: Callable) -> None:
    background = start(patience=60)
    time.sleep(0.05)
    assert background.state.phase is Phase.LOADING and index.done == 0
    background.page_opened()
    wait_for(lambda: background.state.phase is Phase.READY)
    assert index.done == 4
    without_a_page = start(patience=0.05)
    wait_for(lambda: without_a_page.state.phase is Phase.READY)
    # One that still waits is ended at once: the fixture looks.
    start(patience=60)


def test_the_background_says_what_failed_and_tries_again(index: StubIndex, start: Callable) -> None:
    index.errors = [EncoderError("No model", cure="Install it.")] * 20
    background = start()
    wait_for(lambda: background.state.phase is Phase.FAILED)
    assert background.state.message == "No model. Install it."
    wait_for(lambda: background.state.phase is Phase.READY)


def test_an_unforeseen_error_in_the_background_keeps_its_number_while_it_repeats(
    index: StubIndex, start: Callable, caplog: pytest.LogCaptureFixture
) -> None:
    index.errors = [RuntimeError("secret")] * 20 + [RuntimeError("another")]
    background = start()
    wait_for(lambda: background.state.phase is Phase.FAILED)
    number = re.search(r"under (\w{8})\.", background.state.message)
    assert number and "secret" not in background.state.message
    wait_for(lambda: background.state.phase is Phase.READY)
    assert [record.error_id == number[1] for record in caplog.records] == [True, False]


def test_the_background_waits_quietly_for_another_process(index: StubIndex, start: Callable) -> None:
    background = start()
    wait_for(lambda: background.state.phase is Phase.READY)
    index.errors = [IndexLockedError("Busy")] * 20
    index.total = 6
    wait_for(lambda: background.state.phase is Phase.ELSEWHERE)
    wait_for(lambda: index.done == 6)


def test_the_background_stops_between_two_windows(index: StubIndex) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def embed(progress: Callable[[EmbedProgress], None]) -> int:
        reached.set()
        go_on.wait(5)
        progress(EmbedProgress(1, 4))
        raise AssertionError("it went on")

    index.embed = embed  # type: ignore[method-assign]
    background = Background(index, embed=True, pause=0.01)  # type: ignore[arg-type]
    background.start()
    assert reached.wait(5)
    background.stop()
    assert not background.join(0.01)
    go_on.set()
    assert background.join(5)
    assert background.state.phase is Phase.ENCODING


# One conversation


def shown_by(index: StubIndex, question: str, turns: tuple = ()) -> list:
    from qa.web.conversation import Conversations

    conversations = Conversations(index, None)  # type: ignore[arg-type]
    return list(conversations.ask(question, [], "", "", "", 5, turns))


def reply(shown: object) -> str:
    return shown.chat[-1]["content"].value  # type: ignore[attr-defined, no-any-return]


def test_a_question_is_shown_at_once_and_then_answered(index: StubIndex) -> None:
    first, last = shown_by(index, " Why? ")
    assert ">Why?<" in first.chat[0]["content"].value and "Searching" in reply(first) and first.question == ""
    assert "Nothing was found" in reply(last) and last.turns[-1].answer is index.answer


def test_a_failure_hands_the_question_back(index: StubIndex) -> None:
    index.answer = QuestionError("Too odd", cure="Ask otherwise.")
    last = shown_by(index, "Why?")[-1]
    assert "Too odd. Ask otherwise." in reply(last) and last.question == "Why?"


def test_an_empty_question_changes_nothing(index: StubIndex) -> None:
    import gradio as gr

    assert all(value == gr.skip() for value in shown_by(index, " \n ")[0])


def test_a_long_conversation_forgets_its_oldest_turns(index: StubIndex) -> None:
    index.config = Config(chat_turns=2)
    turns: tuple = ()
    for question in ("One?", "Two?", "Three?"):
        turns = shown_by(index, question, turns)[-1].turns
    assert [turn.question for turn in turns] == ["Two?", "Three?"]


def test_stopping_hands_the_question_back_and_keeps_a_new_one(index: StubIndex) -> None:
    from qa.web.conversation import Conversations

    conversations = Conversations(index, None)  # type: ignore[arg-type]
    working = shown_by(index, "Why?")[0]
    assert conversations.stop("", working.turns).question == "Why?"
    stopped = conversations.stop("How?", working.turns)
    assert stopped.question == "How?" and "Stopped" in reply(stopped)


STORY = Article("a", "Strike", "The strike cost 3.1 million merks. It ended on Sunday.", "The Gull")
TOLD = (Statement("It cost 3.1 million merks [1].", (1,)), Statement("It ended on Sunday [2].", (2,)))


def told(statements: int, *, unfinished: bool = True) -> Answer:
    """A quoted answer of which a language model has told so much."""
    answer, hit = quoting((STORY, 0, 34), (STORY, 35, 54)), Hit(STORY, 0, 54, STORY.text, 1.0)
    quoted = answer.sentences[: max(statements, 1)]
    text = " ".join(statement.text for statement in TOLD[:statements])
    return dataclasses.replace(
        answer, text=text or "Quoted [1]", sentences=quoted, hits=(hit,), written=TOLD[:statements],
        model="quiet-1" if statements else "", unfinished=unfinished,
    )  # fmt: skip


@pytest.fixture
def written(index: StubIndex) -> StubIndex:
    """An index with a language model that tells two sentences, with a silence before each."""
    index.unfinished, index.answer = (told(0), told(0), told(1), told(1)), told(2, unfinished=False)
    return index


def html_of(shown: Any) -> list[str]:
    return [message["content"].value for message in shown.chat]


def test_what_is_quoted_is_shown_at_once_and_then_what_the_model_writes(written: StubIndex) -> None:
    import gradio as gr

    _, quoted, silence, first, second_silence, last = shown_by(written, "Why?")
    assert all(value == gr.skip() for value in (*silence, *second_silence))
    for shown, statements in ((quoted, 0), (first, 1)):
        assert '<p class="by working">The language model is writing…</p>' in reply(shown)
        assert [statement.text in reply(shown) for statement in TOLD] == [statements > 0, statements > 1]
        assert "The strike cost 3.1 million merks." in reply(shown) and shown.evidence.count("<mark") == 1
        # What would ask again has to wait, and so has what is kept.
        assert not re.search("data-revise|Copy link|Edit the question", "".join(html_of(shown)))
        assert shown.turns[-1].answer == told(statements) and not shown.turns[-1].settled
        assert shown.question == shown.ask_button == shown.stop_button == gr.skip()
    assert last.turns[-1].settled and last.evidence.count("<mark") == 2
    # In the end, the page is as if nothing had been shown before.
    written.unfinished = ()
    whole = shown_by(written, "Why?")[-1]
    assert html_of(last) == html_of(whole) and last.evidence == whole.evidence
    assert "Written by quiet-1" in reply(last) and "is writing" not in reply(last)


@pytest.mark.parametrize(
    ("step", "statements", "note"), [(1, 0, "stopped. The answer is quoted"), (3, 1, "breaks off")]
)
def test_stopping_the_model_keeps_what_was_quoted_and_checked(
    written: StubIndex, step: int, statements: int, note: str
) -> None:
    import gradio as gr

    from qa.web.conversation import Conversations

    conversations = Conversations(written, None)  # type: ignore[arg-type]
    stopped = conversations.stop("And then?", shown_by(written, "Why?")[step].turns)
    assert [statement.text in reply(stopped) for statement in TOLD] == [statements > 0, False]
    assert f"The language model was {note}" in reply(stopped) or f"; its answer {note}" in reply(stopped)
    assert "is writing" not in reply(stopped) and "Ask again" in reply(stopped) and "<mark" in stopped.evidence
    assert stopped.question == gr.skip() and stopped.turns[-1].settled
    # It can be gone on with.
    assert shown_by(written, "How?", stopped.turns)[-1].turns[0] == stopped.turns[0]


def test_while_one_question_is_answered_nothing_else_is_asked_or_changed(written: StubIndex) -> None:
    import gradio as gr

    from qa.web.conversation import Conversations

    written.config = Config(chat_feedback="on")
    for step in (0, 1):
        turns = shown_by(written, "Why?")[step].turns
        count = len(written.asked)
        (shown,) = shown_by(written, "How?", turns)
        assert shown.chat == shown.question == shown.turns == gr.skip()
        assert (shown.ask_button.visible, shown.stop_button.visible) == (False, True)
        assert all(value == gr.skip() for value in revise(written, turns, kind="again", turn=1, value="")[0])
        vote = gr.EventData(None, {"turn": 1, "vote": "good", "reason": ""})
        assert Conversations(written, None).vote(turns, vote) == (gr.skip(), turns)  # type: ignore[arg-type]
        assert len(written.asked) == count


def test_an_error_while_the_model_writes_is_shown_as_one(written: StubIndex) -> None:
    written.answer = RuntimeError("secret")
    last = shown_by(written, "Why?")[-1]
    assert "The log has the details" in reply(last) and "secret" not in reply(last) and last.question == "Why?"
    assert last.turns[-1].answer is None and last.turns[-1].settled


def test_a_question_counts_once_with_all_of_its_time(written: StubIndex, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "qa.web.questions")
    request = asking.Request("Why?", Filters(), None, None)
    assert not asking.ask(written, request).unfinished  # type: ignore[arg-type]
    answers = asking.ask_stream(written, request)  # type: ignore[arg-type]
    assert next(answers).unfinished and next(answers).unfinished and len(caplog.records) == 1
    time.sleep(0.1)
    answers.close()
    written.answer = RuntimeError("secret")
    with pytest.raises(RuntimeError):
        list(asking.ask_stream(written, request))  # type: ignore[arg-type]
    assert [record.outcome for record in caplog.records] == ["answered", "stopped", "failed"]
    assert caplog.records[1].milliseconds >= 100 and caplog.records[1].hits == 1


def test_what_is_saved_while_the_model_writes_says_so(written: StubIndex) -> None:
    from qa.web import export

    for step, says_so in ((3, True), (-1, False)):
        turns = shown_by(written, "Why?")[step].turns
        archive = export.Archive("mine", written.stats())
        saved = str(export.document(turns, archive, NOW, {STORY: ""}, 20))
        assert ("still writing at the time of the export" in saved) == says_so and TOLD[0].text in saved


def revise(index: StubIndex, turns: tuple, written: str = "", **data: object) -> list:
    import gradio as gr

    from qa.web.conversation import Conversations

    conversations = Conversations(index, None)  # type: ignore[arg-type]
    return list(conversations.revise(written, turns, gr.EventData(None, data)))


def test_a_revised_question_takes_the_place_of_the_last(index: StubIndex) -> None:
    import gradio as gr

    turns = shown_by(index, "Why now?", shown_by(index, "How?")[-1].turns)[-1].turns
    working, last = revise(index, turns, kind="ignore", turn=2, value="now")
    assert "Searching" in reply(working) and working.as_of == working.question == last.question == gr.skip()
    assert [turn.question for turn in last.turns] == ["How?", "Why now?"]
    assert last.turns[0] is turns[0] and last.turns[1].request.ignored == ("now",)
    assert index.asked[-1] == ("Why now?", 5, Filters(), None, ("now",))
    # The next revision starts from this one, and the day of asking goes into the form.
    working, last = revise(index, last.turns, kind="as_of", turn=2, value="2026-11-14")
    assert index.asked[-1] == ("Why now?", 5, Filters(), datetime.date(2026, 11, 14), ("now",))
    assert working.as_of == "2026-11-14"


def test_the_last_question_is_asked_again_or_edited_in_its_place(index: StubIndex) -> None:
    turns = shown_by(index, "And now in Osk?", shown_by(index, WHO)[-1].turns)[-1].turns
    turns = revise(index, turns, kind="ignore", turn=2, value="now")[-1].turns
    asked = index.asked[-1]
    turns = revise(index, turns, kind="again", turn=2, value="")[-1].turns
    assert index.asked[-1] == asked and [turn.question for turn in turns] == [WHO, "And now in Osk?"]
    # An edited question is made whole from the turns before, and what is to be ignored of it stays so.
    last = revise(index, turns, "Written", kind="edit", turn=2, value=f" {FOLLOW_UP} ")[-1]
    assert [turn.question for turn in last.turns] == [WHO, FOLLOW_UP] and last.question != "Written"
    assert index.asked[-1] == (WHOLE, 5, Filters(), None, ())
    revise(index, turns, kind="edit", turn=2, value="Who is mayor now?")
    assert index.asked[-1] == ("Who is mayor now?", 5, Filters(), None, ("now",))
    count = len(index.asked)
    assert len(revise(index, turns, kind="edit", turn=2, value=" \n ")) == 1 and len(index.asked) == count


def test_only_the_last_answered_question_can_be_edited_and_asked_again(index: StubIndex) -> None:
    shown = shown_by(index, '</textarea><img src=x> "Two"?', shown_by(index, "One?")[-1].turns)
    for label in ("Edit the question", "Ask again"):
        assert label not in "".join(message["content"].value for message in shown[0].chat)
        assert [label in message["content"].value for message in shown[-1].chat].count(True) == 1
    assert "<img" not in shown[-1].chat[2]["content"].value and 'class="edit"' in shown[-1].chat[2]["content"].value


@pytest.mark.parametrize(("written", "question"), [("", "Why?"), ("And how", "And how")])
def test_a_day_that_is_none_fails_in_words_and_loses_none(index: StubIndex, written: str, question: str) -> None:
    last = revise(index, shown_by(index, "Why?")[-1].turns, written, kind="as_of", turn=1, value="soon")[-1]
    assert "The as-of day is not a date (soon)" in reply(last) and last.question == question


@pytest.mark.parametrize(
    "data",
    [{"kind": "ignore", "turn": 2, "value": "x"}, {"kind": "other", "turn": 1, "value": "x"},
     {"kind": "ignore", "turn": 1, "value": 5}, {"kind": [], "turn": 1, "value": "x"}, {}],
)  # fmt: skip
def test_what_no_button_sends_changes_nothing(index: StubIndex, data: dict) -> None:
    import gradio as gr

    turns = shown_by(index, "Why?")[-1].turns
    (shown,) = revise(index, turns, **data)
    assert all(value == gr.skip() for value in shown) and len(index.asked) == 1
    assert all(value == gr.skip() for value in revise(index, (), kind="ignore", turn=0, value="x")[0])


def test_only_the_last_question_can_be_revised(index: StubIndex) -> None:
    shown = shown_by(index, "Two?", shown_by(index, "One?")[-1].turns)[-1]
    first, second = (shown.chat[place]["content"].value for place in (1, 3))
    assert "data-revise" not in first and "data-revise" in second


def test_a_long_past_archive_offers_its_last_day(index: StubIndex) -> None:
    note = (
        "The archive ends on 14 November 2026, 107 days before the day of asking. Ask as of that day to have its last "
        "weeks count as now."
    )
    index.answer = refusal(datetime.date(2027, 3, 1), ("Another note.", note))
    message = reply(shown_by(index, "Why?")[-1])
    assert "Another note." in message and 'data-value="2026-11-14"' in message
    index.answer = refusal(datetime.date(2027, 3, 1), ("Another note.",))
    assert 'data-value="2026-11-14"' not in reply(shown_by(index, "Why?")[-1])


def test_the_evidence_offers_what_changed(index: StubIndex) -> None:
    from qa.web.conversation import Conversations

    old, new = Article("a", "T", "It cost 64 merks."), Article("a", "T", "It cost 46 merks.")
    index.versions["a"] = (Version(1, old, NOW), Version(2, new, NOW))
    index.answer = refusal(hits=(Hit(new, 0, 4, "It c", 1.0), Hit(Article("b", "U", "Text."), 0, 5, "Text.", 0.5)))
    assert shown_by(index, "Why?")[-1].evidence.count("What changed") == 1
    conversations = Conversations(index, None)  # type: ignore[arg-type]
    assert "<del>64</del>" in conversations.changes("a") and "no longer" in conversations.changes("b")
    index.history = None  # type: ignore[method-assign, assignment]
    assert "The log has the details" in conversations.changes("a")


# Follow-ups

WHO, FOLLOW_UP, WHOLE = "Who is Maren Quill?", "When did she become leader?", "When did Maren Quill become leader?"


def quoting(*quoted: tuple[Article, int, int]) -> Answer:
    sentences = tuple(
        Sentence(article.text[start:end], Citation(article, start, end, number), 1.0)
        for number, (article, start, end) in enumerate(quoted, start=1)
    )
    return Answer("", sentences, (), Query("Who?", 5, Filters(), TODAY), False, "", 1.0, {})


def follow_up(index: StubIndex) -> Any:
    """The page after a question and a follow-up to it."""
    return shown_by(index, FOLLOW_UP, shown_by(index, WHO)[-1].turns)[-1]


def test_a_follow_up_is_searched_for_as_a_whole_question_and_shown_as_typed(index: StubIndex) -> None:
    last = follow_up(index)
    assert [values[0] for values in index.asked] == [WHO, WHOLE]
    assert f">{FOLLOW_UP}<" in last.chat[2]["content"].value and WHOLE not in last.chat[2]["content"].value
    assert f"Understood as: {WHOLE}" in reply(last) and "“she” is Maren Quill" in reply(last)
    assert "Understood as: " not in last.chat[1]["content"].value
    # What it was taken to ask is still said when another question follows.
    last = shown_by(index, "And where does she live?", last.turns)[-1]
    assert index.asked[-1][0] == "Where does Maren Quill live?"
    assert f"Understood as: {WHOLE}" in last.chat[3]["content"].value


def test_a_follow_up_is_asked_as_written_or_whole_again_whatever_else_is_revised(index: StubIndex) -> None:
    turns = follow_up(index).turns
    last = revise(index, turns, kind="as_written", turn=2, value="")[-1]
    assert index.asked[-1][0] == FOLLOW_UP and f"not as <s>“{WHOLE}”</s>" in reply(last)
    last = revise(index, last.turns, kind="as_of", turn=2, value="2026-11-14")[-1]
    assert index.asked[-1][::3] == (FOLLOW_UP, datetime.date(2026, 11, 14))
    last = revise(index, last.turns, kind="made_whole", turn=2, value="")[-1]
    assert index.asked[-1][::3] == (WHOLE, datetime.date(2026, 11, 14)) and f"Understood as: {WHOLE}" in reply(last)
    revise(index, last.turns, kind="ignore", turn=2, value="leader")
    assert index.asked[-1] == (WHOLE, 5, Filters(), datetime.date(2026, 11, 14), ("leader",))


def test_what_was_asked_as_written_is_what_the_next_question_looks_back_to(index: StubIndex) -> None:
    turns = revise(index, follow_up(index).turns, kind="as_written", turn=2, value="")[-1].turns
    shown_by(index, "And in 2025?", turns)
    assert index.asked[-1][0] == "When did she become leader in 2025?"


def test_a_follow_up_looks_back_to_what_was_searched_for_and_quoted(
    index: StubIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, looked_at = follow_up(index).turns, []
    article, other = Article("a", "Quill", "The party chose her. It rained."), Article("b", "Fire", "It burned.")
    answer = quoting((article, 0, 20), (other, 0, 10), (article, 21, 31))
    turns = (turns[0], dataclasses.replace(turns[1], answer=answer))
    monkeypatch.setattr(asking, "resolve", lambda asked, past: looked_at.append(past) or resolve(asked, past))
    shown_by(index, "Why?", turns)
    quoted = ("The party chose her.", "It burned.", "It rained.")
    assert looked_at == [
        [PastTurn(WHO, WHO, refusal().query), PastTurn(FOLLOW_UP, WHOLE, answer.query, (article, other), quoted)]
    ]


def test_a_follow_up_looks_back_to_an_answer_but_not_into_a_refusal(index: StubIndex) -> None:
    asked, before = "How old is she?", "Who will lead the party?"
    index.answer = quoting((Article("a", "Quill to lead", "The party chose Maren Quill. It rained."), 0, 28))
    shown_by(index, asked, shown_by(index, before)[-1].turns)
    assert index.asked[-1][0] == "How old is Maren Quill?"
    index.answer = dataclasses.replace(index.answer, abstained=True)
    shown_by(index, asked, shown_by(index, before)[-1].turns)
    assert index.asked[-1][0] == asked


def test_a_follow_up_looks_past_what_failed_or_was_stopped(index: StubIndex) -> None:
    turns = shown_by(index, WHO)[-1].turns
    turns = (*turns, asking.Turn("Who is Otto Brandsen?", stopped=True), asking.Turn("Who is Ada?", failure="No."))
    shown_by(index, FOLLOW_UP, turns)
    assert index.asked[-1][0] == WHOLE


def test_a_new_conversation_has_no_past(index: StubIndex) -> None:
    from qa.web.conversation import Conversations

    follow_up(index)
    cleared = Conversations(index, None).clear()  # type: ignore[arg-type]
    last = shown_by(index, FOLLOW_UP, cleared.turns)[-1]
    assert index.asked[-1][0] == FOLLOW_UP and last.turns[-1].request.resolution is None


def test_a_follow_up_that_would_be_too_long_is_asked_as_written(index: StubIndex) -> None:
    index.config = Config(maximum_question_characters=len(WHOLE) - 1)
    follow_up(index)
    assert index.asked[-1][0] == FOLLOW_UP


def test_names_from_an_article_are_escaped_in_what_a_follow_up_was_taken_to_ask(index: StubIndex) -> None:
    turns = shown_by(index, WHO)[-1].turns
    hostile = Resolution("When did <img src=x> lead?", True, ("“she” is <img src=x>",))
    turns = (dataclasses.replace(turns[0], request=dataclasses.replace(turns[0].request, resolution=hostile)),)
    for kind in ("made_whole", "as_written"):
        message = reply(revise(index, turns, kind=kind, turn=1, value="")[-1])
        assert "&lt;img src=x&gt;" in message and "<img" not in message


# The server


def test_importing_the_package_is_light_and_silences_analytics() -> None:
    code = (
        "import os, sys, qa.web, qa.web.wording, qa.web.rendering; assert 'gradio' not in sys.modules;"
        "assert os.environ['GRADIO_ANALYTICS_ENABLED'] == 'False'"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
