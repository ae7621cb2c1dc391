"""What each part of retrieval beside the ranking gives: each is switched off in turn. Prints a Markdown table.

    python benchmarks/ablate.py --work /tmp/fit

`--work` is the folder of `fit_ranking.py` with its embedded indexes. What each figure of the ranking gives is in
`fit_ranking.py --ablate`.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import qa
from qa import candidates, collapse, question
from qa.evaluation import article_ranking, retrieval_figures

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared/data"
DEPTH = 5


@contextlib.contextmanager
def changed(owner: Any, name: str, value: Any) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, before)


def own_limits_only(query: qa.records.Query) -> Iterator[tuple[qa.Filters, float]]:
    yield query.filters, 1.0


def same_text_only(slot: Any, candidate: Any, passage: Any) -> bool:
    return any(own.body_hash == passage.body_hash for own in slot.passages)


# Each part, and how it is switched off.
PARTS: dict[str, tuple[Any, str, Any]] = {
    "splitting into parts": (question, "split_parts", lambda text, mentions: (text,)),
    "searches of the period, the last weeks and the outlets": (candidates, "_lexical_searches", own_limits_only),
    "collapse of near copies": (collapse._Slot, "says", same_text_only),
    "merging of neighbours": (collapse._Slot, "neighbours", lambda slot, passage: False),
    "two hits of one article at most": (collapse, "_HITS_OF_ONE_ARTICLE", 99),
}


def line(index: qa.Index, rows: list[dict[str, Any]]) -> str:
    """MRR, hit@5, and how often all relevant articles are among five hits."""
    rankings, relevant = [], []
    for row in rows:
        as_of = datetime.date.fromisoformat(row.get("as_of") or row["date"])
        hits = index.retrieve(row.get("resolved") or row["question"], DEPTH, as_of=as_of)
        rankings.append(article_ranking(hits))
        relevant.append(set(row["article_ids"]))
    figures = retrieval_figures(rankings, relevant)
    every = sum(wanted <= set(ranking) for ranking, wanted in zip(rankings, relevant, strict=True)) / len(rows)
    return f"{figures.mean_reciprocal_rank:.3f} / {figures.hit_at_5:.3f} / {every:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder of the indexes of fit_ranking.py")
    work: Path = parser.parse_args().work
    golden = [json.loads(text) for text in (ROOT / "tests/data/golden.jsonl").read_text().splitlines()]
    golden = [row for row in golden if row["article_ids"]]
    two = [row for row in golden if row["type"] == "two_articles"]
    sets = {"golden": ("sample", golden), "two articles": ("sample", two)}
    if (work / "realtimeqa").exists():
        news = (DATA / "realtimeqa/questions-dev.jsonl").read_text().splitlines()
        sets["realtimeqa"] = ("realtimeqa", [json.loads(text) for text in news])
    indexes = {name: qa.open_index(work / name) for name, _ in sets.values()}
    print(f"| MRR / hit@5 / all among five | {' | '.join(sets)} |\n|---|{'---|' * len(sets)}")
    for part, change in {"everything": None, **PARTS}.items():
        with changed(*change) if change else contextlib.nullcontext():
            cells = " | ".join(line(indexes[name], rows) for name, rows in sets.values())
        print(f"| {part if change is None else 'without ' + part} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
