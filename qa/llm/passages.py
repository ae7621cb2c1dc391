"""Passages as a language model is given them: numbered, plain, and read once for what can be checked in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.llm.claims import Date, Evidence, evidence_in, joined, terms_with_meaning
from qa.llm.plain import as_data
from qa.records import Article, Hit, Moment, Sentence
from qa.sentences import split_sentences
from qa.spoken_dates import dates_in
from qa.timex.days import written


@dataclass(frozen=True, slots=True)
class PassageSentence:
    """A sentence of a passage: `article.text[start:end]`, and `text` is the same as one plain line.

    `words` are the stems of its words, `words_around` also those of the sentences beside it and of title and outlet.
    """

    article: Article
    start: int
    end: int
    text: str
    evidence: Evidence
    words: frozenset[str]
    words_around: frozenset[str]


@dataclass(frozen=True, slots=True)
class Passage:
    """A hit with its number (from 1), its place in plain lines, and its sentences; `whole` is all that it holds."""

    number: int
    title: str
    outlet: str
    day: str
    sentences: tuple[PassageSentence, ...]
    whole: Evidence


def passages_of(hits: Sequence[Hit], quoted: Sequence[Sentence]) -> tuple[Passage, ...]:
    """The hits as passages, those with quoted sentences first, for where room is short the last ones are left out."""
    cited = [hit for hit in hits if any(_stands_in(sentence, hit) for sentence in quoted)]
    others = [hit for hit in hits if hit not in cited]
    return tuple(_passage(number, hit) for number, hit in enumerate([*cited, *others], start=1))


def _stands_in(sentence: Sentence, hit: Hit) -> bool:
    citation = sentence.citation
    return citation.article.id == hit.article.id and hit.start <= citation.start and citation.end <= hit.end


def _passage(number: int, hit: Hit) -> Passage:
    article = hit.article
    title, outlet = as_data(article.title), as_data(article.source)
    day = written(article.day) if article.day else ""
    spans = [(hit.start + start, hit.start + end) for start, end in split_sentences(hit.text)]
    spans = [(start, end) for start, end in spans if as_data(article.text[start:end])]
    texts = [as_data(article.text[start:end]) for start, end in spans]
    words = [terms_with_meaning(text) for text in texts]
    sentences = tuple(
        PassageSentence(
            article, start, end, text, evidence_in(text, _spoken(text, article.published)), words[place],
            frozenset().union(*words[max(0, place - 1) : place + 2], terms_with_meaning(f"{title} {outlet}")),
        )
        for place, ((start, end), text) in enumerate(zip(spans, texts, strict=True))
    )  # fmt: skip
    whole = joined([*(sentence.evidence for sentence in sentences), *map(evidence_in, (title, outlet, day))])
    return Passage(number, title, outlet, day, sentences, whole)


def _spoken(text: str, published: Moment | None) -> list[Date]:
    """The single days that the words of a sentence stand for."""
    return [
        (spoken.first.day, spoken.first.month, spoken.first.year)
        for spoken in dates_in(text, published) if spoken.first == spoken.last
    ]  # fmt: skip
