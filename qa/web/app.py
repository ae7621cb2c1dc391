"""The page of the chat, its events and its API; and the server that shows it."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Sequence

import gradio as gr

from qa.config import Config
from qa.errors import ConfigError
from qa.index import Index
from qa.web import rendering, theme
from qa.web.api import add_api
from qa.web.background import Background
from qa.web.page import add_page

logger = logging.getLogger("qa.web")

# How long Ctrl-C waits for the window of vectors in hand; without it that window is lost, which is harmless.
_SECONDS_TO_STOP = 3.0


def build_app(index: Index, background: Background | None = None, *, examples: Sequence[str] | None = None) -> gr.Blocks:
    """The chat over an open index, not yet served. Style and script are given to `launch`; see `serve`.

    Args:
        index: what is asked; it stays the caller's to close.
        background: whose state the page shows; none where nothing runs behind the page.
        examples: questions to offer; by default made from recent titles.
    """
    config = index.config
    with gr.Blocks(title="Dateline", fill_width=True, analytics_enabled=False) as app:
        add_page(index, background, examples)
        add_api(index)
    return app.queue(max_size=config.chat_queue, default_concurrency_limit=config.chat_concurrency)
