"""BEIR's layout (Thakur et al. 2021).

    corpus.jsonl      {"_id", "title", "text"}; fields of `qa index` such as date and url are read, too
    queries.jsonl     {"_id", "text"}
    qrels/test.tsv    a heading, then `query-id<TAB>corpus-id<TAB>score`

Questions that the judgments do not name belong to another part of the set and are not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qa.evaluation.questions import BEIR, DataSet, Question, add_once, read_lines, read_objects, settle, unusable
from qa.evaluation.trec import judged_set, note_judgment
from qa.formats.fields import make_article
from qa.records import Article, BadRecord

CORPUS = "corpus.jsonl"
QUERIES = "queries.jsonl"
QRELS = "qrels/test.tsv"


def read_beir(folder: Path, queries: Path, qrels: Path, corpus: Path | None, maximum: int) -> DataSet:
    """The data set of these files.

    Raises:
        DataSetError: a line cannot be read, a question stands twice, or nothing has a relevant article.
    """
    questions: dict[str, Question] = {}
    for origin, row in read_objects(queries, maximum):
        if not isinstance(row.get("_id"), str) or not isinstance(row.get("text"), str):
            raise unusable("The question has no _id or no text", origin)
        add_once(questions, Question(row["_id"], row["text"], {}), origin)
    judged: dict[str, dict[str, int]] = {}
    for origin, line in read_lines(qrels, maximum):
        parts = line.split("\t")
        if len(parts) != 3:
            raise unusable("The judgment has not the three parts query-id, corpus-id, score", origin)
        if parts[0] != "query-id":
            note_judgment(judged, parts[0], parts[1], parts[2].strip(), origin)
    asked = tuple(question for key, question in questions.items() if key in judged)
    return settle(judged_set(DataSet(folder, BEIR, corpus, asked), judged), qrels)


def read_corpus(path: Path, maximum: int) -> Iterator[Article | BadRecord]:
    """The documents as articles. One that has a title and no text is taken for a text that is its title."""
    for origin, row in read_objects(path, maximum):
        text = row.get("text") or row.get("title")
        yield make_article(row | {"id": row.get("_id"), "text": text}, origin)
