"""The quality figures of the README and of benchmarks/README.md.

    python benchmarks/evaluate.py --work /tmp/evaluate            # everything that is present
    python benchmarks/evaluate.py --work /tmp/evaluate --sets golden

`golden` are our own questions on the sample corpus. `realtimeqa` are 140 news-quiz questions on 1,000 articles, once
with all vectors computed, once with none: then only BM25's best passages are encoded for each question, and nothing is
kept from one question to the next.
"""

from __future__ import annotations

import argparse
import datetime
import json
import statistics
from pathlib import Path
from typing import Any

import qa
from qa.evaluation import article_ranking, retrieval_figures
from qa.formats import read_articles

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared/data"
DEPTH = 20  # passages asked for, so that ten different articles are among them

FIGURES = ("questions", "found", "quoted", "first", "refused")


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def folded(text: str) -> str:
    return " ".join(text.split())


def golden(work: Path) -> None:
    index = qa.build_index(work / "sample", ROOT / "qa/sample/articles.jsonl")
    counts: dict[str, dict[str, int]] = {}
    times, quoted_sentences = [], 0
    for question in read(ROOT / "tests/data/golden.jsonl"):
        as_of = datetime.date.fromisoformat(question["as_of"])
        answer = index.ask(question.get("resolved") or question["question"], k=5, as_of=as_of)
        texts = [folded(sentence.text) for sentence in answer.sentences]
        articles = {a.id for hit in answer.hits for a in (hit.article, *hit.also_in)}
        right = [any(folded(s) in text or text in folded(s) for s in question["sentences"]) for text in texts]
        row = counts.setdefault(
            question["type"], dict.fromkeys(("questions", "found", "quoted", "first", "refused"), 0)
        )
        row["questions"] += 1
        row["found"] += bool(articles.intersection(question["article_ids"]))
        row["quoted"] += any(right)
        row["first"] += bool(right and max(zip([s.score for s in answer.sentences], right, strict=True))[1])
        row["refused"] += answer.abstained
        times.append(answer.timings["total"])
        quoted_sentences += len(texts)
    answerable = [row for kind, row in counts.items() if kind != "unanswerable"]
    counts["answerable"] = {key: sum(row[key] for row in answerable) for key in answerable[0]}
    for kind, row in counts.items():
        shares = ", ".join(f"{key} {row[key]} ({row[key] / row['questions']:.3f})" for key in list(row)[1:])
        print(f"golden {kind:13} {row['questions']:4}: {shares}")
    answered = sum(row["questions"] - row["refused"] for row in counts.values() if row is not counts["answerable"])
    print(f"golden: {quoted_sentences / answered:.2f} sentences an answer; ask p50 {statistics.median(times):.0f} ms")


def realtimeqa(work: Path) -> None:
    questions = read(DATA / "realtimeqa/questions-dev.jsonl")
    wanted = set((DATA / "realtimeqa/articles-1000.txt").read_text().split())
    records = read_articles(DATA / "realtimeqa/articles.jsonl.gz", maximum_record_bytes=20_000_000)
    articles = [record for record in records if isinstance(record, qa.Article) and record.id in wanted]
    relevant = [set(question["article_ids"]) for question in questions]
    index = qa.build_index(work / "realtimeqa", articles)
    report("all vectors", [index.retrieve(q["question"], k=DEPTH) for q in questions], relevant)
    bare = qa.build_index(work / "realtimeqa-bare", articles, embed=False)
    # What a question encodes on the spot is thrown away, so that every question finds no vector at all.
    bare._keep_if_free = lambda passages, vectors: None  # type: ignore[method-assign]
    report("no vectors", [bare.retrieve(q["question"], k=DEPTH) for q in questions], relevant)
    report("BM25 alone", [index.retrieve(q["question"], k=DEPTH, dense=False) for q in questions], relevant)


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
    parser.add_argument("--sets", nargs="+", default=["golden", "realtimeqa"], choices=["golden", "realtimeqa"])
    arguments = parser.parse_args()
    if "golden" in arguments.sets:
        golden(arguments.work)
    if "realtimeqa" in arguments.sets:
        if (DATA / "realtimeqa").exists():
            realtimeqa(arguments.work)
        else:
            print(f"realtimeqa: left out, {DATA / 'realtimeqa'} is absent")


if __name__ == "__main__":
    main()
