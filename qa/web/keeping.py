"""What is kept of a conversation: a file that the reader saves, and the reader's votes where these are switched on."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Callable, Sequence
from typing import Any

from qa.errors import QuestionError
from qa.feedback import LONGEST_REASON, CitedPlace, Vote, forget_vote, keep_vote
from qa.index import Index
from qa.web import export, links
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


def voted(index: Index, turn: Turn, helpful: bool | None, reason: str) -> Turn:
    """The turn with this vote, which is kept beside the archive; None takes the vote back.

    Args:
        index: what was asked.
        turn: whose answer is meant.
        helpful: whether it was.
        reason: why, or why not; may be empty.

    Raises:
        QuestionError: the reason is too long.
        ArchiveError: the vote cannot be kept.
    """
    reason = " ".join(reason.split())
    if len(reason) > LONGEST_REASON:
        raise QuestionError(
            f"The reason is {len(reason):,} characters long; at most {LONGEST_REASON:,} are kept", cure="Shorten it."
        )
    if turn.answer is None or turn.request is None:
        return turn
    if helpful is None:
        forget_vote(index.path, turn.name)
        return dataclasses.replace(turn, helpful=None, reason="")
    answer, citations = turn.answer, [sentence.citation for sentence in turn.answer.sentences]
    vote = Vote(
        turn.name, datetime.datetime.now(datetime.UTC), turn.request.searched, answer.query.as_of,
        links.link_to(turn.request, answer.query), answer.abstained, answer.text,
        tuple(CitedPlace(each.article.id, each.start, each.end) for each in citations), helpful, reason,
    )  # fmt: skip
    keep_vote(index.path, vote)
    return dataclasses.replace(turn, helpful=helpful, reason=reason)
