"""What is known of the earlier turns of a conversation, and the next question while and after it is made whole."""

from __future__ import annotations

from dataclasses import dataclass

from qa.records import Article, Query


@dataclass(frozen=True, slots=True)
class PastTurn:
    """An earlier turn.

    `question` is what was asked, `resolved` what was searched for in its place (the same where it was complete),
    `query` how that was understood. `cited` are the articles that the answer quotes, best first, and `sentences` the
    quoted sentences; both are empty where there was no answer.
    """

    question: str
    resolved: str
    query: Query
    cited: tuple[Article, ...] = ()
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """A question that can be searched for on its own.

    Where nothing was `changed`, `question` is letter for letter what was asked. `reasons` tell the reader in plain
    words what was put in for what.
    """

    question: str
    changed: bool
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Draft:
    """A question being made whole, and what was done to it."""

    text: str
    reasons: list[str]

    def put(self, start: int, end: int, new: str) -> None:
        """Put `new` in the place of `text[start:end]`, and say so."""
        old = self.text[start:end]
        self.text = self.text[:start] + new + self.text[end:]
        reason = f"“{old}” is {new}"
        if reason not in self.reasons:
            self.reasons.append(reason)
