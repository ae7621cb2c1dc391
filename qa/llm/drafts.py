"""A language model's text cut into sentences with the numbers that they cite, while it still comes in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qa.llm.plain import as_data, visible
from qa.sentences import split_sentences

_NUMBERS = r"[\[【]\s?\^?(?:passages?\s)?(\d{1,3}(?:\s?[,;]\s?\d{1,3})*)\s?[\]】]"
_CITATION = re.compile(rf"\s*{_NUMBERS}", re.IGNORECASE)
# Citations behind the end mark belong to the sentence before it.
_BEHIND_END = re.compile(rf"([.!?…]+[\"'”’)]*)((?:\s*{_NUMBERS})+)", re.IGNORECASE)
# What some models think before they answer is no part of the answer.
_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_THINKING = re.compile(r"<(?:think|thinking|reasoning)>.*\Z", re.DOTALL | re.IGNORECASE)
_LINE = re.compile(r"[^\n]+")
_LIST_MARK = re.compile(r"\s*(?:[-*•+]|\d{1,2}[.)]|#{1,6}|>)\s+")
_EMPHASIS = re.compile(r"\*\*|__|`")


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence that a model wrote: `text` is one line without its citations, `numbers` are these, each once."""

    text: str
    numbers: tuple[int, ...]


def drafts_in(pieces: Iterable[str], longest: int) -> Iterator[Draft | None]:
    """Each sentence as soon as the next one has begun, and None after each piece. Nothing is given twice.

    Args:
        pieces: the text in the pieces in which it comes. Where reading them raises an error, the sentence that had
            not ended is left out.
        longest: no more characters than these are read; a sentence that is cut off by that is left out.
    """
    pending, read = "", 0
    for piece in pieces:
        read += len(piece)
        if read > longest:
            return
        pending = _tidied(pending + piece)
        spans = _sentences(pending)
        # What has begun last may go on; and where it may become a citation, it belongs to the one before.
        open_end = 2 if spans and _may_be_citation(pending[slice(*spans[-1])]) else 1
        settled = spans[:-open_end]
        yield from _drafts(pending, settled)
        if settled:
            pending = pending[settled[-1][1] :]
        yield None
    yield from _drafts(pending, _sentences(pending))


def _tidied(text: str) -> str:
    text = _EMPHASIS.sub("", _THOUGHT.sub("", visible(text)))
    return _BEHIND_END.sub(lambda match: f"{match[2]}{match[1]}", text)


def _sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences are, line by line, without the marks of lists and headings."""
    spans = []
    for line in _LINE.finditer(_THINKING.sub("", text)):
        mark = _LIST_MARK.match(line.group())
        first = line.start() + (mark.end() if mark else 0)
        spans += [(first + start, first + end) for start, end in split_sentences(text[first : line.end()])]
    return spans


def _may_be_citation(begun: str) -> bool:
    return begun.startswith(("[", "【")) or not any(letter.isspace() for letter in begun)


def _drafts(text: str, spans: Iterable[tuple[int, int]]) -> Iterator[Draft]:
    for start, end in spans:
        sentence = text[start:end]
        numbers = [int(number) for match in _CITATION.finditer(sentence) for number in re.findall(r"\d+", match[1])]
        plain = as_data(_CITATION.sub("", sentence))
        if any(letter.isalpha() for letter in plain):
            yield Draft(plain, tuple(dict.fromkeys(numbers)))
