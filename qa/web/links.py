"""A question as the end of an address, so that it can be kept, sent and asked again: `?q=...&as_of=YYYY-MM-DD`.

What limited the question stands there, too, for else the link would lead to another answer: `source` and `ignore` as
often as needed, `from`, `to` and `k`.
"""

from __future__ import annotations

import urllib.parse

from qa.config import Config
from qa.errors import QuestionError
from qa.records import Query
from qa.web.asking import Request, checked_request

_ONCE = ("q", "as_of", "from", "to", "k")
_MOST_FIELDS = 100


def link_to(request: Request, query: Query) -> str:
    """The link to a question, with its day of asking and whole, so that it needs no turns before it.

    Args:
        request: what was asked.
        query: what was made of it; it has the day of asking also where none was given.
    """
    filters = request.filters
    fields = [("q", request.searched), ("as_of", query.as_of.isoformat())]
    if filters.published_from:
        fields.append(("from", filters.published_from.isoformat()))
    if filters.published_to:
        fields.append(("to", filters.published_to.isoformat()))
    fields += [("source", source) for source in filters.sources]
    fields += [("ignore", phrase) for phrase in request.ignored]
    if request.k is not None:
        fields.append(("k", str(request.k)))
    return "?" + urllib.parse.urlencode(fields, errors="replace")


def question_in(search: str) -> str:
    """The question of a link, however little the rest can be used; empty where there is none."""
    return next((value.strip() for name, value in _pairs(search) if name == "q"), "")


def request_in(config: Config, search: str) -> Request:
    """The question of a link with its limits. Names that are not ours are Gradio's own, or the mail program's.

    Args:
        config: the limits of the chat.
        search: the end of the address, from its question mark.

    Raises:
        QuestionError: a value that cannot be used, or one that is given twice.
    """
    given: dict[str, list[str]] = {}
    for name, value in _pairs(search):
        given.setdefault(name, []).append(value)
    for name in _ONCE:
        if len(given.get(name, ())) > 1:
            raise QuestionError(f"The link names {name} twice", cure="Copy it again, or correct it.")
    first, last, as_of, k = (given.get(name, [""])[0] for name in ("from", "to", "as_of", "k"))
    sources, ignored = given.get("source"), given.get("ignore")
    return checked_request(config, question_in(search), sources, first, last, as_of, _number(k), ignored)


def _pairs(search: str) -> list[tuple[str, str]]:
    fields = search.removeprefix("?").split("&", _MOST_FIELDS)[:_MOST_FIELDS]
    return urllib.parse.parse_qsl("&".join(fields), errors="replace")


def _number(text: str) -> float | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise QuestionError(
            "The link's number of passages is no number", where=text[:40], cure="Write it as in k=5, or leave it out."
        )
    return float(text)
