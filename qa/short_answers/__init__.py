"""The name, date, place or quantity inside a sentence that answers a question, found by rules, or nothing.

Whoever reads the short answer may not read the sentence: a rule gives nothing where it could be wrong. A sentence has
to hold part of the question; one candidate has to be left after the question's own words are taken out, or one that
the words around it single out: a verb of the question, an office, the noun that is counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from qa.asked import Asked
from qa.proper_names import PERSON, PLACE
from qa.short_answers.amounts import how_long, how_many, how_much, how_old, how_sized, share_of
from qa.short_answers.case import AUXILIARY, DATE, NAME, QUANTITY, Case, Span, supported
from qa.short_answers.names import which, who
from qa.short_answers.times import clock, when, where

__all__ = ["DATE", "NAME", "PERSON", "PLACE", "QUANTITY", "Span", "find_short_answer", "without_source"]


# How a question asks; the first that matches counts.
_HOW_OLD = re.compile(r"\bhow old\b", re.IGNORECASE)
_HOW_LONG = re.compile(r"\b(?P<how>how long)\b(?! ago)|\bfor how (?:long|many (?:years|days|hours))\b", re.IGNORECASE)
_HOW_MANY = re.compile(
    r"\b(?:how many|(?:what|which) number of|what (?:is|was|were|are) the (?:total )?number of) "
    r"(?P<counted>[\w&’' -]+)",
    re.IGNORECASE,
)
_HOW_MUCH = re.compile(
    r"\bhow much\b(?! (?:longer|later|sooner|earlier))(?: of)? ?(?P<mass>[\w’'-]+)?|"
    r"\bwhat (?:does|did|will|would|do) [\w’' -]{2,60} (?:cost|pay|earn|charge)\b|"
    r"\bwhat (?:is|was|will be|would be) the (?:[\w-]+ )?(?:price|cost|fee|fine|budget|salary|prize)\b|"
    r"\bhow (?:large|big|high) (?:is|was|were|are) the (?:[\w-]+ )?(?:fine|fee|debt|bill|loan|budget|bonus|reward)\b",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"\b(?:what|which|how (?:large|big)(?: a)?) (?:is the |was the )?(?:percentage|proportion|share|fraction)\b|"
    r"\bwhat percent\b|\bwhat (?:is|was) the (?:[\w-]+ )?(?:turnout|unemployment rate|inflation rate|tax rate)\b",
    re.IGNORECASE,
)
_HOW_SIZED = re.compile(
    r"\bhow (?P<size>far|high|tall|deep|wide|big|large|heavy|fast|hot|cold|strong|powerful)\b|"
    r"\bhow (?P<weight>much) (?:does|did|do) [\w’' -]{2,40} weigh\b",
    re.IGNORECASE,
)
_WHEN = re.compile(
    r"(?:^|[,;:]|\band|\bor|\bsince|\buntil)\W*when\b|\b(?:in |on |by |since |during )?(?:what|which) (?:day|date|year|"
    r"month|weekday|decade)\b",
    re.IGNORECASE,
)
_CLOCK_ASKED = re.compile(r"\b(?:at )?what time\b|\bwhat hour\b", re.IGNORECASE)
_WHERE = re.compile(
    r"(?:^|[,;:]|\band|\bfrom)\W*where\b|\b(?:what|which) (?:town|city|country|village|state|island|region|county|"
    r"province|capital|nation)\b(?! (?:schools?|councils?|halls?|teams?|clubs?|police|governments?|banks?|hospitals?|"
    r"mayors?|presidents?|leaders?|officials?|universit\w+|parliaments?|laws?|courts?)\b)",
    re.IGNORECASE,
)
# "What do they pay to those who ..." asks for something else.
_WHO = re.compile(
    r"^(?:(?!\b(?:what|which|how|where|when|why)\b).)*?(?<!those )(?<!people )\bwhom?\b|"
    r"\b(?:what|which) (?:\w+ )?(?:man|woman|person|minister|actor|actress|singer|player|president|"
    r"politician|judge|author|writer|scientist|footballer|athlete|king|queen|pope|emperor|general|leader)\b",
    re.IGNORECASE,
)
_WHICH_NOUN = re.compile(
    r"\b(?:[Ww]hich|[Ww]hat) (?!(?:is|are|was|were|do|does|did|has|have|had|will|can|could|would|the|a|an|of|kind|sort|"
    r"type|else|about|happens?|happened|other|part|way|effect|reason|role)\b)"
    rf"(?P<noun>[a-z][\w’'-]*(?: (?!{AUXILIARY}\b)[a-z][\w’'-]*)?)|\b[Ww]hich (?P<given>[A-Z][\w’'-]+)",
)
_ACCORDING = re.compile(r",? according to [^,?]{2,80}", re.IGNORECASE)
# Two questions in one; `qa.parts` takes them apart.
_TWO_QUESTIONS = re.compile(r"\b(?:and|or) (?:who|whom|what|when|where|how|which|why)\b(?!\Z)", re.IGNORECASE)


def without_source(question: str) -> str:
    """The question without whose word is asked for ("according to the Courier"), which is no part of what is asked."""
    return _ACCORDING.sub("", question)


def find_short_answer(asked_question: str, sentence: str, context: str | None = None) -> Span | None:
    """What in the sentence answers a who, when, where, how many, how much, how long, how old or which question.

    None where the question is of another kind or asks for several things, where two candidates could be meant or none
    is, and where the sentence holds too little of the question. Words of the question are no answer to it. A quantity
    has its unit or noun ("3.1 million merks", "46 turbines").

    Args:
        asked_question: one question.
        sentence: the sentence that is to answer it.
        context: what a reader of the sentence knows beside it: its title, the sentence before, the day. Without it,
            that the sentence speaks of what is asked is less well tested.
    """
    asked_question = without_source(asked_question)
    if _TWO_QUESTIONS.search(asked_question, 4):
        return None
    for asks, find in _KINDS:
        if match := asks.search(asked_question):
            asked = Asked(asked_question, lambda term: 1, 1)
            terms = frozenset(asked.weights) if asked.says_something else frozenset()
            names = frozenset(asked.names) & terms
            case = Case(asked_question, terms, names, sentence, match, context)
            return find(case) if supported(case) else None
    return None


_KINDS: tuple[tuple[re.Pattern[str], Callable[[Case], Span | None]], ...] = (
    (_HOW_OLD, how_old),
    (_SHARE, share_of),
    (_HOW_MANY, how_many),
    (_HOW_LONG, how_long),
    (_HOW_MUCH, how_much),
    (_HOW_SIZED, how_sized),
    (_CLOCK_ASKED, clock),
    (_WHEN, when),
    (_WHERE, where),
    (_WHO, who),
    (_WHICH_NOUN, which),
)
