"""The sample archive and its golden questions hold what the documentation says of them."""

from __future__ import annotations

import datetime
import difflib
import itertools
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
MINIMUM = {"fact": 60, "time": 20, "two_articles": 15, "follow_up": 10, "unanswerable": 25}


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


RECORDS = read_lines(ROOT / "qa" / "sample" / "articles.jsonl")
GOLDEN = read_lines(ROOT / "tests" / "data" / "golden.jsonl")
NEWEST = {record["id"]: record for record in RECORDS}  # the lines are in order of time
ANSWERABLE = [case for case in GOLDEN if case["type"] != "unanswerable"]


def words(record: dict[str, Any]) -> int:
    return len(record["text"].split())


def moment(record: dict[str, Any]) -> str:
    return record.get("updated") or record["published"]


def by_id(case: dict[str, Any]) -> str:
    return case["id"]


def test_records_have_all_fields() -> None:
    fields = {"id", "title", "text", "source", "published", "url", "authors", "section", "language"}
    for record in RECORDS:
        assert fields <= record.keys() <= fields | {"updated", "status"}, record["id"]
        assert all(record[name] for name in fields - {"authors"}), record["id"]
        assert record["language"] == "en"
        assert record["url"].startswith("https://") and ".example/" in record["url"]
        assert record["text"] == record["text"].strip()
        assert "\n\n\n" not in record["text"]


def test_size_outlets_and_months() -> None:
    assert len(NEWEST) >= 80
    assert len({record["source"] for record in RECORDS}) >= 5
    assert min(Counter(record["source"] for record in RECORDS).values()) >= 8
    assert len({record["published"][:7] for record in RECORDS}) >= 14


def test_moments_are_iso_8601_and_in_order() -> None:
    for record in RECORDS:
        published = datetime.datetime.fromisoformat(record["published"])
        assert datetime.datetime.fromisoformat(moment(record)) >= published
    moments = [moment(record) for record in RECORDS]
    assert moments == sorted(moments)
    assert moments[-1] < "2026-11-24"


def test_lengths() -> None:
    flashes = [record for record in RECORDS if words(record) <= 80]
    assert len(flashes) >= 4
    assert all(words(record) >= 25 for record in flashes)
    for record in RECORDS:
        assert words(record) <= 80 or 120 <= words(record) <= 450, (record["id"], words(record))


def test_versions_corrections_and_withdrawal() -> None:
    counts = Counter(record["id"] for record in RECORDS)
    developing = [article_id for article_id, count in counts.items() if count == 4]
    assert developing
    versions = [record for record in RECORDS if record["id"] == developing[0]]
    assert len({moment(record) for record in versions}) == 4
    assert len({record["text"] for record in versions}) == 4

    statuses = Counter(record.get("status", "published") for record in RECORDS)
    assert statuses["corrected"] == 2
    assert statuses["withdrawn"] == 1
    for record in RECORDS:
        if "status" in record:
            assert record["updated"] > record["published"]
            assert counts[record["id"]] == 2
            assert "correction" in record["text"].lower() or "withdrawn" in record["text"]


def test_agency_copy_is_reprinted() -> None:
    reprints = [
        (one, other)
        for one, other in itertools.combinations(NEWEST.values(), 2)
        if one["source"] != other["source"] and similarity(one["text"], other["text"]) > 0.85
    ]
    assert len(reprints) >= 4
    assert any(one["text"] == other["text"] for one, other in reprints)
    assert any(one["text"] != other["text"] for one, other in reprints)


def similarity(one: str, other: str) -> float:
    matcher = difflib.SequenceMatcher(None, one.split(), other.split(), autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() > 0.8 else 0.0


def test_outlets_contradict_each_other() -> None:
    texts = {article_id: record["text"] for article_id, record in NEWEST.items()}
    assert "Eight thousand people marched" in texts["tc-2026-07-13-rally"]
    assert "14,000 people" in texts["dg-2026-07-13-rally"]
    assert "340 jobs" in texts["lt-2026-06-12-merger"]
    assert "430 jobs" in texts["ro-2026-06-12-merger"]


def test_number_of_questions() -> None:
    counts = Counter(case["type"] for case in GOLDEN)
    assert len(GOLDEN) >= 125
    assert counts.keys() == MINIMUM.keys()
    assert all(counts[kind] >= minimum for kind, minimum in MINIMUM.items()), counts
    assert len({case["id"] for case in GOLDEN}) == len(GOLDEN)
    assert len({(case["question"], *case.get("context", ())) for case in GOLDEN}) == len(GOLDEN)


@pytest.mark.parametrize("case", GOLDEN, ids=by_id)
def test_question_has_its_fields(case: dict[str, Any]) -> None:
    fields = {"id", "question", "as_of", "type", "article_ids", "answers", "sentences"}
    extra = {"context", "resolved"} if case["type"] == "follow_up" else set()
    assert case.keys() == fields | extra
    datetime.date.fromisoformat(case["as_of"])
    filled = case["type"] != "unanswerable"
    assert all(bool(case[name]) == filled for name in ("article_ids", "answers", "sentences"))
    assert all(case[name] for name in extra)


@pytest.mark.parametrize("case", ANSWERABLE, ids=by_id)
def test_sentences_and_answers_are_in_the_articles(case: dict[str, Any]) -> None:
    for article_id in case["article_ids"]:
        record = NEWEST[article_id]
        assert record.get("status") != "withdrawn"
        assert record["published"][:10] <= case["as_of"]
        assert any(sentence in record["text"] for sentence in case["sentences"]), article_id
    for sentence in case["sentences"]:
        assert any(sentence in NEWEST[article_id]["text"] for article_id in case["article_ids"]), sentence
        assert any(answer.lower() in sentence.lower() for answer in case["answers"]), sentence
    for answer in case["answers"]:
        assert any(answer.lower() in sentence.lower() for sentence in case["sentences"]), answer
    if case["type"] == "two_articles":
        assert len(case["article_ids"]) == len(case["sentences"]) == 2
