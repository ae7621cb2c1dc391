"""Versions: the diff by sentence against hand-made articles and its own promise, caveats, `qa history`."""

from __future__ import annotations

import datetime
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import hashed_index
from typer.testing import CliRunner

from qa.cli import history as command
from qa.cli.app import app
from qa.history import ADDED, CHANGED, REMOVED, SAME, Change, Version, caveats, diff_sentences
from qa.index import Index
from qa.passages import split_sentences
from qa.records import Article

FIRE = "The ferry caught fire on Monday. Three people were hurt, the harbour chief said. Nobody knows why. It was noon."
MENDED = (
    "The ferry caught fire on Monday. Seven people were hurt, the harbour chief said. A lamp fell over. It was noon."
)
FIELDS = {
    "id": "a", "title": "Fire", "source": "Daily Gull", "published": datetime.date(2026, 7, 5),
    "url": "https://gull.example/a", "authors": ("Ann Lee",),
}  # fmt: skip


def article(text: str = FIRE, **fields: Any) -> Article:
    return Article(**(FIELDS | {"text": text} | fields))


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


def parts(text: str, spans: tuple[tuple[int, int], ...]) -> list[str]:
    return [text[start:end] for start, end in spans]


# The diff


def test_each_kind_of_change_with_its_words_and_places() -> None:
    changes = diff_sentences(article(), article(MENDED))
    assert [(change.kind, change.old, change.new) for change in changes] == [
        (SAME, "The ferry caught fire on Monday.", "The ferry caught fire on Monday."),
        (
            CHANGED,
            "Three people were hurt, the harbour chief said.",
            "Seven people were hurt, the harbour chief said.",
        ),
        (REMOVED, "Nobody knows why.", ""),
        (ADDED, "", "A lamp fell over."),
        (SAME, "It was noon.", "It was noon."),
    ]
    assert [(change.old_start, change.new_start) for change in changes] == [
        (0, 0), (33, 33), (81, None), (None, 81), (99, 99),
    ]  # fmt: skip
    assert {change.field for change in changes} == {"text"}
    hurt = changes[1]
    assert (parts(hurt.old, hurt.old_spans), parts(hurt.new, hurt.new_spans)) == (["Three"], ["Seven"])
    assert all(not change.old_spans and not change.new_spans for change in changes if change is not hurt)


@pytest.mark.parametrize(
    ("old", "new", "differ"),
    [
        ("It cost 1,250 merks in all.", "It cost 1,520 merks in all.", (["1,250"], ["1,520"])),
        ("He left at noon.", "He left at noon on Friday.", ([], ["on Friday"])),
        ("She said that it was a big red bus.", "She said it was a red bus.", (["that", "big"], [])),
        ("港で船が燃えた。", "港で家が燃えた。", (["船"], ["家"])),
        ("the council of Lunn met.", "The council of Lunn met.", (["the"], ["The"])),
    ],
)
def test_the_words_that_differ(old: str, new: str, differ: tuple[list[str], list[str]]) -> None:
    (change,) = diff_sentences(article(old), article(new))
    assert change.kind == CHANGED
    assert (parts(change.old, change.old_spans), parts(change.new, change.new_spans)) == differ


def test_white_space_quotes_and_dashes_alone_are_no_change() -> None:
    old, new = 'He  said "no"\nto it – twice. Café.', "He said “no” to it - twice.\n\nCafe\u0301."
    changes = diff_sentences(article(old), article(new))
    assert [change.kind for change in changes] == [SAME, SAME]
    assert [change.old for change in changes] == ['He  said "no"\nto it – twice.', "Café."]
    assert [change.new for change in changes] == ["He said “no” to it - twice.", "Cafe\u0301."]


def test_sentences_are_paired_by_likeness_and_in_order() -> None:
    old = "Ten boats sank in the wide bay of Lunn. The mayor wept. Rain is due."
    new = "A storm came. The mayor wept aloud. Twelve boats sank in the wide bay of Lunn. Snow will be here soon."
    # Both cannot be paired in order; the boats have more in common (16/18; the mayor 6/7).
    assert [(change.kind, change.old[:9], change.new[:9]) for change in diff_sentences(article(old), article(new))] == [
        (ADDED, "", "A storm c"), (ADDED, "", "The mayor"), (CHANGED, "Ten boats", "Twelve bo"),
        (REMOVED, "The mayor", ""), (REMOVED, "Rain is d", ""), (ADDED, "", "Snow will"),
    ]  # fmt: skip


def test_sentences_with_few_words_in_common_are_not_one_sentence() -> None:
    # 3 of 6 words are half, 2 of 6 are less.
    (changed,) = diff_sentences(article("One two three four five six."), article("One two three seven eight nine."))
    assert changed.kind == CHANGED
    changes = diff_sentences(article("One two three four five six."), article("One two seven eight nine ten."))
    assert [change.kind for change in changes] == [REMOVED, ADDED]


def test_fields_come_first_and_only_those_that_changed() -> None:
    new = article(
        title="Fire at sea", published=datetime.date(2026, 7, 6), authors=("Ann Lee", "Bo Ray"), url="",
        updated=datetime.datetime(2026, 7, 7, 9, 30, tzinfo=datetime.UTC), status="corrected", source="Radio Osk",
        section="News", language="en",
    )  # fmt: skip
    changes = diff_sentences(article(), new)
    fields = [change for change in changes if change.field != "text"]
    assert list(changes[: len(fields)]) == fields
    assert [(change.kind, change.field, change.old, change.new) for change in fields] == [
        (CHANGED, "status", "published", "corrected"),
        (CHANGED, "title", "Fire", "Fire at sea"),
        (CHANGED, "source", "Daily Gull", "Radio Osk"),
        (CHANGED, "published", "2026-07-05", "2026-07-06"),
        (ADDED, "updated", "", "2026-07-07T09:30:00+00:00"),
        (CHANGED, "authors", "Ann Lee", "Ann Lee; Bo Ray"),
        (ADDED, "section", "", "News"),
        (ADDED, "language", "", "en"),
        (REMOVED, "url", "https://gull.example/a", ""),
    ]
    assert parts("Fire at sea", fields[1].new_spans) == ["at sea"]
    assert all(change.old_start is change.new_start is None for change in fields)
    assert {change.kind for change in changes[len(fields) :]} == {SAME}


def test_an_empty_text_takes_all_sentences_away() -> None:
    changes = diff_sentences(article(), article("", status="withdrawn"))
    assert [change.kind for change in changes] == [CHANGED, *[REMOVED] * 4]
    assert diff_sentences(article(""), article("")) == ()


POOL = st.sampled_from(
    [
        "Three people were hurt.", "Seven people were hurt.", "Ships left the bay at noon.", "He spoke.", "***",
        "Ships left the bay at dawn.", "“No,” she said.", '"No," she said.', "It cost 4.5 merks.", "漢字の文。", "Ab!",
    ]
)  # fmt: skip
TEXTS = st.lists(POOL, max_size=14).map(" ".join) | st.text(max_size=60)


@given(TEXTS, TEXTS)
def test_what_stays_and_comes_is_the_new_text_and_what_stays_and_goes_the_old(old: str, new: str) -> None:
    changes = diff_sentences(article(old), article(new))
    assert [change.old for change in changes if change.kind != ADDED] == sentences(old)
    assert [change.new for change in changes if change.kind != REMOVED] == sentences(new)
    for change in changes:
        assert (change.old_start is None, change.new_start is None) == (change.kind == ADDED, change.kind == REMOVED)
        if change.old_start is not None:
            assert old[change.old_start : change.old_start + len(change.old)] == change.old
        if change.new_start is not None:
            assert new[change.new_start : change.new_start + len(change.new)] == change.new
        if change.kind == CHANGED:
            assert plain(cut(change.old, change.old_spans)) == plain(cut(change.new, change.new_spans))


def cut(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    """The text without its spans, which are in order and not empty."""
    kept, place = "", 0
    for start, end in spans:
        assert place <= start < end <= len(text)
        kept += text[place:start]
        place = end
    return kept + text[place:]


def plain(text: str) -> str:
    return "".join(text.split()).replace("“", '"').replace("”", '"')


@given(st.lists(POOL, max_size=14).map(" ".join))
def test_nothing_changes_between_a_text_and_itself(text: str) -> None:
    assert all(change.kind == SAME for change in diff_sentences(article(text), article(text)))


def test_long_texts_take_little_time_however_they_repeat() -> None:
    old = " ".join(f"Advertisement. Old line number {n} is here." for n in range(2_500))
    new = " ".join(f"Advertisement. Another text, {n}, stands there." for n in range(2_500))
    started = time.process_time()
    changes = diff_sentences(article(old), article(new))
    assert time.process_time() - started < 10
    assert [change.old for change in changes if change.kind != ADDED] == sentences(old)
    assert [change.new for change in changes if change.kind != REMOVED] == sentences(new)


# Caveats


def test_a_corrected_article_is_named_once_with_its_days() -> None:
    corrected = article(status="corrected", updated=datetime.datetime(2026, 7, 7, 23, 59, tzinfo=datetime.UTC))
    updated = article(id="b", updated=datetime.date(2026, 7, 8))
    bare = Article("c", "", "Text.", status="corrected")
    assert caveats([updated, corrected, bare, corrected]) == (
        "“Fire” (Daily Gull, 5 July 2026) was corrected on 7 July 2026; the corrected text is quoted.",
        "An article without a title was corrected; the corrected text is quoted.",
    )
    assert caveats([updated, article()]) == ()


def test_a_title_of_several_lines_becomes_one() -> None:
    (caveat,) = caveats([article(title="Fire\n at sea", status="corrected", source="", published=None)])
    assert caveat == "“Fire at sea” was corrected; the corrected text is quoted."


# Index.history and `qa history`


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A story in three versions (the middle one came last), a withdrawn one, one with steering characters."""
    folder = tmp_path_factory.mktemp("history") / "index"
    long = " ".join(f"Sentence number {n} stays as it is." for n in range(1, 10))
    first = article(f"{long} Three were hurt. The end.")
    second = article(f"{long} Four were hurt. The end.", updated=datetime.date(2026, 7, 6))
    third = article(f"{long} Five were hurt. The end.", updated=datetime.date(2026, 7, 7), status="corrected")
    memo = article("The ward will close. A memo says so.", id="w", title="Ward to close")
    gone = article("Our report was wrong.", id="w", title="", status="withdrawn", updated=datetime.date(2026, 7, 8))
    steering = article("Red \x1b[31m alert. Then calm.", id="s", title="Bell\x07 rings")
    with hashed_index(folder) as index:
        for record in (first, third, second, memo, gone, steering):
            index.add([record])
        again = {"title": "Bell\x07 tolls", "source": "Gull\x1b[0m", "updated": datetime.date(2026, 7, 9)}
        index.add([article("Red \x1b[32m alert. Then calm.", id="s", **again)])
    return folder


@pytest.fixture(autouse=True)
def hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command opens indexes as `hashed_index` makes them."""
    monkeypatch.setattr("qa.index.Index", lambda path, config: hashed_index(Path(path), create=False))


def run(*args: object) -> Any:
    return CliRunner().invoke(app, ["history", *map(str, args)], prog_name="qa")


def test_versions_are_numbered_from_the_oldest_whenever_they_came(archive: Path) -> None:
    with hashed_index(archive, create=False) as index:
        assert isinstance(index, Index)
        versions = index.history("a")
        assert [version.number for version in versions] == [1, 2, 3]
        assert [version.article.updated for version in versions] == [
            None, datetime.date(2026, 7, 6), datetime.date(2026, 7, 7),
        ]  # fmt: skip
        assert versions[-1].article == index.article("a")
        now = datetime.datetime.now(datetime.UTC)
        assert all(now - datetime.timedelta(hours=1) < version.added <= now for version in versions)
        assert index.history("never") == ()


def test_the_command_shows_what_changed_and_counts_the_rest(archive: Path) -> None:
    result = run("a", "--index", archive)
    assert result.exit_code == 0
    assert re.sub(r"since .* UTC", "since then", result.stdout).splitlines() == [
        "Fire",
        "Daily Gull; 3 versions, the oldest first",
        "",
        "Version 1: published, 5 July 2026; in the archive since then",
        "   11 sentences",
        "",
        "Version 2: updated, 6 July 2026; in the archive since then",
        "     … 8 sentences unchanged",
        "     Sentence number 9 stays as it is.",
        "   - Three were hurt.",
        "   + Four were hurt.",
        "     The end.",
        "",
        "Version 3: corrected, 7 July 2026; in the archive since then",
        "     … 8 sentences unchanged",
        "     Sentence number 9 stays as it is.",
        "   - Four were hurt.",
        "   + Five were hurt.",
        "     The end.",
    ]


def test_json_has_every_version_and_every_change(archive: Path) -> None:
    shown = json.loads(run("a", "--index", archive, "--json").stdout)
    with hashed_index(archive, create=False) as index:
        versions = index.history("a")
    assert shown["id"] == "a"
    assert [version["article"] for version in shown["versions"]] == [v.article.as_dict() for v in versions]
    assert [version["added"] for version in shown["versions"]] == [v.added.isoformat() for v in versions]
    assert [len(version["changes"]) for version in shown["versions"]] == [0, 12, 13]
    assert shown["versions"][2]["changes"][0] == {
        "kind": "changed", "field": "status", "old": "published", "new": "corrected", "old_start": None,
        "new_start": None, "old_spans": [[0, 9]], "new_spans": [[0, 9]],
    }  # fmt: skip


def test_what_a_withdrawn_article_said_is_not_shown(archive: Path) -> None:
    result = run("w", "--index", archive)
    assert result.exit_code == 0
    assert "memo" not in result.stdout
    assert "   + Our report was wrong." in result.stdout.splitlines()
    assert "   - title: Ward to close" in result.stdout.splitlines()
    assert result.stdout.splitlines()[-1].startswith("What the article said is not shown")
    assert "A memo says so." in run("w", "--index", archive, "--json").stdout


def test_nothing_in_an_article_steers_the_terminal(archive: Path) -> None:
    result = run("s", "--index", archive)
    assert "alert" in result.stdout
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", result.stdout)


def test_an_unknown_id_is_said_and_ends_with_3(archive: Path) -> None:
    result = run("never", "--index", archive)
    assert (result.exit_code, result.stdout, result.stderr) == (3, "", "Not in the index: never\n")
    result = run("never", "--index", archive, "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (3, {"id": "never", "versions": []})


def test_on_a_terminal_lines_are_wrapped_and_coloured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("TERM", "xterm")
    command._show_change(Change(CHANGED, "text", "Three people were hurt at sea.", "Ten were.", 0, 0, ((0, 12),), ()))
    lines = capsys.readouterr().out.splitlines()
    plain = [re.sub(r"\x1b\[\d+m", "", line) for line in lines]
    assert plain == ["   - Three people were hurt at", "     sea.", "   + Ten were."]
    red, bold, end = "\x1b[31m", "\x1b[1m", "\x1b[0m"
    assert lines[1] == f"   {red} {end} {red}sea.{end}"
    assert lines[0].startswith(f"   {red}-{end} {red}{bold}Three{end} {red}{bold}people{end} {red}were{end}")
    assert lines[2].startswith("   \x1b[32m+")


def test_records_become_json() -> None:
    added = datetime.datetime(2026, 7, 5, 10, tzinfo=datetime.UTC)
    assert Version(1, article(), added).as_dict() == {
        "number": 1, "added": "2026-07-05T10:00:00+00:00", "article": article().as_dict(),
    }  # fmt: skip
