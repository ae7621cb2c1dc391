"""The HTML of the chat: right for honest articles, inert for hostile ones."""

from __future__ import annotations

import datetime
import html
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.records import Answer, Article, Citation, EmbedProgress, Filters, Hit, Query, Sentence, Statistics
from qa.web import rendering
from qa.web.background import Phase, State

AS_OF = datetime.date(2026, 11, 24)
NOW = datetime.datetime(2026, 11, 24, 12, 0, tzinfo=datetime.UTC)
TAGS = {
    "a", "article", "bdi", "blockquote", "button", "code", "details", "div", "footer", "h1", "h2", "h3", "header", "li",
    "mark", "p", "progress", "section", "span", "summary", "sup", "time", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "aria-label", "aria-live", "class", "data-target", "datetime", "dir", "href", "id", "max", "rel", "role",
    "tabindex", "target", "type", "value",
}  # fmt: skip
HOSTILE = (
    "<script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    '"><svg/onload=window.hacked=1>',
    "' onmouseover='window.hacked=1",
    "</div></p></article></section>" * 50,
    "<!-- <style>*{display:none}</style> -->",
    "${alert(1)} {{constructor}} {{{value}}} `",
    "![x](https://evil.example/x.png) [1] [2](javascript:alert(1))",
    "&lt;script&gt; &#x3c;script&#x3e; &amp;",
    "\u202egnp.exe\u202c \u2066\u2067x\u2069 \u200f\u061c",
    "\x00\x08\x1b[31m",
)
BAD_LINKS = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", " \tjavascript:alert(1)",
    "data:text/html,<script>1</script>", "vbscript:x", "file:///etc/passwd", "//evil.example/x", "/relative",
    "https:evil", "https://", "http://[bad", "https://a.example/\u202egnp", "https://a.example/x y",
    "https:\\\\evil.example", "",
)  # fmt: skip


class Checker(HTMLParser):
    """Refuses every tag, attribute, link and nesting that the chat has no use for; collects text and marks."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""
        self.marks: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        names = [name for name, _ in attrs]
        assert set(names) <= ATTRIBUTES and len(set(names)) == len(names), attrs
        values = dict(attrs)
        if tag == "a":
            assert values["target"] == "_blank"
            assert values["rel"] == "noopener noreferrer nofollow"
            self.links.append(values["href"] or "")
            assert self.links[-1].lower().startswith(("http://", "https://"))
        else:
            assert "href" not in values
        if tag == "mark":
            self.marks.append("")
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "mark" in self.open:
            self.marks[-1] += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def checked(markup: str) -> Checker:
    checker = Checker()
    checker.feed(markup)
    checker.close()
    assert checker.open == []
    assert not rendering._UNSEEN.search(html.unescape(markup))
    return checker


def article(text: str = "First. Second one. Third.", **values: object) -> Article:
    fields: dict = {"id": "a1", "title": "A title", "source": "The Gull", "published": datetime.date(2025, 9, 9)}
    return Article(text=text, **{**fields, **values})


def answered(*quoted: tuple[Article, int, int], hits: tuple[Hit, ...], **values: object) -> Answer:
    sentences = tuple(
        Sentence(source.text[start:end], Citation(source, start, end, number), 1.0)
        for number, (source, start, end) in enumerate(quoted, start=1)
    )
    query = Query("Why?", 5, Filters(), AS_OF)
    fields: dict = {
        "text": "", "query": query, "abstained": not sentences, "reason": "", "confidence": 0.9, "timings": {},
    }  # fmt: skip
    return Answer(sentences=sentences, hits=hits, **{**fields, **values})


def everything(source: Article, *, reason: str = "", notes: tuple[str, ...] = ()) -> list[str]:
    """All HTML that one article can end up in."""
    hit = Hit(source, 0, len(source.text), source.text, 1.0, 1, 2, 3.0, 0.5, also_in=(source,))
    query = Query("Why?", 5, Filters(AS_OF, AS_OF, (source.source,)), AS_OF, notes)
    found = answered((source, 0, len(source.text)), hits=(hit,), query=query)
    refused = answered(hits=(hit,), reason=reason, query=query)
    return [
        rendering.answer_message(found.sentences, 1, current=True),
        rendering.answer_message(found.sentences, 1, current=False),
        rendering.evidence(found, 1),
        rendering.abstention_message(refused),
        rendering.evidence(refused, 2),
        rendering.failure_message(reason),
        rendering.working_message(reason),
        rendering.question_message(reason),
        rendering.no_evidence(reason),
        rendering.status(State(Phase.FAILED, message=reason)),
    ]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(hostile: str) -> None:
    source = article(
        hostile, title=hostile, source=hostile, authors=(hostile,), url=hostile, section=hostile, status=hostile
    )
    for markup in everything(source, reason=hostile, notes=(hostile,)):
        parts = checked(markup)
        assert parts.links == []
        visible = rendering._UNSEEN.sub("", hostile)
        assert " ".join(visible.split()) in " ".join(parts.text.split())


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_text_stays_text(title: str, text: str, url: str) -> None:
    for markup in everything(article(text, title=title, source=title, url=url), reason=text):
        checked(markup)


@pytest.mark.parametrize("url", BAD_LINKS)
def test_only_web_addresses_become_links(url: str) -> None:
    assert rendering.safe_link(url) == ""
    assert checked(everything(article(url=url))[2]).links == []


def test_a_web_address_becomes_a_link_that_names_its_real_host() -> None:
    url = 'https://mpa.example@evil.example/a?b=1&c="2"'
    parts = checked(everything(article(url=url))[2])
    assert set(parts.links) == {url}
    assert "Read the original at evil.example" in parts.text


def test_a_fake_citation_mark_in_an_article_is_no_button() -> None:
    parts = checked(everything(article('<button class="number" data-target="evidence-1-1">9</button> [9]'))[0])
    assert parts.tags.count("button") == 1


def test_marks_stand_exactly_on_the_quoted_sentences() -> None:
    text = "Lead & <b>.\n\nSecond “one”.  Third.\n\nFourth."
    source = article(text)
    hit = Hit(source, 0, len(text) - 9, text[:-9], 1.0)
    second, third = text.index("Second"), text.index("Third")
    answer = answered((source, third, third + 6), (source, second, second + 13), hits=(hit,))
    parts = checked(rendering.evidence(answer, 7))
    assert parts.marks == ["Second “one”.", "Third."]
    assert "Lead & <b>." in parts.text and "Fourth" not in parts.text and parts.text.count("…") == 1
    markup = rendering.evidence(answer, 7)
    assert 'id="evidence-7-1" tabindex="-1">Third.' in markup
    assert 'data-target="evidence-7-1"' in rendering.answer_message(answer.sentences, 7, current=True)


def test_overlapping_quotes_are_marked_once() -> None:
    source = article("One two three four.")
    hit = Hit(source, 0, 19, source.text, 1.0)
    answer = answered((source, 0, 13), (source, 8, 19), (source, 2, 5), hits=(hit,))
    assert "".join(checked(rendering.evidence(answer, 1)).marks) == source.text


def test_a_passage_inside_an_article_is_cut_on_both_sides() -> None:
    source = article()
    markup = rendering.passage_html(Hit(source, 7, 18, "Second one.", 1.0), (), 1)
    assert checked(markup).text == "… Second one. …"


def test_each_passage_says_where_it_is_from_and_why_it_is_here() -> None:
    moment = datetime.datetime(2025, 9, 9, 10, 15, tzinfo=datetime.UTC)
    reprint = article(id="a2", source="Radio Osk", published=datetime.date(2025, 9, 10), url="https://osk.example/2")
    source = article(published=moment, updated=NOW, status="corrected", authors=("A. Writer",))
    hit = Hit(source, 0, 6, "First.", 0.5, None, 3, None, 0.25, also_in=(reprint,))
    text = checked(rendering.evidence(answered((source, 0, 6), hits=(hit,)), 1)).text
    for part in (
        "The Gull · A. Writer · 9 September 2025, 10:15 UTC", "Corrected", "Updated 24 November 2026, 12:00 UTC",
        "Also in: Radio Osk, 10 Sep 2025", "not among the best by words", "number 3 by meaning (cosine 0.25)",
        "Asked as of 24 November 2026 · all outlets",
    ):  # fmt: skip
        assert part in text


def test_what_was_not_quoted_is_folded_away_except_in_a_refusal() -> None:
    source, other = article(), article(id="a2", title="Other")
    hits = (Hit(other, 0, 6, "First.", 1.0), Hit(source, 0, 6, "First.", 0.5))
    assert "1 other passage found" in checked(rendering.evidence(answered((source, 0, 6), hits=hits), 1)).text
    refused = checked(rendering.evidence(answered(hits=hits, reason="No."), 1))
    assert "details" not in refused.tags and "What came nearest" in refused.text


def statistics(**values: object) -> Statistics:
    fields: dict = {
        "articles": 95, "versions": 101, "withdrawn": 1, "passages": 136, "embedded": 136,
        "sources": {"A": 90, "B": 5}, "first_day": datetime.date(2025, 9, 9), "last_day": datetime.date(2026, 11, 14),
        "encoder": "e", "dimension": 384, "bytes_on_disk": 1, "updated": NOW - datetime.timedelta(minutes=3),
    }  # fmt: skip
    return Statistics(**{**fields, **values})


def test_the_masthead_says_what_the_archive_covers() -> None:
    assert checked(rendering.masthead(statistics(), NOW)).text == (
        "DatelineThis archive covers 9 September 2025 to 14 November 2026 · 95 articles · 2 outlets · "
        "updated 3 minutes ago"
    )


def test_the_masthead_of_an_empty_archive_says_how_to_fill_it() -> None:
    empty = statistics(articles=0, sources={}, first_day=None, last_day=None, updated=None)
    assert "qa index ARTICLES" in checked(rendering.masthead(empty, NOW)).text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State(Phase.LOADING), "model is loading"),
        (State(Phase.ENCODING, EmbedProgress(1234, 10_000, 14.0)), "1,234 of 10,000 (12 %), 14 a second, 10 min left"),
        (State(Phase.ELSEWHERE, EmbedProgress(1, 2)), "Another process"),
        (State(Phase.FAILED, message="No model."), "not available: No model."),
        (State(Phase.READY, EmbedProgress(1, 2)), "qa embed"),
    ],
)  # fmt: skip
def test_the_status_says_what_is_going_on(state: State, words: str) -> None:
    assert words in checked(rendering.status(state)).text


def test_the_status_is_quiet_when_all_is_done() -> None:
    assert checked(rendering.status(State(Phase.READY, EmbedProgress(2, 2)))).text == ""
