"""How good a passage is for a question, in figures that need no language model.

Each figure is one column of a matrix with a row for each passage; the weights in qa/fitted/ranking.py turn a row into
a score. They are fitted by `benchmarks/fit_ranking.py`; what each of them gives is in benchmarks/README.md.
"""

from __future__ import annotations

import datetime
import functools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qa.asked import Asked, share
from qa.lexical import terms_of
from qa.records import AUTHOR, Mention, Period, Query
from qa.rows import PassageRow
from qa.timex.days import MONTH_NAMES

Matrix = np.ndarray[Any, np.dtype[np.float64]]

COLUMNS = (
    "lexical", "cosine", "coverage", "pairs", "lead", "this_week", "these_months", "current", "in_period",
    "near_period", "outlet", "author",
)  # fmt: skip

# How fast news gets old, in days (an exponential prior on the age of documents: Li and Croft 2003).
_WEEK = 7.0
_MONTH = 30.0
_BEFORE = 2.0
_MONTHS = 120.0
# A question about a period that ended longer ago is not one about now.
_STILL_RECENT_DAYS = 14
# What happens on a day is in the paper of the next, or of the one after.
REPORTED_WITHIN = 2
# A shorter title may stand in a question by chance.
_TERMS_OF_A_TITLE = 4
_NAMED_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that was found. `lexical` is BM25 over the highest BM25 (0 to 1), `cosine` in [-1, 1]."""

    row: PassageRow
    lexical: float
    cosine: float


def measure(query: Query, asked: Asked, found: Sequence[Found]) -> Matrix:
    """The matrix (n, len(COLUMNS)) float64 for n passages; all figures but the cosine lie in [0, 1]."""
    columns: dict[str, list[float]] = {name: [] for name in COLUMNS}
    named = _names_of(query.period)
    for each in found:
        row, title, ordered = each.row, _title_terms(each.row.title), terms_of(each.row.text)
        values = {
            "lexical": each.lexical,
            "cosine": each.cosine,
            "coverage": share(asked.weights, title.union(ordered)),
            "pairs": asked.pair_coverage(ordered),
            "lead": float(row.start == 0),
            **_figures_of_time(query, row, named),
            **_figures_of_mentions(query.mentions, row),
        }
        for name, value in values.items():
            columns[name].append(value)
    return np.array([columns[name] for name in COLUMNS]).T.reshape(len(found), len(COLUMNS))


def names_an_article(asked: Asked, found: Sequence[Found]) -> bool:
    """Whether the question holds (nearly) the whole title of an article, and so is about that one."""
    # A title's function words stand in the question too, but they do not make it long enough.
    words, meaningful = set(terms_of(asked.question)), set(asked.ordered)
    return any(
        len(title & meaningful) >= _TERMS_OF_A_TITLE and len(title & words) >= _NAMED_SHARE * len(title)
        for title in {_title_terms(each.row.title) for each in found}
    )


@functools.lru_cache(maxsize=4096)
def _title_terms(title: str) -> frozenset[str]:
    return frozenset(terms_of(title))


def _figures_of_time(query: Query, row: PassageRow, named: re.Pattern[str] | None) -> dict[str, float]:
    """Nearness to the period that was named; without one, or with one that is still recent, to the day of asking."""
    period, day = query.period, row.day
    figures = dict.fromkeys(("this_week", "these_months", "current", "in_period", "near_period"), 0.0)
    if day and about_now(query):
        age = abs((query.as_of - day).days)
        figures["this_week"] = math.exp(-age / _WEEK)
        figures["these_months"] = math.exp(-age / _MONTHS)
        figures["current"] = math.exp(-age / _MONTHS) if query.current else 0.0
    if period:
        # An article of any day that names the period speaks of it.
        if named and named.search(f"{row.title}\n{row.text}".lower()):
            near = 1.0
        else:
            near = nearness_to(period, day) if day else 0.0
        figures["in_period"] = float(near == 1.0)
        figures["near_period"] = near
    return figures


def nearness(query: Query, day: datetime.date | None) -> float:
    """How near a day is to what the question is about, 0 to 1: before any text is looked at."""
    if day is None:
        return 0.0
    near = math.exp(-abs((query.as_of - day).days) / _MONTH) if about_now(query) else 0.0
    return max(near, nearness_to(query.period, day)) if query.period else near


def nearness_to(period: Period, day: datetime.date) -> float:
    """1 for a day of the period, then falling: slowly behind it, when it is still written about, fast before it."""
    before = bool(period.first and day < period.first)
    return math.exp(-_days_outside(period, day) / (_BEFORE if before else _MONTH))


def _days_outside(period: Period, day: datetime.date) -> int:
    """How many days an article of that day is from the period; it may report on it for some days."""
    outside = period.days_from(day)
    return outside if period.first and day < period.first else max(0, outside - REPORTED_WITHIN)


def about_now(query: Query) -> bool:
    """Whether recent articles are to be preferred: no period is named, or one that reaches up to now."""
    period = query.period
    return period is None or period.last is None or (query.as_of - period.last).days <= _STILL_RECENT_DAYS


def in_period(period: Period, row: PassageRow) -> bool:
    """Whether a passage was published in the period, or so shortly after that it may report on it, or names it."""
    if row.day and not _days_outside(period, row.day):
        return True
    named = _names_of(period)
    return bool(named and named.search(f"{row.title}\n{row.text}".lower()))


@functools.lru_cache(maxsize=64)
def _names_of(period: Period | None) -> re.Pattern[str] | None:
    """How a text, in lower case, names a period: its day, its month with the year, or its year. None if it has none."""
    if period is None or period.first is None or period.last is None:
        return None
    first, last = period.first, period.last
    month, year = MONTH_NAMES[first.month - 1].lower(), first.year
    # "Sept. 12", "12 September", "September 12th".
    short = rf"{month[:3]}(?:{month[3:]}|t?\.?)" if len(month) > 3 else month
    if first == last:
        day = rf"0?{first.day}(?:st|nd|rd|th)?"
        return re.compile(
            rf"\b(?:{day} (?:of )?{short},? {year}|{short} {day},? {year}|{year}-{first.month:02}-{first.day:02})\b"
        )
    if (first.year, first.month) == (last.year, last.month) and (last - first).days >= 27:
        return re.compile(rf"\b{short},? (?:of )?{year}\b")
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and last.year - first.year < 10:
        return re.compile(rf"\b(?:{'|'.join(str(y) for y in range(first.year, last.year + 1))})\b")
    return None


def _figures_of_mentions(mentions: Sequence[Mention], row: PassageRow) -> dict[str, float]:
    outlets = {mention.name for mention in mentions if mention.kind != AUTHOR and not mention.excluded}
    authors = {mention.name for mention in mentions if mention.kind == AUTHOR and not mention.excluded}
    return {"outlet": float(row.source in outlets), "author": float(not authors.isdisjoint(row.authors))}
