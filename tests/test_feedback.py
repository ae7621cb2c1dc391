"""Votes on answers: kept beside the archive, changed, taken back, erased with an article, and shown."""

from __future__ import annotations

import dataclasses
import datetime
import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from support import child_environment, hashed_index, make_article

from qa.errors import ArchiveError
from qa.feedback import FILE_NAME, CitedPlace, Vote, forget_articles, forget_vote, keep_vote, read_votes

NOON = datetime.datetime(2026, 11, 24, 12, 0, tzinfo=datetime.UTC)


def vote(turn: str, **values: object) -> Vote:
    fields: dict = {
        "voted_at": NOON, "question": "Who won?", "as_of": datetime.date(2026, 11, 24), "link": "?q=Who+won%3F",
        "abstained": False, "answer": "“Ann won.” [1]", "citations": (CitedPlace("a1", 4, 12),), "helpful": True,
        "reason": "",
    }  # fmt: skip
    return Vote(turn, **{**fields, **values})


def test_votes_are_kept_the_newest_first_and_only_for_their_owner(tmp_path: Path) -> None:
    assert read_votes(tmp_path) == [] and list(tmp_path.iterdir()) == []
    first = vote("one", reason="“Right”, but ' late; -- \u202e")
    second = vote("two", voted_at=NOON + datetime.timedelta(seconds=1), helpful=False, abstained=True, citations=())
    keep_vote(tmp_path, first)
    keep_vote(tmp_path, second)
    assert read_votes(tmp_path) == [second, first]
    # Closed, it is one file.
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_a_vote_is_changed_and_taken_back(tmp_path: Path) -> None:
    keep_vote(tmp_path, vote("one"))
    keep_vote(tmp_path, vote("two"))
    changed = dataclasses.replace(vote("one"), helpful=False, reason="The date is wrong.")
    keep_vote(tmp_path, changed)
    assert {found.turn: found for found in read_votes(tmp_path)} == {"one": changed, "two": vote("two")}
    forget_vote(tmp_path, "one")
    forget_vote(tmp_path, "unknown")
    assert read_votes(tmp_path) == [vote("two")]


def test_what_quotes_an_erased_article_is_erased_with_it(tmp_path: Path) -> None:
    both = (CitedPlace("a1", 0, 1), CitedPlace("a'2", 0, 1))
    for kept in (
        vote("one"),
        vote("two", citations=both),
        vote("three", citations=both[1:]),
        vote("four", citations=()),
    ):
        keep_vote(tmp_path, kept)
    forget_articles(tmp_path, ["a'2", "never there"])
    assert {found.turn for found in read_votes(tmp_path)} == {"one", "four"}
    forget_articles(tmp_path / "nowhere", ["a1"])
    assert not (tmp_path / "nowhere").exists()


def test_removing_an_article_from_an_index_erases_the_votes(tmp_path: Path) -> None:
    index = hashed_index(tmp_path / "index")
    index.add([make_article("a1"), make_article("a2")])
    keep_vote(index.path, vote("one"))
    keep_vote(index.path, vote("two", citations=(CitedPlace("a2", 0, 1),)))
    assert index.remove("a1") == ["a1"]
    assert [found.turn for found in read_votes(index.path)] == ["two"]
    index.close()


def test_a_damaged_file_is_an_error_that_leaves_the_archive_alone(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no database" * 100)
    for use in (lambda: read_votes(tmp_path), lambda: keep_vote(tmp_path, vote("one"))):
        with pytest.raises(
            ArchiveError, match=r"^Votes on answers cannot be kept or read: .*feedback\.sqlite3"
        ) as caught:
            use()
        assert "the archive is not concerned" in caught.value.cure
    assert (tmp_path / FILE_NAME).read_bytes() == b"no database" * 100


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "qa", "feedback", *map(str, arguments)],
        capture_output=True, text=True, env=child_environment(), timeout=60,
    )  # fmt: skip


def test_the_command_shows_votes_and_says_where_there_are_none(tmp_path: Path) -> None:
    hashed_index(tmp_path / "index").close()
    done = command("--index", tmp_path / "index")
    assert done.returncode == 3 and done.stdout == ""
    assert "Nobody has voted on an answer yet. Votes are off; the setting chat_feedback" in done.stderr
    done = command("--index", tmp_path / "index", "--json")
    assert done.returncode == 3 and json.loads(done.stdout) == {"votes": []}
    kept = vote("one", helpful=False, reason="Wrong\x1b[31m day", question="Who\nwon?")
    keep_vote(tmp_path / "index", kept)
    done = command("--index", tmp_path / "index")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.splitlines() == [
        "Not helpful: Who won?", "   as of 2026-11-24, voted on 2026-11-24 12:00 UTC", "   because: Wrong [31m day",
        "   answer: “Ann won.” [1]", "   a1, characters 4–12", "", "1 vote: 0 helpful, 1 not helpful.",
    ]  # fmt: skip
    done = command("--index", tmp_path / "index", "--json")
    (found,) = json.loads(done.stdout)["votes"]
    assert found == kept.as_dict() and found["citations"] == [{"id": "a1", "start": 4, "end": 12}]
    assert set(found) == {field.name for field in dataclasses.fields(Vote)}
    assert command("--index", tmp_path / "nowhere").returncode == 1
