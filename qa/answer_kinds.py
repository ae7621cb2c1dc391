"""The kind of answer that a question asks for, and whether a text holds one of that kind; by rules."""

from __future__ import annotations

import re
from collections.abc import Set

from qa.lexical import terms_of
from qa.proper_names import PLACE, names_in

_NUMBER_OR_WORD = re.compile(r"\d[\d.,]*|[a-zA-Z]+")
NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|millions?"
    r"|billions?|half|third|quarter|twice|percent|per cent)\b",
    re.IGNORECASE,
)

# The kinds of answer, each with how a question asks for it. The first that matches counts.
_ASKED = {
    "speech": r"\b(?:did|does|has)\b.*\b(?:say|said|think|call|comment|describe|tell)\b|\bquote",
    "quantity": r"\bhow (?:many|much|long|old|far|high|big|large|tall|fast|often|wide|deep|heavy)\b"
    r"|\bwhat (?:percentage|share|number|age|amount|sum)\b|\b(?:cost|price|fee|fine|score|size|length|weight)\b",
    "date": r"(?:^|[,;:]|\band|\bor|\bsince|\buntil)\W*when\b|\b(?:what|which) (?:day|date|year|month|week|time)\b"
    r"|\bhow long ago\b",
    "place": r"\bwhere\b|\b(?:what|which) (?:town|city|country|place|village|street|state|region|river)\b",
    "person": r"\bwho(?:m|se)?\b|\b(?:what|which) (?:\w+ )?"
    r"(?:man|woman|person|company|team|club|minister|party|actor|singer|player|firm)\b",
    "reason": r"\bwhy\b|\bwhat (?:caused|led)\b|\bfor what reason\b",
}
# How a sentence shows that it has an answer of that kind; "quantity" and "person" need a closer look.
_SHOWN = {
    "speech": r"[\"“”«»]|\b(?:said|says|told|called|warned|added|according)\b",
    "date": r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|tonight|tomorrow|ago"
    r"|(?:last|next) (?:week|month|year|night|spring|summer|autumn|winter)|midnight|noon"
    r"|january|february|march|april|june|july|august|september|october|november|december|[12]\d{3}|\d{1,2} may"
    r"|may \d|spring|summer|autumn|winter|since|until|o[’']clock|\d{1,2}[.:][0-5]\d(?!\d)|\d ?[ap]\.?m\b)",
    "place": r"(?-i:\b(?:in|at|near|from|to|outside|off|on|into|across|through)\s+(?:the\s+)?[A-Z]\w+)",
    "reason": r"\b(?:because|due to|after|since|so that|in order|owing|caus|reason|blam|result|therefore)",
}
_ASKED_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _ASKED.items()}
_SHOWN_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _SHOWN.items()}


def kind_asked(question: str) -> str:
    """ "speech", "quantity", "date", "place", "person", "reason", or empty where none is asked for."""
    return next((kind for kind, pattern in _ASKED_PATTERNS.items() if pattern.search(question)), "")


def is_shown(kind: str, text: str, known: Set[str]) -> bool | None:
    """Whether a text holds an answer of a kind.

    Args:
        kind: as `kind_asked` gives it.
        text: a sentence.
        known: the question's own terms, which are no answer to it.

    Returns:
        None where `kind` is empty.
    """
    if not kind:
        return None
    if kind == "person":
        return any(
            name.sure and name.kind != PLACE and set(terms_of(name.text)) - set(known) for name in names_in(text)
        )
    if kind == "quantity":
        return any(
            NUMBER.search(word) and not set(terms_of(word)) & set(known) for word in _NUMBER_OR_WORD.findall(text)
        )
    return bool(_SHOWN_PATTERNS[kind].search(text))
