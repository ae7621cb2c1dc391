"""The records that travel through Dateline, all of them frozen dataclasses.

All offsets are in characters (Python string indices), the end exclusive.
"""

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
        return {name: _plain(getattr(self, name)) for name in ("id", *_CONTENT_FIELDS)}


_CONTENT_FIELDS = (
    "title", "text", "source", "published", "updated", "url", "authors", "section", "language", "status",
)  # fmt: skip


def _plain(value: object) -> object:
    if isinstance(value, datetime.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


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


@dataclass(frozen=True, slots=True)
class Filters:
    """Hard limits on what may be found. Both days are included.

    Articles without a date are left out as soon as a day is named. `sources` are matched as
    written in the archive, without regard to case; an empty tuple admits all.
    """

    published_from: datetime.date | None = None
    published_to: datetime.date | None = None
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # One outlet given as text means that outlet, not its letters.
        sources = (self.sources,) if isinstance(self.sources, str) else tuple(self.sources)
        object.__setattr__(self, "sources", sources)

    def __bool__(self) -> bool:
        return bool(self.published_from or self.published_to or self.sources)


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a question asks about, both included; None is open. `question[start:end] == phrase`.

    `hard` is True where the words are exact on their own ("on 12 September 2023"): they limit what is found. A soft
    period only moves articles up.
    """

    first: datetime.date | None
    last: datetime.date | None
    hard: bool
    phrase: str
    start: int
    end: int
    reason: str

    def days_from(self, day: datetime.date) -> int:
        """How many days `day` lies outside of the period; 0 inside."""
        before = (self.first - day).days if self.first else 0
        after = (day - self.last).days if self.last else 0
        return max(before, after, 0)


OUTLET = "outlet"
AUTHOR = "author"


@dataclass(frozen=True, slots=True)
class Mention:
    """An outlet or author of the archive that a question names. `question[start:end] == phrase`.

    `name` is written as in the archive, `kind` is "outlet" or "author". `hard` is True where the question asks for
    nothing else ("only in the Courier"), `excluded` where it asks for all others ("other than the Courier").
    """

    name: str
    kind: str
    hard: bool
    excluded: bool
    phrase: str
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Query:
    """What was searched for, and all that was inferred from the question's words.

    `current` is the word by which the question asks for what holds now ("latest"), else empty. `parts` are the
    questions that it was split into, empty where it has one part. `ignored` are the phrases that were not to be
    understood. `notes` give the reason of each inference in plain words.
    """

    text: str
    k: int
    filters: Filters
    as_of: datetime.date
    notes: tuple[str, ...] = ()
    period: Period | None = None
    current: str = ""
    mentions: tuple[Mention, ...] = ()
    parts: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary; dates in ISO 8601."""
        period = None
        if self.period:
            period = _fields(self.period, "first", "last", "hard", "phrase", "reason")
        return {
            "text": self.text, "k": self.k, "as_of": self.as_of.isoformat(),
            "published_from": _plain(self.filters.published_from),
            "published_to": _plain(self.filters.published_to),
            "sources": list(self.filters.sources), "notes": list(self.notes),
            "period": period, "current": self.current,
            "mentions": [_fields(m, "name", "kind", "hard", "excluded", "phrase", "reason") for m in self.mentions],
            "parts": list(self.parts), "ignored": list(self.ignored),
        }  # fmt: skip


def _fields(record: Any, *names: str) -> dict[str, Any]:
    return {name: _plain(getattr(record, name)) for name in names}


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, or several neighbours as one, with what each stage thought of it.

    `score` decides the order (higher is better, comparable within one query only); `figures` are the amounts that it
    is the sum of, by name. `lexical_rank` and `dense_rank` count from 1 and are None where that stage did not return
    the passage. `lexical_score` is BM25 (higher is better), `cosine` lies in [-1, 1] (higher is better), None where
    the passage has no vector yet. `also_in` holds other articles that say the same (the same text, agency copy,
    reprints), the earliest first. `part` is the part of the question that it was found for, empty for the whole.
    """

    article: Article
    start: int
    end: int
    text: str
    score: float
    lexical_rank: int | None = None
    dense_rank: int | None = None
    lexical_score: float | None = None
    cosine: float | None = None
    also_in: tuple[Article, ...] = ()
    figures: tuple[tuple[str, float], ...] = ()
    part: str = ""

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary: the hit's own fields and its article without the full text."""
        own = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        own["article"] = article_reference(self.article)
        own["also_in"] = [article_reference(article) for article in self.also_in]
        own["figures"] = dict(self.figures)
        return own


def article_reference(article: Article) -> dict[str, Any]:
    """What is needed to cite an article: everything but its text."""
    reference = article.as_dict()
    del reference["text"]
    return reference


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quoted sentence stands: `article.text[start:end]`; `number` counts from 1."""

    article: Article
    start: int
    end: int
    number: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence quoted word for word, with the score that chose it (higher is better)."""

    text: str
    citation: Citation
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question.

    `abstained` is True where the archive does not answer; `reason` then says what was looked for
    and what came nearest. `text` is what to show: the quoted sentences with their numbers, or
    the refusal. `timings` maps a stage to milliseconds. `notes` are what the reader must know beside the answer: a
    quoted story was corrected, one on this was withdrawn, the archive ends before the day of asking, nothing was left
    within the limits that a part of the question set.
    """

    text: str
    sentences: tuple[Sentence, ...]
    hits: tuple[Hit, ...]
    query: Query
    abstained: bool
    reason: str
    confidence: float
    timings: dict[str, float]
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary for `qa ask --json` and the chat's API."""
        return {
            "text": self.text,
            "abstained": self.abstained,
            "reason": self.reason,
            "confidence": self.confidence,
            "sentences": [
                {
                    "text": sentence.text, "number": sentence.citation.number, "score": sentence.score,
                    "start": sentence.citation.start, "end": sentence.citation.end,
                    "article": article_reference(sentence.citation.article),
                }
                for sentence in self.sentences
            ],
            "hits": [hit.as_dict() for hit in self.hits],
            "query": self.query.as_dict(),
            "notes": list(self.notes),
            "timings": dict(self.timings),
        }  # fmt: skip


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
        return {f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self)}
