"""Serving: passwords, throttling, sessions, names and origins, headers, limits, health, figures and logs."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from support import SAMPLE, child_environment, hashed_index

from qa.config import Config
from qa.conversations import KeptTurn, conversations_of, keep_turns
from qa.errors import ConfigError, QuestionError
from qa.web.serving import origin
from qa.web.serving.access import Access, warn_of_openness
from qa.web.serving.logs import JsonLines
from qa.web.serving.observing import Observer
from qa.web.serving.sessions import Sessions
from qa.web.serving.throttle import ADDRESS, USER, Throttle
from qa.web.serving.users import UserFile, add_user, hashed, password_fits, read_users, remove_user

NAME, PASSWORD = "anna", "a long enough phrase"
REMOTE = re.compile(r"https?://|\*|(?<![\w'-])data: https")


class Clock:
    """Time that a test moves on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


# Users


def test_a_password_is_kept_as_a_salted_hash_that_only_the_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    assert add_user(path, NAME, PASSWORD) and add_user(path, "zoë", PASSWORD)
    first, second = read_users(path).values()
    assert (first.name, second.name) == (NAME, "zoë") and first.salt != second.salt and first.hash != second.hash
    assert PASSWORD not in path.read_text("utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert password_fits(first, PASSWORD) and not password_fits(first, PASSWORD + ".")
    assert not password_fits(None, PASSWORD)
    # The same letters, written as a letter and its accent.
    assert password_fits(hashed("x", "caf\u00e9 caf\u00e9 caf\u00e9"), "cafe\u0301 cafe\u0301 cafe\u0301")


def test_the_hash_is_scrypt_as_openssl_computes_it(tmp_path: Path) -> None:
    user = hashed(NAME, PASSWORD)
    command = [
        "openssl", "kdf", "-keylen", "32", "-kdfopt", f"pass:{PASSWORD}", "-kdfopt", f"hexsalt:{user.salt.hex()}",
        "-kdfopt", f"n:{user.n}", "-kdfopt", f"r:{user.r}", "-kdfopt", f"p:{user.p}", "SCRYPT",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("no openssl here")
    if done.returncode:
        pytest.skip("this openssl has no kdf command")
    assert done.stdout.strip().replace(":", "").lower() == user.hash.hex()


def test_a_user_gets_another_password_and_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    add_user(path, NAME, PASSWORD)
    assert not add_user(path, NAME, PASSWORD + "2")
    assert password_fits(read_users(path)[NAME], PASSWORD + "2")
    assert remove_user(path, NAME) and not remove_user(path, NAME)
    with pytest.raises(ConfigError, match="qa user add"):
        UserFile(path)


def test_an_editor_stays_one_until_the_opposite_is_said(tmp_path: Path) -> None:
    path = tmp_path / "users.json"

    def after(**said: bool) -> bool:
        add_user(path, NAME, PASSWORD, **said)
        return read_users(path)[NAME].editor

    assert [after(), after(editor=True), after(), after(editor=False), after()] == [False, True, True, False, False]
    data = json.loads(path.read_text("utf-8"))
    # As files were before there were editors.
    del data["users"][NAME]["editor"]
    path.write_text(json.dumps(data), "utf-8")
    assert read_users(path)[NAME].editor is False


@pytest.mark.parametrize(
    ("name", "password"), [("an na", PASSWORD), ("", PASSWORD), ("a" * 65, PASSWORD), (NAME, "short")]
)
def test_names_and_passwords_that_cannot_be_taken(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(ConfigError) as caught:
        add_user(tmp_path / "users.json", name, password)
    assert caught.value.cure and password not in str(caught.value)


@pytest.mark.parametrize(
    "change", [{"n": 2**30}, {"n": 3}, {"r": 0}, {"hash": "00"}, {"salt": ""}, {"salt": "xx"}, {"p": None}]
)
def test_a_damaged_file_is_an_error_with_a_cure(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "users.json"
    add_user(path, NAME, PASSWORD)
    data = json.loads(path.read_text("utf-8"))
    data["users"][NAME] |= change
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(ConfigError, match=re.escape(str(path))):
        read_users(path)


def test_a_change_of_the_file_counts_at_once_and_a_broken_one_lets_nobody_in(tmp_path: Path) -> None:
    path = tmp_path / "users.json"
    add_user(path, NAME, PASSWORD)
    users = UserFile(path)
    assert users.find(NAME) and users.find("ben") is None
    add_user(path, "ben", PASSWORD)
    assert users.find("ben")
    path.write_text("{", "utf-8")
    assert users.find(NAME) is None


# Throttle and sessions


def test_guesses_at_a_user_wait_longer_each_time_up_to_a_limit() -> None:
    clock = Clock()
    throttle, waits = Throttle(clock), []
    for attempt in range(USER.free):
        assert throttle.begin(NAME, f"10.0.0.{attempt}") == 0
    for attempt in range(8):
        wait = throttle.begin(NAME, f"10.0.1.{attempt}")
        waits.append(wait)
        clock.now += wait
        assert throttle.begin(NAME, f"10.0.1.{attempt}") == 0
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert throttle.begin("ben", "10.0.9.9") == 0
    throttle.succeeded(NAME, "10.0.1.0")
    assert throttle.begin(NAME, "10.0.9.8") == 0


def test_an_address_is_throttled_over_all_users_and_a_success_takes_back_only_itself() -> None:
    throttle = Throttle(Clock())
    for attempt in range(ADDRESS.free - 1):
        assert throttle.begin(f"user{attempt}", "2001:db8::1") == 0
    throttle.begin("mine", "2001:db8::1")
    throttle.succeeded("mine", "2001:db8::1")
    assert throttle.begin("other", "2001:db8::2") == 0
    # The same customer's network, another address.
    assert throttle.begin("another", "2001:db8::ffff") == 1
    assert throttle.begin("another", "2001:db8:0:1::1") == 0


def test_the_throttle_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(USER.free):
        throttle.begin(NAME, "10.0.0.1")
    assert throttle.begin(NAME, "10.0.0.1") == 1
    clock.now += 3601
    assert throttle.begin(NAME, "10.0.0.1") == 0
    monkeypatch.setattr("qa.web.serving.throttle._MOST_KEYS", 10)
    for number in range(50):
        throttle.begin(f"user{number}", f"10.1.0.{number}")
    assert len(throttle._records) == 10


def test_a_session_ends_with_its_time_its_user_its_password_or_its_logout() -> None:
    clock, users = Clock(), {NAME: hashed(NAME, PASSWORD)}
    sessions = Sessions(2, users.get, clock)
    first, second, third = (sessions.open(users[NAME]) for _ in range(3))
    assert len({first, second, third}) == 3 and sessions.user(first) == NAME and sessions.user(first + "x") is None
    sessions.close(second)
    assert sessions.user(second) is None and len(sessions) == 2
    clock.now += 2 * 3600 - 1
    assert sessions.user(first) == NAME
    clock.now += 1
    assert sessions.user(first) is None and len(sessions) == 0
    fourth = sessions.open(users[NAME])
    users[NAME] = hashed(NAME, PASSWORD)
    assert sessions.user(fourth) is None
    fifth = sessions.open(users[NAME])
    del users[NAME]
    assert sessions.user(fifth) is None


# Where a request comes from


def scope(method: str = "GET", client: str = "127.0.0.1", **headers: str) -> dict[str, Any]:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": method, "headers": raw, "client": (client, 5), "scheme": "http", "path": "/"}


@pytest.mark.parametrize(
    ("host", "passes"),
    [("127.0.0.1:7860", True), ("localhost:7860", True), ("[::1]:7860", True), ("LOCALHOST", True),
     ("evil.example:7860", False), ("10.0.0.1", False), ("localhost.evil.example", False), ("", False),
     ("news.example", True), ("alias", True)],
)  # fmt: skip
def test_a_local_chat_answers_to_its_own_names_alone(host: str, passes: bool) -> None:
    names = origin.names_for("127.0.0.1", "alias, other", "https://news.example/dateline", login=True)
    assert (names.why_refused(scope(host=host)) == "") is passes


def test_a_chat_for_others_answers_to_addresses_and_behind_a_login_to_any_name() -> None:
    open_names = origin.names_for("0.0.0.0", "", "", login=False)
    assert not open_names.why_refused(scope(host="10.0.0.1:7860"))
    assert "chat_names" in open_names.why_refused(scope(host="evil.example"))
    assert not origin.names_for("0.0.0.0", "", "", login=True).why_refused(scope(host="any.example"))


@pytest.mark.parametrize(
    ("headers", "passes"),
    [({}, True), ({"origin": "http://localhost:1"}, True), ({"origin": "http://localhost:2"}, False),
     ({"origin": "http://evil.example"}, False), ({"origin": "null"}, False), ({"sec_fetch_site": "cross-site"}, False),
     ({"sec_fetch_site": "same-site"}, False), ({"sec_fetch_site": "same-origin"}, True),
     ({"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}, True),
     ({"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "iframe"}, False)],
)  # fmt: skip
def test_another_page_cannot_ask(headers: dict[str, str], passes: bool) -> None:
    names = origin.names_for("127.0.0.1", "", "", login=False)
    assert (names.why_refused(scope(host="localhost:1", **headers)) == "") is passes


def test_only_trusted_proxies_are_believed() -> None:
    proxies = origin.networks("127.0.0.1, 10.0.0.0/8")
    told = {
        "x_forwarded_for": "6.6.6.6, 203.0.113.9, 10.0.0.2", "x_forwarded_proto": "https",
        "x_forwarded_host": "news.example", "host": "127.0.0.1:7860",
    }  # fmt: skip
    seen = origin.seen_through_proxies(scope(**told), proxies)
    assert (seen["client"][0], seen["scheme"], dict(seen["headers"])) == (
        "203.0.113.9", "https", {b"host": b"news.example"},
    )  # fmt: skip
    seen = origin.seen_through_proxies(scope(client="203.0.113.1", **told), proxies)
    assert (seen["client"][0], seen["scheme"], dict(seen["headers"])) == (
        "203.0.113.1", "http", {b"host": b"127.0.0.1:7860"},
    )  # fmt: skip
    with pytest.raises(ConfigError, match="chat_proxies"):
        origin.networks("nginx")


# Figures and logs


def test_figures_are_told_in_prometheus_format() -> None:
    observer = Observer()
    with observer.question("ask", "Why?") as outcome:
        outcome.name, outcome.hits = "answered", 2
    with pytest.raises(QuestionError), observer.question("ask", "Why?"):
        raise QuestionError("No")
    with pytest.raises(RuntimeError), observer.question("retrieve", "Why?"):
        raise RuntimeError
    lines = observer.as_prometheus({"dateline_articles": 1_234_567.0}).splitlines()
    for line in (
        'dateline_questions_total{endpoint="ask",outcome="answered"} 1',
        'dateline_questions_total{endpoint="ask",outcome="invalid"} 1',
        'dateline_questions_total{endpoint="retrieve",outcome="failed"} 1',
        'dateline_question_seconds_bucket{endpoint="ask",le="0.05"} 2',
        'dateline_question_seconds_bucket{endpoint="ask",le="+Inf"} 2',
        'dateline_question_seconds_count{endpoint="ask"} 2',
        "dateline_questions_in_progress 0",
        "dateline_articles 1234567",
    ):
        assert line in lines
    sample = re.compile(r"(#.*|[a-z_]+(\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*\})? [-+.\de]+)")
    assert all(sample.fullmatch(line) for line in lines)


@pytest.mark.parametrize("wanted", [False, True])
def test_the_log_holds_a_question_only_if_asked_to(wanted: bool, caplog: pytest.LogCaptureFixture) -> None:
    observer = Observer()
    observer.log_questions = wanted
    with caplog.at_level(logging.INFO, "qa.web.questions"), observer.question("ask", "Who is\nMaren Quill?") as outcome:
        outcome.name = "answered"
    line = JsonLines().format(caplog.records[-1])
    told = json.loads(line)
    assert "\n" not in line and told["endpoint"] == "ask" and told["outcome"] == "answered" and told["level"] == "info"
    assert ("Maren Quill" in line) is wanted and ("Maren Quill" in caplog.text) is wanted


# The real app


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    index = hashed_index(tmp_path_factory.mktemp("serving") / "index", Config(port=0, chat_poll_seconds=0.2))
    index.add(SAMPLE)
    yield index
    index.close()


class Unclosed:
    """The index of all tests here, which outlives each server."""

    def __init__(self, index: Any) -> None:
        self._index = index

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("users") / "users.json"
    add_user(path, NAME, PASSWORD)
    return path


@pytest.fixture(scope="module")
def locked(archive: Any, users: Path) -> Iterator[str]:
    """The address of a chat with a login."""
    from qa.web.app import serving

    access = Access(users, metrics=True)
    with serving(lambda: Unclosed(archive), archive.config, examples=["Why?"], access=access, embed=False) as address:
        yield address


@pytest.fixture(scope="module")
def unlocked(archive: Any) -> Iterator[str]:
    from qa.web.app import serving

    config = archive.config.replace(chat_request_bytes=2_000, chat_root_path="/dateline")
    with serving(lambda: Unclosed(archive), config, examples=["Why?"], embed=False) as address:
        yield address


def log_in(client: httpx.Client, password: str = PASSWORD, **more: Any) -> httpx.Response:
    return client.post("/login", data={"username": NAME, "password": password}, **more)


def check_headers(response: httpx.Response) -> None:
    policy = dict(part.split(" ", 1) for part in response.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert policy["connect-src"] == policy["base-uri"] == policy["form-action"] == "'self'"
    assert "unsafe-inline" not in policy["script-src"] and not REMOTE.search(" ".join(policy.values()))
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"
    assert response.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in response.headers["permissions-policy"]
    assert "server" not in response.headers


def test_every_route_needs_a_login(locked: str) -> None:
    from qa.web.app import gr  # its routes are those of the app that is served

    routes = set()
    for route in gr.routes.App.create_app(gr.Blocks()).routes:
        inner = route.original_router.routes if hasattr(route, "original_router") else [route]
        routes |= {each.path for each in inner}
    assert len(routes) > 40 and "/gradio_api/cancel" in routes
    with httpx.Client(base_url=locked) as client:
        for path in sorted(routes - {"/login", "/login/", "/logout", "/"}):
            for method in ("GET", "POST"):
                response = client.request(method, re.sub(r"\{[^}]*\}", "x", path))
                assert response.status_code == 401, path
                check_headers(response)
        assert client.get("/").status_code == 401
        response = client.get("/?q=Why%3F", headers={"accept": "text/html"})
        assert (response.status_code, response.headers["location"]) == (303, "login?q=Why%3F")
        response = client.get("/", headers={"accept": "text/html", "sec-fetch-site": "cross-site",
                                            "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"})  # fmt: skip
        assert response.status_code == 200 and 'http-equiv="refresh"' in response.text


def test_logging_in_and_out(locked: str) -> None:
    with httpx.Client(base_url=locked) as client:
        page = client.get("/login?q=a")
        assert page.status_code == 200 and 'type="password"' in page.text
        check_headers(page)
        assert log_in(client, "wrong password").status_code == 401
        response = log_in(client)
        cookie = response.headers["set-cookie"].lower()
        assert response.json() == {"success": True} and "httponly" in cookie and "samesite=strict" in cookie
        assert "max-age=43200" in cookie and "secure" not in cookie
        assert client.get("/gradio_api/user").json() == NAME
        page = client.get("/", headers={"accept": "text/html"})
        check_headers(page)
        nonce = re.search(r"'nonce-([\w-]+)'", page.headers["content-security-policy"])
        assert nonce and page.text.count("<script") == page.text.count(f'<script nonce="{nonce[1]}"') > 3
        assert page.headers["cache-control"] == "no-store"
        client.post("/logout")
        assert client.get("/config").status_code == 401
    with httpx.Client(base_url=locked) as client:
        headers = {"accept": "text/html", "x-forwarded-proto": "https"}
        response = client.post("/login?q=a", data={"username": NAME, "password": PASSWORD}, headers=headers)
        assert (response.status_code, response.headers["location"]) == (303, "./?q=a")
        assert "secure" in response.headers["set-cookie"].lower()


def test_a_login_is_throttled(locked: str) -> None:
    with httpx.Client(base_url=locked, headers={"x-forwarded-for": "203.0.113.77"}) as client:
        data = {"username": "nobody", "password": "wrong wrong wrong"}
        codes = [client.post("/login", data=data).status_code for _ in range(USER.free + 1)]
        assert codes == [401] * USER.free + [429]
        response = client.post("/login", data=data, headers={"accept": "text/html"})
        assert response.headers["retry-after"] == "1" and "Too many attempts" in response.text


def test_gradio_client_logs_in_and_asks(locked: str) -> None:
    from gradio_client import Client

    client = Client(locked, auth=(NAME, PASSWORD), verbose=False)
    hits = client.predict(question="What animal caused the blackout?", api_name="/retrieve")
    assert hits and hits[0]["article"]["title"]


def test_routes_that_are_not_needed_are_not_offered(unlocked: str) -> None:
    with httpx.Client(base_url=unlocked) as client:
        for path in ("/gradio_api/file=http://192.0.2.1/x", "/gradio_api/file=HTTPS://a.example/", "/monitoring",
                     "/gradio_api/proxy=http://192.0.2.1/", "/gradio_api/vibe-code", "/gradio_api/runs", "/docs",
                     "/openapi.json", "/metrics", "/login"):  # fmt: skip
            response = client.get(path)
            assert response.status_code == 404 and "no-store" in response.headers["cache-control"], path
            check_headers(response)
        # Past the queue, nobody answers.
        direct = client.post("/gradio_api/run/ask", json={"data": ["Why?", [], None, None, None, None, None]})
        assert direct.status_code == 404 and "join the queue" in direct.text


def test_foreign_pages_and_names_are_refused(unlocked: str) -> None:
    with httpx.Client(base_url=unlocked) as client:
        call = {"url": "/gradio_api/call/ask", "json": {"data": ["Why?", [], None, None, None, None, None]}}
        assert client.post(**call).status_code == 200
        assert client.post(**call, headers={"origin": "https://evil.example"}).status_code == 403
        assert client.post(**call, headers={"host": "evil.example"}).status_code == 403
        preflight = {"origin": "https://evil.example", "access-control-request-method": "POST"}
        response = client.options("/gradio_api/call/ask", headers=preflight)
        assert response.status_code == 403 and "access-control-allow-origin" not in response.headers
        check_headers(response)


def test_what_is_sent_is_limited(unlocked: str) -> None:
    with httpx.Client(base_url=unlocked) as client:
        for content in (b"x" * 3_000, iter([b"x" * 1_500] * 2)):
            response = client.post(
                "/gradio_api/call/ask", content=content, headers={"content-type": "application/json"}
            )
            assert response.status_code == 413 and "2,000 bytes" in response.text
        response = client.post("/gradio_api/upload", files={"files": ("a.txt", b"x" * 2_000)})
        assert response.status_code == 403
        check_headers(response)


def test_a_proxy_may_take_the_root_path_off_or_leave_it(unlocked: str) -> None:
    with httpx.Client(base_url=unlocked) as client:
        for path in ("/config", "/dateline/config"):
            assert client.get(path).json()["root"] == f"{unlocked.rstrip('/')}/dateline"
        root = client.get("/config", headers={"x-forwarded-proto": "https", "x-forwarded-host": "localhost:8443"})
        assert root.json()["root"] == "https://localhost:8443/dateline"


def test_small_responses_do_not_wait_for_an_acknowledgement(unlocked: str) -> None:
    with httpx.Client(base_url=unlocked) as client:
        times = []
        for _ in range(9):
            started = time.perf_counter()
            client.get("/health")
            times.append(time.perf_counter() - started)
    # With Nagle's algorithm each takes 40 ms, whatever the machine.
    assert min(times[1:]) < 0.03


def test_health_readiness_and_figures(locked: str, archive: Any) -> None:
    with httpx.Client(base_url=locked) as client:
        assert client.get("/health").text == "alive\n"
        deadline = time.monotonic() + 20
        while (ready := client.get("/ready")).status_code != 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert ready.text == "ready\n"
        assert f"dateline_articles {archive.stats().articles}" in client.get("/metrics").text.splitlines()
        assert client.get("/metrics", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 403


def test_readiness_says_what_is_missing() -> None:
    from qa.web.app import _why_not_ready
    from qa.web.background import Phase, State

    class Behind:
        state = State(Phase.LOADING)

    class Index:
        def embed_progress(self) -> None:
            pass

    assert "model" in _why_not_ready(Index(), Behind())  # type: ignore[arg-type]


def test_an_internal_error_has_a_number_that_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    import anyio

    from qa.web.serving.guard import Guard, Limits

    async def broken(*_: Any) -> None:
        raise RuntimeError("secret")

    names = origin.names_for("127.0.0.1", "", "", login=False)
    guard = Guard(broken, names=names, limits=Limits(10, 10), login=None, proxies=(), root_path="",
                  why_not_ready=lambda: "", gauges=None, may_upload=lambda name: False)  # fmt: skip

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(guard), base_url="http://localhost") as client:
            return await client.get("/config")

    response = anyio.run(ask)
    number = re.search(r"under (\w{8})\.", response.json()["detail"])
    assert response.status_code == 500 and number and number[1] in caplog.text and "secret" in caplog.text
    assert "secret" not in response.text
    check_headers(response)


def test_an_open_address_has_to_be_meant(archive: Any, caplog: pytest.LogCaptureFixture) -> None:
    from qa.web.app import serving

    for host in ("0.0.0.0", "::", "", "192.0.2.1"):
        with pytest.raises(ConfigError, match="--auth"), serving(lambda: archive, archive.config, host=host):
            pass
        warn_of_openness(host, Access(open_to_everyone=True))
        assert "open to everyone" in caplog.text
    caplog.clear()
    warn_of_openness("127.0.0.1", Access())
    assert not caplog.text


def test_a_port_that_is_taken_is_an_error_with_a_cure() -> None:
    import socket

    from qa.web.serving.server import bound

    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(ConfigError, match="--port"):
        bound("127.0.0.1", taken.getsockname()[1])
    with pytest.raises(ConfigError, match="65,535"):
        bound("127.0.0.1", 70_000)


# The command line


@pytest.mark.parametrize("wanted", [(), ("questions",), ("edits",), ("questions", "edits")])
def test_what_the_command_was_told_to_log_is_logged(wanted: tuple[str, ...]) -> None:
    from qa.cli.chat import _log_events

    loggers = {"questions": logging.getLogger("qa.web.questions"), "edits": logging.getLogger("qa.web.editing")}
    before = {name: logger.level for name, logger in loggers.items()}
    try:
        for logger in loggers.values():
            logger.setLevel(logging.NOTSET)
        _log_events(**{name: name in wanted for name in loggers})
        assert [name for name, logger in loggers.items() if logger.isEnabledFor(logging.INFO)] == list(wanted)
    finally:
        for name, logger in loggers.items():
            logger.setLevel(before[name])


def test_the_command_adds_lists_and_removes(tmp_path: Path) -> None:
    def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "qa", "user", *arguments, "--auth", str(tmp_path / "u.json")],
            input=given, capture_output=True, text=True, env=child_environment(), cwd=tmp_path, timeout=60,
        )  # fmt: skip

    assert run("add", NAME, "--password-stdin", given=PASSWORD + "\n").stdout == "anna may log in.\n"
    assert password_fits(read_users(tmp_path / "u.json")[NAME], PASSWORD)
    listed = run("list").stdout
    assert listed.startswith("anna  since 20") and PASSWORD not in listed
    assert "--password-stdin" in run("add", "ben").stderr
    assert run("add", "zoë", "--editor", "--password-stdin", given=PASSWORD + "\n").returncode == 0
    users = json.loads(run("list", "--json").stdout)["users"]
    assert [(user["name"], user["editor"]) for user in users] == [(NAME, False), ("zoë", True)]
    (tmp_path / "news").mkdir()
    for conversation, user in (("c1", NAME), ("c2", NAME), ("c3", "zoë")):
        turn = KeptTurn({"question": "Who?"}, {"articles": [], "told": None})
        assert keep_turns(tmp_path / "news", user, conversation, 0, 0, [turn])
    removed = run("remove", NAME, "--index", str(tmp_path / "news")).stdout
    assert removed == "anna may no longer log in; of the conversations that were kept, 2 were deleted.\n"
    assert not conversations_of(tmp_path / "news", NAME) and len(conversations_of(tmp_path / "news", "zoë")) == 1
    assert run("remove", NAME).returncode == 3


# A real browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        try:
            browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        except Error as error:
            if os.environ.get("CI"):
                raise
            pytest.skip(f"No browser here: {error}")
        yield browser
        browser.close()


@pytest.mark.slow
def test_a_reader_logs_in_asks_and_logs_out_without_a_request_elsewhere(browser: Any, locked: str) -> None:
    context = browser.new_context()
    hosts, complaints = set(), []
    context.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page = context.new_page()
    page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{locked}?from=mail")
    assert page.url == f"{locked}login?from=mail"
    page.fill("#username", NAME)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("#question textarea")
    assert page.url == f"{locked}?from=mail"
    page.fill("#question textarea", "What animal caused the blackout?")
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".evidence .card")
    assert hosts <= {"", urlsplit(locked).netloc}
    # No violation of the policy, nor any other error.
    assert complaints == []
    # What slips into the page does not run.
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.hacked=1\">')")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None and any("Content Security Policy" in text for text in complaints)
    page.get_by_role("button", name="Log out").click()
    page.wait_for_selector("#password")
    assert page.url == f"{locked}login" and page.goto(locked).url == f"{locked}login"
    context.close()


@pytest.mark.slow
def test_a_session_that_ended_is_said_and_a_link_elsewhere_keeps_a_session(browser: Any, locked: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{locked}login")
    page.fill("#username", NAME)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("#question textarea")
    page.goto(f"data:text/html,<a href='{locked}?from=mail'>go</a>")
    page.click("a")
    page.wait_for_selector("#question textarea")
    assert page.url == f"{locked}?from=mail"
    context.clear_cookies()
    page.fill("#question textarea", "Why?")
    page.press("#question textarea", "Enter")
    page.get_by_text("Your session has ended").first.wait_for()
    context.close()
