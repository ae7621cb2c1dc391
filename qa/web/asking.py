"""From what a reader entered to an answer: checked values in, errors as words. Nothing here decides about relevance."""

from __future__ import annotations

import datetime
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from qa.config import Config
from qa.errors import DatelineError, QuestionError
from qa.index import Index
from qa.records import Answer, Filters, Hit

logger = logging.getLogger("qa.web")


@dataclass(frozen=True, slots=True)
class Request:
    """A question with its limits, as entered and checked."""

    question: str
    filters: Filters
    as_of: datetime.date | None
    k: int | None


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation. Without an answer and a failure it is still being worked on, or was stopped."""

    question: str
    answer: Answer | None = None
    failure: str = ""
    stopped: bool = False


def checked_request(
    config: Config, question: str, sources: Sequence[str] | None, published_from: str | None,
    published_to: str | None, as_of: str | None, k: float | None,
) -> Request:  # fmt: skip
    """The values of the form or of a call; None and empty values set no limit.

    Raises:
        QuestionError: a value that cannot be used; the index checks the question itself.
    """
    first, last = _day(published_from, "The first day"), _day(published_to, "The last day")
    if first and last and first > last:
        raise QuestionError("The first day is after the last one", cure="Exchange them.")
    if k is not None and (k != int(k) or not 1 <= k <= config.chat_hits_limit):
        raise QuestionError(
            f"The number of passages is {k:g}", cure=f"It must be a whole number from 1 to {config.chat_hits_limit}."
        )
    return Request(
        question,
        Filters(first, last, tuple(sources or ())),
        _day(as_of, "The as-of day"),
        None if k is None else int(k),
    )


def _day(text: str | None, name: str) -> datetime.date | None:
    if not text or not text.strip():
        return None
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        raise QuestionError(
            f"{name} is not a date", where=text.strip()[:40], cure="Write it as YYYY-MM-DD, for example 2026-03-31."
        ) from None


def ask(index: Index, request: Request) -> Answer:
    return index.ask(request.question, request.k, request.filters, request.as_of)


def retrieve(index: Index, request: Request) -> list[Hit]:
    return index.retrieve(request.question, request.k, request.filters, request.as_of)


def words_for(error: Exception) -> str:
    """What the reader is told about an error. One that nobody foresaw is logged, under a number that they are shown."""
    if isinstance(error, DatelineError):
        return str(error)
    number = uuid.uuid4().hex[:8]
    logger.error("Internal error %s", number, exc_info=error)
    return f"An internal error occurred. The log has the details under {number}."
