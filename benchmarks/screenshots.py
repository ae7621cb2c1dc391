"""A screenshot of every state of the chat, at three widths, light and dark, and one page that shows them all.

    python benchmarks/screenshots.py                      # all of them, into docs/screenshots-out/
    python benchmarks/screenshots.py conflict refused     # only these states
    python benchmarks/screenshots.py --readme             # also replaces docs/screenshot.png, which the README shows

The states are those of page_states.py.
"""

from __future__ import annotations

import argparse
import html
import logging
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from page_states import STATES, PageState, chromium, opened, show_in, staged

DOCS = Path(__file__).parents[1] / "docs"
FOLDER = DOCS / "screenshots-out"
IN_README, README_STATE = DOCS / "screenshot.png", "corrected"
WIDTHS, SCHEMES = (1440, 1024, 390), ("light", "dark")
STYLE = """body { font: 15px/1.5 system-ui, sans-serif; margin: 24px; color: #222; background: #ddd; }
div { display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start; } img { border: 1px solid #999; }"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("states", nargs="*", metavar="STATE", help="; ".join(state.name for state in STATES))
    parser.add_argument("--readme", action="store_true", help="also replace the README's picture")
    arguments = parser.parse_args()
    named = set(arguments.states) | ({README_STATE} if arguments.readme and arguments.states else set())
    if unknown := named - {state.name for state in STATES}:
        parser.error(f"no such state: {', '.join(sorted(unknown))}")
    # The states bring about errors, whose traces belong into the log of a server.
    logging.getLogger("qa").setLevel(logging.CRITICAL)
    FOLDER.mkdir(exist_ok=True)
    take([state for state in STATES if not named or state.name in named])
    if arguments.readme:
        shutil.copyfile(FOLDER / file_name(README_STATE, 1440, "light"), IN_README)


def take(states: Sequence[PageState]) -> None:
    """Make the screenshots of these states, and the page that shows them."""
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory() as folder,
        staged(Path(folder)) as stage,
        sync_playwright() as playwright,
        chromium(playwright) as browser,
    ):
        for state in states:
            with opened(browser, stage, state) as page:
                take_state(page, state)
            print(state.name)
    (FOLDER / "index.html").write_text(contact_sheet(states), "utf-8")
    print(f"See {FOLDER / 'index.html'}")


def take_state(page: Any, state: PageState) -> None:
    for width in WIDTHS:
        for scheme in SCHEMES:
            show_in(page, width, scheme)
            page.screenshot(path=FOLDER / file_name(state.name, width, scheme), full_page=True)


def file_name(state: str, width: int, scheme: str) -> str:
    return f"{state}-{width}-{scheme}.png"


def contact_sheet(states: Sequence[PageState]) -> str:
    """A page with all screenshots, state by state."""
    parts = []
    for state in states:
        pictures = "".join(
            f'<a href="{name}"><img src="{name}" alt="{html.escape(name)}" width="{width // 3}"></a>'
            for scheme in SCHEMES
            for width in WIDTHS
            if (name := file_name(state.name, width, scheme))
        )
        parts.append(f"<h2>{html.escape(state.shows)}</h2><div>{pictures}</div>")
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>The chat in every state</title>'
        f"<style>{STYLE}</style><h1>The chat in every state</h1>{''.join(parts)}</html>\n"
    )


if __name__ == "__main__":
    main()
