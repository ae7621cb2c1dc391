"""The server: uvicorn in a thread, on a socket that is bound before anything else starts."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn

from qa.errors import ConfigError

_HIGHEST_PORT = 65_535
_BACKLOG = 512
_SECONDS_TO_START = 30.0
# How long open event streams may hold up the end.
_SECONDS_TO_STOP = 2


def bound(host: str, port: int) -> socket.socket:
    """A socket that is bound to an address; port 0 takes any free one.

    Raises:
        ConfigError: the address cannot be listened on.
    """
    if not 0 <= port <= _HIGHEST_PORT:
        raise ConfigError(f"port must be from 0 to {_HIGHEST_PORT:,}, not {port}", cure="Use 0 for any free port.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, for without it asyncio leaves Nagle's algorithm on, which costs 40 ms for each response.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), port))
        listener.listen(_BACKLOG)
        return listener
    except (OSError, UnicodeError) as error:
        listener.close()
        raise ConfigError(
            f"Cannot listen on {host}:{port}: {error}", cure="Choose another with --port; 0 takes any free one."
        ) from error


@contextlib.contextmanager
def running(app: Any, listener: socket.socket) -> Iterator[None]:
    """Serve an ASGI app on a bound socket while the context lasts.

    Raises:
        RuntimeError: the app did not start.
    """
    config = uvicorn.Config(
        app, log_config=None, access_log=False, proxy_headers=False, server_header=False, date_header=True,
        timeout_graceful_shutdown=_SECONDS_TO_STOP, lifespan="on",
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="qa-web-server", daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + _SECONDS_TO_START
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("The web server did not start; the log says why.")
            time.sleep(0.005)
        yield
    finally:
        server.should_exit = True
        thread.join(_SECONDS_TO_STOP + 3)
        listener.close()
