"""Answers: wording, what one answer is worth, confidence against truth, and the figures of a run."""

from __future__ import annotations

import dataclasses
import datetime
import random
import re
import string
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from support import hashed_index, make_article

from qa.errors import QuestionError
from qa.evaluation.answer_summary import counted, summarise_answers
from qa.evaluation.answers import AnswerRun, Outcome, answer_all, answer_figures, is_answering, outcome_of
from qa.evaluation.plots import refusal_plot, reliability_plot
from qa.evaluation.questions import Question
from qa.evaluation.refusal import (
    ReliabilityBin,
    area_under_curve,
    calibration_error,
    refusal_curve,
    refusal_figures,
    reliability_bins,
)
from qa.evaluation.wording import contains_answer, exact_match, normalised, token_f1
from qa.records import Answer, Article, Citation, Filters, Hit, Query, Sentence, ShortAnswer, Statement

DAY = datetime.date(2026, 3, 4)
VOTE = Article("vote", "Quay", "The council voted on Monday. It was 12 to 5. The mayor wept.")
FIRE = Article("fire", "Fire", "A marten burnt the substation.")
QUERY = Query("Who voted?", 5, Filters(), DAY)
QUESTION = Question(
    "q", "Who voted?", {"vote": 1, "gone": 1}, answers=("12-5", "12 to 5"), sentences=("It was 12 to 5.",)
)


def sentence(article: Article, text: str, number: int = 1) -> Sentence:
    start = article.text.index(text)
    return Sentence(text, Citation(article, start, start + len(text), number), 1.0)


def hit(article: Article) -> Hit:
    return Hit(article, 0, len(article.text), article.text, 1.0)


def answer(*sentences: Sentence, hits: tuple[Hit, ...] = (), short: str = "", **fields: Any) -> Answer:
    given_short = ShortAnswer(short, "quantity", 1, 0, len(short)) if short else None
    values: dict[str, Any] = {
        "abstained": False,
        "reason": "",
        "confidence": 0.8,
        "timings": {"answer": 2.0, "total": 9.0},
    }
    return Answer("", sentences, hits, QUERY, **(values | fields), short=given_short)


# Wording


def official(text: str) -> str:
    """`normalize_answer` of SQuAD's evaluate-v1.1.py, in its own steps."""
    text = "".join(char for char in text.lower() if char not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())


def official_f1(prediction: str, truth: str) -> float:
    """`f1_score` of the same script."""
    predicted, true = official(prediction).split(), official(truth).split()
    same = sum((Counter(predicted) & Counter(true)).values())
    if same == 0:
        return 0.0
    precision, recall = same / len(predicted), same / len(true)
    return (2 * precision * recall) / (precision + recall)


WORDY = st.lists(st.sampled_from(["The", "a", "mayor", "Mayor's", "12,000", "U.S.", "to", "an", "-", "to"])).map(
    " ".join
)


@given(WORDY, WORDY)
def test_words_are_compared_as_squad_does(one: str, two: str) -> None:
    assert normalised(one) == official(one)
    assert token_f1(one, [two]) == pytest.approx(official_f1(one, two))
    assert exact_match(one, [two]) == float(official(one) == official(two))


def test_typography_of_news_makes_no_difference() -> None:
    assert normalised("The “Mayor’s” vote—1996–2001…") == "mayors vote 1996 2001"


def test_the_best_answer_counts_and_repeats_count_once_each() -> None:
    assert token_f1("twelve to five", ["5 to 12", "it was twelve"]) == pytest.approx(2 / 6)
    assert token_f1("to to", ["to"]) == pytest.approx(2 / 3)
    assert token_f1("five", []) == exact_match("five", []) == 0


def test_an_answer_is_contained_as_whole_words_in_their_order() -> None:
    assert contains_answer("It fell by $1,200 a day.", ["1200 day"])
    assert not contains_answer("It fell by 12000.", ["1200"])
    assert not contains_answer("five to twelve", ["twelve to five"])
    assert not contains_answer("Anything at all", ["the", "?"]), "of these answers nothing is left to look for"


# One answer


def test_figures_of_an_answer() -> None:
    given_answer = answer(
        sentence(VOTE, "The council voted on Monday."), sentence(VOTE, "It was 12 to 5."), hits=(hit(FIRE), hit(VOTE)),
        short="five, 12 to 5",
    )  # fmt: skip
    assert answer_figures(QUESTION, given_answer) == {
        "article first": 0, "article found": 1, "all articles found": 0, "answer in the passages": 1,
        "answer in the first 1": 0, "answer in the first 2": 1, "answer in the first 3": 1,
        "sentence first": 0, "sentence quoted": 1,
        "short answer given": 1, "short answer exact": 0, "exact where given": 0, "refused, answerable": 0,
        # "five 12 to 5" against "12 to 5": three words of four and of three.
        "short answer F1": pytest.approx(6 / 7), "F1 where given": pytest.approx(6 / 7),
    }  # fmt: skip


def test_what_nobody_wrote_down_is_not_measured() -> None:
    bare = Question("q", "Who voted?", {"vote": 1}, answers=("the",))
    assert answer_figures(bare, answer(hits=(hit(VOTE),))) == {
        "article first": 1, "article found": 1, "all articles found": 1, "refused, answerable": 0
    }  # fmt: skip


def test_a_refusal_gives_nothing_but_its_passages_count() -> None:
    figures = answer_figures(QUESTION, answer(hits=(hit(VOTE),), abstained=True))
    assert {name for name, value in figures.items() if value} == {
        "article first", "article found", "answer in the passages", "refused, answerable"
    }  # fmt: skip
    assert "exact where given" not in figures
    nobody_knows = Question("u", "Who wept?", {}, answerable=False, answers=("12 to 5",))
    assert answer_figures(nobody_knows, answer(hits=(hit(VOTE),), abstained=True)) == {"refused, unanswerable": 1}
    assert answer_figures(nobody_knows, answer(sentence(VOTE, "It was 12 to 5."))) == {"refused, unanswerable": 0}


def test_a_sentence_that_was_split_elsewhere_still_answers() -> None:
    assert is_answering("It was\n12 to 5.", ["The council voted. It was 12 to 5."])
    assert is_answering("The council voted. It was 12 to 5.", ["It was 12  to 5."])
    assert not is_answering("It was 12 to 6.", ["It was 12 to 5."])


def test_a_question_is_asked_on_its_day_timed_and_its_quotations_are_checked() -> None:
    asked = []
    exact = sentence(VOTE, "It was 12 to 5.")
    moved = dataclasses.replace(exact, citation=dataclasses.replace(exact.citation, start=0))
    changed = sentence(FIRE, "A marten burnt the substation.")
    erased = sentence(Article("erased", "", "It rained."), "It rained.")
    stored = {"vote": VOTE, "fire": dataclasses.replace(FIRE, text="A marten burnt two substations.")}

    def ask(text: str, day: datetime.date | None) -> Answer:
        asked.append((text, day))
        return answer(exact, moved, changed, erased)

    outcome = outcome_of(QUESTION, ask, stored.get, DAY)
    assert asked == [("Who voted?", DAY)]
    assert (outcome.quoted, outcome.verbatim) == (4, 1)
    assert (outcome.confidence, outcome.refused, outcome.error) == (0.8, False, "")
    assert outcome.milliseconds > 0 and outcome.stages == {"answer": 2.0}


def test_a_question_that_is_not_taken_counts_as_refused() -> None:
    def ask(text: str, day: datetime.date | None) -> Answer:
        raise QuestionError("The question is too long")

    outcome = outcome_of(QUESTION, ask, lambda _: None, None)
    assert (outcome.refused, outcome.confidence, outcome.error) == (True, 0.0, "The question is too long.")
    assert outcome.figures["refused, answerable"] == 1 and outcome.figures["answer in the first 3"] == 0


def test_sentences_that_a_model_wrote_are_counted_with_those_that_pass_the_check() -> None:
    said = tuple(Statement("It was 12 to 5.", (1,), supported) for supported in (True, False, True))
    spoken = answer(sentence(VOTE, "It was 12 to 5."), written=said)
    outcome = outcome_of(QUESTION, lambda text, day: spoken, lambda _: VOTE, None)
    assert (outcome.stated, outcome.supported) == (3, 2)


# Confidence against truth


def random_confidences(seed: int, count: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    generator = np.random.default_rng(seed)
    truths = generator.random(count) < 0.6
    # Two decimals: many are equal.
    return np.round(np.clip(generator.normal(0.4 + 0.2 * truths, 0.2), 0, 1), 2), truths


@pytest.mark.parametrize("seed", range(5))
def test_auc_brier_and_curve_are_those_of_sklearn(seed: int) -> None:
    values, truths = random_confidences(seed, 60)
    figures = refusal_figures(values.tolist(), truths.tolist(), (values < 0.5).tolist(), 0.5)
    assert figures.auc == pytest.approx(sklearn.metrics.roc_auc_score(truths, values))
    assert figures.brier == pytest.approx(sklearn.metrics.brier_score_loss(truths, values))
    # A ROC curve has the shares that are let through where the value is at least the threshold.
    false, true, thresholds = sklearn.metrics.roc_curve(truths, values, drop_intermediate=False)
    theirs = {
        round(t, 6): (1 - t_share, 1 - f_share) for f_share, t_share, t in zip(false, true, thresholds, strict=True)
    }
    compared = 0
    for point in figures.curve[:-1]:
        shares = (point.answerable_refused, point.unanswerable_refused)
        assert shares == pytest.approx(theirs[round(point.threshold, 6)])
        compared += 1
    assert compared == len(set(values.tolist()))
    assert (figures.curve[-1].answerable_refused, figures.curve[-1].unanswerable_refused) == (1, 1)


def test_the_refusal_by_hand() -> None:
    figures = refusal_figures([0.9, 0.6, 0.6, 0.1], [True, True, False, False], [False, True, True, True], 0.7)
    assert (figures.answerable, figures.unanswerable) == (2, 2)
    # Of four pairs three are in order and one is even.
    assert figures.auc == pytest.approx(3.5 / 4)
    assert figures.brier == pytest.approx((0.01 + 0.16 + 0.36 + 0.01) / 4)
    assert (figures.at_threshold.answerable_refused, figures.at_threshold.unanswerable_refused) == (0.5, 1.0)
    shares = [(round(p.threshold, 9), p.answerable_refused, p.unanswerable_refused) for p in figures.curve]
    assert shares == [(0.1, 0.0, 0.0), (0.6, 0.0, 0.5), (0.9, 0.5, 1.0), (0.9, 1.0, 1.0)]
    assert [(b.questions, b.confidence, b.answerable) for b in figures.reliability] == [
        (1, 0.1, 0.0), (1, 0.6, 0.0), (1, 0.6, 1.0), (1, 0.9, 1.0)
    ]  # fmt: skip
    assert figures.calibration_error == pytest.approx((0.1 + 0.6 + 0.4 + 0.1) / 4)


def test_bins_hold_equally_many_whatever_the_order() -> None:
    values, truths = random_confidences(9, 57)
    bins = reliability_bins(values, truths)
    assert sorted(each.questions for each in bins) == [5] * 3 + [6] * 7
    assert sum(each.questions * each.confidence for each in bins) == pytest.approx(values.sum())
    assert sum(each.questions * each.answerable for each in bins) == pytest.approx(truths.sum())
    assert [each.confidence for each in bins] == sorted(each.confidence for each in bins)
    order = np.random.default_rng(1).permutation(57)
    assert reliability_bins(values[order], truths[order]) == bins
    assert calibration_error([ReliabilityBin(3, 0.5, 0.4), ReliabilityBin(1, 0.9, 1.0)]) == pytest.approx(0.1)


def test_without_both_kinds_nothing_can_be_told_apart() -> None:
    figures = refusal_figures([0.2, 0.8], [True, True], [True, False], 0.5)
    assert figures.auc is figures.brier is figures.calibration_error is None
    assert figures.reliability == () and figures.at_threshold.unanswerable_refused is None
    assert [point.answerable_refused for point in figures.curve] == [0, 0.5, 1]
    nobody = np.array([], np.bool_)
    assert refusal_curve(np.array([]), nobody) == reliability_bins(np.array([]), nobody) == ()
    assert area_under_curve(np.array([]), nobody) is None


# A run


def outcomes() -> list[Outcome]:
    right = {"answer in the first 1": 1.0, "refused, answerable": 0.0}
    refused = {"answer in the first 1": 0.0, "refused, answerable": 1.0}
    return [
        Outcome("a", "who", True, False, 0.9, right, 2, 2, 0, 0, 10.0),
        Outcome("b", "who", True, True, 0.2, refused, 0, 0, 0, 0, 30.0),
        Outcome("c", "when", True, False, 0.7, {"refused, answerable": 0.0}, 1, 0, 4, 3, 20.0, {"answer": 5.0}),
        Outcome("d", "none", False, True, 0.0, {"refused, unanswerable": 1.0}, error="too long"),
    ]


def test_figures_of_a_run() -> None:
    summary = summarise_answers(AnswerRun("today", 0.35, tuple(outcomes())))
    means = {name: (each.questions, each.figure.mean) for name, each in summary.overall.figures.items()}
    assert means == {
        "answer in the first 1": (2, 0.5), "refused, answerable": (3, pytest.approx(1 / 3)),
        "refused, unanswerable": (1, 1.0),
    }  # fmt: skip
    first = summary.overall.figures["answer in the first 1"].figure
    assert (first.low, first.high) == (0, 1)
    assert {kind: group.questions for kind, group in summary.types.items()} == {"none": 1, "when": 1, "who": 2}
    assert list(summary.types["when"].figures) == ["refused, answerable"]
    assert summary.times is not None and summary.times.p50 == 20, "the question that was not taken took no time"
    assert summary.stages["answer"].p95 == 5
    assert summary.errors == {"d": "too long"}
    assert (summary.refusal.at_threshold.threshold, summary.refusal.auc) == (0.35, 1.0)
    assert dict(counted(summary)) == {
        "sentences in an answer": "1.50", "quoted sentences that are verbatim": "0.667 (2 of 3)",
        "written sentences that pass the check": "0.750 (3 of 4)", "confidence: AUC": "1.000",
        "confidence: Brier score": f"{(0.01 + 0.64 + 0.09) / 4:.3f}",
        "confidence: calibration error": f"{(0.1 + 0.8 + 0.3) / 4:.3f}",
    }  # fmt: skip


def test_an_index_is_asked_and_its_quotations_are_verbatim(tmp_path: Path) -> None:
    articles = [make_article(each) for each in "abc"]
    generator = random.Random(3)
    questions = [
        Question(article.id, " ".join(generator.sample(article.text.split(), 4)), {article.id: 1}, answers=("markga",))
        for article in articles
    ]
    questions.append(Question("u", "Zanzibar xylophone?", {}, answerable=False))
    with hashed_index(tmp_path / "index") as index:
        index.add(articles)
        index.embed()
        run = answer_all(questions, index, DAY)
        assert run.threshold == index.config.answer_threshold
    assert run.name == "as of 2026-03-04"
    assert [outcome.question for outcome in run.outcomes] == ["a", "b", "c", "u"]
    assert sum(outcome.quoted for outcome in run.outcomes) > 0
    assert all(outcome.verbatim == outcome.quoted for outcome in run.outcomes)
    assert all(outcome.refused == (not outcome.quoted) for outcome in run.outcomes)
    assert all(outcome.figures["article found"] == 1 for outcome in run.outcomes[:3])


# Plots


def path_points(path: str) -> list[tuple[float, float]]:
    """The corners of a path of M, L, H and V with absolute numbers."""
    x = y = 0.0
    corners = []
    for command, first, second in re.findall(r"([MLHV])([\d.]+)(?: ([\d.]+))?", path):
        x = x if command == "V" else float(first)
        y = float(first) if command == "V" else float(second or y)
        corners.append((x, y))
    return corners


def as_shares(points: list[tuple[float, float]], square: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Places in a plot as shares; `square` has its corners 0, 0 and 1, 1."""
    (left, bottom), (right, top) = square
    return [(round((x - left) / (right - left), 2), round((bottom - y) / (bottom - top), 2)) for x, y in points]


def test_plots_show_the_figures() -> None:
    figures = refusal_figures([0.9, 0.6, 0.6, 0.1], [True, True, False, False], [False, True, True, True], 0.7)
    reliability = reliability_plot(figures)
    diagonal = re.search(r'class="mark" d="([^"]+)"', reliability)
    line = re.search(r'class="line-2" d="([^"]+)"', reliability)
    assert diagonal and line
    square = path_points(diagonal[1])
    assert as_shares(path_points(line[1]), square) == [(0.1, 0), (0.6, 0), (0.6, 1), (0.9, 1)]
    assert reliability.count("<circle") == 4

    curves = refusal_plot(figures)
    mark, *lines = (re.search(rf'class="{name}" d="([^"]+)"', curves) for name in ("mark", "line-0", "line-1"))
    assert mark and all(lines)
    assert as_shares(path_points(mark[1]), square) == [(0.7, 0), (0.7, 1)]
    wrongly, rightly = (as_shares(path_points(each[1]), square) for each in lines if each)
    # Above .1 the first unanswerable question is refused, above .6 the other, with one that is answerable.
    assert set(rightly) == {(0, 0), (0.1, 0), (0.1, 0.5), (0.6, 0.5), (0.6, 1), (0.9, 1), (1, 1)}
    assert set(wrongly) == {(0, 0), (0.1, 0), (0.6, 0), (0.6, 0.5), (0.9, 0.5), (0.9, 1), (1, 1)}
