"""Records of a question: its limits, what its words name, and what is searched for."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from qa.records.articles import fields_of, plain


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
            period = fields_of(self.period, "first", "last", "hard", "phrase", "reason")
        return {
            "text": self.text, "k": self.k, "as_of": self.as_of.isoformat(),
            "published_from": plain(self.filters.published_from),
            "published_to": plain(self.filters.published_to),
            "sources": list(self.filters.sources), "notes": list(self.notes),
            "period": period, "current": self.current,
            "mentions": [fields_of(m, "name", "kind", "hard", "excluded", "phrase", "reason") for m in self.mentions],
            "parts": list(self.parts), "ignored": list(self.ignored),
        }  # fmt: skip
