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
    Conflict,
    EmbedProgress,
    Filters,
    Hit,
    Mention,
    Origin,
    Period,
    Query,
    Sentence,
    ShortAnswer,
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
        (PERIOD, "hard"),
        (MENTION, "name"),
        (QUERY, "period"),
        (HIT, "figures"),
    ):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, name, "x")


def test_embed_progress() -> None:
    assert EmbedProgress(10, 70, 15.0).seconds_left == 4.0
    assert EmbedProgress(10, 70).seconds_left is None


# Periods


@pytest.mark.parametrize(
    ("first", "last", "day", "outside"),
    [
        ("2025-03-04", "2025-03-06", "2025-03-04", 0),
        ("2025-03-04", "2025-03-06", "2025-03-06", 0),
        ("2025-03-04", "2025-03-06", "2025-03-03", 1),
        ("2025-03-04", "2025-03-06", "2025-04-06", 31),
        ("2025-03-04", None, "2025-03-01", 3),
        ("2025-03-04", None, "2099-01-01", 0),
        (None, "2025-03-06", "2025-03-08", 2),
        (None, "2025-03-06", "1900-01-01", 0),
        (None, None, "2025-03-08", 0),
    ],
)
def test_days_from_a_period(first: str | None, last: str | None, day: str, outside: int) -> None:
    ends = [datetime.date.fromisoformat(end) if end else None for end in (first, last)]
    period = Period(ends[0], ends[1], True, "then", 0, 4, "reason")
    assert period.days_from(datetime.date.fromisoformat(day)) == outside


# As dictionaries


PERIOD = Period(DAY, None, False, "since March", 4, 15, "why the days")
MENTION = Mention("Gull", "outlet", True, False, "the Gull", 20, 28, "why the outlet")
QUERY = Query(
    "Who?", 5, Filters(published_from=DAY, sources=("Gull",)), DAY, ("a note", "another"), PERIOD, "latest", (MENTION,),
    ("Who one?", "Who two?"), ("now",),
)  # fmt: skip
HIT = Hit(
    ARTICLE, 0, 4, "Text", 0.75, lexical_rank=1, dense_rank=None, lexical_score=2.5, cosine=None,
    also_in=(dataclasses.replace(ARTICLE, id="b"),), figures=(("lexical", 0.5), ("lead", 0.25)), part="Who two?",
)  # fmt: skip
REFERENCE = {
    "id": "a1", "title": "Title", "source": "Gull", "published": "2025-03-04", "updated": "2025-03-04T23:30:00+00:00",
    "url": "https://x.example/1", "authors": ["Ann", "Bo"], "section": "World", "language": "en", "status": "published",
}  # fmt: skip
QUERY_AS_DICT = {
    "text": "Who?", "k": 5, "as_of": "2025-03-04", "published_from": "2025-03-04", "published_to": None,
    "sources": ["Gull"], "notes": ["a note", "another"],
    "period": {
        "first": "2025-03-04", "last": None, "hard": False, "phrase": "since March", "reason": "why the days",
    },
    "current": "latest",
    "mentions": [
        {
            "name": "Gull", "kind": "outlet", "hard": True, "excluded": False, "phrase": "the Gull",
            "reason": "why the outlet",
        }
    ],
    "parts": ["Who one?", "Who two?"], "ignored": ["now"],
}  # fmt: skip
HIT_AS_DICT = {
    "article": REFERENCE, "start": 0, "end": 4, "text": "Text", "score": 0.75, "lexical_rank": 1, "dense_rank": None,
    "lexical_score": 2.5, "cosine": None, "also_in": [REFERENCE | {"id": "b"}],
    "figures": {"lexical": 0.5, "lead": 0.25}, "part": "Who two?",
}  # fmt: skip


def names_of(record: Any) -> set[str]:
    return {field.name for field in dataclasses.fields(record)}


def test_query_as_dict_is_json_and_complete() -> None:
    assert json.loads(json.dumps(QUERY.as_dict())) == QUERY_AS_DICT
    # The filters stand in it by their own names.
    assert set(QUERY_AS_DICT) == names_of(Query) - {"filters"} | names_of(Filters)
    plain = Query("Who?", 5, Filters(), DAY).as_dict()
    assert json.loads(json.dumps(plain)) == {
        "text": "Who?", "k": 5, "as_of": "2025-03-04", "published_from": None, "published_to": None, "sources": [],
        "notes": [], "period": None, "current": "", "mentions": [], "parts": [], "ignored": [],
    }  # fmt: skip


def test_hit_as_dict_is_json_and_complete() -> None:
    assert json.loads(json.dumps(HIT.as_dict())) == HIT_AS_DICT
    assert set(HIT_AS_DICT) == names_of(Hit)
    plain = Hit(ARTICLE, 0, 4, "Text", 0.75).as_dict()
    assert (plain["also_in"], plain["figures"], plain["part"]) == ([], {}, "")


def test_answer_as_dict_is_json_and_holds_no_full_text() -> None:
    sentence = Sentence("Text", Citation(ARTICLE, 0, 4, 1), 0.9, leads_to=2)
    short = ShortAnswer("Te", "date", 1, 0, 2, "9 September 2025")
    conflict = Conflict("number", "They disagree.", (1, 2))
    answer = Answer(
        "Text [1]", (sentence,), (HIT,), QUERY, False, "", 0.8, {"total": 1.5}, ("was corrected",), short, (conflict,)
    )
    found = json.loads(json.dumps(answer.as_dict()))
    assert found == {
        "text": "Text [1]", "abstained": False, "reason": "", "confidence": 0.8, "timings": {"total": 1.5},
        "notes": ["was corrected"], "query": QUERY_AS_DICT, "hits": [HIT_AS_DICT],
        "sentences": [{"text": "Text", "number": 1, "score": 0.9, "start": 0, "end": 4, "leads_to": 2,
                       "article": REFERENCE}],
        "short": {"text": "Te", "kind": "date", "number": 1, "start": 0, "end": 2, "computed": "9 September 2025"},
        "conflicts": [{"kind": "number", "words": "They disagree.", "numbers": [1, 2], "update": False}],
        "written": [], "model": "", "unfinished": False,
    }  # fmt: skip
    assert set(found) == names_of(Answer)
    assert ARTICLE.text not in json.dumps(found)


def test_statistics_as_dict_is_json() -> None:
    statistics = Statistics(1, 2, 0, 3, 2, {"Gull": 1}, DAY, None, "e", 384, 1000, MOMENT)
    assert json.loads(json.dumps(statistics.as_dict())) == {
        "articles": 1, "versions": 2, "withdrawn": 0, "passages": 3, "embedded": 2, "sources": {"Gull": 1},
        "first_day": "2025-03-04", "last_day": None, "encoder": "e", "dimension": 384, "bytes_on_disk": 1000,
        "updated": "2025-03-04T23:30:00+00:00",
    }  # fmt: skip
