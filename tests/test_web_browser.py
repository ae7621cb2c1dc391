"""The chat in a real browser, over a real server, a real index and the real model."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import re
import shutil
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import llm_server
import pytest

import qa
from qa.config import Config
from qa.index import Index
from qa.records import Answer, Article

pytestmark = pytest.mark.slow

ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
ANSWERED = "How long will the new quay in Skellhaven be?"
UNANSWERED = "What is the price of wheat in Chicago?"
ABOUT_A_MONTH = "What was stolen from the museum in Tarnvik last month?"
ABOUT_A_PERSON, FOLLOW_UP, WHOLE = "Who is Tobias Renn?", "And how old is he?", "How old is Tobias Renn?"
ABOUT_A_CORRECTION = "How many turbines will the Skerry Bank wind farm have?"
ABOUT_A_WITHDRAWN_STORY = "Will the kelp mill close?"
HOSTILE_QUESTION = "What did the zorblax commission decide about the quillon?"
PAYLOAD = (
    "<script>window.hacked=1</script><img src=https://evil.example/x.png onerror=window.hacked=1>"
    "<svg/onload=window.hacked=1>![x](https://evil.example/y.png)${window.hacked=1}{{window.hacked=1}}"
)
HOSTILE = Article(
    id="hostile",
    title=f"Zorblax commission {PAYLOAD}</div></div></article></section>\u202egnp" + "W" * 400,
    text=f"The zorblax commission decided {PAYLOAD} about the quillon [1] \u202etxt.\u202c"
    + "</div></section>" * 40 + " </style></textarea><style>*{display:none}</style> It adjourned. " + "V" * 500,
    source=f"Evil {PAYLOAD} Outlet\u202e",
    published=datetime.date(2026, 11, 1),
    url="javascript:window.hacked=1",
    authors=(PAYLOAD,),
)  # fmt: skip
PUBLISHED = Article(
    id="withdrawn", title="Kelp mill to close", text="The kelp mill will close in May. Its workers were told by fax.",
    source="The Daily Gull", published=datetime.date(2026, 2, 1),
)  # fmt: skip
WITHDRAWN = dataclasses.replace(
    PUBLISHED, text="This report was wrong.", status="withdrawn", updated=datetime.date(2026, 2, 3)
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, sample_file: Path) -> Iterator[Index]:
    # What is refused is a matter of other tests; here nothing is, except where a test asks for it.
    config = Config(port=0, chat_poll_seconds=0.5, answer_threshold=0.0)
    folder = tmp_path_factory.mktemp("web")
    part = folder / "part.jsonl"
    part.write_text("".join(sample_file.read_text("utf-8").splitlines(keepends=True)[:30]), "utf-8")
    index = qa.build_index(folder / "index", part, config=config, embed=False)
    index.add([HOSTILE, PUBLISHED])
    index.add([WITHDRAWN])
    yield index
    index.close()


@pytest.fixture(scope="module")
def address(index: Index) -> Iterator[str]:
    from qa.web.app import serving

    with serving(lambda: index, index.config, examples=[ANSWERED, PAYLOAD]) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            chromium = shutil.which("chromium") or shutil.which("chromium-browser")
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        except Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"No browser here: {error}")
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens the chat as a reader of their own; at the end, no script failed and nothing was asked of another host."""
    contexts, hosts, failures = [], set(), []

    def open_page(width: int = 1440, height: int = 900, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.on("request", lambda request: hosts.add(re.split("[/?]", request.url.partition("://")[2])[0]))
        page = context.new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(address)
        page.wait_for_selector("#question textarea")
        return page

    yield open_page
    for context in contexts:
        context.close()
    # Pictures inside the page itself (data:, blob:) have no host.
    assert hosts <= {"", address.split("/")[2]}
    assert failures == []


def ask(page: Any, question: str) -> None:
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    finished = ".bot-row .answer, .bot-row div.abstained, .bot-row div.failed"
    page.wait_for_selector(finished, timeout=60_000)
    page.wait_for_selector("#ask", state="visible")


def widths_that_overflow(page: Any) -> list[int]:
    """At which widths something stands out of the page at its right, whether or not it can be scrolled to."""
    found = []
    for width in (1440, 1024, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(200)
        right = page.evaluate(
            """() => Math.max(document.documentElement.scrollWidth, ...[...document.querySelectorAll(
                ".masthead, .masthead *, #chat, .answer *, .understood, .understood *, .notes *, .question, " +
                ".evidence, .evidence *, #filters *")].map(
                (element) => element.getBoundingClientRect().right))"""
        )
        if right > width:
            found.append(width)
    return found


def call(address: str, name: str, *values: Any) -> Any:
    """An endpoint over plain HTTP, as the documentation shows it."""
    root = f"{address.rstrip('/')}/gradio_api/call/{name}"
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(root, json.dumps({"data": values}).encode(), headers)
    with urllib.request.urlopen(request) as response:
        event = json.load(response)["event_id"]
    with urllib.request.urlopen(f"{root}/{event}") as response:
        kind, data = re.findall(r"event: (\w+)\ndata: (.*)\n", response.read().decode())[-1]
    return kind, json.loads(data)


def without_times(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in json.loads(json.dumps(answer)).items() if name != "timings"}


def test_an_answer_is_quoted_cited_and_marked(open_page: Callable, index: Index) -> None:
    page = open_page()
    assert page.title() == "Dateline"
    covered = f"This archive covers 9 September 2025 to 1 November 2026 · {index.stats().articles} articles · 6 outlets"
    assert covered in page.inner_text(".masthead")
    ask(page, ANSWERED)
    page.wait_for_selector(".evidence .card.cited")
    answer = index.ask(ANSWERED)
    quotes = page.locator(".answer blockquote p").all_inner_texts()
    assert quotes == [f"“{' '.join(sentence.text.split())}”" for sentence in answer.sentences]
    marks = page.locator(".evidence mark").all_text_contents()
    assert sorted(marks) == sorted(sentence.text for sentence in answer.sentences)
    first = answer.sentences[0].citation.article
    assert first.day is not None
    attribution = f"1 — {first.source}, {first.day.day} {first.day:%b %Y}"
    assert attribution in page.locator(".answer footer").first.inner_text()
    link = page.locator(".evidence .original a").first
    assert link.get_attribute("href") == first.url
    assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    last = page.locator(".answer button.number").last
    last.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == answer.sentences[-1].text
    assert page.input_value("#question textarea") == ""


def test_a_refusal_is_calm_and_shows_what_came_nearest(
    open_page: Callable, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "config", index.config.replace(answer_threshold=1.0))
    page = open_page(color_scheme="dark")
    ask(page, UNANSWERED)
    page.wait_for_selector(".evidence.abstained .card")
    assert "The archive does not answer this." in page.inner_text("div.abstained")
    assert page.inner_text(".evidence h2") == "What came nearest"
    assert page.locator(".failed, .evidence mark").count() == 0


def test_filters_narrow_the_search(open_page: Callable) -> None:
    page = open_page()
    page.click("#filters > button")
    page.get_by_label("Outlets").click()
    page.get_by_role("option", name="Ledger & Tide").click()
    page.get_by_label("Published to").fill("2025-12-31")
    assert page.get_by_label("Published to").get_attribute("type") == "date"
    ask(page, ANSWERED)
    page.wait_for_selector(".evidence .card")
    assert page.locator(".chip").all_inner_texts()[1:] == ["Published to 31 December 2025", "Only Ledger & Tide"]
    bylines = page.locator(".evidence .byline").all_text_contents()
    assert bylines and all(line.startswith("Ledger & Tide") and " 2025" in line for line in bylines)


def ask_as_of(page: Any, question: str, day: str) -> None:
    page.click("#filters > button")
    page.get_by_label("Asked as of").fill(day)
    ask(page, question)
    page.wait_for_selector(".evidence .card")


def evidence_titles(page: Any) -> list[str]:
    return [re.sub("^(Citation [0-9])+", "", title) for title in page.locator(".evidence h3").all_text_contents()]


def titles_of(answer: Answer) -> list[str]:
    """The titles of the passages as the page orders them: those quoted first."""
    quoted = list(dict.fromkeys(sentence.citation.article.title for sentence in answer.sentences))
    return quoted + [title for hit in answer.hits if (title := hit.article.title) not in quoted]


def test_what_was_understood_can_be_taken_back_and_brought_back(open_page: Callable, index: Index) -> None:
    day, phrase = datetime.date(2026, 1, 10), "last month"
    page = open_page()
    ask_as_of(page, ABOUT_A_MONTH, day.isoformat())
    chips = page.locator(".chip summary")
    understood = ["Asked as of 10 January 2026", "“last month”: 1–31 December 2025, preferred"]
    assert chips.all_inner_texts() == understood
    chips.nth(1).press("Enter")
    assert "counted from Saturday 10 January 2026" in page.inner_text(".chip.inferred .reason")
    assert evidence_titles(page) == titles_of(index.ask(ABOUT_A_MONTH, as_of=day))
    assert "period" in page.locator(".evidence .why").first.text_content()
    page.fill("#question textarea", "And who")
    page.get_by_role("button", name="Do not interpret “last month”").press("Enter")
    page.wait_for_selector(".chip.ignored s")
    page.wait_for_selector(".evidence .card")
    assert page.inner_text(".chip.ignored .label") == "Ignored: “last month”"
    assert page.locator(".bot-row").count() == 1
    assert page.input_value("#question textarea") == "And who"
    assert evidence_titles(page) == titles_of(index.ask(ABOUT_A_MONTH, as_of=day, ignored=[phrase]))
    assert not any("period" in why for why in page.locator(".evidence .why").all_text_contents())
    page.wait_for_function("document.activeElement.matches('section.understood')")
    page.get_by_role("button", name="Interpret “last month” again").click()
    page.wait_for_selector(".chip.inferred")
    assert chips.all_inner_texts() == understood


def test_a_follow_up_is_made_whole_and_can_be_asked_as_written(open_page: Callable, index: Index) -> None:
    page = open_page()
    ask(page, ABOUT_A_PERSON)
    page.fill("#question textarea", FOLLOW_UP)
    page.press("#question textarea", "Enter")
    reply = page.locator(".bot-row").nth(1)
    reply.locator(".answer").wait_for()
    page.wait_for_selector(".evidence .card")
    chip = reply.locator(".chip").first
    assert chip.locator("summary").inner_text() == f"Understood as: {WHOLE}"
    assert page.locator(".user-row .question").all_inner_texts() == [ABOUT_A_PERSON, FOLLOW_UP]
    assert evidence_titles(page) == titles_of(index.ask(WHOLE))
    chip.locator("summary").click()
    assert chip.locator(".reason").inner_text() == "“he” is Tobias Renn"
    assert widths_that_overflow(page) == []
    page.get_by_role("button", name=f"Ask “{FOLLOW_UP}” as it is written").click()
    page.wait_for_selector(".chip.ignored s")
    page.wait_for_selector(".evidence .card")
    assert chip.inner_text().startswith(f"Asked as written, not as “{WHOLE}”")
    assert evidence_titles(page) == titles_of(index.ask(FOLLOW_UP))
    assert widths_that_overflow(page) == []
    page.get_by_role("button", name=f"Ask “{WHOLE}” again").click()
    page.wait_for_selector(".chip.inferred")
    assert chip.locator("summary").inner_text() == f"Understood as: {WHOLE}"


def test_the_day_of_asking_is_changed_above_the_answer_and_kept(open_page: Callable) -> None:
    page = open_page()
    ask(page, ABOUT_A_MONTH)
    page.locator(".chip summary", has_text="Asked as of today, ").press("Enter")
    page.get_by_label("Day of asking").fill("2026-01-10")
    page.get_by_label("Day of asking").press("Enter")
    page.wait_for_selector("text=Asked as of 10 January 2026")
    assert page.inner_text(".chip.inferred summary") == "“last month”: 1–31 December 2025, preferred"
    page.wait_for_selector(".evidence .card")
    ask_again = page.locator(".bot-row").nth(1)
    ask(page, ANSWERED)
    ask_again.locator(".answer").wait_for()
    assert ask_again.locator(".chip summary").first.inner_text() == "Asked as of 10 January 2026"
    page.click("#filters > button")
    assert page.get_by_label("Asked as of").input_value() == "2026-01-10"
    ask_again.locator(".chip summary").first.click()
    page.get_by_role("button", name="As of today").click()
    page.wait_for_selector("text=Asked as of today, ")
    assert page.get_by_label("Asked as of").input_value() == ""


def test_an_archive_that_ended_long_ago_is_asked_as_of_its_last_day(
    open_page: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.index._today", lambda: datetime.date(2027, 3, 1))
    page = open_page(390)
    ask(page, ABOUT_A_MONTH)
    assert "120 days before the day of asking" in page.inner_text(".notes")
    assert widths_that_overflow(page) == []
    page.get_by_role("button", name="Ask as of 1 November 2026").click()
    page.wait_for_selector("text=“last month”: 1–31 October 2026")
    assert page.locator(".notes").count() == 0


def test_a_withdrawn_story_is_named_and_not_quoted(open_page: Callable) -> None:
    page = open_page()
    ask(page, ABOUT_A_WITHDRAWN_STORY)
    page.wait_for_selector(".evidence .card")
    assert (
        "“Kelp mill to close” (The Daily Gull, 1 February 2026) was withdrawn on 3 February 2026 and is not quoted."
        in page.locator(".notes li").all_inner_texts()
    )
    assert "fax" not in page.content() and "This report was wrong" not in page.content()


def test_what_was_corrected_is_shown_when_opened(open_page: Callable) -> None:
    page = open_page(1024, color_scheme="dark")
    ask(page, ABOUT_A_CORRECTION)
    page.wait_for_selector(".evidence .card.cited")
    assert "was corrected on 6 October 2025" in page.inner_text(".notes")
    card = page.locator(".card", has_text="Corrected").first
    assert card.locator(".badge").first.inner_text() == "Corrected"
    assert card.locator("del, ins").count() == 0
    card.locator(".changes summary").press("Enter")
    card.locator(".changes del").first.wait_for()
    assert card.locator(".changes del").all_inner_texts() == ["64"]
    assert card.locator(".changes ins").first.inner_text() == "46"
    assert widths_that_overflow(page) == []


def test_values_that_make_no_sense_are_an_error_of_their_own(open_page: Callable) -> None:
    page = open_page()
    page.click("#filters > button")
    page.get_by_label("Published from").fill("2026-05-02")
    page.get_by_label("Published to").fill("2026-05-01")
    ask(page, ANSWERED)
    assert "The first day is after the last one." in page.inner_text("div.failed")
    assert page.input_value("#question textarea") == ANSWERED


def test_an_internal_error_shows_a_number_that_is_in_the_log(
    open_page: Callable, index: Index, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    page = open_page()
    monkeypatch.setattr(index, "ask_stream", fail)
    ask(page, ANSWERED)
    number = re.search(r"under (\w{8})", page.inner_text("div.failed"))
    assert number and number[1] in caplog.text
    assert "secret" not in page.content() and "Traceback" not in page.content()


def test_stop_frees_the_page(open_page: Callable, index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    page, real_ask = open_page(), index.ask_stream
    monkeypatch.setattr(index, "ask_stream", lambda *values, **more: go_on.wait(20) and real_ask(*values, **more))
    page.fill("#question textarea", ANSWERED)
    page.click("#ask")
    page.click("#stop")
    page.wait_for_selector("text=Stopped.")
    assert page.input_value("#question textarea") == ANSWERED
    go_on.set()
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".bot-row .answer")
    assert page.locator(".bot-row").count() == 2


def test_a_language_model_is_read_while_it_writes_and_stopped(
    open_page: Callable, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = index.ask(ANSWERED).sentences[0].text.removesuffix(".")
    second = "The town council of 37 members is to vote on the plan in the spring"
    quotes_seen, first_seen, never = threading.Event(), threading.Event(), threading.Event()
    steps = llm_server.holds_back(
        (f"{first} [1]. The mayor bribed", quotes_seen),
        (f" Ada Holt [1]. {second} [1]. And then", first_seen),
        (" nothing.", never),
    )
    with llm_server.serving(steps) as server:
        config = index.config.replace(llm_base_url=server.url, llm_model="quiet-1")
        monkeypatch.setattr(index, "config", config)
        page = open_page()
        page.fill("#question textarea", ANSWERED)
        page.press("#question textarea", "Enter")
        page.get_by_text("The language model is writing…").wait_for()
        assert page.locator(".answer blockquote").count() >= 1 and page.locator(".evidence mark").count() >= 1
        assert page.locator(".written p").count() == 1
        page.locator(".answer button.number").first.focus()
        quotes_seen.set()
        page.locator(".written", has_text=f"{first} [1].").wait_for()
        assert second not in page.inner_text(".written")
        # Who reads on from a citation is still there.
        assert page.evaluate("document.activeElement.dataset.target") == "evidence-1-1"
        # A question that comes too early stays where it was written.
        page.fill("#question textarea", UNANSWERED)
        page.press("#question textarea", "Enter")
        page.get_by_text("The last question is still being answered: wait for it, or stop it.").wait_for()
        assert page.input_value("#question textarea") == UNANSWERED and page.locator(".user-row").count() == 1
        first_seen.set()
        page.locator(".written", has_text=second).wait_for()
        assert not server.hung_up.is_set()
        page.click("#stop")
        page.get_by_text("The language model was stopped; its answer breaks off.").wait_for()
        assert server.hung_up.wait(5), "the model went on writing"
        page.wait_for_selector("#ask", state="visible")
        assert page.locator(".written .by").inner_text().startswith("Written by quiet-1")
        assert first in page.inner_text(".written") and second in page.inner_text(".written")
        assert "bribed" not in page.content() and "is writing" not in page.content()
        assert page.input_value("#question textarea") == UNANSWERED
        page.wait_for_function("document.querySelector('p.queue').textContent === ''")
        never.set()
    monkeypatch.undo()
    page.press("#question textarea", "Enter")
    page.locator(".bot-row").nth(1).locator(".answer, .abstained").wait_for()


def test_two_readers_never_see_each_other(open_page: Callable) -> None:
    first, second = open_page(), open_page()
    ask(first, ANSWERED)
    ask(second, UNANSWERED)
    assert first.locator(".user-row .question").all_inner_texts() == [ANSWERED]
    assert second.locator(".user-row .question").all_inner_texts() == [UNANSWERED]


def test_an_example_is_asked_with_one_click_and_a_new_conversation_forgets_it(open_page: Callable) -> None:
    page = open_page()
    page.get_by_role("button", name=ANSWERED).click()
    page.wait_for_selector(".evidence mark")
    page.click("#clear")
    page.get_by_role("button", name=ANSWERED).wait_for()
    assert page.locator(".bot-row, .evidence mark").count() == 0


def test_shift_enter_starts_a_new_line(open_page: Callable) -> None:
    page = open_page()
    page.fill("#question textarea", "One")
    page.press("#question textarea", "Shift+Enter")
    page.type("#question textarea", "two")
    assert page.input_value("#question textarea") == "One\ntwo"
    assert page.locator(".user-row").count() == 0


def test_a_hostile_archive_runs_nothing_and_breaks_nothing(open_page: Callable) -> None:
    page = open_page(1024)
    page.click("#filters > button")
    page.get_by_label("Outlets").click()
    page.get_by_role("option", name="Evil").click()
    ask(page, HOSTILE_QUESTION)
    page.wait_for_selector(".evidence .card")
    assert "<script>" in page.inner_text(".evidence")
    page.fill("#question textarea", PAYLOAD)
    page.press("#question textarea", "Enter")
    page.locator(".bot-row .answer").nth(1).wait_for()
    assert page.evaluate("window.hacked") is None
    # Gradio's own icons bring a style inside their svg.
    inserted = page.locator(".evidence, #chat, #filters").locator("img, script, iframe, :not(defs) > style")
    assert inserted.count() == 0
    assert page.locator(".evidence a, #chat a").count() == 0
    assert page.locator(".understood").first.is_visible() and page.locator("#ask").is_visible()
    assert widths_that_overflow(page) == []


def test_nothing_stands_out_of_the_page(open_page: Callable) -> None:
    page = open_page()
    assert widths_that_overflow(page) == []
    ask(page, ANSWERED)
    page.wait_for_selector(".evidence mark")
    assert widths_that_overflow(page) == []


def test_the_api_answers_like_the_index(address: str, index: Index) -> None:
    day = datetime.date(2026, 6, 1)
    filters = qa.Filters(published_to=day, sources=("Merrow Press Agency",))
    kind, (answer,) = call(address, "ask", ANSWERED, ["Merrow Press Agency"], None, "2026-06-01", "2026-11-24", 3, [])
    expected = index.ask(ANSWERED, 3, filters, datetime.date(2026, 11, 24)).as_dict()
    assert kind == "complete" and without_times(answer) == without_times(expected)
    kind, (hits,) = call(address, "retrieve", HOSTILE_QUESTION, [], None, None, None, 2, None)
    assert kind == "complete" and hits == [hit.as_dict() for hit in index.retrieve(HOSTILE_QUESTION, 2)]


def test_the_api_ignores_what_it_is_told_to(address: str) -> None:
    values = [ABOUT_A_MONTH, [], None, None, "2025-12-15", 3]
    kind, (heeded,) = call(address, "ask", *values, None)
    assert kind == "complete" and heeded["query"]["period"]["phrase"] == "last month"
    kind, (ignored,) = call(address, "ask", *values, ["last month"])
    assert kind == "complete" and ignored["query"]["period"] is None and ignored["query"]["ignored"] == ["last month"]
    kind, (hits,) = call(address, "retrieve", *values, ["last month"])
    names = {name for hit in hits for name in hit["figures"]}
    assert kind == "complete" and "lexical" in names and not names & {"in_period", "near_period"}


def test_the_api_is_named_documented_and_says_what_is_wrong(address: str) -> None:
    kind, error = call(address, "ask", ANSWERED, [], "tomorrow", None, None, None, None)
    assert kind == "error" and "The first day is not a date (tomorrow)" in json.dumps(error)
    with urllib.request.urlopen(f"{address.rstrip('/')}/gradio_api/info") as response:
        named = json.load(response)["named_endpoints"]
    assert set(named) == {"/ask", "/retrieve"}
    names = ["question", "sources", "published_from", "published_to", "as_of", "k", "ignored"]
    assert all([value["parameter_name"] for value in end["parameters"]] == names for end in named.values())
    assert not named["/ask"]["parameters"][0]["parameter_has_default"]


def test_new_articles_get_vectors_while_the_chat_is_open(address: str, index: Index) -> None:
    index.add([Article(id="late", title="Late", text="The heron returned to the lock.", source="Late Outlet")])
    waited = threading.Event()
    for _ in range(100):
        progress = index.embed_progress()
        if progress.done == progress.total:
            return
        waited.wait(0.2)
    raise AssertionError(progress)
