"""Many clients ask over HTTP while another process indexes; every answer must be that of a quiet run.

    python benchmarks/clients.py --work /tmp/clients                 # 64 clients, 10 questions each
    python benchmarks/clients.py --work /tmp/clients --clients 8

The archive is the sample corpus, the questions are those of tests/data/golden.jsonl on their own day. First one client
asks each question of a server that does nothing else; then all clients ask at once, while `qa index` brings new
versions of articles that consist of made-up words and are older than any other. Their number stays the same, for how
rare a word of a question is in the archive has its part in an answer. Printed: how many answers arrived, how many
differ, errors, latencies in seconds, and the server's memory in MB.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np

import qa

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "qa/sample/articles.jsonl"
GOLDEN = ROOT / "tests/data/golden.jsonl"
ADDED = 400  # articles that get a new version again and again while the clients ask
PATIENCE = 900.0  # seconds that one client waits for one answer


@contextlib.contextmanager
def server(index: Path, queue: int) -> Iterator[tuple[str, int]]:
    """`qa chat` on a free port: its address and process id."""
    command = [sys.executable, "-u", "-m", "qa", "chat", "--index", str(index), "--port", "0", "--no-embed"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(queue))
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if found := re.search(r"http://\S+", line):
                address = found[0].rstrip("/.")
                threading.Thread(target=process.stdout.read, daemon=True).start()
                wait_until_ready(address)
                yield address, process.pid
                return
        raise SystemExit("The server ended before it gave its address.")
    finally:
        process.terminate()
        process.wait(60)


def environment(queue: int) -> dict[str, str]:
    import os

    return os.environ | {"QA_CHAT_QUEUE": str(queue), "HF_HUB_OFFLINE": "1"}


def wait_until_ready(address: str) -> None:
    for _ in range(600):
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{address}/ready").status_code == 200:
                return
        time.sleep(0.2)
    raise SystemExit("The server does not get ready.")


def ask(client: httpx.Client, address: str, question: dict[str, Any]) -> dict[str, Any]:
    """The answer through `/ask`, as a program without gradio_client gets it."""
    text = question.get("resolved") or question["question"]
    data = [text, [], None, None, question["as_of"], None, []]
    begun = client.post(f"{address}/gradio_api/call/ask", json={"data": data})
    begun.raise_for_status()
    event = ""
    with client.stream("GET", f"{address}/gradio_api/call/ask/{begun.json()['event_id']}") as lines:
        for line in lines.iter_lines():
            if line.startswith("event:"):
                event = line.removeprefix("event:").strip()
            elif line.startswith("data:") and event in ("complete", "error"):
                if event == "error":
                    raise RuntimeError(line)
                answer: dict[str, Any] = json.loads(line.removeprefix("data:"))[0]
                return answer
    raise RuntimeError("the stream ended without an answer")


def essence(answer: dict[str, Any]) -> tuple[Any, ...]:
    """What must not differ: the words, and where each quoted sentence stands."""
    places = [(s["article"]["id"], s["start"], s["end"]) for s in answer["sentences"]]
    return answer["text"], answer["abstained"], tuple(places)


def write_versions(path: Path, number: int) -> None:
    """The articles of made-up words in one of their versions."""
    generator = random.Random(number)
    updated = datetime.datetime(1990, 1, 1, tzinfo=datetime.UTC) + datetime.timedelta(days=number)
    with path.open("w") as file:
        for each in range(ADDED):
            words = ["x" + "".join(generator.choices("bcdfghjklmnpqrtvwz", k=7)) for _ in range(150)]
            record = {
                "id": f"added-{each}", "title": " ".join(words[:6]), "text": " ".join(words[6:]) + ".",
                "updated": updated.isoformat(),
                "published": "1990-01-01T00:00:00Z", "source": "Xqzv",
            }  # fmt: skip
            file.write(json.dumps(record) + "\n")


def index_until(done: threading.Event, index: Path, work: Path) -> int:
    """Run `qa index` again and again; how often it was run. It waits for nobody and nobody waits for it."""
    runs = 0
    while not done.is_set():
        write_versions(work / "added.jsonl", runs + 1)
        command = [sys.executable, "-m", "qa", "index", str(work / "added.jsonl"), "--index", str(index), "--no-embed"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment(64))
        runs += 1
    return runs


def memory_of(pid: int) -> tuple[float, float]:
    """Resident memory of a process now and at its highest, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    now, highest = (int(re.search(rf"{name}:\s+(\d+)", status)[1]) for name in ("VmRSS", "VmHWM"))  # type: ignore[index]
    return now / 1024, highest / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for the index; it is made anew")
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--questions", type=int, default=10, help="that each client asks")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.work, ignore_errors=True)
    index = arguments.work / "index"
    arguments.work.mkdir(parents=True)
    write_versions(arguments.work / "added.jsonl", 0)
    qa.build_index(index, SAMPLE).close()
    qa.build_index(index, arguments.work / "added.jsonl", embed=False).close()
    golden = [json.loads(line) for line in GOLDEN.read_text().splitlines()]
    generator = random.Random(0)
    wanted = [generator.sample(golden, arguments.questions) for _ in range(arguments.clients)]
    asked = {question["id"]: question for each in wanted for question in each}
    with server(index, queue=max(64, arguments.clients)) as (address, pid), httpx.Client(timeout=PATIENCE) as client:
        quiet, alone = {}, []
        for name, question in asked.items():
            started = time.perf_counter()
            quiet[name] = essence(ask(client, address, question))
            alone.append(time.perf_counter() - started)
        before = memory_of(pid)[0]
        done = threading.Event()

        def one_client(questions: list[dict[str, Any]]) -> list[tuple[str, float, Any]]:
            rows = []
            with httpx.Client(timeout=PATIENCE) as own:
                for question in questions:
                    started = time.perf_counter()
                    try:
                        answer: Any = essence(ask(own, address, question))
                    except Exception as error:
                        answer = error
                    rows.append((question["id"], time.perf_counter() - started, answer))
            return rows

        with ThreadPoolExecutor(arguments.clients + 1) as pool:
            indexing = pool.submit(index_until, done, index, arguments.work)
            started = time.perf_counter()
            rows = [row for found in pool.map(one_client, wanted) for row in found]
            seconds = time.perf_counter() - started
            done.set()
        after, highest = memory_of(pid)
    report(rows, quiet, alone, seconds, indexing.result())
    print(f"server: {before:.0f} MB before, {after:.0f} MB after, {highest:.0f} MB at most")


def report(rows: Any, quiet: Any, alone: list[float], seconds: float, runs: int) -> None:
    errors = [answer for _, _, answer in rows if isinstance(answer, Exception)]
    differing = [name for name, _, answer in rows if not isinstance(answer, Exception) and answer != quiet[name]]
    took = [spent for _, spent, _ in rows]
    print(
        f"one client: {len(alone)} questions, p50 {np.quantile(alone, 0.5):.2f} s, p95 {np.quantile(alone, 0.95):.2f} s"
    )
    print(
        f"all clients: {len(rows)} answers in {seconds:.0f} s ({len(rows) / seconds:.1f} a second), p50"
        f" {np.quantile(took, 0.5):.1f} s, p95 {np.quantile(took, 0.95):.1f} s; {len(errors)} errors,"
        f" {len(differing)} differ; {runs} runs of `qa index` with {ADDED} new versions each"
    )
    for error in errors[:5]:
        print(f"    {type(error).__name__}: {error}")
    print(f"    differing: {', '.join(sorted(set(differing))[:10]) or 'none'}")


if __name__ == "__main__":
    main()
