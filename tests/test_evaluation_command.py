"""`qa eval`: a data set on disk to tables, JSON, a page and runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import ROOT, HashingEncoder, HashingSelector
from typer.testing import CliRunner

import qa.encoder
import qa.evaluation.scorers
import qa.index
from qa.cli.app import app

RUNNER = CliRunner()
GOLDEN = ROOT / "tests" / "data" / "golden.jsonl"


def run(*args: object) -> Any:
    return RUNNER.invoke(app, ["eval", *(str(arg) for arg in args)], prog_name="qa")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three articles and as many questions; the words of the third one stand in none of them."""
    articles = [
        {"id": "quay", "title": "Quay", "text": "The council voted for the quay.", "date": "2026-03-01"},
        {"id": "fire", "title": "Fire", "text": "A marten burnt the substation.", "date": "2026-03-02"},
        {"id": "rain", "title": "Rain", "text": "It rained for nine days.", "date": "2026-03-03"},
    ]
    questions: list[dict[str, Any]] = [
        {
            "id": "one",
            "question": "Who voted for the quay?",
            "article_ids": ["quay"],
            "type": "who",
            "date": "2026-03-04",
        },
        {"id": "two", "question": "What burnt the substation?", "article_ids": ["fire", "gone"], "type": "what"},
        {"id": "three", "question": "Zanzibar xylophone?", "article_ids": ["rain"], "type": "what"},
        {"id": "four", "question": "Unanswerable?", "article_ids": []},
    ]
    folder = tmp_path / "set"
    folder.mkdir()
    for name, rows in (("articles", articles), ("questions", questions)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def test_from_a_folder_to_figures(folder: Path, tmp_path: Path) -> None:
    json_file, html_file, run_file = (tmp_path / name for name in ("out.json", "out.html", "out.run"))
    result = run(folder, "--lexical", "--json", json_file, "--html", html_file, "--run", run_file)
    assert result.exit_code == 0, result.stderr
    # MRR 2/3: two questions find their article first, one finds nothing.
    mrr = next(line.split() for line in result.stdout.splitlines() if line.split()[:1] == ["MRR"])
    assert mrr[1] == "0.667"
    assert "as of the day of each question" in result.stdout and "no day given" in result.stdout
    assert "Questions left out: 1 (four: it has no relevant article)." in result.stderr
    assert "does not hold: 1 (gone). Questions that have no other one, and count as not found: 0." in result.stderr
    value = json.loads(json_file.read_text())
    assert [each["name"] for each in value["runs"]] == ["as of the day of each question", "no day given"]
    assert value["runs"][0]["overall"]["figures"]["recall@10"]["mean"] == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert value["index"]["made"] is True and value["index"]["missing"] == ["gone"]
    assert value["settings"] == {"passages asked for": 20, "search": "by words alone"}
    assert "<svg" in html_file.read_text()
    assert run_file.read_text().startswith("one Q0 quay 1 ")
    other = tmp_path / "out-no-day-given.run"
    compared = run(folder, "--compare", run_file, other)
    assert compared.exit_code == 0
    assert "Compared over 2 questions" in compared.stdout and "1.0000" in compared.stdout
    assert "Questions that neither run has, and that are left out: 1 (three)." in compared.stderr


def test_vectors_take_part_unless_they_are_not_wanted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qa.index, "Encoder", HashingEncoder)
    monkeypatch.setattr(qa.index, "load_selector", lambda encoder: HashingSelector())
    without = run(folder, "--no-embed", "--as-of", "none", "--json", "-")
    assert without.exit_code == 0, without.stderr
    assert json.loads(without.stdout)["index"]["embedded"] == 0
    result = run(folder, "--as-of", "2026-03-05", "--as-of", "none", "--limit", "1", "--json", "-")
    value = json.loads(result.stdout)
    assert value["index"]["embedded"] == value["index"]["passages"] == 3
    assert [each["name"] for each in value["runs"]] == ["as of 2026-03-05", "no day given"]
    assert value["data_set"]["questions"] == 1


def test_usage_and_errors(folder: Path, tmp_path: Path) -> None:
    assert run(folder, "--as-of", "yesterday").exit_code == 2
    (folder / "questions.jsonl").write_text('{"question": "Who?", "article_ids": ["quay"]}\n')
    undated = run(folder, "--lexical", "--as-of", "question")
    assert undated.exit_code == 2 and "No question of this data set has a day" in undated.stderr
    kept = run(folder, "--compare", "a.run", "b.run", "--run", tmp_path / "c.run")
    assert kept.exit_code == 2 and "there is no run to keep" in kept.stderr
    nothing = run(tmp_path)
    assert nothing.exit_code == 1 and "no data set that is known here" in nothing.stderr
    for other in (["--lexical"], ["--compare", "a.run", "b.run"]):
        unanswered = run(folder, "--answers", *other)
        assert unanswered.exit_code == 2 and "nothing is answered" in unanswered.stderr
    unwritable = run(folder, "--lexical", "--html", tmp_path / "no" / "where.html")
    assert unwritable.exit_code == 1 and "where.html" in unwritable.stderr
    assert not (folder / ".dateline").exists(), "that is found out before anything is measured"


def test_names_from_files_cannot_steer_the_terminal(folder: Path) -> None:
    rows = [
        {"id": f"q\x1b[31m{number}", "question": "quay?", "article_ids": ["quay"], "type": f"[red]\x9b{number}"}
        for number in range(2)
    ]
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = run(folder, "--lexical")
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout + result.stderr and "\x9b" not in result.stdout
    assert "[red] 0" in result.stdout


def test_answers_are_measured_too(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qa.index, "Encoder", HashingEncoder)
    monkeypatch.setattr(qa.index, "load_selector", lambda encoder: HashingSelector())
    rows: list[dict[str, Any]] = [
        {
            "id": "one", "question": "Who voted for the quay?", "article_ids": ["quay"], "type": "who",
            "answers": ["the council"], "sentences": ["The council voted for the quay."],
        },
        {"id": "two", "question": "Zanzibar xylophone?", "article_ids": [], "type": "unanswerable"},
    ]  # fmt: skip
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    json_file, html_file = tmp_path / "out.json", tmp_path / "out.html"
    result = run(folder, "--answers", "--json", json_file, "--html", html_file)
    assert result.exit_code == 0, result.stderr
    shown = [re.split(r"\s{2,}", line.strip()) for line in result.stdout.splitlines()]
    assert ["answer in the first 1", "1", "1.000 (1.000 to 1.000)"] in shown
    assert ["refused, unanswerable", "1", "1.000 (1.000 to 1.000)"] in shown
    assert ["quoted sentences that are verbatim", "1.000 (1 of 1)"] in shown
    assert "1 more that the articles do not answer" in result.stdout and "left out" not in result.stderr
    assert any("an answer" in cells[0] and cells[-1].endswith(" ms") for cells in shown)
    value = json.loads(json_file.read_text())
    (answers,) = value["answers"]
    assert [(row["question"], row["refused"]) for row in answers["questions"]] == [("one", False), ("two", True)]
    assert answers["overall"]["figures"]["sentence first"]["figure"]["mean"] == 1
    assert answers["refusal"]["auc"] == 1 and len(answers["refusal"]["curve"]) == 3
    assert value["data_set"]["unanswerable"] == 1 and value["settings"]["passages asked for an answer"] == 5
    page = html_file.read_text()
    assert "Refused at each threshold" in page and page.count("<svg") == 4
    assert "only --answers asks: 1 (two)" in run(folder, "--lexical").stderr


def test_a_file_of_labelled_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "labelled.jsonl"
    row = {"question_id": "q", "question": "Who won?", "sentences": ["It rained.", "Ann won."], "labels": [0, 1]}
    file.write_text(json.dumps(row) + "\n")
    monkeypatch.setattr(qa.encoder, "Encoder", HashingEncoder)

    def scorer() -> Any:
        return lambda question, sentences, titles: np.array([1, 0], np.float32)

    monkeypatch.setattr(qa.evaluation.scorers, "selector_scorer", scorer)
    result = run(file, "--json", tmp_path / "out.json")
    assert result.exit_code == 0, result.stderr
    shown = [re.split(r"\s{2,}", line.strip()) for line in result.stdout.splitlines()]
    assert ["words in common, by IDF", "1", "1", "1.000", "1.000", "1.000", "–"] in shown
    assert ["selector", "1", "1", "0.500", "0.500", "0.000", "–"] in shown
    scorers = json.loads((tmp_path / "out.json").read_text())["scorers"]
    assert scorers["selector"]["mean_reciprocal_rank"] == 0.5
    assert json.loads(run(file, "--json", "-").stdout)["scorers"] == scorers
    assert run(file, "--html", tmp_path / "out.html").exit_code == 2


@pytest.mark.slow
def test_golden_questions_on_the_sample_archive(tmp_path: Path, sample_file: Path) -> None:
    (tmp_path / "articles.jsonl").symlink_to(sample_file)
    result = run(tmp_path, "--questions", GOLDEN, "--as-of", "question", "--json", "-")
    value = json.loads(result.stdout)
    assert value["index"]["embedded"] == value["index"]["passages"] > 95
    assert value["index"]["missing"] == []
    figures = value["runs"][0]["overall"]["figures"]
    # The search finds an answering article among the first five for nearly all of them (benchmarks/README.md).
    assert figures["hit@10"]["mean"] > 0.9 and figures["hit@1"]["mean"] > 0.6
    assert set(value["runs"][0]["types"]) == {row["type"] for row in value["runs"][0]["questions"]}
