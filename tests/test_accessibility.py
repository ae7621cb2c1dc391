"""Accessibility: every state as axe-core sees it (WCAG 2.1 A and AA), the keyboard, the focus, motion, what is told."""

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
# Each width and each scheme is looked at in every state; all four pairs would take twice as long.
VIEWS = ((1440, "light"), (390, "dark"))
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
        for width, scheme in VIEWS:
            page_states.show_in(page, width, scheme)
            found += [f"{scheme}, {width} pixels: {each}" for each in violations(page) if each.startswith(FATAL)]
    assert not found, "\n".join(found)


def test_axe_would_find_something(browser: Any, stage: Any) -> None:
    with page_states.opened(browser, stage, page_states.STATES[0]) as page:
        page.evaluate(Path(AXE_FILE_PATH).read_text("utf-8"))
        page.evaluate("faulty => document.body.insertAdjacentHTML('beforeend', faulty)", FAULTY)
        found = "\n".join(violations(page))
    assert "critical button-name" in found and "serious color-contrast" in found


# The keyboard, the focus, motion, and what screen readers are told


ANSWERED = next(state for state in page_states.STATES if state.name == "conflict")
FOCUSED = "document.activeElement"


@pytest.fixture(scope="module")
def answered(browser: Any, stage: Any) -> Iterator[Any]:
    """A page with an answer of two citations."""
    with page_states.opened(browser, stage, ANSWERED) as page:
        assert page.locator(".answer button.number").count() == 2
        yield page


def test_arrows_walk_the_citations_and_escape_leads_back(answered: Any) -> None:
    page = answered
    numbers = page.locator(".answer button.number")

    def number() -> str:
        return str(page.evaluate(f"{FOCUSED}.matches('button.number') ? {FOCUSED}.textContent : {FOCUSED}.id"))

    numbers.first.focus()
    walked = []
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
        walked.append(number())
    assert walked == ["2", "1", "2", "1", "2"]
    page.keyboard.press("Enter")
    assert number() == "evidence-1-2"
    page.keyboard.press("ArrowDown")
    assert number() == "evidence-1-1"
    page.keyboard.press("ArrowRight")
    assert number() == "evidence-1-2"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    assert number() == "1"
    page.keyboard.press("Escape")
    assert page.evaluate(f"{FOCUSED}.matches('#question textarea')")


def test_escape_closes_what_was_opened(answered: Any) -> None:
    page = answered
    for opened in (".chip", "#evidence-column"):
        summary = page.locator(f"{opened} summary").last
        summary.press("Enter")
        assert page.locator(f"{opened} details[open]").count() == 1
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        assert page.locator(f"{opened} details[open]").count() == 0
        assert page.evaluate(f"{FOCUSED}.tagName") == "SUMMARY"


def test_arrows_in_a_field_move_in_its_text_alone(answered: Any) -> None:
    page = answered
    page.fill("#question textarea", "And now")
    page.press("#question textarea", "ArrowLeft")
    page.press("#question textarea", "Escape")
    page.keyboard.type("?")
    assert page.input_value("#question textarea") == "And no?w"
    page.fill("#question textarea", "")


def test_the_focus_goes_through_the_page_as_it_is_read_and_is_seen_everywhere(answered: Any) -> None:
    page = answered
    page.locator(".chip summary").first.focus()
    stops = []
    for _ in range(60):
        stop, style, width, colour = page.evaluate(
            f"""() => {{
                const style = getComputedStyle({FOCUSED});
                const inside = {FOCUSED}.closest("#chat, #question, #buttons, #filters, #saving, #evidence-column");
                return [inside?.id ?? "", style.outlineStyle, style.outlineWidth, style.outlineColor];
            }}"""
        )
        if not stop:
            break
        assert (style, width, colour) == ("solid", "2px", "rgb(125, 32, 24)"), stop
        stops.append(stop)
        page.keyboard.press("Tab")
    assert list(dict.fromkeys(stops)) == ["chat", "question", "buttons", "filters", "saving", "evidence-column"]
    assert stops == sorted(stops, key=list(dict.fromkeys(stops)).index)


def test_screen_readers_are_told_what_things_are(answered: Any) -> None:
    page = answered
    assert page.evaluate("document.documentElement.lang") == "en" and page.title() == "Dateline"
    names = [button.get_attribute("aria-label") for button in page.locator(".answer button.number").all()]
    assert names[:2] == [
        "Citation 1: Thousands march in Skellhaven for ferry crews, The Tarnvik Courier",
        "Citation 2: FERRY CROSS: 14,000 bring Skellhaven to a standstill, The Daily Gull",
    ]
    # Answers come up inside of a live region, and so does how much was found.
    assert page.locator("[role=log][aria-live=polite] .answer").count() == 1
    assert page.locator("#evidence-column [role=status]").text_content().startswith(f"{len(names)} citations, ")
    assert page.locator(".answer blockquote p[lang=en]").count() == len(names)


@pytest.mark.parametrize(("wish", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_where_that_is_not_wanted(browser: Any, stage: Any, wish: str, moves: bool) -> None:
    searching = next(state for state in page_states.STATES if state.name == "searching")
    with page_states.opened(browser, stage, searching) as page:
        page.emulate_media(reduced_motion=wish)
        running = "document.getAnimations().filter(each => each.playState === 'running').length"
        assert (page.evaluate(running) > 0) is moves
