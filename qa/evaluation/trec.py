"""TREC's layout: topics, and judgments (qrels). The articles lie beside them in any format that `qa index` reads.

topics.tsv, topics.txt or topics     `id<TAB>question`, or <top> with <num> and <title> (else <desc>)
qrels.txt, qrels.tsv or qrels        `topic 0 article gain`; a gain of 0 or less is not relevant
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from qa.evaluation.questions import TREC, DataSet, Question, add_once, read_lines, settle, unusable
from qa.records import Origin

TOPICS = ("topics.tsv", "topics.txt", "topics")
QRELS = ("qrels.txt", "qrels.tsv", "qrels")

_TOPIC_END = "</top>"
# A field goes on until the next tag; what it is called stands once more in front in the older collections.
_NUMBER = re.compile(r"<num>\s*(?:Number:)?\s*([^<]+)", re.IGNORECASE)
_TITLE = re.compile(r"<title>\s*(?:Topic:)?\s*([^<]+)", re.IGNORECASE)
_DESCRIPTION = re.compile(r"<desc>\s*(?:Description:)?\s*([^<]+)", re.IGNORECASE)


def read_trec(folder: Path, topics: Path, qrels: Path, articles: Path | None, maximum: int) -> DataSet:
    """The data set of these files.

    Raises:
        DataSetError: a line or topic cannot be read, a topic stands twice, or nothing has a relevant article.
    """
    questions, judged = read_topics(topics, maximum), read_qrels(qrels, maximum)
    return settle(judged_set(DataSet(folder, TREC, articles, tuple(questions.values())), judged), qrels)


def judged_set(data_set: DataSet, judged: Mapping[str, Mapping[str, int]]) -> DataSet:
    """The data set with the gains that were judged; what was judged without being asked is left out and named."""
    questions = tuple(
        dataclasses.replace(question, gains=judged.get(question.id, {})) for question in data_set.questions
    )
    asked = {question.id for question in questions}
    left_out = {key: "it was judged, but its text is missing" for key in judged if key not in asked}
    return dataclasses.replace(data_set, questions=questions, left_out=left_out)


def read_qrels(path: Path, maximum: int) -> dict[str, dict[str, int]]:
    """Every judged topic with the gains of its relevant articles."""
    judged: dict[str, dict[str, int]] = {}
    for origin, line in read_lines(path, maximum):
        parts = line.split()
        if len(parts) != 4:
            raise unusable("The judgment has not the four parts topic, 0, article, gain", origin)
        note_judgment(judged, parts[0], parts[2], parts[3], origin)
    return judged


def note_judgment(judged: dict[str, dict[str, int]], question: str, article: str, gain: str, origin: Origin) -> None:
    """Put one judgment into `judged`. Raises DataSetError for a gain that is no whole number."""
    try:
        value = int(gain)
    except ValueError:
        raise unusable(f"The gain {gain!r} is no whole number", origin) from None
    gains = judged.setdefault(question, {})
    if value > 0:
        gains[article] = value


def read_topics(path: Path, maximum: int) -> dict[str, Question]:
    """The topics by their ids, in the order of the file."""
    lines = list(read_lines(path, maximum))
    tagged = any(line.lstrip().lower().startswith("<top>") for _, line in lines)
    topics: dict[str, Question] = {}
    for origin, number, text in _tagged(lines) if tagged else _tabbed(lines):
        add_once(topics, Question(number, " ".join(text.split()), {}), origin)
    return topics


def _tabbed(lines: list[tuple[Origin, str]]) -> Iterator[tuple[Origin, str, str]]:
    for origin, line in lines:
        number, tab, text = line.partition("\t")
        if not tab:
            raise unusable("The topic has no tab between its id and its question", origin)
        yield origin, number.strip(), text


def _tagged(lines: list[tuple[Origin, str]]) -> Iterator[tuple[Origin, str, str]]:
    collected: list[str] = []
    for origin, line in lines:
        collected.append(line)
        if _TOPIC_END not in line.lower():
            continue
        topic, collected = "\n".join(collected), []
        number, text = _NUMBER.search(topic), _TITLE.search(topic) or _DESCRIPTION.search(topic)
        if not number or not text:
            raise unusable("The topic that ends here has no <num>, or neither <title> nor <desc>", origin)
        yield origin, number[1].strip(), text[1]
    if any(line.strip() for line in collected):
        raise unusable(f"The last topic has no {_TOPIC_END}", lines[-1][0], "Copy the file again.")
