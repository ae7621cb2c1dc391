"""Killed at any moment of indexing, encoding, removing or rebuilding, an index opens by itself and is whole.

A child process works on the index and says what it has begun and finished; it is killed with SIGKILL after a random
time. Then the index is opened here and everything that was said is checked.
"""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import CONFIG, check_whole, contents, hashed_index, make_article, marker, start_child

import qa
from qa.passages import split_passages

JOBS = ("index", "embed", "remove", "rebuild", "create")

# Prints "begin JOB ids" and "end JOB ids"; "safe ids" for records that `add` has reported as written. Small batches
# and windows, so that many commits are there to be hit. It waits for a line before it begins: meanwhile it imports.
CHILD = """
import sys
from pathlib import Path
from support import CONFIG, hashed_index, make_article
import qa.derived, qa.ingest, qa.vectors
qa.ingest._BATCH = 4
qa.derived._VECTORS_A_GENERATION = 8
path, job, prefix = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
print("ready", flush=True)
known = sys.stdin.readline().split()

def say(*words):
    print(*words, flush=True)

def add(number):
    ids = [f"{prefix}x{number}x{n}" for n in range(16)]
    say("begin", "index", *ids)
    index.add([make_article(i) for i in ids], progress=lambda read: say("safe", *ids[:read]))
    say("end", "index", *ids)
    return ids

index = hashed_index(path, CONFIG.replace(lock_seconds=10.0))
say("open")
if job == "create":
    known += add(99)
tasks = ["index", "embed", "remove", "rebuild"]
first = 0 if job == "create" else tasks.index(job)
for number in range(1000):
    for task in tasks[first:]:
        if task == "index":
            known += add(number)
        elif task == "embed":
            say("begin", "embed")
            index.embed(limit=40)
            say("end", "embed")
        elif task == "remove":
            ids, known = known[:14], known[14:]
            say("begin", "remove", *ids)
            index.remove(ids)
            say("end", "remove", *ids)
        else:
            say("begin", "rebuild")
            index.rebuild()
            say("end", "rebuild")
    first = 0
"""


class Archive:
    """What must be there and what must not, from what the children said before they were killed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.there: set[str] = set()
        self.gone: set[str] = set()
        self.unsure: set[str] = set()  # begun, neither finished nor reported as safe

    def hear(self, output: str) -> None:
        lines = output.split("\n")[:-1]  # a line that was cut short was not said
        for line in lines:
            word, *ids = line.split()
            job = ids.pop(0) if word in ("begin", "end") else ""
            if word == "begin":
                self.unsure |= set(ids)
                self.there -= set(ids)
            elif word == "safe" or (word, job) == ("end", "index"):
                self.there |= set(ids)
                self.unsure -= set(ids)
            elif (word, job) == ("end", "remove"):
                self.gone |= set(ids)
                self.unsure -= set(ids)

    def check(self) -> None:
        with hashed_index(self.path) as index:
            check_whole(index)
            found = contents(index)
            assert self.there <= set(found)
            assert not self.gone & set(found)
            assert set(found) <= self.there | self.unsure
            for article_id, texts in found.items():
                article = make_article(article_id)
                assert texts == {passage.text for passage in split_passages(article.text, words=CONFIG.passage_words)}
            for article_id in sorted(found)[:2]:
                assert index.retrieve(marker(article_id), k=1)[0].article.id == article_id
            # From here on it is known which of the unsure made it.
            self.there, self.unsure = set(found), set()


def kill_often(folder: Path, kills: int, seed: int) -> dict[str, int]:
    """How often a child was killed within each job (and outside any)."""
    generator = random.Random(seed)
    archive = Archive(folder / "index")
    archives = [archive]
    killed_in: dict[str, int] = {}
    children: list[tuple[str, Archive, subprocess.Popen[str]]] = []

    def prepare(number: int) -> None:
        job = JOBS[number % len(JOBS)]
        where = archive
        if job == "create":
            where = Archive(folder / f"new{number}")
            archives.append(where)
        children.append((job, where, start_child(CHILD, where.path, job, f"r{number}")))

    prepare(0)
    try:
        for number in range(kills):
            # The next one imports while this one is at work.
            if number + 1 < kills:
                prepare(number + 1)
            _, where, child = children.pop(0)
            assert child.stdin is not None
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            child.stdin.write(" ".join(sorted(where.there)) + "\n")
            child.stdin.flush()
            # Some lines of its report, so that a busy machine gets as far; then a moment, to hit anything in between.
            heard = [child.stdout.readline() for _ in range(generator.randrange(12))]
            time.sleep(generator.uniform(0.0, 0.03))
            child.send_signal(signal.SIGKILL)
            # Not by communicate(), which would miss what readline() has read ahead.
            output = "".join(heard) + child.stdout.read()
            _, error = child.communicate(timeout=60)
            assert child.returncode == -signal.SIGKILL, error
            where.hear(output)
            where.check()
            last = [line.split() for line in output.split("\n")[:-1] if line.startswith(("begin", "end"))][-1:]
            where_killed = last[0][1] if last and last[0][0] == "begin" else "between"
            killed_in[where_killed] = killed_in.get(where_killed, 0) + 1
    finally:
        for _, _, child in children:
            child.kill()
            child.communicate()
    assert sum(killed_in.values()) == kills
    # Not a test of nothing: articles were written, removed and encoded on the way.
    assert any(archive.gone for archive in archives)
    with hashed_index(archive.path) as index:
        assert index.stats().articles > 0
    return killed_in


@pytest.mark.slow
def test_a_dozen_kills(tmp_path: Path) -> None:
    kill_often(tmp_path, 12, seed=3)


@pytest.mark.slow
def test_a_hundred_kills(tmp_path: Path) -> None:
    killed_in = kill_often(tmp_path, 100, seed=20251124)
    print(killed_in)
    # Every kind of work was hit.
    assert {"index", "embed", "remove", "rebuild"} <= set(killed_in)


# Killed at an exact place, where chance would rarely strike

AT_A_PLACE = """
import os, signal, sys
from pathlib import Path
from unittest import mock
from support import CONFIG, hashed_index, make_article
import qa.derived, qa.durable, qa.lexical, qa.store, qa.vectors, qa.database
path, place, when = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
module, _, name = place.rpartition(".")
owner = eval(module)
function = getattr(owner, name)

def killing(*arguments, **named):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    function(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)

with hashed_index(path) as index:
    setattr(owner, name, killing)
    index.add([make_article(f"b{n}") for n in range(8)])
    index.embed()
    index.remove(["a0", "b1"])
    index.rebuild()
sys.exit("it was never killed")
"""

PLACES = (
    "qa.store.Store.write", "qa.store.Store.write_vectors", "qa.store.Store.remove", "qa.lexical.LexicalIndex._commit",
    "qa.lexical.LexicalIndex._seal", "qa.lexical.discard", "qa.vectors.VectorIndex.save", "qa.vectors.replace_file",
    "qa.durable.os.fsync",
)  # fmt: skip


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("begun") / "index"
    with hashed_index(folder) as index:
        index.add([make_article(f"a{number}") for number in range(6)])
        index.embed()
    yield folder


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("place", PLACES)
def test_killed_at_an_exact_place(begun: Path, tmp_path: Path, place: str, when: str) -> None:
    path = Path(shutil.copytree(begun, tmp_path / "index"))
    child = start_child(AT_A_PLACE, path, place, when)
    _, error = child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL, error
    with hashed_index(path) as index:
        check_whole(index)
        found = set(contents(index))
        old, new = {f"a{number}" for number in range(6)}, {f"b{number}" for number in range(8)}
        # One transaction each: all of it, or nothing.
        possible: list[Any] = [old, old | new, (old | new) - {"a0", "b1"}]
        assert found in possible
        if place == "qa.store.Store.write":
            assert found == (old if when == "before" else old | new)
        if place == "qa.store.Store.remove":
            assert found == (old | new if when == "before" else (old | new) - {"a0", "b1"})


# The lock


HOLDER = """
import sys, time
from pathlib import Path
from support import hashed_index, make_article
index = hashed_index(Path(sys.argv[1]))
with index._writing.held(0):
    print("held", flush=True)
    sys.stdin.readline()
print("freed", flush=True)
sys.stdin.readline()
"""


def test_a_second_writer_is_told_who_holds_the_lock_and_a_kill_frees_it(tmp_path: Path) -> None:
    with hashed_index(tmp_path) as index:
        index.add([make_article("a1"), make_article("a2")])
        index.embed(limit=1)
        child = start_child(HOLDER, tmp_path)
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "held\n"
            message = rf"Somebody else is writing to the index \(process {child.pid}\) .*reading and asking go on"
            for call in (lambda: index.add([make_article("a3")]), lambda: index.remove(["a1"]), index.rebuild):
                with pytest.raises(qa.IndexLockedError, match=message):
                    call()
            # Reading and asking do go on; so does opening.
            assert index.retrieve("harbour council")
            with hashed_index(tmp_path) as reader:
                assert reader.stats().articles == 2
                assert reader.retrieve("harbour council")
        finally:
            child.kill()
            child.communicate()
        assert index.add([make_article("a3")]).added == 1
        assert index.remove(["a1"]) == ["a1"]
        check_whole(index)


def test_a_writer_that_ends_in_peace_frees_the_lock(tmp_path: Path) -> None:
    with hashed_index(tmp_path) as index:
        child = start_child(HOLDER, tmp_path)
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        child.stdin.write("\n")
        child.stdin.flush()
        assert child.stdout.readline() == "freed\n"
        assert index.add([make_article("a1")]).added == 1
        child.communicate("\n", timeout=30)


def test_a_second_encoder_is_told_so(tmp_path: Path) -> None:
    with hashed_index(tmp_path) as index, hashed_index(tmp_path) as other:
        index.add([make_article("a1")])

        def progress(_: qa.EmbedProgress) -> None:
            with pytest.raises(qa.IndexLockedError, match="Somebody else is computing vectors for the index"):
                other.embed()

        assert index.embed(progress=progress) > 0
        assert other.embed() == 0
