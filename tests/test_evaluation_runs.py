"""Runs and their files, figures by type, comparisons, the index of a data set, and the page."""

from __future__ import annotations

import contextlib
import datetime
import json
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import ir_measures
import pytest
from support import CONFIG, HashingEncoder, HashingSelector, hashed_index, make_article, marker

import qa.index
from qa.errors import ArticleFileError, DataSetError, QuestionError
from qa.evaluation.answers import AnswerRun, Outcome
from qa.evaluation.page import html_report
from qa.evaluation.plots import bars, rank_counts
from qa.evaluation.preparation import Preparation, prepare
from qa.evaluation.questions import DataSet, Question
from qa.evaluation.report import make_report, problems
from qa.evaluation.runs import Run, ask_all, index_retriever, read_run, write_run
from qa.evaluation.summary import Change, Figure, compare, figures_of, summarise
from qa.index import Index
from qa.records import Article, Hit

DAY = datetime.date(2025, 3, 4)
QUESTIONS = (
    Question("q1", "first?", {"a": 1}, type="who", as_of=DAY),
    Question("q2", "second?", {"b": 2, "c": 1}, type="when"),
    Question("q3", "third?", {"d": 1}, type="when"),
)
RUN = Run("one", {"q1": ("a", "x"), "q2": ("x", "b"), "q3": ()}, {"q1": 1.0, "q2": 2.0, "q3": 9.0})
OTHER = Run("two", {"q1": ("x", "a"), "q2": ("x", "b", "c"), "q3": ("d",)})


def data_set(folder: Path, questions: Sequence[Question] = QUESTIONS, articles: Path | None = None) -> DataSet:
    return DataSet(folder, "dateline", articles, tuple(questions))


# Asking


def test_each_question_is_asked_on_its_day_and_timed() -> None:
    asked = []

    def retrieve(text: str, as_of: datetime.date | None, stages: dict[str, float]) -> list[Hit]:
        asked.append((text, as_of))
        stages["lexical"] = 2.0
        if text == "third?":
            raise QuestionError("The question holds no word or number")
        return [Hit(Article("a", "", "text"), 0, 4, "text", 1.0, also_in=(Article("b", "", "text"),))]

    run = ask_all(QUESTIONS, retrieve, "question")
    assert asked == [("first?", DAY), ("second?", None), ("third?", None)]
    assert run.rankings == {"q1": ("a", "b"), "q2": ("a", "b"), "q3": ()}
    assert run.refused == {"q3": "The question holds no word or number."}
    assert set(run.milliseconds) == {"q1", "q2", "q3"} and all(ms >= 0 for ms in run.milliseconds.values())
    assert run.stages["q2"] == {"lexical": 2.0}
    asked.clear()
    other = datetime.date(2026, 1, 1)
    assert ask_all(QUESTIONS, retrieve, "none").name != ask_all(QUESTIONS, retrieve, other).name
    assert [day for _, day in asked] == [None] * 3 + [other] * 3


# Files


@pytest.mark.parametrize("name", ["run.json", "run.trec"])
def test_a_run_comes_back_from_its_file(tmp_path: Path, name: str) -> None:
    write_run(tmp_path / name, OTHER)
    again = read_run(tmp_path / name)
    assert (again.name, again.rankings) == (OTHER.name, OTHER.rankings)


def test_json_keeps_everything_of_a_run(tmp_path: Path) -> None:
    run = Run("all of it", {"q 1": ("a b", "c"), "q2": ()}, {"q 1": 3.5}, {"q 1": {"dense": 1.5}}, {"q2": "no word"})
    write_run(tmp_path / "run.json", run)
    assert read_run(tmp_path / "run.json") == run
    with pytest.raises(DataSetError, match=r"The id 'q 1' holds white space.*ends in \.json"):
        write_run(tmp_path / "run.trec", run)


def test_a_trec_run_is_read_by_trec_eval_in_our_order(tmp_path: Path) -> None:
    write_run(tmp_path / "run.trec", OTHER)
    theirs: dict[str, list[tuple[float, str]]] = {}
    for line in ir_measures.read_trec_run(str(tmp_path / "run.trec")):
        theirs.setdefault(line.query_id, []).append((-line.score, line.doc_id))
    assert {key: tuple(doc for _, doc in sorted(docs)) for key, docs in theirs.items()} == OTHER.rankings


def test_a_trec_run_of_another_program_is_ordered_by_its_scores(tmp_path: Path) -> None:
    file = tmp_path / "other.run"
    file.write_text("q1 Q0 a 1 0.25 bm25\nq1 Q0 b 2 1e1 bm25\nq2\tQ0\tc\t1\t-3\tbm25\n")
    assert read_run(file).rankings == {"q1": ("b", "a"), "q2": ("c",)}
    assert read_run(file).name == "bm25"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("x.run", "q1 Q0 a 1 0.5\n", r"question Q0 article rank score run` \(.*x\.run:1\)"),
        ("x.run", "q1 Q0 a 1 high bm25\n", "question Q0 article rank score run"),
        ("x.run", "q1 Q0 a 1 2 x\nq1 Q0 a 2 1 x\n", r"'a' stands twice for the question 'q1' \(.*:2\)"),
        ("x.run", "", "The file is empty"),
        ("x.json", "{", "The file is not a run"),
        ("x.json", "[]", "The file is not a run"),
        ("x.json", '{"name": "x", "rankings": {"q1": "ab"}}', "The file is not a run"),
        ("x.json", '{"name": "x"}', "The file is not a run"),
    ],
)
def test_a_file_that_is_no_run(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DataSetError, match=message):
        read_run(tmp_path / name)


@pytest.mark.parametrize("name", ["no.run", "no.json"])
def test_a_run_that_is_not_there(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArticleFileError, match=name):
        read_run(tmp_path / name)


# Figures


def test_summary_by_hand() -> None:
    summary = summarise(QUESTIONS, RUN)
    # The first relevant article stands at ranks 1, 2 and nowhere.
    assert summary.ranks == {"q1": 1, "q2": 2, "q3": None}
    mean = summary.overall.figures["MRR"]
    assert mean.mean == pytest.approx(0.5) and mean.low <= 0.5 <= mean.high and mean.low < mean.high
    assert summary.overall.figures["recall@5"].mean == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert {kind: group.questions for kind, group in summary.types.items()} == {"when": 2, "who": 1}
    assert summary.types["when"].figures["MRR"].mean == pytest.approx(0.25)
    assert summary.types["who"].figures["hit@1"] == Figure(1, 1, 1)
    assert summary.mean_depth == pytest.approx(4 / 3)
    assert summary.times and summary.times.p50 == 2.0
    assert not summarise(QUESTIONS[1:], RUN).types, "one type needs no table of types"


def test_stages_have_their_own_times() -> None:
    run = Run("x", RUN.rankings, stages={"q1": {"dense": 1.0}, "q2": {"dense": 3.0, "rescore": 5.0}})
    summary = summarise(QUESTIONS, run)
    assert summary.times is None
    assert (summary.stages["dense"].p50, summary.stages["rescore"].p50) == (2.0, 5.0)


def test_comparison_by_hand() -> None:
    comparison = compare(QUESTIONS, RUN, OTHER)
    mrr = comparison.differences["MRR"]
    # Reciprocal ranks 1, 1/2, 0 against 1/2, 1/2, 1.
    assert (mrr.first, mrr.second) == pytest.approx((0.5, 2 / 3))
    assert mrr.difference == pytest.approx(1 / 6) and mrr.p > 0.5
    assert comparison.changes == (Change("q3", None, 1), Change("q1", 1, 2))
    assert (comparison.only_first, comparison.only_second, comparison.in_neither) == ((), (), ())


def test_comparison_names_the_questions_that_a_run_lacks() -> None:
    comparison = compare(QUESTIONS, Run("x", {"q1": ("a",)}), Run("y", {"q2": ("b",)}))
    assert comparison.questions == 2
    assert (comparison.only_first, comparison.only_second, comparison.in_neither) == (("q1",), ("q2",), ("q3",))
    assert comparison.differences["hit@1"].difference == 0
    with pytest.raises(DataSetError, match="Neither run has a question of this data set"):
        compare(QUESTIONS, Run("x", {"other": ("a",)}), Run("y", {}))


def test_figures_have_a_row_for_each_question() -> None:
    assert figures_of(QUESTIONS, RUN).shape == (3, 9)
    assert figures_of(QUESTIONS, RUN)[:, 0].tolist() == [1.0, 0.5, 0.0]


# The index


@contextlib.contextmanager
def nobody_watches() -> Iterator[None]:
    yield None


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qa.index, "Encoder", HashingEncoder)
    monkeypatch.setattr(qa.index, "load_selector", lambda encoder: HashingSelector())


def write_articles(path: Path, ids: Sequence[str]) -> Path:
    lines = [json.dumps(make_article(each).as_dict()) for each in ids]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def questions_about(*ids: str) -> list[Question]:
    return [Question(f"about-{each}", f"What of {marker(each)}?", {each: 1}) for each in ids]


def prepared(data: DataSet, folder: Path | None = None, **how: bool) -> tuple[Index, Preparation]:
    return prepare(
        data, folder, CONFIG, embed=how.get("embed", True), dense=how.get("dense", True), reading=nobody_watches,
        encoding=nobody_watches,
    )  # fmt: skip


def test_the_own_index_is_made_asked_and_brought_up_to_date(tmp_path: Path, hashing: None) -> None:
    data = data_set(tmp_path, questions_about("a", "b"), write_articles(tmp_path / "articles.jsonl", "abc"))
    index, first = prepared(data)
    with index:
        run = ask_all(data.questions, index_retriever(index, 5, dense=True), "none")
    assert [ranking[0] for ranking in run.rankings.values()] == ["a", "b"]
    assert (first.made, first.articles, first.added, first.missing) == (True, 3, 3, ())
    assert first.embedded == first.passages > 0
    assert list(first.seconds) == ["reading", "loading", "encoding"]
    assert (tmp_path / ".dateline" / "dateline.sqlite3").is_file()

    write_articles(tmp_path / "articles.jsonl", "abcd")
    index, second = prepared(data, dense=False)
    index.close()
    assert (second.made, second.articles, second.added) == (False, 4, 1)
    assert list(second.seconds) == ["reading"], "a search by words needs no model and no vectors"


def test_a_named_index_that_is_there_is_asked_as_it_is(tmp_path: Path, hashing: None) -> None:
    with hashed_index(tmp_path / "index") as index:
        index.add([make_article("a"), make_article("b", status="withdrawn")])
    articles = write_articles(tmp_path / "articles.jsonl", "abc")
    data = data_set(tmp_path, questions_about("a", "b", "c"), articles)
    index, preparation = prepared(data, tmp_path / "index", embed=False)
    index.close()
    assert preparation.articles == 2
    assert (preparation.absent, preparation.missing) == (1, ("b", "c"))
    assert preparation.embedded == 0
    assert not (tmp_path / ".dateline").exists()
    said = problems(make_report(data, [Run("x", {})], preparation=preparation))
    assert said == [
        "Articles of the data set that the index does not hold, which makes it easier: 1.",
        "Relevant articles that the index does not hold: 2 (b, c). "
        "Questions that have no other one, and count as not found: 2.",
    ]
    index, made = prepared(data, tmp_path / "new", dense=False)
    index.close()
    assert made.made and made.articles == 3


def test_a_beir_corpus_is_taken_in_and_what_is_no_document_is_named(tmp_path: Path, hashing: None) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text('{"_id": "a", "title": "", "text": "The markfb river rose."}\n{"_id": "b", "text": ""}\n')
    data = DataSet(tmp_path, "beir", corpus, (Question("1", "Which river markfb?", {"a": 1, "b": 1}),))
    index, preparation = prepared(data, embed=False)
    with index:
        found = index_retriever(index, 5, dense=False)("Which river markfb?", None, {})
    assert [each.article.id for each in found] == ["a"]
    assert preparation.missing == ("b",)
    assert [(record.article_id, record.origin.line) for record in preparation.rejected] == [("b", 2)]


def test_without_articles_or_with_those_of_another_set(tmp_path: Path, hashing: None) -> None:
    with pytest.raises(DataSetError, match="no articles, and there is no index"):
        prepared(data_set(tmp_path, questions_about("a")))
    assert not (tmp_path / ".dateline").exists()
    articles = write_articles(tmp_path / "articles.jsonl", "bc")
    with pytest.raises(DataSetError, match="holds none of the 1 relevant articles"):
        prepared(data_set(tmp_path, questions_about("a"), articles), dense=False)


# The report


class Page(HTMLParser):
    """The tags, attributes and texts of a page; its tags must close in the order in which they opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        self.tags.append(tag)
        self.attributes += attrs

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


HOSTILE = '<script src="https://evil.example/x.js">alert(1)</script>"\'&\u202e\x1b'


def hostile_report(tmp_path: Path) -> Any:
    question = Question(HOSTILE, HOSTILE, {"wanted": 1, HOSTILE: 1}, type=HOSTILE, answers=(HOSTILE,))
    data = data_set(tmp_path / HOSTILE.replace("/", "-").replace("\x1b", ""), [question, *QUESTIONS])
    with hashed_index(tmp_path / "index") as index:
        index.add([make_article("wanted", title=HOSTILE, source=HOSTILE), make_article("other", title="Quay vote")])
        runs = [Run(HOSTILE, {HOSTILE: ("other", "wanted")}), Run("second", {HOSTILE: (), "q1": ("a",)})]
        outcomes = (
            Outcome(HOSTILE, HOSTILE, True, False, 0.5, {"sentence first": 1.0}, quoted=2, verbatim=1),
            Outcome("u", "u", False, True, 0.0, {"refused, unanswerable": 1.0}, error=HOSTILE),
        )
        answers = [AnswerRun(HOSTILE, 0.35, outcomes)]
        return make_report(data, runs, index=index, settings={"x": HOSTILE}, answers=answers)


def test_the_page_escapes_everything_and_loads_nothing(tmp_path: Path) -> None:
    html = html_report(hostile_report(tmp_path))
    page = Page(html)
    assert {"script", "link", "img", "iframe", "object", "a", "base", "form"}.isdisjoint(page.tags)
    assert not [
        name for name, _ in page.attributes if name in ("src", "href", "style", "xlink:href") or name[:2] == "on"
    ]
    assert "url(" not in html and "@import" not in html
    assert not re.search("[\u202e\x1b]", html)
    assert any('<script src="https://evil.example/x.js">alert(1)</script>"\'&' in text for text in page.texts)
    assert "prefers-color-scheme: dark" in html and "default-src 'none'" in html


def test_the_page_shows_figures_types_ranks_and_the_worst_questions(tmp_path: Path) -> None:
    report = hostile_report(tmp_path)
    text = "\n".join(Page(html_report(report)).texts)
    for expected in ("Figures", "Rank of the first relevant article", "Types of question", "Worst questions", "p"):
        assert expected in text
    assert "Quay vote" in text, "what came first instead"
    assert "Questions that the index would not answer, and that count as refused: 1 (u: " in text
    assert "Quoted sentences that do not stand so in the archive: 1 of 2." in text
    mrr = report.summaries[0].overall.figures["MRR"]
    assert mrr.mean == pytest.approx(0.5 / 4)  # rank 2 for one of four questions
    assert f"{mrr.mean:.3f} ({mrr.low:.3f}–{mrr.high:.3f})" in text
    worst = report.worst["second"]
    assert [each.question.id for each in worst] == [HOSTILE, "q2", "q3"], "q1 has its article first"


def test_bars_are_as_long_as_their_figures() -> None:
    svg = bars([{"MRR": Figure(0.5, 0.25, 1.0), "MAP": Figure(1.0, 1.0, 1.0)}], ["x"])
    half, whole = (float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)"', svg))
    assert half == pytest.approx(whole / 2, abs=0.1)
    start = float(re.search(r'<rect [^>]*x="([\d.]+)"', svg)[1])  # type: ignore[index]
    low, high = (float(x) for x in re.search(r'whisker" d="M([\d.]+) .*?H([\d.]+)', svg).groups())  # type: ignore[union-attr]
    assert (low - start, high - start) == pytest.approx((whole / 4, whole), abs=0.2)


def test_ranks_are_counted_by_column() -> None:
    counts = rank_counts([1, 1, 2, 5, 6, 10, 11, 400, None])
    assert counts == {"1": 2, "2": 1, "3": 0, "4": 0, "5": 1, "6–10": 2, "11 on": 2, "not found": 1}


def test_the_report_as_json_holds_every_question_and_ranking(tmp_path: Path) -> None:
    data = data_set(tmp_path)
    value = json.loads(json.dumps(make_report(data, [RUN, OTHER]).as_dict()))
    assert value["data_set"]["questions"] == 3 and value["index"] is None
    first, second = value["runs"]
    assert first["overall"]["figures"]["MRR"]["mean"] == pytest.approx(0.5)
    rows = {row["id"]: row for row in second["questions"]}
    assert rows["q2"] == {
        "id": "q2", "type": "when", "as_of": "", "rank": 2, "ranking": ["x", "b", "c"], "refused": "",
        "figures": rows["q2"]["figures"],
    }  # fmt: skip
    assert rows["q2"]["figures"]["MAP"] == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert value["comparisons"][0]["differences"]["MRR"]["difference"] == pytest.approx(1 / 6)


def test_problems_are_said_in_words(tmp_path: Path) -> None:
    data = DataSet(tmp_path, "dateline", None, QUESTIONS, {"q9": "it has no relevant article"})
    runs = [Run("x", {"q1": ()}, refused={"q1": "No word."}), Run("y", {"q2": ()})]
    assert problems(make_report(data, runs)) == [
        "Questions left out: 1 (q9: it has no relevant article).",
        "Questions that the index refused, and that count as not found: 1 (q1: No word.).",
        "Questions that y lacks, and that count there as not found: 1 (q1).",
        "Questions that x lacks, and that count there as not found: 1 (q2).",
        "Questions that neither run has, and that are left out: 1 (q3).",
    ]
