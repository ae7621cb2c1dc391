"""Records of what is read and kept: articles, their passages, and how reading and encoding went."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from dataclasses import dataclass, field
from typing import Any

PUBLISHED = "published"
WITHDRAWN = "withdrawn"
CORRECTED = "corrected"
STATUSES = (PUBLISHED, CORRECTED, WITHDRAWN)

# A bare date stays a date; a moment is always aware and in UTC.
Moment = datetime.date | datetime.datetime


def day_of(moment: Moment | None) -> datetime.date | None:
    """The calendar day of a moment (in UTC), or None where there is no moment."""
    return moment.date() if isinstance(moment, datetime.datetime) else moment


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record was read: the file and its line (from 1; a row for Parquet; None if unknown)."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Article:
    """One version of one news article, as published.

    `status` is "published", "corrected" or "withdrawn". A withdrawn article keeps its place in the
    archive's history but is never searched or quoted. `origin` takes no part in comparisons.
    """

    id: str
    title: str
    text: str
    source: str = ""
    published: Moment | None = None
    updated: Moment | None = None
    url: str = ""
    authors: tuple[str, ...] = ()
    section: str = ""
    language: str = ""
    status: str = PUBLISHED
    origin: Origin | None = field(default=None, compare=False, repr=False)

    @property
    def day(self) -> datetime.date | None:
        """The day of publication (in UTC), or None where it is unknown."""
        return day_of(self.published)

    @property
    def withdrawn(self) -> bool:
        return self.status == WITHDRAWN

    @property
    def content_hash(self) -> str:
        """SHA-256 (hex) over everything that a reader can see; equal hashes are the same version."""
        digest = hashlib.sha256()
        for name in _CONTENT_FIELDS:
            value = str(getattr(self, name) or "").encode()
            digest.update(b"%d:" % len(value))
            digest.update(value)
        return digest.hexdigest()

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary without `origin`; dates in ISO 8601."""
        return {name: plain(getattr(self, name)) for name in ("id", *_CONTENT_FIELDS)}


_CONTENT_FIELDS = (
    "title", "text", "source", "published", "updated", "url", "authors", "section", "language", "status",
)  # fmt: skip


def plain(value: object) -> object:
    """The value as JSON has it: dates in ISO 8601, tuples as lists."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def fields_of(record: Any, *names: str) -> dict[str, Any]:
    """Some fields of a record, JSON-ready."""
    return {name: plain(getattr(record, name)) for name in names}


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that was not taken in, and why. `kind` is "bad", "duplicate" or "stale"."""

    origin: Origin
    reason: str
    kind: str = "bad"
    article_id: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.origin.path, "line": self.origin.line, "kind": self.kind,
            "id": self.article_id, "reason": self.reason,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of every record: `read == added + updated + unchanged + len(rejected)`."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    passages: int = 0
    rejected: tuple[BadRecord, ...] = ()

    @property
    def read(self) -> int:
        return self.added + self.updated + self.unchanged + len(self.rejected)

    def count(self, kind: str) -> int:
        """How many records were rejected as `kind` ("bad", "duplicate" or "stale")."""
        return sum(record.kind == kind for record in self.rejected)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an article on sentence borders: `article.text[start:end] == text`."""

    start: int
    end: int
    text: str


def article_reference(article: Article) -> dict[str, Any]:
    """What is needed to cite an article: everything but its text."""
    reference = article.as_dict()
    del reference["text"]
    return reference


@dataclass(frozen=True, slots=True)
class EmbedProgress:
    """How far encoding is. `rate` is passages per second in this run, `seconds_left` an estimate."""

    done: int
    total: int
    rate: float = 0.0

    @property
    def seconds_left(self) -> float | None:
        return (self.total - self.done) / self.rate if self.rate else None


@dataclass(frozen=True, slots=True)
class Statistics:
    """What an index holds. `embedded` counts searchable passages that have a vector."""

    articles: int
    versions: int
    withdrawn: int
    passages: int
    embedded: int
    sources: dict[str, int]
    first_day: datetime.date | None
    last_day: datetime.date | None
    encoder: str
    dimension: int | None
    bytes_on_disk: int
    updated: datetime.datetime | None

    def as_dict(self) -> dict[str, Any]:
        return {f.name: plain(getattr(self, f.name)) for f in dataclasses.fields(self)}
