"""Changing the archive from the page, for those who may: adding files or a path, removing an article."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa.errors import QuestionError
from qa.formats import ENDINGS
from qa.index import Index
from qa.web import archive_rendering, asking, theme
from qa.web import editing_rendering as rendering
from qa.web.archive import ArchiveTab, Look
from qa.web.intake import Intake, State

logger = logging.getLogger("qa.web.editing")

# Seconds between two looks at the work: while there is some, and else.
_OFTEN, _SELDOM = 1.0, 5.0
_ABOUT_FEEDS = "Of a feed (RSS or Atom) only the feed itself is fetched, never the pages that it links to."
_HIDDEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


@dataclass(frozen=True, slots=True)
class Editor:
    """What those who may change the archive are offered.

    Args:
        intake: adds articles.
        paths: files of the server's machine may be named, and feeds that it fetches.
        may: whether the user of this name may change the archive; the name is None where nobody logs in.
    """

    intake: Intake
    paths: bool
    may: Callable[[str | None], bool]

    def admit(self, request: gr.Request) -> str:
        """Who asks for a change, for the log.

        Raises:
            QuestionError: they may not change the archive.
        """
        if not self.may(request.username):
            raise QuestionError(
                "You may not change this archive", cure="Ask who runs the chat: `qa user add NAME --editor` lets you."
            )
        return request.username or "who sits at this machine"


def add_editing(index: Index, tabs: gr.Tabs, archive: ArchiveTab, editor: Editor) -> None:
    """Add the tab, and to an article that is read the button that removes it."""
    _add_intake(index, tabs, editor)
    _add_removal(Removal(index, archive, editor), archive)


def _add_intake(index: Index, tabs: gr.Tabs, editor: Editor) -> None:
    # Where users log in, it is known only later who opened the page.
    shown_at_first = editor.may(None)
    with tabs, gr.Tab("Add articles", visible=shown_at_first, id="editing", elem_id="editing") as tab, gr.Row():
        with gr.Column(min_width=320):
            files = gr.File(label="Files of articles", file_count="multiple", height=170, elem_id="editing-files")
            gr.HTML(**theme.plain(archive_rendering.note(_formats(index.config.chat_upload_bytes))))
            add = gr.Button("Add these files", variant="primary", elem_id="editing-add")
            path = gr.Textbox(
                label="Or a file or folder on this machine, or the address of a feed", info=_ABOUT_FEEDS,
                max_lines=1, visible=editor.paths,
                elem_id="editing-path",
            )  # fmt: skip
            add_path = gr.Button("Add what is there", visible=editor.paths, elem_id="editing-add-path")
        with gr.Column(min_width=320):
            shown = gr.HTML(**theme.plain(rendering.intake(State())), elem_id="editing-state")
            trouble = gr.HTML(**theme.plain(""))
            cancel = gr.Button("Cancel", variant="stop", visible=False, elem_id="editing-cancel")
    timer = gr.Timer(_SELDOM)
    work = Work(editor)
    state: list[Any] = [shown, cancel, timer]
    timer.tick(work.look, timer, state, **_HIDDEN)
    tab.select(work.look, timer, state, **_HIDDEN)
    context = gr.context.Context.root_block
    assert context is not None
    context.load(work.offered, None, tab, **_HIDDEN)
    add.click(work.add_files, files, [files, trouble, *state], **_HIDDEN)
    if editor.paths:
        gr.on([add_path.click, path.submit], work.add_path, path, [path, trouble, *state], **_HIDDEN)
    cancel.click(work.cancel, None, state, **_HIDDEN)


def _formats(most: int) -> str:
    return f"{', '.join(ENDINGS)}; each also as .gz or .zst. At most {most / 1_000_000:,.0f} MB at a time."


class Work:
    """What the events of the tab do. The work is the server's: every page shows the same, also after a reload."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    def offered(self, request: gr.Request) -> gr.Tab:
        """The tab, for those who may use it."""
        return gr.Tab(visible=self._editor.may(request.username))

    def look(self, interval: float | None, request: gr.Request) -> tuple[Any, ...]:
        """The state of the work for a page that looks at it every `interval` seconds.

        All of it each time: answers may overtake each other, so what a page shows is not what it was told last.
        """
        state = self._editor.intake.state if self._editor.may(request.username) else State()
        wanted = _OFTEN if state.busy else _SELDOM
        can_cancel = state.busy and not state.cancelling
        pace = gr.Timer(wanted) if wanted != interval else gr.skip()
        return rendering.intake(state), gr.Button(visible=can_cancel), pace

    def add_files(self, files: list[str] | None, request: gr.Request) -> tuple[Any, ...]:
        """Begin to add uploaded files; they leave the field, or stay there with the trouble."""
        try:
            user = self._editor.admit(request)
            self._editor.intake.add_files(files or [])
            self._note(user, "adds")
        except Exception as error:
            return (gr.skip(), rendering.trouble(asking.words_for(error)), *self.look(None, request))
        return (None, "", *self.look(None, request))

    def add_path(self, path: str, request: gr.Request) -> tuple[Any, ...]:
        """Begin to add a file or folder of this machine, or a feed that it fetches."""
        try:
            user = self._editor.admit(request)
            if not self._editor.paths:
                raise QuestionError("Paths and addresses are taken only from this machine", cure="Upload the files.")
            self._editor.intake.add_path(path)
            self._note(user, "adds")
        except Exception as error:
            return (gr.skip(), rendering.trouble(asking.words_for(error)), *self.look(None, request))
        return ("", "", *self.look(None, request))

    def cancel(self, request: gr.Request) -> tuple[Any, ...]:
        """Ask the work to end; that it has shows soon."""
        if self._editor.may(request.username):
            self._note(self._editor.admit(request), "cancels adding")
            self._editor.intake.cancel()
        return self.look(None, request)

    def _note(self, user: str, does: str) -> None:
        _note(user, does, self._editor.intake.state.what)


def _add_removal(removal: Removal, archive: ArchiveTab) -> None:
    with archive.column:
        # What was confirmed is removed, whatever is read by then.
        asked = gr.State("")
        remove = gr.Button("Remove this article…", size="sm", visible=False, elem_id="remove")
        words = gr.HTML(**theme.plain(""))
        with gr.Row(visible=False, elem_id="remove-sure") as sure:
            yes = gr.Button("Remove it for good", variant="stop", size="sm", elem_id="remove-yes")
            no = gr.Button("Keep it", size="sm", elem_id="remove-no")
    read = archive.reader.article_id
    question: list[Any] = [remove, words, sure, asked]
    archive.shown.then(removal.offered, read, question, **_HIDDEN)
    remove.click(removal.ask, read, question, **_HIDDEN)
    no.click(removal.offered, read, question, **_HIDDEN)
    yes.click(
        removal.remove, [asked, archive.listed.look], [*archive.reader, *archive.listed, *question], **_HIDDEN
    )  # fmt: skip


class Removal:
    """What the buttons that remove an article do."""

    def __init__(self, index: Index, archive: ArchiveTab, editor: Editor) -> None:
        self._index = index
        self._archive = archive.events
        self._editor = editor

    def offered(self, article_id: str, request: gr.Request) -> tuple[Any, ...]:
        """The button, where an article is read by who may remove it; nothing is asked yet."""
        can_remove = bool(article_id) and self._editor.may(request.username)
        return gr.Button(visible=can_remove), "", gr.Row(visible=False), ""

    def ask(self, article_id: str, request: gr.Request) -> tuple[Any, ...]:
        """The question whether it is meant."""
        try:
            self._editor.admit(request)
            versions = self._index.history(article_id)
        except Exception as error:
            return gr.skip(), rendering.trouble(asking.words_for(error)), gr.Row(visible=False), ""
        if not versions:
            return self.offered("", request)
        words = rendering.about_to_remove(versions[-1].article, len(versions))
        return gr.Button(visible=False), words, gr.Row(visible=True), article_id

    def remove(self, article_id: str, look: Look, request: gr.Request) -> tuple[Any, ...]:
        """Remove what was confirmed; the list without it."""
        try:
            user = self._editor.admit(request)
            removed = self._index.remove(article_id) if article_id else []
            if removed:
                _note(user, "removed", article_id)
        except Exception as error:
            kept = (gr.skip(),) * 6
            return (
                *kept,
                gr.Button(visible=True),
                rendering.trouble(asking.words_for(error)),
                gr.Row(visible=False),
                "",
            )
        words = "The article was removed, with all its versions." if removed else "It was no longer in the archive."
        return (archive_rendering.nothing_to_read(words), "", *self._archive.listed(look), *self.offered("", request))


def _note(user: str, does: str, what: str) -> None:
    """Who changes what, in the log."""
    logger.info("%s %s %r", user, does, what, extra={"user": user, "action": does, "what": what})
