"""The README is true: its examples run, and its tables say what the code says."""

from __future__ import annotations

import dataclasses
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

import qa.errors
from qa.cli.app import app
from qa.config import Config
from qa.formats import ENDINGS, FIELD_ALIASES

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMAND = Path(sys.executable).parent / "qa"


def section(title: str) -> str:
    """What stands under a heading of the second or third level, up to the next one of its level or higher."""
    found = re.search(rf"^(##+) {re.escape(title)}$(.*?)(?=^##? |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"the README has no section {title!r}"
    return found[2]


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def rows(text: str) -> list[list[str]]:
    """The cells of all table rows but headings, without backticks."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory, sample_file: Path) -> Path:
    """A folder that looks like a clone to the README's examples."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / "qa" / "sample").mkdir(parents=True)
    shutil.copy(sample_file, folder / "qa" / "sample")
    return folder


def examples() -> list[tuple[str, int, list[str]]]:
    """The README's `$ qa` lines, each with its exit code (0, or what `echo $?` shows after it) and its output."""
    found = []
    for block in blocks("console"):
        for command, rest in re.findall(r"^\$ (qa .*)\n((?:(?!\$ qa).*\n)*)", block, re.MULTILINE):
            shown = re.search(r"^\$ echo \$\?\n(\d+)$", rest, re.MULTILINE)
            if not command.startswith("qa chat"):
                output = rest.split("$ echo")[0].splitlines()
                found.append((command, int(shown[1]) if shown else 0, output))
    return found


@pytest.mark.slow
def test_console_examples_run(workplace: Path) -> None:
    assert len(examples()) >= 6
    for command, expected, output in examples():
        done = subprocess.run(
            [COMMAND, *shlex.split(command)[1:]], cwd=workplace, capture_output=True, text=True, timeout=250
        )
        assert done.returncode == expected, f"{command}\n{done.stdout}\n{done.stderr}"
        assert done.stdout and "Traceback" not in done.stderr
        for line in output:
            assert line in done.stdout.splitlines(), command


@pytest.mark.slow
def test_python_examples_run(workplace: Path) -> None:
    program = "\n".join(blocks("python"))
    assert program.count("import qa") >= 3
    done = subprocess.run([sys.executable, "-c", program], cwd=workplace, capture_output=True, text=True, timeout=250)
    assert done.returncode == 0, done.stderr
    assert "95 articles added" in done.stdout


def test_what_the_examples_print_is_in_the_sample(sample_file: Path) -> None:
    sample = sample_file.read_text(encoding="utf-8")
    quoted = re.findall(r"^“(.+)” \[\d\]$", README, re.MULTILINE)
    assert quoted
    for sentence in quoted:
        assert sentence in sample


def commands() -> dict[str, Any]:
    return dict(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def options(command: Any) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts if name.startswith("-")}


def test_every_command_and_option_is_in_the_readme_and_the_reverse() -> None:
    text = section("The command line")
    assert {cell.split()[1] for row in rows(text) for cell in code(row[0]) if cell.startswith("qa ")} == set(commands())
    known = {option for command in commands().values() for option in options(command)} | options(
        typer.main.get_command(app)
    )
    described = {option for row in rows(text) for cell in code(row[0]) for option in cell.split()[:1] if cell[0] == "-"}
    assert described == known | {"--help"}


def test_the_readme_says_which_command_has_an_option() -> None:
    for cells in rows(section("The command line")):
        named = [cell.split()[0] for cell in code(cells[0]) if cell.startswith("-")]
        of = cells[1]
        if not named or of == "`qa`":
            continue
        having = {name for name, command in commands().items() if options(command) & set(named)}
        others = set(commands()) - set(code(of))
        assert having == (others if "all but" in of else set(code(of)) or others), named


def test_settings_are_those_of_the_code() -> None:
    described = {code(row[0])[0]: row[1] for row in rows(section("Settings")) if code(row[0])}
    defaults = {field.name: field.default for field in dataclasses.fields(Config)}
    assert described == {name: f"`{value}`" if value != "" else "empty" for name, value in defaults.items()}


def test_fields_and_endings_are_those_of_the_code() -> None:
    text = section("What it reads")
    described = {row[0]: tuple(code(row[1])) for row in rows(text) if code(row[1])}
    assert described == FIELD_ALIASES
    for ending in ENDINGS:
        assert f"`{ending}`" in text


def test_errors_are_those_of_the_code() -> None:
    text = section("Errors")
    described = {code(row[0])[0] for row in rows(text) if code(row[0])}
    known = {name for name, value in vars(qa.errors).items() if isinstance(value, type)}
    assert described == known - {"DatelineError"}
    assert "DatelineError" in text


def test_exit_codes_are_those_of_the_help() -> None:
    epilog = str(typer.main.get_command(app).epilog)  # type: ignore[attr-defined]
    described = [row[0] for row in rows(section("Exit codes")) if row[0].isdigit()]
    assert described == re.findall(r"\b(\d+) (?:done|an error|wrong|nothing|stopped)", epilog)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "index/README.md"])
def test_links_lead_to_files(page: str) -> None:
    path = ROOT / page
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), f"{page} names {target}, which is not there"
