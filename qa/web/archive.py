"""The tab in which readers browse the archive, search it by words, and read an article with its versions."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import gradio as gr

from qa.errors import QuestionError
from qa.index import Index
from qa.records import Filters
from qa.web import archive_rendering as rendering
from qa.web import asking, theme

_PAGE = 20
_NOTHING_OPEN = "Choose an article from the list to read it here, with its versions and where else it was printed."
_HIDDEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


@dataclass(frozen=True, slots=True)
class Look:
    """What a reader looks through: words and limits, and how many articles stand on the pages before."""

    words: str = ""
    filters: Filters = field(default_factory=Filters)
    offset: int = 0


class Listed(NamedTuple):
    """The components that a new list changes."""

    list: gr.HTML
    look: gr.State
    back: gr.Button
    on: gr.Button


class Reader(NamedTuple):
    """The components that an opened article changes: what is read, and its id, empty for none."""

    article: gr.HTML
    article_id: gr.State


class ArchiveTab(NamedTuple):
    """What others may add to the tab: its components, the column in which articles are read, its events, and the one
    event that shows an article."""

    listed: Listed
    reader: Reader
    column: gr.Column
    events: Archive
    shown: Any


def add_archive(index: Index, tabs: gr.Tabs) -> ArchiveTab:
    """Add the tab to the page and wire its events."""
    with tabs, gr.Tab("Archive", id="archive", elem_id="archive") as tab, gr.Row(elem_id="archive-page"):
        with gr.Column(scale=5, min_width=320):
            fields, search = _form(index)
            listed = _list()
        with gr.Column(scale=6, min_width=320, elem_id="archive-reader") as column:
            reader = Reader(gr.HTML(**theme.plain(rendering.nothing_to_read(_NOTHING_OPEN))), gr.State(""))
    archive = Archive(index)
    searched = {"fn": archive.search, "inputs": fields, "outputs": list(listed), **_HIDDEN}
    gr.on([search.click, fields[0].submit], **searched)
    # Outlets and articles may have come since the page was opened.
    tab.select(archive.opened, listed.look, [*listed, fields[1]], **_HIDDEN)
    for button, pages in ((listed.back, -1), (listed.on, 1)):
        button.click(archive.turned(pages), listed.look, list(listed), **_HIDDEN)
    actions = gr.HTML(js_on_load=theme.archive_actions(), apply_default_css=False, elem_id="archive-actions")
    shown = actions.read(archive.read, None, list(reader), trigger_mode="always_last", **_HIDDEN)
    return ArchiveTab(listed, reader, column, archive, shown)


def _form(index: Index) -> tuple[list[Any], gr.Button]:
    """The fields in the order in which `Archive.search` takes them, and the button."""
    with gr.Group(elem_id="archive-form"):
        words = gr.Textbox(
            label="Words", placeholder="Any of them; empty: all articles, the newest first", lines=1, max_lines=1,
            max_length=index.config.maximum_question_characters, elem_id="archive-words",
            info="Withdrawn articles are never searched: they are listed where no words are given.",
        )  # fmt: skip
        outlets = gr.Dropdown(_outlets(index), value=[], multiselect=True, label="From these outlets only")
        with gr.Row():
            first, last = (
                gr.Textbox(
                    label=label, placeholder="YYYY-MM-DD", max_lines=1, max_length=10, elem_classes="day", min_width=140
                )
                for label in ("First day", "Last day")
            )
    search = gr.Button("Search the archive", variant="primary", elem_id="archive-search")
    return [words, outlets, first, last], search


def _list() -> Listed:
    listing = gr.HTML(**theme.plain(rendering.nothing_listed("Looking…")), elem_id="archive-list")
    with gr.Row(elem_id="archive-pages"):
        back = gr.Button("Previous page", size="sm", interactive=False, min_width=110)
        on = gr.Button("Next page", size="sm", interactive=False, min_width=110)
    return Listed(listing, gr.State(Look()), back, on)


def _outlets(index: Index) -> list[tuple[str, str]]:
    counts = index.stats().sources
    return [(f"{name or 'Unknown outlet'} ({number:,})", name) for name, number in counts.items()]


class Archive:
    """What the events of the tab do. It holds nothing of a reader: where they are is handed in and out."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def search(self, words: str, outlets: list[str] | None, first: str, last: str) -> tuple[Any, ...]:
        """The first page of a new list."""
        return self._listed(lambda: self._checked(words, outlets, first, last))

    def opened(self, look: Look) -> tuple[Any, ...]:
        """The page of the list that a reader comes back to, and the outlets to choose from."""
        return (*self.listed(look), gr.Dropdown(choices=_outlets(self._index)))

    def listed(self, look: Look) -> tuple[Any, ...]:
        """The page of the list, made anew."""
        return self._listed(lambda: look)

    def turned(self, pages: int) -> Callable[[Look], tuple[Any, ...]]:
        """Turns so many pages on, or back where `pages` is negative."""

        def turn(look: Look) -> tuple[Any, ...]:
            offset = max(0, look.offset + pages * _PAGE)
            return self._listed(lambda: dataclasses.replace(look, offset=offset))

        return turn

    def read(self, event: gr.EventData) -> tuple[str, str]:
        """The article that was chosen, and its id. The browser could have sent anything."""
        data = event._data if isinstance(event._data, dict) else {}
        return self.shown(str(data.get("article", "")))

    def shown(self, article_id: str) -> tuple[str, str]:
        """An article as HTML, with its id; where it cannot be shown, why, and no id."""
        try:
            versions = self._index.history(article_id)
            if not versions:
                return rendering.nothing_to_read("This article is no longer in the archive."), ""
            article = versions[-1].article
            copies = self._index.catalogue().copies_of(article)
            return rendering.reading(article, len(versions), copies), article_id
        except Exception as error:
            return rendering.nothing_to_read(asking.words_for(error)), ""

    def _checked(self, words: str, outlets: list[str] | None, first: str, last: str) -> Look:
        longest = self._index.config.maximum_question_characters
        if len(words) > longest:
            raise QuestionError(f"The words are longer than {longest:,} characters", cure="Leave some out.")
        request = asking.checked_request(self._index.config, words, outlets, first, last, None, None)
        return Look(words.strip(), request.filters)

    def _listed(self, look_of: Callable[[], Look]) -> tuple[Any, ...]:
        """The list as HTML, what it was made from, and whether there are pages before and behind it."""
        try:
            look = look_of()
            found = self._index.catalogue().search(look.words, look.filters, limit=_PAGE, offset=look.offset)
            # Articles were removed since: the last page there is.
            if look.offset and not found.entries:
                last_page = max(0, found.total - 1) // _PAGE * _PAGE
                return self._listed(lambda: dataclasses.replace(look, offset=min(last_page, look.offset - _PAGE)))
        except Exception as error:
            still = gr.Button(interactive=False)
            return rendering.nothing_listed(asking.words_for(error)), Look(), still, still
        more = look.offset + len(found.entries) < found.total
        return (
            rendering.listing(found, look.offset, words=look.words), look,
            gr.Button(interactive=look.offset > 0), gr.Button(interactive=more),
        )  # fmt: skip
