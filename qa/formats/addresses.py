"""Feeds by their address, over http or https. Nothing else in Dateline fetches articles, and no page that a feed
links to is ever fetched.

The server is told "Dateline" as the program that asks, and nothing about the reader or the archive.
"""

from __future__ import annotations

import codecs
import contextlib
import queue
import re
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from qa.errors import ArticleFileError
from qa.formats.feeds import check_feed

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_HEADERS = {"User-Agent": "Dateline", "Accept-Encoding": "gzip"}
_MOST_REDIRECTS = 5
# Seconds between two looks at whether the work was cancelled.
_LOOK = 0.1
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_GZIP_MARK = b"\x1f\x8b"
_GZIP = 31  # zlib's number for "with a gzip header and checksum"
_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']""")
_NUMBER = re.compile(r"\A\[Errno -?\d+\] ")
_BEGINNING = 300  # bytes in which an XML declaration stands
_LATER = "Try again later; nothing of it was added."
_SLOW = "Try again later, or raise feed_seconds; nothing of it was added."
_WRONG = "Correct the address, or try again later."
_NO_CONNECTION = "Check the address and the network, then try again."


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it was fetched.

    Args:
        address: as it was given, without a password.
        content: what the server sent, not compressed.
        base: where that was in the end, after redirects.
        encoding: what the server said, where that counts; None leaves it to the feed's own declaration.
    """

    address: str
    content: bytes = field(repr=False)
    base: str = ""
    encoding: str | None = None


def is_address(text: str) -> bool:
    """Whether this is the address of a feed rather than a path."""
    return bool(_ADDRESS.match(text))


def without_password(address: str) -> str:
    """The address as it may be shown and logged."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def fetch_feed(address: str, *, most: int, seconds: float, go_on: Callable[[], None] = lambda: None) -> Feed:
    """Fetch a feed, once.

    Args:
        address: begins with http:// or https://; a user and password in it are sent to its server.
        most: bytes that it may have, also when it is unpacked.
        seconds: in which all of it must be here.
        go_on: is called while it is waited for; whatever it raises ends the waiting.

    Raises:
        ArticleFileError: no connection, too slow, too large, refused, or no feed; the message says which.
    """
    address = address.strip()
    outcomes: queue.SimpleQueue[Feed | Exception] = queue.SimpleQueue()
    given_up = threading.Event()

    def work() -> None:
        try:
            outcomes.put(_fetched(address, most, seconds, given_up))
        except Exception as error:
            outcomes.put(error)

    # In a thread of its own, since asking for a name, or headers that trickle in, can outlast every timeout of sockets.
    threading.Thread(target=work, name="qa-feed", daemon=True).start()
    end = time.monotonic() + seconds
    try:
        while True:
            with contextlib.suppress(queue.Empty):
                outcome = outcomes.get(timeout=_LOOK)
                break
            go_on()
            if time.monotonic() > end:
                raise _failed(address, f"The feed was not here after {seconds:g} seconds", _SLOW)
    finally:
        given_up.set()
    if isinstance(outcome, Exception):
        raise _in_words(address, outcome, seconds)
    check_feed(outcome.content, outcome.address, most, outcome.encoding)
    return outcome


def _fetched(address: str, most: int, seconds: float, given_up: threading.Event) -> Feed:
    import httpx

    client = httpx.Client(headers=_HEADERS, follow_redirects=True, max_redirects=_MOST_REDIRECTS, timeout=seconds)
    with client, client.stream("GET", address) as response:
        if response.status_code != httpx.codes.OK:
            status = f"{response.status_code} {response.reason_phrase}".strip()
            raise _failed(address, f"The server answered {status} instead of a feed", _WRONG)
        content = bytearray()
        # Raw, so that a small answer cannot unpack itself to a huge one.
        for piece in response.iter_raw():
            content += piece
            # Where it was given up, nobody hears this any more.
            if len(content) > most or given_up.is_set():
                raise _too_large(address, most)
        whole = _unpacked(bytes(content), address, most)
        base = without_password(str(response.url))
        return Feed(without_password(address), whole, base, _encoding(response.charset_encoding, whole))


def _unpacked(content: bytes, address: str, most: int) -> bytes:
    """What is packed as gzip, by the server or in the file itself, made plain."""
    if not content.startswith(_GZIP_MARK):
        return content
    decoder = zlib.decompressobj(wbits=_GZIP)
    try:
        plain = decoder.decompress(content, most + 1)
    except zlib.error as error:
        raise _failed(address, "What the server sent is packed, and damaged", _LATER) from error
    if len(plain) > most:
        raise _too_large(address, most)
    if not decoder.eof:
        raise _failed(address, "What the server sent is packed, and cut short", _LATER)
    return plain


def _encoding(said: str | None, content: bytes) -> str | None:
    """What the server said, unless the feed shows that it is wrong: its word is often that of all its files."""
    if content.startswith(_MARKS):
        return None
    declared = _DECLARED.search(content[:_BEGINNING])
    named = [name for name in (said, declared[1].decode() if declared else None) if name and _is_known(name)]
    if any(codecs.lookup(name).name == "utf-8" for name in named):
        # Text in another encoding is hardly ever UTF-8 by chance.
        with contextlib.suppress(UnicodeDecodeError):
            content.decode("utf-8")
            return "utf-8"
        named = [name for name in named if codecs.lookup(name).name != "utf-8"]
    return named[0] if named else None


def _is_known(encoding: str) -> bool:
    from lxml import etree

    try:
        codecs.lookup(encoding)
        etree.XMLParser(encoding=encoding)
    except LookupError:
        return False
    return True


def _in_words(address: str, error: Exception, seconds: float) -> Exception:
    """What a reader is told of an error; what nobody foresaw stays what it is."""
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return _failed(address, f"The server did not answer within {seconds:g} seconds", _SLOW)
    if isinstance(error, httpx.TooManyRedirects):
        return _failed(address, f"It leads on more than {_MOST_REDIRECTS} times", _WRONG)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL | UnicodeError):
        return _failed(address, f"This is, or leads to, no address of http or https: {error}", _WRONG)
    if isinstance(error, httpx.HTTPError):
        reason = _NUMBER.sub("", str(error)) or type(error).__name__
        return _failed(address, f"There was no connection, or it broke off: {reason}", _NO_CONNECTION)
    return error


def _too_large(address: str, most: int) -> ArticleFileError:
    return _failed(address, f"The feed is larger than the {most:,} bytes allowed", "Raise feed_bytes.")


def _failed(address: str, what: str, cure: str) -> ArticleFileError:
    return ArticleFileError(what, where=without_password(address), cure=cure)
