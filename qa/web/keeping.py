"""What a reader takes away from a conversation: a file of it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from typing import Any

from qa.index import Index
from qa.web import export
from qa.web.asking import Turn
from qa.web.export_markdown import as_markdown
from qa.web.export_page import as_page

MARKDOWN, PAGE = "md", "html"
_WRITERS: dict[str, tuple[Callable[[list[export.Block]], str], str]] = {
    MARKDOWN: (as_markdown, "text/markdown;charset=utf-8"),
    PAGE: (as_page, "text/html;charset=utf-8"),
}
_NOT_IN_A_FILE_NAME = re.compile(r"[^\w.-]+")


def exported(index: Index, turns: Sequence[Turn], kind: str) -> dict[str, Any]:
    """The conversation as a file for the browser to save: `name`, `type` and `text`.

    Args:
        index: what was asked; what became of the cited articles since is looked up there.
        turns: the oldest first.
        kind: MARKDOWN or PAGE.

    Raises:
        ArchiveError: the archive cannot be read.
    """
    made = datetime.datetime.now(datetime.UTC)
    name = index.path.resolve().name
    since = {article: export.since_then(article, index.history(article.id)) for article in export.cited_articles(turns)}
    archive = export.Archive(name, index.stats())
    blocks = export.document(turns, archive, made, since, index.config.chat_turns)
    write, mime = _WRITERS[kind]
    file_name = _NOT_IN_A_FILE_NAME.sub("-", f"dateline-{name}-{made:%Y-%m-%d-%H%M}")
    return {"name": f"{file_name}.{kind}", "type": mime, "text": write(blocks)}
