"""Many ask while one writes: other processes and other threads, no error, and new articles without reopening."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from support import CONFIG, SAMPLE, check_whole, hashed_index, make_article, marker, start_child

import qa

# Asks until it has found, in this order, every article that it was told of; any error ends it with a traceback.
# It says "asking" after its first question, and waits between questions no longer than a question takes.
READER = """
import sys, time
from pathlib import Path
from support import CONFIG, hashed_index, make_article, marker
index = hashed_index(Path(sys.argv[1]), create=False)
wanted = sys.argv[2].split(",")
deadline = time.monotonic() + 240
asked = 0
assert index.retrieve("harbour council ferry", k=3)
print("asking", flush=True)
while wanted:
    assert time.monotonic() < deadline, f"never saw {wanted}"
    hits = index.retrieve(marker(wanted[0]), k=1, dense=asked % 2 == 0)
    answer = index.ask("harbour council ferry")
    assert answer.hits
    for hit in (*hits, *answer.hits):
        assert hit.article == make_article(hit.article.id), hit
        assert hit.article.text[hit.start:hit.end] == hit.text
    if hits and hits[0].article.id == wanted[0] and hits[0].lexical_rank == 1:
        wanted.pop(0)
    asked += 1
print(f"done {asked}", flush=True)
"""


def ask_while_indexing(folder: Path, readers: int) -> None:
    path = folder / "index"
    batches = [[f"b{batch}x{number}" for number in range(12)] for batch in range(6)]
    with hashed_index(path, CONFIG.replace(lock_seconds=60.0)) as index:
        index.add([make_article(f"a{number}") for number in range(20)])
        index.embed(limit=10)
        wanted = ",".join(batch[-1] for batch in batches)
        children = [start_child(READER, path, wanted) for _ in range(readers)]
        try:
            for child in children:
                assert child.stdout is not None
                first = child.stdout.readline()
                assert first == "asking\n", child.stderr.read() if child.stderr else ""
            for number, batch in enumerate(batches):
                index.add([make_article(article_id) for article_id in batch])
                index.embed(limit=30)
                if number == 2:
                    index.rebuild()
                if number == 3:
                    index.remove(batches[0][:6])
            for child in children:
                assert child.stdout is not None
                last = child.stdout.readline()
                assert last.startswith("done "), child.stderr.read() if child.stderr else ""
                assert child.wait(timeout=60) == 0
        finally:
            for child in children:
                child.kill()
                child.communicate()
        index.embed()
        check_whole(index)
        assert index.stats().articles == 20 + 6 * 12 - 6


def test_two_processes_ask_while_one_indexes(tmp_path: Path) -> None:
    ask_while_indexing(tmp_path, 2)


@pytest.mark.slow
def test_eight_processes_ask_while_one_indexes(tmp_path: Path) -> None:
    ask_while_indexing(tmp_path, 8)


def test_a_second_process_indexes_while_this_one_asks(tmp_path: Path) -> None:
    """The other way round, with a real file: this process sees what another wrote, without reopening."""
    script = (
        "import sys, qa\n"
        "with qa.build_index(sys.argv[1], sys.argv[2], embed=False, config=qa.Config(passage_words=20)) as index:\n"
        "    print(index.report.added)\n"
    )
    with qa.build_index(tmp_path, [make_article("a1")], embed=False, config=CONFIG) as index:
        assert index.retrieve("Millrace fire Brandle", dense=False) == []
        output, error = start_child(script, tmp_path, SAMPLE).communicate(timeout=120)
        assert (output, error) == ("95\n", "")
        hits = index.retrieve("Millrace fire Brandle", k=10, dense=False)
        assert "mpa-2025-11-10-millrace-fire" in {hit.article.id for hit in hits}
        assert index.stats().articles == 96


def test_threads_ask_add_and_encode_at_once(tmp_path: Path) -> None:
    with hashed_index(tmp_path, CONFIG.replace(lock_seconds=60.0)) as index:
        index.add([make_article(f"a{number}") for number in range(8)])
        failures: list[BaseException] = []
        stop = threading.Event()

        def guarded(work: Any) -> Any:
            def run() -> None:
                try:
                    work()
                except BaseException as error:
                    failures.append(error)

            return threading.Thread(target=run)

        def ask() -> None:
            while not stop.is_set():
                for hit in index.retrieve("harbour council ferry", k=5):
                    assert hit.article == make_article(hit.article.id)

        def encode() -> None:
            while not stop.is_set():
                index.embed(limit=4)

        threads = [guarded(ask), guarded(ask), guarded(encode)]
        for thread in threads:
            thread.start()
        try:
            for number in range(8):
                index.add([make_article(f"t{number}")])
                # What was added is found when `add` returns, whoever else refreshes at the time.
                assert index.retrieve(marker(f"t{number}"), k=1, dense=False)[0].article.id == f"t{number}"
                if number % 3 == 2:
                    index.remove([f"a{number}"])
                if number == 4:
                    index.rebuild()
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)
        assert failures == []
        index.embed()
        check_whole(index)
        assert index.embed_progress().done == index.embed_progress().total


def test_closing_while_others_ask_gives_only_the_error_of_a_closed_index(tmp_path: Path) -> None:
    index = hashed_index(tmp_path)
    index.add([make_article(f"a{number}") for number in range(8)])
    outcomes: list[BaseException] = []
    asking = threading.Barrier(4)

    def ask() -> None:
        asking.wait(30)
        try:
            while True:
                index.retrieve("harbour council ferry")
        except BaseException as error:
            outcomes.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    asking.wait(30)
    index.close()
    for thread in threads:
        thread.join(60)
    assert [type(outcome) for outcome in outcomes] == [qa.IndexClosedError] * 3
