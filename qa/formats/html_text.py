"""The words of HTML as plain paragraphs, as a reader sees them.

Block elements end a paragraph (an empty line), `<br>` a line; links keep their words. Left out is what no reader is
shown (scripts, styles, `hidden`, `display: none`, controls of forms, what stands in place of pictures and players) and
what is struck out: it was taken back. Raised figures stay raised, for 10<sup>6</sup> is not 106.

libxml2 reads the HTML, as a stream of events: its trees would lose what stands deeper than 2,048 elements, or behind
`</html>`, without a word.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table",
    "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})
_UNSEEN = frozenset({
    "applet", "audio", "button", "canvas", "datalist", "head", "iframe", "noembed", "noframes", "noscript", "object",
    "option", "rp", "script", "select", "style", "svg", "template", "textarea", "title", "video",
})  # fmt: skip
_STRUCK_OUT = frozenset({"del", "s", "strike"})
_HIDING = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)
# White space of HTML; a no-break space is none of it, and stays.
_SPACE = re.compile(r"[ \t\n\f\r]+")
_RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")


def text_of_html(source: str) -> str:
    """The paragraphs of HTML, with an empty line between two. Text without any tag keeps its line breaks."""
    if "<" not in source:
        return html.unescape(source).strip()
    from lxml import etree

    # The encoding that is given here counts, whatever a <meta> says.
    parser = etree.HTMLParser(target=_Paragraphs(), encoding="utf-8", huge_tree=True)
    parser.feed(source.encode())
    return str(parser.close())


def text_of_element(element: Any) -> str:
    """The paragraphs of XHTML that stands in an XML tree, under this element."""
    from lxml import etree

    paragraphs = _Paragraphs()
    for event, node in etree.iterwalk(element, events=("start", "end")):
        # Prefixes, declared or not, tell nothing that matters here.
        name = str(node.tag).rpartition("}")[2].rpartition(":")[2]
        if event == "start":
            paragraphs.start(name, node.attrib)
            paragraphs.data(node.text or "")
        else:
            paragraphs.end(name)
            if node is not element:
                paragraphs.data(node.tail or "")
    return paragraphs.close()


class _Paragraphs:
    """Gathers text from the events of a parser: the interface that lxml calls a target."""

    def __init__(self) -> None:
        self._finished: list[str] = []
        self._pieces: list[str] = []
        self._hidden = 0  # elements that are open, from the outermost one that is not shown
        self._preformatted = 0
        self._raised: list[int] = []  # where each open <sup> begins among the pieces

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        tag = tag.lower()
        if self._hidden or _is_hidden(tag, attributes):
            self._hidden += 1
        elif tag in _BLOCKS:
            self._end_paragraph()
            self._preformatted += tag == "pre"
        elif tag in _CELLS:
            self._pieces.append(" ")
        elif tag == "br":
            self._pieces.append("\n")
        elif tag == "q":
            self._pieces.append("“")
        elif tag == "sup":
            self._raised.append(len(self._pieces))

    def end(self, tag: str) -> None:
        tag = tag.lower()
        if self._hidden:
            self._hidden -= 1
        elif tag in _BLOCKS:
            self._end_paragraph()
            self._preformatted -= tag == "pre"
        elif tag == "q":
            self._pieces.append("”")
        elif tag == "sup" and self._raised:
            self._raise(self._raised.pop())

    def data(self, text: str) -> None:
        if self._hidden:
            return
        if self._preformatted:
            self._pieces.append(text.replace("\r\n", "\n"))
        else:
            self._pieces.append(_SPACE.sub(" ", text))

    def close(self) -> str:
        self._end_paragraph()
        return "\n\n".join(self._finished)

    def _raise(self, begin: int) -> None:
        words = "".join(self._pieces[begin:])
        if all(ord(character) in _RAISED for character in words.strip()):
            self._pieces[begin:] = [words.translate(_RAISED)]

    def _end_paragraph(self) -> None:
        if not self._pieces:
            return
        lines = (_SPACE.sub(" ", line).strip() for line in "".join(self._pieces).split("\n"))
        paragraph = "\n".join(lines).strip()
        if paragraph:
            self._finished.append(paragraph)
        self._pieces.clear()
        self._raised.clear()


def _is_hidden(tag: str, attributes: Mapping[str, str]) -> bool:
    if tag in _UNSEEN or tag in _STRUCK_OUT or "hidden" in attributes:
        return True
    return bool(_HIDING.search(attributes.get("style") or ""))
