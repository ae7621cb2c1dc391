"""The period that a question asks about, understood without a model.

Days are calendar days of the archive, in UTC; the day of asking (`as_of`) is one of them. English;
`qa.timex_grammar` has the calendar names, `qa.timex_relative` the words that count from today.

- A month, season or holiday without its year, and a weekday, is the last one that begins no later
  than the day of asking: "in September" asked in November 2026 is September 2026. After "will",
  "going to" or "due" with no word in the past before it, it is the next one that is not over.
- Hard are words that are exact on their own: days, months, quarters, years, decades with their year.
  Soft is what counts from today, what is fuzzy ("early 2023", seasons, "around", "by", "for 2023"),
  what leaves its year open ("on 12 May"), what could be read in two ways ("9/12/2023", month first),
  and what begins after the day of asking, because news of it is older than itself.
- "Since" begins with its period and "after" follows it; "until" and "by" end with it, "before" ends
  the day before. "Between A and B", "from A to B" and "A and B" run from the first day of A to the
  last of B. Of several periods that are not joined the first counts.
- Years that are part of a name ("the 2024 Olympics", "the September 11 attacks") stay text, and so
  do titles: a phrase in quotes, or with capitals that it should not have ("Last Christmas").
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.timex_calendar import DAYS_IN, MONTHS_IN, Span, days_later, one_day, part, units_later, written
from qa.timex_grammar import ABSOLUTE, HOLIDAY, MONTH, SEASON, Anchor, Atom, atoms, spelled, words
from qa.timex_relative import COUNT, RELATIVE, counts


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a question asks about, both included; None is open. `question[start:end] == phrase`."""

    first: datetime.date | None
    last: datetime.date | None
    hard: bool
    phrase: str
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Operand:
    """A phrase that stands for some days: an atom, or a part of one ("early 2023")."""

    start: int
    atom: Atom
    part: str = ""

    @property
    def end(self) -> int:
        return self.atom.end

    @property
    def exact(self) -> bool:
        return self.atom.tone == "exact" and not self.part

    @property
    def dated(self) -> bool:
        """Whether it stands for the same days whatever it is read next to."""
        found = self.atom.match.groupdict()
        return any(found.get(name) for name in ("year", "which", "shift", "decade", "century", "name"))

    def read(self, anchor: Anchor) -> Span | None:
        span = self.atom.read(anchor)
        return part(span, self.part) if span and self.part else span


@dataclass(frozen=True, slots=True)
class _Finding:
    """What was made of a phrase. `notes` say what was assumed."""

    first: datetime.date | None
    last: datetime.date | None
    start: int
    end: int
    hard: bool
    relative: bool
    notes: tuple[str, ...] = ()


_RULES = (*ABSOLUTE, *RELATIVE)
# Signs that are written in several ways, one for one, so that offsets stay.
_PLAIN = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f", " ") | dict.fromkeys("‘’ʼ′", "'") | dict.fromkeys("‐‑‒–−", "-")
                       | dict.fromkeys("“”«»", '"'))  # fmt: skip
# Where a phrase can begin: never inside a word, a number, a price or a code ("Catch-22").
_BEGINNING = re.compile(r"(?<![\w$£€¥#/@.,'-])(?:[0-9]{1,4}|[a-z]{1,12})(?!\w{3,}[0-9])", re.ASCII | re.IGNORECASE)
_PARTS = spelled(
    r"(?:(?P<third>early|mid|late)(?:(?:-| |)(?=\b)(?:in |on )?(?:the (?=week|month|year|summer|spring|autumn|winter))?)"
    r"|(?:the )?(?P<edge>start|beginning|middle|end|close|early part|latter part) of (?:the (?=week|month|year))?"
    r"|the (?P<half>first|second|latter|last) half of )(?=[a-z0-9'])"
)
