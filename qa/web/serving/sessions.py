"""Who is logged in. Kept in memory: a restart ends all sessions."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from qa.web.serving.users import User

_MOST_SESSIONS = 10_000
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class _Session:
    user: User
    ends: float


class Sessions:
    """Sessions by their tokens, of which only hashes are kept.

    Args:
        hours: how long a session lasts, however much it is used.
        find: the user of a name as of now; a session ends when its user is removed or has another password.
        clock: seconds that never go back.
    """

    def __init__(
        self, hours: float, find: Callable[[str], User | None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.seconds = hours * 3600
        self._find = find
        self._clock = clock
        self._sessions: OrderedDict[bytes, _Session] = OrderedDict()  # in the order in which they end
        self._lock = threading.Lock()

    def __len__(self) -> int:
        with self._lock:
            self._forget_ended()
            return len(self._sessions)

    def open(self, user: User) -> str:
        """A new session; its token."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        with self._lock:
            self._forget_ended()
            if len(self._sessions) >= _MOST_SESSIONS:
                self._sessions.popitem(last=False)
            self._sessions[_key(token)] = _Session(user, self._clock() + self.seconds)
        return token

    def user(self, token: str) -> str | None:
        """The name of the user who has this token, None where it is unknown or has ended."""
        with self._lock:
            session = self._sessions.get(_key(token))
            if session is None:
                return None
            if self._clock() < session.ends and self._find(session.user.name) == session.user:
                return session.user.name
            del self._sessions[_key(token)]
            return None

    def close(self, token: str) -> None:
        with self._lock:
            self._sessions.pop(_key(token), None)

    def _forget_ended(self) -> None:
        now = self._clock()
        while self._sessions:
            key, session = next(iter(self._sessions.items()))
            if now < session.ends:
                return
            del self._sessions[key]


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
