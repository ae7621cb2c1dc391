"""How fast the page is: opened, asked, and clicked in while vectors are computed.

    python benchmarks/page.py                                            # the sample archive, some minutes
    python benchmarks/page.py --articles ../shared/data/realtimeqa/articles.jsonl.gz --index INDEX_WITH_VECTORS

**open**: a fresh `qa chat` from the start of its process until a browser shows the field for the question, against the
processor's and wall time of `python -c "import gradio"` in the same run; the two alternate.
**first sentence**: from Enter until the answer stands in the page, with the model warm, for questions made from titles
of the archive.
**click**: in a page of a server that computes vectors of `--articles` all the while: from a click on "Archive" until
the list of articles stands there, and from one on the accordion until its fields do. The baseline computes nothing.

Figures are medians and 95th percentiles of seconds in a real Chromium on this machine, which shares its cores with the
server.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import page_states
from playwright.sync_api import sync_playwright

import qa

OPENINGS, QUESTIONS, CLICKS = 5, 30, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, default=page_states.SAMPLE, help="whose vectors are computed")
    parser.add_argument("--index", type=Path, help="to open and to ask; by default of the articles, without vectors")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        bare = Path(folder) / "index"
        qa.build_index(bare, arguments.articles, embed=False).close()
        browser = page_states.chromium(playwright)
        opening(arguments.index or bare, browser)
        asking(arguments.index or bare, browser)
        clicking(bare, browser)


@contextlib.contextmanager
def server(index: Path, *more: str) -> Iterator[str]:
    """`qa chat` on a free port: its address."""
    command = [sys.executable, "-u", "-m", "qa", "chat", "--index", str(index), "--port", "0", *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"HF_HUB_OFFLINE": "1"})
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        if not found:
            raise SystemExit("The server ended before it gave its address.")
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield found[0]
    finally:
        process.terminate()
        process.wait(60)


def opening(index: Path, browser: Any) -> None:
    imports, opens = [], []
    for _ in range(OPENINGS):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import gradio"], check=True)
        imports.append(time.perf_counter() - started)
        started = time.perf_counter()
        with server(index, "--no-embed") as address, closing_page(browser) as page:
            page.goto(address)
            page.wait_for_selector("#question textarea")
            opens.append(time.perf_counter() - started)
    told("import gradio", imports)
    told("page open", opens)
    told("page open, less import gradio", [one - other for one, other in zip(opens, imports, strict=True)])


def asking(index: Path, browser: Any) -> None:
    with qa.Index(index) as opened:
        titles = [entry.article.title for entry in opened.catalogue().search("", limit=QUESTIONS + 1).entries]
    with server(index, "--no-embed") as address, closing_page(browser) as page:
        page_states.wait_until_ready(address)
        page.goto(address)
        times = []
        for title in titles:
            page.click("#clear")
            page.wait_for_function("() => !document.querySelector('.bot-row')")
            page.fill("#question textarea", f"What happened: {title}"[:200])
            started = time.perf_counter()
            page.press("#question textarea", "Enter")
            page.wait_for_selector(page_states.FINISHED)
            times.append(time.perf_counter() - started)
            page.wait_for_selector("#ask", state="visible")
    told("first sentence", times[1:])


def clicking(index: Path, browser: Any) -> None:
    for name, more in (("quiet", ["--no-embed"]), ("computing", [])):
        with server(index, *more) as address, closing_page(browser) as page:
            page_states.wait_until_ready(address)
            page.goto(address)
            page.wait_for_selector("#question textarea")
            # Gradio goes on with the page for a while, and the first vectors are under way.
            page.wait_for_timeout(3_000)
            tabs, folds = [], []
            for _ in range(CLICKS):
                tabs.append(clicked(page, lambda: page.get_by_role("tab", name="Archive").click(), ".listing .entry"))
                page.get_by_role("tab", name="Chat").click()
                folds.append(clicked(page, lambda: page.click("#filters > button"), "#filters input"))
                page.click("#filters > button")
                page.wait_for_timeout(200)
        told(f"click on the archive, {name}", tabs)
        told(f"click that opens fields, {name}", folds)
    with qa.Index(index) as opened:
        progress = opened.embed_progress()
    # Where all were computed before the last click, the figures are of a server that computed less. They are kept in
    # windows of 512, of which the first may not be full.
    print(f"vectors kept meanwhile: {progress.done:,} of {progress.total:,}")


def clicked(page: Any, click: Callable[[], None], then: str) -> float:
    started = time.perf_counter()
    click()
    page.wait_for_selector(then, state="visible")
    return time.perf_counter() - started


@contextlib.contextmanager
def closing_page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    try:
        yield context.new_page()
    finally:
        context.close()


def told(name: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    high = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    print(f"{name}: p50 {statistics.median(ordered):.2f} s, p95 {high:.2f} s, n {len(ordered)}", flush=True)


if __name__ == "__main__":
    main()
