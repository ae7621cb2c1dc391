"""Records into the archive: nothing is lost, nothing comes in twice, and what cannot be taken is said."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import CONFIG, SAMPLE, make_article

from qa import ingest
from qa.errors import ArticleFileError
from qa.formats import read_articles
from qa.passages import split_passages
from qa.records import AddReport, Article, BadRecord, Origin
from qa.store import Store

DAY = datetime.date(2025, 1, 1)
NOON = datetime.datetime(2025, 1, 1, 12, tzinfo=datetime.UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    yield opened
    opened.close()


def add(store: Store, records: Iterable[Article | BadRecord]) -> AddReport:
    counts = ingest.Counts()
    ingest.add_records(store, CONFIG, "model", records, counts, lambda read: None)
    return counts.report()


def counts(report: AddReport) -> dict[str, int]:
    kinds = {kind: report.count(kind) for kind in ("duplicate", "stale", "bad")}
    return {"added": report.added, "updated": report.updated, "unchanged": report.unchanged} | kinds


def wanted(**numbers: int) -> dict[str, int]:
    return {name: numbers.get(name, 0) for name in ("added", "updated", "unchanged", "duplicate", "stale", "bad")}


def version(number: int, day: int | None = None, **fields: Any) -> Article:
    updated = DAY + datetime.timedelta(days=day) if day is not None else None
    return make_article("a1", number, published=DAY, updated=updated, **fields)


def current(store: Store) -> Article:
    article = store.article("a1")
    assert article is not None
    return article


# The sample archive


def test_the_sample_archive_twice(store: Store) -> None:
    records = [json.loads(line) for line in SAMPLE.read_text("utf-8").splitlines()]
    articles = len({record["id"] for record in records})
    first = add(store, read_articles(SAMPLE, maximum_record_bytes=10**7))
    assert counts(first) == wanted(added=articles, updated=len(records) - articles)
    newest = {record["id"]: record for record in records}  # the lines are in order of time
    withdrawn = {name for name, record in newest.items() if record.get("status") == "withdrawn"}
    assert (len(withdrawn), len(records) - articles) == (1, 6)
    for name, record in newest.items():
        article = store.article(name)
        assert article is not None
        assert (article.title, article.text) == (record["title"], record["text"])
        assert article.status == record.get("status", "published")
    passages = store.passages(store.passage_numbers().tolist()).values()
    assert {passage.article.id for passage in passages} == set(newest) - withdrawn
    expected = sorted(
        (name, passage.text)
        for name, record in newest.items() if name not in withdrawn
        for passage in split_passages(record["text"], words=CONFIG.passage_words)
    )  # fmt: skip
    assert sorted((passage.article.id, passage.text) for passage in passages) == expected

    head, numbers = store.head(), store.passage_numbers().tolist()
    second = add(store, read_articles(SAMPLE, maximum_record_bytes=10**7))
    assert counts(second) == wanted(unchanged=len(records))
    assert (store.head(), store.passage_numbers().tolist()) == (head, numbers)


def test_the_sample_archive_backwards_ends_with_the_same_versions(store: Store) -> None:
    articles = [a for a in read_articles(SAMPLE, maximum_record_bytes=10**7) if isinstance(a, Article)]
    report = add(store, reversed(articles))
    assert counts(report) == wanted(added=95, stale=6)
    newest = {article.id: article for article in articles}
    assert {name: store.article(name) for name in newest} == newest
    statistics = store.statistics("model", None, 0)
    assert (statistics.articles, statistics.versions, statistics.withdrawn) == (95, 101, 1)


# Versions


def test_a_known_id_with_other_content_is_a_new_version(store: Store) -> None:
    add(store, [version(1)])
    assert counts(add(store, [version(2)])) == wanted(updated=1)
    assert current(store) == version(2)
    # Seen again, either is known.
    assert counts(add(store, [version(1), version(2)])) == wanted(unchanged=2)
    assert current(store) == version(2)


def test_an_older_version_is_kept_as_history_only(store: Store) -> None:
    add(store, [version(1, 5)])
    report = add(store, [version(2, 3)])
    assert counts(report) == wanted(stale=1)
    assert "older version of 'a1'" in report.rejected[0].reason
    assert current(store) == version(1, 5)
    assert store.known_versions("a1") == {version(1, 5).content_hash, version(2, 3).content_hash}
    assert counts(add(store, [version(2, 3)])) == wanted(unchanged=1)


@pytest.mark.parametrize(
    ("held", "new", "kind"),
    [
        (DAY, NOON, "updated"),  # a bare day is its start
        (NOON, DAY, "stale"),
        (NOON, NOON + datetime.timedelta(seconds=1), "updated"),
        (NOON, NOON.astimezone(datetime.timezone(datetime.timedelta(hours=9))), "updated"),  # the same moment
        (NOON, NOON - datetime.timedelta(seconds=1), "stale"),
        (NOON, NOON.replace(tzinfo=None) - datetime.timedelta(seconds=1), "stale"),
        (NOON, None, "updated"),
        (None, DAY, "updated"),
    ],
)
def test_which_version_is_newer(store: Store, held: Any, new: Any, kind: str) -> None:
    first, second = (make_article("a1", seed, published=None, updated=m) for seed, m in ((1, held), (2, new)))
    add(store, [first])
    assert counts(add(store, [second])) == wanted(**{kind: 1})
    assert current(store) == (second if kind == "updated" else first)


def test_a_withdrawal_may_come_without_text_and_an_old_copy_does_not_undo_it(store: Store) -> None:
    withdrawal = version(1, 9, text="", title="", status="withdrawn")
    report = add(store, [version(1), withdrawal])
    assert counts(report) == wanted(added=1, updated=1)
    assert store.passage_numbers().tolist() == []
    assert counts(add(store, [version(1)])) == wanted(unchanged=1)
    assert current(store) == withdrawal
    assert store.passage_numbers().tolist() == []


# Duplicates


def test_the_same_record_twice_in_one_run(store: Store) -> None:
    article = dataclasses.replace(version(1), origin=Origin("b.jsonl", 7))
    report = add(store, [version(1), article])
    assert counts(report) == wanted(added=1, duplicate=1)
    assert report.rejected[0].as_dict() == {
        "file": "b.jsonl", "line": 7, "kind": "duplicate", "id": "a1", "reason": "the record 'a1' stands here twice",
    }  # fmt: skip


def test_the_same_id_for_other_content_in_one_run(store: Store) -> None:
    report = add(store, [version(1), version(2)])
    assert counts(report) == wanted(added=1, duplicate=1)
    assert "used before in this run" in report.rejected[0].reason
    assert current(store) == version(1)


def test_a_known_record_twice_in_one_run(store: Store) -> None:
    add(store, [version(1)])
    assert counts(add(store, [version(1), version(1)])) == wanted(unchanged=1, duplicate=1)


@pytest.mark.parametrize("batch", [1, 2, 3, 256])
def test_counts_do_not_depend_on_where_batches_end(store: Store, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    monkeypatch.setattr(ingest, "_BATCH", batch)
    records = [version(1, 1), version(2, 2), version(1, 1), version(3, 0), version(3, 0), version(2, 2), version(4, 4)]
    assert counts(add(store, records)) == wanted(added=1, updated=2, stale=1, duplicate=3)
    assert current(store) == version(4, 4)
    assert len(store.known_versions("a1")) == store.statistics("model", None, 0).versions == 4


@settings(max_examples=25, deadline=None)
@given(
    runs=st.lists(
        st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.none() | st.integers(0, 3)), max_size=8), max_size=3
    ),
    batch=st.integers(1, 4),
)
def test_every_record_is_counted_once(tmp_path_factory: pytest.TempPathFactory, runs: Any, batch: int) -> None:
    """Whatever comes: read == added + updated + unchanged + rejected, and a second reading changes nothing."""
    store = Store(tmp_path_factory.mktemp("counts"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ingest, "_BATCH", batch)
        for run in runs:
            records = [
                make_article(f"a{name}", seed, updated=None if day is None else DAY + datetime.timedelta(days=day))
                for name, seed, day in run
            ]
            before = store.statistics("model", None, 0)
            report = add(store, records)
            after = store.statistics("model", None, 0)
            assert report.read == len(records)
            assert report.added == after.articles - before.articles
            assert report.added + report.updated + report.count("stale") == after.versions - before.versions
            contents = {record.id: store.article(record.id) for record in records}
            again = add(store, records)
            if not report.count("duplicate"):
                assert counts(again) == wanted(unchanged=again.unchanged, duplicate=again.count("duplicate"))
                assert {record.id: store.article(record.id) for record in records} == contents
    store.close()


# What cannot be taken


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": " "}, "no id"),
        ({"text": " \n"}, "no text"),
        ({"id": "a\x00"}, "its id holds a NUL"),
        ({"id": "a\ud800"}, "its id holds"),
        ({"title": "x\x00"}, "its title holds a NUL"),
        ({"text": "half \udcff"}, "its text holds a NUL character or half a surrogate pair"),
        ({"source": "\ud800"}, "its source holds"),
        ({"url": "\x00"}, "its url holds"),
        ({"section": "\ud800"}, "its section holds"),
        ({"language": "\ud800"}, "its language holds"),
        ({"authors": ("Ann", "\ud800")}, "the name of an author holds"),
        ({"status": "unsure"}, "its status is 'unsure', which is none of published, corrected, withdrawn"),
    ],
)
def test_a_record_that_cannot_be_stored_is_reported_and_the_rest_goes_in(
    store: Store, fields: dict[str, Any], reason: str
) -> None:
    bad = dataclasses.replace(make_article("bad"), **fields)
    report = add(store, [make_article("a1"), bad, make_article("a2")])
    assert counts(report) == wanted(added=2, bad=1)
    assert reason in report.rejected[0].reason
    assert report.rejected[0].origin == Origin("(given by the program)")
    assert store.statistics("model", None, 0).articles == 2


def test_bad_records_of_a_file_pass_through_in_order(store: Store) -> None:
    bad = [BadRecord(Origin("x.csv", n), f"reason {n}") for n in range(3)]
    report = add(store, [bad[0], make_article("a1"), bad[1], make_article("a1"), bad[2]])
    assert [record.reason for record in report.rejected] == [
        "reason 0", "reason 1", "the record 'a1' stands here twice", "reason 2",
    ]  # fmt: skip
    assert report.read == 5


def test_what_was_read_before_a_file_broke_is_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "_BATCH", 4)

    def records() -> Iterator[Article]:
        yield from (make_article(f"a{number}") for number in range(6))
        raise ArticleFileError("The file is cut short", where="news.jsonl.gz")

    with pytest.raises(ArticleFileError, match="cut short"):
        add(store, records())
    assert store.statistics("model", None, 0).articles == 6


def test_after_batch_is_told_how_many_are_safe(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest, "_BATCH", 4)
    told: list[tuple[int, int]] = []
    ingest.add_records(
        store, CONFIG, "model", (make_article(f"a{number}") for number in range(10)), ingest.Counts(),
        lambda read: told.append((read, store.statistics("model", None, 0).articles)),
    )  # fmt: skip
    assert told == [(4, 4), (8, 8), (10, 10)]


def test_no_records(store: Store) -> None:
    assert add(store, []) == AddReport()
    assert store.head() == 0
