"""Fit the weights that rank passages; writes qa/fitted/ranking.py.

    python benchmarks/fit_ranking.py --work /tmp/fit [--write] [--ablate]

Data: the golden questions on the sample corpus, realtimeqa dev on its 1,000 articles, each question twice (asked on its
own day, and asked today, years later), and squad2 dev as a check that text without dates is ranked well (those that are
present). Listwise softmax over the passages of a question, those of the articles that answer share the probability
(Cao et al. 2007); L2; each set has the same total weight; no weight may be negative. The figures printed are on
articles and from ten-fold cross-validation over questions (both askings of a question are in the same fold); the
weights written are fitted on everything.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

import qa
from qa.evaluation import retrieval_figures
from qa.formats import read_articles
from qa.ranking import COLUMNS
from qa.retrieval import rescored

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared/data"
FOLDS = 10
PENALTY = 0.0005
SQUAD_LIMIT = 300
# Too few questions name an outlet, and none an author, to learn from: set by hand, so that it counts for more than
# freshness can, yet not for more than what a passage says.
GIVEN = {"outlet": 5.0, "author": 5.0}
BASE = ("lexical", "cosine")
GROUPS = {
    "coverage and pairs": ("coverage", "pairs"),
    "lead": ("lead",),
    "recency": ("this_week", "these_months", "current"),
    "period": ("in_period", "near_period"),
    "outlet and author": ("outlet", "author"),
}
LATER = datetime.date(2026, 11, 24)

Matrix = np.ndarray[Any, np.dtype[np.float64]]


@dataclass
class Question:
    """One question with the figures of its passages, their articles, and the articles that answer."""

    kind: str
    matrix: Matrix
    articles: list[str]
    relevant: set[str]

    @property
    def right(self) -> np.ndarray[Any, Any]:
        return np.array([article in self.relevant for article in self.articles])


def collect(index: qa.Index, rows: Sequence[dict[str, Any]], as_of: datetime.date | None = None) -> list[Question]:
    collected = []
    for row in rows:
        text = row.get("resolved") or row["question"]
        day = as_of or datetime.date.fromisoformat(row.get("as_of") or row.get("date") or LATER.isoformat())
        sources = index._sources(True)
        query = index.interpret(text, 5, None, day)
        found = rescored(sources, query, {})
        passages = index._store.passages([candidate.number for candidate in found.candidates])
        articles = [passages[candidate.number].article.id for candidate in found.candidates]
        collected.append(Question(row.get("type", ""), found.matrix, articles, set(row["article_ids"])))
    return collected


def load_sets(work: Path, names: Sequence[str]) -> dict[str, list[Question]]:
    def read(path: Path) -> list[dict[str, Any]]:
        return [json.loads(line) for line in path.read_text().splitlines()]

    sets = {}
    if "golden" in names:
        index = qa.build_index(work / "sample", ROOT / "qa/sample/articles.jsonl")
        golden = collect(index, [row for row in read(ROOT / "tests/data/golden.jsonl") if row["article_ids"]])
        # A set of their own: they are few, and the only ones that ask about periods of the past.
        sets["golden time"] = [question for question in golden if question.kind == "time"]
        sets["golden"] = [question for question in golden if question.kind != "time"]
    if "realtimeqa" in names and (DATA / "realtimeqa").exists():
        wanted = set((DATA / "realtimeqa/articles-1000.txt").read_text().split())
        records = read_articles(DATA / "realtimeqa/articles.jsonl.gz", maximum_record_bytes=20_000_000)
        articles = [record for record in records if isinstance(record, qa.Article) and record.id in wanted]
        index = qa.build_index(work / "realtimeqa", articles)
        rows = read(DATA / "realtimeqa/questions-dev.jsonl")
        sets["realtimeqa"] = collect(index, rows)
        sets["realtimeqa later"] = collect(index, rows, LATER)
    if "squad2" in names and (DATA / "squad2").exists():
        index = qa.build_index(work / "squad2", DATA / "squad2/passages-dev.jsonl")
        rows = [row for row in read(DATA / "squad2/questions-dev.jsonl") if row["answers"]]
        sets["squad2"] = collect(index, random.Random(0).sample(rows, min(SQUAD_LIMIT, len(rows))))
    return sets


def fit(sets: dict[str, list[Question]], columns: Sequence[str], penalty: float = PENALTY) -> Matrix:
    """The weights (columns,); columns that are left out weigh nothing."""
    groups = [
        (q.matrix, q.right, 1 / len(questions) / len(sets))
        for questions in sets.values()
        for q in questions
        if q.right.any()
    ]

    def loss(weights: Matrix) -> tuple[float, Matrix]:
        total, slope = penalty * float(weights @ weights), 2 * penalty * weights
        for matrix, right, share in groups:
            logits = matrix @ weights
            exponents = np.exp(logits - logits.max())
            of_right = exponents * right
            total -= share * float(np.log(of_right.sum() / exponents.sum() + 1e-300))
            slope = slope - share * matrix.T @ (of_right / of_right.sum() - exponents / exponents.sum())
        return total, slope

    given = {name: GIVEN[name] if name in columns else 0.0 for name in COLUMNS if name in GIVEN or name not in columns}
    bounds = [(given[name], given[name]) if name in given else (0, None) for name in COLUMNS]
    start = np.array([given.get(name, 0.0) for name in COLUMNS])
    return minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x


def ranking(question: Question, weights: Matrix) -> list[str]:
    scores = question.matrix @ weights
    return list(dict.fromkeys(question.articles[i] for i in np.argsort(-scores, kind="stable")))


def held_out(sets: dict[str, list[Question]], columns: Sequence[str]) -> dict[str, list[list[str]]]:
    """For each set, the ranking of each question by weights that were fitted without it."""
    found: dict[str, list[list[str]]] = {name: [[] for _ in questions] for name, questions in sets.items()}
    for fold in range(FOLDS):
        train = {name: [q for i, q in enumerate(qs) if i % FOLDS != fold] for name, qs in sets.items()}
        weights = fit(train, columns)
        for name, questions in sets.items():
            for i in range(fold, len(questions), FOLDS):
                found[name][i] = ranking(questions[i], weights)
    return found


def line(rankings: Sequence[list[str]], questions: Sequence[Question]) -> str:
    figures = retrieval_figures(rankings, [q.relevant for q in questions])
    return f"MRR {figures.mean_reciprocal_rank:.3f} hit@1 {figures.hit_at_1:.3f} hit@5 {figures.hit_at_5:.3f}"


def report(sets: dict[str, list[Question]], columns: Sequence[str]) -> None:
    for name, rankings in held_out(sets, columns).items():
        print(f"  {name:17} {len(rankings):4}: {line(rankings, sets[name])}", flush=True)
        kinds = dict.fromkeys(q.kind for q in sets[name])
        for kind in kinds if len(kinds) > 1 else ():
            chosen = [i for i, q in enumerate(sets[name]) if q.kind == kind]
            of_kind = line([rankings[i] for i in chosen], [sets[name][i] for i in chosen])
            print(f"      {kind:13} {len(chosen):4}: {of_kind}")


def ablate(sets: dict[str, list[Question]]) -> None:
    """A Markdown table: each group of figures beside BM25 and cosine alone, and all figures without it."""
    print(f"| figures | {' | '.join(sets)} |\n|---|{'---|' * len(sets)}")
    rows = {"BM25 and cosine": BASE}
    rows |= {f"and {name}": (*BASE, *group) for name, group in GROUPS.items()}
    rows |= {"all": COLUMNS}
    rows |= {f"all but {name}": [c for c in COLUMNS if c not in group] for name, group in GROUPS.items()}
    for name, columns in rows.items():
        found = held_out(sets, columns)
        figures = [retrieval_figures(found[n], [q.relevant for q in sets[n]]) for n in sets]
        cells = " | ".join(f"{f.mean_reciprocal_rank:.3f} ({f.hit_at_1:.3f})" for f in figures)
        print(f"| {name} | {cells} |", flush=True)


def write(weights: Matrix, sets: dict[str, list[Question]]) -> None:
    counts = ", ".join(f"{name} ({len(questions)})" for name, questions in sets.items())
    rows = "".join(f'    "{name}": {weight:.3f},\n' for name, weight in zip(COLUMNS, weights, strict=True))
    (ROOT / "qa/fitted/ranking.py").write_text(
        '"""Weights fitted by `benchmarks/fit_ranking.py`; do not edit by hand.\n\n'
        f"Fitted on {datetime.date.today().isoformat()} to questions of\n{counts}.\n"
        "The figures are in benchmarks/README.md.\n"
        f'"""\n\nfrom __future__ import annotations\n\nRANKING_WEIGHTS: dict[str, float] = {{\n{rows}}}\n'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for the indexes, kept between runs")
    parser.add_argument("--write", action="store_true", help="write qa/fitted/ranking.py")
    parser.add_argument("--ablate", action="store_true", help="also a table of what each group of figures gives")
    parser.add_argument("--sets", nargs="+", default=["golden", "realtimeqa", "squad2"])
    arguments = parser.parse_args()
    sets = load_sets(arguments.work, arguments.sets)
    print("all columns, cross-validated")
    report(sets, COLUMNS)
    if arguments.ablate:
        ablate(sets)
    weights = fit(sets, COLUMNS)
    for name, weight in zip(COLUMNS, weights, strict=True):
        print(f"{name:14} {weight:7.3f}")
    if arguments.write:
        write(weights, sets)


if __name__ == "__main__":
    main()
