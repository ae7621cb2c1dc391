"""What a rule is: a pattern, the words that it may follow, and what its phrase stands for on a given day.

A rule matches at one place and nowhere else, and no repetition in it is unbounded: the work grows
with the length of the question and no more. Words that mean other things too ("may", "spring",
"2019") are weak: they count only after a word such as "in" or "since", and only before what lets
the phrase end there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from qa.timex.days import Day, Span


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a reading is counted from.

    Relative words count from `today`. A month or weekday without its year or week is the last one
    that begins no later than `limit`, or, looking `ahead`, the first one that does not end before it.
    """

    today: Day
    limit: Day
    ahead: bool = False


Reader = Callable[[re.Match[str], Anchor], Span]
Tone = Literal["exact", "unsure", "fuzzy", "relative"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A phrase counts only after one of the words `after` (None: after any), and never after one of `unless`.

    With `small`, the word before must be there and in small letters.
    """

    pattern: re.Pattern[str]
    read: Reader
    tone: Tone
    after: frozenset[str] | None = None
    unless: frozenset[str] = frozenset()
    small: bool = False

    def admits(self, before: str) -> bool:
        if self.small and not before.islower():
            return False
        return (self.after is None or before.lower() in self.after) and before.lower() not in self.unless


def spelled(pattern: str) -> re.Pattern[str]:
    """Compiled: any case of ASCII letters, one to four white-space characters for each space, whole words."""
    return re.compile(pattern.replace(" ", r"\s{1,4}") + _WHOLE, re.ASCII | re.IGNORECASE)


def opening(pattern: str) -> re.Pattern[str]:
    """Like `spelled`, for words that lead on to others."""
    return re.compile(pattern.replace(" ", r"\s{1,4}"), re.ASCII | re.IGNORECASE)


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# No letter of any language, no further digits, and no hyphenated rest ("Mar-a-Lago", "2019-20").
_MONTHS_AHEAD = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}(?![\w-])"
_WHOLE = rf"(?!(?u:\w)|[.,:/][0-9]|%|-(?!{_MONTHS_AHEAD}|[12][0-9]{{3}}(?![\w-]))(?u:\w))"
_LITTLE_WORDS = (
    "and or to through until till a an the of in on at by for from with about after before as over under into "
    "against than is are was were be been has have had do does did will would can could should may might must "
    "not who whom whose what when where which why how that because while but if it he she they we you i his her "
    "its their our this last next according compared versus vs there these those said on onwards so"
)
# The phrase may end here: nothing follows that it could be the first half of, and "May-July" goes on.
FREE = (
    r"(?:(?=\s{0,4}(?:$|[.,;:?!)\]\"…—]|'(?!\w)|-(?=\s)|[-/](?=[a-z]{3,9}(?![\w-]))))|"
    rf"(?=\s{{1,4}}(?:{_LITTLE_WORDS.replace(' ', '|')})(?![\w'-])))"
)
# Not "2000 people", "2019 dollars", "2001: A Space Odyssey".
NO_COUNT = (
    r"(?!\s{1,4}(?!(?:was|is|as|has|does|vs|versus|this|his|its|across|towards|onwards|afterwards)(?![\w'-]))"
    r"(?:[a-z][a-z-]{0,20}s|people|men|women|children|feet|percent|million|billion|degrees|money)(?![\w-]|'\w))"
    r"(?!:\s{0,3}(?-i:[A-Z]))(?![\"'])"
)


# Groups whose words settle the days.
_DATING = ("year", "short_year", "which", "shift", "decade", "century", "name", "tens")


@dataclass(frozen=True, slots=True)
class Atom:
    """One phrase that a rule matched, not yet read: reading needs the day it is counted from."""

    rule: Rule
    match: re.Match[str]

    @property
    def end(self) -> int:
        return self.match.end()

    @property
    def dated(self) -> bool:
        """Whether it stands for the same days whatever it is read next to."""
        found = self.match.groupdict()
        return any(found.get(name) for name in _DATING)

    @property
    def tone(self) -> Tone:
        """Exact only where the year stands in the words, and the order of its numbers is no guess."""
        found = self.match.groupdict()
        if found.get("which"):
            return "relative"
        if self.rule.tone != "exact" or found.get("decade") or found.get("century"):
            return self.rule.tone
        return "exact" if found.get("year") and not self.guesses_order else "unsure"

    @property
    def guesses_order(self) -> bool:
        """Whether either number of "9/12/2023" could be the month."""
        found = self.match.groupdict()
        if "other" not in found or found["mark"] == ".":
            return False
        one, other = int(found["one"]), int(found["other"])
        return one != other and max(one, other) <= 12

    def read(self, anchor: Anchor) -> Span | None:
        """None for what the calendar lacks: 30 February, the year 0."""
        try:
            span = self.rule.read(self.match, anchor)
        except (ValueError, OverflowError):
            return None
        return span if span.first <= span.last else None


def atoms(rules: tuple[Rule, ...], text: str, start: int, before: str) -> Iterator[Atom]:
    """What the rules make of the text from `start` on; `before` is the word that leads to it, or ""."""
    for each in rules:
        if each.admits(before) and (match := each.pattern.match(text, start)):
            yield Atom(each, match)
