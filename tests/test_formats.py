"""qa/formats: what goes in comes out exactly, and what cannot come in is named with its reason."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import itertools
import json
import os
import random
import struct
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.errors import ArticleFileError
from qa.formats import ENDINGS, FIELD_ALIASES, fields, read_articles
from qa.formats.dates import read_moment
from qa.formats.identity import canonical_url
from qa.formats.json_values import read_json_values
from qa.formats.opening import TooLong, bounded_lines
from qa.records import Article, BadRecord, Origin

DATA = Path(__file__).parents[2] / "shared" / "data"
UTC = datetime.UTC
LIMIT = 1_000_000

FERRY = {
    "id": "ferry-1",
    "title": "Ferry to Norrholm back in service",
    "text": 'The ferry sails again.\n\nIts captain said: "We are glad", and left.\tOn time.',
    "source": "Harbour Post",
    "published": "2024-03-05T09:00:00Z",
    "updated": "2024-03-06",
    "url": "https://harbour.example/ferry?page=1",
    "author": "Ann Lee; Bo Ek",
    "section": "Traffic",
    "language": "en",
    "status": "corrected",
}
MILL = {"id": "7", "title": "Mühle öffnet — 水車", "text": "Die Mühle läuft wieder. 🌾", "published": "2023-09-17"}
FERRY_ARTICLE = Article(
    id="ferry-1",
    title="Ferry to Norrholm back in service",
    text='The ferry sails again.\n\nIts captain said: "We are glad", and left.\tOn time.',
    source="Harbour Post",
    published=datetime.datetime(2024, 3, 5, 9, tzinfo=UTC),
    updated=datetime.date(2024, 3, 6),
    url="https://harbour.example/ferry?page=1",
    authors=("Ann Lee", "Bo Ek"),
    section="Traffic",
    language="en",
    status="corrected",
)
MILL_ARTICLE = Article(
    id="7", title="Mühle öffnet — 水車", text="Die Mühle läuft wieder. 🌾", published=datetime.date(2023, 9, 17)
)


def read(path: Path, maximum: int = LIMIT) -> list[Article | BadRecord]:
    return list(read_articles(path, maximum_record_bytes=maximum))


def write(path: Path, content: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def one(tmp_path: Path, record: object) -> Article | BadRecord:
    (result,) = read(write(tmp_path / "one.jsonl", json.dumps(record)))
    return result


def article(tmp_path: Path, **record: object) -> Article:
    result = one(tmp_path, {"text": "Rain fell.", **record})
    assert isinstance(result, Article), result
    return result


def rejection(tmp_path: Path, **record: object) -> str:
    result = one(tmp_path, {"text": "Rain fell.", **record})
    assert isinstance(result, BadRecord), result
    assert result.kind == "bad"
    return result.reason


def outcome(results: list[Article | BadRecord]) -> list[tuple[str, int | None]]:
    """Each result as ("ok" or "bad", its line)."""
    return [
        ("ok", result.origin.line if result.origin else None)
        if isinstance(result, Article)
        else ("bad", result.origin.line)
        for result in results
    ]


# Every format, compressed and not


def as_json_lines(records: list[dict[str, str]]) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def as_json_array(records: list[dict[str, str]]) -> bytes:
    return json.dumps(records, indent=2).encode()


def as_table(records: list[dict[str, str]], delimiter: str) -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fieldnames=list(FERRY), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(records)
    return buffer.getvalue().encode()


def as_parquet(records: list[dict[str, str]]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records), buffer)
    return buffer.getvalue()


def two_gzip_members(content: bytes) -> bytes:
    return gzip.compress(content[: len(content) // 2]) + gzip.compress(content[len(content) // 2 :]) + bytes(512)


def two_zstd_frames(content: bytes) -> bytes:
    compress: Callable[[bytes], bytes] = zstandard.ZstdCompressor().compress
    skippable = struct.pack("<II", 0x184D2A50, 5) + b"aside"
    return compress(content[: len(content) // 2]) + skippable + compress(content[len(content) // 2 :])


COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda content: content,
    ".gz": gzip.compress,
    ".GZ": two_gzip_members,
    ".zst": zstandard.ZstdCompressor().compress,
    ".Zst": two_zstd_frames,
}
SEVERAL: dict[str, tuple[Callable[[list[dict[str, str]]], bytes], list[int]]] = {
    ".jsonl": (as_json_lines, [1, 2]),
    ".ndjson": (as_json_lines, [1, 2]),
    ".json": (as_json_array, [1, 2]),
    ".csv": (lambda records: as_table(records, ","), [2, 5]),
    ".TSV": (lambda records: as_table(records, "\t"), [2, 5]),
    ".parquet": (as_parquet, [1, 2]),
}


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("ending", SEVERAL)
def test_every_format_of_several_articles_gives_the_same_articles(
    tmp_path: Path, ending: str, compression: str
) -> None:
    content, lines = SEVERAL[ending]
    path = write(tmp_path / f"news{ending}{compression}", COMPRESSIONS[compression](content([FERRY, MILL])))
    results = read(path)
    assert results == [FERRY_ARTICLE, MILL_ARTICLE]
    assert [result.origin for result in results] == [Origin(str(path), line) for line in lines]


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("ending", [".md", ".markdown"])
def test_markdown_with_front_matter(tmp_path: Path, ending: str, compression: str) -> None:
    front = "".join(f"{name}: {json.dumps(value)}\n" for name, value in FERRY.items() if name != "text")
    content = f"---\n{front}---\n\n{FERRY['text']}\n".encode()
    path = write(tmp_path / f"ferry{ending}{compression}", COMPRESSIONS[compression](content))
    assert read(path) == [FERRY_ARTICLE]
    assert outcome(read(path)) == [("ok", 1)]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_plain_text(tmp_path: Path, compression: str) -> None:
    content = f"\n{MILL['title']}\n\n{MILL['text']}\n".encode()
    (result,) = read(write(tmp_path / f"mill.txt{compression}", COMPRESSIONS[compression](content)))
    assert isinstance(result, Article)
    assert (result.title, result.text, result.published) == (MILL["title"], MILL["text"], None)
    assert result.id == "text-886f0597bc03ad20"


@pytest.mark.parametrize("ending", [*(ending for ending in SEVERAL if ending != ".parquet"), ".txt", ".md"])
def test_a_mark_at_the_start_and_an_empty_file(tmp_path: Path, ending: str) -> None:
    if ending in SEVERAL:
        marked = b"\xef\xbb\xbf" + SEVERAL[ending][0]([MILL])
        assert read(write(tmp_path / f"marked{ending}", marked)) == [MILL_ARTICLE]
        assert read(write(tmp_path / f"empty{ending}", b"")) == []
    else:
        (result,) = read(write(tmp_path / f"marked{ending}", b"\xef\xbb\xbfRain fell."))
        assert isinstance(result, Article)
        assert result.text == "Rain fell."
        (empty,) = read(write(tmp_path / f"empty{ending}", b""))
        assert isinstance(empty, BadRecord)
        assert empty.reason.startswith("no text: text, body, content are missing or empty")


# Fields


def test_the_table_in_the_documentation_is_the_one_in_force() -> None:
    rows = [line.split("|") for line in (fields.__doc__ or "").splitlines() if line.startswith("|")][2:]
    documented = {row[1].strip(): tuple(name.strip() for name in row[2].split(",")) for row in rows}
    assert documented == FIELD_ALIASES


@pytest.mark.parametrize(
    ("field", "alias"), [(field, alias) for field in FIELD_ALIASES for alias in FIELD_ALIASES[field]]
)
def test_every_alias_in_any_case(tmp_path: Path, field: str, alias: str) -> None:
    values: dict[str, tuple[object, object]] = {
        "published": ("2024-03-05", datetime.date(2024, 3, 5)),
        "updated": ("2024-03-05", datetime.date(2024, 3, 5)),
        "authors": ("Ann Lee", ("Ann Lee",)),
        "status": ("Corrected", "corrected"),
    }
    given_value, expected = values.get(field, ("Some words", "Some words"))
    record = {f" {alias.upper()} ": given_value, "unknown": {"x": 1}}
    if field != "text":
        record["text"] = "Rain fell."
    result = one(tmp_path, record)
    assert isinstance(result, Article)
    assert getattr(result, field) == expected


def test_the_first_name_that_is_not_empty_counts(tmp_path: Path) -> None:
    record = {"text": " \n", "body": "Body.", "content": "Content.", "title": None, "headline": "Headline"}
    result = one(tmp_path, record)
    assert isinstance(result, Article)
    assert (result.text, result.title) == ("Body.", "Headline")


def test_text_is_kept_and_titles_are_collapsed(tmp_path: Path) -> None:
    result = article(
        tmp_path, title="  Two\r\n words\t here ", text="\r\n One\r\ntwo\rthree\n\n\n  four  \t five\u00a0six. "
    )
    assert result.title == "Two words here"
    assert result.text == "One\ntwo\nthree\n\n\n  four  \t five\u00a0six."


def test_control_characters_become_spaces(tmp_path: Path) -> None:
    assert article(tmp_path, text="a\x1b[31mb\x0cc\x7fd\te").text == "a [31mb c d\te"
    assert article(tmp_path, source="Post\x07s").source == "Post s"


def test_surrogate_pairs_are_one_character(tmp_path: Path) -> None:
    (result,) = read(write(tmp_path / "a.jsonl", rb'{"text": "\ud83c\udf3e"}'))
    assert isinstance(result, Article)
    assert result.text == "🌾"


@pytest.mark.parametrize(
    ("value", "authors"),
    [
        (None, ()),
        ("Ann Lee", ("Ann Lee",)),
        ("By Ann Lee and Bo Ek", ("Ann Lee", "Bo Ek")),
        ("by: Ann Lee", ("Ann Lee",)),
        ("Byron Ek; Sandy Anders ;Cy And", ("Byron Ek", "Sandy Anders", "Cy And")),
        ("Lee, Ann; Ek, Bo", ("Lee, Ann", "Ek, Bo")),
        ("Ann Lee, Harbour Post", ("Ann Lee, Harbour Post",)),
        (["Ann  Lee", "", None, "Bo and Cy Ek", {"name": "Dee Oh"}], ("Ann Lee", "Bo and Cy Ek", "Dee Oh")),
        ([], ()),
    ],
)
def test_authors(tmp_path: Path, value: object, authors: tuple[str, ...]) -> None:
    assert article(tmp_path, authors=value).authors == authors


def test_source_as_an_object(tmp_path: Path) -> None:
    assert article(tmp_path, source={"id": None, "name": "Harbour Post"}).source == "Harbour Post"
    assert article(tmp_path, source={"name": None}).source == ""


# Ids


@pytest.mark.parametrize(
    ("record", "article_id"),
    [
        ({"id": " a 1 "}, "a 1"),
        ({"id": 12}, "12"),
        ({"id": 0}, "0"),
        ({"article_id": "b", "url": "https://post.example/a"}, "b"),
        ({"id": "", "url": "https://post.example/a"}, "url-7a580ffe7e305768"),
        ({"url": "HTTP://www.Post.Example:80/a/?utm_source=x#top"}, "url-7a580ffe7e305768"),
        ({"url": "/a"}, "text-3e1e9dba0dbc3e1e"),
        ({}, "text-3e1e9dba0dbc3e1e"),
        ({"title": "Rain"}, "text-8acd0668f686f79b"),
    ],
)
def test_ids(tmp_path: Path, record: dict[str, object], article_id: str) -> None:
    assert article(tmp_path, **record).id == article_id


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://Post.Example/News/A", "post.example/News/A"),
        ("http://www.post.example:80/a//", "post.example/a"),
        ("https://post.example:443/", "post.example"),
        ("http://post.example:443/", "post.example:443"),
        ("https://me:secret@post.example./a#part", "post.example/a"),
        ("https://post.example/a?b=2&UTM_Medium=m&a=1&fbclid=f&&gclid=g&a=0", "post.example/a?a=0&a=1&b=2"),
        ("https://post.example/a?utm=1&x", "post.example/a?utm=1&x"),
        ("post.example/a", ""),
        ("mailto:a@post.example", ""),
        ("http://[broken", ""),
        ("http://post.example:port/", ""),
        ("", ""),
    ],
)
def test_canonical_url(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


# Dates

NO_TEXT = "no text: text, body, content are missing or empty; only a withdrawn article may do without"
UNREADABLE = "cannot be read; write it as 2024-03-05 or 2024-03-05T10:00:00Z"

DAY = datetime.date(2024, 3, 5)
TEN = datetime.datetime(2024, 3, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (None, None), ("", None), ("  ", None),
        ("2024-03-05", DAY), ("20240305", DAY), (" 2024/03/05 ", DAY), (20240305, DAY), (DAY, DAY),
        ("5 March 2024", DAY), ("March 5, 2024", DAY), ("Mar. 5th, 2024", DAY), ("Tuesday, 5 mar 2024", DAY),
        ("Tue, March 5 2024", DAY), ("Sept 5, 2024", datetime.date(2024, 9, 5)),
        ("1 May 2024", datetime.date(2024, 5, 1)), ("2024-02-29", datetime.date(2024, 2, 29)),
        ("2024-03-05T10:00:00Z", TEN), ("2024-03-05t10:00:00z", TEN), ("2024-03-05 10:00", TEN),
        ("2024-03-05T10", TEN), ("20240305T100000Z", TEN), ("20240305100000", TEN), ("2024-03-05T12:00:00+02:00", TEN),
        ("2024-03-05T00:30:00-0930", TEN), ("2024-03-05 10:00:00 UTC", TEN), ("2024-03-05 10:00 GMT", TEN),
        ("2024-03-05T10:00:00.000000789Z", TEN), ("2024-03-04 23:00 -1100", TEN),
        ("Tue, 05 Mar 2024 10:00:00 GMT", TEN), ("5 Mar 2024 05:00 EST", TEN),
        ("Tue, 05 Mar 2024 11:00:00 +0100 (CET)", TEN), ("Tue, 5 Mar 2024 10:00:00", TEN),
        (1709632800, TEN), (1709632800.0, TEN), (1709632800000, TEN), ("1709632800", TEN), ("1709632800000", TEN),
        (datetime.datetime(2024, 3, 5, 10), TEN), (datetime.datetime(2024, 3, 5, 10, tzinfo=UTC), TEN),
        (datetime.datetime(2024, 3, 5, 5, tzinfo=datetime.timezone(datetime.timedelta(hours=-5))), TEN),
    ],
)  # fmt: skip
def test_dates_that_are_read(value: object, moment: object) -> None:
    result = read_moment(value)
    assert result == moment
    assert type(result) is type(moment)
    if isinstance(result, datetime.datetime):
        assert result.tzinfo is UTC


@pytest.mark.parametrize("value", ["03/05/2024", "25/12/2024", "3.5.2024", "05-03-24", "3/5/2024 10:00"])
def test_dates_that_could_be_two(value: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_moment(value)
    assert str(caught.value) == f"the date '{value}' does not say which is day and month; write it as 2024-03-05"


@pytest.mark.parametrize(
    "value",
    [
        "yesterday", "2024", "2024-03", "March 2024", "2024-02-30", "0000-00-00", "2024-13-01", "2024-W10-2",
        "20240230", "31 June 2024",
        "2024-03-05T25:00", "2024-03-05T24:00", "2024-03-05+02:00", "2024-03-05x10:00", "5 Mar 2024 10:00 CET",
        "5 Foo 2024", "5 Mar 24", "2024030510", "123", "0001-01-01T00:00+05:00", "Tue, 05 Mar 2024 25:00:00 GMT",
        2024, 0, -5, 1e30, float("nan"), float("inf"), 10**25, 17096328000000000, 99_999_999,
    ],
)  # fmt: skip
def test_dates_that_are_not_read(value: object) -> None:
    with pytest.raises(ValueError, match=r"^the date '.*' cannot be read; write it as 2024-03-05 or"):
        read_moment(value)


@pytest.mark.parametrize("value", [True, [1], {"$date": 1}, b"2024"])
def test_dates_of_another_kind(value: object) -> None:
    with pytest.raises(ValueError, match=r"^a date must be text or a number, not "):
        read_moment(value)


@given(st.text(max_size=30) | st.integers() | st.floats() | st.from_regex(r"[0-9 :/TZ+.-]{4,25}", fullmatch=True))
def test_dates_raise_nothing_but_value_errors(value: object) -> None:
    try:
        moment = read_moment(value)
    except ValueError:
        return
    assert moment is None or type(moment) in (datetime.date, datetime.datetime)


@settings(max_examples=50, deadline=None)
@given(st.datetimes(timezones=st.timezones(), min_value=datetime.datetime(1800, 1, 1)))
def test_every_iso_moment_is_read(moment: datetime.datetime) -> None:
    offset = moment.utcoffset()
    if offset is not None and offset.microseconds == 0 and offset.seconds % 60 == 0:
        try:
            expected = moment.astimezone(UTC)
        except OverflowError:
            return
        assert read_moment(moment.isoformat()) == expected


def test_a_bad_date_is_quoted_and_shortened(tmp_path: Path) -> None:
    reason = rejection(tmp_path, published="soon " * 20)
    assert reason == f"published: the date 'soon soon soon soon soon soon soon soon…' {UNREADABLE}"


# Rejections


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"text": ""}, NO_TEXT),
        ({"text": " \t\n"}, NO_TEXT),
        ({"text": "\x1b\x01"}, NO_TEXT),
        ({"text": None}, NO_TEXT),
        ({"text": 5}, "text must be text, not a number"),
        ({"text": ["a"]}, "text must be text, not a list"),
        ({"title": {"a": 1}}, "title must be text, not an object"),
        ({"section": True}, "section must be text, not true or false"),
        ({"id": 1.5}, "id must be text or a whole number, not a number"),
        ({"id": True}, "id must be text or a whole number, not true or false"),
        ({"id": "a\nb"}, "the id 'a\\nb' holds a line break or control character; remove it"),
        ({"text": "a\0b"}, "text holds a NUL character at position 1; remove it"),
        ({"title": "ab\0"}, "title holds a NUL character at position 2; remove it"),
        ({"text": "a\ud800b"}, "text holds half of a surrogate pair (\\ud800) at position 1; export it again as UTF-8"),
        ({"url": "\udfff"}, "url holds half of a surrogate pair (\\udfff) at position 0; export it again as UTF-8"),
        ({"source": ["a"]}, "source must be text, not a list"),
        ({"source": {"id": 1}}, "source is an object without a name; give it one, or write the source as text"),
        ({"author": 5}, "authors must be text or a list, not a number"),
        ({"author": ["a", 5]}, "authors must be text, not a number"),
        ({"status": "draft"}, "the status 'draft' is unknown; use published, corrected, withdrawn or leave it out"),
        ({"updated": "soon"}, f"updated: the date 'soon' {UNREADABLE}"),
        ({"status": "withdrawn", "text": ""}, "a withdrawal must name its article; add its id or its url"),
    ],
)  # fmt: skip
def test_rejected_records(tmp_path: Path, record: dict[str, object], reason: str) -> None:
    assert rejection(tmp_path, **record) == reason


def test_a_rejection_names_the_article(tmp_path: Path) -> None:
    result = one(tmp_path, {"id": 17, "text": ""})
    assert isinstance(result, BadRecord)
    assert result.article_id == "17"


def test_a_withdrawn_article_needs_no_text(tmp_path: Path) -> None:
    result = one(tmp_path, {"id": "a", "status": " Withdrawn "})
    assert result == Article(id="a", title="", text="", status="withdrawn")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": "a"', "not JSON: Expecting ',' delimiter at character 12"),
        (b"rain", "not JSON: Expecting value at character 0"),
        (b'{"text": "a"} {"text": "b"}', "not JSON: Extra data at character 14"),
        (b'[{"text": "a"}]', "not an object but an array; put one object on each line, or name the file .json"),
        (b'"rain"', "not an object; each record must be a JSON object with its fields"),
        (b"null", "not an object; each record must be a JSON object with its fields"),
        (b"[" * 100_000, "not readable JSON: nested too deeply"),
        (
            b'{"text": "a\xff"}',
            "not UTF-8: byte 0xff at byte offset 11 of the record; convert the file to UTF-8",
        ),
        (
            b'{"text": "\xed\xa0\x80"}',
            "not UTF-8: byte 0xed at byte offset 10 of the record; convert the file to UTF-8",
        ),
        (
            b"\xff\xfer\0",
            "not UTF-8 (it looks like UTF-16): byte 0xff at byte offset 0 of the record; convert the file to UTF-8",
        ),
    ],
)
def test_rejected_lines_and_the_rest_goes_on(tmp_path: Path, line: bytes, reason: str) -> None:
    content = b'\r\n{"text": "a"}\r\n \t\n' + line + b'\n{"text": "b"}'
    path = write(tmp_path / "a.jsonl", content)
    first, bad, last = read(path)
    assert isinstance(first, Article)
    assert bad == BadRecord(Origin(str(path), 4), reason)
    assert isinstance(last, Article)
    assert (first.origin, last.origin) == (Origin(str(path), 2), Origin(str(path), 5))


def test_a_number_with_too_many_digits(tmp_path: Path) -> None:
    (result,) = read(write(tmp_path / "a.jsonl", '{"text": "a", "id": ' + "9" * 5000 + "}"))
    assert isinstance(result, BadRecord)


# Bounds


def test_the_longest_allowed_record_and_one_byte_more(tmp_path: Path) -> None:
    allowed = json.dumps({"id": "a", "text": "x" * 1000}).encode()
    path = write(tmp_path / "a.jsonl", allowed + b"\n" + allowed[:-1] + b" }\n" + allowed)
    results = read(path, maximum=len(allowed))
    assert outcome(results) == [("ok", 1), ("bad", 2), ("ok", 3)]
    assert isinstance(results[1], BadRecord)
    assert results[1].reason == (
        f"the record is {len(allowed) + 1:,} bytes long, more than the {len(allowed):,} allowed; "
        "shorten it, or raise maximum_record_bytes"
    )


LONG = random.Random(1).randbytes(2_500_000).hex().encode()
MULTI_LINE = b"".join(LONG[start : start + 499] + b"\n" for start in range(0, 5_000_000, 500))


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.jsonl", b'{"text": "a"}\n{"text": "' + LONG + b'"}\n{"text": "b"}\n', [("ok", 1), ("bad", 2), ("ok", 3)]),
        ("a.json", b'[{"text": "a"}, {"text": "' + LONG + b'"}, {"text": "b"}]', [("ok", 1), ("bad", 2), ("ok", 3)]),
        ("b.json", b'{"text": "' + LONG + b'"} {"text": "b"}', [("bad", 1), ("ok", 2)]),
        ("a.csv", b'id,text\n1,a\n2,"' + LONG + b'"\n3,b\n', [("ok", 2), ("bad", 3), ("ok", 4)]),
        ("b.csv", b'id,text\n1,a\n2,"' + MULTI_LINE + b'"\n3,b\n', [("ok", 2), ("bad", 3), ("ok", 10_004)]),
        ("c.csv", b'id,text\n2,"a\n' + LONG + b'"\n3,b\n', [("bad", 2), ("ok", 4)]),
        ("d.csv", b'id,text\n2,"""' + LONG + b'\nmore"\n3,b\n', [("bad", 2), ("ok", 4)]),
        ("a.txt", LONG, [("bad", 1)]),
        ("a.md", b"# Title\n" + LONG, [("bad", 1)]),
    ],
)
def test_a_record_that_is_too_long_is_never_in_memory(
    tmp_path: Path, name: str, content: bytes, expected: list[tuple[str, int]]
) -> None:
    for path in (write(tmp_path / name, content), write(tmp_path / f"{name}.zst", zstandard.compress(content))):
        tracemalloc.start()
        try:
            results = read(path, maximum=100_000)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert outcome(results) == expected
        bad = [result.reason for result in results if isinstance(result, BadRecord)]
        assert bad[0].startswith("the record is 5,0"), bad
        assert peak < 3_000_000


def test_a_file_that_swells_is_bounded(tmp_path: Path) -> None:
    compressor = zstandard.ZstdCompressor().compressobj()
    path = tmp_path / "bomb.jsonl.zst"
    with path.open("wb") as file:
        for _ in range(200):
            file.write(compressor.compress(bytes(1_000_000)))
        file.write(compressor.flush())
    assert path.stat().st_size < 50_000
    tracemalloc.start()
    try:
        (result,) = read(path, maximum=100_000)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(result, BadRecord)
    assert result.reason.startswith("the record is 200,000,000 bytes long")
    assert peak < 80_000_000


def test_a_long_parquet_cell_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", as_parquet([{"text": "a"}, {"text": "é" * 600}, {"text": "b"}]))
    results = read(path, maximum=1000)
    assert outcome(results) == [("ok", 1), ("bad", 2), ("ok", 3)]
    assert isinstance(results[1], BadRecord)
    assert results[1].reason.startswith("the record is 1,200 bytes long, more than the 1,000 allowed")


# JSON files

BAD_2_TO_5 = [("bad", number) for number in range(2, 6)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[]", []),
        (b" [ ] \n", []),
        (b'{"text": "a"}', [("ok", 1)]),
        (b'{"text": "a", "source": {"name": "b"}}\n{"text": "]["}\n', [("ok", 1), ("ok", 2)]),
        (b'[{"text": "a,}\\"]"}, {"text": "b"}]', [("ok", 1), ("ok", 2)]),
        (b'[{"text": "a"}, 5, {"text": }, , {"text": "\xff"}, {"text": "b"}]', [("ok", 1), *BAD_2_TO_5, ("ok", 6)]),
        (b'[{"text": "a"},]', [("ok", 1), ("bad", 2)]),
        (b"rain", [("bad", 1)]),
        (b" \n ", []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_json_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, expected: list[tuple[str, int]], chunk: int
) -> None:
    monkeypatch.setattr("qa.formats.opening._CHUNK", chunk)
    assert outcome(list(read_json_values(write(tmp_path / "a.json", content), LIMIT))) == expected


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b'[{"text": "a"}, {"text": "b', "The JSON array is never closed after its element 1"),
        (b'[{"text": "a"}] {"text": "b"}', "The JSON file goes on after the end of its array"),
    ],
)
def test_json_arrays_that_end_wrongly(tmp_path: Path, content: bytes, what: str) -> None:
    records = read_articles(write(tmp_path / "a.json", content), maximum_record_bytes=LIMIT)
    assert isinstance(next(records), Article)
    with pytest.raises(ArticleFileError) as caught:
        list(records)
    assert caught.value.what == what
    assert caught.value.where == str(tmp_path / "a.json")


# Tables


def test_table_lines_cells_and_encodings(tmp_path: Path) -> None:
    content = (
        b"\xef\xbb\xbf\nID,Headline,Body,other\r\n"
        b'1,One,"First ""line""\r\nsecond, line\n",x\r\n'  # 3
        b"\r\n"
        b'2,Two,"bad \xff\nmore",x\n'  # 7
        b"3,Three,three,x,y\n"  # 9
        b"4,Four\n"  # 10
        b'5,Five,"five" or six,x\n'  # 11
        b"6,Six,,\n"  # 12
        b"7,Seven,nul \0 here,x\n"  # 13
        b'8,Eight,"text\nwith \xfe",x\n'  # 14
        b"9,Nine,nine,x"  # 16
    )
    path = write(tmp_path / "a.csv", content)
    results = read(path)
    assert outcome(results) == [
        ("ok", 3), *[("bad", line) for line in (7, 9, 10, 11, 12, 13, 14)], ("ok", 16)
    ]  # fmt: skip
    assert results[0] == Article(id="1", title="One", text='First "line"\nsecond, line')
    assert results[-1] == Article(id="9", title="Nine", text="nine")
    assert [result.reason for result in results if isinstance(result, BadRecord)] == [
        "not UTF-8: byte 0xff at byte offset 11 of the record; convert the file to UTF-8",
        "5 cells where the header has 4; quote cells that hold ',' or lines",
        "2 cells where the header has 4; quote cells that hold ',' or lines",
        "not a row: ',' expected after '\"'; double each quotation mark inside a quoted cell",
        NO_TEXT,
        "text holds a NUL character at position 4; remove it",
        "not UTF-8: byte 0xfe at byte offset 19 of the record; convert the file to UTF-8",
    ]


def test_a_quotation_mark_that_is_never_closed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'id,text\n1,a\n2,"b\n3,c\n')
    results = read(path)
    assert outcome(results) == [("ok", 2), ("bad", 3)]
    assert isinstance(results[1], BadRecord)
    assert results[1].reason == (
        "not a row: unexpected end of data, from line 3 to line 4; double each quotation mark inside a quoted cell"
    )


def test_cells_beyond_the_csv_module_default(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", as_table([{"text": "x" * 200_000}], ","))
    (result,) = read(path)
    assert isinstance(result, Article)
    assert result.text == "x" * 200_000


@pytest.mark.parametrize("content", ["1,Rain fell.\n", "id;text\n1;a\n", 'id,"te"xt\n', b"id,text\xff\n"])
def test_a_header_without_text(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(ArticleFileError, match=r"The header .* one of them text, body, content"):
        read(write(tmp_path / "a.csv", content))


# Parquet


def parquet_file(path: Path, **columns: Any) -> Path:
    pq.write_table(pa.table(columns), path, row_group_size=2)
    return path


def test_parquet_types(tmp_path: Path) -> None:
    moments = pa.array([datetime.datetime(2024, 3, 5, 10)] * 3, pa.timestamp("ns"))
    path = parquet_file(
        tmp_path / "a.parquet",
        Id=pa.array([1, 2, 3]),
        text=pa.array(["a", "b", "c"]).dictionary_encode(),
        published=moments.cast(pa.timestamp("us", "Europe/Berlin")),
        updated=pa.array([DAY, None, DAY]),
        authors=pa.array([["Ann Lee", "Bo Ek"], [], None]),
        source=pa.array([{"name": "Post"}, {"name": None}, None]),
        ignored=pa.array([b"\xff", b"", None]),
    )
    assert read(path) == [
        Article(id="1", title="", text="a", published=TEN, updated=DAY, authors=("Ann Lee", "Bo Ek"), source="Post"),
        Article(id="2", title="", text="b", published=TEN),
        Article(id="3", title="", text="c", published=TEN, updated=DAY),
    ]
    assert outcome(read(path)) == [("ok", 1), ("ok", 2), ("ok", 3)]


def test_parquet_nanoseconds_and_cells_that_cannot_be_read(tmp_path: Path) -> None:
    path = parquet_file(
        tmp_path / "a.parquet",
        text=pa.array([b"a", b"b\xff", b"c", b"d"]).view(pa.string()),
        published=pa.array([1_709_632_800_000_000_789, 0, None, 0], pa.timestamp("ns")),
    )
    results = read(path)
    assert outcome(results) == [("ok", 1), ("bad", 2), ("ok", 3), ("ok", 4)]
    assert isinstance(results[0], Article)
    assert results[0].published == TEN
    assert isinstance(results[1], BadRecord)
    assert results[1].reason == "not UTF-8: byte 0xff at byte offset 1 of a cell; write the file again as UTF-8"


def test_parquet_dates_out_of_range(tmp_path: Path) -> None:
    path = parquet_file(
        tmp_path / "a.parquet",
        text=pa.array(["a", "b", "c"]),
        date=pa.array([1_709_632_800_000, 2**62, -(2**55)], pa.timestamp("ms")),
    )
    assert outcome(read(path)) == [("ok", 1), ("bad", 2), ("bad", 3)]


@pytest.mark.parametrize("compression", ["", ".gz"])
def test_broken_parquet(tmp_path: Path, compression: str) -> None:
    whole = as_parquet([FERRY, MILL])
    for content in (b"", b"PAR1", whole[:-10], whole[10:], bytes(200)):
        path = write(tmp_path / f"a.parquet{compression}", COMPRESSIONS[compression](content))
        with pytest.raises(ArticleFileError, match="The Parquet file cannot be read after row 0"):
            read(path)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=4))
def test_damaged_parquet_raises_only_what_is_documented(
    tmp_path_factory: pytest.TempPathFactory, place: int, damage: bytes
) -> None:
    whole = as_parquet([FERRY, MILL])
    place %= len(whole)
    path = tmp_path_factory.getbasetemp() / "fuzzed.parquet"
    path.write_bytes(whole[:place] + damage + whole[place + len(damage) :])
    try:
        read(path)
    except ArticleFileError as error:
        assert error.where == str(path)


def test_parquet_without_text(tmp_path: Path) -> None:
    with pytest.raises(ArticleFileError, match="The Parquet file has no column with the text"):
        read(parquet_file(tmp_path / "a.parquet", words=pa.array(["a"])))


# Documents


@pytest.mark.parametrize(
    ("content", "title", "text"),
    [
        ("Title\n\nText.", "Title", "Text."),
        ("\n\n  Title \r\n \t\r\n\r\nText.\r\nMore.", "Title", "Text.\nMore."),
        ("One line.", "", "One line."),
        ("One line.\n\n\n", "", "One line."),
        ("Line.\nAnother.\n\nMore.", "", "Line.\nAnother.\n\nMore."),
        ("x" * 200 + "\n\nText.", "x" * 200, "Text."),
        ("x" * 201 + "\n\nText.", "", "x" * 201 + "\n\nText."),
    ],
)
def test_titles_of_plain_text(tmp_path: Path, content: str, title: str, text: str) -> None:
    (result,) = read(write(tmp_path / "a.txt", content))
    assert isinstance(result, Article)
    assert (result.title, result.text) == (title, text)


@pytest.mark.parametrize(
    ("content", "title", "text"),
    [
        ("# Title #\n\nSome *text*.\n\n# More", "Title", "Some *text*.\n\n# More"),
        ("---\ntitle: Front\n---\n# Heading\n\nText.", "Front", "# Heading\n\nText."),
        ("---\nHeadline: Front\n...\nText.", "Front", "Text."),
        ("---\ntitle: null\n---\n\n# Heading\nText.", "Heading", "Text."),
        ("---\n---\nText.", "", "Text."),
        ("---\r\ntitle: Front\r\n---\r\nText.\r\nMore.", "Front", "Text.\nMore."),
        ("## Not the title\n\nText.", "", "## Not the title\n\nText."),
        ("Text.\n\n---\n\nMore.", "", "Text.\n\n---\n\nMore."),
    ],
)
def test_titles_of_markdown(tmp_path: Path, content: str, title: str, text: str) -> None:
    (result,) = read(write(tmp_path / "a.md", content))
    assert isinstance(result, Article)
    assert (result.title, result.text) == (title, text)


def test_front_matter_is_read_as_text(tmp_path: Path) -> None:
    front = (
        "id: 0123\nlanguage: no\ndate: 2024-03-05\nupdated: 2024-03-05 10:00:00\nauthors: [Ann Lee, Bo Ek]\nstatus: ~"
    )
    (result,) = read(write(tmp_path / "a.md", f"---\n{front}\n---\nText."))
    assert result == Article(
        id="0123", title="", text="Text.", language="no", published=DAY, updated=TEN, authors=("Ann Lee", "Bo Ek")
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"---\ntitle: a\nText.", "the front matter is never closed; end it with a line ---"),
        (
            b"---\nid: 1\ntitle: a: b\n---\nText.",
            "the front matter is not YAML: mapping values are not allowed in this context in line 3; "
            "put values with colons in quotes",
        ),
        (b"---\n- a\n---\nText.", "the front matter must be lines of the form name: value"),
        (b"---\ndate: soon\n---\nText.", f"published: the date 'soon' {UNREADABLE}"),
        (b"Text \xff.", "not UTF-8: byte 0xff at byte offset 5 of the record; convert the file to UTF-8"),
        (b"---\ntitle: a\n---\n", NO_TEXT),
    ],
)  # fmt: skip
def test_rejected_markdown(tmp_path: Path, content: bytes, reason: str) -> None:
    path = write(tmp_path / "a.md", content)
    assert read(path) == [BadRecord(Origin(str(path), 1), reason)]


def test_front_matter_runs_nothing(tmp_path: Path) -> None:
    content = f"---\ntitle: !!python/object/apply:os.mkdir ['{tmp_path}/made']\n---\nText."
    (result,) = read(write(tmp_path / "a.md", content))
    assert isinstance(result, BadRecord)
    assert not (tmp_path / "made").exists()


# Files and folders


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.jsonl", "There is no such file or folder"),
        ("empty", "The folder holds no article file"),
        ("pictures", "The folder holds no article file"),
        ("pictures/a.png", "The ending of the file's name is unknown"),
        ("pictures/noending", "The ending of the file's name is unknown"),
        ("pictures/a.tar.gz", "The ending of the file's name is unknown"),
    ],
)
def test_what_cannot_be_read_at_all(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "empty").mkdir()
    for file in ("a.png", "noending", "a.tar.gz", ".a.jsonl"):
        write(tmp_path / "pictures" / file, b"x")
    with pytest.raises(ArticleFileError) as caught:
        read_articles(tmp_path / name, maximum_record_bytes=LIMIT)
    assert str(caught.value).startswith(f"{message} ({tmp_path / name}). ")
    if name != "none.jsonl":
        assert all(f"{ending}," in caught.value.cure for ending in ENDINGS)


def test_a_folder_is_read_in_order_and_goes_on_after_bad_files(tmp_path: Path) -> None:
    good = as_json_lines([MILL])
    write(tmp_path / "b" / "inner" / "z.jsonl", good)
    write(tmp_path / "a.csv", as_table([MILL], ","))
    write(tmp_path / "b.txt", "Rain fell.")
    write(tmp_path / "c.pdf", b"%PDF")
    write(tmp_path / "d.jsonl.gz", gzip.compress(good)[:-12])
    write(tmp_path / "e.csv", "no header\n")
    write(tmp_path / "f.parquet", b"no")
    write(tmp_path / "g.jsonl.zst", b"no zstd here")
    write(tmp_path / "z.jsonl", good)
    write(tmp_path / ".hidden.jsonl", good)
    write(tmp_path / ".git" / "a.jsonl", good)
    (tmp_path / "h").symlink_to(tmp_path / "b")
    (tmp_path / "i.jsonl").symlink_to(tmp_path / "nowhere.jsonl")
    os.mkfifo(tmp_path / "j.jsonl")
    results = read(tmp_path)
    origins = [(Path(str(r.origin and r.origin.path)).relative_to(tmp_path).as_posix(), type(r)) for r in results]
    assert origins == [
        ("a.csv", Article), ("b/inner/z.jsonl", Article), ("b.txt", Article), ("c.pdf", BadRecord),
        ("d.jsonl.gz", BadRecord), ("e.csv", BadRecord), ("f.parquet", BadRecord), ("g.jsonl.zst", BadRecord),
        ("h", BadRecord), ("i.jsonl", BadRecord), ("j.jsonl", BadRecord), ("z.jsonl", Article),
    ]  # fmt: skip
    reasons = [result.reason for result in results if isinstance(result, BadRecord)]
    assert [result.origin.line for result in results if isinstance(result, BadRecord)] == [None] * 8
    assert reasons[0].startswith("The ending of the file's name is unknown. Known are .jsonl, .ndjson, .json, .csv, ")
    assert reasons[1].startswith("The compressed file is cut short. ")
    assert reasons[2].startswith("The header names no column with the text. ")
    assert reasons[3].startswith("The Parquet file cannot be read after row 0: ")
    assert reasons[4].startswith("The compressed file is damaged: ")
    assert reasons[5] == "a link to a folder is not followed; name that folder itself"
    assert reasons[6].startswith("The file cannot be read: No such file or directory. ")
    assert reasons[7].startswith("This is neither a file nor a folder. ")


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_records_before_the_damage_are_read(tmp_path: Path, ending: str) -> None:
    records = [{"id": str(number), "text": os.urandom(40).hex()} for number in range(5000)]
    compress = gzip.compress if ending == ".gz" else zstandard.ZstdCompressor(write_checksum=True).compress
    whole = compress(as_json_lines(records))
    path = write(tmp_path / f"a.jsonl{ending}", whole[: len(whole) // 2])
    results: list[Article | BadRecord] = []
    with pytest.raises(ArticleFileError, match="The compressed file is cut short"):
        for result in read_articles(path, maximum_record_bytes=LIMIT):
            results.append(result)
    assert 1500 < len(results) < 3500
    assert [r.id for r in results if isinstance(r, Article)] == [str(number) for number in range(len(results))]
    in_folder = read(tmp_path)
    assert in_folder[:-1] == results
    assert isinstance(in_folder[-1], BadRecord)
    assert in_folder[-1].origin == Origin(str(path), None)

    flipped = bytearray(whole)
    flipped[len(whole) // 2 : len(whole) // 2 + 40] = bytes(40)
    path.write_bytes(flipped)
    with pytest.raises(ArticleFileError, match="The compressed file is damaged"):
        read(path)


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_an_empty_compressed_file_and_trailing_rubbish(tmp_path: Path, ending: str) -> None:
    with pytest.raises(ArticleFileError, match="The compressed file is empty"):
        read(write(tmp_path / f"a.jsonl{ending}", b""))
    records = read_articles(
        write(tmp_path / f"b.jsonl{ending}", COMPRESSIONS[ending](as_json_lines([MILL])) + b"rubbish after it"),
        maximum_record_bytes=LIMIT,
    )
    assert next(records) == MILL_ARTICLE
    with pytest.raises(ArticleFileError, match="The compressed file is damaged"):
        next(records)


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.jsonl", as_json_lines([MILL]))
    write(tmp_path / "b.jsonl", as_json_lines([MILL]))
    really_open = Path.open

    # Root may read everything, so the refusal is played.
    def refuse(self: Path, *arguments: Any, **more: Any) -> Any:
        if self == path:
            raise PermissionError(13, "Permission denied", str(self))
        return really_open(self, *arguments, **more)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ArticleFileError) as caught:
        read(path)
    assert str(caught.value) == (
        f"The file cannot be read: Permission denied ({path}). Check that it exists and that you may read it."
    )
    assert outcome(read(tmp_path)) == [("bad", None), ("ok", 1)]


def test_a_path_may_be_text(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", as_json_lines([MILL]))
    assert list(read_articles(str(path), maximum_record_bytes=LIMIT)) == [MILL_ARTICLE]


def test_large_libraries_are_loaded_only_when_needed() -> None:
    program = "import sys, qa.formats; print(sorted({'pyarrow', 'zstandard', 'yaml'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# Properties

_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(str.strip)
_GOOD = _TEXT.map(lambda text: (json.dumps({"text": text}, ensure_ascii=False).encode(), text))
_BLANK = st.sampled_from([b"", b" ", b"\r", b"\t "])
_BAD = st.one_of(
    st.binary(min_size=1, max_size=20).map(lambda raw: b"}" + raw.replace(b"\n", b"")),
    st.sampled_from([b"5", b"[]", b'{"text": 1}', b'{"text": "\\ud800"}', b'{"text": "a\xff"}', b'"' + b"x" * 400]),
)
_LINES = st.lists(st.one_of(_GOOD, _BLANK, _BAD), max_size=12)


@settings(deadline=None)
@given(lines=_LINES, last_line_end=st.booleans(), chunk=st.integers(1, 50))
def test_any_mix_of_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[Any], last_line_end: bool, chunk: int
) -> None:
    raw = [line if isinstance(line, bytes) else line[0] for line in lines]
    path = tmp_path_factory.getbasetemp() / "mixed.jsonl"
    path.write_bytes(b"\n".join(raw) + (b"\n" if last_line_end else b""))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qa.formats.opening._CHUNK", chunk)
        results = read(path, maximum=300)
    expected = [
        (number, None if isinstance(line, bytes) else line[1].strip())
        for number, line in enumerate(lines, start=1)
        if not isinstance(line, bytes) or line.strip()
    ]
    assert [(r.origin and r.origin.line, r.text if isinstance(r, Article) else None) for r in results] == expected


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=8), st.integers(1, 30))
def test_lines_do_not_depend_on_the_chunks(content: bytes, cuts: list[int], maximum: int) -> None:
    content = content.replace(b"\x80", b"\n").replace(b"\x81", b'"')
    borders = [0, *sorted(min(cut, len(content)) for cut in cuts), len(content)]
    chunks = [content[start:end] for start, end in itertools.pairwise(borders)]
    expected = content.split(b"\n")
    if not expected[-1]:
        expected.pop()
    assert list(bounded_lines(chunks, maximum)) == [
        (number, line if len(line) <= maximum else TooLong(len(line), line.count(b'"')))
        for number, line in enumerate(expected, start=1)
    ]


_CELL = st.text(st.sampled_from(list('ab",\n\r\té ')), max_size=12)


@settings(deadline=None)
@given(rows=st.lists(st.tuples(_CELL, _CELL.filter(str.strip)), max_size=6), tabs=st.booleans())
def test_any_table_that_the_csv_module_writes(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], tabs: bool
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter="\t" if tabs else ",", lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["title", "text"])
    starts = []
    for row in rows:
        starts.append(buffer.getvalue().count("\n") + 1)
        writer.writerow(row)
    path = tmp_path_factory.getbasetemp() / ("rows.tsv" if tabs else "rows.csv")
    path.write_bytes(buffer.getvalue().encode())
    results = read(path)
    assert outcome(results) == [("ok", line) for line in starts]
    assert [(r.title, r.text) for r in results if isinstance(r, Article)] == [
        (" ".join(title.split()), text.replace("\r\n", "\n").replace("\r", "\n").strip()) for title, text in rows
    ]


@settings(max_examples=50, deadline=None)
@given(
    records=st.lists(st.fixed_dictionaries({"text": st.text(max_size=30), "more": st.lists(st.text(max_size=5))})),
    indent=st.sampled_from([None, 1]),
    ascii_only=st.booleans(),
    chunk=st.integers(1, 40),
)
def test_any_json_array(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[dict[str, Any]],
    indent: int | None,
    ascii_only: bool,
    chunk: int,
) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "array.json").write_text(json.dumps(records, indent=indent, ensure_ascii=ascii_only), encoding="utf-8")
    (folder / "lines.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qa.formats.opening._CHUNK", chunk)
        from_array = read(folder / "array.json")
    from_lines = read(folder / "lines.jsonl")
    assert len(from_array) == len(records)
    assert outcome(from_array) == outcome(from_lines)
    assert [r.text for r in from_array if isinstance(r, Article)] == [
        r.text for r in from_lines if isinstance(r, Article)
    ]


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([name for names in FIELD_ALIASES.values() for name in names]), _ANYTHING))
def test_any_record_gives_one_result(record: dict[str, Any]) -> None:
    result = fields.make_article(record, Origin("any", 1))
    if isinstance(result, Article):
        assert result.text or result.withdrawn
        assert result.id
        json.dumps(result.as_dict()).encode()
        result.content_hash.encode()
    else:
        assert result.reason.encode()


# Real data


@pytest.mark.parametrize(
    ("name", "count"),
    [("realtimeqa/articles.jsonl.gz", 3000), ("wikinews/articles.jsonl", 294), ("seed/articles.jsonl", 1)],
)
def test_real_data(name: str, count: int) -> None:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the development data is not here: {path}")
    started = time.perf_counter()
    results = read(path, maximum=20_000_000)
    seconds = time.perf_counter() - started
    assert [result for result in results if isinstance(result, BadRecord)] == []
    assert len(results) == count
    assert all(
        isinstance(r, Article) and r.published and r.origin and r.origin.line == n for n, r in enumerate(results, 1)
    )
    print(f"{name}: {count / seconds:,.0f} articles a second")
