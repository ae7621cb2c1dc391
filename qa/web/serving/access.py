"""Who may use the chat, and what an address that others reach takes."""

from __future__ import annotations

import ipaddress
import logging
from dataclasses import dataclass
from pathlib import Path

from qa.errors import ConfigError

logger = logging.getLogger("qa.web")


@dataclass(frozen=True, slots=True)
class Access:
    """Who may use the chat, and what it tells of its use.

    Args:
        users: the file of who may log in; None lets everybody in who reaches the address.
        open_to_everyone: an address that others reach is meant to need no login.
        metrics: offer /metrics.
        log_questions: the log may hold what was asked.
        editor: articles may be added and removed: by the users who are editors, or without `users` by everybody.
    """

    users: Path | None = None
    open_to_everyone: bool = False
    metrics: bool = False
    log_questions: bool = False
    editor: bool = False


# Nothing special: a chat for this machine alone.
USUAL = Access()


def warn_of_openness(host: str, access: Access) -> None:
    """Say in the log what an address that others reach means.

    Raises:
        ConfigError: others reach it, and neither is a login asked for nor is this said to be meant.
    """
    if is_loopback(host):
        return
    if access.users is None and not access.open_to_everyone:
        raise ConfigError(
            f"Whoever reaches {host or 'this machine'} could ask the archive without a password", where="host",
            cure="Add users with `qa user add NAME --auth FILE` and start with --auth FILE, or say that it is meant "
            "with --open-to-everyone.",
        )  # fmt: skip
    if access.users is None:
        logger.warning("The chat is open to everyone who reaches %s; nobody needs a password.", host)
    else:
        logger.warning(
            "Passwords and answers travel to %s unencrypted unless a proxy with https stands before the chat.", host
        )


def refuse_open_editing(host: str, access: Access, *, proxied: bool) -> None:
    """See to it that nobody changes the archive without a password but who sits at this machine.

    Args:
        host: the address that the chat listens on.
        access: who may use it.
        proxied: it is shown under other names, too.

    Raises:
        ConfigError: others reach it, may edit, and need no password. `open_to_everyone` is meant for reading alone.
    """
    if access.editor and access.users is None and (proxied or not is_loopback(host)):
        raise ConfigError(
            "Whoever reaches the chat could add and remove articles without a password", where="--editor",
            cure="Start with --auth FILE (`qa user add NAME --auth FILE` adds users), or without --editor.",
        )  # fmt: skip


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach a server that listens on this address."""
    if host.lower() == "localhost":
        return True
    address = address_of(host)
    return address is not None and address.is_loopback


def address_of(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a name is, with or without brackets; None where it is none."""
    try:
        return ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return None
