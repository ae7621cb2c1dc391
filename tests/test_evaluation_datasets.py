"""Data sets: the three layouts, what is left out, and what is refused with its place."""

from __future__ import annotations

import datetime
import gzip
import json
from pathlib import Path

import pytest

from qa.errors import DataSetError
from qa.evaluation.beir import read_corpus
from qa.evaluation.datasets import read_data_set
from qa.evaluation.questions import DataSet
from qa.records import Article, BadRecord

QUESTION = {"question": "Who won?", "article_ids": ["a", 7]}


def write(path: Path, *lines: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, questions: Path | None = None) -> DataSet:
    return read_data_set(folder, questions=questions, maximum_record_bytes=10_000)


def test_our_layout(tmp_path: Path) -> None:
    articles = write(tmp_path / "articles.jsonl.gz", {"id": "a", "text": "x"})
    full = {"id": "q", "type": "fact", "date": "2024-02-03", "answers": ["us"]}
    write(tmp_path / "questions.jsonl", QUESTION, "", QUESTION | full, QUESTION | {"id": "r", "as_of": "2024-02-04"})
    data = read(tmp_path)
    assert (data.layout, data.articles, data.left_out) == ("dateline", articles, {})
    first, second, third = data.questions
    assert (first.id, first.text, first.gains, first.type, first.as_of) == ("1", "Who won?", {"a": 1, "7": 1}, "", None)
    assert (second.id, second.type, second.as_of) == ("q", "fact", datetime.date(2024, 2, 3))
    assert second.answers == ("us",)
    assert third.as_of == datetime.date(2024, 2, 4)


def test_articles_may_be_a_folder_or_elsewhere_and_questions_may_be_named(tmp_path: Path) -> None:
    other = write(tmp_path / "other.jsonl", QUESTION)
    assert read(tmp_path, other).articles is None
    write(tmp_path / "articles" / "day.txt", "text")
    assert read(tmp_path, other).articles == tmp_path / "articles"
    write(tmp_path / "articles.csv", "id,text")
    assert read(tmp_path, other).articles == tmp_path / "articles.csv"


def test_a_question_without_a_relevant_article_is_left_out_and_named(tmp_path: Path) -> None:
    write(tmp_path / "questions.jsonl", QUESTION, {"id": "none", "question": "Who?", "article_ids": []})
    data = read(tmp_path)
    assert [question.id for question in data.questions] == ["1"]
    assert data.left_out == {"none": "it has no relevant article"}
    write(tmp_path / "questions.jsonl", {"question": "Who?"})
    with pytest.raises(DataSetError, match=r"None of the 1 questions has a relevant article \(.*questions.jsonl\)"):
        read(tmp_path)


def test_what_the_articles_do_not_answer_stands_apart(tmp_path: Path) -> None:
    write(
        tmp_path / "questions.jsonl", QUESTION | {"id": "a", "sentences": ["Ann won."]},
        QUESTION | {"id": "b", "answerable": False}, {"id": "c", "question": "Why?", "type": "unanswerable"},
        QUESTION | {"id": "d", "type": "unanswerable", "answerable": True},
        {"id": "e", "question": "And she?", "resolved": "Did Ann win?", "article_ids": ["a"]},
    )  # fmt: skip
    data = read(tmp_path)
    assert [question.id for question in data.questions] == ["a", "d", "e"]
    assert data.questions[0].sentences == ("Ann won.",) and data.questions[0].answerable
    assert data.questions[2].text == "Did Ann win?", "what is asked is whole by itself"
    assert [(each.id, each.gains, each.answerable) for each in data.unanswerable] == [
        ("b", {}, False),
        ("c", {}, False),
    ]
    assert data.left_out == {}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "The line is not JSON"),
        ("[1]", "The line is not a JSON object"),
        ({"article_ids": ["a"]}, "The record has no question"),
        ({"question": " ", "article_ids": ["a"]}, "The question '2' is empty"),
        (QUESTION | {"id": "1"}, "There are two questions with the id '1'"),
        (QUESTION | {"article_ids": "a"}, "article_ids is no list of texts"),
        (QUESTION | {"type": 3}, "The type of the question is no text"),
        (QUESTION | {"answerable": "no"}, "answerable is neither true nor false"),
        (QUESTION | {"sentences": "Ann won."}, "sentences is no list of texts"),
        (QUESTION | {"date": "03/05/2024"}, "The day of asking cannot be read"),
        ("x" * 10_001, "The line cannot be read: the record is 10,001 bytes long"),
    ],
)
def test_a_line_that_cannot_be_used_is_an_error_with_its_place(tmp_path: Path, line: object, message: str) -> None:
    file = write(tmp_path / "questions.jsonl", QUESTION, line)
    with pytest.raises(DataSetError) as raised:
        read(tmp_path)
    assert raised.value.what.startswith(message)
    assert raised.value.where == f"{file}:2"


def test_a_folder_that_is_no_data_set(tmp_path: Path) -> None:
    write(tmp_path / "articles.jsonl", {"text": "x"})
    write(tmp_path / "queries.jsonl", {"_id": "1", "text": "x"})  # BEIR, but for the judgments
    with pytest.raises(DataSetError, match=r"no data set that is known here.*questions\.jsonl.*qrels/test\.tsv"):
        read(tmp_path)
    with pytest.raises(DataSetError, match="There is no such folder"):
        read(tmp_path / "nowhere")


def test_beir(tmp_path: Path) -> None:
    corpus = write(
        tmp_path / "corpus.jsonl.gz",
        {"_id": "d1", "title": "Flood", "text": "The river rose.", "date": "2024-05-06"},
        {"_id": "d2", "title": "Only a title", "text": ""},
        {"_id": "d3", "title": "", "text": ""},
    )
    write(tmp_path / "queries.jsonl", *({"_id": f"q{n}", "text": f"Question {n}?"} for n in range(4)))
    write(
        tmp_path / "qrels" / "test.tsv",
        "query-id\tcorpus-id\tscore", "q1\td1\t2", "q1\td2\t1", "q1\td9\t0", "q2\td1\t0", "q8\td1\t1",
    )  # fmt: skip
    data = read(tmp_path)
    assert (data.layout, data.articles) == ("beir", corpus)
    assert [(question.id, question.text, question.gains) for question in data.questions] == [
        ("q1", "Question 1?", {"d1": 2, "d2": 1})
    ]
    # q0 and q3 belong to another part of the set.
    assert data.left_out == {"q2": "it has no relevant article", "q8": "it was judged, but its text is missing"}
    first, second, third = read_corpus(corpus, 10_000)
    assert isinstance(first, Article) and (first.id, first.day) == ("d1", datetime.date(2024, 5, 6))
    assert isinstance(second, Article) and second.text == "Only a title"
    assert isinstance(third, BadRecord) and third.article_id == "d3"


def test_beir_lines_that_cannot_be_used(tmp_path: Path) -> None:
    write(tmp_path / "queries.jsonl", {"_id": "1", "text": "x"})
    write(tmp_path / "qrels" / "test.tsv", "query-id\tcorpus-id\tscore", "1\td")
    with pytest.raises(DataSetError, match=r"query-id, corpus-id, score \(.*test\.tsv:2\)"):
        read(tmp_path)
    write(tmp_path / "qrels" / "test.tsv", "1\td\tyes")
    with pytest.raises(DataSetError, match=r"The gain 'yes' is no whole number \(.*test\.tsv:1\)"):
        read(tmp_path)
    write(tmp_path / "queries.jsonl", {"_id": 1, "text": "x"})
    with pytest.raises(DataSetError, match="The question has no _id or no text"):
        read(tmp_path)


TOPICS = """\
<top>
<num> Number: 301
<title> International
  Organized Crime

<desc> Description:
Identify organizations.
</top>

<top>
<num> 302 <desc> Poliomyelitis <narr> Anything.
</top>
"""
QRELS = ("301 0 d1 2", "301 0 d2 -1", "301 0 d3 0", "302 0 d2 1")


def test_trec_with_tagged_topics(tmp_path: Path) -> None:
    (tmp_path / "topics.txt").write_text(TOPICS)
    write(tmp_path / "qrels.txt", *QRELS)
    data = read(tmp_path)
    assert (data.layout, data.articles) == ("trec", None)
    assert [(question.id, question.text, question.gains) for question in data.questions] == [
        ("301", "International Organized Crime", {"d1": 2}),
        ("302", "Poliomyelitis", {"d2": 1}),
    ]


def test_trec_with_topics_in_a_table(tmp_path: Path) -> None:
    write(tmp_path / "topics.tsv", "301\torganised crime", "302\tpolio", "303\tnobody judged it")
    write(tmp_path / "qrels", *QRELS)
    articles = write(tmp_path / "articles.jsonl", {"id": "d1", "text": "x"})
    data = read(tmp_path)
    assert data.articles == articles
    assert [question.text for question in data.questions] == ["organised crime", "polio"]
    assert data.left_out == {"303": "it has no relevant article"}


@pytest.mark.parametrize(
    ("topics", "qrels", "message"),
    [
        ("301 no tab", "301 0 d 1", "no tab between its id and its question"),
        ("<top>\n<title> x\n</top>", "301 0 d 1", "no <num>"),
        (TOPICS + "<top>\n<num> 5", "301 0 d 1", "The last topic has no </top>"),
        ("301\tx", "301 d 1", "four parts"),
    ],
)
def test_trec_files_that_cannot_be_used(tmp_path: Path, topics: str, qrels: str, message: str) -> None:
    write(tmp_path / "topics.txt", topics)
    write(tmp_path / "qrels.txt", qrels)
    with pytest.raises(DataSetError, match=message):
        read(tmp_path)


def test_our_layout_goes_before_the_others(tmp_path: Path) -> None:
    write(tmp_path / "topics.tsv", "301\tcrime")
    write(tmp_path / "qrels.txt", *QRELS)
    assert read(tmp_path).layout == "trec"
    write(tmp_path / "queries.jsonl", {"_id": "1", "text": "x"})
    write(tmp_path / "qrels" / "test.tsv", "1\td\t1")
    assert read(tmp_path).layout == "beir"
    write(tmp_path / "questions.jsonl", QUESTION)
    assert read(tmp_path).layout == "dateline"
