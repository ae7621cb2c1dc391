"""Every state of the page as axe-core sees it: WCAG 2.1, levels A and AA, light and dark, wide and narrow."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
_SPEC = importlib.util.spec_from_file_location("page_states", ROOT / "benchmarks/page_states.py")
assert _SPEC and _SPEC.loader
page_states = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = page_states
_SPEC.loader.exec_module(page_states)

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
FATAL = ("serious", "critical")
WIDTHS, SCHEMES = (1440, 390), ("light", "dark")
# Nothing is fetched: axe would ask for stylesheets again.
RUN = """async (rules) => (await axe.run(document, {
    runOnly: {type: "tag", values: rules}, resultTypes: ["violations"], preload: false,
})).violations"""
FAULTY = '<button></button><p style="color: #eee">pale words</p>'


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with page_states.staged(tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            browser = page_states.chromium(playwright)
        except Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"No browser here: {error}")
        yield browser
        browser.close()


def violations(page: Any) -> Iterator[str]:
    """What axe-core finds, a line for each element: how grave, which rule, where, and why."""
    for rule in page.evaluate(RUN, RULES):
        for node in rule["nodes"]:
            why = " ".join(node["failureSummary"].split())
            yield f"{node['impact']} {rule['id']} at {' '.join(map(str, node['target']))}: {why}"


@pytest.mark.parametrize("state", page_states.STATES, ids=lambda state: state.name)
def test_axe_finds_nothing_serious(browser: Any, stage: Any, state: Any) -> None:
    found = []
    with page_states.opened(browser, stage, state) as page:
        page.evaluate(Path(AXE_FILE_PATH).read_text("utf-8"))
        for width in WIDTHS:
            for scheme in SCHEMES:
                page_states.show_in(page, width, scheme)
                found += [f"{scheme}, {width} pixels: {each}" for each in violations(page) if each.startswith(FATAL)]
    assert not found, "\n".join(found)


def test_axe_would_find_something(browser: Any, stage: Any) -> None:
    with page_states.opened(browser, stage, page_states.STATES[0]) as page:
        page.evaluate(Path(AXE_FILE_PATH).read_text("utf-8"))
        page.evaluate("faulty => document.body.insertAdjacentHTML('beforeend', faulty)", FAULTY)
        found = "\n".join(violations(page))
    assert "critical button-name" in found and "serious color-contrast" in found
