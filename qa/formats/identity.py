"""Ids for articles that bring none: from their URL, else from what they say."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_TRACKING = frozenset({"fbclid", "gclid"})
_TRACKING_PREFIX = "utm_"
_DIGITS = 16


def derive_id(title: str, text: str, url: str) -> str:
    """`url-` and 16 hex digits from the canonical URL; where there is none, `text-` and 16 from title and text."""
    canonical = canonical_url(url)
    if canonical:
        return "url-" + _digest(canonical)
    return "text-" + _digest(f"{title}\n{text}")


def canonical_url(url: str) -> str:
    """The URL without what does not tell one article from another; empty if it is not http(s) with a host.

    Left out: the scheme, `www.`, the scheme's default port, user and password, the fragment, slashes
    at the end of the path, and the parameters utm_*, fbclid and gclid. The host is in lower case, the
    other parameters are sorted; path and parameters keep their case.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    if parts.scheme not in _DEFAULT_PORTS or not host:
        return ""
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    query = "&".join(sorted(filter(_matters, parts.query.split("&"))))
    return host + parts.path.rstrip("/") + (f"?{query}" if query else "")


def _matters(parameter: str) -> bool:
    name = parameter.partition("=")[0].lower()
    return bool(parameter) and name not in _TRACKING and not name.startswith(_TRACKING_PREFIX)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
