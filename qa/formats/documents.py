"""Plain text and Markdown: one article a file.

Plain text: the first line that is not blank is the title if a blank line and then more text follow,
and it is at most 200 characters long (else it is a paragraph); it is then no longer part of the text.
Nothing else is known about the article, its date neither.

Markdown: YAML front matter between two `---` lines may hold any of the fields, each read as text, so
that `language: no` stays "no". The body is the text, as it is. If the front matter has no title, a
first line `# Heading` becomes the title and is no longer part of the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qa.formats.fields import FIELD_ALIASES, make_article
from qa.formats.opening import decode, read_chunks, whole_content
from qa.records import Article, BadRecord, Origin

_LONGEST_TITLE = 200
_FENCE = "---"
_FENCE_ENDS = ("---", "...")
_YAML_NULLS = ("null", "Null", "NULL", "~")


def read_text(path: Path, maximum: int) -> Iterator[Article | BadRecord]:
    """The one article of a plain text file. Raises ArticleFileError as `read_chunks` does."""
    origin = Origin(str(path), 1)
    try:
        content = _content(path, maximum)
    except ValueError as error:
        yield BadRecord(origin, str(error))
        return
    title, text = _split_title(content)
    yield make_article({"title": title, "text": text}, origin)


def read_markdown(path: Path, maximum: int) -> Iterator[Article | BadRecord]:
    """The one article of a Markdown file. Raises ArticleFileError as `read_chunks` does."""
    origin = Origin(str(path), 1)
    try:
        front, body = _split_front_matter(_content(path, maximum))
    except ValueError as error:
        yield BadRecord(origin, str(error))
        return
    if not any(front.get(name) for name in FIELD_ALIASES["title"]):
        front["title"], body = _split_heading(body)
    yield make_article({**front, "text": body}, origin)


def _content(path: Path, maximum: int) -> str:
    text = decode(whole_content(read_chunks(path), maximum), maximum)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _split_title(content: str) -> tuple[str, str]:
    first, _, rest = content.strip().partition("\n")
    following, _, text = rest.partition("\n")
    if not following.strip() and text.strip() and len(first) <= _LONGEST_TITLE:
        return first, text
    return "", content


def _split_heading(body: str) -> tuple[str, str]:
    first, _, rest = body.strip().partition("\n")
    if first.startswith("# "):
        return first[2:].strip().rstrip("#").strip(), rest
    return "", body


def _split_front_matter(content: str) -> tuple[dict[str, Any], str]:
    """The fields (names in lower case) and the body.

    Raises:
        ValueError: the front matter is not closed, no YAML, or no mapping; the message is the reason.
    """
    first, _, rest = content.partition("\n")
    if first.rstrip() != _FENCE:
        return {}, content
    lines = rest.split("\n")
    for number, line in enumerate(lines):
        if line.rstrip() in _FENCE_ENDS:
            return _parse_front_matter("\n".join(lines[:number])), "\n".join(lines[number + 1 :])
    raise ValueError("the front matter is never closed; end it with a line ---")


def _parse_front_matter(text: str) -> dict[str, Any]:
    import yaml

    # The base loader makes text, lists and mappings only: no objects, and no guesses at dates.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        front = yaml.load(text, Loader=loader)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 2}" if mark else ""
        problem = getattr(error, "problem", None) or str(error)
        raise ValueError(f"the front matter is not YAML: {problem}{place}; put values with colons in quotes") from error
    except RecursionError as error:
        raise ValueError("the front matter is nested too deeply") from error
    if front in (None, ""):
        return {}
    if not isinstance(front, dict):
        raise ValueError("the front matter must be lines of the form name: value")
    return {
        str(name).strip().lower(): None if isinstance(value, str) and value in _YAML_NULLS else value
        for name, value in front.items()
    }
