"""Feeds by their address, over real HTTP: fetched once, within limits, with nothing told; and added again and again."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from feed_server import FeedServer, Handler, feed_server
from support import hashed_index
from typer.testing import CliRunner

from qa.cli.app import app
from qa.errors import ArticleFileError
from qa.formats import Feed, fetch_feed, is_address, read_articles, without_password
from qa.records import Article, Origin

MOST = 50_000


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FeedServer]:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with feed_server() as served:
        yield served


def rss(*items: tuple[str, str], encoding: str = "utf-8") -> bytes:
    """A feed with (name, text) for each entry."""
    entries = "".join(
        f"<item><title>{name}</title><link>/{name}</link><description>{text}</description></item>"
        for name, text in items
    )
    return (
        f'<?xml version="1.0" encoding="{encoding}"?><rss version="2.0"><channel><title>Weir</title>{entries}'
        "</channel></rss>"
    ).encode(encoding)


QUAY = rss(("quay", "The quay is long."))


def fetch(address: str, **limits: Any) -> Feed:
    return fetch_feed(address, **({"most": MOST, "seconds": 10.0} | limits))


def refusal(address: str, **limits: Any) -> ArticleFileError:
    with pytest.raises(ArticleFileError) as caught:
        fetch(address, **limits)
    assert caught.value.cure
    return caught.value


def articles(feed: Feed) -> list[Article]:
    read = list(read_articles(feed, maximum_record_bytes=MOST))
    found = [article for article in read if isinstance(article, Article)]
    assert len(found) == len(read)
    return found


def test_what_an_address_is() -> None:
    assert is_address("https://weir.example/feed") and is_address("HTTP://weir.example")
    assert not any(map(is_address, ("feed.xml", "/http://x", "ftp://weir.example/feed.xml", "file:///etc/passwd", "")))
    assert without_password("https://anna:secret@weir.example:8443/f?a=b") == "https://weir.example:8443/f?a=b"
    assert without_password("http://[") == "http://["


def test_a_feed_is_fetched_once_and_the_server_learns_nothing_more(server: FeedServer) -> None:
    server.answers["/feed.xml"] = QUAY
    feed = fetch(f"{server.address}/feed.xml")
    ((path, headers),) = server.asked
    assert path == "/feed.xml"
    assert {name.lower() for name in headers} <= {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert headers["User-Agent"] == "Dateline"
    (article,) = articles(feed)
    assert (article.text, article.url) == ("The quay is long.", f"{server.address}/quay")
    assert article.origin == Origin(f"{server.address}/feed.xml", 1)
    assert len(server.asked) == 1


def test_a_password_is_sent_and_never_shown(server: FeedServer) -> None:
    server.answers["/feed.xml"] = QUAY
    address = f"{server.address}/feed.xml".replace("//", "//anna:secret@")
    feed = fetch(address)
    assert server.asked[0][1]["Authorization"].startswith("Basic ")
    assert "secret" not in feed.address + feed.base
    assert "secret" not in str(refusal(address + "x"))


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16"])
@pytest.mark.parametrize("said", ["application/xml", "text/xml; charset={}", "text/xml; charset=utf-8"])
def test_what_the_server_and_the_feed_say_of_the_encoding(server: FeedServer, encoding: str, said: str) -> None:
    content = rss(("fluss", "Der Fluß."), encoding=encoding)
    server.answers["/feed"] = lambda handler: handler.give(content, Content_Type=said.format(encoding))
    assert articles(fetch(f"{server.address}/feed"))[0].text == "Der Fluß."


def test_a_charset_without_a_declaration(server: FeedServer) -> None:
    content = rss(("fluss", "Der Fluß.")).decode().partition("?>")[2].encode("iso-8859-1")
    server.answers["/feed"] = lambda handler: handler.give(content, Content_Type="text/xml; charset=ISO-8859-1")
    assert articles(fetch(f"{server.address}/feed"))[0].text == "Der Fluß."


def test_packed_by_the_server_or_before(server: FeedServer) -> None:
    packed = gzip.compress(QUAY)
    server.answers["/encoded"] = lambda handler: handler.give(packed, Content_Encoding="gzip")
    server.answers["/feed.xml.gz"] = packed
    server.answers["/cut.gz"] = packed[:-9]
    server.answers["/torn.gz"] = packed[:12] + b"\xff" * 9
    server.answers["/bomb"] = lambda handler: handler.give(gzip.compress(b" " * 10**8), Content_Encoding="gzip")
    assert fetch(f"{server.address}/encoded").content == fetch(f"{server.address}/feed.xml.gz").content == QUAY
    assert "cut short" in refusal(f"{server.address}/cut.gz").what
    assert "damaged" in refusal(f"{server.address}/torn.gz").what
    assert "larger than the 150,000 bytes" in refusal(f"{server.address}/bomb", most=150_000).what


def redirect(target: str) -> Callable[[Handler], None]:
    def answer(handler: Handler) -> None:
        handler.send_response(302)
        handler.send_header("Location", target)
        handler.end_headers()

    return answer


def test_redirects_lead_to_http_only_and_not_in_circles(server: FeedServer) -> None:
    server.answers |= {
        "/old": redirect("/new/feed"), "/new/feed": QUAY, "/round": redirect("/round"),
        "/file": redirect("file:///etc/passwd"), "/ftp": redirect("ftp://127.0.0.1/feed"),
    }  # fmt: skip
    feed = fetch(f"{server.address}/old")
    assert (feed.address, feed.base) == (f"{server.address}/old", f"{server.address}/new/feed")
    assert "more than 5 times" in refusal(f"{server.address}/round").what
    for path in ("/file", "/ftp"):
        assert "no address of http or https" in refusal(server.address + path).what


def trickle(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    with contextlib.suppress(OSError):
        while not handler.server.closing.wait(0.05):
            handler.wfile.write(b" ")


def trickled_headers(handler: Handler) -> None:
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
        while not handler.server.closing.wait(0.05):
            handler.wfile.write(b"X-A: b\r\n")


def silent(handler: Handler) -> None:
    handler.server.closing.wait(20)


def broken_off(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(QUAY) + 100))
    handler.end_headers()
    handler.wfile.write(QUAY)


@pytest.mark.parametrize("slow", [trickle, trickled_headers, silent])
def test_too_slow_an_answer_is_not_waited_for(server: FeedServer, slow: Callable[[Handler], None]) -> None:
    server.answers["/slow"] = slow
    started = time.perf_counter()
    error = refusal(f"{server.address}/slow", seconds=0.4)
    assert "0.4 seconds" in error.what and "feed_seconds" in error.cure
    assert time.perf_counter() - started < 3


def test_waiting_can_be_ended(server: FeedServer) -> None:
    server.answers["/slow"] = silent

    def cancelled() -> None:
        raise KeyboardInterrupt

    started = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        fetch(f"{server.address}/slow", seconds=60.0, go_on=cancelled)
    assert time.perf_counter() - started < 3


def test_each_failure_says_what_where_and_what_to_do(server: FeedServer) -> None:
    server.answers |= {
        "/large": b" " * (MOST + 1), "/page": b"<!DOCTYPE html><html><body><p>No feed<br></body></html>",
        "/json": b"{}", "/empty": b"", "/broken": broken_off, "/none": lambda handler: handler.send_error(503),
    }  # fmt: skip
    expected = {
        "/missing": "answered 404 Not Found", "/none": "answered 503", "/large": "larger than the 50,000 bytes",
        "/page": "no feed: it begins with <html>", "/json": "cannot be read as XML", "/empty": "cannot be read as XML",
        "/broken": "it broke off",
    }  # fmt: skip
    for path, words in expected.items():
        error = refusal(server.address + path)
        assert words in error.what and error.where == server.address + path
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}/feed"
        assert "no connection" in refusal(nobody).what
    assert "no connection" in refusal("http://nowhere.invalid/feed").what
    for wrong in ("http://", "https://[", "http://a b/", "http://127.0.0.1:99999/"):
        refusal(wrong)


# Into an archive


def test_a_second_run_adds_what_is_new_or_changed(server: FeedServer, tmp_path: Path) -> None:
    address = f"{server.address}/feed.xml"
    server.answers["/feed.xml"] = rss(("quay", "The quay is long."), ("lock", "The lock is shut."))
    with hashed_index(tmp_path / "index") as index:
        first = index.add(address)
        assert (first.added, first.updated, first.unchanged) == (2, 0, 0)
        again = index.add([address])
        assert (again.added, again.updated, again.unchanged) == (0, 0, 2)
        server.answers["/feed.xml"] = rss(("weir", "A weir is new."), ("quay", "The quay is longer now."))
        second = index.add(fetch(address))
        assert (second.added, second.updated, second.unchanged) == (1, 1, 0)
        quay = next(article for article in articles(fetch(address)) if article.title == "quay")
        texts = [version.article.text for version in index.history(quay.id)]
        assert texts == ["The quay is long.", "The quay is longer now."]
        # What left the feed stays in the archive.
        assert index.stats().articles == 3
        with pytest.raises(ArticleFileError, match="404"):
            index.add(f"{server.address}/gone")


RUNNER = CliRunner()


def run(*arguments: object) -> Any:
    return RUNNER.invoke(app, ["index", *map(str, arguments), "--no-embed"], prog_name="qa")


def test_the_command_adds_feeds_and_says_that_pages_are_not_fetched(server: FeedServer, tmp_path: Path) -> None:
    server.answers["/feed.xml"] = QUAY
    own = tmp_path / "own.jsonl"
    own.write_text('{"id": "own", "text": "A note."}\n', encoding="utf-8")
    index = tmp_path / "index"
    done = run(f"{server.address}/feed.xml", own, "--index", index, "--json")
    assert done.exit_code == 0 and json.loads(done.stdout)["added"] == 2
    assert "Only the feeds themselves were fetched." in done.stderr
    assert len(server.asked) == 1
    assert "Only the feeds" not in run(own, "--index", index).stderr


def test_one_outlet_out_of_reach_keeps_no_other_out(server: FeedServer, tmp_path: Path) -> None:
    server.answers["/feed.xml"] = QUAY
    index = tmp_path / "index"
    done = run(f"{server.address}/a", f"{server.address}/feed.xml", f"{server.address}/b", "--index", index, "--json")
    assert json.loads(done.stdout)["added"] == 1 and done.exit_code == 1
    assert f"404 Not Found instead of a feed ({server.address}/a)" in done.stderr
    assert f"404 Not Found instead of a feed ({server.address}/b)" in done.stderr
    nothing = run(f"{server.address}/a", "--index", tmp_path / "other")
    assert nothing.exit_code == 1 and "404" in nothing.stderr and not (tmp_path / "other").exists()
    # A path that is not there is found before anything is fetched.
    server.asked.clear()
    assert run(f"{server.address}/feed.xml", tmp_path / "nowhere", "--index", index).exit_code == 1
    assert not server.asked


def test_limits_are_settings(server: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answers["/feed.xml"] = QUAY
    (tmp_path / "feed.xml").write_bytes(QUAY)
    monkeypatch.setenv("QA_FEED_BYTES", "100")
    for source in (f"{server.address}/feed.xml", tmp_path / "feed.xml"):
        done = run(source, "--index", tmp_path / "index")
        assert done.exit_code == 1 and "larger than the 100 bytes allowed" in done.stderr
