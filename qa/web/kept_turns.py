"""Turns of a conversation as they are kept and shown again: places in articles, whose text is read from the archive.

A quotation is shown again as it was, also where its article has changed since; a note says so. What was removed or
withdrawn since is not shown, and a note says that.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from qa.answering import CAME_NEAREST, text_of
from qa.conversations import KeptTurn
from qa.errors import ArchiveError
from qa.followup import Resolution
from qa.history import Version, named
from qa.index import Index
from qa.records import (
    Answer,
    Article,
    Citation,
    Conflict,
    Filters,
    Hit,
    Mention,
    Period,
    Query,
    Sentence,
    ShortAnswer,
    Statement,
)
from qa.records.articles import fields_of, plain
from qa.web.asking import Request, Turn
from qa.web.export import since_then
from qa.web.wording import count

_ERASED = "What was noted beside this answer was erased, because it named an article that was removed from the archive."
_HIT_FIELDS = ("start", "end", "score", "lexical_rank", "dense_rank", "lexical_score", "cosine", "part")


# To what is kept


def kept(turn: Turn) -> KeptTurn:
    """A settled turn as it is kept. The reader's vote is not: it is kept without a name, and elsewhere."""
    request: dict[str, Any] = {"question": turn.question}
    if turn.request:
        request |= _request(turn.request)
    if turn.answer:
        return KeptTurn(request, _answer(turn.answer) | {"archive_end": plain(turn.archive_end)})
    return KeptTurn(request, {"failure": turn.failure, "mistaken": turn.mistaken})


def _request(request: Request) -> dict[str, Any]:
    resolution = request.resolution
    return {
        "filters": fields_of(request.filters, "published_from", "published_to", "sources"),
        "as_of": plain(request.as_of), "k": request.k, "ignored": list(request.ignored),
        "resolution": fields_of(resolution, "question", "changed", "reasons") if resolution else None,
        "as_written": request.as_written,
    }  # fmt: skip


def _answer(answer: Answer) -> dict[str, Any]:
    cited = [sentence.citation.article for sentence in answer.sentences]
    copies = [copy for hit in answer.hits for copy in hit.also_in]
    short = answer.short
    return {
        "articles": sorted({article.id for article in (*cited, *(hit.article for hit in answer.hits), *copies)}),
        "sentences": [
            _reference(each.citation.article) | fields_of(each.citation, "start", "end", "number")
            | fields_of(each, "score", "leads_to")
            for each in answer.sentences
        ],
        "hits": [
            _reference(hit.article) | fields_of(hit, *_HIT_FIELDS)
            | {"figures": dict(hit.figures), "also_in": [_reference(copy) for copy in hit.also_in]}
            for hit in answer.hits
        ],
        "query": _query(answer.query), "abstained": answer.abstained, "confidence": answer.confidence,
        "short": fields_of(short, "kind", "number", "start", "end", "computed") if short else None,
        "told": {
            "reason": answer.reason.partition(CAME_NEAREST)[0].strip(), "notes": list(answer.notes),
            "conflicts": [fields_of(each, "kind", "words", "numbers", "update") for each in answer.conflicts],
            "written": [fields_of(each, "text", "numbers", "supported", "problems") for each in answer.written],
            "model": answer.model,
        },
    }  # fmt: skip


def _reference(article: Article) -> dict[str, Any]:
    return {"article": article.id, "hash": article.content_hash}


def _query(query: Query) -> dict[str, Any]:
    own = fields_of(query, "text", "k", "as_of", "notes", "current", "parts", "ignored")
    own["filters"] = fields_of(query.filters, "published_from", "published_to", "sources")
    own["period"] = fields_of(query.period, *Period.__slots__) if query.period else None
    own["mentions"] = [fields_of(mention, *Mention.__slots__) for mention in query.mentions]
    return own


# From what is kept


def restored(index: Index, turn: KeptTurn) -> Turn:
    """A turn as it is shown again, from what the archive has now.

    Args:
        index: what was asked then.
        turn: what was kept of it.

    Raises:
        ArchiveError: what was kept, or the archive, cannot be read.
    """
    try:
        question, answer = str(turn.request["question"]), turn.answer
        if "query" not in answer:
            failure = str(answer["failure"])
            return Turn(question, failure=failure, stopped=not failure, mistaken=bool(answer["mistaken"]))
        request = _restored_request(question, turn.request)
        shown = _Restoring(index, answer).answer()
        return Turn(question, request, shown, _day(answer["archive_end"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ArchiveError(
            f"A kept conversation makes no sense ({type(error).__name__}: {error})", where=str(index.path),
            cure="Delete the conversation, or ask its questions anew.",
        ) from error  # fmt: skip


def _restored_request(question: str, values: dict[str, Any]) -> Request:
    found = values["resolution"]
    resolution = Resolution(found["question"], found["changed"], tuple(found["reasons"])) if found else None
    return Request(
        question, _filters(values["filters"]), _day(values["as_of"]), values["k"], tuple(values["ignored"]), resolution,
        values["as_written"],
    )  # fmt: skip


def _restored_query(values: dict[str, Any]) -> Query:
    period, as_of = values["period"], _day(values["as_of"])
    if period:
        period = Period(**period | {"first": _day(period["first"]), "last": _day(period["last"])})
    if as_of is None:
        raise ValueError("no day of asking")
    return Query(
        values["text"], values["k"], _filters(values["filters"]), as_of, tuple(values["notes"]), period,
        values["current"], tuple(Mention(**each) for each in values["mentions"]), tuple(values["parts"]),
        tuple(values["ignored"]),
    )  # fmt: skip


def _filters(values: dict[str, Any]) -> Filters:
    return Filters(_day(values["published_from"]), _day(values["published_to"]), tuple(values["sources"]))


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


class _Restoring:
    """One answer, with its articles looked up in the archive, each once."""

    def __init__(self, index: Index, values: dict[str, Any]) -> None:
        self._index = index
        self._values = values
        self._versions: dict[str, tuple[Version, ...]] = {}

    def answer(self) -> Answer:
        values = self._values
        sentences = tuple(self._sentences())
        told = values["told"] or {"reason": "", "notes": [_ERASED], "conflicts": [], "written": [], "model": ""}
        numbers = {sentence.citation.number for sentence in sentences}
        conflicts = tuple(
            Conflict(**each | {"numbers": tuple(each["numbers"])})
            for each in told["conflicts"] if numbers.issuperset(each["numbers"])
        )  # fmt: skip
        written = tuple(
            Statement(each["text"], tuple(each["numbers"]), each["supported"], tuple(each["problems"]))
            for each in told["written"]
        )
        if not numbers.issuperset(number for each in written for number in each.numbers):
            written = ()
        notes = dict.fromkeys((*told["notes"], *self._since()))
        return Answer(
            text_of(sentences, conflicts), sentences, tuple(self._hits()), _restored_query(values["query"]),
            values["abstained"], told["reason"], values["confidence"], {}, tuple(notes), self._short(sentences),
            conflicts, written, told["model"] if written else "",
        )  # fmt: skip

    def _sentences(self) -> Iterator[Sentence]:
        for each in self._values["sentences"]:
            if article := self._shown(each):
                citation = Citation(article, each["start"], each["end"], each["number"])
                yield Sentence(article.text[each["start"] : each["end"]], citation, each["score"], each["leads_to"])

    def _short(self, sentences: Sequence[Sentence]) -> ShortAnswer | None:
        short = self._values["short"]
        for sentence in sentences if short else ():
            if sentence.citation.number == short["number"]:
                return ShortAnswer(sentence.citation.article.text[short["start"] : short["end"]], **short)
        return None

    def _hits(self) -> Iterator[Hit]:
        for each in self._values["hits"]:
            if article := self._shown(each):
                copies = tuple(copy for reference in each["also_in"] if (copy := self._shown(reference)))
                yield Hit(
                    article=article, text=article.text[each["start"] : each["end"]], also_in=copies,
                    figures=tuple(each["figures"].items()), **{name: each[name] for name in _HIT_FIELDS},
                )  # fmt: skip

    def _since(self) -> Iterator[str]:
        """What became of each quotation since."""
        for each in self._values["sentences"]:
            cited, versions = self._cited(each), self._history(each["article"])
            about = f"Citation {each['number']}"
            if cited is None:
                yield f"{about} is gone: what it quoted was removed from the archive since this answer."
            elif versions[-1].article.withdrawn:
                yield f"{about} is no longer quoted: {named(cited)} was withdrawn since this answer."
            elif since_then(cited, versions):
                yield f"{about} is quoted as it was: {named(cited)} has changed since this answer."
        quoted = {each["article"] for each in self._values["sentences"]}
        lost = [each for each in self._values["hits"] if each["article"] not in quoted and not self._shown(each)]
        if lost:
            were = "was" if len(lost) == 1 else "were"
            yield f"{count(len(lost), 'other passage')} of this answer {were} removed or withdrawn since."

    def _shown(self, reference: dict[str, Any]) -> Article | None:
        """The version of an article that is meant; None where it is gone, or the article was withdrawn."""
        cited = self._cited(reference)
        return None if cited is None or self._history(cited.id)[-1].article.withdrawn else cited

    def _cited(self, reference: dict[str, Any]) -> Article | None:
        articles = (version.article for version in self._history(reference["article"]))
        return next((article for article in articles if article.content_hash == reference["hash"]), None)

    def _history(self, article_id: str) -> tuple[Version, ...]:
        if article_id not in self._versions:
            self._versions[article_id] = self._index.history(article_id)
        return self._versions[article_id]
