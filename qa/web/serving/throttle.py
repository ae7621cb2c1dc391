"""Guessing passwords is made slow: after some failures each further attempt has to wait, longer every time."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

# Keys remembered; beyond them the one that failed longest ago is forgotten.
_MOST_KEYS = 10_000
_FORGOTTEN_AFTER = 3_600.0  # seconds without a failure
_USUAL_IPV6_PREFIX = 64  # one customer has at least so large a network


@dataclass(frozen=True, slots=True)
class Limit:
    """How many failures are free, and the longest wait in seconds after more of them."""

    free: int
    longest_wait: float


# An office may share one address, so it has more attempts; who guesses at one user from many addresses must not keep
# that user out for long.
USER, ADDRESS = Limit(5, 30.0), Limit(20, 900.0)


@dataclass(slots=True)
class _Record:
    failures: int = 0
    last: float = 0.0


class Throttle:
    """Counts attempts by key. An attempt counts as failed from its start, so that many at once gain nothing.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._records: OrderedDict[str, _Record] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, user: str, address: str) -> float:
        """Begin an attempt. 0.0 where it may go on; else the seconds to wait, and it is not counted."""
        now = self._clock()
        with self._lock:
            waits = [self._wait(key, limit, now) for key, limit in _keys(user, address)]
            if max(waits) <= 0:
                for key, _ in _keys(user, address):
                    self._count(key, now)
                return 0.0
            return max(waits)

    def succeeded(self, user: str, address: str) -> None:
        """The attempt was right: the user's failures are forgotten; of the address only this one is taken back.

        Else somebody with a password of their own could begin anew after every guess at another's.
        """
        with self._lock:
            (user_key, _), (address_key, _) = _keys(user, address)
            self._records.pop(user_key, None)
            record = self._records.get(address_key)
            if record:
                record.failures -= 1

    def _wait(self, key: str, limit: Limit, now: float) -> float:
        record = self._records.get(key)
        if record is None or now - record.last > _FORGOTTEN_AFTER or record.failures < limit.free:
            return 0.0
        # The exponent has a bound, for a float has.
        pause = min(2.0 ** min(record.failures - limit.free, 20), limit.longest_wait)
        return record.last + pause - now

    def _count(self, key: str, now: float) -> None:
        record = self._records.pop(key, None)
        if record is None or now - record.last > _FORGOTTEN_AFTER:
            record = _Record()
        record.failures += 1
        record.last = now
        self._records[key] = record
        if len(self._records) > _MOST_KEYS:
            self._records.popitem(last=False)


def _keys(user: str, address: str) -> tuple[tuple[str, Limit], tuple[str, Limit]]:
    return (f"user {user}", USER), (f"address {_network(address)}", ADDRESS)


def _network(address: str) -> str:
    """An IPv4 address, or the network that one IPv6 customer commands."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, _USUAL_IPV6_PREFIX), strict=False))
