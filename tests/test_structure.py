"""The house: a module imports only from floors below its own, stays small, and `import qa` stays quick."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "qa"
LONGEST_MODULE = 400
LONGEST_FUNCTION = 50

# Modules of one folder (formats, web, cli) share a floor and may import each other.
FLOORS = {
    "errors": 0, "fitted": 0, "migrations": 0, "records": 0,
    "config": 1, "database": 1, "duplicates": 1, "durable": 1, "formats": 1, "locking": 1, "mention_words": 1,
    "rows": 1, "sentences": 1, "timex": 1,
    "comparisons": 2, "conversations": 2, "encoder": 2, "feedback": 2, "lexical": 2, "mentions": 2, "passages": 2,
    "proper_names": 2, "quantities": 2, "spoken_dates": 2, "store": 2, "vectors": 2,
    "answer_kinds": 3, "catalogue": 3, "embedding": 3, "followup": 3, "history": 3, "ingest": 3, "llm": 3, "parts": 3,
    "asked": 4, "derived": 4, "question": 4, "reading": 4,
    "ranking": 5, "selector": 5, "short_answers": 5, "withdrawn": 5,
    "candidates": 6, "conflicts": 6, "evidence": 6, "timeline": 6,
    "collapse": 7, "composing": 7,
    "answering": 8, "retrieval": 8,
    "index": 9,
    "evaluation": 10,
    "web": 11,
    "cli": 12,
    "__main__": 13,
}  # fmt: skip

# Libraries, and the only modules that may import each.
OWNERS = {
    "faiss": ("vectors",),
    "fastapi": ("web",),
    "gradio": ("web",),
    "httpx": ("formats",),
    "lxml": ("formats",),
    "openai": ("llm",),
    "pandas": ("web",),
    "pyarrow": ("formats",),
    "rich": ("cli",),
    "sentence_transformers": ("encoder",),
    "sqlite3": ("database", "store"),
    "starlette": ("web",),
    "tantivy": ("lexical",),
    "torch": ("encoder", "reading", "selector"),
    "transformers": ("encoder",),
    "typer": ("cli",),
    "uvicorn": ("web",),
}
HEAVY = (
    "torch", "faiss", "tantivy", "gradio", "sentence_transformers", "numpy", "typer", "rich", "pyarrow", "openai",
    "lxml", "httpx",
)  # fmt: skip


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def house_name(path: Path) -> str:
    """The name in the table: the module, or the folder that it lies in."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """All imports of a module, wherever they stand: (line, dotted name)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            if node.module == "qa":
                yield from ((node.lineno, f"qa.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, node.module or ""


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_floors_below(path: Path) -> None:
    own = house_name(path)
    if path == PACKAGE / "__init__.py":
        return
    assert own in FLOORS, f"{own} has no floor in FLOORS of tests/test_structure.py"
    for line, name in imported(path):
        if name != "qa" and not name.startswith("qa."):
            continue
        other = name.split(".")[1] if "." in name else "__init__"
        assert other in FLOORS, f"{path}:{line}: {name} is no module of the house; qa/__init__.py is for users only"
        assert other == own or FLOORS[other] < FLOORS[own], (
            f"{path}:{line}: {own} (floor {FLOORS[own]}) imports {other} (floor {FLOORS[other]})"
        )


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_library_is_imported_where_it_belongs(path: Path) -> None:
    for line, name in imported(path):
        owners = OWNERS.get(name.split(".")[0])
        assert owners is None or house_name(path) in owners, f"{path}:{line}: {name} belongs to {owners}"


def test_every_floor_is_lived_on() -> None:
    missing = set(FLOORS) - {house_name(path) for path in modules()}
    assert not missing, f"in FLOORS but not in qa/: {missing}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_MODULE, f"{path} is longer than {LONGEST_MODULE} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{path}:{node.lineno}: {node.name} has {length} lines"


def test_import_qa_loads_nothing_heavy() -> None:
    program = (
        "import sys, time; started = time.perf_counter(); import qa; took = time.perf_counter() - started\n"
        f"print(took, *[name for name in {HEAVY!r} if name in sys.modules])"
    )
    took, *loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()
    print(f"import qa took {float(took):.3f} s")
    assert not loaded
