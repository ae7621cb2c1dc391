"""Where a request comes from: behind which proxy, to which name, and from which page.

A page elsewhere must not be able to ask an archive through the browser of somebody who may. Browsers say from which
page a request comes (Origin, Sec-Fetch-Site), and a name that was made to lead here (DNS rebinding) shows in Host.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders

from qa.errors import ConfigError
from qa.web.serving.access import address_of, is_loopback

_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Scope = dict[str, Any]


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas.

    Raises:
        ConfigError: one that is none.
    """
    try:
        return tuple(ipaddress.ip_network(part, strict=False) for part in listed(text))
    except ValueError as error:
        raise ConfigError(
            f"chat_proxies holds what is no address: {error}", cure="Write it as in 127.0.0.1, 10.0.0.0/8."
        ) from None


def listed(text: str) -> list[str]:
    """The parts of a setting that lists several."""
    return [part.strip() for part in text.split(",") if part.strip()]


def seen_through_proxies(scope: Scope, proxies: Sequence[Network]) -> Scope:
    """The request as the outermost trusted proxy got it: its client, scheme and Host. Else nobody's word is taken."""
    headers = Headers(scope=scope)
    peer = (scope.get("client") or ("", 0))[0]
    changed = dict(scope)
    kept = MutableHeaders(
        raw=[(name, value) for name, value in scope["headers"] if name.decode("latin-1") not in _FORWARDED]
    )
    if _is_among(peer, proxies):
        for hop in reversed(listed(",".join(headers.getlist("x-forwarded-for")))):
            changed["client"] = (hop, 0)
            if not _is_among(hop, proxies):
                break
        if (scheme := headers.get("x-forwarded-proto", "").split(",")[0].strip()) in ("http", "https"):
            changed["scheme"] = scheme
        if host := headers.get("x-forwarded-host", "").split(",")[0].strip():
            kept["host"] = host
    changed["headers"] = kept.raw
    return changed


@dataclass(frozen=True, slots=True)
class Names:
    """Under which names the chat may be asked.

    Args:
        loopback: it listens to this machine alone.
        any_name: every name will do, for whoever comes has to log in, and a session belongs to its name.
        known: the names beside addresses, in small letters.
    """

    loopback: bool
    any_name: bool
    known: frozenset[str]

    def why_refused(self, scope: Scope) -> str:
        """Why a request may not pass, for the person who sent it; empty where it may."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        name = _hostname(f"//{host}")
        if not name or not (self.any_name or self._is_ours(name)):
            return (
                f"This chat does not answer to the name {name[:80]!r}. If it should, add the name to the setting "
                f"chat_names."
            )
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower() and not self._is_known(origin):
            return "Another page may not ask this archive."
        # "none" is what the person typed or bookmarked; without the header, it is no browser, or an old one.
        site = headers.get("sec-fetch-site", "none")
        if site not in ("same-origin", "none") and not _is_visit(scope, headers):
            return "Another page may not ask this archive."
        return ""

    def _is_ours(self, name: str) -> bool:
        address = address_of(name)
        if address is not None:
            # No name leads to where the browser was given an address.
            return address.is_loopback or not self.loopback
        return name == "localhost" or name in self.known

    def _is_known(self, origin: str) -> bool:
        """Whether it is a page of our own, seen through a proxy that changes Host."""
        return _hostname(origin) in self.known


def names_for(host: str, names: str, root_path: str, *, login: bool) -> Names:
    """The names of a chat that listens on `host`; `names` is a list of further ones, `root_path` may be a URL."""
    loopback = is_loopback(host)
    known = {name.lower() for name in listed(names)} | {_hostname(root_path)}
    if not loopback:
        known |= {host.lower(), socket.gethostname().lower()}
    return Names(loopback, login and not loopback, frozenset(known - {""}))


def _is_visit(scope: Scope, headers: Headers) -> bool:
    """Whether somebody followed a link to here, which is no harm: the page that has it learns nothing."""
    return (
        scope["method"] in ("GET", "HEAD")
        and headers.get("sec-fetch-mode") == "navigate"
        and (headers.get("sec-fetch-dest") == "document")
    )


def _hostname(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _is_among(peer: str, proxies: Sequence[Network]) -> bool:
    address = address_of(peer)
    return address is not None and any(address in network for network in proxies)
