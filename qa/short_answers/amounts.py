"""How many, how much, how long, how old: the one quantity of the kind that is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from qa.lexical import terms_of
from qa.mention_words import FUNCTION
from qa.quantities import (
    AREA,
    DURATION,
    HEAT,
    LENGTH,
    MONEY,
    POWER,
    SHARE,
    SPEED,
    VOLUME,
    WEIGHT,
    Quantity,
    quantities_in,
)  # fmt: skip
from qa.short_answers.case import AUXILIARY, QUANTITY, Case, Span, only

_AGE = re.compile(
    r"(?:,|\baged|\bage of|\ba (?:man|woman|boy|girl|pilot|widow|pensioner) of|\bwho (?:is|was|turned|turns)|\bturned|"
    r"\bat(?: the age of)?) (?P<age>\d{1,3}|[a-z]+(?:-[a-z]+)?)(?=,| ?\.|;|$| and\b| when\b| who\b)|"
    r"\b(?P<years>\d{1,3}|[a-z]+)[ -]years?[ -]old\b"
)
_SIZES = {
    "far": (LENGTH,), "high": (LENGTH, SHARE, MONEY), "tall": (LENGTH,), "deep": (LENGTH,), "wide": (LENGTH,),
    "big": (AREA, LENGTH, WEIGHT, VOLUME), "large": (AREA, LENGTH, WEIGHT, VOLUME), "heavy": (WEIGHT,),
    "much": (WEIGHT,), "fast": (SPEED,), "hot": (HEAT,), "cold": (HEAT,), "strong": (POWER, SPEED),
    "powerful": (POWER,),
}  # fmt: skip
_MONEY_WORDS = re.compile(
    r"\b(?:money|cost|costs|paid|pay|pays|price|worth|fine|fined|fee|earn|earns|earned|spend|spent|sell|sold|fetch|owe|"
    r"donate|donated|raise|raised|invest|invested|insured|salary|budget|borrow|stole|steal)\b",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"(?:between |from )?\d[\d,.]*(?: (?:million|billion|thousand))?(?: (?:to|or|and) |[–-])\Z", re.IGNORECASE
)
_RANGE_GOES_ON = re.compile(r"(?: (?:million|billion|thousand))?(?: (?:to|or) |[–-])[\d£$€]")
_OF_A_WHOLE = re.compile(r"\b(?:[Oo]f|[Aa]mong) (?:the|its|his|her|their|all)\s\Z")
# What differs by an amount has another one.
_DIFFERS_BY = re.compile(
    r" (?:below|above|more|less|fewer|too|higher|lower|longer|shorter|faster|ahead|behind|short of)\b"
)
_LASTED = re.compile(r"\b(?:for|lasted|took)\s(?:about |some |nearly |almost |more than |over )?\Z", re.IGNORECASE)
# "Cost to stop building": the verb says of what.
_COST_TO = re.compile(r"\bcost\b[\w ]{0,12}? to (?P<verb>[a-z]{3,})", re.IGNORECASE)
_DIED = re.compile(r"died?|dead|deaths?|killed", re.IGNORECASE)
_TOLL = re.compile(
    r"\b(?:death )?toll\b[^,;]{0,80}?\b(?:risen|rose|rises|climbed|stands|stood|is|was)(?: now)? (?:to|at )?\s?\Z"
)
_LIVES = re.compile(r"\b(?:live|living|inhabit|populat)", re.IGNORECASE)
_INHABITANTS = frozenset(("inhabitants", "residents", "people", "souls"))
_LEFT_OPEN = re.compile(r"\b(?:another|further|additional|including|each|per|first|other|last)\s\Z", re.IGNORECASE)


def _quantity(case: Case, admits: Callable[[Quantity], bool]) -> Span | None:
    text = case.sentence
    found = [quantity for quantity in _candidates(case) if admits(quantity)]
    if any(_LEFT_OPEN.search(text[max(0, quantity.start - 15) : quantity.start]) for quantity in found):
        return None
    return only([_span(text, quantity) for quantity in found])


def _candidates(case: Case) -> list[Quantity]:
    """The quantities of the sentence that are not the question's, without the first of a range."""
    text = case.sentence
    return [
        quantity
        for quantity in quantities_in(text)
        if not set(terms_of(text[quantity.start : quantity.number_end])) <= case.terms
        and not _RANGE_GOES_ON.match(text, quantity.number_end)
        and not _DIFFERS_BY.match(text, quantity.end)
    ]


def _span(text: str, quantity: Quantity) -> Span:
    """The quantity, with the number that a range begins with: "12 to 15 million"."""
    led = _RANGE.search(text[max(0, quantity.start - 30) : quantity.start])
    return Span(quantity.start - len(led.group()) if led else quantity.start, quantity.end, QUANTITY)


def how_many(case: Case) -> Span | None:
    """The one number right before what is counted, or before the verb that is asked about."""
    words = case.match["counted"].split()
    head = _head(words)
    if not head:
        return None
    if head.lower() == "people" and (span := _people(case)):
        return span
    verb = _verb_after(words, head)
    noun = set(terms_of(head))
    text = case.sentence
    found = _candidates(case)
    # "Four died": a bare number with the verb that is asked about.
    bare = [
        quantity
        for quantity in found
        if not quantity.nouns and not quantity.measure and verb & set(terms_of(text[quantity.end :][:25])[:2])
    ]
    if not bare and head.lower() == "people" and not _says_what_of_people(case, verb):
        return None
    # Of "10,000 Russian soldiers" soldiers are counted.
    counted = bare or [q for q in found if noun & set(terms_of(" ".join((*q.nouns[-1:], q.unit))))]
    counted = [q for q in counted if not _OF_A_WHOLE.search(text[max(0, q.start - 12) : q.start])]
    # "Twelve of the 46 turbines" says how many there are and how many of them: which, only the question can tell.
    if any(" of " in text[q.start : q.number_end] for q in counted) and not case.match["counted"].startswith("of "):
        return None
    if len(counted) != 1 or _LEFT_OPEN.search(text[max(0, counted[0].start - 15) : counted[0].start]):
        return None
    return _span(text, counted[0])


def _people(case: Case) -> Span | None:
    """How many people live somewhere, or died, where the sentence says it in words of its own."""
    text = case.sentence
    if _LIVES.search(case.question):
        found = [q for q in _candidates(case) if q.nouns and q.nouns[-1] in _INHABITANTS - {"people"}]
    elif _DIED.search(case.question):
        found = [q for q in _candidates(case) if _TOLL.search(text[: q.start])]
    else:
        return None
    return only([_span(text, quantity) for quantity in found])


def _says_what_of_people(case: Case, verb: set[str]) -> bool:
    """Whether the sentence, or its title, tells what the question says of people, who are counted in any report."""
    if not verb or case.context is None or verb & set(terms_of(f"{case.sentence}\n{case.context}")):
        return True
    return bool(_DIED.search(case.question) and _DIED.search(case.sentence))


def _head(words: Sequence[str]) -> str:
    """The noun that is counted: the last word before the verb, "customers" of "Corrie & Osk customers were"."""
    nouns: list[str] = []
    if words[:1] == ["of"]:
        words = [word for word in words[1:] if word not in ("the", "its", "his", "her", "their", "these")]
    for word in words[:4]:
        if nouns and (
            re.fullmatch(rf"{AUXILIARY}|of|in|on|at|from|went|died|live|work|sit|were|that|who|which|go", word.lower())
        ):
            break
        nouns.append(word)
        if word.lower().endswith("s") or word.lower() in ("people", "men", "women", "children"):
            break
    return nouns[-1] if nouns else ""


def _verb_after(words: Sequence[str], head: str) -> set[str]:
    """The verb whose subject is counted: "died" of "people died in"; none after "did" and "will"."""
    rest = words[words.index(head) + 1 :]
    while rest and re.fullmatch(r"is|are|was|were|has|have|had|been", rest[0].lower()):
        rest = rest[1:]
    return set(terms_of(rest[0])) if rest and rest[0].lower() not in FUNCTION else set()


def how_much(case: Case) -> Span | None:
    to = _COST_TO.search(case.question)
    if to and not set(terms_of(to["verb"])) <= set(terms_of(case.sentence)):
        return None
    if _MONEY_WORDS.search(case.question):
        # "Promised 120,000 merks and paid 3,000": the second is money, too.
        return _quantity(case, lambda q: q.measure == MONEY or (not q.measure and not q.nouns and q.value >= 100))
    mass = set(terms_of(case.match["mass"] or ""))
    text = case.sentence

    def measured(quantity: Quantity) -> bool:
        of = re.match(r" of (?:[\w-]+ )?([\w’'-]+)", text[quantity.end :][:40])
        return bool(quantity.measure and of and mass & set(terms_of(of.group())))

    return _quantity(case, measured)


def how_long(case: Case) -> Span | None:
    be = re.match(r"\s(?:is|was|are|were) (?:the|a|an)\b", case.question[case.match.end() :])
    measures = (DURATION, LENGTH) if be else (DURATION,)
    text = case.sentence

    def lasts(quantity: Quantity) -> bool:
        later = re.match(r" (?:ago|later|earlier|after|before|old)\b", text[quantity.end :])
        return quantity.measure in measures and not later

    found = [quantity for quantity in _candidates(case) if lasts(quantity)]
    led = [quantity for quantity in found if _LASTED.search(text[max(0, quantity.start - 20) : quantity.start])]
    return only([_span(text, quantity) for quantity in (led or found)])


def how_sized(case: Case) -> Span | None:
    measures = _SIZES[(case.match["size"] or case.match["weight"]).lower()]
    return _quantity(case, lambda quantity: quantity.measure in measures)


def share_of(case: Case) -> Span | None:
    return _quantity(case, lambda quantity: quantity.measure == SHARE)


def how_old(case: Case) -> Span | None:
    found = [match for match in _AGE.finditer(case.sentence) if _is_age(match)]
    spans = [Span(*match.span("age" if match["age"] else "years"), QUANTITY) for match in found]
    return only(spans)


def _is_age(match: re.Match[str]) -> bool:
    number = match["age"] or match["years"]
    quantities = quantities_in(number)
    return len(quantities) == 1 and quantities[0].end == len(number) and 0 < quantities[0].value < 130
