"""The archive in SQLite: versions, the change log, embeddings by text, migrations."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from support import CONFIG, HashingEncoder, hashed_vector, make_article

from qa import database
from qa.derived import Derived
from qa.errors import ArchiveError, IndexClosedError, IndexDamagedError, IndexMismatchError
from qa.ingest import Counts, add_records
from qa.locking import FolderLock
from qa.passages import encoded_text, split_passages
from qa.records import Article, Filters
from qa.store import Store

FINGERPRINT = "hashing|"


@pytest.fixture
def store(tmp_path: Path) -> Any:
    opened = Store(tmp_path)
    yield opened
    opened.close()


def add(store: Store, *articles: Article) -> Any:
    counts = Counts()
    add_records(store, CONFIG, FINGERPRINT, articles, counts, lambda read: None)
    return counts.report()


def rows(store: Store, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """What another connection reads from the file: an oracle past the class under test."""
    connection = sqlite3.connect(store.path)
    try:
        return connection.execute(statement, values).fetchall()
    finally:
        connection.close()


def pieces(article: Article) -> list[str]:
    return [passage.text for passage in split_passages(article.text, words=CONFIG.passage_words)]


def embed(store: Store, limit: int = 1_000) -> list[str]:
    """Encode what is pending with the hashing encoder; the texts encoded."""
    encoder = HashingEncoder()
    passages = list(store.passages(store.pending(FINGERPRINT, limit)).values())
    texts = [encoded_text(passage.article.title, passage.text) for passage in passages]
    store.write_vectors(FINGERPRINT, [passage.text_hash for passage in passages], encoder.encode_passages(texts))
    return texts


# Writing and versions


def test_an_article_comes_back_as_it_went_in(store: Store) -> None:
    full = make_article(
        "a1", authors=("Ann Lee", "Bo"), section="World", language="en", status="corrected",
        published=datetime.datetime(2025, 5, 6, 23, 59, 59, 123, tzinfo=datetime.UTC),
        updated=datetime.date(2025, 5, 8),
        title="Tïtle 🎉", text="Line one.\r\n\r\n“Quoted” 漢字 text.\n", url="https://x.example/?a=1&b=ü",
    )  # fmt: skip
    bare = Article("b", "", "Only a text.")
    add(store, full, bare)
    assert store.article("a1") == full
    assert store.article("b") == bare
    assert store.article("c") is None


def test_passages_are_those_of_the_text_with_hashes_of_what_is_encoded(store: Store) -> None:
    article = make_article("a1")
    add(store, article)
    found = store.passages(store.passage_numbers().tolist())
    assert [passage.text for passage in found.values()] == pieces(article)
    assert len(found) > 2
    for passage in found.values():
        assert article.text[passage.start : passage.end] == passage.text
        assert passage.text_hash == hashlib.sha256(f"{article.title}\n{passage.text}".encode()).digest()[:16]
        assert passage.body_hash == hashlib.sha256(passage.text.encode()).digest()[:16]
    assert [row[0] for row in rows(store, "SELECT ordinal FROM passages ORDER BY passage")] == list(range(len(found)))


def test_versions_are_numbered_and_the_newest_alone_is_searched(store: Store) -> None:
    first = make_article("a1", 1, updated=datetime.date(2025, 1, 1))
    second = make_article("a1", 2, updated=datetime.date(2025, 1, 2))
    third = make_article("a1", 3, updated=datetime.date(2025, 1, 3))
    add(store, first)
    report = add(store, second, third)
    assert (report.added, report.updated, report.passages) == (0, 2, len(pieces(second)) + len(pieces(third)))
    assert rows(store, "SELECT number, text FROM versions ORDER BY version") == [
        (1, first.text), (2, second.text), (3, third.text),
    ]  # fmt: skip
    assert [p.text for p in store.passages(store.passage_numbers().tolist()).values()] == pieces(third)
    assert store.known_versions("a1") == {first.content_hash, second.content_hash, third.content_hash}
    assert store.current_versions(["a1", "zz"]) == {"a1": (third.content_hash, datetime.date(2025, 1, 3))}


def test_withdrawing_leaves_the_article_and_takes_its_passages(store: Store) -> None:
    article = make_article("a1", updated=datetime.date(2025, 1, 1))
    withdrawn = dataclasses.replace(article, status="withdrawn", text="", updated=datetime.date(2025, 1, 5))
    add(store, article)
    report = add(store, withdrawn)
    assert (report.updated, report.passages) == (1, 0)
    assert store.passage_numbers().tolist() == []
    assert store.article("a1") == withdrawn
    statistics = store.statistics(FINGERPRINT, None, 0)
    assert (statistics.articles, statistics.versions, statistics.withdrawn, statistics.passages) == (1, 2, 1, 0)


def test_all_versions_of_an_article_the_oldest_first_however_they_came(store: Store) -> None:
    days = {number: datetime.date(2025, 1, number) for number in range(1, 6)}
    dated = {number: make_article("a1", number, updated=day) for number, day in days.items()}
    hour = datetime.datetime(2025, 1, 3, 8, tzinfo=datetime.UTC)
    later_that_day = make_article("a1", 9, updated=hour)
    for article in (dated[2], dated[5], dated[4], later_that_day, dated[1], dated[3], make_article("b")):
        add(store, article)
    assert [article for _, article in store.versions("a1")] == [
        dated[1], dated[2], dated[3], later_that_day, dated[4], dated[5],
    ]  # fmt: skip
    assert store.versions("a1")[-1][1] == store.article("a1")
    added = dict(rows(store, "SELECT content_hash, added_at FROM versions"))
    assert {a.content_hash: moment.isoformat() for moment, a in store.versions("a1")}.items() <= added.items()
    assert all(moment.utcoffset() == datetime.timedelta() for moment, _ in store.versions("a1"))
    assert store.versions("zz") == []


def test_versions_without_dates_stand_in_the_order_in_which_they_came(store: Store) -> None:
    articles = [make_article("a1", seed, published=None) for seed in range(3)]
    dated = make_article("a1", 7, updated=datetime.date(2020, 1, 1))
    for article in (*articles, dated):
        add(store, article)
    assert [article for _, article in store.versions("a1")] == [*articles, dated]
    assert store.article("a1") == dated


def test_the_current_version_is_the_last_even_where_its_date_says_otherwise(store: Store) -> None:
    fifth, third = (make_article("a1", day, updated=datetime.date(2025, 1, day)) for day in (5, 3))
    # What has no date is current until something else comes, of whatever day.
    for article in (fifth, make_article("a1", 7, published=None), third):
        add(store, article)
    assert store.article("a1") == third
    assert [article for _, article in store.versions("a1")][-1] == third


def test_a_version_that_was_altered_on_disk_is_not_shown(store: Store) -> None:
    add(store, make_article("a1", 1, updated=datetime.date(2025, 1, 1)))
    add(store, make_article("a1", 2, updated=datetime.date(2025, 1, 2)))
    connection = sqlite3.connect(store.path)
    with connection:
        connection.execute("UPDATE versions SET text = text || 'x' WHERE number = 1")
    connection.close()
    assert store.article("a1") is not None
    with pytest.raises(IndexDamagedError, match="'a1' no longer matches its checksum"):
        store.versions("a1")


def withdrawal(article_id: str, day: int, **fields: Any) -> Article:
    return make_article(article_id, day, status="withdrawn", updated=datetime.date(2025, 2, day), **fields)


def test_withdrawn_articles_are_those_whose_current_version_is(store: Store) -> None:
    assert store.withdrawn() == []
    add(store, *(make_article(name, updated=datetime.date(2025, 2, 1)) for name in ("a", "b", "c")))
    assert store.withdrawn() == []
    add(store, withdrawal("a", 2), withdrawal("b", 2), withdrawal("new", 2))
    first = dict(store.withdrawn())
    assert set(first) == {"a", "b", "new"}
    # Published again; withdrawn in other words; a late old version; and another process looks on.
    add(store, make_article("a", 3, updated=datetime.date(2025, 2, 3)))
    add(store, withdrawal("b", 3))
    add(store, make_article("new", 1, updated=datetime.date(2025, 1, 1)))
    other = Store(store.path.parent)
    second = dict(other.withdrawn())
    assert set(second) == {"b", "new"}
    assert all(second[name] != first[name] for name in second)
    assert dict(store.withdrawn()) == second
    store.remove(["b"])
    assert set(dict(other.withdrawn())) == {"new"}
    other.close()


def test_looking_for_withdrawn_articles_does_not_go_through_the_others(store: Store) -> None:
    add(store, *(make_article(f"a{number}") for number in range(3)), withdrawal("w", 2))
    with store._database.reading() as connection:
        few = steps(connection, store.withdrawn)
    add(store, *(make_article(f"b{number}", sentences=1) for number in range(600)))
    with store._database.reading() as connection:
        assert steps(connection, store.withdrawn) == few


def test_removing_erases_versions_passages_and_embeddings_but_not_those_shared(store: Store) -> None:
    shared = make_article("a1", 7)
    twin = dataclasses.replace(shared, id="a2", source="Daily Gull", url="")
    own = make_article("a3", 8)
    add(store, shared, twin, own)
    embed(store)
    assert store.remove(["a1", "a3", "never", "a1"]) == 2
    assert rows(store, "SELECT article_id FROM versions") == [("a2",)]
    assert {p.article.id for p in store.passages(store.passage_numbers().tolist()).values()} == {"a2"}
    assert len(rows(store, "SELECT 1 FROM embeddings")) == len(pieces(shared))
    assert store.counts(FINGERPRINT) == (len(pieces(shared)), len(pieces(shared)))
    assert store.remove(["a2"]) == 1
    for table in ("articles", "versions", "passages", "embeddings"):
        assert rows(store, f"SELECT 1 FROM {table}") == [], table
    # Added again, it begins anew, under numbers that were never given before.
    add(store, twin)
    assert rows(store, "SELECT number FROM versions") == [(1,)]
    assert store.passage_numbers().min() > 2 * len(pieces(shared)) + len(pieces(own))


def test_a_failing_write_keeps_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    add(store, make_article("a1"))
    before = rows(store, "SELECT * FROM changes")

    def fail(*_: object) -> None:
        raise RuntimeError("stop")

    with monkeypatch.context() as patched:
        patched.setattr("qa.store.writing._drop_passages", fail)
        with pytest.raises(RuntimeError, match="stop"):
            add(store, make_article("a2"), make_article("a1", 5, updated=datetime.date(2026, 1, 1)))
    assert rows(store, "SELECT * FROM changes") == before
    assert rows(store, "SELECT id FROM articles") == [("a1",)]
    # And the connection is usable again.
    assert add(store, make_article("a2")).added == 1


# The change log


def test_the_change_log_word_for_word(store: Store) -> None:
    short = {"sentences": 2, "title": "One title"}  # one passage each
    add(store, make_article("a1", **short), make_article("a2", **short))
    embed(store, limit=1)
    add(store, make_article("a1", 9, **short, updated=datetime.date(2026, 1, 1)))
    store.remove(["a2"])
    embed(store)
    newest = max((make_article(i, **short) for i in ("a1", "a2")), key=lambda a: (a.day, a.id == "a1")).id
    first_embedded = {"a1": 1, "a2": 2}[newest]
    assert rows(store, "SELECT seq, op, passage FROM changes ORDER BY seq") == [
        (1, "add", 1), (2, "add", 2), (3, "embed", first_embedded), (4, "delete", 1), (5, "add", 3), (6, "delete", 2),
        (7, "embed", 3),
    ]  # fmt: skip
    assert store.head() == 7
    assert store.changed_passages(0, 7, ("add", "delete")) == [1, 2, 3]
    assert store.changed_passages(3, 5, ("add", "delete")) == [1, 3]
    assert store.changed_passages(2, 6, ("embed",)) == [first_embedded]
    assert store.changed_passages(7, 7, ("add", "delete", "embed")) == []


def test_the_log_of_a_text_that_was_encoded_before(store: Store) -> None:
    article = make_article("a1", sentences=2)
    add(store, article)
    embed(store)
    add(store, dataclasses.replace(article, id="a2"))
    assert rows(store, "SELECT op, passage FROM changes ORDER BY seq") == [
        ("add", 1), ("embed", 1), ("add", 2), ("embed", 2),
    ]  # fmt: skip


# Embeddings


def test_an_exact_repeat_is_encoded_once_and_serves_all(store: Store) -> None:
    article = make_article("a1")
    add(store, article, dataclasses.replace(article, id="a2", source="Radio Skerry"))
    texts = embed(store)
    assert sorted(texts) == sorted(encoded_text(article.title, piece) for piece in pieces(article))
    numbers, vectors = store.vectors(FINGERPRINT, store.passage_numbers().tolist())
    assert len(numbers) == 2 * len(texts)
    found = store.passages(numbers.tolist())
    for number, vector in zip(numbers.tolist(), vectors, strict=True):
        passage = found[number]
        np.testing.assert_array_equal(vector, hashed_vector(encoded_text(passage.article.title, passage.text)))
    # The same text in a later article needs no encoding; the same text under another title does.
    add(store, dataclasses.replace(article, id="a3"), dataclasses.replace(article, id="a4", title="Other"))
    assert sorted(embed(store)) == sorted(encoded_text("Other", piece) for piece in pieces(article))


def test_vectors_of_another_encoder_are_kept_apart(store: Store) -> None:
    add(store, make_article("a1"))
    embed(store)
    assert store.pending(FINGERPRINT, 10) == []
    assert len(store.pending("other", 10)) == len(store.passage_numbers())
    assert store.vectors("other", store.passage_numbers().tolist())[1].shape == (0, 0)
    assert store.counts("other") == (len(store.passage_numbers()), 0)


def test_a_text_that_has_a_vector_keeps_it(store: Store) -> None:
    add(store, make_article("a1", sentences=2))
    embed(store)
    passage = store.passages([1])[1]
    store.write_vectors(FINGERPRINT, [passage.text_hash], np.ones((1, 64), np.float32))
    np.testing.assert_array_equal(
        store.vectors(FINGERPRINT, [1])[1][0], hashed_vector(encoded_text(passage.article.title, passage.text))
    )
    assert rows(store, "SELECT op FROM changes") == [("add",), ("embed",)]


def test_nothing_is_kept_for_a_text_removed_while_it_was_encoded(store: Store) -> None:
    add(store, make_article("a1", sentences=2))
    text_hash = store.passages([1])[1].text_hash
    store.remove(["a1"])
    store.write_vectors(FINGERPRINT, [text_hash], np.ones((1, 64), np.float32))
    assert rows(store, "SELECT 1 FROM embeddings") == []


def steps(connection: sqlite3.Connection, work: Callable[[], object]) -> int:
    """How many thousands of SQLite's instructions something takes: a measure of effort without a clock."""
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    connection.set_progress_handler(count, 1_000)
    try:
        work()
    finally:
        connection.set_progress_handler(None, 1_000)
    return counted[0]


def test_the_effort_does_not_grow_with_embeddings_that_are_not_asked_for(store: Store) -> None:
    """SQLite once chose to go through all of them for each passage wanted: minutes where it takes milliseconds."""
    add(store, *(Article(f"a{number}", "", f"Text {number}.") for number in range(3_000)))
    embed(store, 10_000)
    reader, writer = store._database._reader, store._database._writer
    assert steps(reader, lambda: store.vectors(FINGERPRINT, range(1, 501))) < 40
    article = make_article("b")
    before = steps(writer, lambda: add(store, article))
    assert before < 40
    assert store.counts(FINGERPRINT) == (3_000 + len(pieces(article)), 3_000)


def test_pending_are_leads_first_and_among_them_the_newest(store: Store) -> None:
    days = {"old": 1, "new": 20, "middle": 10}
    articles = [make_article(name, published=datetime.date(2025, 1, day)) for name, day in days.items()]
    add(store, *articles, make_article("undated", published=None))
    found = store.passages(store.pending(FINGERPRINT, 100))
    order = [(found[n].article.id, found[n].start) for n in store.pending(FINGERPRINT, 100)]
    assert [name for name, start in order[:4]] == ["new", "middle", "old", "undated"]
    assert all(start == 0 for _, start in order[:4])
    assert all(start > 0 for _, start in order[4:])
    ids = [name for name, _ in order[4:]]
    assert ids == sorted(ids, key=["new", "middle", "old", "undated"].index)
    assert store.pending(FINGERPRINT, 2) == store.pending(FINGERPRINT, 100)[:2]


# Filters and statistics


def test_filters_against_a_plain_loop(store: Store) -> None:
    articles = [make_article(f"a{number}") for number in range(30)] + [make_article("undated", published=None)]
    add(store, *articles)
    stored = store.passages(store.passage_numbers().tolist())
    start, end = datetime.date(2025, 3, 1), datetime.date(2025, 7, 31)
    for filters in (
        Filters(start), Filters(None, end), Filters(start, end), Filters(end, start), Filters(start, start),
        Filters(sources=("daily GULL",)), Filters(start, end, ("Daily Gull", "RADIO skerry")),
        Filters(sources=("Nobody",)),
    ):  # fmt: skip
        wanted = sorted(
            number for number, passage in stored.items()
            if (not filters.published_from or (passage.article.day and passage.article.day >= filters.published_from))
            and (not filters.published_to or (passage.article.day and passage.article.day <= filters.published_to))
            and (not filters.sources or passage.article.source.casefold() in [s.casefold() for s in filters.sources])
        )  # fmt: skip
        assert store.numbers_matching(filters).tolist() == wanted, filters
    assert store.numbers_matching(Filters()) is None


def test_statistics(store: Store) -> None:
    articles = [
        make_article("a1", source="Gull", published=datetime.date(2025, 2, 3)),
        make_article("a2", source="Gull", published=datetime.datetime(2025, 9, 1, 12, tzinfo=datetime.UTC)),
        make_article("a3", source="Press", published=None),
    ]
    add(store, *articles)
    embed(store, 2)
    statistics = store.statistics(FINGERPRINT, 64, 123)
    passages = sum(len(pieces(article)) for article in articles)
    assert dataclasses.asdict(statistics) | {"updated": None} == {
        "articles": 3, "versions": 3, "withdrawn": 0, "passages": passages, "embedded": 2,
        "sources": {"Gull": 2, "Press": 1}, "first_day": datetime.date(2025, 2, 3),
        "last_day": datetime.date(2025, 9, 1), "encoder": FINGERPRINT, "dimension": 64, "bytes_on_disk": 123,
        "updated": None,
    }  # fmt: skip
    assert statistics.updated.tzinfo is not None


def test_more_ids_than_one_statement_takes(store: Store) -> None:
    articles = [Article(f"a{number}", "", f"Text {number}.") for number in range(1_201)]
    add(store, *articles)
    assert len(store.current_versions([article.id for article in articles])) == 1_201
    numbers = store.passage_numbers()
    assert len(store.passages(numbers)) == 1_201
    assert [row[2] for row in store.lexical_rows(numbers)] == [article.text for article in articles]


# The file


def test_it_is_written_through_to_the_disk(store: Store) -> None:
    with store._database.transaction() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_what_is_read_together_belongs_to_one_moment(store: Store) -> None:
    """Another process removes the article between the two statements that read its passages."""
    article = make_article("a1")
    add(store, article)
    other = Store(store.path.parent)
    numbers = store.passage_numbers().tolist()
    removed: list[int] = []

    def remove_before_the_versions_are_read(statement: str) -> None:
        if "FROM versions" in statement and not removed:
            removed.append(other.remove(["a1"]))

    store._database._reader.set_trace_callback(remove_before_the_versions_are_read)
    found = store.passages(numbers)
    store._database._reader.set_trace_callback(None)
    other.close()
    assert removed == [1]
    assert [passage.article for passage in found.values()] == [article] * len(numbers)
    assert store.passages(numbers) == {}


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.close()
    store.close()
    for call in (store.settings, store.head, store.passage_numbers, lambda: store.set_new_settings({"a": "b"})):
        with pytest.raises(IndexClosedError, match=r"was closed .*qa\.open_index"):
            call()


def test_an_older_schema_is_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = Store(tmp_path)
    add(old, make_article("a1"))
    old.close()
    shipped = Path(database.__file__).parent / "migrations"
    scripts = Path(shutil.copytree(shipped, tmp_path / "migrations"))
    before = len(list(scripts.glob("*.sql")))
    (scripts / "9998_notes.sql").write_text(
        "CREATE TABLE notes (note TEXT);\nINSERT INTO notes VALUES ('x;y');\n", "utf-8"
    )
    (scripts / "9999_more.sql").write_text("ALTER TABLE notes ADD COLUMN more TEXT;\n", "utf-8")
    monkeypatch.setattr("importlib.resources.files", lambda package: scripts)
    new = Store(tmp_path)
    assert rows(new, "PRAGMA user_version") == [(before + 2,)]
    assert rows(new, "SELECT note, more FROM notes") == [("x;y", None)]
    assert new.article("a1") == make_article("a1")
    new.close()
    # A second time, nothing is done twice.
    again = Store(tmp_path)
    assert rows(again, "SELECT COUNT(*) FROM notes") == [(1,)]
    again.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Store(tmp_path).close()
    shipped = Path(database.__file__).parent / "migrations"
    scripts = Path(shutil.copytree(shipped, tmp_path / "migrations"))
    before = len(list(scripts.glob("*.sql")))
    (scripts / "9999_bad.sql").write_text("CREATE TABLE notes (note TEXT);\nINSERT INTO nowhere VALUES (1);\n", "utf-8")
    with monkeypatch.context() as patched:
        patched.setattr("importlib.resources.files", lambda package: scripts)
        with pytest.raises(ArchiveError, match="no such table: nowhere"):
            Store(tmp_path)
    store = Store(tmp_path)
    assert rows(store, "PRAGMA user_version") == [(before,)]
    assert rows(store, "SELECT name FROM sqlite_master WHERE name = 'notes'") == []
    store.close()


def test_a_newer_schema_is_refused_and_untouched(tmp_path: Path) -> None:
    store = Store(tmp_path)
    path = store.path
    store.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(IndexMismatchError, match="newer version of Dateline"):
        Store(tmp_path)
    assert path.read_bytes() == before


def test_a_foreign_sqlite_file_is_no_archive(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / database.FILE_NAME)
    connection.executescript("CREATE TABLE settings (x); PRAGMA user_version = 1;")
    connection.close()
    with pytest.raises((ArchiveError, IndexDamagedError)), __import__("contextlib").closing(Store(tmp_path)) as store:
        store.settings()


def test_a_full_disk_is_an_error_of_ours_and_leaves_the_archive_usable(store: Store) -> None:
    add(store, make_article("a1"))
    pages = store._database._writer.execute("PRAGMA page_count").fetchone()[0]
    store._database._writer.execute(f"PRAGMA max_page_count = {pages}")
    big = [make_article(f"b{number}", sentences=60) for number in range(100)]
    with pytest.raises(ArchiveError, match="full"):
        add(store, *big)
    assert rows(store, "SELECT id FROM articles") == [("a1",)]
    store._database._writer.execute("PRAGMA max_page_count = 1000000")
    assert add(store, *big).added == 100


# Any order of changes, against a plain model


class ChangeLog(RuleBasedStateMachine):
    """Adds, updates, removals and encoding in any order, the derived indexes caught up at any moment."""

    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="change-log-"))
        self.store = Store(self.folder)
        self.encoder = HashingEncoder()
        self.writing = FolderLock(self.folder, "writer", "writing")
        self.derived = self.new_derived()
        self.articles: dict[str, Article] = {}  # the model: what is current
        self.embedded: set[str] = set()  # the model: texts that have a vector
        self.day = datetime.date(2025, 1, 1)

    def new_derived(self) -> Derived:
        return Derived(self.folder, self.store, self.encoder, CONFIG, self.writing)  # type: ignore[arg-type]

    def model_passages(self) -> list[tuple[str, str]]:
        """(article id, text to encode) of all that should be searchable."""
        return [
            (article.id, encoded_text(article.title, piece))
            for article in self.articles.values() if not article.withdrawn for piece in pieces(article)
        ]  # fmt: skip

    @rule(ids=st.lists(st.integers(0, 7), min_size=1, max_size=4), text=st.integers(0, 4), withdrawn=st.booleans())
    def add_or_update(self, ids: list[int], text: int, withdrawn: bool) -> None:
        batch = []
        for number in ids:
            self.day += datetime.timedelta(days=1)
            # Few different texts, so that many articles share theirs.
            article = make_article(
                f"a{number}", text, text=make_article(f"shared{text}").text, updated=self.day,
                status="withdrawn" if withdrawn and number % 2 else "published",
            )  # fmt: skip
            batch.append(article)
            self.articles[article.id] = article
        report = add(self.store, *batch)
        assert report.read == len(batch) == report.added + report.updated

    @rule(ids=st.lists(st.integers(0, 7), min_size=1, max_size=3))
    def remove(self, ids: list[int]) -> None:
        names = {f"a{number}" for number in ids}
        assert self.store.remove(sorted(names)) == len(names & set(self.articles))
        for name in names:
            self.articles.pop(name, None)
        self.embedded &= {text for _, text in self.model_passages()}

    @rule(limit=st.integers(1, 6))
    def embed(self, limit: int) -> None:
        missing = {text for _, text in self.model_passages()} - self.embedded
        texts = embed(self.store, limit)
        assert len(texts) == len(set(texts)) == min(limit, len(missing))
        assert set(texts) <= missing
        self.embedded |= set(texts)
        self.store.set_new_settings({"dimension": "64"})

    @rule()
    def catch_up_lexical(self) -> None:
        with self.writing.held(0):
            self.derived.catch_up_lexical()

    @rule()
    def catch_up_vectors(self) -> None:
        self.derived.vectors()

    @rule()
    def save_vectors(self) -> None:
        self.derived.save_vectors()

    @rule()
    def reopen(self) -> None:
        self.derived = self.new_derived()

    @rule()
    def rebuild(self) -> None:
        with self.writing.held(0):
            self.derived.rebuild()

    @rule()
    def compare(self) -> None:
        """All three against the model, and against indexes made anew from what SQLite holds."""
        self.catch_up_lexical()
        numbers = self.store.passage_numbers().tolist()
        passages = self.store.passages(numbers)
        texts = {n: encoded_text(passage.article.title, passage.text) for n, passage in passages.items()}
        assert sorted((passages[n].article.id, texts[n]) for n in numbers) == sorted(self.model_passages())
        assert self.derived.lexical().numbers() == numbers
        with_vector = [number for number in numbers if texts[number] in self.embedded]
        vectors = self.derived.vectors()
        assert vectors.numbers().tolist() == with_vector
        present, matrix = vectors.reconstruct(with_vector)
        assert present == with_vector
        for number, vector in zip(present, matrix, strict=True):
            np.testing.assert_array_equal(vector, hashed_vector(texts[number]))
        with tempfile.TemporaryDirectory() as folder:
            fresh = Derived(
                Path(folder), self.store, self.encoder, CONFIG, FolderLock(Path(folder), "writer", "")  # type: ignore[arg-type]
            )  # fmt: skip
            assert fresh.lexical().numbers() == numbers
            assert fresh.vectors().numbers().tolist() == with_vector

    @invariant()
    def the_log_only_grows(self) -> None:
        head = self.store.head()
        assert head >= getattr(self, "head", 0)
        self.head = head

    def teardown(self) -> None:
        if hasattr(self, "store"):
            try:
                self.compare()
            finally:
                self.store.close()
                shutil.rmtree(self.folder)


TestChangeLog = ChangeLog.TestCase
TestChangeLog.settings = settings(max_examples=8, stateful_step_count=18, deadline=None)


@pytest.mark.slow
class TestChangeLogAtLength(ChangeLog.TestCase):  # type: ignore[misc, name-defined]
    settings = settings(max_examples=50, stateful_step_count=40, deadline=None)


def test_settings_keep_their_first_value(store: Store) -> None:
    store.set_new_settings({"encoder": "one", "other": json.dumps([1])})
    store.set_new_settings({"encoder": "two", "dimension": "64"})
    assert store.settings() == {"encoder": "one", "other": "[1]", "dimension": "64"}
