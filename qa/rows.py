"""Between records and rows of SQLite: what is ready to be written, what was read, and the conversions."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qa.records import Article, Moment, Passage

# SQLite takes at most 32,766 parameters in a statement; this keeps well below.
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class PreparedPassage:
    """A passage ready to be written, with the hashes of its text with and without the title."""

    passage: Passage
    text_hash: bytes
    body_hash: bytes


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """An article ready to be written. `current` says whether it is the version to be searched from now on."""

    article: Article
    content_hash: str
    passages: tuple[PreparedPassage, ...]
    current: bool = True


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A searchable passage with the article version that it belongs to."""

    number: int
    article: Article
    start: int
    end: int
    text_hash: bytes
    body_hash: bytes

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class PassageRow:
    """What ranking looks at of a searchable passage. Not checked against any hash: nothing of it may be quoted."""

    number: int
    version: int
    start: int
    text: str
    title: str
    source: str
    authors: tuple[str, ...]
    day: datetime.date | None


# The columns that `article_from` takes, and the content hash that it is checked against.
ARTICLE_COLUMNS = (
    "v.article_id, v.title, v.text, s.name, v.published, v.updated, v.url, v.authors, v.section, v.language, v.status,"
    " v.content_hash"
)


def article_from(row: Sequence[Any]) -> Article:
    """The article in a row of ARTICLE_COLUMNS."""
    return Article(
        id=row[0], title=row[1], text=row[2], source=row[3], published=moment(row[4]), updated=moment(row[5]),
        url=row[6], authors=tuple(json.loads(row[7])), section=row[8], language=row[9], status=row[10],
    )  # fmt: skip


def version_row(version: int, number: int, source: int, prepared: PreparedArticle) -> tuple[Any, ...]:
    """The row of `versions` for an article that is about to be written."""
    article = prepared.article
    return (
        version, article.id, number, prepared.content_hash, _now(), article.title, article.text, source,
        _iso(article.published), _iso(article.updated), article.url, json.dumps(article.authors), article.section,
        article.language, article.status,
    )  # fmt: skip


def chunks(values: Sequence[Any]) -> Iterator[list[Any]]:
    """The values in order, in lists that one statement can take; NumPy's numbers as Python's."""
    plain = [value.item() if isinstance(value, np.generic) else value for value in values]
    for start in range(0, len(plain), _CHUNK):
        yield plain[start : start + _CHUNK]


def marks(values: Sequence[Any]) -> str:
    """As many question marks as there are values, for an SQL list."""
    return ", ".join("?" * len(values))


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _iso(value: Moment | None) -> str | None:
    return value.isoformat() if value else None


def moment(text: str | None) -> Moment | None:
    """A day or a moment from its ISO 8601 form; None for none."""
    if not text:
        return None
    return datetime.datetime.fromisoformat(text) if "T" in text else datetime.date.fromisoformat(text)
