"""The command line: exit codes, pure JSON, safe text, quick starts, Ctrl-C and pipes, on the sample archive."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import importlib.metadata
import json
import os
import pty
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import HashingSelector
from typer.testing import CliRunner

import qa.encoder
import qa.index
from qa.cli import chat, printing
from qa.cli.app import app
from qa.config import Config
from qa.errors import IndexNotFoundError
from qa.index import Index
from qa.locking import FolderLock
from qa.records import Answer, Article, Citation, Conflict, Filters, Query, Sentence, ShortAnswer, Statement
from qa.store import Store

RUNNER = CliRunner()
QUAY = "How long will the North Quay in Skellhaven be?"
# A day shortly after the sample archive's last one: nothing is said of an archive that ended long ago.
SHORTLY_AFTER = "2026-11-20"
UNKNOWN = "Zanzibar xylophone quotas?"


class WordModel:
    """Stands in for the model: unit vectors of hashed words, so that equal words mean nearness. Loads at once."""

    def get_embedding_dimension(self) -> int:
        return 64

    def encode_query(self, texts: list[str], **_: Any) -> np.ndarray[Any, Any]:
        rows = np.zeros((len(texts), 64), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                rows[row, int(hashlib.md5(word.encode()).hexdigest(), 16) % 64] += 1
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    encode_document = encode_query


@pytest.fixture
def quick_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """No real model; and every question with hits is answered, however the confidence is fitted."""
    monkeypatch.setattr(qa.encoder, "_load_model", lambda config: WordModel())
    monkeypatch.setattr(qa.index, "load_selector", lambda encoder: HashingSelector())
    monkeypatch.setenv("QA_ANSWER_THRESHOLD", "0")


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory, sample_file: Path) -> Path:
    """The sample archive without vectors. For reading only."""
    folder = tmp_path_factory.mktemp("archive") / "index"
    with Index(folder, Config(), create=True) as index:
        index.add(sample_file)
    return folder


@pytest.fixture
def copy(archive: Path, tmp_path: Path) -> Path:
    """An archive of one's own to write to."""
    return Path(shutil.copytree(archive, tmp_path / "copy"))


def run(*args: object) -> Any:
    return RUNNER.invoke(app, [str(arg) for arg in args], prog_name="qa")


def start(*args: object, **more: Any) -> subprocess.Popen[str]:
    """A real process; Ctrl-C reaches it even where the tests run in the background of a shell."""
    return subprocess.Popen(
        [sys.executable, "-m", "qa", *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL), **more,
    )  # fmt: skip


def finish(process: subprocess.Popen[str], timeout: float = 120) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=timeout)
    assert "Traceback" not in err
    return process.returncode, out, err


def write_articles(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def passage_count(folder: Path) -> int:
    """What another process has committed so far."""
    with contextlib.suppress(sqlite3.Error):
        connection = sqlite3.connect(f"file:{folder}/dateline.sqlite3?mode=ro", uri=True)
        try:
            return int(connection.execute("SELECT COUNT(*) FROM passages").fetchone()[0])
        finally:
            connection.close()
    return 0


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


# What is loaded, and how quickly


@pytest.mark.parametrize(
    ("args", "forbidden"),
    [
        (["--help"], "torch sentence_transformers transformers gradio faiss tantivy numpy rich pyarrow"),
        (["--version"], "torch sentence_transformers transformers gradio faiss tantivy numpy rich pyarrow"),
        (["info"], "torch sentence_transformers transformers gradio faiss rich"),
        (["search", "--lexical", "quay"], "torch sentence_transformers transformers gradio faiss rich"),
    ],
)
def test_light_commands_load_nothing_heavy(args: list[str], forbidden: str, archive: Path) -> None:
    program = (
        "import sys, time; started = time.perf_counter(); from qa.cli import main\n"
        "try: main()\n"
        "except SystemExit as end: code = end.code\n"
        f"loaded = [name for name in {forbidden.split()!r} if name in sys.modules]\n"
        "print(code, time.perf_counter() - started, *loaded, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *args], capture_output=True, text=True, timeout=60,
        env=os.environ | {"QA_INDEX": str(archive)},
    )  # fmt: skip
    code, seconds, *loaded = done.stderr.splitlines()[-1].split()
    print(f"qa {' '.join(args)}: {float(seconds):.2f} s after the interpreter's start")
    assert (code, loaded) == ("0", [])
    assert done.stdout


def test_help_names_every_command_and_the_exit_codes() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for word in ("index", "embed", "search", "ask", "chat", "info", "rebuild", "remove", "130", "Exit codes"):
        assert word in result.stdout


def test_the_installed_command_tells_its_version() -> None:
    command = Path(sys.executable).parent / "qa"
    done = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=60)
    assert done.stdout == f"dateline {importlib.metadata.version('dateline')}\n"


# Index


def test_index_counts_every_record(tmp_path: Path, sample_file: Path) -> None:
    folder = tmp_path / "new"
    first = run("index", sample_file, "--index", folder, "--no-embed")
    assert first.exit_code == 0
    assert "101 records read" in first.stdout
    assert "95 added, 6 updated, 0 unchanged, 0 duplicates, 0 stale, 0 bad" in first.stdout
    assert first.stderr == ""
    again = json.loads(run("index", sample_file, "--index", folder, "--no-embed", "--json").stdout)
    assert (again["read"], again["unchanged"], again["added"]) == (101, 101, 0)


def test_index_lists_bad_records_and_reports_all(tmp_path: Path) -> None:
    good = {"id": "good", "title": "Good", "text": "A good story.", "published": "2026-01-02"}
    bad = [{"title": f"No text {number}"} for number in range(8)]
    file = write_articles(tmp_path / "mixed.jsonl", good, *bad, good)
    report = tmp_path / "report.jsonl"
    result = run("index", file, "--index", tmp_path / "new", "--no-embed", "--report", report)
    assert result.exit_code == 0
    assert "1 added" in result.stdout and "1 duplicates" in result.stdout and "8 bad" in result.stdout
    assert f"{file}:2: no text" in result.stdout
    assert "and 4 more" in result.stdout
    records = [json.loads(line) for line in report.read_text().splitlines()]
    assert [record["line"] for record in records] == [*range(2, 11)]
    assert {record["kind"] for record in records} == {"bad", "duplicate"}
    assert records[0]["file"] == str(file) and records[0]["reason"]


def test_index_of_nothing_usable_exits_with_3(tmp_path: Path) -> None:
    file = write_articles(tmp_path / "bad.jsonl", {"title": "No text"})
    assert run("index", file, "--index", tmp_path / "new", "--no-embed").exit_code == 3


def test_a_wrong_path_is_found_before_anything_is_written(tmp_path: Path, sample_file: Path) -> None:
    result = run("index", sample_file, tmp_path / "nope.jsonl", "--index", tmp_path / "new")
    assert result.exit_code == 1
    assert result.stderr.startswith("qa: There is no such file or folder")
    assert not (tmp_path / "new").exists()
    unwritable = run("index", sample_file, "--index", tmp_path / "new", "--report", tmp_path / "no" / "where.jsonl")
    assert unwritable.exit_code == 1 and "where.jsonl" in unwritable.stderr
    assert not (tmp_path / "new").exists()


def test_index_goes_on_to_embed(tmp_path: Path, sample_file: Path, quick_model: None) -> None:
    result = json.loads(run("index", sample_file, "--index", tmp_path / "new", "--json").stdout)
    info = json.loads(run("info", "--index", tmp_path / "new", "--json").stdout)
    assert result["encoded"] > 100
    assert info["embedded"] == info["passages"] > 100


def test_embed_takes_a_limit_and_goes_on(copy: Path, quick_model: None) -> None:
    first = json.loads(run("embed", "--limit", "10", "--index", copy, "--json").stdout)
    assert first["encoded"] == 10 and first["embedded"] < first["passages"]
    rest = run("embed", "--index", copy)
    assert rest.exit_code == 0
    assert re.search(r"(\d+) of \1 have a vector", rest.stdout)


# Search and ask


def test_search_prints_ranks_and_json(archive: Path) -> None:
    text = run("search", QUAY, "--lexical", "-k", "2", "--as-of", SHORTLY_AFTER, "--index", archive)
    assert text.exit_code == 0 and text.stderr == ""
    assert text.stdout.startswith("1. Skellhaven unveils 640-metre North Quay")
    assert "Merrow Press Agency, 9 September 2025" in text.stdout and "by words: rank 1" in text.stdout
    data = json.loads(run("search", QUAY, "--lexical", "-k", "2", "--index", archive, "--json").stdout)
    assert [hit["lexical_rank"] for hit in data["hits"]] == [1, 2]
    assert data["hits"][0]["article"]["id"] == "mpa-2025-09-09-north-quay-plan"


def test_a_question_needs_no_quotation_marks(archive: Path) -> None:
    loose = run("search", "--lexical", *QUAY.split(), "--index", archive, "--json")
    assert json.loads(loose.stdout)["question"] == QUAY


def test_filters_by_day_month_year_and_outlet(archive: Path) -> None:
    def hits(*args: str) -> list[dict[str, Any]]:
        result = run("search", "quay council", "--lexical", "-k", "50", "--index", archive, "--json", *args)
        return [hit["article"] for hit in json.loads(result.stdout)["hits"]]

    assert {a["published"][:7] for a in hits("--from", "2026-03", "--to", "2026-03")} == {"2026-03"}
    assert {a["published"][:4] for a in hits("--to", "2025")} == {"2025"}
    assert {a["published"][:10] for a in hits("--from", "2026-03-12", "--to", "2026-03-12")} == {"2026-03-12"}
    named = hits("--source", "radio osk", "--source", "The Tarnvik Courier")
    assert {a["source"] for a in named} == {"Radio Osk", "The Tarnvik Courier"}


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--from", "2026-13"], "is no date"),
        (["--to", "yesterday"], "is no date"),
        (["--from", "2026-02-30"], "is no date"),
        (["--as-of", "2026-02"], "is no day"),
        (["--from", "2026", "--to", "2025"], "is later than"),
        (["-k", "0"], "-k"),
        (["--lexicl"], "--lexicl"),
    ],
)
def test_wrong_usage_exits_with_2(args: list[str], message: str, archive: Path) -> None:
    result = run("search", "quay", "--index", archive, *args)
    assert result.exit_code == 2
    assert message in result.stderr and result.stdout == ""


def test_nothing_found_exits_with_3_and_says_why(archive: Path, tmp_path: Path) -> None:
    nothing = run("search", UNKNOWN, "--lexical", "--index", archive, "--json")
    assert nothing.exit_code == 3
    assert json.loads(nothing.stdout)["hits"] == []
    assert nothing.stderr.startswith("Nothing found.")
    outlet = run("search", "quay", "--lexical", "--source", "CNN", "--index", archive)
    assert outlet.exit_code == 3 and "no outlet CNN" in outlet.stderr and "Radio Osk" in outlet.stderr
    early = run("search", "quay", "--lexical", "--to", "1999", "--index", archive)
    assert early.exit_code == 3 and "from 2025-09-09 to" in early.stderr
    Index(tmp_path / "empty", Config(), create=True).close()
    empty = run("search", "quay", "--lexical", "--index", tmp_path / "empty")
    assert empty.exit_code == 3 and "no articles yet" in empty.stderr


def test_ask_quotes_with_numbered_sources(copy: Path, sample_file: Path, quick_model: None) -> None:
    result = run("ask", QUAY, "--index", copy)
    assert result.exit_code == 0
    before, sources = result.stdout.split("Sources\n")
    quoted = re.findall(r"^“(.+)” \[(\d)\]$", before, re.MULTILINE)
    written = " ".join(json.loads(line)["text"] for line in sample_file.read_text(encoding="utf-8").splitlines())
    assert [number for _, number in quoted] == [str(place) for place in range(1, len(quoted) + 1)]
    for sentence, number in quoted:
        assert sentence in " ".join(written.split()) and f"[{number}]" in sources
    assert "https://" in sources and "Merrow Press Agency, " in sources


def test_ask_shows_passages_and_explains(copy: Path, quick_model: None) -> None:
    args = ["--passages", "--explain", "--as-of", "2026-06-01", "--from", "2025-09", "--source", "Merrow Press Agency"]
    result = run("ask", QUAY, "--index", copy, *args)
    assert "by words: rank" in result.stdout and "cosine" in result.stdout
    assert "asked as of: 2026-06-01" in result.stdout and "published: 2025-09-01 to any day" in result.stdout
    assert "confidence: " in result.stdout and re.search(r"total \d+ ms", result.stdout)


def test_ask_as_json(copy: Path, quick_model: None) -> None:
    answer = json.loads(run("ask", QUAY, "--index", copy, "--json").stdout)
    assert answer["abstained"] is False and answer["sentences"][0]["article"]["title"]
    assert answer["query"]["text"] == QUAY and answer["timings"]["total"] > 0


def test_a_refusal_looks_different_and_exits_with_3(
    copy: Path, quick_model: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QA_ANSWER_THRESHOLD", "1")
    result = run("ask", UNKNOWN, "--index", copy)
    assert result.exit_code == 3
    assert result.stdout.startswith("The archive does not answer this.\n")
    assert "Sources" not in result.stdout
    data = run("ask", UNKNOWN, "--index", copy, "--json")
    assert data.exit_code == 3 and json.loads(data.stdout)["abstained"] is True


# What was understood, and what the reader must know

UNDERSTOOD = "Who is the latest mayor, and what did the Courier and Radio Osk report in March 2026 about the quay?"


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def test_ask_explains_each_inference_with_its_reason(copy: Path, quick_model: None) -> None:
    result = run("ask", UNDERSTOOD, "--index", copy, "--explain", "--as-of", "2026-07-10")
    lines = lines_of(result.stdout.split("How this came about\n")[1])
    assert lines[:2] == ["asked as of: 2026-07-10 (as given)", "period: 2026-03-01 to 2026-03-31, hard"]
    assert lines[2].startswith("“March 2026” is 1 March 2026 to 31 March 2026; only articles of these days")
    assert lines[3:5] == ["current: latest", "“latest” asks for what holds now: recent articles count more"]
    assert lines[5] == "outlet: The Tarnvik Courier, preferred"
    assert lines[6] == "“the Courier” is The Tarnvik Courier (last word of the name): its articles are preferred"
    assert lines[7:9] == ["outlet: Radio Osk, preferred", "“Radio Osk” is Radio Osk: its articles are preferred"]
    assert lines[9] == "part 1: Who is the latest mayor?"
    assert [line for line in lines if line.startswith("part ")][-1].startswith("part 3: ")
    assert lines[-2].startswith("confidence: ") and lines[-1].startswith("time: ")
    soft = run("ask", "What did only Radio Osk report last week?", "--index", copy, "--explain")
    assert "(today, as no day was given)" in soft.stdout
    assert re.search(r"period: \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d, soft\n", soft.stdout)
    assert "outlet: Radio Osk, only\n" in soft.stdout


def test_nothing_is_inferred_from_an_ignored_phrase(copy: Path, quick_model: None) -> None:
    options = ["--index", copy, "--as-of", "2026-07-10"]
    ignoring = ["--ignore", "march 2026", "--ignore", "latest"]
    heeded = json.loads(run("ask", UNDERSTOOD, *options, "--json").stdout)["query"]
    assert heeded["period"] == {
        "first": "2026-03-01", "last": "2026-03-31", "hard": True, "phrase": "March 2026",
        "reason": "“March 2026” is 1 March 2026 to 31 March 2026",
    }  # fmt: skip
    assert heeded["current"] == "latest" and heeded["ignored"] == []
    for command in ("ask", "search"):
        query = json.loads(run(command, UNDERSTOOD, *options, *ignoring, "--json").stdout)["query"]
        assert (query["period"], query["current"], query["ignored"]) == (None, "", ["march 2026", "latest"])
        assert [mention["name"] for mention in query["mentions"]] == ["The Tarnvik Courier", "Radio Osk"]
        shown = lines_of(run(command, UNDERSTOOD, *options, *ignoring, "--explain").stdout)
        assert "ignored: “march 2026”, from which nothing is inferred" in shown
        assert not any(line.startswith(("period:", "current:")) for line in shown)


def test_search_says_on_stderr_what_was_understood(archive: Path) -> None:
    question = "What is the latest on the quay since March 2026, other than from Radio Osk?"
    result = run("search", question, "--lexical", "--as-of", SHORTLY_AFTER, "--index", archive)
    assert result.stderr == (
        "Understood as of 2026-11-20: “since March 2026” is 2026-03-01 to any day, only; "
        "“latest”, recent articles preferred; Radio Osk, left out.\n"
    )
    assert result.stdout.startswith("1. ") and "How this came about" not in result.stdout
    as_json = run("search", question, "--lexical", "--as-of", SHORTLY_AFTER, "--index", archive, "--json")
    assert as_json.stderr == ""
    data = json.loads(as_json.stdout)
    assert set(data) == {"question", "query", "hits", "notes"} and data["notes"] == []
    assert data["query"]["period"]["first"] == "2026-03-01" and data["query"]["as_of"] == SHORTLY_AFTER


def test_search_explains_scores_and_times(archive: Path) -> None:
    result = run("search", UNDERSTOOD, "--lexical", "--explain", "--as-of", SHORTLY_AFTER, "--index", archive)
    hits, explanation = result.stdout.split("How this came about\n")
    found = re.findall(r"score (\d+\.\d+);.*\n   the score is the sum of: (.+)\n", hits)
    assert len(found) == 5
    for score, figures in found:
        amounts = [float(figure.rpartition(" ")[2]) for figure in figures.split(", ")]
        assert sum(amounts) == pytest.approx(float(score), abs=0.005 * len(amounts) + 0.0005)
    assert "   For the part “Who is the latest mayor?”\n" in hits
    assert "part 1: Who is the latest mayor?" in explanation and re.search(r"time: lexical \d+ ms", explanation)
    assert "the score is the sum of" not in run("search", UNDERSTOOD, "--lexical", "--index", archive).stdout


def test_copies_are_named(archive: Path) -> None:
    result = run("search", "council approves North Quay by 21 votes to 16", "--lexical", "--index", archive)
    assert "   Also in: " in result.stdout and "The same text" not in result.stdout


def test_an_archive_that_ended_long_ago_says_what_to_type(tmp_path: Path, quick_model: None) -> None:
    story = {"id": "old", "title": "Ferry", "text": "The noon ferry to Lunn left at two.", "published": "2020-07-10"}
    folder = tmp_path / "new"
    run("index", write_articles(tmp_path / "a.jsonl", story), "--index", folder, "--no-embed")
    cure = "Ask as of its last day: --as-of 2020-07-10"
    asked = run("ask", "When did the ferry leave?", "--index", folder)
    after_sources = lines_of(asked.stdout.split("Sources\n")[1])
    assert after_sources[-2].startswith("Note: The archive ends on 10 July 2020, ") and after_sources[-1] == cure
    assert json.loads(run("ask", "When did the ferry leave?", "--index", folder, "--json").stdout)["notes"] == [
        after_sources[-2].removeprefix("Note: ")
    ]
    searched = run("search", "ferry", "--lexical", "--index", folder)
    assert searched.stderr.splitlines() == [after_sources[-2].removeprefix("Note: "), cure]
    assert json.loads(run("search", "ferry", "--index", folder, "--json").stdout)["notes"]
    for command in ("ask", "search"):
        given = run(command, "When did the ferry leave?", "--index", folder, "--as-of", "2026-11-24")
        assert "ferry" in given.stdout and "Note:" not in given.stdout and "Ask as of" not in given.output


def test_ask_notes_what_the_reader_must_know(tmp_path: Path, quick_model: None) -> None:
    first = {
        "id": "count", "title": "Seals counted", "text": "Wardens counted 40 seals off Lunn.", "source": "The Gull",
        "published": "2026-11-02",
    }  # fmt: skip
    second = first | {"text": "Wardens counted 14 seals off Lunn.", "status": "corrected", "updated": "2026-11-04"}
    folder = tmp_path / "new"
    run("index", write_articles(tmp_path / "a.jsonl", first, second), "--index", folder, "--no-embed")
    options = ["--index", folder, "--as-of", SHORTLY_AFTER]
    answered = lines_of(run("ask", "How many seals did wardens count?", *options).stdout.split("Sources\n")[1])
    assert answered[-1] == (
        "Note: “Seals counted” (The Gull, 2 November 2026) was corrected on 4 November 2026; the corrected text is "
        "quoted."
    )
    refused = run("ask", "How many seals did wardens count on 3 January 2024?", *options)
    lifted = "Nothing was found for “3 January 2024”, so articles of other days are shown."
    assert refused.exit_code == 3 and lines_of(refused.stdout)[-1] == lifted


# Info, rebuild, remove


def test_info(archive: Path) -> None:
    text = run("info", "--index", archive).stdout
    for fact in ("95 (1 withdrawn), 101 versions", "2025-09-09 to 2026-", "0 with a vector (0 %)", "33  Merrow Press"):
        assert fact in text
    data = json.loads(run("info", "--index", archive, "--json").stdout)
    assert data["articles"] == 95 and data["index"] == str(archive)


def test_rebuild_makes_lost_files_anew(copy: Path, quick_model: None) -> None:
    run("embed", "--index", copy)
    result = run("rebuild", "--index", copy)
    assert result.exit_code == 0 and "Made anew" in result.stdout
    data = json.loads(run("rebuild", "--index", copy, "--json").stdout)
    assert data["embedded"] == data["passages"]


def test_remove_names_what_was_not_there(copy: Path, tmp_path: Path) -> None:
    listed = tmp_path / "ids.txt"
    listed.write_text("lt-2025-09-12-north-quay-sums\n\nnot-there\n", encoding="utf-8")
    result = run("remove", "mpa-2025-09-09-north-quay-plan", "--from-file", listed, "--index", copy)
    assert result.exit_code == 3
    assert result.stdout == "2 articles removed.\n" and result.stderr == "Not in the index: not-there\n"
    assert json.loads(run("info", "--index", copy, "--json").stdout)["articles"] == 93
    again = run("remove", "mpa-2025-09-09-north-quay-plan", "--index", copy, "--json")
    assert again.exit_code == 3
    assert json.loads(again.stdout) == {"removed": [], "not_found": ["mpa-2025-09-09-north-quay-plan"]}
    assert run("remove", "--index", copy).exit_code == 2
    listed.write_bytes(b"\xff\xfe")
    assert "not UTF-8" in run("remove", "--from-file", listed, "--index", copy).stderr


# Errors


def test_a_missing_index_is_one_paragraph_with_the_cure(tmp_path: Path) -> None:
    for command in (["info"], ["embed"], ["search", "x"], ["ask", "x"], ["chat"], ["rebuild"], ["remove", "x"]):
        result = run(*command, "--index", tmp_path / "nope")
        assert result.exit_code == 1 and result.stdout == ""
        assert result.stderr.count("\n") == 1 and "qa index ARTICLES" in result.stderr


def test_a_locked_or_damaged_index(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_LOCK_SECONDS", "0.1")
    with FolderLock(copy, "writer", "writing to the index").held(1):
        result = run("remove", "some-id", "--index", copy)
    assert result.exit_code == 1 and f"process {os.getpid()}" in result.stderr
    (copy / "dateline.sqlite3").write_bytes(b"no database" * 1000)
    result = run("info", "--index", copy)
    assert result.exit_code == 1 and "damaged" in result.stderr and "Nothing was changed" in result.stderr


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("odd\nand long"), "ValueError: odd. Run the command again with --verbose"),
        (OSError(28, "No space left on device", "/full"), "No space left on device (/full)"),
        (MemoryError(), "MemoryError: no further word."),
    ],
)
def test_the_unexpected_is_one_line(
    error: Exception, message: str, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Index) -> None:
        raise error

    monkeypatch.setattr(Index, "stats", fail)
    result = run("info", "--index", archive)
    assert result.exit_code == 1
    assert message in result.stderr and result.stderr.count("\n") == 1


def test_settings_come_from_the_environment(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QA_INDEX", str(archive))
    assert json.loads(run("info", "--json").stdout)["articles"] == 95
    monkeypatch.setenv("QA_COLOUR", "red")
    result = run("info")
    assert result.exit_code == 1 and "Unknown setting 'colour'" in result.stderr


def test_warnings_and_verbose_go_to_stderr(copy: Path) -> None:
    for file in (copy / "lexical").iterdir():
        file.write_bytes(b"damaged")
    code, out, err = finish(start("info", "--json", "--index", copy))
    assert code == 0 and json.loads(out)["articles"] == 95
    assert "qa: warning: " in err and "made anew" in err
    process = start("info", "--verbose", env=os.environ | {"QA_INDEX": "/nowhere"})
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1 and "Traceback" in err and "IndexNotFoundError" in err
    code, _, err = finish(start("info", "--index", copy, env=os.environ | {"QA_LOG": "loud"}))
    assert code == 1 and "QA_LOG" in err


# Text that would steer the terminal

EVIL = "\x9b31m\x85[bold red]Plain[/] \u202etext\u2028here"


def test_article_text_cannot_steer_the_terminal(tmp_path: Path, quick_model: None) -> None:
    story = {
        "id": "evil\x9b2J", "title": f"Title {EVIL}", "text": f"The harbour {EVIL} burnt down at the old mill.",
        "source": f"Gull {EVIL}", "url": f"https://x.example/{EVIL}", "published": "2026-01-02",
        "authors": ["Ann \x9b Lee"],
    }  # fmt: skip
    file = write_articles(tmp_path / "a.jsonl", story, {"id": "bad\x9b2J", "text": "\x9b x", "published": "\x9b31m"})
    folder = tmp_path / "new"
    outputs = [
        run("index", file, "--index", folder, "--no-embed"),
        run("index", file, "--index", folder, "--no-embed", "--json"),
        run("search", "harbour burnt", "--index", folder),
        run("search", "harbour burnt", "--index", folder, "--json"),
        run("ask", "What burnt down at the old mill?", "--index", folder, "--passages"),
        run("ask", "Which zebra sang at the harbour?", "--index", folder),
        run("search", "harbour", "--source", "\x1b[31mCNN", "--lexical", "--index", folder),
        run("info", "--index", folder),
        run("remove", "\x1b[2J", "--index", folder),
        run("search", "What did Ann Lee write of harbours?", "--ignore", "\x9b", "--explain", "--index", folder),
    ]
    for result in outputs:
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", result.stdout + result.stderr), result
    assert "[bold red]Plain[/]" in outputs[2].stdout and "[bold red]Plain[/]" in outputs[4].stdout
    assert json.loads(outputs[3].stdout)["hits"][0]["article"]["id"] == "evil\x9b2J"
    assert "author: Ann Lee, preferred" in outputs[-1].stdout and "ignored: “ ”" in outputs[-1].stdout


def test_safe_keeps_words_apart() -> None:
    assert printing.one_line("a\x85b\x1b[1mc\td\ne\ud800f") == "a b [1mc d e f"


def test_an_answer_in_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    story = Article("a", "Mill sold", "Ada spoke. She sold it on Thursday.", "The Gull", datetime.date(2026, 7, 13))
    sentences = (
        Sentence("She sold it on Thursday.", Citation(story, 11, 35, 1), 1.0),
        Sentence("Ada spoke.", Citation(story, 0, 10, 2), 0.0, leads_to=1),
    )
    short = ShortAnswer("Thursday", "date", 1, 26, 34, "9 July 2026")
    conflict = Conflict("date", "Outlets disagree\x1b[2J.", (1, 2))
    query = Query("When?", 5, Filters(), datetime.date(2026, 7, 14))
    answer = Answer("", sentences, (), query, False, "", 1.0, {}, short=short, conflicts=(conflict,))
    printing.show_answer(answer)
    assert capsys.readouterr().out.split("\n\n")[:4] == [
        "Thursday [9 July 2026, computed from the article’s date] [1]",
        "“She sold it on Thursday.” [1]",
        "“Ada spoke.” [2] (just before [1])",
        "Outlets disagree [2J.",
    ]


def test_what_a_language_model_wrote_in_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    story = Article("a", "Mill sold", "Ada sold it.", "The Gull", datetime.date(2026, 7, 13))
    sentence = Sentence("Ada sold it.", Citation(story, 0, 12, 1), 1.0)
    query = Query("Who?", 5, Filters(), datetime.date(2026, 7, 14))
    written = (Statement("Ada sold\x1b[2J it [1].", (1,)), Statement("She won.", (), False, ("it cites no passage",)))
    printing.show_answer(Answer("", (sentence,), (), query, False, "", 1.0, {}, written=written, model="tiny\x07"))
    assert capsys.readouterr().out.split("\n\n")[:2] == [
        "Ada sold [2J it [1]. She won. (not borne out: it cites no passage)",
        "Written by tiny; each sentence was checked against these quotations:\n“Ada sold it.” [1]",
    ]


def test_a_terminal_without_unicode_gets_escapes(archive: Path) -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "QA_INDEX": str(archive)}
    code, out, _ = finish(start("search", "--lexical", "forecast merely convenient", env=environment))
    assert code == 0 and "\\u201c" in out
    code, out, _ = finish(start("search", "--lexical", "forecast merely convenient", "--json", env=environment))
    assert code == 0 and "“" in json.loads(out)["hits"][0]["text"]


# Ctrl-C, pipes, terminals


def test_ctrl_c_while_reading_leaves_an_index_that_opens(tmp_path: Path, sample_file: Path) -> None:
    records = [json.loads(line) for line in sample_file.read_text(encoding="utf-8").splitlines()]
    many = [record | {"id": f"{record['id']}-{copy}"} for copy in range(150) for record in records]
    file = write_articles(tmp_path / "many.jsonl", *many)
    folder = tmp_path / "new"
    process = start("index", file, "--index", folder)
    wait_until(lambda: passage_count(folder) > 0)
    process.send_signal(signal.SIGINT)
    code, out, err = finish(process)
    assert (code, out) == (130, "")
    assert "The articles read so far are safe" in err
    with Index(folder, Config()) as index:
        assert 0 < index.stats().articles < 95 * 150
        assert index.retrieve("quay", dense=False)
    assert Store(folder).integrity() == "ok"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="only Linux tells what a process has loaded so far")
def test_ctrl_c_during_heavy_imports(archive: Path) -> None:
    process = start("ask", QUAY, "--index", archive)
    # Torch is being loaded, however long a busy machine took to come so far.
    wait_until(lambda: "libtorch" in Path(f"/proc/{process.pid}/maps").read_text())
    process.send_signal(signal.SIGINT)
    code, out, err = finish(process)
    assert (code, out) == (130, "")
    assert err == "Stopped. What was written is safe.\n"


@pytest.mark.slow
def test_ctrl_c_while_encoding_with_the_real_model(copy: Path) -> None:
    process = start("embed", "--index", copy, env=os.environ | {"QA_ENCODE_WINDOW": "8", "QA_ENCODE_SLICE": "8"})

    def vectors() -> int:
        with Index(copy, Config()) as index:
            return index.embed_progress().done

    wait_until(lambda: vectors() > 0, 120)
    process.send_signal(signal.SIGINT)
    code, _, err = finish(process)
    assert code == 130 and "`qa embed` goes on from there" in err
    done = vectors()
    assert done > 0
    code, out, _ = finish(start("embed", "--limit", "8", "--index", copy, "--json"))
    assert code == 0 and json.loads(out)["embedded"] >= done + 8


def signalled(program: str, *delays: float) -> tuple[int, str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stdout and process.stdout.readline() == "ready\n"
    for delay in delays:
        time.sleep(delay)
        process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    return process.returncode, out


STUBBORN = """
import signal, sys, time
{before}
from qa.cli.interrupts import INTERRUPTS
INTERRUPTS.watch()
{after}
print("ready", flush=True)
started = time.monotonic()
while time.monotonic() < started + {seconds}:
    try:
        time.sleep({seconds})
    except KeyboardInterrupt:
        print("first", flush=True)
"""


def test_a_second_ctrl_c_quits_at_once() -> None:
    started = time.monotonic()
    assert signalled(STUBBORN.format(before="", after="", seconds=20), 0.1, 0.3) == (130, "first\n")
    assert time.monotonic() - started < 10


def test_an_ignored_ctrl_c_stays_ignored_and_a_late_one_keeps_the_code() -> None:
    ignored = STUBBORN.format(before="signal.signal(signal.SIGINT, signal.SIG_IGN)", after="", seconds=1)
    assert signalled(ignored, 0.1) == (0, "")
    late = STUBBORN.format(before="", after="INTERRUPTS.ignore_from_now_on(3)", seconds=20)
    assert signalled(late, 0.1) == (3, "")


def test_a_closed_pipe_is_no_error(archive: Path) -> None:
    process = start(
        "search", "--lexical", "quay council fire bank", "-k", "100", "--as-of", SHORTLY_AFTER, "--index", archive
    )
    assert process.stdout and process.stderr
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(60) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_an_error(archive: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "qa", "info", "--index", archive], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 1
    assert "No space left" in done.stderr and "Traceback" not in done.stderr


def at_a_terminal(*args: object) -> str:
    """All that a person would see."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", COLUMNS="60")
        os.execv(sys.executable, [sys.executable, "-m", "qa", *map(str, args)])
    seen = b""
    with contextlib.suppress(OSError):  # how Linux ends a terminal
        while chunk := os.read(terminal, 65536):
            seen += chunk
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    return seen.decode()


@pytest.mark.slow
def test_progress_and_bold_at_a_terminal_only(tmp_path: Path, sample_file: Path, archive: Path) -> None:
    seen = at_a_terminal("index", sample_file, "--index", tmp_path / "new", "--no-embed")
    assert "101 records read" in seen and "\x1b[?25h" in seen
    seen = at_a_terminal("search", "--lexical", "quay", "--index", archive)
    assert "\x1b[1m" in seen
    passages = [line for line in seen.splitlines() if re.match(r"   \w", line)]
    assert len(passages) > 10 and all(len(line) <= 60 for line in passages)
    assert "\x1b" not in run("search", "--lexical", "quay", "--index", archive).stdout


# Chat


def test_the_sample_archive_is_made_once_without_encoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qa.encoder, "_load_model", lambda config: pytest.fail("the model was loaded"))
    config = Config(index=str(tmp_path / "sample"), lock_seconds=0.1)
    with chat.open_sample(config) as index:
        assert index.stats().articles == 95
    with chat.open_sample(config) as index:
        assert index.report.unchanged == 101
    with FolderLock(tmp_path / "sample", "writer", "writing to the index").held(1), chat.open_sample(config) as index:
        assert index.stats().articles == 95


def test_chat_hands_its_options_on(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[dict[str, Any]] = []

    def serve(open_index: Callable[[], Index], config: Config, **options: Any) -> None:
        calls.append({"config": config, **options})
        options["ready"]("http://127.0.0.1:1/")

    monkeypatch.setitem(sys.modules, "qa.web.app", type(sys)("qa.web.app"))
    monkeypatch.setattr(sys.modules["qa.web.app"], "serve", serve, raising=False)
    monkeypatch.chdir(tmp_path)
    result = run("chat", "--index", archive, "--port", "8123", "--host", "0.0.0.0", "--no-embed", "--open")
    assert result.exit_code == 0 and "http://127.0.0.1:1/" in result.stdout
    assert (calls[0]["host"], calls[0]["port"], calls[0]["embed"], calls[0]["open_browser"]) == (
        "0.0.0.0", 8123, False, True,
    )  # fmt: skip
    monkeypatch.setenv("QA_INDEX", str(archive))
    run("chat", "--sample", "--editor")
    assert (calls[0]["access"].editor, calls[1]["access"].editor) == (False, True)
    assert calls[1]["config"].index == "index/sample" and calls[1]["examples"]
    run("chat", "--sample", "--index", "other")
    assert calls[2]["config"].index == "other" and calls[2]["embed"] is True


def test_chat_without_an_index_says_so_before_gradio_loads(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFoundError):
        chat.require_index(Config(index=str(tmp_path)))


@pytest.mark.slow
def test_chat_serves_until_ctrl_c(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = start("chat", "--sample", "--port", port, "--no-embed", cwd=tmp_path)
    assert process.stdout
    line = process.stdout.readline()
    assert f"http://127.0.0.1:{port}" in line
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as page:
        assert page.status == 200
    process.send_signal(signal.SIGINT)
    code, _, err = finish(process)
    assert (code, err) == (0, "")
    assert (tmp_path / "index" / "sample" / "dateline.sqlite3").exists()
