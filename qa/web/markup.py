"""What all HTML of the chat is made of: text without teeth, and links that lead where they say.

Whatever comes from an article or a reader goes through `escaped`, so that it can neither become markup nor turn
around the text beside it. Links are made by `safe_link` alone.
"""

from __future__ import annotations

import html
import re
import urllib.parse

# Characters that reorder the text around them, and control characters that no reader sees. Joiners stay: scripts
# such as Persian and Hindi need them.
UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NOT_IN_A_LINK = re.compile(r"[\s\\\x00-\x20\x7f-\x9f]")


def escaped(text: str) -> str:
    """Text as HTML text or attribute value, without characters that reorder what stands around it."""
    return html.escape(UNSEEN.sub("", text), quote=True)


def isolated(text: str) -> str:
    """A short piece of foreign text inside a line of ours: its direction stays its own."""
    return f"<bdi>{escaped(text)}</bdi>"


def safe_link(url: str) -> str:
    """The URL where it is a plain web address, else an empty string."""
    url = url.strip()
    if _NOT_IN_A_LINK.search(url) or UNSEEN.search(url):
        return ""
    try:
        parts = urllib.parse.urlsplit(url)
        return url if parts.scheme.lower() in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


def anchor_to(link: str, inner: str) -> str:
    """A link to a page elsewhere; `link` has passed `safe_link`, `inner` is HTML."""
    return f'<a href="{escaped(link)}" target="_blank" rel="noopener noreferrer nofollow">{inner}</a>'


def language(tag: str) -> str:
    """The attribute by which screen readers pronounce an article's words; "" where `tag` is no language tag."""
    return f' lang="{tag}"' if _LANGUAGE.fullmatch(tag) else ""
