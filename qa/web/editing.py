"""Changing the archive from the page, for those who may: adding files or a path, removing an article."""

from __future__ import annotations

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

# Seconds between two looks at the work: while there is some, and else.
_OFTEN, _SELDOM = 1.0, 5.0
_ABOUT_FEEDS = "Of a feed (RSS or Atom) only the feed itself is fetched, never the pages that it links to."
_HIDDEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


@dataclass(frozen=True, slots=True)
class Editor:
    """What those who may change the archive are offered.

    `paths` lets them name files of the server's machine, and feeds that it fetches.
    """

    intake: Intake
    paths: bool


def add_editing(index: Index, tabs: gr.Tabs, archive: ArchiveTab, editor: Editor) -> None:
    """Add the tab, and to an article that is read the button that removes it."""
    _add_intake(index, tabs, editor)
    _add_removal(Removal(index, archive), archive)


def _add_intake(index: Index, tabs: gr.Tabs, editor: Editor) -> None:
    with tabs, gr.Tab("Add articles", id="editing", elem_id="editing") as tab, gr.Row():
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

    def look(self, interval: float | None = None) -> tuple[Any, ...]:
        """The state of the work for a page that looks at it every `interval` seconds.

        All of it each time: answers may overtake each other, so what a page shows is not what it was told last.
        """
        state = self._editor.intake.state
        wanted = _OFTEN if state.busy else _SELDOM
        can_cancel = state.busy and not state.cancelling
        pace = gr.Timer(wanted) if wanted != interval else gr.skip()
        return rendering.intake(state), gr.Button(visible=can_cancel), pace

    def add_files(self, files: list[str] | None) -> tuple[Any, ...]:
        """Begin to add uploaded files; they leave the field, or stay there with the trouble."""
        try:
            self._editor.intake.add_files(files or [])
        except Exception as error:
            return (gr.skip(), rendering.trouble(asking.words_for(error)), *self.look())
        return (None, "", *self.look())

    def add_path(self, path: str) -> tuple[Any, ...]:
        """Begin to add a file or folder of this machine, or a feed that it fetches."""
        try:
            if not self._editor.paths:
                raise QuestionError("Paths and addresses are taken only from this machine", cure="Upload the files.")
            self._editor.intake.add_path(path)
        except Exception as error:
            return (gr.skip(), rendering.trouble(asking.words_for(error)), *self.look())
        return ("", "", *self.look())

    def cancel(self) -> tuple[Any, ...]:
        """Ask the work to end; that it has shows soon."""
        self._editor.intake.cancel()
        return self.look()


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

    def __init__(self, index: Index, archive: ArchiveTab) -> None:
        self._index = index
        self._archive = archive.events

    def offered(self, article_id: str) -> tuple[Any, ...]:
        """The button, where an article is read; nothing is asked yet."""
        return gr.Button(visible=bool(article_id)), "", gr.Row(visible=False), ""

    def ask(self, article_id: str) -> tuple[Any, ...]:
        """The question whether it is meant."""
        try:
            versions = self._index.history(article_id)
        except Exception as error:
            return gr.skip(), rendering.trouble(asking.words_for(error)), gr.Row(visible=False), ""
        if not versions:
            return self.offered("")
        words = rendering.about_to_remove(versions[-1].article, len(versions))
        return gr.Button(visible=False), words, gr.Row(visible=True), article_id

    def remove(self, article_id: str, look: Look) -> tuple[Any, ...]:
        """Remove what was confirmed; the list without it."""
        try:
            removed = self._index.remove(article_id) if article_id else []
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
        return (archive_rendering.nothing_to_read(words), "", *self._archive.listed(look), *self.offered(""))
