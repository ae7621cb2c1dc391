"""The questions that benchmarks/train_selector.py trains on, and those it is measured on.

Training: the train parts of shared/data/answer_sentences, most articles of squad2 dev, and our own questions about most
of the Wikinews articles and about texts that we made up (questions/).
Measuring: the dev parts and the other articles. A training question that stands in a dev part too is left out.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from qa import Article
from qa.formats import read_articles
from qa.passages import split_sentences

DATA = Path(__file__).parents[2] / "shared/data"
# Written for Dateline in November 2026. Of each question about Wikinews: where in the article its answering sentences
# begin. The others are about texts of our own; they name the article of a unit and the sentence, from 0.
QUESTIONS = Path(__file__).parent / "questions"
OWN_TEXTS = ("stories", "dossiers", "encyclopedia", "features", "quizzes")
OWN_SETS = ("wikinews", *OWN_TEXTS)
TRAINING = ("trecqa-train", "wikiqa-train", "selqa-train", "qed-train", "multirc-train", "qamr-train")
# The short, presumed ones of qamr would drown the rest.
LIMITS = {"qamr-train": 1_500}
SENTENCES = 16  # of a question, at most: the right ones and those with most of the question's words
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Example:
    """A question with its sentences, what stands around each ("" for nothing), and which of them answer."""

    set: str
    question: str
    sentences: list[str]
    previous: list[str]
    following: list[str]
    titles: list[str]
    right: list[bool]


def training_examples() -> list[Example]:
    generator = random.Random(0)
    examples: list[Example] = []
    for name in TRAINING:
        rows = read_set(name)
        random.Random(0).shuffle(rows)
        examples += [shortened(row, generator) for row in rows[: LIMITS.get(name)]]
    examples += read_squad(held=False)
    examples += [shortened(example, generator) for example in (*read_news(held=False), *read_own_texts())]
    held = {folded(example.question) for part in evaluation_examples().values() for example in part}
    kept = [example for example in examples if folded(example.question) not in held]
    print(f"{len(kept)} training questions; {len(examples) - len(kept)} left out that stand in a dev part")
    return kept


def evaluation_examples() -> dict[str, list[Example]]:
    sets = {name: read_set(name) for name in ("onestopqa-dev", "trecqa-dev", "wikiqa-dev", "selqa-dev")}
    return sets | {"squad2, held": read_squad(held=True), "wikinews, held": read_news(held=True)}


def read_set(name: str) -> list[Example]:
    """A set of answer_sentences. What stands around a sentence is known where their order is that of a text."""
    with gzip.open(DATA / f"answer_sentences/{name}.jsonl.gz", "rt") as file:
        return [example_of(name, json.loads(line), ordered=not name.startswith("trecqa")) for line in file]


def example_of(name: str, row: dict[str, Any], *, ordered: bool, title: str = "") -> Example:
    sentences, nothing = row["sentences"], [""] * len(row["sentences"])
    return Example(
        set=name,
        question=row["question"].strip(),
        sentences=sentences,
        previous=["", *sentences[:-1]] if ordered else nothing,
        following=[*sentences[1:], ""] if ordered else nothing,
        titles=[title] * len(sentences),
        right=[bool(label) for label in row["labels"]],
    )


def read_squad(*, held: bool) -> list[Example]:
    """squad2 dev against its own passages: the articles that are held for measuring, or the others."""
    known = {row["id"]: row for row in read_lines(DATA / "squad2/passages-dev.jsonl")}
    examples = []
    for row in read_lines(DATA / "squad2/questions-dev.jsonl"):
        passage = known[row["article_ids"][0]]
        if held_of_squad(passage["title"]) != held:
            continue
        sentences = [passage["text"][start:end] for start, end in split_sentences(passage["text"])]
        labels = [any(answer in sentence for answer in row["answers"]) for sentence in sentences]
        # An answer that a border between sentences cuts is in none of them.
        if any(labels) or not row["answers"]:
            labelled = {"question": row["question"], "sentences": sentences, "labels": labels}
            title = passage["title"].replace("_", " ")
            examples.append(example_of("squad2", labelled, ordered=True, title=title))
    return examples


def held_of_squad(title: str) -> bool:
    """Whether an article of squad2 is held for measuring: 3 of the 16, with 616 of the 3,051 questions."""
    return zlib.crc32(title.encode()) % 4 == 1


def read_news(*, held: bool) -> list[Example]:
    """Our questions about Wikinews articles, each against its own article: those held for measuring, or the others."""
    articles = {article.id: article for article in news_articles()}
    examples = []
    for row in read_lines(QUESTIONS / "wikinews.jsonl"):
        if held_of_news(row["article"]) != held:
            continue
        article = articles[row["article"]]
        spans = split_sentences(article.text)
        answering = {start for start, end in spans if any(start <= at < end for at in row["answered_at"])}
        labelled = {
            "question": row["question"],
            "sentences": [article.text[start:end] for start, end in spans],
            "labels": [start in answering for start, _ in spans],
        }
        examples.append(example_of("wikinews", labelled, ordered=True, title=article.title))
    return examples


def read_own_texts() -> list[Example]:
    """The questions about texts of our own, each against the sentences of all articles of its unit."""
    examples = []
    for name in OWN_TEXTS:
        for unit in read_lines(QUESTIONS / f"{name}.jsonl"):
            told: list[tuple[str, str, str, str]] = []
            places = []
            for number, article in enumerate(unit["articles"]):
                own = article["sentences"]
                told += zip(own, ["", *own[:-1]], [*own[1:], ""], [article["title"]] * len(own), strict=True)
                places += [[number, place] for place in range(len(own))]
            sentences, previous, following, titles = map(list, zip(*told, strict=True))
            examples += [
                Example(name, asked["question"], sentences, previous, following, titles,
                        [place in asked["answers"] for place in places])
                for asked in unit["questions"]
            ]  # fmt: skip
    return examples


def news_articles() -> list[Article]:
    records = read_articles(DATA / "wikinews/articles.jsonl", maximum_record_bytes=1_000_000)
    return [record for record in records if isinstance(record, Article)]


def held_of_news(article_id: str) -> bool:
    """Whether a Wikinews article is held for measuring, and for fitting what is built on the selector: 3 of 8."""
    return zlib.crc32(article_id.encode()) % 8 < 3


def read_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def shortened(example: Example, generator: random.Random) -> Example:
    """At most SENTENCES of the sentences: some right ones, those with most of the question's words, some others."""
    if len(example.sentences) <= SENTENCES:
        return example
    wanted = set(_WORD.findall(example.question.lower()))
    right = [i for i, label in enumerate(example.right) if label]
    generator.shuffle(right)
    right = right[:4]
    wrong = [i for i, label in enumerate(example.right) if not label]
    wrong.sort(key=lambda i: -len(wanted & set(_WORD.findall(example.sentences[i].lower()))))
    room = SENTENCES - len(right)
    hard, rest = wrong[: room * 3 // 4], wrong[room * 3 // 4 :]
    generator.shuffle(rest)
    kept = sorted(right + hard + rest[: room - len(hard)])

    def some(values: list[Any]) -> list[Any]:
        return [values[i] for i in kept]

    return replace(
        example, sentences=some(example.sentences), previous=some(example.previous),
        following=some(example.following), titles=some(example.titles), right=some(example.right),
    )  # fmt: skip


def folded(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))
