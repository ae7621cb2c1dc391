"""A document as Markdown in which text from articles stays text: no link, image, code or HTML can come of it.

CommonMark lets every ASCII punctuation mark be escaped by a backslash; those are escaped that CommonMark or a usual
extension of it (GitHub's, Pandoc's) gives a meaning. Links are made of `markup.safe_link` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from qa.web.export import Block, Heading, Line, Quotation, Source
from qa.web.markup import UNSEEN

# Marks with a meaning anywhere; what makes an address a link, or a name an emoji; dashes and dots that would become
# typographic ones. What has a meaning only at the beginning of a line is harmless, for no foreign text stands there.
_MEANINGFUL = re.compile(r"[\\`*_\[\]<>&#~|$^{}@!=]|:(?=\S)|(?<=[-.])[-.]|(?<=www)\.", re.IGNORECASE)
_TO_ENCODE = {"<": "%3C", ">": "%3E"}


def as_markdown(blocks: Iterable[Block]) -> str:
    """The document as Markdown, ending in a line break."""
    return "\n\n".join(_written(block) for block in blocks) + "\n"


def escaped(text: str) -> str:
    """Text in one line that every reader of Markdown shows as it is."""
    return _MEANINGFUL.sub(r"\\\g<0>", " ".join(UNSEEN.sub("", text).split()))


def _written(block: Block) -> str:
    match block:
        case Heading(level, text):
            # A number and a dot at its beginning are no list: a heading is one line of text.
            return f"{'#' * level} {escaped(text)}"
        case Line(label, text):
            return f"**{escaped(label)}:** {escaped(text)}" if label else f"*{escaped(text)}*"
        case Quotation(text, number, origin):
            return f"> “{escaped(text)}” {escaped(f'[{number}]')}\n>\n> — {escaped(origin)}"
        case Source():
            return _source(block)


def _source(source: Source) -> str:
    lines = [f"**{escaped(f'[{source.number}]')}** {escaped(source.title)}", *map(escaped, source.facts)]
    lines += [f"**{escaped(warning)}**" for warning in source.warnings]
    if source.link:
        lines.append(f"<{''.join(_TO_ENCODE.get(character, character) for character in source.link)}>")
    # Two spaces at the end break a line.
    return "- " + "  \n  ".join(lines)
