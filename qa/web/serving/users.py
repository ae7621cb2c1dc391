"""Who may use the chat: a file of names and hashed passwords.

The file is JSON: `{"version": 1, "users": {NAME: {"n", "r", "p", "salt", "hash", "added", "editor"}}}`, salt and hash
in hexadecimal. Only its owner may read it.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.durable import replace_file
from qa.errors import ConfigError

if TYPE_CHECKING:
    import filelock

logger = logging.getLogger("qa.web")

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 1024
# scrypt (RFC 7914) with the parameters that OWASP's Password Storage Cheat Sheet gives for 16 MiB. Each user's own are
# kept, so that these can be raised; `_check` sets bounds to what a file may ask for.
_N, _R, _P = 2**14, 8, 5
_LARGEST_N, _LARGEST_R, _LARGEST_P = 2**17, 16, 16
_SALT_BYTES, _HASH_BYTES = 16, 32
_VERSION = 1
_NAME = re.compile(r"[\w.@-]{1,64}")
_LOCK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class User:
    """One user. `n`, `r` and `p` are scrypt's; `added` is the moment in ISO 8601, UTC; an `editor` may add articles and
    remove them."""

    name: str
    n: int
    r: int
    p: int
    salt: bytes
    hash: bytes
    added: str
    editor: bool = False


def hashed(name: str, password: str) -> User:
    """A user with a fresh salt.

    Raises:
        ConfigError: a name or password that cannot be taken.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            "This is no user name", where=name[:80],
            cure="Take up to 64 letters, digits and the marks . _ - @, without spaces.",
        )  # fmt: skip
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise ConfigError(
            f"The password has {len(password):,} characters",
            cure=f"Take {SHORTEST_PASSWORD} to {LONGEST_PASSWORD:,}; several words are good.",
        )
    salt = secrets.token_bytes(_SALT_BYTES)
    added = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    return User(_normal(name), _N, _R, _P, salt, _scrypt(password, _N, _R, _P, salt), added)


def password_fits(user: User | None, password: str) -> bool:
    """Whether this is the user's password. None, for a name that is not known, takes as long and is never right."""
    known = user or User("", _N, _R, _P, bytes(_SALT_BYTES), bytes(_HASH_BYTES), "")
    # What nobody can have as a password is not worth the work, whoever asks.
    computed = _scrypt(password[:LONGEST_PASSWORD], known.n, known.r, known.p, known.salt)
    return hmac.compare_digest(computed, known.hash) and user is not None


def _scrypt(password: str, n: int, r: int, p: int, salt: bytes) -> bytes:
    # Half of a surrogate pair, which no keyboard types, is not worth an error of its own.
    given = _normal(password).encode("utf-8", "surrogatepass")
    memory = 128 * r * (n + p + 2)
    return hashlib.scrypt(given, salt=salt, n=n, r=r, p=p, dklen=_HASH_BYTES, maxmem=2 * memory)


def _normal(text: str) -> str:
    """The same letters in one way of writing them, whatever the keyboard sends (NFC, as RFC 8265 has it)."""
    return unicodedata.normalize("NFC", text)


def read_users(path: Path) -> dict[str, User]:
    """The users of a file by name.

    Raises:
        ConfigError: there is no such file, or it cannot be used.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["version"] != _VERSION:
            raise ValueError(f"its version is {data['version']!r}")
        return {name: _user(name, values) for name, values in data["users"].items()}
    except FileNotFoundError:
        raise ConfigError(
            "The file of users is not there", where=str(path), cure=f"Make it: qa user add NAME --auth {path}"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"The file of users cannot be read: {type(error).__name__}: {error}", where=str(path),
            cure="Restore it, or delete it and add the users again with `qa user add`.",
        ) from error  # fmt: skip


def _user(name: str, values: dict[str, Any]) -> User:
    user = User(
        name, values["n"], values["r"], values["p"],
        bytes.fromhex(values["salt"]), bytes.fromhex(values["hash"]), str(values["added"]),
        # Files from before there were editors do not say.
        values.get("editor") is True,
    )  # fmt: skip
    limits = ((user.n, _LARGEST_N), (user.r, _LARGEST_R), (user.p, _LARGEST_P))
    if not all(type(value) is int and 1 <= value <= largest for value, largest in limits) or user.n & (user.n - 1):
        raise ValueError(f"the parameters of {name!r} are not sensible")
    if len(user.hash) != _HASH_BYTES or not user.salt:
        raise ValueError(f"the hash of {name!r} is not whole")
    return user


def add_user(path: Path, name: str, password: str, *, editor: bool | None = None) -> bool:
    """Add a user, or give one another password; whether the name is new. The file is made where there is none.

    Args:
        path: the file of users.
        name: the user's.
        password: what they are to log in with.
        editor: whether they may add articles and remove them; None leaves it as it is, and a new user may not.

    Raises:
        ConfigError: a name or password that cannot be taken, or a file that cannot be used.
    """
    user = hashed(name, password)
    with _writing(path):
        users = read_users(path) if path.exists() else {}
        known = users.get(user.name)
        may_edit = known is not None and known.editor if editor is None else editor
        _write(path, users | {user.name: dataclasses.replace(user, editor=may_edit)})
    return known is None


def remove_user(path: Path, name: str) -> bool:
    """Remove a user; whether there was one of this name.

    Raises:
        ConfigError: the file is not there or cannot be used.
    """
    with _writing(path):
        users = read_users(path)
        found = users.pop(_normal(name), None)
        if found:
            _write(path, users)
    return found is not None


def _writing(path: Path) -> filelock.BaseFileLock:
    """Two administrators at once must not undo each other's change."""
    import filelock

    path.parent.mkdir(parents=True, exist_ok=True)
    return filelock.FileLock(path.with_name(path.name + ".lock"), timeout=_LOCK_SECONDS)


def _write(path: Path, users: dict[str, User]) -> None:
    entries = {}
    for name, user in sorted(users.items()):
        values = dataclasses.asdict(user) | {"salt": user.salt.hex(), "hash": user.hash.hex()}
        entries[name] = {key: value for key, value in values.items() if key != "name"}
    text = json.dumps({"version": _VERSION, "users": entries}, indent=2, ensure_ascii=False) + "\n"
    replace_file(path, text.encode("utf-8"), mode=stat.S_IRUSR | stat.S_IWUSR)


class UserFile:
    """The users of a file, read again whenever it has changed, so that nobody has to restart the chat.

    Raises:
        ConfigError: at the start, a file that is not there, cannot be used, or holds nobody.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._signature()
        self._users = read_users(path)
        if not self._users:
            raise ConfigError(
                "The file of users holds nobody", where=str(path), cure=f"Add a user: qa user add NAME --auth {path}"
            )
        if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            logger.warning("Others than its owner may read %s; `chmod 600` puts that right.", path)

    def find(self, name: str) -> User | None:
        """The user of this name as the file says now. What has become unreadable lets nobody in."""
        signature = self._signature()
        if signature != self._seen:
            try:
                self._users = read_users(self._path)
            except ConfigError as error:
                logger.error("Nobody can log in: %s", error)
                self._users = {}
            self._seen = signature
        return self._users.get(_normal(name))

    def _signature(self) -> tuple[int, ...]:
        try:
            found = self._path.stat()
        except OSError:
            return ()
        return found.st_mtime_ns, found.st_ino, found.st_size
