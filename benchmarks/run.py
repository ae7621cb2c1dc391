"""What Dateline costs: time, memory and disk, each against a baseline of the same run. See README.md beside this.

.venv/bin/python benchmarks/run.py            # all of it, about a quarter of an hour on two cores
.venv/bin/python benchmarks/run.py --quick    # smaller and less exact, about a minute
.venv/bin/python benchmarks/run.py --only searchable retrieve
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import datetime
import gzip
import importlib.metadata
import json
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import tantivy
from rich.console import Console
from rich.table import Table

import qa
import qa.index
import qa.ingest
from qa import lexical
from qa.formats import read_articles
from qa.passages import encoded_text, split_passages
from qa.store import Store

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
NEWS = ROOT.parent / "shared/data/realtimeqa/articles.jsonl.gz"
SAMPLE = ROOT / "qa/sample/articles.jsonl"
VERSIONED = ("dateline", "torch", "sentence-transformers", "faiss-cpu", "tantivy", "numpy", "pyarrow")
QUESTIONS = 200
CONFIG = qa.Config()

Figures = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Sizes:
    """How much of everything one run does."""

    articles: int
    searchable_rounds: int
    encoded_passages: int
    encoding_rounds: int
    retrieve_passages: tuple[int, ...]
    starts: int


FULL = Sizes(3_000, 5, 1_024, 3, (1_000, 10_000), 7)
QUICK = Sizes(400, 3, 96, 1, (1_000,), 3)


# Data


def write_articles(folder: Path, count: int) -> tuple[Path, str]:
    """A JSON Lines file of `count` articles, and the name of where they come from."""
    target = folder / "articles.jsonl"
    if NEWS.exists():
        with gzip.open(NEWS, "rt", encoding="utf-8") as lines, target.open("w", encoding="utf-8") as file:
            for _, line in zip(range(count), lines, strict=False):
                file.write(line)
        return target, "realtimeqa"
    newest = {record["id"]: record for record in map(json.loads, SAMPLE.read_text(encoding="utf-8").splitlines())}
    records = [record for record in newest.values() if record.get("status") != "withdrawn"]
    with target.open("w", encoding="utf-8") as file:
        for number in range(count):
            record = dict(records[number % len(records)])
            # Each copy differs, so that no passage repeats another word for word.
            record["id"] = f"{record['id']}-{number}"
            record["text"] = f"Copy {number}. {record['text']}"
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return target, "sample, repeated"


def articles_in(path: Path) -> list[qa.Article]:
    records = read_articles(path, maximum_record_bytes=CONFIG.maximum_record_bytes)
    return [record for record in records if isinstance(record, qa.Article)]


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A folder on the disk that indexes live on (a folder in memory would make every fsync free)."""
    folder = Path(tempfile.mkdtemp(prefix="benchmark-", dir=os.environ.get("BENCHMARK_FOLDER") or None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of wall time and of processor time (all threads) that `work` takes."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processor


def median(values: list[float]) -> float:
    return round(statistics.median(values), 4)


# (a) From a file to searchable, against a bare loop of inserts


def bare_loop(folder: Path, split: list[tuple[qa.Article, list[qa.Passage]]]) -> None:
    """The least that must be done: rows into SQLite, documents into Tantivy, one durable commit of each."""
    folder.mkdir()
    connection = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(
        "CREATE TABLE articles (number INTEGER PRIMARY KEY, id TEXT, title TEXT, text TEXT, source TEXT, day TEXT)"
    )
    connection.execute(
        "CREATE TABLE passages (passage INTEGER PRIMARY KEY, article INTEGER, start INTEGER, end INTEGER)"
    )
    index = tantivy.Index(lexical._schema(), str(folder))
    index.register_tokenizer("news", lexical._ANALYZER)
    writer = index.writer(lexical._HEAP_BYTES, 1)
    connection.execute("BEGIN")
    passage_number = 0
    for number, (article, passages) in enumerate(split):
        row = (number, article.id, article.title, article.text, article.source, str(article.day))
        connection.execute("INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?)", row)
        for passage in passages:
            passage_number += 1
            row = (passage_number, number, passage.start, passage.end)
            connection.execute("INSERT INTO passages VALUES (?, ?, ?, ?)", row)
            document = tantivy.Document()
            document.add_integer("passage", passage_number)
            document.add_text("text", encoded_text(article.title, passage.text))
            writer.add_document(document)
    connection.execute("COMMIT")
    writer.commit()
    writer.wait_merging_threads()
    connection.close()


def searchable(sizes: Sizes) -> Figures:
    with scratch() as folder:
        path, corpus = write_articles(folder, sizes.articles)
        split = [(a, split_passages(a.text, words=CONFIG.passage_words)) for a in articles_in(path)]
        passages = sum(len(part) for _, part in split)
        ours: list[tuple[float, float]] = []
        bare: list[tuple[float, float]] = []

        def build() -> None:
            with qa.build_index(folder / "index", path, embed=False, config=CONFIG) as index:
                assert index.report.read == sizes.articles, "a record was lost"

        for number in range(sizes.searchable_rounds + 1):
            for work, results in ((build, ours), (lambda: bare_loop(folder / "bare", split), bare)):
                results.append(timed(work))
                shutil.rmtree(folder / ("index" if work is build else "bare"))
            if number == 0:
                # The first round fills the caches of the disk and of Python.
                ours.clear()
                bare.clear()
        wall = median([seconds for seconds, _ in ours])
        return {
            "corpus": corpus, "articles": sizes.articles, "passages": passages,
            "seconds": wall, "processor_seconds": median([seconds for _, seconds in ours]),
            "bare_seconds": median([seconds for seconds, _ in bare]),
            "bare_processor_seconds": median([seconds for _, seconds in bare]),
            "articles_per_second": round(sizes.articles / wall, 1), "passages_per_second": round(passages / wall, 1),
            "ratio": median([a[0] / b[0] for a, b in zip(ours, bare, strict=True)]),
            "processor_ratio": median([a[1] / b[1] for a, b in zip(ours, bare, strict=True)]),
            "phases": phases(folder, path),
        }  # fmt: skip


def phases(folder: Path, path: Path) -> dict[str, float]:
    """The share of each phase, from one further run with clocks around them (processor time of all threads)."""
    spent = {"reading": 0.0, "splitting": 0.0, "sqlite": 0.0, "tantivy": 0.0}

    def clocked(phase: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            started = time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                spent[phase] += time.process_time() - started

        return call

    def reading(*arguments: Any, **named: Any) -> Iterator[Any]:
        following = clocked("reading", read_articles(*arguments, **named).__next__)
        with contextlib.suppress(StopIteration):
            while True:
                yield following()

    with (
        mock.patch.object(qa.ingest, "read_articles", reading),
        mock.patch.object(qa.ingest, "split_passages", clocked("splitting", split_passages)),
        mock.patch.object(Store, "write", clocked("sqlite", Store.write)),
        mock.patch.object(lexical.LexicalIndex, "apply", clocked("tantivy", lexical.LexicalIndex.apply)),
    ):
        _, total = timed(lambda: qa.build_index(folder / "phases", path, embed=False, config=CONFIG).close())
    spent["the rest"] = total - sum(spent.values())
    return {phase: round(seconds / total, 3) for phase, seconds in spent.items()}


# (b) Encoding, against SentenceTransformer.encode


def encoding(sizes: Sizes) -> Figures:
    wanted = sizes.encoded_passages
    with scratch() as folder:
        path, corpus = write_articles(folder, max(20, wanted // 5))
        model = None
        ours: list[float] = []
        plain: list[float] = []
        for number in range(sizes.encoding_rounds):
            with qa.build_index(folder / str(number), path, embed=False, config=CONFIG) as index:
                pending = index._store.pending(index._encoder.fingerprint, wanted)
                stored = index._store.passages(pending).values()
                texts = [encoded_text(passage.article.title, passage.text) for passage in stored]
                if model is not None:
                    index._encoder._model = model
                index.warm()
                model = index._encoder._model
                ours.append(timed(partial(index.embed, limit=wanted))[0])
                assert index.embed_progress().done >= len(texts)
            work = partial(
                model.encode, texts, batch_size=CONFIG.encode_batch, normalize_embeddings=True, show_progress_bar=False
            )
            plain.append(timed(work)[0])
        return {
            "corpus": corpus, "passages": len(texts), "passages_per_second": round(len(texts) / median(ours), 1),
            "plain_passages_per_second": round(len(texts) / median(plain), 1),
            # Above 1: faster than SentenceTransformer.encode.
            "ratio": median([b / a for a, b in zip(ours, plain, strict=True)]),
        }  # fmt: skip


# (c) Search


def retrieve(sizes: Sizes) -> Figures:
    """Milliseconds of `retrieve` beyond encoding the question, which a seeded generator replaces here."""
    figures: Figures = {}
    for wanted in sizes.retrieve_passages:
        with scratch() as folder:
            path, corpus = write_articles(folder, min(3_000, wanted // 4 + 50))
            articles: list[qa.Article] = []
            passages = 0
            for article in articles_in(path):
                if passages < wanted:
                    passages += len(split_passages(article.text, words=CONFIG.passage_words))
                    articles.append(article)
            with qa.build_index(folder / "index", articles, embed=False, config=CONFIG) as index:
                fill_with_random_vectors(index)
                questions = [article.title for article in articles if article.title][:QUESTIONS]
                with mock.patch.object(index._encoder, "encode_query", random_question(np.random.default_rng(7))):
                    for question in questions[:20]:
                        index.retrieve(question)
                    times = [timed(partial(index.retrieve, question)) for question in questions]
                stored = index.embed_progress().total
        cuts = statistics.quantiles([1000 * wall for wall, _ in times], n=20)
        figures[str(wanted)] = {
            "corpus": corpus, "passages": stored, "questions": len(times), "p50_ms": round(cuts[9], 2),
            "p95_ms": round(cuts[18], 2), "p50_processor_ms": round(1000 * median([used for _, used in times]), 2),
        }  # fmt: skip
    return figures


def random_question(generator: np.random.Generator) -> Callable[[str], np.ndarray[Any, Any]]:
    return lambda text: unit(generator.standard_normal((1, 384)))[0]


def unit(vectors: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def fill_with_random_vectors(index: qa.Index) -> None:
    store, generator = index._store, np.random.default_rng(1)
    store.set_new_settings({"dimension": "384"})
    while numbers := store.pending(index._encoder.fingerprint, 1_000):
        hashes = [passage.text_hash for passage in store.passages(numbers).values()]
        store.write_vectors(index._encoder.fingerprint, hashes, unit(generator.standard_normal((len(hashes), 384))))


# (d) Cold starts, (e) memory, (f) size


def measured(arguments: list[str]) -> Figures:
    """Run a command: seconds of wall and of processor time, highest memory in bytes.

    A small process in between, since the system counts the memory of the parent at the fork for the child.
    """
    wrapper = (
        "import json, resource, subprocess, sys, time\n"
        "started = time.perf_counter()\n"
        "code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([code, time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss]))"
    )
    output = subprocess.run([sys.executable, "-c", wrapper, *arguments], cwd=ROOT, capture_output=True, text=True)
    code, wall, processor, memory = json.loads(output.stdout)
    if code:
        raise SystemExit(f"{' '.join(arguments)} failed with {code}:\n{output.stderr}")
    return {"wall": wall, "processor": processor, "bytes": memory * (1 if sys.platform == "darwin" else 1024)}


def starts(sizes: Sizes) -> Figures:
    """Medians of wall and processor seconds of a fresh process, with the files in the system's cache."""
    with scratch() as folder:
        qa.build_index(folder / "index", SAMPLE, embed=False, config=CONFIG).close()
        search = ["search", "--lexical", "--index", str(folder / "index"), "budget"]
        commands = {
            "python -c pass": ["-c", "pass"],
            "import qa": ["-c", "import qa"],
            "qa --help": ["-m", "qa", "--help"],
            "qa search --lexical": ["-m", "qa", *search],
        }
        if not any((ROOT / "qa" / name).exists() for name in ("cli.py", "cli/__init__.py")):
            commands = {name: command for name, command in commands.items() if not name.startswith("qa")}
        figures: Figures = {}
        for name, command in commands.items():
            runs = [measured([sys.executable, *command]) for _ in range(sizes.starts + 1)][1:]
            figures[name] = {key: median([run[key] for run in runs]) for key in ("wall", "processor")}
        if len(figures) < 4:
            figures["note"] = "the command line is not there yet, so it was not measured"
        return figures


INDEXING = "import sys, qa; qa.build_index(sys.argv[1], sys.argv[2], embed=False).close()"
ASKING = """
import sys, qa
with qa.open_index(sys.argv[1]) as index:
    for question in sys.argv[2:]:
        index.ask(question)
"""


def memory_and_size(sizes: Sizes) -> Figures:
    """Highest memory of a process that indexes and of one that asks, in MB; bytes on disk for each passage."""
    with scratch() as folder:
        path, corpus = write_articles(folder, sizes.articles)
        index_path = folder / "index"
        python = [sys.executable, "-c"]
        imported = measured([*python, "import torch, sentence_transformers, qa.index, qa.vectors"])
        indexing = measured([*python, INDEXING, str(index_path), str(path)])
        with qa.open_index(index_path, config=CONFIG) as index:
            without_vectors = index.stats().bytes_on_disk
            passages = index.embed_progress().total
            fill_with_random_vectors(index)
            index.rebuild()
        with qa.open_index(index_path, config=CONFIG) as index:
            with_vectors = index.stats().bytes_on_disk
        questions = [article.title for article in articles_in(path)[:20] if article.title]
        asking = measured([*python, ASKING, str(index_path), *questions])
        megabytes = {
            "importing torch and all": imported, "indexing": indexing, f"asking, {passages:,} vectors": asking,
        }  # fmt: skip
        return {
            "corpus": corpus, "passages": passages, "text_bytes": path.stat().st_size,
            "peak_megabytes": {name: round(run["bytes"] / 1e6) for name, run in megabytes.items()},
            "bytes_per_passage": {
                "without vectors": round(without_vectors / passages), "with vectors": round(with_vectors / passages),
            },
        }  # fmt: skip


# Report


PARTS: dict[str, Callable[[Sizes], Figures]] = {
    "searchable": searchable,
    "encoding": encoding,
    "retrieve": retrieve,
    "starts": starts,
    "memory": memory_and_size,
}


def machine() -> Figures:
    """What the figures were measured on."""
    processor = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        processor = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), processor)
    return {
        "processor": processor, "cores": os.cpu_count(), "system": platform.platform(),
        "python": platform.python_version(), "sqlite": sqlite3.sqlite_version,
        "load_at_start": [round(load, 2) for load in os.getloadavg()] if hasattr(os, "getloadavg") else [],
        "versions": {name: importlib.metadata.version(name) for name in VERSIONED},
    }  # fmt: skip


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The figures with their names, one by one, from nested dictionaries."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    else:
        yield path, f"{value:,}" if isinstance(value, int | float) else str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="smaller sizes and fewer rounds")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="some of the parts")
    parser.add_argument("--encoded", type=int, help="passages for the part `encoding`, the longest of all")
    parser.add_argument("--output", type=Path, help="where the figures go (default: results/DATE.json)")
    options = parser.parse_args()
    sizes = QUICK if options.quick else FULL
    sizes = dataclasses.replace(sizes, encoded_passages=options.encoded or sizes.encoded_passages)
    now = datetime.datetime.now(datetime.UTC)
    results: Figures = {"date": now.isoformat(timespec="seconds"), "quick": options.quick, "machine": machine()}
    console = Console()
    for name in options.only:
        with console.status(f"measuring: {name}"):
            results[name] = PARTS[name](sizes)
        table = Table("figure", "value", title=name)
        for row in leaves(results[name]):
            table.add_row(*row)
        console.print(table)
    output = options.output or HERE / "results" / f"{now.date()}{'-quick' if options.quick else ''}.json"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    console.print(f"written to {output}")


if __name__ == "__main__":
    main()
