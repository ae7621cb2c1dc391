"""Text of others made plain: one line without invisible signs, and without any that could pass for ours.

What articles and models write is data. In a prompt it must not look like our delimiters, like the blocks of a chat
template ("<|im_start|>", "[INST]"), or like a citation; on its way out it must not reorder or hide what is read.
"""

from __future__ import annotations

import re

# Control characters but white space; soft hyphens; zero-width and bidirectional marks; tags and variation selectors,
# in which text can be hidden; half surrogate pairs.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff\ud800-\udfff]"
)
_OURS = str.maketrans("<>[]|＜＞［］｜【】〔〕⟦⟧〈〉⟨⟩", "‹›()¦‹›()¦()()()‹›‹›")
_QUOTE_MARKS = str.maketrans(dict.fromkeys("\"“”„‟«»‹›‘’‚‛'", ""))


def visible(text: str) -> str:
    """The text without invisible signs; line breaks stay."""
    return _INVISIBLE.sub("", text)


def as_data(text: str) -> str:
    """One line without angle and square brackets and bars, wide ones too; others stand in their places."""
    return " ".join(visible(text).translate(_OURS).split())


def bare(text: str) -> str:
    """`as_data` without quote marks, to compare quotations by."""
    return " ".join(as_data(text).translate(_QUOTE_MARKS).split())
