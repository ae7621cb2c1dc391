"""The records: content hashes, days, counts and JSON-ready dictionaries."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
from typing import Any

import pytest

from qa.records import (
    AddReport,
    Answer,
    Article,
    BadRecord,
    Citation,
    EmbedProgress,
    Filters,
    Hit,
    Origin,
    Query,
    Sentence,
    Statistics,
    day_of,
)

DAY = datetime.date(2025, 3, 4)
MOMENT = datetime.datetime(2025, 3, 4, 23, 30, tzinfo=datetime.UTC)
ARTICLE = Article(
    "a1", "Title", "Text of it.", "Gull", DAY, MOMENT, "https://x.example/1", ("Ann", "Bo"), "World", "en"
)
OTHER: dict[str, Any] = {
    "title": "Title!", "text": "Text of it", "source": "gull", "published": MOMENT, "updated": None,
    "url": "https://x.example/2", "authors": ("Ann Bo",), "section": "", "language": "de", "status": "corrected",
}  # fmt: skip


def test_content_hash_against_its_definition() -> None:
    parts = [
        "Title", "Text of it.", "Gull", "2025-03-04", "2025-03-04 23:30:00+00:00", "https://x.example/1",
        "('Ann', 'Bo')", "World", "en", "published",
    ]  # fmt: skip
    data = b"".join(f"{len(part.encode())}:{part}".encode() for part in parts)
    assert ARTICLE.content_hash == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("name", OTHER)
def test_any_change_that_a_reader_can_see_changes_the_hash(name: str) -> None:
    changed = dataclasses.replace(ARTICLE, **{name: OTHER[name]})
    assert changed.content_hash != ARTICLE.content_hash


def test_id_and_origin_are_not_content() -> None:
    moved = dataclasses.replace(ARTICLE, id="a2", origin=Origin("x.jsonl", 3))
    assert moved.content_hash == ARTICLE.content_hash
    assert dataclasses.replace(ARTICLE, origin=Origin("x.jsonl", 3)) == ARTICLE


def test_text_cannot_move_from_one_field_to_the_next_unseen() -> None:
    first = dataclasses.replace(ARTICLE, title="ab", text="c")
    assert first.content_hash != dataclasses.replace(ARTICLE, title="a", text="bc").content_hash


def test_days() -> None:
    assert day_of(None) is None
    assert day_of(DAY) == DAY
    assert type(day_of(MOMENT)) is datetime.date
    assert day_of(MOMENT) == DAY
    assert Article("x", "", "y", published=MOMENT).day == DAY
    assert Article("x", "", "y").day is None


def test_withdrawn() -> None:
    assert [Article("x", "", "y", status=s).withdrawn for s in ("published", "corrected", "withdrawn")] == [
        False, False, True,
    ]  # fmt: skip


def test_article_as_dict_is_json() -> None:
    assert json.loads(json.dumps(ARTICLE.as_dict())) == {
        "id": "a1", "title": "Title", "text": "Text of it.", "source": "Gull", "published": "2025-03-04",
        "updated": "2025-03-04T23:30:00+00:00", "url": "https://x.example/1", "authors": ["Ann", "Bo"],
        "section": "World", "language": "en", "status": "published",
    }  # fmt: skip


def test_origin_in_words() -> None:
    assert (str(Origin("a.jsonl", 7)), str(Origin("a.txt"))) == ("a.jsonl:7", "a.txt")


def test_add_report_counts() -> None:
    rejected = tuple(
        BadRecord(Origin("f", n), "r", kind) for n, kind in enumerate(["bad", "stale", "bad", "duplicate"])
    )
    report = AddReport(added=3, updated=2, unchanged=1, passages=9, rejected=rejected)
    assert report.read == 10
    assert [report.count(kind) for kind in ("bad", "duplicate", "stale")] == [2, 1, 1]


def test_bad_record_as_dict() -> None:
    assert BadRecord(Origin("f.csv", 3), "no text", "bad", "a1").as_dict() == {
        "file": "f.csv", "line": 3, "kind": "bad", "id": "a1", "reason": "no text",
    }  # fmt: skip


def test_filters_are_true_as_soon_as_they_limit() -> None:
    assert not Filters()
    assert Filters(sources="Daily Gull").sources == ("Daily Gull",)
    assert Filters(sources=["Gull", "Courier"]).sources == ("Gull", "Courier")
    assert all([Filters(published_from=DAY), Filters(published_to=DAY), Filters(sources=("Gull",))])


def test_records_are_frozen() -> None:
    for record, name in (
        (ARTICLE, "text"),
        (Filters(), "sources"),
        (Origin("f"), "path"),
        (EmbedProgress(1, 2), "done"),
    ):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, name, "x")


def test_embed_progress() -> None:
    assert EmbedProgress(10, 70, 15.0).seconds_left == 4.0
    assert EmbedProgress(10, 70).seconds_left is None


def test_answer_as_dict_is_json_and_holds_no_full_text() -> None:
    hit = Hit(
        ARTICLE, 0, 4, "Text", 0.75, lexical_rank=1, lexical_score=2.5, also_in=(dataclasses.replace(ARTICLE, id="b"),)
    )
    sentence = Sentence("Text", Citation(ARTICLE, 0, 4, 1), 0.9)
    query = Query("Who?", 5, Filters(published_from=DAY, sources=("Gull",)), DAY, ("a note",))
    answer = Answer("Text [1]", (sentence,), (hit,), query, False, "", 0.8, {"total": 1.5})
    found = json.loads(json.dumps(answer.as_dict()))
    assert found["query"] == {
        "text": "Who?", "k": 5, "as_of": "2025-03-04", "published_from": "2025-03-04", "published_to": None,
        "sources": ["Gull"], "notes": ["a note"],
    }  # fmt: skip
    reference = {name: value for name, value in ARTICLE.as_dict().items() if name != "text"}
    assert found["sentences"] == [
        {"text": "Text", "number": 1, "score": 0.9, "start": 0, "end": 4, "article": json.loads(json.dumps(reference))}
    ]
    assert found["hits"] == [
        {
            "article": json.loads(json.dumps(reference)), "start": 0, "end": 4, "text": "Text", "score": 0.75,
            "lexical_rank": 1, "dense_rank": None, "lexical_score": 2.5, "cosine": None,
            "also_in": [json.loads(json.dumps(reference | {"id": "b"}))],
        }
    ]  # fmt: skip
    assert (found["text"], found["abstained"], found["reason"], found["confidence"]) == ("Text [1]", False, "", 0.8)
    assert found["timings"] == {"total": 1.5}


def test_statistics_as_dict_is_json() -> None:
    statistics = Statistics(1, 2, 0, 3, 2, {"Gull": 1}, DAY, None, "e", 384, 1000, MOMENT)
    assert json.loads(json.dumps(statistics.as_dict())) == {
        "articles": 1, "versions": 2, "withdrawn": 0, "passages": 3, "embedded": 2, "sources": {"Gull": 1},
        "first_day": "2025-03-04", "last_day": None, "encoder": "e", "dimension": 384, "bytes_on_disk": 1000,
        "updated": "2025-03-04T23:30:00+00:00",
    }  # fmt: skip
