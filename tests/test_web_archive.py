"""The archive's tabs: lists, one article, figures, editing; without a browser as far as that goes."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import gzip
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import httpx
import pytest
from feed_server import feed_server
from support import SAMPLE, hashed_index
from test_web_browser import (  # noqa: F401
    HOSTILE,
    PAYLOAD,
    browser,
    open_page,
)

from qa.catalogue import Entry, Listing, Outlet
from qa.config import Config
from qa.errors import ArchiveError, ConfigError, QuestionError
from qa.index import Index
from qa.locking import FolderLock
from qa.records import AddReport, Article, BadRecord, Filters, Origin
from qa.web import archive_rendering as rendering
from qa.web import asking, coverage, editing, editing_rendering, figures, intake, periods, wording
from qa.web.archive import Archive, Look
from qa.web.serving.access import Access, refuse_open_editing
from qa.web.serving.users import add_user

DAY = datetime.date
ARTICLE = Article(
    "a1", "A title", "First line.\n\nSecond line.", "The Gull", DAY(2026, 2, 1), None, "https://gull.example/1",
    ("Ann Reed",), "Politics", "en",
)  # fmt: skip
NAMES = re.compile(r'data-read="([^"]*)"')


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    index = hashed_index(tmp_path_factory.mktemp("archive") / "index", Config(port=0, chat_poll_seconds=0.5))
    index.add(SAMPLE)
    index.add([HOSTILE])
    yield index
    index.close()


@pytest.fixture(scope="module")
def address(index: Index) -> Iterator[str]:
    from qa.web.app import serving

    with serving(lambda: index, index.config, embed=False, examples=["Why?"]) as address:
        yield address


class Elements(HTMLParser):
    """The names of the tags of a page, and of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


# What is shown, made from records


def test_a_list_says_where_it_stands_and_what_each_article_is() -> None:
    withdrawn = dataclasses.replace(ARTICLE, id="a2", title="", published=None, status="withdrawn")
    updated = dataclasses.replace(ARTICLE, updated=DAY(2026, 2, 3))
    html = rendering.listing(Listing((Entry(updated, 3), Entry(withdrawn, 1)), 42), 20, words="")
    assert ">21–22 of 42 articles, the newest first<" in html and '<ol start="21">' in html
    first, second = re.findall("<li>.*?</li>", html)
    assert 'data-read="a1"' in first and "1 Feb 2026 · 3 versions" in first and ">Updated 3 February 2026<" in first
    assert "Untitled" in second and "no date" in second and ">Withdrawn<" in second and "version" not in second
    cut = rendering.listing(Listing((Entry(ARTICLE, 1),), 900, complete=False), 0, words="quay")
    assert ">1–1 of more than 900 articles, the best match first<" in cut
    assert "No article has any of these words" in rendering.listing(Listing((), 0), 0, words="quay")
    assert "No article." in rendering.listing(Listing((), 0), 0, words="")


def test_an_article_is_shown_with_all_that_is_known_of_it() -> None:
    copy = dataclasses.replace(ARTICLE, id="c1", source="Radio Osk", title="The same")
    html = rendering.reading(ARTICLE, 2, (copy,))
    for words in ("The Gull", "Ann Reed", "1 February 2026", "Politics", "Read the original at", "a1"):
        assert words in html
    assert 'href="https://gull.example/1"' in html and 'First line.<span class="gap"></span>Second line.' in html
    assert 'data-article="a1"><summary>What changed' in html and NAMES.findall(html) == ["c1"]
    alone = rendering.reading(dataclasses.replace(ARTICLE, url="javascript:x"), 1, ())
    assert "<a " not in alone and "What changed" not in alone and "Also in" not in alone


def test_nothing_is_shown_of_what_a_withdrawn_article_said() -> None:
    html = rendering.reading(dataclasses.replace(ARTICLE, status="withdrawn", text="Libel."), 2, ())
    assert (
        "Libel" not in html
        and "What changed" not in html
        and "This article was withdrawn." in html
        and ">Withdrawn<" in html
    )


def test_a_text_that_no_browser_would_like_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "_LONGEST_TEXT", 5)
    html = rendering.reading(ARTICLE, 1, ())
    assert ">First</div>" in html and f"{len(ARTICLE.text) - 5} further characters, not shown." in html


def test_whatever_an_archive_holds_stays_text() -> None:
    hostile = dataclasses.replace(HOSTILE, id=f'"><b>{PAYLOAD}', section=PAYLOAD, language='en"><b>')
    pages = (
        rendering.listing(Listing((Entry(hostile, 2),), 1), 0, words=PAYLOAD),
        rendering.reading(hostile, 2, (hostile,)),
        rendering.outlets_table([Outlet(PAYLOAD, 1, None, 0)], DAY(2026, 11, 24)),
        rendering.legend({PAYLOAD: "#000"}),
        rendering.nothing_to_read(PAYLOAD),
        rendering.nothing_listed(PAYLOAD),
    )
    for page in pages:
        found = Elements(page)
        assert not found.tags & {"script", "img", "svg", "style", "b", "a"} and "\u202e" not in page
        assert not {name for name in found.attributes if name.startswith("on") or name in ("src", "href")}
        assert len(re.findall("</section>", page)) == len(re.findall("<section", page))


def test_outlets_say_how_old_their_newest_article_is() -> None:
    outlets = [Outlet("The Gull", 1_200, DAY(2026, 11, 20), 7), Outlet("", 1, None, 0)]
    rows = re.findall("<tr><th scope.*?</tr>", rendering.outlets_table(outlets, DAY(2026, 11, 24)))
    cells = [re.findall(">([^<>]+)<", row) for row in rows]
    assert cells[-2:] == [
        ["The Gull", "20 November 2026", "4 days", "1,200", "7"],
        ["Unknown outlet", "no dated article", "–", "1", "0"],
    ]
    assert "There are no outlets yet." in rendering.outlets_table([], DAY(2026, 11, 24))
    days = [wording.days_old(DAY(2026, 11, day), DAY(2026, 11, 24)) for day in (24, 23, 1, 26)]
    assert days == ["today", "1 day", "23 days", "in 2 days"]


# What the events do


def read(archive: Archive, data: object) -> tuple[str, str]:
    return archive.read(SimpleNamespace(_data=data))  # type: ignore[arg-type]


def test_searching_listing_and_turning_pages(index: Index) -> None:
    archive = Archive(index)
    total = index.stats().articles
    html, look, back, on = archive.search("", [], "", "")
    assert f"1–20 of {total} articles, the newest first" in html and look == Look()
    assert (back.interactive, on.interactive) == (False, True)
    first_page = NAMES.findall(html)
    html, look, back, on = archive.turned(1)(look)
    assert f"21–40 of {total}" in html and look.offset == 20 and back.interactive
    assert not set(NAMES.findall(html)) & set(first_page)
    html, look, *_ = archive.turned(-1)(look)
    assert NAMES.findall(html) == first_page
    *_, on = archive.turned(1)(Look(offset=20 * (total // 20 - 1)))
    assert not on.interactive
    assert "No article" in archive.search("zeppelin", [], "", "")[0]


def test_a_page_that_is_gone_is_the_last_one_there_is(index: Index) -> None:
    html, look, _, on, _ = Archive(index).opened(Look(offset=2_000))
    assert look.offset == index.stats().articles // 20 * 20 and f"{look.offset + 1}–" in html and not on.interactive


def test_limits_are_kept_and_wrong_ones_named(index: Index) -> None:
    archive = Archive(index)
    html, look, *_ = archive.search("ferry", ["Radio Osk"], "2026-07-01", "2026-07-31")
    assert look.filters == Filters(DAY(2026, 7, 1), DAY(2026, 7, 31), ("Radio Osk",))
    found = NAMES.findall(html)
    articles = [index.article(article_id) for article_id in found]
    assert found and all(each and each.source == "Radio Osk" and each.day and each.day.month == 7 for each in articles)
    assert "The first day is not a date (soon)" in archive.search("", [], "soon", "")[0]
    assert "The first day is after the last one" in archive.search("", [], "2026-02-01", "2026-01-01")[0]
    assert "longer than 2,000 characters" in archive.search("x" * 2_001, [], "", "")[0]


def test_an_article_is_read_and_what_is_none_is_not(index: Index) -> None:
    archive = Archive(index)
    html, article_id = read(archive, {"article": "lt-2025-10-03-skerry-bank"})
    assert article_id == "lt-2025-10-03-skerry-bank" and "The farm will have 46 turbines" in html
    assert "What changed" in html and ">Corrected<" in html
    for data in ({"article": "nobody"}, {"article": ["x"]}, {}, None, "x"):
        html, article_id = read(archive, data)
        assert "no longer in the archive" in html and article_id == ""


def test_errors_are_told_in_words(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Any:
        raise ArchiveError("The disk is gone", cure="Bring it back.")

    monkeypatch.setattr(index, "catalogue", broken)
    archive = Archive(index)
    assert "The disk is gone. Bring it back." in archive.search("", [], "", "")[0]
    assert read(archive, {"article": HOSTILE.id}) == (
        rendering.nothing_to_read("The disk is gone. Bring it back."), ""
    )  # fmt: skip


# Figures


PER_DAY = [
    (None, "B", 2), (DAY(2026, 1, 30), "A", 2), (DAY(2026, 1, 30), "B", 1), (DAY(2026, 2, 2), "A", 1),
    (DAY(2026, 2, 10), "", 3),
]  # fmt: skip


def test_articles_are_counted_by_period_and_outlet() -> None:
    by_month = coverage.coverage(PER_DAY, periods.MONTH)
    assert by_month.bars == (
        ("2026-01", "A", 2), ("2026-01", "B", 1), ("2026-02", "A", 1), ("2026-02", "Unknown outlet", 3),
    )  # fmt: skip
    assert (by_month.outlets, by_month.undated) == (("A", "Unknown outlet", "B"), 2)
    # 26 January, 2 and 9 February 2026 are Mondays.
    assert coverage.coverage(PER_DAY, periods.WEEK).bars == (
        ("2026-01-26", "A", 2), ("2026-01-26", "B", 1), ("2026-02-02", "A", 1), ("2026-02-09", "Unknown outlet", 3),
    )  # fmt: skip
    by_day = coverage.coverage(PER_DAY)
    assert by_day.step == periods.DAY and len({period for period, *_ in by_day.bars}) == 12
    assert [bar for bar in by_day.bars if bar[0] == "2026-01-31"] == [("2026-01-31", "A", 0)]
    assert coverage.coverage(PER_DAY, periods.YEAR).bars == (
        ("2026", "A", 3), ("2026", "Unknown outlet", 3), ("2026", "B", 1),
    )  # fmt: skip
    assert coverage.most(by_month.bars) == ("2026-02", 4) and coverage.most(by_day.bars) == ("2026-01-30", 3)


def test_what_would_be_too_many_bars_gets_a_longer_step() -> None:
    years = [(DAY(2020, 1, 1), "A", 1), (DAY(2026, 1, 1), "A", 1)]
    found = coverage.coverage(years, periods.DAY)
    # Six years are 313 weeks, and 73 months.
    assert found.step == periods.MONTH and len(found.bars) == 73
    assert figures.words_for_coverage(found, periods.DAY) == (
        "From 2020-01 to 2026-01 by month. The most, 1 article, in 2020-01. "
        "By day there would be too many bars to tell apart."
    )
    ever = coverage.coverage([(DAY.min, "A", 1), (DAY.max, "A", 1)])
    assert ever.step == periods.YEAR and ever.bars[0] == ("0001", "A", 1)
    assert coverage.coverage([(DAY.max, "A", 1)]).bars == ((DAY.max.isoformat(), "A", 1),)


def test_small_outlets_are_counted_together() -> None:
    counts = [(DAY(2026, 1, 1), f"Outlet {number}", 20 - number) for number in range(9)]
    found = coverage.coverage(counts)
    assert found.outlets == (*(f"Outlet {number}" for number in range(7)), "2 other outlets")
    assert found.bars[-1] == ("2026-01-01", "2 other outlets", 13 + 12)
    # One outlet alone is named.
    assert coverage.coverage(counts[:8]).outlets[-1] == "Outlet 7"


def test_an_archive_without_dates_says_so() -> None:
    found = coverage.coverage([(None, "A", 2)], periods.WEEK)
    assert found == coverage.Coverage(periods.WEEK, (), (), 2)
    assert figures.words_for_coverage(found, periods.WEEK) == (
        "No article has a date. Not shown: 2 articles without a date."
    )
    assert figures.coverage_frame(found).empty and figures.outlets_frame([]).empty


def test_the_tab_of_figures_counts_what_the_archive_holds(index: Index) -> None:
    numbers, step, plot, said, by_outlet, table = figures.Figures(index).opened(None)
    stats = index.stats()
    shown = [int(number.replace(",", "")) for number in re.findall(r"<dd>([\d,]+)</dd>", numbers)]
    assert shown[:4] == [
        stats.articles - stats.withdrawn, stats.withdrawn, stats.versions - stats.articles, len(stats.sources)
    ]  # fmt: skip
    assert step == periods.MONTH and plot.value["columns"] == ["Period", "Outlet", "Articles"]
    assert (
        sum(row[2] for row in plot.value["data"]) == shown[0] and "From 2025-09 to 2026-11 by month. The most" in said
    )
    assert int(by_outlet["Articles"].sum()) == shown[0]
    assert min(by_outlet["Articles"]) > 0 and next(iter(by_outlet["Outlet"])) == max(
        stats.sources, key=lambda name: stats.sources[name]
    )
    assert table.count("<tr>") == len(stats.sources) + 1
    assert figures.Figures(index).over_time(periods.WEEK)[0] == periods.WEEK


# Editing


FEED = b"""<rss version="2.0"><channel><title>The Weir</title>
<item><title>Quay</title><link>https://weir.example/quay</link><description>The quay is long.</description></item>
<item><title>Lock</title><link>https://weir.example/lock</link><description>The lock is shut.</description></item>
<item><title>A picture</title><link>https://weir.example/picture</link></item></channel></rss>"""


def settled(work: intake.Intake) -> intake.State:
    for _ in range(400):
        if not work.state.busy:
            return work.state
        time.sleep(0.02)
    raise AssertionError(work.state)


@pytest.fixture
def editable(tmp_path: Path) -> Iterator[Index]:
    with hashed_index(tmp_path / "index") as index:
        yield index


@pytest.fixture
def work(editable: Index) -> Iterator[intake.Intake]:
    work = intake.Intake(editable, asking.words_for)
    yield work
    work.end(10)


def uploaded(folder: Path, name: str, *records: dict[str, Any], more: str = "") -> str:
    path = folder / f"upload-{len(list(folder.iterdir()))}" / name
    path.parent.mkdir()
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records) + more, "utf-8")
    return str(path)


def test_uploaded_files_are_added_and_every_record_is_accounted_for(
    work: intake.Intake, editable: Index, tmp_path: Path
) -> None:
    first = {"id": "a", "title": "A", "text": "The quay is long.", "published": "2026-02-01"}
    work.add_files([uploaded(tmp_path, ".news.jsonl", first)])
    assert settled(work).report == AddReport(1, 0, 0, 1)
    files = [
        uploaded(tmp_path, "news.jsonl", first, {"id": "b", "text": "New."}, more="{broken\n"),
        uploaded(tmp_path, "news.jsonl", first | {"text": "The quay is longer.", "updated": "2026-02-02"}),
        uploaded(tmp_path, "picture.png"),
    ]
    work.add_files(files)
    state = settled(work)
    report = state.report
    assert state.phase is intake.Phase.DONE and state.what == "news.jsonl, news.jsonl, picture.png" and report
    assert (report.added, report.updated, report.unchanged, report.count("bad")) == (1, 1, 1, 2)
    assert (state.read, state.total) == (5, 5) and not Path(state.folder).exists()
    html = editing_rendering.intake(state)
    assert "5 records read: 1 added, 1 updated, 1 unchanged, 2 not taken." in html
    assert ">news.jsonl</bdi>, line 3<" in html and ">picture.png</bdi><" in html and state.folder not in html
    assert editable.article("a") and editable.catalogue().search("longer").total == 1
    work.add_files([uploaded(tmp_path, f"{number}.jsonl", first) for number in range(7)])
    assert settled(work).what == "0.jsonl, 1.jsonl, 2.jsonl, 3.jsonl, 4.jsonl and 2 more"


def test_a_path_is_added_and_a_wrong_one_named(work: intake.Intake, editable: Index, tmp_path: Path) -> None:
    path = uploaded(tmp_path, "news.jsonl", {"id": "a", "text": "The quay."})
    work.add_path(f" {path} ")
    assert settled(work).report == AddReport(1, 0, 0, 1) and Path(path).exists()
    assert editing_rendering.intake(work.state).count(path) == 1
    work.add_path(str(tmp_path / "nowhere"))
    state = settled(work)
    assert state.phase is intake.Phase.FAILED and "There is no such file or folder" in state.message
    assert "Nothing was added" in editing_rendering.intake(state)
    for wrong in (lambda: work.add_path(" "), lambda: work.add_files([])):
        with pytest.raises(QuestionError, match="was"):
            wrong()


def test_a_feed_is_fetched_once_and_added(work: intake.Intake, editable: Index) -> None:
    with feed_server() as server:
        server.answers["/feed.xml"] = FEED
        work.add_path(f" {server.address.replace('//', '//anna:secret@')}/feed.xml ")
        state = settled(work)
        assert state.phase is intake.Phase.DONE and state.what == f"{server.address}/feed.xml"
        assert state.report == AddReport(2, 0, 0, 2, state.report.rejected if state.report else ())
        assert (state.read, state.total) == (3, 3) and len(server.asked) == 1
        html = editing_rendering.intake(state)
        assert "3 records read: 2 added, 0 updated, 0 unchanged, 1 not taken." in html and "secret" not in html
        assert f"{server.address}/feed.xml</bdi>, line 4<" in html and "neither content nor a summary" in html
        server.answers["/feed.xml"] = FEED.replace(b"is long", b"is longer")
        work.add_path(f"{server.address}/feed.xml")
        report = settled(work).report
        assert report and (report.added, report.updated, report.unchanged) == (0, 1, 1)
        work.add_path(f"{server.address}/gone.xml")
        state = settled(work)
    assert state.phase is intake.Phase.FAILED and "404 Not Found" in state.message and state.report is None
    assert "Nothing was added" in editing_rendering.intake(state)


def test_waiting_for_a_feed_is_told_and_can_be_cancelled(work: intake.Intake) -> None:
    with feed_server() as server:
        server.answers["/slow"] = lambda handler: handler.server.closing.wait(20)
        work.add_path(f"{server.address}/slow")
        html = editing_rendering.intake(work.state)
        assert work.state.phase is intake.Phase.FETCHING and work.state.busy
        assert ">Fetching the feed<" in html and "Waiting for its server" in html
        with pytest.raises(QuestionError, match="Articles are being added already"):
            work.add_path("elsewhere")
        work.cancel()
        state = settled(work)
    assert state.phase is intake.Phase.CANCELLED and state.report is None
    assert "Nothing was added." in editing_rendering.intake(state)


def test_what_came_before_the_damage_is_kept_and_told(work: intake.Intake, editable: Index, tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl.gz"
    records = [json.dumps({"id": f"a{number}", "text": "The quay."}) for number in range(2_000)]
    path.write_bytes(gzip.compress("\n".join(records).encode())[:-400])
    work.add_path(str(path))
    state = settled(work)
    assert state.phase is intake.Phase.FAILED and state.report and state.message
    assert 0 < state.report.added == editable.stats().articles
    assert "Not all was added" in editing_rendering.intake(state)


def test_work_is_cancelled_between_batches_and_others_wait(
    work: intake.Intake, editable: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_batch, go_on = threading.Event(), threading.Event()
    progress = work._progress

    def slow(read: int) -> None:
        first_batch.set()
        assert go_on.wait(10)
        progress(read)

    monkeypatch.setattr(work, "_progress", slow)
    work.add_path(uploaded(tmp_path, "n.jsonl", *({"id": str(n), "text": f"Quay {n}."} for n in range(600))))
    assert first_batch.wait(10)
    assert work.state.busy and work.state.total == 600
    with pytest.raises(QuestionError, match="Articles are being added already"):
        work.add_path("elsewhere")
    work.cancel()
    assert work.state.cancelling and "It is being cancelled" in editing_rendering.intake(work.state)
    go_on.set()
    state = settled(work)
    # Batches have 256 records.
    assert state.phase is intake.Phase.CANCELLED and not state.cancelling
    assert state.report and state.report.added == 256
    assert editable.stats().articles == 256 and editable.catalogue().search("quay").total == 256
    assert "What was read before is in the archive." in editing_rendering.intake(state)


def test_another_writer_is_named(work: intake.Intake, editable: Index, tmp_path: Path) -> None:
    with FolderLock(editable.path, "writer", "writing to the index").held(1):
        work.add_path(uploaded(tmp_path, "news.jsonl", {"id": "a", "text": "The quay."}))
        state = settled(work)
    assert state.phase is intake.Phase.FAILED and state.report is None
    assert "Somebody else is writing to the index" in state.message and str(os.getpid()) in state.message


def test_the_state_of_the_work_is_told_in_words() -> None:
    counting = editing_rendering.intake(intake.State(intake.Phase.COUNTING, "a.jsonl", total=512))
    assert ">Counting the records<" in counting and ">512 records so far<" in counting
    adding = editing_rendering.intake(intake.State(intake.Phase.ADDING, "a.jsonl", 256, 1_024))
    assert '<progress max="1024" value="256"' in adding and "256 of 1,024 records (25 %)" in adding
    bad = tuple(BadRecord(Origin("a.jsonl", line), PAYLOAD) for line in range(1, 251))
    done = editing_rendering.intake(intake.State(intake.Phase.DONE, PAYLOAD, 250, 250, AddReport(rejected=bad)))
    assert "250 not taken." in done and "50 further records, not shown here" in done and done.count("<tr>") == 201
    hostile = editing_rendering.about_to_remove(HOSTILE, 2) + editing_rendering.trouble(PAYLOAD)
    assert not Elements(done + hostile).tags & {"script", "img", "svg"}


def test_pages_look_often_while_there_is_something_to_see(
    work: intake.Intake, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "qa.web.editing")
    events = editing.Work(editing.Editor(work, paths=False, may=lambda name: name != "ben"))
    anna, ben = gr.Request(username="anna"), gr.Request(username="ben")
    shown, cancel, pace = events.look(5.0, anna)
    assert "Nothing was added" in shown and not cancel.visible and pace == gr.skip()
    assert events.look(1.0, anna)[2].value == 5.0
    trouble = events.add_path(str(tmp_path), anna)[1]
    assert "Paths and addresses are taken only from this machine" in trouble and work.state == intake.State()
    upload = uploaded(tmp_path, "n.jsonl", {"id": "a", "text": "The quay."})
    for refused in (events.add_files([upload], ben), events.add_path(str(tmp_path), ben)):
        assert "You may not change this archive" in refused[1]
    assert work.state == intake.State()
    files, trouble, *_ = events.add_files([upload], anna)
    assert files is None and trouble == ""
    settled(work)
    assert "1 record read: 1 added" in events.look(None, anna)[0]
    assert "No file was chosen" in events.add_files(None, anna)[1]
    work._state = intake.State(intake.Phase.ADDING, "n.jsonl", 1, 2)
    shown, cancel, pace = events.look(5.0, ben)
    assert "Nothing was added" in shown and not cancel.visible
    assert not events.cancel(ben)[1].visible and not work.state.cancelling
    _, cancel, pace = events.look(5.0, anna)
    assert cancel.visible and pace.value == 1.0
    assert events.cancel(anna) and work.state.cancelling
    _, cancel, pace = events.look(1.0, anna)
    assert not cancel.visible and pace == gr.skip()
    # What was refused changed nothing, and is not there.
    logged = [record.getMessage() for record in caplog.records if record.name == "qa.web.editing"]
    assert logged == ["anna adds 'n.jsonl'", "anna cancels adding 'n.jsonl'"]


def test_an_article_is_removed_once_that_is_confirmed(
    editable: Index, work: intake.Intake, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "qa.web.editing")
    editable.add([ARTICLE, dataclasses.replace(ARTICLE, id="a2")])
    editor = editing.Editor(work, paths=False, may=lambda name: name != "ben")
    removal = editing.Removal(editable, SimpleNamespace(events=Archive(editable)), editor)  # type: ignore[arg-type]
    anna, ben = gr.Request(username="anna"), gr.Request(username="ben")
    assert [removal.offered("a1", anna)[0].visible, removal.offered("", anna)[0].visible] == [True, False]
    assert not removal.offered("a1", ben)[0].visible
    for refused in (removal.ask("a1", ben)[1], removal.remove("a1", Look(), ben)[-3]):
        assert "You may not change this archive" in refused
    assert editable.article("a1") and not caplog.records
    button, words, sure, asked = removal.ask("a1", anna)
    assert (button.visible, sure.visible, asked) == (False, True, "a1")
    assert "Remove “<bdi>A title</bdi>” (<bdi>The Gull</bdi>) with 1 version," in words
    with FolderLock(editable.path, "writer", "writing to the index").held(1):
        *_, words, _, _ = removal.remove("a1", Look(), anna)
    assert "Somebody else is writing to the index" in words and editable.article("a1")
    reader, article_id, listing, *_ = removal.remove("a1", Look(), anna)
    assert [record.getMessage() for record in caplog.records] == ["anna removed 'a1'"]
    assert "The article was removed" in reader and article_id == "" and NAMES.findall(listing) == ["a2"]
    assert editable.article("a1") is None and editable.history("a1") == ()
    assert "It was no longer in the archive." in removal.remove("a1", Look(), anna)[0]
    assert editable.stats().articles == 1 and "It was no longer" in removal.remove("", Look(), anna)[0]


@pytest.mark.parametrize(
    ("host", "proxied", "users", "refused"),
    [
        ("127.0.0.1", False, None, False), ("127.0.0.1", True, None, True), ("0.0.0.0", False, None, True),
        ("0.0.0.0", True, Path("users.json"), False),
    ],
)  # fmt: skip
def test_nobody_edits_from_elsewhere_without_a_password(
    host: str, proxied: bool, users: Path | None, refused: bool
) -> None:
    expected = pytest.raises(ConfigError, match="--auth FILE") if refused else contextlib.nullcontext()
    with expected:
        refuse_open_editing(host, Access(users, open_to_everyone=True, editor=True), proxied=proxied)
    refuse_open_editing(host, Access(users, open_to_everyone=True), proxied=proxied)


def test_an_open_editor_is_refused_before_anything_is_opened() -> None:
    from qa.web.app import serving

    def unopened() -> Index:
        raise AssertionError("It was opened.")

    everyone = Access(open_to_everyone=True, editor=True)
    for host, config in (("0.0.0.0", Config()), ("127.0.0.1", Config(chat_root_path="/news"))):
        with (
            pytest.raises(ConfigError, match="without a password"),
            serving(unopened, config, host=host, access=everyone),
        ):
            pass


def labels(index: Index, editor: editing.Editor | None) -> set[str]:
    from qa.web.app import build_app

    blocks = build_app(index, examples=[], editor=editor).config["components"]
    return {str(block["props"].get("label") or block["props"].get("value")) for block in blocks}


def test_who_may_not_edit_is_offered_nothing_to_edit_with(editable: Index, work: intake.Intake) -> None:
    editing_labels = {"Add articles", "Files of articles", "Remove this article…", "Remove it for good"}
    assert not labels(editable, None) & editing_labels
    assert labels(editable, editing.Editor(work, paths=False, may=lambda name: True)) >= editing_labels


# In the browser


def widths_too_narrow_for(page: Any, what: str) -> list[int]:
    """At which widths something of this stands out of the page at its right."""
    found = []
    for width in (1440, 1024, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(300)
        right = page.evaluate(
            "what => Math.max(...[...document.querySelectorAll(what)].map(each => each.getBoundingClientRect().right))",
            what,
        )
        if right > width:
            found.append(width)
    return found


@pytest.mark.slow
def test_the_archive_is_browsed_searched_and_read(open_page: Callable, index: Index) -> None:  # noqa: F811
    page = open_page()
    page.fill("#question textarea", "Half a question")
    page.get_by_role("tab", name="Archive").click()
    page.locator(".listing .entry").nth(19).wait_for()
    page.get_by_role("button", name="Next page").click()
    page.get_by_text(f"21–40 of {index.stats().articles} articles, the newest first").wait_for()
    page.fill("#archive-words input, #archive-words textarea", "turbines Skerry Bank")
    page.keyboard.press("Enter")
    page.get_by_text("the best match first").wait_for()
    page.locator(".listing .entry", has_text="family farm").click()
    page.wait_for_selector(".reading h2:focus")
    assert page.inner_text(".reading h2") == "Gale & Daughters bets the family farm on Skerry Bank"
    page.click(".reading .changes summary")
    page.wait_for_selector(".reading .changes del")
    assert page.locator(".reading .changes del").all_inner_texts()[0] == "64"
    page.focus(".reading h2")
    page.keyboard.press("Escape")
    assert "family farm" in page.inner_text(".entry:focus") and page.get_attribute(".entry:focus", "aria-current")
    # Who comes back finds the chat as it was.
    page.get_by_role("tab", name="Chat").click()
    assert page.input_value("#question textarea") == "Half a question"


@pytest.mark.slow
def test_a_hostile_archive_is_browsed_unharmed(open_page: Callable) -> None:  # noqa: F811
    page = open_page(1024)
    page.get_by_role("tab", name="Archive").click()
    page.get_by_label("From these outlets only").click()
    page.get_by_role("option", name="Evil").click()
    page.fill("#archive-words input, #archive-words textarea", f"zorblax {PAYLOAD}")
    page.click("#archive-search")
    page.get_by_text("the best match first").wait_for()
    page.locator(".listing .entry").first.click()
    page.wait_for_selector(".reading h2:focus")
    assert "<script>" in page.inner_text(".reading") and page.evaluate("window.hacked") is None
    assert page.locator("#archive").locator("img, script, iframe, :not(defs) > style").count() == 0
    assert page.locator("#archive a").count() == 0
    assert widths_too_narrow_for(page, "#archive *") == []
    page.get_by_role("tab", name="Statistics").click()
    bars = page.locator("#figures-outlets svg .mark-rect path")
    bars.first.wait_for()
    # The tooltips of the bars name the outlets, too.
    for bar in bars.all():
        bar.hover(force=True)
    assert "<script>" in page.inner_text("#figures .legend") and page.evaluate("window.hacked") is None
    assert page.locator("#figures, #vg-tooltip-element").locator("img, script, iframe, :not(defs) > style").count() == 0
    assert widths_too_narrow_for(page, "#figures *:not(.table, .table *)") == []


@pytest.fixture
def editing_address(editable: Index) -> Iterator[str]:
    from qa.web.app import serving

    with serving(lambda: editable, Config(port=0), port=0, embed=False, access=Access(editor=True)) as address:
        yield address


@pytest.mark.slow
def test_uploads_are_limited_and_only_for_editors(editable: Index) -> None:
    from qa.web.app import serving

    config = editable.config.replace(port=0, chat_upload_bytes=200_000)
    statuses = []
    for access in (Access(editor=True), Access()):
        # A server closes its index.
        index = hashed_index(editable.path, create=False)
        with serving(index.__enter__, config, embed=False, access=access) as address:
            for size in (900, 190_000, 290_000):
                files = {"files": ("news.jsonl", b"x" * size)}
                statuses.append(httpx.post(f"{address}gradio_api/upload", files=files).status_code)
    assert statuses == [200, 200, 413, 403, 403, 403]


@pytest.mark.slow
def test_of_users_only_editors_are_offered_to_add_articles(
    browser: Any,  # noqa: F811
    editable: Index,
    tmp_path: Path,
) -> None:
    from qa.web.app import serving

    users, password = tmp_path / "users.json", "a long enough phrase"
    add_user(users, "anna", password, editor=True)
    add_user(users, "ben", password)
    access = Access(users, editor=True)
    tabs, statuses = {}, {}
    with serving(lambda: editable, Config(port=0), port=0, embed=False, access=access) as address:
        for name in ("anna", "ben"):
            page = browser.new_context().new_page()
            page.goto(address)
            page.fill("#username", name)
            page.fill("#password", password)
            page.press("#password", "Enter")
            page.get_by_text("Log out").wait_for()
            if name == "anna":
                page.get_by_role("tab", name="Add articles").wait_for()
            tabs[name] = page.get_by_role("tab").all_inner_texts()
            upload = {"name": "news.jsonl", "mimeType": "text/plain", "buffer": b"x"}
            statuses[name] = page.request.post(f"{address}gradio_api/upload", multipart={"files": upload}).status
            page.context.close()
    assert tabs == {"anna": ["Chat", "Archive", "Statistics", "Add articles"], "ben": ["Chat", "Archive", "Statistics"]}
    assert statuses == {"anna": 200, "ben": 403}


@pytest.mark.slow
def test_an_editor_adds_sees_it_after_a_reload_cancels_and_removes(
    browser: Any,  # noqa: F811
    editing_address: str,
    editable: Index,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on, add = threading.Event(), editable.add

    def slow(path: Path, *, progress: Callable[[int], None]) -> AddReport:
        def after_batch(read: int) -> None:
            assert go_on.wait(60)
            progress(read)

        progress(0)
        return add(path, progress=after_batch)

    monkeypatch.setattr(editable, "add", slow)
    records = "\n".join(json.dumps({"id": f"q{number}", "text": f"Quay {number}."}) for number in range(600))
    page = browser.new_context().new_page()
    page.goto(editing_address)
    page.get_by_role("tab", name="Add articles").click()
    upload = {"name": "quays.jsonl", "mimeType": "text/plain", "buffer": records.encode()}
    page.set_input_files("#editing-files input[type=file]", upload)
    page.wait_for_selector("#editing-files td[aria-label='quays.jsonl']")
    page.click("#editing-add")
    page.wait_for_selector(".intake.adding progress[max='600']")
    page.reload()
    page.get_by_role("tab", name="Add articles").click()
    page.wait_for_selector(".intake.adding progress[max='600']")
    assert "quays.jsonl" in page.inner_text(".intake")
    page.click("#editing-cancel")
    page.get_by_text("It is being cancelled").wait_for()
    go_on.set()
    page.wait_for_selector(".intake.cancelled")
    assert "256 records read: 256 added," in page.inner_text(".intake .said")
    assert not page.is_visible("#editing-cancel") and editable.stats().articles == 256

    page.get_by_role("tab", name="Archive").click()
    page.locator(".listing .entry").first.click()
    page.click("#remove")
    page.click("#remove-no")
    page.click("#remove")
    page.click("#remove-yes")
    page.get_by_text("The article was removed, with all its versions.").wait_for()
    page.get_by_text("1–20 of 255 articles").wait_for()
    assert editable.stats().articles == 255 and not page.is_visible("#remove")

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("tab", name="Add articles").click()
    with feed_server() as server:
        server.answers["/feed.xml"] = FEED
        page.fill("#editing-path textarea, #editing-path input", f"{server.address}/feed.xml")
        page.keyboard.press("Enter")
        page.wait_for_selector(".intake.done table")
        assert len(server.asked) == 1
    assert "3 records read: 2 added," in page.inner_text(".intake .said")
    assert f"{server.address}/feed.xml, line 4" in page.inner_text(".intake table")
    # The server fetches the feed; the page asks nobody but its own server.
    assert asked and all(url.startswith(editing_address) for url in asked)
    page.context.close()
