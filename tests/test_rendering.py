"""The HTML of the chat: right for honest articles, inert for hostile ones."""

from __future__ import annotations

import dataclasses
import datetime
import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.followup import Resolution
from qa.history import Version
from qa.records import (
    AUTHOR,
    OUTLET,
    Answer,
    Article,
    Citation,
    Conflict,
    EmbedProgress,
    Filters,
    Hit,
    Mention,
    Period,
    Query,
    Sentence,
    ShortAnswer,
    Statement,
    Statistics,
)  # fmt: skip
from qa.web import changes, markup, rendering, understood
from qa.web.asking import Request
from qa.web.background import Phase, State

AS_OF = datetime.date(2026, 11, 24)
NOW = datetime.datetime(2026, 11, 24, 12, 0, tzinfo=datetime.UTC)
TAGS = {
    "a", "article", "bdi", "blockquote", "button", "code", "del", "details", "div", "footer", "h1", "h2", "h3", "h4",
    "header", "input", "ins", "li", "mark", "ol", "p", "progress", "s", "section", "span", "summary", "sup", "time",
    "ul",
}  # fmt: skip
ATTRIBUTES = {
    "aria-label", "aria-live", "class", "data-article", "data-revise", "data-target", "data-turn", "data-value",
    "datetime", "dir", "href", "id", "lang", "max", "rel", "required", "role", "tabindex", "target", "title", "type",
    "value",
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
        self.attributes: list[dict[str, str]] = []

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
        self.attributes.append({name: value or "" for name, value in attrs})
        if tag != "input":
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


def checked(source: str) -> Checker:
    checker = Checker()
    checker.feed(source)
    checker.close()
    assert checker.open == []
    assert not markup.UNSEEN.search(html.unescape(source))
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
    figures = ((reason, 1.0), ("cosine", 2.0))
    hit = Hit(
        source, 0, len(source.text), source.text, 1.0, 1, 2, 3.0, 0.5, also_in=(source,), figures=figures, part=reason
    )
    period = Period(AS_OF, None, True, reason, 0, 1, reason)
    mention = Mention(source.source, OUTLET, True, False, reason, 0, 1, reason)
    query = Query(
        "Why?", 5, Filters(AS_OF, AS_OF, (source.source,)), AS_OF, notes, period, reason, (mention,),
        (reason, reason), (reason,),
    )  # fmt: skip
    found = answered((source, 0, len(source.text)), hits=(hit,), query=query, notes=notes)
    refused = answered(hits=(hit,), reason=reason, query=query)
    others = article("A sentence. Another.", title="Before")
    request = Request(reason, Filters(), None, None, (), Resolution(f"About {reason}?", True, (reason, "It")))
    written = dataclasses.replace(request, as_written=True)
    versions = [Version(number, each, NOW) for number, each in enumerate((others, source, others), start=1)]
    short = ShortAnswer(source.text, reason, 1, 0, len(source.text), reason)
    conflict = Conflict("number", reason, (1,))
    statement = Statement(source.text, (), False, (reason,))
    return [
        rendering.answer_message(found.sentences, 1, current=True),
        rendering.answer_message(found.sentences, 1, current=False),
        rendering.answer_message(found.sentences, 1, current=True, short=short, conflicts=(conflict,)),
        rendering.evidence(found, 1, {source.id: 3}),
        rendering.abstention_message(refused),
        rendering.evidence(refused, 2, {}),
        understood.understood(found, request, 1),
        understood.understood(found, written, 1),
        understood.understood_then(found, request),
        understood.notes(found, 1, AS_OF),
        changes.changes(versions),
        rendering.failure_message(reason, mistaken=True),
        rendering.working_message(reason),
        rendering.question_message(reason),
        rendering.no_evidence(reason),
        rendering.status(State(Phase.FAILED, message=reason)),
        rendering.answer_message(found.sentences, 1, current=True, written=(statement,), model=reason),
    ]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(hostile: str) -> None:
    source = article(
        hostile, title=hostile, source=hostile, authors=(hostile,), url=hostile, section=hostile, status=hostile
    )
    for made in everything(source, reason=hostile, notes=(hostile,)):
        parts = checked(made)
        assert parts.links == []
        visible = markup.UNSEEN.sub("", hostile)
        assert " ".join(visible.split()) in " ".join(parts.text.split())


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_any_text_stays_text(title: str, text: str, url: str) -> None:
    for made in everything(article(text, title=title, source=title, url=url), reason=text, notes=(text,)):
        checked(made)


@pytest.mark.parametrize("url", BAD_LINKS)
def test_only_web_addresses_become_links(url: str) -> None:
    assert markup.safe_link(url) == ""
    assert checked(everything(article(url=url))[3]).links == []


def test_a_web_address_becomes_a_link_that_names_its_real_host() -> None:
    url = 'https://mpa.example@evil.example/a?b=1&c="2"'
    parts = checked(everything(article(url=url))[3])
    assert set(parts.links) == {url}
    assert "Read the original at evil.example" in parts.text


def test_a_fake_citation_mark_in_an_article_is_no_button() -> None:
    parts = checked(everything(article('<button class="number" data-target="evidence-1-1">9</button> [9]'))[0])
    assert parts.tags.count("button") == 1


def test_a_citation_says_what_it_is_to_those_who_do_not_see_it() -> None:
    source = article(title='A "title"', source="", language="pt-BR")
    answer = answered((source, 0, 6), hits=(Hit(source, 0, 6, "First.", 1.0), Hit(article(id="b"), 0, 6, "First.", 1)))
    made = rendering.answer_message(answer.sentences, 1, current=True)
    assert [each.get("aria-label") for each in checked(made).attributes if each.get("type") == "button"] == [
        'Citation 1: A "title", Unknown outlet'
    ]
    assert '<p dir="auto" lang="pt-BR">“First.”</p>' in made
    shown = checked(rendering.evidence(answer, 1, {}))
    assert "Citation 1A" in shown.text and "First.Citation 1" in shown.text
    assert "1 citation, 1 other passage" in shown.text
    assert [each["lang"] for each in shown.attributes if "lang" in each] == ["pt-BR", "pt-BR"]


@pytest.mark.parametrize("tag", ["", "English", "e", "en_GB", 'en" onload="x', "en-", "en\n"])
def test_a_language_that_is_no_tag_is_left_out(tag: str) -> None:
    assert markup.language(tag) == ""


def test_states_without_an_answer_read_differently() -> None:
    hit = Hit(article(), 0, 6, "First.", 1.0)
    said = [
        checked(made).text
        for made in (
            rendering.abstention_message(answered(hits=(hit,), reason="No.")),
            rendering.abstention_message(answered(hits=(), reason="No.")),
            rendering.failure_message("No.", mistaken=True),
            rendering.failure_message("No.", mistaken=False),
        )
    ]
    assert said == [
        "The archive does not answer this.No.", "Nothing was found in the archive.No.", "This cannot be askedNo.",
        "Something went wrong; this is no answerNo.",
    ]  # fmt: skip
    assert "No passage was found" in rendering.evidence(answered(hits=()), 1, {})


def test_the_short_answer_is_marked_in_its_sentence_and_named_above() -> None:
    source = article("One. He came on\n 9 May & left. He left on Tuesday.")
    answer = answered((source, 5, 30), (source, 31, 50), hits=())
    short = ShortAnswer("9 May", "date", 1, 17, 22)
    assert source.text[17:22] == "9 May"
    made = rendering.answer_message(answer.sentences, 1, current=False, short=short)
    assert checked(made).marks == ["9 May"]
    assert "“He came on <mark>9 May</mark> &amp; left.”" in made
    assert made.startswith('<div class="answer"><p class="short" dir="auto">9 May</p>')
    counted = ShortAnswer("Tuesday", "date", 2, 42, 49, "2 September 2025")
    made = rendering.answer_message(answer.sentences, 1, current=False, short=counted)
    assert checked(made).text.startswith(
        "Tuesday [2 September 2025, computed from the article’s date]“He came on 9 May"
    )
    assert "on <mark>Tuesday</mark>." in made
    # While its sentence is not shown yet, neither is the short answer.
    assert checked(rendering.answer_message(answer.sentences[:1], 1, current=False, short=counted)).marks == []


def test_what_disagrees_is_told_once_its_sentences_are_shown() -> None:
    source = article("One. Two. Three.")
    answer = answered((source, 0, 4), (source, 5, 9), hits=())
    conflict = Conflict("number", "The Gull says 1 [1], The <b>Eel</b> says 2 [2].", (2, 1))
    made = rendering.answer_message(answer.sentences, 1, current=False, conflicts=(conflict,))
    assert "The <b>Eel</b> says 2 [2].“One.”" in checked(made).text
    made = rendering.answer_message(answer.sentences[:1], 1, current=False, conflicts=(conflict,))
    assert "Eel" not in made


def test_what_a_language_model_wrote_is_told_once_its_sentences_are_shown() -> None:
    source = article("One. Two. Three.")
    answer = answered((source, 0, 4), (source, 5, 9), hits=())
    written = (Statement("It is <b>two</b> [2].", (2,)), Statement("Or <i>four</i>.", (), False, ("it cites nothing",)))
    made = rendering.answer_message(answer.sentences, 1, current=False, written=written, model="<tiny>")
    assert (
        "It is <b>two</b> [2]. Or <i>four</i>. (not borne out: it cites nothing)"
        "Written by <tiny>; each sentence was checked against these quotations:“One.”"
    ) in checked(made).text
    assert made.count('<span class="doubtful">') == 1
    made = rendering.answer_message(answer.sentences[:1], 1, current=False, written=written, model="tiny")
    assert "two" not in made


def test_context_is_marked_as_such() -> None:
    source = article("One. He left.")
    first = Sentence("He left.", Citation(source, 5, 13, 1), 1.0)
    before = Sentence("One.", Citation(source, 0, 4, 2), 0.0, leads_to=1)
    made = rendering.answer_message((first, before), 1, current=False)
    assert made.count('<blockquote class="context">') == 1
    assert checked(made).text.endswith("“One.”Citation 2 — The Gull, 9 Sep 2025, just before [1]")


def test_marks_stand_exactly_on_the_quoted_sentences() -> None:
    text = "Lead & <b>.\n\nSecond “one”.  Third.\n\nFourth."
    source = article(text)
    hit = Hit(source, 0, len(text) - 9, text[:-9], 1.0)
    second, third = text.index("Second"), text.index("Third")
    answer = answered((source, third, third + 6), (source, second, second + 13), hits=(hit,))
    made = rendering.evidence(answer, 7, {})
    parts = checked(made)
    assert parts.marks == ["Second “one”.", "Third."]
    assert "Lead & <b>." in parts.text and "Fourth" not in parts.text and parts.text.count("…") == 1
    assert 'id="evidence-7-1" tabindex="-1">Third.' in made
    assert 'data-target="evidence-7-1"' in rendering.answer_message(answer.sentences, 7, current=True)


def test_overlapping_quotes_are_marked_once() -> None:
    source = article("One two three four.")
    hit = Hit(source, 0, 19, source.text, 1.0)
    answer = answered((source, 0, 13), (source, 8, 19), (source, 2, 5), hits=(hit,))
    assert "".join(checked(rendering.evidence(answer, 1, {})).marks) == source.text


def test_a_passage_inside_an_article_is_cut_on_both_sides() -> None:
    source = article()
    made = rendering.passage_html(Hit(source, 7, 18, "Second one.", 1.0), (), 1)
    assert checked(made).text == "… Second one. …"


def test_each_passage_says_where_it_is_from_and_why_it_is_here() -> None:
    moment = datetime.datetime(2025, 9, 9, 10, 15, tzinfo=datetime.UTC)
    reprint = article(id="a2", source="Radio Osk", published=datetime.date(2025, 9, 10), url="https://osk.example/2")
    source = article(published=moment, updated=NOW, status="corrected", authors=("A. Writer",))
    figures = (("this_week", 0.25), ("these_months", 0.5), ("cosine", 2.0), ("outlet", 0.001))
    hit = Hit(source, 0, 6, "First.", 2.75, None, 3, None, 0.25, (reprint, article(source="")), figures, "What?")
    text = checked(rendering.evidence(answered((source, 0, 6), hits=(hit,)), 1, {})).text
    for part in (
        "The Gull · A. Writer · 9 September 2025, 10:15 UTC", "Corrected", "Updated 24 November 2026, 12:00 UTC",
        "Also in: Radio Osk (10 Sep 2025), Unknown outlet (9 Sep 2025)",
        "Why it is here for the part “What?”: not among the best by words",
        "number 3 by meaning (cosine 0.25). Score 2.75, made of meaning 2.00, recency 0.75.",
    ):  # fmt: skip
        assert part in text


def test_what_was_not_quoted_is_folded_away_except_in_a_refusal() -> None:
    source, other = article(), article(id="a2", title="Other")
    hits = (Hit(other, 0, 6, "First.", 1.0), Hit(source, 0, 6, "First.", 0.5))
    assert "1 other passage found" in checked(rendering.evidence(answered((source, 0, 6), hits=hits), 1, {})).text
    refused = checked(rendering.evidence(answered(hits=hits, reason="No."), 1, {}))
    assert "details" not in refused.tags and "What came nearest" in refused.text


def test_what_changed_is_offered_where_there_are_versions() -> None:
    source = article(id='a"1')
    answer = answered((source, 0, 6), hits=(Hit(source, 0, 6, "First.", 1.0),))
    offered = checked(rendering.evidence(answer, 1, {'a"1': 3}))
    assert "What changed (3 versions)" in offered.text
    assert [each["data-article"] for each in offered.attributes if "data-article" in each] == ['a"1']
    assert "What changed" not in checked(rendering.evidence(answer, 1, {'a"1': 1})).text


# How a question was understood

COMPLETE = Request("Why?", Filters(), None, None)


def asked(**values: object) -> Answer:
    fields: dict = {"text": "Why?", "k": 5, "filters": Filters(), "as_of": AS_OF}
    return answered(hits=(), query=Query(**{**fields, **values}))


def chips_of(answer: Answer, *, today: bool = True) -> list[str]:
    return chips_in(made_of(answer, today))


def chips_in(source: str) -> list[str]:
    """What each chip says as long as it is closed."""
    found = re.findall(r"(?:<summary[^>]*>|<span class=\"label\">)(.*?)(?:</summary>|</span>)", source)
    return [html.unescape(re.sub("<[^>]*>", "", each)) for each in found]


def made_of(answer: Answer, today: bool = True) -> str:
    return understood.understood(answer, dataclasses.replace(COMPLETE, as_of=None if today else AS_OF), 4)


def revisions_in(source: str) -> list[tuple[str, str | None]]:
    """What each button changes: its kind and value; a value of None is that of the field."""
    attributes = [each for each in checked(source).attributes if "data-revise" in each]
    assert all(each["data-turn"] == "4" for each in attributes)
    return [(each["data-revise"], each.get("data-value")) for each in attributes]


def test_chips_say_what_was_understood_and_why() -> None:
    october = datetime.date(2026, 10, 1), datetime.date(2026, 10, 31)
    answer = asked(
        period=Period(*october, False, "last month", 0, 10, "R1"), current="latest", parts=("One?", "Two?"),
        notes=("R1; articles of these days count more", "“latest” asks for what holds now"),
        mentions=(
            Mention("The Gull", OUTLET, False, False, "the Gull", 0, 8, "R2"),
            Mention("Radio Osk", OUTLET, True, False, "only in Osk", 0, 11, "R3"),
            Mention("A. Writer", AUTHOR, False, True, "not by Writer", 0, 13, "R4"),
        ),
        ignored=("so far",), filters=Filters(None, AS_OF, ("A", "B")),
    )  # fmt: skip
    labels = [
        "Asked as of today, 24 November 2026", "Published to 24 November 2026", "Only A, B",
        "“last month”: 1–31 October 2026, preferred", "“latest”: recent articles preferred", "The Gull: preferred",
        "Radio Osk: only", "A. Writer: left out", "Asked in 2 parts", "Ignored: “so far”",
    ]  # fmt: skip
    assert chips_of(answer) == labels
    text = checked(made_of(answer)).text
    for part in (
        "R1; articles of these days count more",
        "“latest” asks for what holds now",
        "R2R",
        "R3",
        "R4",
        "One?",
    ):
        assert part.removesuffix("R") in text
    assert revisions_in(made_of(answer)) == [
        ("as_of", None), ("ignore", "last month"), ("ignore", "latest"), ("ignore", "the Gull"),
        ("ignore", "only in Osk"), ("ignore", "not by Writer"), ("heed", "so far"),
    ]  # fmt: skip
    then = checked(understood.understood_then(answer, COMPLETE))
    assert then.text.startswith("Asked as of 24 November 2026 · Published to") and "button" not in then.tags
    assert then.text.endswith("Asked in 2 parts · “so far” ignored")


def test_a_day_that_was_chosen_can_be_given_up_for_today() -> None:
    assert chips_of(asked(), today=False) == ["Asked as of 24 November 2026"]
    assert revisions_in(made_of(asked(), False)) == [("as_of", None), ("as_of", "")]


def test_a_period_that_names_its_days_is_said_once() -> None:
    period = Period(AS_OF, AS_OF, True, "24 November 2026", 0, 16, "")
    assert chips_of(asked(period=period))[1] == "24 November 2026, only"


def test_every_button_has_a_name_and_every_chip_its_reason_as_a_tooltip() -> None:
    parts = checked(made_of(asked(current="now", notes=("“now” asks",), ignored=("then",))))
    names = [each["aria-label"] for each in parts.attributes if "data-value" in each]
    assert names == ["Do not interpret “now”; ask again", "Interpret “then” again; ask again"]
    assert "“now” asks" in [each["title"] for tag, each in zip(parts.tags, parts.attributes, strict=True)
                           if tag == "summary"]  # fmt: skip


def test_a_follow_up_says_first_what_it_was_taken_to_ask_and_can_be_asked_as_written() -> None:
    whole = Resolution("When did Ms. Quill pass “A & B”?", True, ("“she” is Ms. Quill", "“it” is “A & B”"))
    request = Request("When did she pass it?", Filters(), None, None, resolution=whole)
    made = understood.understood(asked(), request, 4)
    today = "Asked as of today, 24 November 2026"
    assert chips_in(made) == ["Understood as: When did Ms. Quill pass “A & B”?", today]
    # "Understood as" is said once, and the reasons when the chip is opened.
    assert checked(made).text.startswith("Understood as: When") and "“she” is Ms. Quill; “it” is “A &amp; B”" in made
    assert revisions_in(made) == [("as_written", ""), ("as_of", None)]
    then = checked(understood.understood_then(asked(), request)).text
    assert then == "Understood as: When did Ms. Quill pass “A & B”? · Asked as of 24 November 2026"
    request = dataclasses.replace(request, as_written=True)
    made = understood.understood(asked(), request, 4)
    assert chips_in(made) == ["Asked as written, not as “When did Ms. Quill pass “A & B”?”", today]
    assert revisions_in(made) == [("made_whole", ""), ("as_of", None)]
    then = checked(understood.understood_then(asked(), request)).text
    assert then == "Asked as of 24 November 2026"


def test_each_note_has_its_line_and_a_long_past_archive_its_button() -> None:
    answer = answered(hits=(), notes=("One.", "Two."))
    assert checked(understood.notes(answer, 4, None)).tags == ["ul", "li", "li"]
    made = understood.notes(answer, 4, AS_OF)
    assert revisions_in(made) == [("as_of", "2026-11-24")]
    assert checked(made).text == "One.Two.Ask as of 24 November 2026"
    assert understood.notes(answered(hits=()), 4, None) == ""


# What changed


def versions_of(*articles: Article) -> list[Version]:
    return [Version(number, each, NOW) for number, each in enumerate(articles, start=1)]


def test_what_changed_is_marked_by_word_the_newest_version_first() -> None:
    first = article("It cost 64 merks. It rained. It ended.", title="Old title")
    second = article("It cost 46 merks. It rained.", status="corrected", updated=AS_OF)
    made = changes.changes(versions_of(first, second, article("It cost 46 merks. It rained. They sang & danced.")))
    assert made == (
        '<h4>Version 3, updated</h4><p class="after" dir="auto"><ins>They sang &amp; danced.</ins></p>'
        '<h4>Version 2, corrected 24 November 2026</h4>'
        '<p class="before" dir="auto"><span class="field">Title:</span> <del>Old</del> title</p>'
        '<p class="after" dir="auto"><span class="field">Title:</span> <ins>A</ins> title</p>'
        '<p class="before" dir="auto">It cost <del>64</del> merks.</p>'
        '<p class="after" dir="auto">It cost <ins>46</ins> merks.</p>'
        '<p class="before" dir="auto"><del>It ended.</del></p>'
    )  # fmt: skip


def test_what_a_withdrawn_article_said_is_not_shown() -> None:
    made = changes.changes(versions_of(article("It was forged."), article("", title="Gone", status="withdrawn")))
    assert "withdrawn" in made and "forged" not in made and "A title" not in made
    assert "no longer in the archive" in changes.changes([])


def test_long_histories_and_long_changes_are_cut_with_a_count() -> None:
    texts = [" ".join(f"Sentence {number} of {version}." for number in range(60)) for version in ("ours", "yours")]
    made = changes.changes(versions_of(*(article(texts[number % 2]) for number in range(9))))
    assert made.count("<h4>") == 5 and made.endswith('<p class="note">3 earlier changes, not shown.</p>')
    assert made.count("20 further changes, not shown.") == 5


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


def test_the_masthead_says_when_the_archive_is_long_past() -> None:
    def shown(days: int) -> str:
        return checked(rendering.masthead(statistics(), NOW.replace(month=11, day=14) + datetime.timedelta(days))).text

    assert "It ends" not in shown(30)
    assert "It ends 31 days before today." in shown(31) and "ask as of 14 November 2026." in shown(31)


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
