"""In front of every route of the chat: who may pass, how much may be sent, and what the browser may do with the answer.

Gradio's own login does not do: its tokens never end, and it leaves routes such as /gradio_api/cancel open.
"""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from qa.web.serving.access import is_loopback
from qa.web.serving.entrance import notice_page
from qa.web.serving.headers import security_headers
from qa.web.serving.login import Login
from qa.web.serving.observing import OBSERVER
from qa.web.serving.origin import Names, Network, seen_through_proxies

logger = logging.getLogger("qa.web")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Receive, Send], Awaitable[None]]

# What the page and `gradio_client` use. Gradio has more routes, among them some that fetch addresses on the network,
# and an update may bring others; they are not offered.
_FILES = ("/assets/", "/static/")
_ROUTES = frozenset(
    {
        "/", "/config", "/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt",
        *(f"/gradio_api/{name}" for name in (
            "app_id", "cancel", "component_server", "info", "login_check", "openapi.json", "queue/data", "queue/join",
            "reset", "startup-events", "theme.css", "upload", "upload_progress", "user",
        )),
    }
)  # fmt: skip
_BELOW = (*_FILES, "/gradio_api/call/", "/gradio_api/file=", "/gradio_api/heartbeat/", "/gradio_api/run/")
_ON_THE_NETWORK = ("/gradio_api/file=http:", "/gradio_api/file=https:")
_UPLOAD = "/gradio_api/upload"
_FORM_BYTES = 65_536  # what a form adds to the files in it
# Where the name of who is logged in stands in the scope, for Gradio to find.
USER = "dateline.user"


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest request, and the largest with files, in bytes."""

    request: int
    upload: int


class Guard:
    """An ASGI app around the chat's.

    Args:
        app: the chat.
        names: under which it may be asked.
        limits: of what may be sent.
        may_upload: whether the user of this name may send files; None stands for nobody who is logged in.
        login: who has to log in; None lets everybody in.
        proxies: whose word about a request is taken.
        root_path: the path or URL under which a proxy shows the chat; empty for none.
        why_not_ready: why questions cannot be answered yet; empty where they can.
        gauges: figures for /metrics; None offers no such route.
    """

    def __init__(
        self, app: App, *, names: Names, limits: Limits, login: Login | None, proxies: tuple[Network, ...],
        root_path: str, why_not_ready: Callable[[], str], gauges: Callable[[], Mapping[str, float]] | None,
        may_upload: Callable[[str | None], bool],
    ) -> None:  # fmt: skip
        self._app = app
        self._names = names
        self._limits = limits
        self._login = login
        self._proxies = proxies
        self._root = urlsplit(root_path).path.rstrip("/")
        self._why_not_ready = why_not_ready
        self._gauges = gauges
        self._may_upload = may_upload

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            # The chat has none.
            await send({"type": "websocket.close", "code": 1008})
        else:
            scope = self._stripped(seen_through_proxies(scope, self._proxies))
            reply = _Reply(send, scope["path"])
            try:
                response = await self._own_response(scope, receive) or await self._passed_on(scope, receive, reply)
            except Exception as error:
                response = _internal_error(error)
            if response is not None:
                await reply.finish(response, scope, receive)

    def _stripped(self, scope: Any) -> Any:
        """The same with the path as the chat knows it, whether or not the proxy took the root path off."""
        path = scope["path"]
        if self._root and (path == self._root or path.startswith(f"{self._root}/")):
            path = path[len(self._root) :] or "/"
            # Servers need not give the raw path, and Starlette can do without.
            scope = {name: value for name, value in scope.items() if name != "raw_path"} | {"path": path}
        return scope

    async def _own_response(self, scope: Any, receive: Receive) -> Response | None:
        """Our own answer to a request; None for one that is the chat's to answer."""
        request, path = Request(scope, receive), scope["path"]
        if path == "/health":
            return PlainTextResponse("alive\n")
        if path == "/ready":
            return await self._readiness()
        if why := self._names.why_refused(scope):
            return _refused(request, "origin", why, 403)
        if self._login and path == "/login":
            return await self._login.log_in(request)
        if self._login and path == "/logout":
            return self._login.log_out(request)
        user = self._login.user_of(request) if self._login else None
        if path == "/metrics" and self._gauges:
            return await self._metrics(request, allowed=user is not None)
        if self._login and user is None:
            OBSERVER.count("dateline_refused_total", reason="login")
            return self._login.refuse(request)
        scope[USER] = user
        if not _is_offered(path):
            return _refused(request, "route", "There is nothing at this address.", 404)
        if path.rstrip("/") == _UPLOAD and not self._may_upload(user):
            return _refused(request, "upload", "Only who may add articles may send files.", 403)
        return None

    async def _readiness(self) -> Response:
        why = await _in_thread(self._why_not_ready)
        return PlainTextResponse(f"{why or 'ready'}\n", 503 if why else 200)

    async def _metrics(self, request: Request, *, allowed: bool) -> Response:
        """The counts, for who is logged in and for programs on this machine."""
        if not (allowed or (request.client and is_loopback(request.client.host))):
            return _refused(request, "login", "Figures are told to this machine, and to who is logged in.", 403)
        assert self._gauges is not None
        text = OBSERVER.as_prometheus(await _in_thread(self._gauges))
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    async def _passed_on(self, scope: Any, receive: Receive, reply: _Reply) -> Response | None:
        """Let the chat answer; what to say instead where it could not."""
        largest = self._limits.upload + _FORM_BYTES if scope["path"] == _UPLOAD else self._limits.request
        body = _Body(receive, largest)
        length = MutableHeaders(raw=scope["headers"]).get("content-length", "0")
        try:
            if not (length.isascii() and length.isdigit() and int(length[:20]) <= largest):
                raise _TooLargeError
            await self._app(scope, body.receive, body.unless_too_large(reply.send))
        except Exception as error:
            if body.too_large or isinstance(error, _TooLargeError):
                return _too_large(Request(scope), largest)
            return _internal_error(error)
        if body.too_large:
            return _too_large(Request(scope), largest)
        await reply.release()
        return None


class _TooLargeError(Exception):
    """More was sent than may be."""


class _Body:
    """What is received, up to a limit in bytes."""

    def __init__(self, receive: Receive, largest: int) -> None:
        self._receive = receive
        self._left = largest
        self.too_large = False

    def unless_too_large(self, send: Send) -> Send:
        """The same without what the chat says of a body that was cut off."""

        async def passed_on(message: Message) -> None:
            if not self.too_large:
                await send(message)

        return passed_on

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.too_large = True
            raise _TooLargeError
        return message


class _Reply:
    """What is sent back: with our headers, a nonce in the page, and a number in place of an internal error."""

    def __init__(self, send: Send, path: str) -> None:
        self._send = send
        self._path = path
        self._nonce = secrets.token_urlsafe(16) if path == "/" else ""
        self._page: list[bytes] | None = None  # the parts of the page that came so far
        self._start: Message = {}
        self._began = False
        self._held: list[Message] = []

    async def send(self, message: Message) -> None:
        """Take a message of the chat. Starlette answers an error before it hands it on: that answer is held back."""
        if self._held or (message["type"] == "http.response.start" and message["status"] == 500):
            self._held.append(message)
        else:
            await self._take(message)

    async def release(self) -> None:
        """Send what was held back: no error came after it."""
        for message in self._held:
            await self._take(message)

    async def finish(self, response: Response, scope: Any, receive: Receive) -> None:
        """Send a response of our own, unless one has begun; that is then cut off."""
        if not self._began:
            self._nonce, self._page = "", None
            await response(scope, receive, self._take)

    async def _take(self, message: Message) -> None:
        if message["type"] != "http.response.start":
            await self._take_body(message)
        elif self._nonce and MutableHeaders(scope=message).get("content-type", "").startswith("text/html"):
            self._page, self._start = [], message
        else:
            await self._begin(message)

    async def _take_body(self, message: Message) -> None:
        if self._page is None:
            await self._send(message)
            return
        self._page.append(message.get("body", b""))
        if message.get("more_body"):
            return
        # Text from anywhere else stands in the page as JSON, whose "<" are escaped.
        page = b"".join(self._page).replace(b"<script", f'<script nonce="{self._nonce}"'.encode())
        MutableHeaders(scope=self._start)["content-length"] = str(len(page))
        self._page = None
        await self._begin(self._start)
        await self._send({"type": "http.response.body", "body": page})

    async def _begin(self, message: Message) -> None:
        self._began = True
        headers = MutableHeaders(scope=message)
        headers.update(security_headers(self._nonce))
        if not self._path.startswith(_FILES):
            headers["Cache-Control"] = "no-store"
        OBSERVER.count("dateline_responses_total", status=f"{message['status'] // 100}xx")
        await self._send(message)


def _is_offered(path: str) -> bool:
    path = path.rstrip("/") or "/"
    return (path in _ROUTES or path.startswith(_BELOW)) and not path.lower().startswith(_ON_THE_NETWORK)


async def _in_thread(work: Callable[[], Any]) -> Any:
    import anyio.to_thread

    return await anyio.to_thread.run_sync(work)


def _refused(request: Request, reason: str, words: str, status: int) -> Response:
    OBSERVER.count("dateline_refused_total", reason=reason)
    logger.info("Refused %s %s: %s", request.method, request.url.path[:200], words, extra={"reason": reason})
    return _said(request, "Not possible", words, status)


def _too_large(request: Request, largest: int) -> Response:
    return _refused(request, "size", f"A request may have at most {largest:,} bytes.", 413)


def _internal_error(error: Exception) -> Response:
    """The words for an error that nobody foresaw, under a number that stands in the log, too."""
    number = uuid.uuid4().hex[:8]
    logger.error("Internal error %s in the web server", number, exc_info=error, extra={"error_id": number})
    words = f"An internal error occurred. The log has the details under {number}."
    return JSONResponse({"detail": words, "error": words}, 500)


def _said(request: Request, title: str, words: str, status: int) -> Response:
    if "text/html" in request.headers.get("accept", ""):
        return HTMLResponse(notice_page(title, words), status)
    return JSONResponse({"detail": words, "error": words}, status)
