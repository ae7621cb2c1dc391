"""`qa user`: who may log in to a chat that is started with `--auth`."""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from qa.cli.failures import NOTHING_FOUND
from qa.cli.options import IndexFolder, Json, Verbose
from qa.cli.printing import one_line, say, show, show_json
from qa.config import load_config
from qa.conversations import delete_conversations
from qa.errors import ConfigError
from qa.web.serving.users import User, add_user, read_users, remove_user


class Action(enum.StrEnum):
    """What can be done."""

    ADD = "add"
    REMOVE = "remove"
    LIST = "list"


def user(
    action: Annotated[Action, typer.Argument(help="What to do.")],
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="The user; not for `list`.")] = None,
    auth: Annotated[
        Path, typer.Option("--auth", metavar="FILE", help="The file of users, made where there is none.")
    ] = Path("users.json"),
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
    ] = False,
    editor: Annotated[
        bool | None,
        typer.Option(
            "--editor/--no-editor", show_default=False,
            help="Whether a user that is added may change the archive where the chat is started with --editor; else as "
            "before, and a new one may not.",
        ),
    ] = None,
    index: IndexFolder = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Say who may log in to the chat.

    `add` gives a user that is there another password; `remove` deletes the conversations that were kept of one, too.
    """
    if (name is None) != (action is Action.LIST):
        raise typer.BadParameter("`add` and `remove` need a name, `list` takes none.", param_hint="NAME")
    if name is None:
        _show_users(read_users(auth).values(), as_json)
        return
    result: dict[str, object] = {"user": name, "action": action.value}
    if action is Action.ADD:
        is_new = add_user(auth, name, _password(password_stdin), editor=editor)
        done = "may log in" if is_new else "has another password; sessions with the old one have ended"
    elif remove_user(auth, name):
        # Whoever is added under this name later is somebody else.
        deleted = delete_conversations(Path(load_config(index=None if index is None else str(index)).index), name)
        result["conversations"] = deleted
        kept = f"; of the conversations that were kept, {deleted:,} {'was' if deleted == 1 else 'were'} deleted"
        done = f"may no longer log in{kept if deleted else ''}"
    else:
        say(f"There is no user {name}.")
        raise typer.Exit(NOTHING_FOUND)
    if as_json:
        show_json(result)
    else:
        show(f"{one_line(name)} {done}.")


def _show_users(users: Iterable[User], as_json: bool) -> None:
    if as_json:
        show_json({"users": [{"name": user.name, "added": user.added, "editor": user.editor} for user in users]})
        return
    for user in users:
        show(f"{one_line(user.name)}  since {one_line(user.added)}{'  editor' if user.editor else ''}")


def _password(from_stdin: bool) -> str:
    """The password as typed or piped; on a command line others of this machine could read it.

    Raises:
        ConfigError: nobody is there to type it.
    """
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise ConfigError("Nobody can type a password here", cure="Pipe it in with --password-stdin.")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
