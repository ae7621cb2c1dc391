"""The chat as one Gradio app, and the server that shows it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence

import gradio as gr

from qa.config import Config
from qa.errors import ConfigError
from qa.index import Index
from qa.web import theme
from qa.web.api import add_api
from qa.web.background import Background
from qa.web.page import add_page

# How long Ctrl-C waits for the slice of vectors in hand. A process that ends while torch computes in a thread aborts.
_SECONDS_TO_STOP = 15.0
_HIGHEST_PORT = 65_535


def build_app(
    index: Index, background: Background | None = None, *, examples: Sequence[str] | None = None
) -> gr.Blocks:
    """The chat over an open index, not yet served. Style and limits belong to `launch`; see `serve`.

    Args:
        index: what is asked; it stays the caller's to close.
        background: whose state the page shows; None where nothing runs behind the page.
        examples: questions to offer; by default made from recent titles.
    """
    config = index.config
    with gr.Blocks(title="Dateline", fill_width=True, analytics_enabled=False) as app:
        add_page(index, background, examples)
        add_api(index)
    return app.queue(max_size=config.chat_queue, default_concurrency_limit=config.chat_concurrency)


def serve(
    open_index: Callable[[], Index], config: Config, *, host: str | None = None, port: int | None = None,
    embed: bool = True, open_browser: bool = False, ready: Callable[[str], None] | None = None,
    examples: Sequence[str] | None = None,
) -> None:  # fmt: skip
    """Serve the chat until Ctrl-C, while the model loads and missing vectors are computed behind it.

    Args:
        open_index: opens the index; it is closed at the end.
        config: the settings of the chat.
        host: by default that of the configuration.
        port: likewise; 0 takes any free one.
        embed: False computes no vectors.
        open_browser: open the page in the reader's browser.
        ready: is told the address once the page can be opened.
        examples: questions to offer; by default made from recent titles.

    Raises:
        ConfigError: the address cannot be listened on.
    """
    with serving(open_index, config, host=host, port=port, embed=embed, examples=examples) as address:
        if ready:
            ready(address)
        if open_browser:
            import webbrowser

            webbrowser.open(address)
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


@contextlib.contextmanager
def serving(
    open_index: Callable[[], Index], config: Config, *, host: str | None = None, port: int | None = None,
    embed: bool = True, examples: Sequence[str] | None = None,
) -> Iterator[str]:  # fmt: skip
    """The served chat as a context: its address inside, everything closed after it. Arguments as for `serve`."""
    with contextlib.ExitStack() as closing:
        index = open_index()
        background = Background(index, embed=embed, pause=config.chat_poll_seconds)
        # Last things first: the page goes, the thread is told, the index is closed under it, and it ends.
        closing.callback(background.join, _SECONDS_TO_STOP)
        closing.callback(index.close)
        closing.callback(background.stop)
        app = build_app(index, background, examples=examples)
        closing.callback(app.close, verbose=False)
        address = _launch(app, config, config.host if host is None else host, config.port if port is None else port)
        background.start()
        yield address


def _launch(app: gr.Blocks, config: Config, host: str, port: int) -> str:
    if not 0 <= port <= _HIGHEST_PORT:
        raise ConfigError(f"port must be from 0 to {_HIGHEST_PORT:,}, not {port}", cure="Use 0 for any free port.")
    try:
        _, address, _ = app.launch(
            server_name=host, server_port=port or _free_port(host), prevent_thread_lock=True, quiet=True, share=False,
            ssr_mode=False, theme=theme.theme(), css_paths=[theme.STYLESHEET], js=theme.script(),
            favicon_path=theme.FAVICON, footer_links=["api"], run_history=False, pwa=False, mcp_server=False,
            enable_monitoring=False, max_file_size=config.chat_upload_bytes, show_error=False,
            state_session_capacity=config.chat_sessions,
        )  # fmt: skip
    except OSError as error:
        raise ConfigError(
            f"Cannot listen on {host}:{port}: {error}", cure="Choose another with --port; 0 takes any free one."
        ) from error
    return str(address)


def _free_port(host: str) -> int:
    """A port that was free a moment ago. Gradio itself cannot be given 0: it would not learn the number."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
