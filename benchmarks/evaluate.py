"""The quality figures of the README and of benchmarks/README.md.

    python benchmarks/evaluate.py --work /tmp/evaluate            # everything that is present
    python benchmarks/evaluate.py --work /tmp/evaluate --sets golden

`golden` are our own questions on the sample corpus. `realtimeqa` are 140 news-quiz questions on 1,000 articles with all
vectors computed, asked on their own day and asked today. `bare` are the same questions on all 3,000 articles without
any vector: then only the most promising passages are encoded for each question, and nothing is kept from one question
to the next (an hour of two cores).
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

FIGURES = ("questions", "article_first", "found", "all_found", "quoted", "first", "refused")


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
        articles, relevant = article_ranking(answer.hits), set(question["article_ids"])
        right = [any(folded(s) in text or text in folded(s) for s in question["sentences"]) for text in texts]
        row = counts.setdefault(question["type"], dict.fromkeys(FIGURES, 0))
        row["questions"] += 1
        row["article_first"] += bool(articles and articles[0] in relevant)
        row["found"] += bool(relevant.intersection(articles))
        row["all_found"] += relevant.issubset(articles)
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


def own_day(question: dict[str, Any]) -> datetime.date:
    return datetime.date.fromisoformat(question["date"])


def realtimeqa(work: Path) -> None:
    questions = read(DATA / "realtimeqa/questions-dev.jsonl")
    wanted = set((DATA / "realtimeqa/articles-1000.txt").read_text().split())
    records = read_articles(DATA / "realtimeqa/articles.jsonl.gz", maximum_record_bytes=20_000_000)
    articles = [record for record in records if isinstance(record, qa.Article) and record.id in wanted]
    relevant = [set(question["article_ids"]) for question in questions]
    index = qa.build_index(work / "realtimeqa", articles)
    for name, as_of in {"asked on its day": own_day, "no day": lambda _: None, "asked on 2026-11-24": later}.items():
        hits = [index.retrieve(q["question"], k=DEPTH, as_of=as_of(q)) for q in questions]
        report(f"1,000 articles, {name}", hits, relevant)


def later(_: dict[str, Any]) -> datetime.date:
    return datetime.date(2026, 11, 24)


def bare(work: Path) -> None:
    questions = read(DATA / "realtimeqa/questions-dev.jsonl")
    relevant = [set(question["article_ids"]) for question in questions]
    index = qa.build_index(work / "realtimeqa-3000-bare", DATA / "realtimeqa/articles.jsonl.gz", embed=False)
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
    parser.add_argument("--sets", nargs="+", default=["golden", "realtimeqa"], choices=["golden", "realtimeqa", "bare"])
    arguments = parser.parse_args()
    if "golden" in arguments.sets:
        golden(arguments.work)
    for name, measure in {"realtimeqa": realtimeqa, "bare": bare}.items():
        if name in arguments.sets and not (DATA / "realtimeqa").exists():
            print(f"{name}: left out, {DATA / 'realtimeqa'} is absent")
        elif name in arguments.sets:
            measure(arguments.work)


if __name__ == "__main__":
    main()
