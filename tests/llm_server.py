"""A server of OpenAI's chat protocol that does what a test says, on a free port of this machine."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers the n-th request with the n-th step, and all later ones with the last."""

    protocol_version = "HTTP/1.1"
    server: ScriptedServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append(body)
        self.server.headers.append(dict(self.headers))
        step = self.server.steps[min(len(self.server.requests), len(self.server.steps)) - 1]
        self.close_connection = True
        try:
            step(self)
        except OSError:
            self.server.hung_up.set()

    def open_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()

    def send_piece(self, text: str, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
        self.send_event({"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})

    def send_event(self, value: object) -> None:
        self.wfile.write(f"data: {json.dumps(value)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        pass


class ScriptedServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, steps: tuple[Step, ...]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.steps = steps
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.hung_up = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, *_: Any) -> None:
        pass


@contextmanager
def serving(*steps: Step) -> Iterator[ScriptedServer]:
    server = ScriptedServer(steps)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def says(text: str, *, finish: str = "stop", counted: int = 0, size: int = 7) -> Step:
    """Streams the text in pieces of `size` characters; `counted` are the tokens that it says the prompt took."""

    def step(handler: Handler) -> None:
        handler.open_stream()
        for start in range(0, len(text), size):
            handler.send_piece(text[start : start + size])
        handler.send_piece("", finish)
        if counted:
            usage = {"prompt_tokens": counted, "completion_tokens": 1, "total_tokens": counted + 1}
            handler.send_event({"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m",
                                "choices": [], "usage": usage})  # fmt: skip
        handler.wfile.write(b"data: [DONE]\n\n")

    return step


def fails(status: int, body: bytes = b'{"error": {"message": "no"}}', **headers: str) -> Step:
    def step(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return step


def holds_back(*parts: tuple[str, threading.Event]) -> Step:
    """Streams each text once its event is set, then ends; sends comments, which are no words, while it waits."""

    def step(handler: Handler) -> None:
        handler.open_stream()
        for text, event in parts:
            while not event.wait(0.02):
                handler.wfile.write(b": still here\n\n")
                handler.wfile.flush()
            handler.send_piece(text)
        handler.send_piece("", "stop")
        handler.wfile.write(b"data: [DONE]\n\n")

    return step


def stalls(text: str = "", seconds: float = 5.0) -> Step:
    """Streams the text, then sends comments, which are no words, for so long."""

    def step(handler: Handler) -> None:
        handler.open_stream()
        if text:
            handler.send_piece(text)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            handler.wfile.write(b": still here\n\n")
            handler.wfile.flush()
            time.sleep(0.02)

    return step


def breaks_off(text: str) -> Step:
    """Streams the text and cuts the connection in the middle of an event."""

    def step(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        event = f"data: {json.dumps({'choices': [{'index': 0, 'delta': {'content': text}}]})}\n\n".encode()
        handler.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        handler.wfile.write(b"ff\r\ndata: {")
        handler.wfile.flush()

    return step
