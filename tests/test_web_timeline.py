"""The timeline of what a question asks for: what is counted, how it is divided, and the days chosen from it."""

from __future__ import annotations

import datetime
import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from support import CONFIG, hashed_index
from test_web_browser import ask, browser  # noqa: F401

from qa.index import Index
from qa.records import Article, Filters
from qa.timeline import Timeline
from qa.web import timeline
from qa.web.asking import Turn
from qa.web.conversation import Conversations
from qa.web.timeline import Bar
from qa.web.timeline_plot import OTHERS, PlotEvents, table

QUESTION = "What happened to the zorblax of Quillon?"


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def story(name: str, published: str, text: str, source: str = "The Gull") -> Article:
    return Article(name, f"Title {name}", text, source, day(published) if published else None)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    index = hashed_index(tmp_path / "index", CONFIG.replace(answer_threshold=0.0))
    filler = " ".join(["Nothing else was said of the harbour, the council or the ferry on that long grey day."] * 4)
    index.add(
        [
            story("both", "2026-03-02", "The zorblax of Quillon sank."),
            story("later", "2026-03-04", "In Quillon, a zorblax rose.", "Radio Osk"),
            story("same day", "2026-03-04", "Quillon mourned its zorblax.", "Radio Osk"),
            story("undated", "", "A zorblax in Quillon."),
            # In two passages of one article.
            story("apart", "2026-03-09", f"The zorblax slept. {filler} Quillon did, too."),
            # One word of two, the more frequent one, is less than half.
            story("one word", "2026-03-05", "Quillon had rain."),
            story("one more", "2026-03-06", "Quillon had snow."),
            story("none", "2026-03-07", "A harbour had fog."),
        ]
    )
    yield index
    index.close()


# What is counted


def test_articles_count_that_hold_most_of_the_words(index: Index) -> None:
    found = index.timeline(index.interpret(QUESTION))
    assert found.counts == (
        (day("2026-03-02"), "The Gull", 1), (day("2026-03-04"), "Radio Osk", 2), (day("2026-03-09"), "The Gull", 1),
    )  # fmt: skip
    assert found.articles == 4 and found.undated == 1 and found.complete


def test_the_readers_limits_count_and_a_period_in_the_words_does_not(index: Index) -> None:
    query = index.interpret(QUESTION, filters=Filters(day("2026-03-03"), day("2026-03-08")))
    assert index.timeline(query).counts == ((day("2026-03-04"), "Radio Osk", 2),)
    assert index.timeline(query).undated == 0
    query = index.interpret(QUESTION, filters=Filters(sources=("the gull",)))
    assert [source for _, source, _ in index.timeline(query).counts] == ["The Gull", "The Gull"]
    assert index.timeline(index.interpret(QUESTION, filters=Filters(sources=("Nobody",)))) == Timeline()
    query = index.interpret("What happened to the zorblax of Quillon on 2 March 2026?")
    assert query.period and query.period.hard and index.timeline(query).articles == 4


def test_a_question_that_names_nothing_has_no_timeline(index: Index) -> None:
    for question in ("What happened?", "What happened in March 2026?", "Who is Bartholomew Nobody?"):
        assert index.timeline(index.interpret(question)) == Timeline()


def test_where_too_many_passages_hold_a_word_the_count_says_at_least(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.timeline._PASSAGES", 3)
    found = index.timeline(index.interpret(QUESTION))
    assert not found.complete and 0 < found.articles + found.undated <= 3
    assert "<p>At least" in timeline.heading(found, "Day", {}, False)


# How it is divided


def counted(*days: str) -> Timeline:
    return Timeline(tuple((day(each), "The Gull", 1) for each in days))


@pytest.mark.parametrize(
    ("days", "periods"),
    [
        ((), []),
        (("2026-03-02",), [("2026-03-02", "2026-03-02", "2 Mar 2026", 1)]),
        (
            ("2026-02-28", "2026-03-02"),
            [("2026-02-28", "2026-02-28", "28 Feb 2026", 1), ("2026-03-01", "2026-03-01", "1 Mar 2026", 0),
             ("2026-03-02", "2026-03-02", "2 Mar 2026", 1)],
        ),
        (
            ("2026-03-04", "2026-03-08", "2026-04-06"),
            [("2026-03-02", "2026-03-08", "2 Mar 2026", 2),
             ("2026-03-09", "2026-03-15", "9 Mar 2026", 0),
             ("2026-03-16", "2026-03-22", "16 Mar 2026", 0),
             ("2026-03-23", "2026-03-29", "23 Mar 2026", 0),
             ("2026-03-30", "2026-04-05", "30 Mar 2026", 0),
             ("2026-04-06", "2026-04-12", "6 Apr 2026", 1)],
        ),
    ],
)  # fmt: skip
def test_periods_follow_each_other_without_a_gap(days: tuple[str, ...], periods: list[tuple[Any, ...]]) -> None:
    found = timeline.bars(counted(*days))
    assert [
        (str(bar.first), str(bar.last), bar.label, sum(number for _, number in bar.counts)) for bar in found
    ] == periods


@pytest.mark.parametrize(
    ("first", "last", "number", "label", "ends"),
    [
        ("2026-03-01", "2026-03-31", 31, "1 Mar 2026", "2026-03-01"),
        ("2026-03-01", "2026-04-01", 6, "23 Feb 2026", "2026-03-01"),
        ("2025-12-15", "2026-07-30", 8, "Dec 2025", "2025-12-31"),
        ("2020-02-29", "2024-02-29", 49, "Feb 2020", "2020-02-29"),
        ("1998-05-05", "2026-01-01", 29, "1998", "1998-12-31"),
        ("0001-01-01", "9999-12-31", 9999, "1", "0001-12-31"),
        ("9999-12-30", "9999-12-31", 2, "30 Dec 9999", "9999-12-30"),
    ],
)  # fmt: skip
def test_the_span_chooses_days_weeks_months_or_years(first: str, last: str, number: int, label: str, ends: str) -> None:
    found = timeline.bars(counted(first, last))
    assert len(found) == number and found[0].label == label and found[0].last == day(ends)
    assert found[0].first <= day(first) and found[-1].first <= day(last) <= found[-1].last
    assert all(one.last + datetime.timedelta(1) == other.first for one, other in itertools.pairwise(found))


def test_the_smaller_outlets_are_drawn_as_one() -> None:
    first, second = day("2026-03-01"), day("2026-03-02")
    counts = tuple((first, f"Outlet {number}", 10 - number) for number in range(8))
    rows = table(timeline.bars(Timeline((*counts, (second, "Outlet 0", 1), (second, "", 1)))))
    of_first = rows[rows["period"] == "1 Mar 2026"]
    assert dict(zip(of_first["outlet"], of_first["articles"], strict=True)) == {
        **{f"Outlet {number}": 10 - number for number in range(5)}, OTHERS: 5 + 4 + 3,
    }  # fmt: skip
    assert set(rows[rows["period"] == "2 Mar 2026"]["outlet"]) == {"Outlet 0", OTHERS}
    assert rows["articles"].sum() == sum(range(3, 11)) + 2
    # A day without articles keeps its place.
    rows = table(timeline.bars(counted("2026-03-01", "2026-03-03")))
    assert rows["articles"].tolist() == [1, 0, 1]


# On the page


def asked(index: Index, question: str, **values: str) -> tuple[Turn, ...]:
    fields = {"published_from": "", "published_to": "", **values}
    shown = Conversations(index, None).ask(question, [], *fields.values(), "", 5, ())
    return list(shown)[-1].turns  # type: ignore[no-any-return]


def test_the_timeline_says_what_it_counts(index: Index) -> None:
    chart, heading, listed, said, found = PlotEvents(index).shown(asked(index, QUESTION))
    assert said == "" and len(found) == 8
    assert "<p>4 articles hold most words of the question, rare ones counting more. 1 more has no day. " in heading
    assert heading.count("<li>") == 2 and "<bdi>Radio Osk</bdi></li>" in heading
    assert 'data-bar="2">4 Mar 2026</button></th><td>2</td><td><bdi>Radio Osk</bdi> 2</td>' in listed
    assert listed.count("data-bar") == 3
    assert chart.value["data"] == [list(row) for row in table(found).itertuples(index=False)]
    assert chart.sort == [bar.label for bar in found]
    _, heading, *_ = PlotEvents(index).shown(asked(index, QUESTION, published_from="2026-03-09"))
    assert "<p>1 article holds most words" in heading and "within the limits that you set" in heading


def test_without_an_answer_there_is_no_timeline(index: Index) -> None:
    events = PlotEvents(index)
    for turns in ((), (Turn("Why?", failure="No."),), (Turn("Why?", stopped=True),), asked(index, "What happened?")):
        assert events.shown(turns) == (gr.skip(), "", "", "", ())


def test_days_that_are_chosen_fill_the_fields_and_say_so(index: Index) -> None:
    events, turns = PlotEvents(index), asked(index, QUESTION)
    found = events.shown(turns)[-1]
    selection = gr.SelectData(None, {"value": ["3 Mar 2026", "4 Mar 2026"], "index": [0, 1], "selected": True})
    first, last, said = events.selected(found, turns, selection)
    assert (first, last) == ("2026-03-03", "2026-03-04") and "are set to 3–4 March 2026" in said
    assert 'data-revise="within" data-turn="1" data-value="2026-03-03/2026-03-04"' in said
    assert events.chosen(found, turns, gr.EventData(None, {"bar": 7}))[:2] == ("2026-03-09", "2026-03-09")
    for data in ({}, {"bar": 8}, {"bar": -1}, {"bar": "1"}, None):
        assert events.chosen(found, turns, gr.EventData(None, data))[0] == gr.skip()
    for value in (None, [], ["another"], 5):
        selection = gr.SelectData(None, {"value": value, "index": 0, "selected": True})
        assert events.selected(found, turns, selection)[0] == gr.skip()


def test_the_last_question_is_asked_again_within_the_days(index: Index) -> None:
    turns = asked(index, QUESTION)
    data = gr.EventData(None, {"kind": "within", "turn": 1, "value": "2026-03-03/2026-03-04"})
    *_, last = Conversations(index, None).revise("", turns, data)
    assert last.turns[-1].request.filters == Filters(day("2026-03-03"), day("2026-03-04"))
    assert {hit.article.day for hit in last.turns[-1].answer.hits} == {day("2026-03-04")}
    data = gr.EventData(None, {"kind": "within", "turn": 1, "value": "soon/2026-03-04"})
    *_, last = Conversations(index, None).revise("", turns, data)
    assert "The first day is not a date (soon)" in last.chat[-1]["content"].value


def test_what_articles_say_stays_text() -> None:
    hostile = "</td><img src=x onerror=hack()>\u202e"
    found = (Bar("Week", day("2026-03-01"), day("2026-03-01"), hostile, ((hostile, 1),)),)
    words = timeline.heading(Timeline(), "Week", {hostile: hostile}, False) + timeline.listed(found)
    assert "<img" not in words and "\u202e" not in words and 'onerror="' not in words
    assert "<img" not in timeline.chosen(hostile, hostile, 1)


# In the browser


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Index, str]]:
    """A chat that answers one question at a time."""
    from qa.web.app import serving

    config = CONFIG.replace(port=0, answer_threshold=0.0, chat_concurrency=1)
    index = hashed_index(tmp_path_factory.mktemp("crowded") / "index", config)
    index.add(
        [
            story("one", "2026-03-02", "The zorblax of Quillon sank."),
            story("two", "2026-03-04", "In Quillon, a zorblax rose.", "Radio Osk"),
        ]
    )
    with serving(lambda: index, config, examples=[QUESTION], embed=False) as address:
        yield index, address


def opened(browser: Any, address: str, failures: list[str]) -> Any:  # noqa: F811
    page = browser.new_context(viewport={"width": 1440, "height": 1400}).new_page()
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(address)
    page.wait_for_selector("#question textarea")
    return page


@pytest.mark.slow
def test_a_reader_limits_the_search_by_the_timeline_and_edits_the_question(
    browser: Any, crowded: tuple[Index, str], monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    index, address = crowded
    failures: list[str] = []
    page = opened(browser, address, failures)
    assert not page.locator("#timeline").is_visible()
    ask(page, QUESTION)
    page.locator(".timeline h2").wait_for()
    page.wait_for_selector("#timeline svg path[fill='#b5483a']")
    page.click("#filters > button")
    first, last = page.get_by_label("Published from"), page.get_by_label("Published to")
    # Without the plot, by the list.
    page.locator("details.timeline summary").click()
    page.get_by_role("button", name="4 Mar 2026").press("Enter")
    page.get_by_text("“Published from” and “Published to” are set to 4 March 2026").wait_for()
    assert first.input_value() == last.input_value() == "2026-03-04"
    # In the plot, one bar, then across all of them.
    page.locator("#timeline svg .plot_marks path").first.click()
    page.get_by_text("are set to 2 March 2026").wait_for()
    assert first.input_value() == last.input_value() == "2026-03-02"
    plot = page.locator("#timeline svg .role-frame .background").first.bounding_box()
    page.mouse.move(plot["x"] + 5, plot["y"] + 20)
    page.mouse.down()
    page.mouse.move(plot["x"] + plot["width"] - 5, plot["y"] + 25, steps=8)
    page.mouse.up()
    page.get_by_text("are set to 2–4 March 2026").wait_for()
    assert (first.input_value(), last.input_value()) == ("2026-03-02", "2026-03-04")
    page.get_by_role("button", name="4 Mar 2026").click()
    page.get_by_text("are set to 4 March 2026").wait_for()
    page.get_by_role("button", name="Ask again within these days").click()
    page.locator(".chip summary", has_text="Published 4 March 2026").wait_for()
    page.wait_for_selector(".evidence .card")
    assert page.locator(".evidence .byline").all_inner_texts() == ["Radio Osk · 4 March 2026"]
    assert page.locator(".user-row .question").all_inner_texts() == [QUESTION]
    # The question is edited in its place, from the keyboard.
    page.get_by_text("Edit the question").click()
    page.get_by_label("The question, changed").fill("What of the harbour?")
    page.get_by_label("The question, changed").press("Enter")
    page.get_by_text("What of the harbour?", exact=True).first.wait_for()
    page.wait_for_selector("#ask", state="visible")
    assert page.locator(".user-row .question").all_inner_texts() == ["What of the harbour?"]
    page.wait_for_function("!document.querySelector('section.timeline')")
    assert not page.locator("#timeline").is_visible()
    asked, answer = threading.Event(), index.ask_stream
    monkeypatch.setattr(index, "ask_stream", lambda *values, **more: (asked.set(), answer(*values, **more))[1])
    page.get_by_role("button", name="Ask again", exact=True).click()
    # The answer can come too fast for anybody to see the button that stops it.
    assert asked.wait(30)
    page.wait_for_selector("#ask", state="visible")
    assert page.locator(".bot-row").count() == 1 and failures == []
    page.context.close()


@pytest.mark.slow
def test_who_waits_is_told_the_place_in_the_queue(
    browser: Any, crowded: tuple[Index, str], monkeypatch: pytest.MonkeyPatch  # noqa: F811
) -> None:  # fmt: skip
    index, address = crowded
    answer, go_on, failures = index.ask_stream, threading.Event(), list[str]()
    monkeypatch.setattr(index, "ask_stream", lambda *values, **more: (go_on.wait(60), answer(*values, **more))[1])
    pages = [opened(browser, address, failures) for _ in range(2)]
    for page in pages:
        page.fill("#question textarea", QUESTION)
        page.press("#question textarea", "Enter")
        if page is pages[0]:
            page.wait_for_selector("#stop", state="visible")
    pages[1].get_by_text("Waiting in the queue: number 1 of 1.").wait_for()
    assert pages[0].text_content("p.queue") == ""
    go_on.set()
    for page in pages:
        page.wait_for_selector(".bot-row .answer")
        page.wait_for_selector("#ask", state="visible")
        page.wait_for_function("document.querySelector('p.queue').textContent === ''")
        page.context.close()
    assert failures == []
