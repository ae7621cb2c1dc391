"""The quality figures of the README and of benchmarks/README.md.

    python benchmarks/evaluate.py --work /tmp/evaluate            # everything that is present but `bare`
    python benchmarks/evaluate.py --work /tmp/evaluate --sets golden

`golden` are our own questions on the sample corpus. `realtimeqa` are 140 news-quiz questions on 1,000 articles with all
vectors computed, asked on their own day and asked today. `sentences` are questions with labelled sentences, from which
the encoder's cosine, the words in common and the selector each choose. `bare` are the questions of `realtimeqa` on all
3,000 articles without any vector: then only the most promising passages are encoded for each question, and nothing is
kept from one question to the next (an hour of two cores).
"""

from __future__ import annotations

import argparse
import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import qa
from qa.config import Config
from qa.encoder import Encoder
from qa.errors import EncoderError
from qa.evaluation import article_ranking, retrieval_figures
from qa.evaluation.answer_summary import AnswerGroup, counted, summarise_answers
from qa.evaluation.answers import ANSWER_FIGURES, answer_all
from qa.evaluation.choices import Scorer, measure_choices, read_choices
from qa.evaluation.datasets import read_data_set
from qa.evaluation.questions import Question
from qa.evaluation.scorers import cosine_scorer, overlap_scorer, selector_scorer
from qa.formats import read_articles

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared/data"
DEPTH = 20  # passages asked for, so that ten different articles are among them
LONGEST = 20_000_000

GOLDEN = ROOT / "tests/data/golden.jsonl"
REALTIMEQA = DATA / "realtimeqa"
SENTENCES = DATA / "answer_sentences"
SENTENCE_SETS = ("trecqa-dev", "wikiqa-dev", "selqa-dev", "onestopqa-dev")


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def golden(work: Path) -> None:
    with qa.build_index(work / "sample", ROOT / "qa/sample/articles.jsonl") as index:
        data_set = read_data_set(ROOT / "qa/sample", questions=GOLDEN, maximum_record_bytes=LONGEST)
        answers("golden", index, (*data_set.questions, *data_set.unanswerable))


def answers(name: str, index: qa.Index, questions: Sequence[Question]) -> None:
    """Ask each question on its own day, and print what the answers are worth, in all and by type of question."""
    summary = summarise_answers(answer_all(questions, index, "question"))
    for kind, group in (("all", summary.overall), *summary.types.items()):
        print(f"{name} {kind:13} {group.questions:4}: {shares(group)}", flush=True)
    rows = "; ".join(f"{what} {value}" for what, value in counted(summary))
    print(f"{name}: {rows}; threshold {summary.refusal.at_threshold.threshold:g}")
    if summary.times:
        print(f"{name}: ask p50 {summary.times.p50:.0f} ms, p95 {summary.times.p95:.0f} ms", flush=True)


def shares(group: AnswerGroup) -> str:
    """The means of a group, each with the number of questions that it is over where that is not all of them."""
    found = []
    for name in ANSWER_FIGURES:
        if measured := group.figures.get(name):
            of = "" if measured.questions == group.questions else f" of {measured.questions}"
            found.append(f"{name} {measured.figure.mean:.3f}{of}")
    return ", ".join(found)


def sentences(_: Path) -> None:
    """How well the encoder, words in common and the selector choose among labelled sentences."""
    encoder = Encoder(Config())
    for name in SENTENCE_SETS:
        choices = read_choices(SENTENCES / f"{name}.jsonl.gz", LONGEST)
        scorers: dict[str, Scorer] = {"cosine": cosine_scorer(encoder), "IDF overlap": overlap_scorer(choices)}
        try:
            scorers["selector"] = selector_scorer()
        except EncoderError as error:
            print(f"sentences, selector: left out. {error}")
        for scorer_name, scorer in scorers.items():
            found = measure_choices(choices, scorer)
            figures = {
                "MAP": found.mean_average_precision, "MRR": found.mean_reciprocal_rank, "P@1": found.precision_at_1,
                "answerability AUC": found.answerability_auc,
            }  # fmt: skip
            said = ", ".join(f"{what} {value:.3f}" for what, value in figures.items() if value is not None)
            print(f"sentences, {name}, {scorer_name}, {found.mixed} of {found.questions}: {said}", flush=True)


def own_day(question: dict[str, Any]) -> datetime.date:
    return datetime.date.fromisoformat(question["date"])


def realtimeqa(work: Path) -> None:
    questions = read(REALTIMEQA / "questions-dev.jsonl")
    wanted = set((REALTIMEQA / "articles-1000.txt").read_text().split())
    records = read_articles(REALTIMEQA / "articles.jsonl.gz", maximum_record_bytes=LONGEST)
    articles = [record for record in records if isinstance(record, qa.Article) and record.id in wanted]
    relevant = [set(question["article_ids"]) for question in questions]
    index = qa.build_index(work / "realtimeqa", articles)
    for name, as_of in {"asked on its day": own_day, "no day": lambda _: None, "asked on 2026-11-24": later}.items():
        hits = [index.retrieve(q["question"], k=DEPTH, as_of=as_of(q)) for q in questions]
        report(f"1,000 articles, {name}", hits, relevant)
    data_set = read_data_set(REALTIMEQA, questions=REALTIMEQA / "questions-dev.jsonl", maximum_record_bytes=LONGEST)
    answers("realtimeqa", index, data_set.questions)


def later(_: dict[str, Any]) -> datetime.date:
    return datetime.date(2026, 11, 24)


def bare(work: Path) -> None:
    questions = read(REALTIMEQA / "questions-dev.jsonl")
    relevant = [set(question["article_ids"]) for question in questions]
    index = qa.build_index(work / "realtimeqa-3000-bare", REALTIMEQA / "articles.jsonl.gz", embed=False)
    # What a question encodes on the spot is thrown away, so that every question finds no vector at all.
    index._keep_if_free = lambda passages, vectors: None  # type: ignore[method-assign]
    for dense in (True, False):
        how = "no vectors" if dense else "BM25 alone"
        hits = [index.retrieve(q["question"], k=DEPTH, as_of=own_day(q), dense=dense) for q in questions]
        report(f"3,000 articles, {how}, asked on its day", hits, relevant)
        hits = [index.retrieve(q["question"], k=DEPTH, dense=dense) for q in questions]
        report(f"3,000 articles, {how}, no day", hits, relevant)


def report(name: str, hits: list[list[qa.Hit]], relevant: list[set[str]]) -> None:
    figures = retrieval_figures([article_ranking(each) for each in hits], relevant)
    print(
        f"realtimeqa, {name}, {figures.questions} questions: MRR {figures.mean_reciprocal_rank:.3f}, hit@1"
        f" {figures.hit_at_1:.3f}, hit@5 {figures.hit_at_5:.3f}, hit@10 {figures.hit_at_10:.3f}, nDCG@10"
        f" {figures.ndcg_at_10:.3f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for the indexes, kept between runs")
    sets = {
        "golden": (golden, GOLDEN), "realtimeqa": (realtimeqa, REALTIMEQA), "sentences": (sentences, SENTENCES),
        "bare": (bare, REALTIMEQA),
    }  # fmt: skip
    parser.add_argument("--sets", nargs="+", default=["golden", "realtimeqa", "sentences"], choices=list(sets))
    arguments = parser.parse_args()
    for name in arguments.sets:
        measure, needed = sets[name]
        if needed.exists():
            measure(arguments.work)
        else:
            print(f"{name}: left out, {needed} is absent")


if __name__ == "__main__":
    main()
