"""The API behind the page: what it shows of itself, and the README's examples, run against a server."""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from support import CONFIG, SAMPLE, child_environment, hashed_index
from test_docs import blocks, code, rows, section

from qa.index import Index

DAY = datetime.date(2026, 11, 24)
BLACKOUT = "What animal set off the blackout?"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    config = CONFIG.replace(port=0, answer_threshold=0.0)
    index = hashed_index(tmp_path_factory.mktemp("api") / "index", config)
    index.add(SAMPLE)
    yield index
    index.close()


@pytest.fixture(scope="module")
def address(index: Index) -> Iterator[str]:
    from qa.web.app import serving

    with serving(lambda: index, index.config, examples=["Why?"], embed=False) as address:
        yield address.rstrip("/")


def run(command: list[str], address: str) -> str:
    command = [*command[:-1], command[-1].replace("http://127.0.0.1:7860", address)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=child_environment())
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_api_shows_both_endpoints_and_nothing_of_the_page(address: str) -> None:
    shown = httpx.get(f"{address}/gradio_api/info").json()
    assert set(shown["named_endpoints"]) == {"/ask", "/retrieve"} and shown["unnamed_endpoints"] == {}
    named = [name for cells in rows(section("From other programs")) for name in code(cells[0])]
    values = [name for name in named if not name.startswith("/")]
    for endpoint in shown["named_endpoints"].values():
        parameters = {each["parameter_name"]: each for each in endpoint["parameters"]}
        assert list(parameters) == values
        assert [name for name, each in parameters.items() if not each["parameter_has_default"]] == ["question"]
        assert parameters["k"]["python_type"]["type"] == "None | int"
        assert all(name in endpoint["description"] for name in values)


def test_the_readme_names_all_that_ask_returns(index: Index) -> None:
    (cells,) = (cells for cells in rows(section("From other programs")) if cells[0] == "`/ask`")
    named = set(code(cells[1])) - {"qa ask --json", "number", "start", "end", "article"}
    assert named == set(index.ask(BLACKOUT).as_dict())


def test_the_example_of_the_client_runs(address: str, index: Index) -> None:
    (program,) = blocks("py", section("From other programs"))
    printed = run([sys.executable, "-c", program], address).splitlines()
    assert printed[0] == index.ask(BLACKOUT, as_of=DAY).text.splitlines()[0]
    assert len(printed) >= 4 and re.match(r"\d+\.\d+ \w", printed[-1])


def test_the_example_of_plain_http_runs(address: str, index: Index) -> None:
    (script,) = blocks("sh", section("From other programs"))
    events = re.findall(r"event: (\w+)\ndata: (.*)\n", run(["sh", "-c", script], address))
    kind, data = events[-1]
    (answer,) = json.loads(data)
    assert kind == "complete" and answer["query"]["as_of"] == "2026-11-24"
    assert [each["text"] for each in answer["sentences"]] == [
        each.text for each in index.ask(BLACKOUT, as_of=DAY).sentences
    ]


def test_a_wrong_value_is_told_in_words(address: str) -> None:
    root = f"{address}/gradio_api/call"
    number = httpx.post(f"{root}/v2/ask", json={"question": "Why?", "as_of": "soon"}).json()["event_id"]
    text = httpx.get(f"{root}/ask/{number}").text
    assert "event: error" in text and "The as-of day is not a date (soon)" in text and "<" not in text
