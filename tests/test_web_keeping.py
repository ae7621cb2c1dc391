"""What is kept of a conversation: files that a reader saves, links to its questions, votes on its answers."""

from __future__ import annotations

import dataclasses
import datetime
import html
import re
import shutil
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unittest import mock

import gradio as gr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from support import CONFIG, hashed_index
from test_web_browser import (  # noqa: F401
    ABOUT_A_MONTH,
    ABOUT_A_PERSON,
    ANSWERED,
    FOLLOW_UP,
    HOSTILE,
    HOSTILE_QUESTION,
    PAYLOAD,
    UNANSWERED,
    WHOLE,
    ask,
    browser,
    open_page,
)

import qa
from qa.config import Config
from qa.errors import QuestionError
from qa.feedback import FILE_NAME, CitedPlace, read_votes
from qa.followup import Resolution
from qa.history import Version
from qa.index import Index
from qa.records import (
    Answer,
    Article,
    Citation,
    Conflict,
    Filters,
    Hit,
    Period,
    Query,
    Sentence,
    ShortAnswer,
    Statement,
    Statistics,
)
from qa.web import below, export, keeping, links, markup
from qa.web.asking import Request, Turn
from qa.web.conversation import Conversations, messages
from qa.web.export_markdown import as_markdown, escaped
from qa.web.export_page import as_page
from qa.web.serving.access import Access
from qa.web.serving.users import add_user

NOW = datetime.datetime(2026, 11, 24, 12, 0, tzinfo=datetime.UTC)
DAY = datetime.date(2026, 11, 24)
ARCHIVE = export.Archive(
    "gull", Statistics(2, 2, 0, 2, 2, {"The Gull": 2}, DAY, DAY, "encoder", 384, 1, NOW)
)  # fmt: skip
HOSTILE_TEXTS = (
    PAYLOAD,
    "![x](https://evil.example/x.png) [click](javascript:alert(1)) [ref] [a][b]\n\n[ref]: javascript:alert(1)",
    "](javascript:alert(1)) <javascript:alert(1)> <https://evil.example> https://evil.example www.evil.example",
    "`code` ``` ~~~ ~~gone~~ **bold** _it_ # Heading\n=====\n-----\n- item\n1. item\n> quote | a | b |\n|---|---|",
    "&lt;b&gt; &#60;script&#62; &amp; <!-- x --> <?php ?> <![CDATA[x]]> $x$ :smile: {.class} ^1^ [^1] -- ... \\",
    "\u202egnp.exe\u202c \u2066x\u2069 \u200f\x00\x08",
    "</title></style></p></blockquote></body><style>*{display:none}</style>",
)  # fmt: skip


def article(text: str, **values: object) -> Article:
    fields: dict = {
        "id": "g1", "title": "A title", "source": "The Gull", "published": datetime.date(2026, 2, 1),
        "url": "https://gull.example/1?a=1&b=2", "authors": ("Ann Reed", "Bo Lind"),
    }  # fmt: skip
    return Article(text=text, **{**fields, **values})


def turn_about(source: Article, words: str, **values: object) -> Turn:
    """A turn whose answer has everything that an answer can have, all of it said in these words."""
    sentence = Sentence(source.text, Citation(source, 0, len(source.text), 1), 1.0)
    period = Period(DAY, None, True, words, 0, 1, words)
    query = Query(words, 5, Filters(DAY, DAY, (words,)), DAY, (), period, words, (), (words, words), (words,))
    hit = Hit(source, 0, len(source.text), source.text, 1.0, also_in=(source,))
    fields: dict = {
        "text": words, "sentences": (sentence,), "hits": (hit,), "query": query, "abstained": False, "reason": "",
        "confidence": 1.0, "timings": {}, "notes": (words,), "short": ShortAnswer(words, "name", 1, 0, 1, words),
        "conflicts": (Conflict("number", f"{words} [1]", (1,)),), "written": (Statement(words, (), False, (words,)),),
        "model": words,
    }  # fmt: skip
    request = Request(words, Filters(), None, None, (), Resolution(f"About {words}", True, (words,)))
    return Turn(words, request, Answer(**{**fields, **values}))


def exported(*turns: Turn, since: dict[Article, str] | None = None) -> list[export.Block]:
    return export.document(turns, ARCHIVE, NOW, since or {}, 50)


def one_line(text: str) -> str:
    return " ".join(markup.UNSEEN.sub("", text).split())


class Visible(HTMLParser):
    """The text, tags and links of a page."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(markdown: str) -> Visible:
    """The Markdown as a renderer shows it that lets HTML through, and knows tables and struck-out text."""
    return Visible(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


# Files


def test_an_export_holds_everything_that_an_answer_rests_on() -> None:
    text = "The ferry carries 40 cars,\nnot 60."
    source = article(text, updated=datetime.date(2026, 2, 3), status="corrected")
    turn = turn_about(source, "How many cars?")
    page = Visible(as_page(exported(turn))).text
    markdown = rendered(as_markdown(exported(turn))).text
    for shown in (" ".join(page.split()), " ".join(markdown.split())):
        for part in (
            "Questions to the archive “gull”", "Exported: 24 November 2026, 12:00 UTC", "2 articles · 1 outlet",
            "1. How many cars?", "Understood as: About How many cars?", "Asked as of 24 November 2026",
            "Published 24 November 2026", "Only How many cars?", "“How many cars?” ignored", "Note: How many cars?",
            "Short answer: How many cars? [How many cars?, computed from the article’s date] [1]",
            "Conflict: How many cars? [1]", "How many cars? (not borne out: How many cars?)",
            "“The ferry carries 40 cars, not 60.” [1]", "— The Gull, 1 February 2026", "[1] A title",
            "Outlet: The Gull", "By Ann Reed, Bo Lind", "Published 1 February 2026", "Corrected",
            "Updated 3 February 2026", "Article g1, characters 0–34", "Also in: The Gull, 1 February 2026",
            "https://gull.example/1?a=1&b=2",
        ):  # fmt: skip
            assert part in shown, part
        assert "Conflict: How many cars? [1] [1]" not in shown


def test_a_refusal_a_failure_and_a_question_at_work_are_told_apart() -> None:
    refused = turn_about(article("x"), "Why?", sentences=(), abstained=True, reason="Nothing on wheat.", short=None)
    turns = (refused, Turn("Who?", failure="The disk is full."), Turn("Where?", stopped=True), Turn("When?"))
    text = rendered(as_markdown(exported(*turns))).text
    answers = re.findall(r"No answer: (.*)", text)
    assert answers == [
        "The archive does not answer this. Nothing on wheat.", "The disk is full.", "Stopped.",
        "It was still looked for at the time of the export.",
    ]  # fmt: skip
    assert "Sources" not in text
    assert "No question was asked yet." in as_markdown(exported())
    full = export.document(turns, ARCHIVE, NOW, {}, 4)
    assert "the last 4 questions of a conversation; earlier ones may be missing" in as_markdown(full)


def test_an_export_says_what_became_of_an_article_since() -> None:
    cited, other = article("One."), article("Two.")
    withdrawn = dataclasses.replace(cited, status="withdrawn")

    def since(*versions: Article) -> str:
        return export.since_then(cited, [Version(n, each, NOW) for n, each in enumerate(versions, start=1)])

    assert since(other, cited) == ""
    assert since(cited, other) == "Changed since this answer"
    assert since(cited, withdrawn) == "Withdrawn since this answer"
    assert since() == "Removed from the archive since this answer"
    blocks = exported(turn_about(cited, "Why?"), since={cited: since(cited, withdrawn)})
    assert "**Withdrawn since this answer**" in as_markdown(blocks)
    assert '<p class="warning">Withdrawn since this answer</p>' in as_page(blocks)


def test_a_file_asks_the_archive_what_became_of_what_it_quotes(tmp_path: Path) -> None:
    index = hashed_index(tmp_path / "the gull's", CONFIG)
    withdrawn, corrected, same = (article(f"{word} it was.", id=word) for word in ("One", "Two", "Three"))
    index.add([withdrawn, corrected, same])
    turns = [turn_about(each, "Why?") for each in (withdrawn, corrected, same)]
    later = datetime.date(2026, 3, 1)
    index.add([
        dataclasses.replace(withdrawn, status="withdrawn", updated=later),
        dataclasses.replace(corrected, text="Two it was not.", status="corrected", updated=later),
    ])  # fmt: skip
    file = keeping.exported(index, turns, keeping.MARKDOWN)
    assert re.fullmatch(r"dateline-the-gull-s-\d{4}-\d\d-\d\d-\d{4}\.md", file["name"])
    assert file["type"] == "text/markdown;charset=utf-8"
    found = re.findall(r"Article (\w+), characters.*\n(?:  Also.*\n)?(?:  \*\*(.*)\*\*)?", file["text"])
    assert found == [
        ("One", "Withdrawn since this answer"), ("Two", "Changed since this answer"), ("Three", ""),
    ]  # fmt: skip
    page = keeping.exported(index, turns, keeping.PAGE)
    assert page["name"].endswith(".html") and page["type"] == "text/html;charset=utf-8"
    assert re.findall('<p class="warning">(.*?)</p>', page["text"]) == [words for _, words in found if words]
    index.close()


@pytest.mark.parametrize("hostile", HOSTILE_TEXTS)
def test_hostile_text_stays_text_in_both_files(hostile: str) -> None:
    source = article(hostile, title=hostile, source=hostile, authors=(hostile,), url=hostile, id=hostile)
    check_harmless(exported(turn_about(source, hostile)), one_line(hostile), [])


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=60), st.text("\\`*_[]()<>&#~|-+=!.:1 \nax", max_size=40), st.text(max_size=40))
def test_any_text_stays_text_in_both_files(words: str, title: str, text: str) -> None:
    source = article(text, title=title, source=title, id=words)
    check_harmless(exported(turn_about(source, words)), "", [source.url])


def check_harmless(blocks: list[export.Block], expected: str, links: list[str]) -> None:
    """Neither file holds a tag or link that we did not make, and both show the text as it is."""
    markdown = rendered(as_markdown(blocks))
    allowed = {"h1", "h2", "h3", "p", "strong", "em", "blockquote", "ul", "li", "br", "a"}
    assert set(markdown.tags) <= allowed and markdown.attributes <= {"href"}
    assert markdown.tags.count("h2") == 1 and markdown.tags.count("ul") == 1 and markdown.tags.count("li") == 1
    page = Visible(as_page(blocks))
    assert set(page.tags) - allowed <= {"html", "head", "meta", "title", "style", "body", "div", "span", "bdi", "dfn"}
    assert page.tags.count("style") == page.tags.count("body") == 1
    for file in (markdown, page):
        assert [html.unescape(link) for link in file.links] == links
        assert expected in " ".join(file.text.split())
        assert not markup.UNSEEN.search(file.text)


def test_a_link_leads_where_it_says_and_nowhere_else() -> None:
    for url in ("javascript:alert(1)", "data:text/html,x", "https://a.example/x y", "//evil.example"):
        check_harmless(exported(turn_about(article("x", url=url), "Why?")), "", [])
    for url, shown in (
        ("https://a.example/?x=1&copy;=2&y=`z`", "https://a.example/?x=1&copy;=2&y=%60z%60"),
        ("https://a.example/<img>", "https://a.example/%3Cimg%3E"),
    ):
        markdown = rendered(as_markdown(exported(turn_about(article("x", url=url), "Why?"))))
        assert markdown.links == [shown]
        assert Visible(as_page(exported(turn_about(article("x", url=url), "Why?")))).links == [url]


def test_addresses_and_names_do_not_become_links_by_themselves() -> None:
    assert escaped("See https://a.example, www.a.example, a@b.example at 10:15 p.m. -- 5-6") == (
        r"See https\://a.example, www\.a.example, a\@b.example at 10\:15 p.m. -\- 5-6"
    )


# Links


def test_a_link_leads_back_to_its_question_with_all_its_limits() -> None:
    filters = Filters(datetime.date(2026, 1, 2), DAY, ("Ledger & Tide", "Ü=1;2"))
    request = Request("Why + how?\nNow #1 & 2%", filters, None, 7, ("last week", "now"))
    link = links.link_to(request, Query("", 7, filters, DAY))
    assert link.startswith("?q=Why+%2B+how%3F") and "&as_of=2026-11-24&" in link
    assert links.question_in(link) == request.question
    assert links.request_in(Config(), link) == dataclasses.replace(request, as_of=DAY)
    whole = Resolution("How old is Tobias Renn?", True, ("he",))
    follow_up = Request("How old is he?", Filters(), DAY, None, (), whole)
    link = links.link_to(follow_up, Query("", 5, Filters(), DAY))
    assert link == "?q=How+old+is+Tobias+Renn%3F&as_of=2026-11-24"
    as_written = dataclasses.replace(follow_up, as_written=True)
    assert links.link_to(as_written, Query("", 5, Filters(), DAY)).startswith("?q=How+old+is+he%3F&")


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("?q=Why&as_of=soon", "The as-of day is not a date (soon)"),
        ("?q=Why&as_of=2026-13-01", "The as-of day is not a date (2026-13-01)"),
        ("?q=Why&from=2026-02-01&to=2026-01-01", "The first day is after the last one"),
        ("?q=Why&k=five", "The link's number of passages is no number (five)"),
        ("?q=Why&k=0", "The number of passages is 0"),
        ("?q=Why&q=Who", "The link names q twice"),
        ("?q=Why&as_of=2026-01-01&as_of=2026-01-02", "The link names as_of twice"),
    ],
)
def test_a_link_that_cannot_be_used_says_why(search: str, words: str) -> None:
    with pytest.raises(QuestionError, match=re.escape(words)) as caught:
        links.request_in(Config(), search)
    assert caught.value.cure


def test_a_link_takes_what_others_add_to_it_and_no_more_than_it_should() -> None:
    request = links.request_in(Config(), "?q=Why%3F&__theme=dark&utm_source=mail&as_of=")
    assert request == Request("Why?", Filters(), None, None)
    assert links.question_in("?as_of=2026-01-01") == links.question_in("?q=%20") == links.question_in("") == ""
    assert links.question_in("?q=%FF%3F") == "\ufffd?"
    assert links.question_in("?" + "a=b&" * 100_000 + "q=late") == ""


# Votes


def vote(index: Any, turns: tuple[Turn, ...], **data: object) -> tuple[Any, tuple[Turn, ...]]:
    conversations = Conversations(index, None)
    return conversations.vote(turns, gr.EventData(None, data))


def test_a_vote_is_kept_changed_and_taken_back(tmp_path: Path) -> None:
    index = hashed_index(tmp_path / "index", CONFIG.replace(chat_feedback="on"))
    turns = (
        turn_about(article("One. Two."), "Why?"),
        turn_about(article("Three."), "Who?", sentences=(), abstained=True),
    )
    _, turns = vote(index, turns, turn=1, vote="bad", reason=" It was\n Ann. ")
    (kept,) = read_votes(index.path)
    assert (kept.question, kept.as_of, kept.helpful, kept.reason) == ("About Why?", DAY, False, "It was Ann.")
    assert kept.link == "?q=About+Why%3F&as_of=2026-11-24" and kept.answer == "Why?" and not kept.abstained
    assert kept.citations == (CitedPlace("g1", 0, 9),)
    assert abs((kept.voted_at - datetime.datetime.now(datetime.UTC)).total_seconds()) < 60
    assert (turns[0].helpful, turns[0].reason, turns[1].helpful) == (False, "It was Ann.", None)
    shown, turns = vote(index, turns, turn=2, vote="good")
    assert [found.abstained for found in read_votes(index.path)] == [True, False]
    assert 'data-vote="none" data-turn="2" aria-pressed="true"' in shown[-1]["content"].value
    _, turns = vote(index, turns, turn=1, vote="good")
    assert [found.helpful for found in read_votes(index.path)] == [True, True] and turns[0].reason == ""
    _, turns = vote(index, turns, turn=1, vote="none")
    assert [found.question for found in read_votes(index.path)] == ["About Who?"] and turns[0].helpful is None
    with pytest.raises(gr.Error, match="The reason is 1,001 characters long"):
        vote(index, turns, turn=1, vote="good", reason="x" * 1001)
    index.close()


@pytest.mark.parametrize(
    "data", [{}, {"turn": 2, "vote": "good"}, {"turn": 0, "vote": "good"}, {"turn": "1", "vote": "good"},
             {"turn": 1, "vote": "best"}, {"turn": 1, "vote": None}],
)  # fmt: skip
def test_what_no_button_sends_is_no_vote(tmp_path: Path, data: dict[str, object]) -> None:
    index = hashed_index(tmp_path / "index", CONFIG.replace(chat_feedback="on"))
    turns = (turn_about(article("x"), "Why?"),)
    assert vote(index, turns, **data) == (gr.skip(), turns)
    # Neither is one while another question is being answered: its answer would undo it on the page.
    at_work = (*turns, Turn("Who?"))
    assert vote(index, at_work, turn=1, vote="good") == (gr.skip(), at_work)
    assert read_votes(index.path) == []
    index.close()


def test_without_the_setting_nobody_votes_and_nothing_is_stored(tmp_path: Path) -> None:
    index = hashed_index(tmp_path / "index", CONFIG)
    turns = (turn_about(article("x"), "Why?"),)
    assert vote(index, turns, turn=1, vote="good") == (gr.skip(), turns)
    assert not (index.path / FILE_NAME).exists()
    html_of_answer = messages(turns)[-1]["content"].value
    assert "data-link" in html_of_answer and "data-vote" not in html_of_answer
    index.close()


def test_a_reason_and_a_link_stay_text(tmp_path: Path) -> None:
    for hostile in HOSTILE_TEXTS:
        turn = dataclasses.replace(turn_about(article("x"), hostile), helpful=True, reason=hostile)
        made = below.below(turn, 1, links.link_to(turn.request, turn.answer.query), votes=True, busy=False)
        found = Visible(made)
        assert found.tags == ["div", *["button"] * 3, "span", "div", "label", "input", "button", "p"]
        assert found.attributes <= {
            "class", "role", "aria-label", "type", "data-link", "title", "data-vote", "data-turn", "aria-pressed",
            "value", "maxlength", "placeholder", "autocomplete",
        }  # fmt: skip


def test_while_a_question_is_answered_votes_wait() -> None:
    turns = (turn_about(article("x"), "Why?"), Turn("Who?"))
    assert messages(turns, votes=True)[1]["content"].value.count(" disabled") == 2
    assert messages(turns[:1], votes=True)[1]["content"].value.count(" disabled") == 0


# In the browser


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, sample_file: Path) -> Iterator[Index]:
    config = Config(port=0, chat_poll_seconds=0.5, answer_threshold=0.0, chat_feedback="on")
    folder = tmp_path_factory.mktemp("keeping")
    part = folder / "part.jsonl"
    part.write_text("".join(sample_file.read_text("utf-8").splitlines(keepends=True)[:30]), "utf-8")
    index = qa.build_index(folder / "merrowland", part, config=config, embed=False)
    index.add([HOSTILE])
    yield index
    index.close()


@pytest.fixture(scope="module")
def address(index: Index) -> Iterator[str]:
    from qa.web.app import serving

    with serving(lambda: index, index.config, examples=[ANSWERED]) as address:
        yield address


def saved(page: Any, kind: str, folder: Path) -> Path:
    """The conversation as the browser saves it."""
    with page.expect_download() as download:
        page.get_by_role("button", name=kind, exact=True).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


@pytest.mark.slow
def test_a_conversation_is_saved_by_the_browser(open_page: Callable, index: Index, tmp_path: Path) -> None:  # noqa: F811
    page = open_page(390)
    assert not page.locator("#saving").is_visible()
    ask(page, ABOUT_A_PERSON)
    ask(page, FOLLOW_UP)
    page.locator(".bot-row").nth(1).locator(".answer").wait_for()
    page.wait_for_selector(".evidence mark")
    markdown = saved(page, "Markdown", tmp_path)
    assert re.fullmatch(r"dateline-merrowland-\d{4}-\d\d-\d\d-\d{4}\.md", markdown.name)
    text = rendered(markdown.read_text("utf-8")).text
    assert "1. " + ABOUT_A_PERSON in text and "2. " + FOLLOW_UP in text and f"Understood as: {WHOLE}" in text
    for sentence in (*index.ask(ABOUT_A_PERSON).sentences, *index.ask(WHOLE).sentences):
        cited = sentence.citation
        assert f"“{one_line(sentence.text)}” [{cited.number}]" in text
        assert f"Article {cited.article.id}, characters {cited.start:,}–{cited.end:,}" in text
    saved_page = saved(page, "HTML", tmp_path)
    assert saved_page.suffix == ".html"
    # The same can be saved again, and the page that holds it opened.
    assert saved(page, "HTML", tmp_path).read_text("utf-8").count("<h2") == 2


@pytest.mark.slow
def test_a_saved_page_of_a_hostile_archive_runs_and_loads_nothing(
    open_page: Callable, browser: Any, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    page = open_page()
    page.click("#filters > button")
    page.get_by_label("Outlets").click()
    page.get_by_role("option", name="Evil").click()
    ask(page, HOSTILE_QUESTION)
    page.wait_for_selector(".evidence mark")
    path = shutil.copy(saved(page, "HTML", tmp_path), tmp_path / "saved.html")
    context = browser.new_context()
    requested: list[str] = []
    context.on("request", lambda request: requested.append(request.url))
    opened = context.new_page()
    opened.goto(f"file://{path}")
    assert "<script>window.hacked=1</script>" in opened.inner_text("body")
    opened.wait_for_timeout(300)
    assert opened.evaluate("window.hacked") is None
    assert opened.locator("img, script, iframe, a").count() == 0
    assert requested == [f"file://{path}"]
    context.close()


def follow(page: Any, url: str) -> None:
    """Open a link and wait until its question was answered."""
    page.goto(url)
    page.wait_for_selector(".bot-row .answer, .bot-row div.abstained, .bot-row div.failed", timeout=60_000)
    page.wait_for_selector("#ask", state="visible")


@pytest.mark.slow
def test_a_link_asks_its_question_as_of_its_day(open_page: Callable, address: str, index: Index) -> None:  # noqa: F811
    page = open_page()
    follow(page, f"{address}?q=What+was+stolen+from+the+museum+in+Tarnvik+last+month%3F&as_of=2026-01-10")
    assert page.locator(".user-row .question").all_inner_texts() == [ABOUT_A_MONTH]
    chips = ["Asked as of 10 January 2026", "“last month”: 1–31 December 2025, preferred"]
    assert page.locator(".chip summary").all_inner_texts() == chips
    page.wait_for_selector(".evidence .card")
    quotes = page.locator(".answer blockquote p").all_inner_texts()
    answer = index.ask(ABOUT_A_MONTH, as_of=datetime.date(2026, 1, 10))
    assert quotes == [f"“{one_line(sentence.text)}”" for sentence in answer.sentences]
    assert page.input_value("#question textarea") == ""
    page.click("#filters > button")
    assert page.get_by_label("Asked as of").input_value() == "2026-01-10"
    # It is asked once, and the conversation goes on from it.
    ask(page, ANSWERED)
    page.locator(".bot-row").nth(1).locator(".answer").wait_for()
    assert page.locator(".user-row .question").all_inner_texts() == [ABOUT_A_MONTH, ANSWERED]
    assert page.locator(".chip summary").first.inner_text() == "Asked as of 10 January 2026"


@pytest.mark.slow
def test_an_answer_gives_a_link_that_stands_alone(open_page: Callable, address: str) -> None:  # noqa: F811
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.click("#filters > button")
    page.get_by_label("Outlets").click()
    page.get_by_role("option", name="The Tarnvik Courier").click()
    page.get_by_label("Asked as of").fill("2026-03-01")
    ask(page, ABOUT_A_PERSON)
    ask(page, FOLLOW_UP)
    reply = page.locator(".bot-row").nth(1)
    reply.locator(".answer").wait_for()
    page.wait_for_selector(".evidence .card")
    quotes = reply.locator("blockquote p").all_inner_texts()
    reply.get_by_role("button", name="Copy link").press("Enter")
    reply.get_by_text("Copied.").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{address}?q=How+old+is+Tobias+Renn%3F&as_of=2026-03-01&source=The+Tarnvik+Courier&k=5"
    other = open_page(390)
    follow(other, link)
    assert other.locator(".user-row .question").all_inner_texts() == [WHOLE]
    chips = ["Asked as of 1 March 2026", "Only The Tarnvik Courier"]
    assert other.locator(".chip summary").all_inner_texts() == chips
    assert other.locator(".answer blockquote p").all_inner_texts() == quotes
    # The next question has the same limits.
    ask(other, ANSWERED)
    other.locator(".bot-row").nth(1).locator(".chip").first.wait_for()
    assert other.locator(".chip summary").all_inner_texts() == chips


@pytest.mark.slow
def test_where_the_browser_keeps_its_clipboard_the_link_is_shown(open_page: Callable, address: str) -> None:  # noqa: F811
    page = open_page(390)
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    ask(page, ANSWERED)
    page.get_by_role("button", name="Copy link").click()
    field = page.get_by_label("Link to this question")
    assert field.input_value().startswith(f"{address}?q=How+long+will+the+new+quay")
    assert page.evaluate("getSelection().toString()") == field.input_value()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.slow
@pytest.mark.parametrize(
    ("search", "words", "handed_back"),
    [
        ("?q=Why%3F&as_of=soon", "The as-of day is not a date (soon). Write it as YYYY-MM-DD", "Why?"),
        ("?q=" + "y" * 2001, "The question is 2,001 characters long; at most 2,000 are read.", "y" * 2000),
        ("?q=%3Cimg%20src%3Dx%20onerror%3Dhack()%3E&k=x", "no number (x)", "<img src=x onerror=hack()>"),
    ],
)  # fmt: skip
def test_a_link_that_cannot_be_asked_says_so_on_the_page(
    open_page: Callable, address: str, search: str, words: str, handed_back: str  # noqa: F811
) -> None:  # fmt: skip
    page = open_page()
    page.add_init_script("window.hack = () => { window.hacked = 1 }")
    follow(page, address + search)
    assert words in page.inner_text("div.failed")
    assert page.input_value("#question textarea") == handed_back
    assert page.evaluate("window.hacked") is None
    page.click("#filters > button")
    assert page.get_by_label("Asked as of").input_value() == ""


@pytest.mark.slow
def test_links_work_below_a_root_path_and_over_a_login(
    browser: Any, index: Index, tmp_path: Path  # noqa: F811
) -> None:  # fmt: skip
    from qa.web.app import serving

    add_user(tmp_path / "users.json", "anna", "a long password")
    config = index.config.replace(chat_root_path="/dateline")
    with serving(lambda: Unclosed(index), config, embed=False, access=Access(tmp_path / "users.json")) as address:
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.goto(f"{address}dateline/?q=Who+is+Tobias+Renn%3F&as_of=2026-03-01")
        page.fill("#username", "anna")
        page.fill("#password", "a long password")
        page.press("#password", "Enter")
        page.wait_for_selector(".bot-row .answer", timeout=60_000)
        page.wait_for_selector("#ask", state="visible")
        assert page.locator(".user-row .question").all_inner_texts() == [ABOUT_A_PERSON]
        page.get_by_role("button", name="Copy link").click()
        page.get_by_text("Copied.").wait_for()
        link = page.evaluate("navigator.clipboard.readText()")
        assert link == f"{address}dateline/?q=Who+is+Tobias+Renn%3F&as_of=2026-03-01"
        # Who is logged in and follows a link to the login is not asked again.
        follow(page, link.replace("/dateline/", "/dateline/login"))
        assert page.url == link
        context.close()


class Unclosed:
    """The index of this module, for a second server: what that closes at its end is not the first one's."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def close(self) -> None:
        """Nothing to close."""


@pytest.mark.slow
def test_a_reader_votes_says_why_and_takes_it_back(open_page: Callable, index: Index) -> None:  # noqa: F811
    page, other = open_page(390), open_page()
    for each in (page, other):
        ask(each, ANSWERED)
        each.wait_for_selector(".evidence .card")
    helpful = page.get_by_role("button", name="Helpful", exact=True)
    assert page.locator(".because").count() == 0
    helpful.press("Enter")
    page.get_by_label("Why?").fill('Right "to the" <i>metre</i>')
    assert helpful.get_attribute("aria-pressed") == "true"
    page.get_by_label("Why?").press("Enter")
    page.get_by_role("button", name="Change the reason").wait_for()
    answer = index.ask(ANSWERED)
    (kept,) = read_votes(index.path)
    assert (kept.question, kept.answer, kept.helpful) == (ANSWERED, answer.text, True)
    assert kept.reason == 'Right "to the" <i>metre</i>' == page.get_by_label("Why?").input_value()
    cited = [sentence.citation for sentence in answer.sentences]
    assert kept.citations == tuple(CitedPlace(each.article.id, each.start, each.end) for each in cited)
    assert "without your name" in page.inner_text(".because")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # Another reader's vote on the same question is another one, and the vote stays through the next question.
    other.get_by_role("button", name="Not helpful").click()
    other.get_by_label("Why?").wait_for()
    assert [found.helpful for found in read_votes(index.path)] == [False, True]
    ask(page, UNANSWERED)
    page.locator(".bot-row").nth(1).locator(".below").wait_for()
    assert helpful.first.get_attribute("aria-pressed") == "true"
    assert page.get_by_label("Why?").input_value() == kept.reason
    helpful.first.click()
    page.wait_for_function("document.querySelectorAll('.because').length === 0")
    assert [found.helpful for found in read_votes(index.path)] == [False]


@pytest.mark.slow
def test_a_vote_or_file_that_cannot_be_made_is_said(
    open_page: Callable, index: Index, monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    page = open_page()
    ask(page, ANSWERED)
    page.wait_for_selector(".evidence .card")
    file = index.path / FILE_NAME
    file.unlink(missing_ok=True)
    file.mkdir()
    page.get_by_role("button", name="Helpful", exact=True).click()
    page.get_by_text("Votes on answers cannot be kept or read").first.wait_for()
    assert page.get_by_role("button", name="Helpful", exact=True).get_attribute("aria-pressed") == "false"
    file.rmdir()
    monkeypatch.setattr(index, "stats", mock.Mock(side_effect=RuntimeError("secret")))
    page.get_by_role("button", name="Markdown").click()
    page.get_by_text("An internal error occurred. The log has the details under").first.wait_for()
    assert "secret" not in page.content()
