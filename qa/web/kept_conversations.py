"""The list of a reader's kept conversations: filled, opened, deleted, and brought up to date after each question.

Whose conversations these are the server knows from the login; nothing that the browser sends has a say in it.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from qa import conversations as file
from qa.config import Config
from qa.errors import ConfigError
from qa.web import asking, rendering
from qa.web.asking import Turn
from qa.web.conversation import Conversations, Shown
from qa.web.kept_turns import kept, restored
from qa.web.wording import ago

_HIDDEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_ASK_FIRST = "(id) => [id, confirm('Delete this conversation from the server? It cannot be brought back.'), null]"


def check_history(config: Config, *, login: bool) -> None:
    """Raise ConfigError where conversations are to be kept for each user, but nobody has to log in."""
    if config.chat_history == "on" and not login:
        raise ConfigError(
            "Conversations can be kept only where readers log in", where="chat_history",
            cure="Add users with `qa user add NAME --auth FILE` and start with --auth FILE, or leave chat_history off.",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where the conversation on the page is kept: its id, and the positions of its turns by their names.

    A turn that is kept in another conversation has the position 0.
    """

    id: str = ""
    positions: tuple[tuple[str, int], ...] = ()


class KeptConversations:
    """What can be done with a user's kept conversations. Raises ArchiveError where their file cannot be used."""

    def __init__(self, conversations: Conversations) -> None:
        self.conversations = conversations
        self._index = conversations.index

    def choices(self, user: str) -> list[tuple[str, str]]:
        """A label and the id of each conversation, the one that changed last first."""
        now = datetime.datetime.now(datetime.UTC)
        found = file.conversations_of(self._index.path, user)
        return [(f"{each.title} · {ago(each.changed_at, now)}", each.id) for each in found]

    def keep(self, user: str, turns: Sequence[Turn], place: Place) -> Place:
        """Keep what is new or was replaced in the conversation at this place, and tell where it is now."""
        settled, known = [turn for turn in turns if turn.settled], dict(place.positions)
        new = [turn for turn in settled if turn.name not in known]
        if not new:
            return place
        identifier, last = place.id or uuid.uuid4().hex, max(known.values(), default=0)
        stays = max((known[turn.name] for turn in settled if turn.name in known), default=0)
        if self._index.config.chat_turns == 1:
            # A page of one turn does not tell what follows from what replaces; then nothing is erased.
            stays = last
        values = [kept(turn) for turn in new]
        if not file.keep_turns(self._index.path, user, identifier, last, last - stays, values):
            # It went on in another window, or was deleted there. Neither is undone from here.
            known, identifier, stays = dict.fromkeys(known, 0), uuid.uuid4().hex, 0
            file.keep_turns(self._index.path, user, identifier, 0, 0, values)
        known |= {turn.name: position for position, turn in enumerate(new, start=stays + 1)}
        return Place(identifier, tuple((turn.name, known[turn.name]) for turn in settled))

    def open(self, user: str, identifier: str) -> tuple[Shown, Place] | None:
        """The page with one of the user's conversations; None where the user has no such one."""
        found = list(file.turns_of(self._index.path, user, identifier).items())[-self._index.config.chat_turns :]
        if not found:
            return None
        turns = tuple(restored(self._index, turn) for _, turn in found)
        positions = tuple((turn.name, position) for turn, (position, _) in zip(turns, found, strict=True))
        return self.conversations.opened(turns), Place(identifier, positions)

    def delete(self, user: str, identifier: str) -> bool:
        """Erase one of the user's conversations; whether there was one."""
        return file.delete_conversation(self._index.path, user, identifier)


@dataclass(frozen=True, slots=True)
class KeptList:
    """The components of the list, and the place of the conversation on the page."""

    chosen: gr.Dropdown
    delete: gr.Button
    notice: gr.HTML
    place: gr.State


def add_list() -> KeptList:
    """Lay out the list in the Blocks at hand."""
    with gr.Row(elem_id="kept"):
        chosen = gr.Dropdown(
            [], value=None, label="Your conversations", scale=4, min_width=200, elem_id="kept-conversations"
        )
        delete = gr.Button("Delete", elem_id="delete-conversation", scale=0, min_width=90, interactive=False)
    notice = gr.HTML(rendering.kept_notice(""), apply_default_css=False, js_on_load=None)
    return KeptList(chosen, delete, notice, gr.State(Place()))


class ListEvents:
    """The events of the list, each for the user who is logged in."""

    def __init__(self, keeper: KeptConversations) -> None:
        self._keeper = keeper

    def loaded(self, place: Place, request: gr.Request) -> tuple[Any, ...]:
        user = _user(request)
        return *self._listed(user, place), rendering.kept_notice(user)

    def keep(self, turns: tuple[Turn, ...], place: Place, request: gr.Request) -> tuple[Any, ...]:
        user = _user(request)
        try:
            place = self._keeper.keep(user, turns, place)
        except Exception as error:
            raise _told(error) from error
        return place, *self._listed(user, place)

    def open(self, identifier: str | None, request: gr.Request) -> tuple[Any, ...]:
        user = _user(request)
        try:
            found = self._keeper.open(user, identifier or "")
        except Exception as error:
            raise _told(error) from error
        shown, place = found or (self._keeper.conversations.clear(), Place())
        return *shown, place, *self._listed(user, place)

    def delete(self, identifier: str | None, confirmed: bool, place: Place, request: gr.Request) -> tuple[Any, ...]:
        user = _user(request)
        try:
            deleted = confirmed and identifier and self._keeper.delete(user, identifier)
        except Exception as error:
            raise _told(error) from error
        if not deleted:
            return *[gr.skip()] * len(Shown._fields), place, *self._listed(user, place)
        return *self._keeper.conversations.clear(), Place(), *self._listed(user, Place())

    def begin_anew(self, request: gr.Request) -> tuple[Any, ...]:
        return Place(), *self._listed(_user(request), Place())

    def _listed(self, user: str, place: Place) -> tuple[Any, Any]:
        """The list, with the conversation on the page as the chosen one, and whether that can be deleted."""
        try:
            choices = self._keeper.choices(user)
        except Exception as error:
            raise _told(error) from error
        known = any(place.id == identifier for _, identifier in choices)
        return gr.Dropdown(choices, value=place.id if known else None), gr.Button(interactive=known)


def wire_list(
    parts: KeptList, conversations: Conversations, shown: Shown, running: Sequence[Any], stopped: Any,
    clear_button: gr.Button,
) -> list[Any]:  # fmt: skip
    """Wire the events of the list; those after whose end another question is the last one.

    Args:
        parts: its components.
        conversations: answers the questions of the page.
        shown: the components that a conversation changes.
        running: the events that answer a question; what they answered is kept, and opening a conversation ends them.
        stopped: the event that notes a stop.
        clear_button: begins a new conversation.
    """
    events = ListEvents(KeptConversations(conversations))
    listed = [parts.chosen, parts.delete]
    page = [*shown, parts.place, *listed]
    for event in (*running, stopped):
        event.then(events.keep, [shown.turns, parts.place], [parts.place, *listed], **_HIDDEN)
    opened = parts.chosen.input(events.open, parts.chosen, page, cancels=list(running), **_HIDDEN)
    # No gr.State: what the script answers must reach the server.
    confirmed = gr.Checkbox(visible=False)
    # A click counts also where the one before was taken back, and the server has not answered that yet.
    deleted = parts.delete.click(
        events.delete, [parts.chosen, confirmed, parts.place], page, js=_ASK_FIRST, trigger_mode="multiple", **_HIDDEN
    )
    clear_button.click(events.begin_anew, None, [parts.place, *listed], **_HIDDEN)
    context = gr.context.Context.root_block
    assert context is not None
    context.load(events.loaded, parts.place, [*listed, parts.notice], **_HIDDEN)
    return [opened, deleted]


def _user(request: gr.Request) -> str:
    """Who is logged in. Without a login nothing is kept; see `check_history`."""
    if not request.username:
        raise gr.Error("Conversations are kept only for readers who are logged in.", print_exception=False)
    return str(request.username)


def _told(error: Exception) -> gr.Error:
    return gr.Error(asking.words_for(error), print_exception=False)
