"""From the fields of one record, whatever its format, to an Article.

Field names are matched without regard to case. Where a record has several names of one field, the
first in this table that is not empty counts. Fields that are not in the table are ignored.

| field     | names                             | value                                                      |
|-----------|-----------------------------------|------------------------------------------------------------|
| id        | id, article_id                    | text or a whole number; else made from URL or text         |
| title     | title, headline                   | text; white space is collapsed                             |
| text      | text, body, content               | text; may be missing only where status is withdrawn        |
| published | published, date, published_at     | a date, see qa/formats/dates.py                            |
| updated   | updated, updated_at, modified     | a date                                                     |
| source    | source, publisher, outlet         | text, or an object with a name                             |
| authors   | author, authors, byline           | a list, or text split at ";" and " and " (never at commas) |
| url       | url, link                         | text                                                       |
| section   | section, category                 | text                                                       |
| language  | language, lang                    | text                                                       |
| status    | status                            | published (the default), corrected or withdrawn            |

Text is kept as given, but for line ends (made "\\n"), outer white space (removed), and C0 control
characters other than tab and newline (each becomes a space, since they can steer a terminal). NUL
characters and lone surrogates are refused: SQLite cannot store them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from qa.formats.dates import read_moment, shorten
from qa.formats.identity import canonical_url, derive_id
from qa.records import PUBLISHED, STATUSES, WITHDRAWN, Article, BadRecord, Moment, Origin

FIELD_ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("id", "article_id"),
    "title": ("title", "headline"),
    "text": ("text", "body", "content"),
    "published": ("published", "date", "published_at"),
    "updated": ("updated", "updated_at", "modified"),
    "source": ("source", "publisher", "outlet"),
    "authors": ("author", "authors", "byline"),
    "url": ("url", "link"),
    "section": ("section", "category"),
    "language": ("language", "lang"),
    "status": ("status",),
}

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_BETWEEN_AUTHORS = re.compile(r"\s*;\s*|\s+and\s+", re.IGNORECASE)
_BYLINE_START = re.compile(r"\Aby:?\s+", re.IGNORECASE)
_KINDS = {bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}


class _RejectedError(ValueError):
    """The record cannot become an article; the message says why."""


def make_article(record: Mapping[str, Any], origin: Origin) -> Article | BadRecord:
    """The article in a record, or the record's rejection with its reason. Never raises."""
    values = _by_field(record)
    article_id = ""
    try:
        article_id = _id(values.get("id"))
        return _article(values, article_id, origin)
    except _RejectedError as error:
        return BadRecord(origin, str(error), article_id=article_id)


def _article(values: Mapping[str, Any], article_id: str, origin: Origin) -> Article:
    status = _line(values, "status").lower() or PUBLISHED
    if status not in STATUSES:
        raise _RejectedError(f"the status {shorten(status)} is unknown; use {', '.join(STATUSES)} or leave it out")
    title = _line(values, "title")
    text = _clean("text", values.get("text", ""))
    url = _line(values, "url")
    if not text and status != WITHDRAWN:
        names = ", ".join(FIELD_ALIASES["text"])
        raise _RejectedError(f"no text: {names} are missing or empty; only a withdrawn article may do without")
    if not text and not article_id and not canonical_url(url):
        raise _RejectedError("a withdrawal must name its article; add its id or its url")
    return Article(
        id=article_id or derive_id(title, text, url),
        title=title,
        text=text,
        source=_source(values),
        published=_moment(values, "published"),
        updated=_moment(values, "updated"),
        url=url,
        authors=_authors(values.get("authors")),
        section=_line(values, "section"),
        language=_line(values, "language"),
        status=status,
        origin=origin,
    )


def _by_field(record: Mapping[str, Any]) -> dict[str, Any]:
    lowered = {str(name).strip().lower(): value for name, value in record.items()}
    values: dict[str, Any] = {}
    for field, names in FIELD_ALIASES.items():
        for name in names:
            value = lowered.get(name)
            if value is not None and value != "" and not (isinstance(value, str) and value.isspace()):
                values[field] = value
                break
    return values


def _clean(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise _RejectedError(f"{field} must be text, not {_kind(value)}")
    if "\r" in value:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROLS.search(value):
        value = _CONTROLS.sub(lambda match: _space_for(field, match), value)
    return value.strip()


def _space_for(field: str, match: re.Match[str]) -> str:
    character = match[0]
    if character == "\0":
        raise _RejectedError(f"{field} holds a NUL character at position {match.start()}; remove it")
    if character >= "\ud800":
        raise _RejectedError(
            f"{field} holds half of a surrogate pair (\\u{ord(character):x}) at position {match.start()}; "
            "export it again as UTF-8"
        )
    return " "


def _line(values: Mapping[str, Any], field: str) -> str:
    return " ".join(_clean(field, values.get(field, "")).split())


def _id(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise _RejectedError(f"id must be text or a whole number, not {_kind(value)}")
    article_id = value.strip()
    if "\n" in article_id or "\r" in article_id or _CONTROLS.search(article_id):
        raise _RejectedError(f"the id {shorten(article_id)} holds a line break or control character; remove it")
    return article_id


def _source(values: Mapping[str, Any]) -> str:
    value = values.get("source")
    if isinstance(value, dict):
        if "name" not in value:
            raise _RejectedError("source is an object without a name; give it one, or write the source as text")
        value = value["name"]
    return _line({"source": "" if value is None else value}, "source")


def _authors(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        byline = _BYLINE_START.sub("", value.strip(), count=1)
        names = _BETWEEN_AUTHORS.split(byline)
    elif isinstance(value, list):
        names = [name.get("name") if isinstance(name, dict) else name for name in value]
    else:
        raise _RejectedError(f"authors must be text or a list, not {_kind(value)}")
    lines = (_line({"authors": name}, "authors") for name in names if name is not None)
    return tuple(line for line in lines if line)


def _moment(values: Mapping[str, Any], field: str) -> Moment | None:
    try:
        return read_moment(values.get(field))
    except ValueError as error:
        raise _RejectedError(f"{field}: {error}") from error


def _kind(value: object) -> str:
    return _KINDS.get(type(value), type(value).__name__)
