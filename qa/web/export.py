"""A conversation as a document to keep: every question with how it was understood, its answer or refusal, and sources.

`document` makes plain records of it; `export_markdown` and `export_page` write these down, so that both say the same.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qa.history import Version
from qa.records import Answer, Article, Moment, Sentence, Statistics
from qa.web.asking import Request, Turn
from qa.web.markup import safe_link
from qa.web.rendering import quoted_in
from qa.web.understood import labels
from qa.web.wording import badges, count, days_in_words, long_day, moment_in_words

_ABOUT_QUOTATIONS = (
    "Quotations are word for word. Only line breaks in them became spaces, and unseen characters that turn text around "
    "were left out. The characters named with a source say where a quotation stands in the article’s text."
)
_EMPTY = "No question was asked yet."


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of the document (`level` 1), a question (2) or a part of its answer (3)."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph; what it is stands before it. Without a `label` it is an aside, which begins with a word of ours."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quoted sentence with its number, and where it is from."""

    text: str
    number: int
    origin: str


@dataclass(frozen=True, slots=True)
class Source:
    """What a number stands for. `warnings` are what a reader must know of the article, `link` may be empty."""

    number: int
    title: str
    facts: tuple[str, ...]
    warnings: tuple[str, ...]
    link: str


Block = Heading | Line | Quotation | Source


@dataclass(frozen=True, slots=True)
class Archive:
    """The archive that was asked: its name, and what it holds on the day of the export."""

    name: str
    statistics: Statistics


def cited_articles(turns: Sequence[Turn]) -> list[Article]:
    """The articles that are quoted in a conversation, each version once."""
    quoted = [sentence.citation.article for turn in turns if turn.answer for sentence in turn.answer.sentences]
    return list({(article.id, article.content_hash): article for article in quoted}.values())


def since_then(cited: Article, versions: Sequence[Version]) -> str:
    """What became of an article after it was cited, in words; empty where it is as it was.

    Args:
        cited: the version that was quoted.
        versions: what the archive has now, the oldest first.
    """
    if not versions:
        return "Removed from the archive since this answer"
    newest = versions[-1].article
    if newest.content_hash == cited.content_hash:
        return ""
    return f"{'Withdrawn' if newest.withdrawn else 'Changed'} since this answer"


def document(
    turns: Sequence[Turn], archive: Archive, made: datetime.datetime, since: Mapping[Article, str], most_turns: int
) -> list[Block]:
    """The whole conversation.

    Args:
        turns: the oldest first.
        archive: what was asked.
        made: the moment of the export, in UTC.
        since: of cited articles, what became of them since; see `since_then`.
        most_turns: how many questions the chat keeps.
    """
    blocks: list[Block] = [
        Heading(1, f"Questions to the archive “{archive.name}”"),
        Line("Exported", moment_in_words(made)),
        Line("Archive", _holds(archive)),
        Line("", _ABOUT_QUOTATIONS),
    ]
    if not turns:
        blocks.append(Line("", _EMPTY))
    if len(turns) >= most_turns:
        kept = count(most_turns, "question")
        blocks.append(Line("Note", f"The chat keeps the last {kept} of a conversation; earlier ones may be missing."))
    for number, turn in enumerate(turns, start=1):
        blocks.append(Heading(2, f"{number}. {turn.question}"))
        blocks += _reply(turn, since)
    return blocks


def _holds(archive: Archive) -> str:
    found = archive.statistics
    parts = [archive.name, count(found.articles, "article"), count(len(found.sources), "outlet")]
    if found.first_day and found.last_day:
        parts.append(days_in_words(found.first_day, found.last_day))
    return " · ".join(parts)


def _reply(turn: Turn, since: Mapping[Article, str]) -> Iterator[Block]:
    if turn.failure:
        yield Line("No answer", turn.failure)
    elif turn.answer and turn.request:
        if turn.answer.unfinished:
            yield Line("Note", "The language model was still writing at the time of the export.")
        yield from _answer(turn.answer, turn.request, since)
    else:
        yield Line("No answer", "Stopped." if turn.stopped else "It was still looked for at the time of the export.")


def _answer(answer: Answer, request: Request, since: Mapping[Article, str]) -> Iterator[Block]:
    yield Line("", " · ".join(labels(answer.query, request)))
    yield from (Line("Note", note) for note in answer.notes)
    if answer.abstained:
        yield Line("No answer", f"The archive does not answer this. {answer.reason}")
    if answer.short:
        computed = f" [{answer.short.computed}, computed from the article’s date]" if answer.short.computed else ""
        yield Line("Short answer", f"{answer.short.text}{computed} [{answer.short.number}]")
    if answer.written:
        words = " ".join(statement.shown for statement in answer.written)
        yield Line(f"Written by {answer.model}, each sentence checked against the quotations", words)
    for conflict in answer.conflicts:
        yield Line("Update" if conflict.update else "Conflict", conflict.words)
    for sentence in answer.sentences:
        yield Quotation(sentence.text, sentence.citation.number, _origin(sentence))
    if answer.sentences:
        yield Heading(3, "Sources")
    yield from (_source(sentence, answer, since) for sentence in answer.sentences)


def _origin(sentence: Sentence) -> str:
    place = _outlet_and_day(sentence.citation.article)
    return f"{place}, just before [{sentence.leads_to}]" if sentence.leads_to else place


def _outlet_and_day(article: Article) -> str:
    outlet = article.source or "Unknown outlet"
    return f"{outlet}, {long_day(article.published)}" if article.published else outlet


def _source(sentence: Sentence, answer: Answer, since: Mapping[Article, str]) -> Source:
    citation = sentence.citation
    article = citation.article
    authors = ", ".join(article.authors)
    # Each begins with a word of ours: foreign text at the beginning of a line could be a list in Markdown.
    facts = [
        f"Outlet: {article.source or 'unknown'}",
        f"By {authors}" if authors else "No author named",
        _published(article.published),
        f"Article {article.id}, characters {citation.start:,}–{citation.end:,}",
    ]
    copies = [copy for hit in answer.hits if quoted_in(hit, (sentence,)) for copy in hit.also_in]
    if copies:
        facts.append(f"Also in: {'; '.join(dict.fromkeys(map(_outlet_and_day, copies)))}")
    warnings = [*badges(article), *filter(None, [since.get(article, "")])]
    return Source(citation.number, article.title or "Untitled", tuple(facts), tuple(warnings), safe_link(article.url))


def _published(moment: Moment | None) -> str:
    return f"Published {moment_in_words(moment)}" if moment else "No date"
