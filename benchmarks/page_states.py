"""Every state of the chat, each with the way to it: shared by the screenshots and the tests of accessibility.

All are reached as a reader reaches them, in a browser, on real servers over the sample archive with the real model.
What cannot be waited for is brought about: an error that nobody foresaw, a search that takes its time, vectors that
never get done.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import qa
from qa.config import Config
from qa.index import Index
from qa.records import Answer, EmbedProgress, Statement
from qa.web.app import serving
from qa.web.serving.access import USUAL, Access
from qa.web.serving.users import add_user

SAMPLE = Path(__file__).parents[1] / "qa/sample/articles.jsonl"
ARGUMENTS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
EXAMPLES = (
    "How many people died in the Millrace Works fire?",
    "Where was the stolen astrolabe hidden?",
    "Why did Otto Brandsen have to go?",
    "What animal caused the blackout?",
)
NAME, PASSWORD = "anna", "a long enough phrase"
# Nothing listens on this port, which no service uses.
NO_LANGUAGE_MODEL = "http://127.0.0.1:9/v1"
NO_FEED = "http://127.0.0.1:9/news/feed.xml"
ENDED_BEFORE = "2026-03-01"
BREAKS, TAKES_LONG = "Where is the error that nobody foresaw?", "What takes a long time to be found?"
WRITTEN_ABOUT = "What animal set off the blackout?"
FINISHED = ".bot-row .answer, .bot-row div.abstained, .bot-row div.failed"


@dataclass(frozen=True, slots=True)
class Stage:
    """The addresses of the servers on which the states are reached. `go_on` lets the search go on that takes long."""

    whole: str
    ended: str
    empty: str
    computing: str
    failing: str
    without_model: str
    locked: str
    editor: str
    go_on: threading.Event


@dataclass(frozen=True, slots=True)
class PageState:
    """One state: its name, what it shows, on which server of the stage, and what a reader does to get there."""

    name: str
    shows: str
    server: str
    reach: Callable[[Any], None]


# The servers


@contextlib.contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """The servers of all states, in archives below `folder`."""
    config = Config(port=0, chat_poll_seconds=0.5)
    with contextlib.ExitStack() as closing:

        def served(index: Index, access: Access = USUAL, *, embed: bool = False) -> str:
            opened = serving(lambda: index, index.config, examples=EXAMPLES, embed=embed, access=access)
            return closing.enter_context(opened)

        def another(name: str) -> Index:
            return qa.build_index(folder / name, SAMPLE, config=config, embed=False)

        go_on = threading.Event()
        closing.callback(go_on.set)
        whole = qa.build_index(folder / "whole", SAMPLE, config=config)
        _ask_with_troubles(whole, go_on)
        unreachable = config.replace(llm_base_url=NO_LANGUAGE_MODEL, llm_model="quiet-1", llm_retries=0)
        ended = _published_before(folder / "ended.jsonl", ENDED_BEFORE)
        computing, failing = another("computing"), another("failing")
        _embed_without_end(computing, closing)
        _embed_in_vain(failing)
        add_user(folder / "users.json", NAME, PASSWORD)
        stage = Stage(
            whole=served(whole),
            ended=served(qa.build_index(folder / "ended", ended, config=config)),
            empty=served(Index(folder / "empty", config, create=True)),
            computing=served(computing, embed=True),
            failing=served(failing, embed=True),
            without_model=served(Index(folder / "whole", unreachable)),
            locked=served(Index(folder / "whole", config.replace(chat_history="on")), Access(folder / "users.json")),
            editor=served(another("editor"), Access(editor=True)),
            go_on=go_on,
        )
        for address in (stage.whole, stage.ended, stage.empty, stage.computing, stage.without_model, stage.locked):
            wait_until_ready(address)
        yield stage


def wait_until_ready(address: str) -> None:
    """Wait until the model is loaded, so that pages do not say for a while that it is not."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(f"{address}ready"):
            return
        time.sleep(0.1)
    raise TimeoutError(f"{address} did not get ready")


def _published_before(path: Path, day: str) -> Path:
    """The sample archive up to a day that is long past."""
    records = [line for line in SAMPLE.read_text("utf-8").splitlines() if json.loads(line)["published"] < day]
    path.write_text("\n".join(records), "utf-8")
    return path


def _ask_with_troubles(index: Index, go_on: threading.Event) -> None:
    ask_stream = index.ask_stream

    def troubled(question: str, *values: Any, **more: Any) -> Iterator[Answer]:
        if question == BREAKS:
            raise RuntimeError("This is secret.")
        if question == TAKES_LONG:
            go_on.wait(60)
        for answer in ask_stream(question, *values, **more):
            if question == WRITTEN_ABOUT:
                told = Statement(f"{answer.sentences[0].text.removesuffix('.')} [1].", (1,))
                answer = dataclasses.replace(answer, written=(told,), model="quiet-1")
                yield dataclasses.replace(answer, unfinished=True)
                go_on.wait(60)
            yield answer

    index.ask_stream = troubled  # type: ignore[method-assign, assignment]


def _embed_without_end(index: Index, closing: contextlib.ExitStack) -> None:
    """Vectors that are being computed for as long as the stage stands."""
    end = threading.Event()
    closing.callback(end.set)

    def embed(progress: Callable[[EmbedProgress], None]) -> None:
        total = index.embed_progress().total
        progress(EmbedProgress(total // 3, total, rate=4.0))
        end.wait()

    index.embed = embed  # type: ignore[method-assign, assignment]


def _embed_in_vain(index: Index) -> None:
    def embed(progress: Callable[[EmbedProgress], None]) -> None:
        raise RuntimeError("This is secret.")

    index.embed = embed  # type: ignore[method-assign, assignment]


# The browser


def chromium(playwright: Any) -> Any:
    """Chromium of this machine, else the one that Playwright brings. Raises playwright's Error where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


@contextlib.contextmanager
def opened(browser: Any, stage: Stage, state: PageState) -> Iterator[Any]:
    """A page in this state, in a browser context of its own."""
    stage.go_on.clear()
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    try:
        page = context.new_page()
        page.goto(getattr(stage, state.server))
        page.wait_for_selector("#question textarea, #password")
        state.reach(page)
        yield page
    finally:
        stage.go_on.set()
        context.close()


def show_in(page: Any, width: int, scheme: str) -> None:
    """Show the page in this width, "light" or "dark"."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_function(
        """dark => !document.querySelector("gradio-app, .gradio-container")
            || document.body.classList.contains("dark") === dark""", arg=scheme == "dark",
    )  # fmt: skip
    page.evaluate("window.scrollTo(0, 0)")
    # Charts and fields of Gradio take a moment to follow.
    page.wait_for_timeout(250)


# What a reader does


def ask(page: Any, question: str) -> None:
    """Ask and wait for the whole answer."""
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(FINISHED, timeout=60_000)
    page.wait_for_selector("#ask", state="visible")


def _ask(question: str, then: str = "") -> Callable[[Any], None]:
    """Asks; `then` is a part of the page to wait for."""

    def reach(page: Any) -> None:
        ask(page, question)
        if then:
            page.wait_for_selector(then)

    return reach


def _ask_within(first: str, last: str, question: str) -> Callable[[Any], None]:
    def reach(page: Any) -> None:
        page.click("#filters > button")
        page.get_by_label("Published from").fill(first)
        page.get_by_label("Published to").fill(last)
        ask(page, question)

    return reach


def _search_on(page: Any) -> None:
    page.fill("#question textarea", TAKES_LONG)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#stop", state="visible")


def _be_written_about(page: Any) -> None:
    page.fill("#question textarea", WRITTEN_ABOUT)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".written .working")


def _stop(page: Any) -> None:
    _search_on(page)
    page.click("#stop")
    page.get_by_text("Stopped.").wait_for()


def _open_chips(page: Any) -> None:
    page.click("#filters > button")
    page.get_by_label("Asked as of").fill("2026-01-10")
    ask(page, "What was stolen from the museum in Tarnvik last month, according to Radio Osk?")
    page.get_by_role("button", name="Do not interpret Radio Osk").click()
    page.wait_for_selector(".chip.ignored")
    page.locator(".chip summary").first.click()
    page.locator(".chip.inferred summary").first.click()


def _follow_up(page: Any) -> None:
    ask(page, "Who is Tobias Renn?")
    page.fill("#question textarea", "And how old is he?")
    page.press("#question textarea", "Enter")
    page.locator(".bot-row").nth(1).locator(".answer, .abstained").wait_for()
    page.wait_for_selector("#ask", state="visible")


def _open_changes(page: Any) -> None:
    ask(page, "How many turbines will the Skerry Bank wind farm have?")
    page.locator(".changes summary").first.click()
    page.locator(".changes del").first.wait_for()


def _open_others(page: Any) -> None:
    ask(page, EXAMPLES[0])
    page.locator("details.others > summary").click()


def _open_article(page: Any) -> None:
    page.get_by_role("tab", name="Archive").click()
    page.fill("#archive-words :is(input, textarea)", "turbines Skerry Bank")
    page.press("#archive-words :is(input, textarea)", "Enter")
    page.locator(".listing .entry", has_text="family farm").click()
    page.wait_for_selector(".reading h2:focus")


def _open_statistics(page: Any) -> None:
    page.get_by_role("tab", name="Statistics").click()
    page.locator("#figures-time svg .mark-rect path").first.wait_for()
    page.locator("#figures tbody tr").first.wait_for()


def _add_files(page: Any) -> None:
    page.get_by_role("tab", name="Add articles").click()
    content = b'{"id": "late", "text": "The heron returned to the lock."}\n{"id": "torn", \n'
    page.set_input_files(
        "#editing-files input[type=file]", {"name": "late.jsonl", "mimeType": "text/plain", "buffer": content}
    )
    page.wait_for_selector("#editing-files td[aria-label='late.jsonl']")
    page.click("#editing-add")
    page.wait_for_selector(".intake.done table")


def _add_unreachable_feed(page: Any) -> None:
    page.get_by_role("tab", name="Add articles").click()
    page.fill("#editing-path textarea, #editing-path input", NO_FEED)
    page.click("#editing-add-path")
    page.wait_for_selector(".intake.failed .trouble")


def _about_to_remove(page: Any) -> None:
    _open_article(page)
    page.click("#remove")
    page.wait_for_selector("#remove-yes")


def _edit(page: Any) -> None:
    ask(page, EXAMPLES[0])
    page.get_by_text("Edit the question").click()


def _open_timeline(page: Any) -> None:
    ask(page, EXAMPLES[0])
    page.wait_for_selector("#timeline svg")
    page.locator("details.timeline summary").click()
    page.locator("details.timeline button").first.click()
    page.wait_for_selector("p.chosen")


def _keep(page: Any) -> None:
    page.fill("#username", NAME)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("#question textarea")
    ask(page, EXAMPLES[3])
    page.wait_for_selector("#delete-conversation:not([disabled])")


def _log_in_wrongly(page: Any) -> None:
    page.fill("#username", NAME)
    page.fill("#password", "not the phrase")
    page.press("#password", "Enter")
    page.wait_for_selector(".wrong")


def _nothing(page: Any) -> None:
    pass


STATES = (
    PageState("welcome", "Nothing was asked yet", "whole", _nothing),
    PageState("filters", "The filters are open", "whole", lambda page: page.click("#filters > button")),
    PageState("searching", "A question is being answered", "whole", _search_on),
    PageState("being-written", "The language model is still writing", "whole", _be_written_about),
    PageState("answered", "An answer, with its evidence", "whole", _ask(EXAMPLES[3], ".evidence mark")),
    PageState("other-passages", "An answer, with all that was found", "whole", _open_others),
    PageState(
        "conflict", "Outlets disagree", "whole", _ask("How many people marched for the ferry crews?", ".conflict")
    ),
    PageState("understood", "What was understood, opened, and one taken back", "whole", _open_chips),
    PageState("follow-up", "A follow-up, made whole", "whole", _follow_up),
    PageState("edited", "The last question, being edited", "whole", _edit),
    PageState("timeline", "The timeline, as a list too, with days chosen", "whole", _open_timeline),
    PageState("corrected", "A corrected story, with what changed", "whole", _open_changes),
    PageState(
        "refused", "Found, but not answering: the nearest passages", "whole",
        _ask("How many midwives does St. Brannoc's maternity ward employ?", "div.abstained"),
    ),
    PageState(
        "nothing-found", "Nothing within the limits", "whole", _ask_within("1999-01-01", "1999-12-31", EXAMPLES[3])
    ),
    PageState("ended", "The archive ends before what is asked", "ended", _ask("What was stolen last month?", ".notes")),
    PageState(
        "outlet-ended", "The outlet asked for ends before the archive", "whole",
        _ask("Where was the stolen astrolabe found, according to the Gull?", ".notes"),
    ),
    PageState("empty-archive", "An archive without articles", "empty", _ask(EXAMPLES[3])),
    PageState("computing", "Vectors are being computed", "computing", _ask(EXAMPLES[3], ".status.encoding")),
    PageState(
        "background-failed", "The background work failed", "failing",
        lambda page: page.wait_for_selector(".status.failed"),
    ),
    PageState("without-model", "The language model is unreachable", "without_model", _ask(EXAMPLES[3], ".notes")),
    PageState(
        "wrong-value", "A value that makes no sense", "whole", _ask_within("2026-05-02", "2026-05-01", EXAMPLES[3])
    ),
    PageState("internal-error", "An error that nobody foresaw", "whole", _ask(BREAKS, "div.failed")),
    PageState("stopped", "The reader stopped the search", "whole", _stop),
    PageState("archive", "An article of the archive, beside the list", "whole", _open_article),
    PageState("statistics", "The figures of the archive", "whole", _open_statistics),
    PageState("added", "Files were added, and one record was not taken", "editor", _add_files),
    PageState("feed-refused", "A feed cannot be fetched", "editor", _add_unreachable_feed),
    PageState("about-to-remove", "An article is about to be removed", "editor", _about_to_remove),
    PageState("login", "The login page", "locked", _nothing),
    PageState("kept", "Conversations are kept for a reader who logged in", "locked", _keep),
    PageState("login-refused", "A login that was refused", "locked", _log_in_wrongly),
)  # fmt: skip
