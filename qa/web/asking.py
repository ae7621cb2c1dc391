"""From what a reader entered to an answer: checked values in, errors as words. Nothing here decides about relevance."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import logging
import uuid
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from qa.config import Config
from qa.errors import DatelineError, QuestionError
from qa.followup import PastTurn, Resolution, resolve
from qa.index import Index
from qa.llm import language_model, rewritten_question
from qa.records import Answer, Filters, Hit
from qa.web.serving.observing import OBSERVER

logger = logging.getLogger("qa.web")

# What of a question can be changed to ask it again: a phrase is not interpreted, or is again; the day of asking; a
# follow-up is asked as it is written, or again as the turns before make it whole; its words; its days; or nothing.
KINDS = IGNORE, HEED, AS_OF, AS_WRITTEN, MADE_WHOLE, EDIT, WITHIN, AGAIN = (
    "ignore", "heed", "as_of", "as_written", "made_whole", "edit", "within", "again",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """A question with its limits, as entered and checked. Nothing is inferred from the phrases that are `ignored`.

    `resolution` is what the question asks given the turns before it, None where it is complete by itself. A reader
    may want it `as_written` all the same.
    """

    question: str
    filters: Filters
    as_of: datetime.date | None
    k: int | None
    ignored: tuple[str, ...] = ()
    resolution: Resolution | None = None
    as_written: bool = False

    @property
    def searched(self) -> str:
        """The question that is searched for."""
        return self.question if self.as_written or self.resolution is None else self.resolution.question


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation. Without a whole answer and a failure it is being worked on, or was stopped.

    `request` is what was answered. `archive_end` is the last day of the archive, where the answer notes that it is
    long past. A failure is either `mistaken`, for the reader to put right, or something of ours that broke. `helpful`
    is the reader's vote on the answer, None without one, with its `reason`. `name` is random.
    """

    question: str
    request: Request | None = None
    answer: Answer | None = None
    archive_end: datetime.date | None = None
    failure: str = ""
    stopped: bool = False
    mistaken: bool = False
    helpful: bool | None = None
    reason: str = ""
    name: str = field(default_factory=lambda: uuid.uuid4().hex, compare=False)

    @property
    def settled(self) -> bool:
        """Whether nothing more comes."""
        return bool((self.answer and not self.answer.unfinished) or self.failure or self.stopped)


def checked_request(
    config: Config, question: str, sources: Sequence[str] | None, published_from: str | None,
    published_to: str | None, as_of: str | None, k: float | None, ignored: Sequence[str] | None = None,
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
        _phrases(config, ignored),
    )


def revised(config: Config, request: Request, kind: str, value: str) -> Request:
    """The same question, to be understood otherwise.

    Args:
        config: the limits of the chat.
        request: what was asked.
        kind: one of KINDS.
        value: the phrase; for AS_OF the day as YYYY-MM-DD, empty for today; for EDIT the question, which is not yet
            made whole; for WITHIN the first and the last day, with a slash between them; the others need none.

    Raises:
        QuestionError: the value cannot be used.
    """
    if kind == AS_OF:
        return dataclasses.replace(request, as_of=_day(value, "The as-of day"))
    if kind in (AS_WRITTEN, MADE_WHOLE):
        return dataclasses.replace(request, as_written=kind == AS_WRITTEN)
    if kind == EDIT:
        ignored = tuple(phrase for phrase in request.ignored if phrase in value)
        return dataclasses.replace(request, question=value, ignored=ignored, resolution=None, as_written=False)
    if kind == WITHIN:
        first, _, last = value.partition("/")
        days = _day(first, "The first day"), _day(last, "The last day")
        return dataclasses.replace(request, filters=Filters(*days, request.filters.sources))
    if kind == AGAIN:
        return request
    others = tuple(phrase for phrase in request.ignored if phrase != value)
    ignored = (*others, value) if kind == IGNORE else others
    return dataclasses.replace(request, ignored=_phrases(config, ignored))


def made_whole(config: Config, request: Request, turns: Sequence[Turn]) -> Request:
    """The same question, made whole from the turns before it (the newest last) where it is a follow-up to them."""
    past = [_past(turn.request, turn.answer) for turn in turns if turn.request and turn.answer]
    resolution = resolve(request.question, past)
    if past and not resolution.changed and config.llm_base_url and config.llm_rewrite == "on":
        resolution = _made_whole_by_model(config, request.question, turns)
    # What the index would refuse for its length is better asked as it was written.
    if not resolution.changed or len(resolution.question) > config.maximum_question_characters:
        return request
    return dataclasses.replace(request, resolution=resolution)


def _made_whole_by_model(config: Config, question: str, turns: Sequence[Turn]) -> Resolution:
    """As the language model makes it whole; as it was where that fails."""
    told = [(turn.request.searched, turn.answer.text) for turn in turns if turn.request and turn.answer]
    whole = rewritten_question(question, told, language_model(config))
    reasons = (f"“{question}” is “{whole}”, says the language model {config.llm_model}",) if whole != question else ()
    return Resolution(whole, bool(reasons), reasons)


def _past(request: Request, answer: Answer) -> PastTurn:
    quoted = () if answer.abstained else answer.sentences
    cited = {sentence.citation.article.id: sentence.citation.article for sentence in quoted}
    sentences = tuple(sentence.text for sentence in quoted)
    return PastTurn(request.question, request.searched, answer.query, tuple(cited.values()), sentences)


def _phrases(config: Config, phrases: Sequence[str] | None) -> tuple[str, ...]:
    """The phrases to ignore, each once. All of them stand in one question, so they cannot be longer than it."""
    phrases = (phrases,) if isinstance(phrases, str) else phrases or ()
    found = tuple(dict.fromkeys(phrase for phrase in phrases if phrase.strip()))
    longest = config.maximum_question_characters
    if sum(map(len, found)) > longest:
        raise QuestionError(
            f"The ignored phrases are longer than {longest:,} characters", cure="Name only phrases of the question."
        )
    return found


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
    *_, whole = ask_stream(index, request)
    return whole


def ask_stream(index: Index, request: Request) -> Generator[Answer, None, None]:
    """The answer as it comes, see `Index.ask_stream`. It counts as one question, also where it is closed early."""
    with OBSERVER.question("ask", request.searched) as outcome, contextlib.closing(
        index.ask_stream(request.searched, request.k, request.filters, request.as_of, ignored=request.ignored)
    ) as answers:  # fmt: skip
        for answer in answers:
            outcome.hits = len(answer.hits)
            if not answer.unfinished:
                outcome.name = "refused" if answer.abstained else "answered"
            yield answer


def retrieve(index: Index, request: Request) -> list[Hit]:
    with OBSERVER.question("retrieve", request.searched) as outcome:
        hits = index.retrieve(request.searched, request.k, request.filters, request.as_of, ignored=request.ignored)
        outcome.name, outcome.hits = "found" if hits else "nothing", len(hits)
    return hits


def words_for(error: Exception) -> str:
    """What the reader is told about an error. One that nobody foresaw is logged, under a number that they are shown."""
    if isinstance(error, DatelineError):
        return str(error)
    number = uuid.uuid4().hex[:8]
    logger.error("Internal error %s", number, exc_info=error, extra={"error_id": number})
    return (
        f"An internal error occurred. The log has the details under {number}. Ask again; if that does not help, tell "
        "whoever runs this chat the number."
    )
