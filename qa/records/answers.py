"""Records of what is found and answered: hits, quoted sentences with their citations, and the answer."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from qa.records.articles import Article, article_reference, fields_of
from qa.records.queries import Query


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, or several neighbours as one, with what each stage thought of it.

    `score` decides the order (higher is better, comparable within one query only); `figures` are the amounts that it
    is the sum of, by name. `lexical_rank` and `dense_rank` count from 1 and are None where that stage did not return
    the passage. `lexical_score` is BM25 (higher is better), `cosine` lies in [-1, 1] (higher is better), None where
    the passage has no vector yet. `also_in` holds other articles that say the same (the same text, agency copy,
    reprints), the earliest first. `part` is the part of the question that it was found for, empty for the whole.
    """

    article: Article
    start: int
    end: int
    text: str
    score: float
    lexical_rank: int | None = None
    dense_rank: int | None = None
    lexical_score: float | None = None
    cosine: float | None = None
    also_in: tuple[Article, ...] = ()
    figures: tuple[tuple[str, float], ...] = ()
    part: str = ""

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary: the hit's own fields and its article without the full text."""
        own = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        own["article"] = article_reference(self.article)
        own["also_in"] = [article_reference(article) for article in self.also_in]
        own["figures"] = dict(self.figures)
        return own


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quoted sentence stands: `article.text[start:end]`; `number` counts from 1."""

    article: Article
    start: int
    end: int
    number: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence quoted word for word, with the score that chose it (higher is better).

    `leads_to` is 0, or the number of the quoted sentence that follows right after this one in its article and that is
    not understood without it ("He ..."): then this one is there as its context.
    """

    text: str
    citation: Citation
    score: float
    leads_to: int = 0


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The words in a quoted sentence that answer the question by themselves: `article.text[start:end] == text`.

    `kind` is "person", "place", "date", "quantity" or "name", `number` that of the sentence's citation. `computed` is
    the day in full where the words only count it from the article's own ("on Tuesday"), else empty.
    """

    text: str
    kind: str
    number: int
    start: int
    end: int
    computed: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Quoted sentences of different articles that disagree, told to the reader in `words`.

    `kind` is "number", "date", "name" or "polarity"; `numbers` are those of the sentences, the newest first. `update`
    is True where the newest replaces the others, because time went on or a report was corrected.
    """

    kind: str
    words: str
    numbers: tuple[int, ...]
    update: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence that a language model wrote, checked against the passages that it cites.

    Each [n] in `text` is one of `numbers`, and these are numbers of quoted sentences that bear the statement out.
    `problems` tell in plain words why it is not `supported`.
    """

    text: str
    numbers: tuple[int, ...]
    supported: bool = True
    problems: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The sentence; one that is not supported says so."""
        return self.text if self.supported else f"{self.text} (not borne out: {'; '.join(self.problems)})"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question.

    `abstained` is True where the archive does not answer; `reason` then says what was looked for and what came
    nearest. `text` is what to show: the quoted sentences with their numbers, or what was `written` from them,
    and what they disagree in; or the refusal.
    `timings` maps a stage to milliseconds. `notes` are what the reader must know beside the answer: a quoted story was
    corrected, one on this was withdrawn, the archive ends before the day of asking, nothing was left within the limits
    that a part of the question set. `short` is what in the sentences answers by itself, None where that is not
    certain; `conflicts` are what they disagree in. `written` is the answer in the words of the language model `model`,
    sentence by sentence; both are empty where none was asked or none of its sentences passed the check. `unfinished` is
    True while the model is still writing: what is there stays, more may follow.
    """

    text: str
    sentences: tuple[Sentence, ...]
    hits: tuple[Hit, ...]
    query: Query
    abstained: bool
    reason: str
    confidence: float
    timings: dict[str, float]
    notes: tuple[str, ...] = ()
    short: ShortAnswer | None = None
    conflicts: tuple[Conflict, ...] = ()
    written: tuple[Statement, ...] = ()
    model: str = ""
    unfinished: bool = False

    def as_dict(self) -> dict[str, Any]:
        """A JSON-ready dictionary for `qa ask --json` and the chat's API."""
        return {
            "text": self.text,
            "abstained": self.abstained,
            "reason": self.reason,
            "confidence": self.confidence,
            "sentences": [
                {
                    "text": sentence.text, "number": sentence.citation.number, "score": sentence.score,
                    "start": sentence.citation.start, "end": sentence.citation.end, "leads_to": sentence.leads_to,
                    "article": article_reference(sentence.citation.article),
                }
                for sentence in self.sentences
            ],
            "hits": [hit.as_dict() for hit in self.hits],
            "query": self.query.as_dict(),
            "notes": list(self.notes),
            "short": dataclasses.asdict(self.short) if self.short else None,
            "conflicts": [fields_of(conflict, "kind", "words", "numbers", "update") for conflict in self.conflicts],
            "written": [fields_of(each, "text", "numbers", "supported", "problems") for each in self.written],
            "model": self.model,
            "unfinished": self.unfinished,
            "timings": dict(self.timings),
        }  # fmt: skip
