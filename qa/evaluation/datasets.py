"""Data sets in our own layout, and which layout a folder has.

    DIR/articles.jsonl      the articles, in any format that `qa index` reads (articles.csv, articles.jsonl.gz, a
                            folder named articles)
    DIR/questions.jsonl     one question a line:
                            question       in plain words
                            article_ids    the articles that answer it
                            id             optional; else the number of the line
                            type           optional; figures are given for each type
                            as_of, date    optional; the day on which it is asked
                            answers        optional; right answers in few words, any of which will do
                            sentences      optional; the sentences of the articles that answer, any of which will do
                            resolved       optional; asked instead of a question that is not whole by itself
                            answerable     optional; false where the articles do not answer, as is the type
                                           "unanswerable"; article_ids then count for nothing

Also read are BEIR (beir.py) and TREC (trec.py). What lies in the folder decides, in the order: ours, BEIR, TREC.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qa.errors import DataSetError
from qa.evaluation import beir, trec
from qa.evaluation.questions import OWN, DataSet, Question, add_once, present, read_objects, settle, unusable
from qa.formats import ENDINGS
from qa.formats.dates import read_moment
from qa.records import Origin, day_of

ARTICLES = "articles"
QUESTIONS = "questions.jsonl"
# The type of question that the articles do not answer.
UNANSWERABLE = "unanswerable"


def read_data_set(folder: Path, *, questions: Path | None = None, maximum_record_bytes: int) -> DataSet:
    """The data set that lies in a folder.

    Args:
        questions: a file of questions in our layout, in place of DIR/questions.jsonl.
        maximum_record_bytes: a longer line is an error.

    Raises:
        DataSetError: the folder is no data set, a question cannot be read, or none has a relevant article.
        ArticleFileError: a file cannot be read at all.
    """
    if not folder.is_dir():
        raise DataSetError("There is no such folder", where=str(folder), cure="Name the folder of a data set.")
    articles = _articles(folder)
    if asked := questions or present(folder, QUESTIONS):
        return settle(DataSet(folder, OWN, articles, _own_questions(asked, maximum_record_bytes)), asked)
    queries, judgments = present(folder, beir.QUERIES), present(folder, beir.QRELS)
    if queries and judgments:
        corpus = present(folder, beir.CORPUS)
        return beir.read_beir(folder, queries, judgments, corpus, maximum_record_bytes)
    topics, judgments = present(folder, *trec.TOPICS), present(folder, *trec.QRELS)
    if topics and judgments:
        return trec.read_trec(folder, topics, judgments, articles, maximum_record_bytes)
    raise DataSetError(
        "The folder is no data set that is known here",
        where=str(folder),
        cure=f"It needs {QUESTIONS} (or name a file with --questions); or {beir.QUERIES} and {beir.QRELS} as BEIR "
        "has them; or topics.tsv and qrels.txt as TREC has them.",
    )


def _articles(folder: Path) -> Path | None:
    file = present(folder, *(f"{ARTICLES}{ending}" for ending in ENDINGS))
    if file is None and (folder / ARTICLES).is_dir():
        return folder / ARTICLES
    return file


def _own_questions(path: Path, maximum: int) -> tuple[Question, ...]:
    asked: dict[str, Question] = {}
    for origin, row in read_objects(path, maximum):
        add_once(asked, _own_question(row, origin), origin)
    return tuple(asked.values())


def _own_question(row: dict[str, Any], origin: Origin) -> Question:
    text, kind = row.get("resolved") or row.get("question"), row.get("type")
    if not isinstance(text, str):
        raise unusable("The record has no question", origin)
    if not isinstance(kind, str | None):
        raise unusable("The type of the question is no text", origin)
    answerable = row.get("answerable", kind != UNANSWERABLE)
    if not isinstance(answerable, bool):
        raise unusable("answerable is neither true nor false", origin)
    try:
        moment = read_moment(row.get("as_of") or row.get("date"))
    except ValueError as error:
        raise unusable(f"The day of asking cannot be read: {error}", origin) from error
    return Question(
        id=str(origin.line) if row.get("id") is None else str(row["id"]),
        text=text,
        gains=dict.fromkeys(_texts(row, "article_ids", origin), 1) if answerable else {},
        type=kind or "",
        as_of=day_of(moment),
        answers=tuple(_texts(row, "answers", origin)),
        sentences=tuple(_texts(row, "sentences", origin)),
        answerable=answerable,
    )


def _texts(row: dict[str, Any], name: str, origin: Origin) -> list[str]:
    values = row.get(name)
    if values is None:
        return []
    if not isinstance(values, list) or not all(isinstance(value, str | int) for value in values):
        raise unusable(f"{name} is no list of texts", origin)
    return [str(value) for value in values]
