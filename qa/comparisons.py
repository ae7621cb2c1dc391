"""The sides of a comparison in one sentence ("more in 2024 than in 2023", "Which is older, the inn or the mill?").

Patterns of English, each tied to a plain sign; also what `qa.parts` shares with them: question words and names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.mention_words import FUNCTION

QUESTION_WORD = r"(?:who|whom|whose|when|where|why|how|what|which)"
AUXILIARY = (
    r"(?:is|are|was|were|be|been|am|do|does|did|has|have|had|will|would|can|could|shall|should|may|might|must|went|got"
    r"|came|made|took|won|lost|said)"
)
PREPOSITION = r"(?:in|on|at|by|during|for|of|from|to|against|under|with|about|after|before)"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_TIME = (
    rf"(?:(?:early |late |mid-?|the )?(?:(?:spring|summer|autumn|fall|winter) (?:of )?)?"
    rf"(?:(?:\d{{1,2}} )?{_MONTH}(?: \d{{1,2}},?)?(?: \d{{4}})?|(?:1[89]|20)\d\d|(?:last|this|next) (?:week|month|year"
    rf"|spring|summer|autumn|fall|winter)|(?:mon|tues|wednes|thurs|fri|satur|sun)day|spring|summer|autumn|winter))"
)
_NAMED = r"(?:[Tt]he )?[A-Z][\w’'.-]*(?: (?:of |the |and the )?[A-Z][\w’'.-]*){0,3}"
_MORE = r"(?:more|less|fewer|better|worse|first|last|most|least|best|worst|earlier|later|\w{2,}(?:er|est))"


def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern that takes no notice of capitals."""
    return re.compile(pattern, re.IGNORECASE)


_CAPITAL = "[A-ZÀ-ÖØ-Þ]"
_NAMES = re.compile(rf"\b{_CAPITAL}[\w’'-]*(?:\.? (?:of (?={_CAPITAL}))?{_CAPITAL}[\w’'-]*)*")
ASKS = compiled(
    rf"\b{QUESTION_WORD}\b|^\W*(?:{AUXILIARY}|tell|name|compare|give|say|find|list|explain|describe|according)\b"
)
UNFINISHED = compiled(rf"\b(?:{QUESTION_WORD}|if|whether|between|and|or)$|^{QUESTION_WORD} {AUXILIARY}$")
_DATE_WORD = compiled(rf"{_MONTH}|(?:mon|tues|wednes|thurs|fri|satur|sun)day")
_TOPIC = re.compile(r"^([^:?]{3,80}):\s+(?=\S)")
_COMPARE = tuple(
    compiled(rf"^(?:please\s+)?(?:compare|contrast)\s+(.+?)\s+(?:{word})\s+(.+?)$")
    for word in (r"with|against|versus|vs\.?", "to", "and")
)
_COMPARES = compiled(r"^how\s+(?:do|does|did|will|would)\s+(.+?)\s+compare\s+(?:with|to|against)\s+(.+)$")
_PAIR_DIFFERS = re.compile(
    rf"^[Hh]ow (?:do|does|did) ({_NAMED}) and ({_NAMED}) (?:differ|compare|disagree)(?: (?:on|over|about|in) (.+))?$"
)
_COMPARED = compiled(
    r"^(?!why)(.+?),?\s+(?:as\s+)?(?:compared|in comparison|relative)\s+(?:with|to)\s+"
    r"(?!others?\b|normal|previous|usual|average|the (?:rest|others?|average)\b|most\b|each\b|one\b)(.+)$"
)
_CHANGE = r"(?:change|develop|evolve|rise|fall|grow|drop|shift|move|vary|increase|decrease|shrink)(?:d|ed)?"
_CHANGED = compiled(
    rf"^(?:how|by how much)(?: much| far)? (?:do|does|did|has|have) (.+?) {_CHANGE} "
    r"(?:(between) (.+?) and|from (.+?) to) (.+)$"
)
_WHEN = compiled(rf"{_TIME}")
_MOMENT = compiled(rf"(?:{_TIME}|(?:its|their|his|her|the) [\w’' -]{{3,40}})")
_CHOICE = compiled(rf"^((?:which|who|what|where|whose)\b.*\b{_MORE}\b.*?),\s+([^,]{{2,60}}?)\s+or\s+([^,]{{2,60}}?)$")
_WHICH_DID = re.compile(
    rf"^([Dd]id|[Dd]oes|[Dd]o|[Hh]as|[Hh]ave|[Ii]s|[Ww]as|[Ww]ill) ({_NAMED}) or ({_NAMED}) (.*\b{_MORE}\b.*)$"
)
_TIMES_THAN = compiled(rf"\b({PREPOSITION}) ({_TIME})\s+than\s+(?:{PREPOSITION} )?({_TIME})\b")
_NAMES_THAN = re.compile(rf"^(Did|Does|Do|Has|Have|Will|Is|Was) ({_NAMED}) (.*\b{_MORE}\b.*?) than ({_NAMED})$")
_BOTH_SAID = re.compile(rf"\b(did|do|have|has) both ({_NAMED}) and ({_NAMED}) (?=[a-z])")
_VERSUS = re.compile(rf"^({_NAMED}) (?:versus|vs\.?) ({_NAMED}) ((?:on|about|over) .+)$")
_TWICE = re.compile(
    rf"\b({PREPOSITION}) ((?:[\w’'-]+ ){{0,4}}[\w’'-]+),? and (?:(?:then|again|also|later|once more) )?\1 "
    r"((?:[\w’'-]+ ){0,4}[\w’'-]+)$"
)
_OWN = compiled(r"(?:the|an?|its|his|her|their)\s")
_EACH_IN_TIME = compiled(
    rf"^(.*\b)(the [\w’' -]{{3,40}}?) ((?:in|on) {_TIME}) and "
    rf"(its|their|his|her|the) ([\w’' -]{{3,60}}?) ((?:in|on) {_TIME})$"
)
# What is one thing although it reads like two.
_FIXED_PAIRS = (
    "romeo/juliet simon/garfunkel johnson/johnson marks/spencer trinidad/tobago antigua/barbuda bosnia/herzegovina "
    "procter/gamble ernst/young smith/wesson barnes/noble tom/jerry bonnie/clyde adam/eve cain/abel batman/robin "
    "ben/jerry dolce/gabbana rosencrantz/guildenstern laurel/hardy hansel/gretel thelma/louise tristan/isolde "
    "antony/cleopatra gilbert/sullivan rodgers/hammerstein fortnum/mason black/white yes/no true/false dead/alive"
)
_FIXED = frozenset(tuple(pair.split("/")) for pair in _FIXED_PAIRS.split())


def sides_of(text: str) -> list[str]:
    """The sides of a comparison within one sentence, each as a question; empty where nothing is compared."""
    if re.search(r"[.?!]\s+[A-Z\"“]", text):
        return []
    topic = _TOPIC.match(text)
    body = text[topic.end() :] if topic else text
    for rule in (_compared, _changed, _chosen, _told_apart, _named_twice):
        parts = list(rule(body))
        if parts:
            return [f"{topic[1]}: {part}" if topic else part for part in parts]
    return []


def names_in(text: str) -> list[str]:
    """The names in a text in its order, words that stand together as one; without days, months and what opens it."""
    found = []
    for match in _NAMES.finditer(text):
        words = match[0].split()
        while words and (words[0].lower() in FUNCTION or _DATE_WORD.fullmatch(words[0])):
            del words[0]
        while words and _DATE_WORD.fullmatch(words[-1]):
            del words[-1]
        found.append(re.sub(r"['’]s?$", "", " ".join(words)))
    return [name for name in dict.fromkeys(found) if name]


def _compared(text: str) -> Iterator[str]:
    for pattern in _COMPARE:
        match = pattern.match(text)
        if match:
            if pattern is not _COMPARE[-1] or _are_alike(match[1], match[2]):
                yield from (match[1], _with_names_of(match[1], match[2]))
            return
    if match := _COMPARES.match(text):
        yield from (match[1], _with_names_of(match[1], match[2]))
    elif (match := _PAIR_DIFFERS.match(text)) and not _is_fixed(match[1], match[2]):
        yield from (
            f"what about {name} on {match[3]}" if match[3] else f"what about {name}" for name in match.groups()[:2]
        )
    elif (match := _COMPARED.match(text)) and ASKS.search(match[1]):
        yield from (match[1], f"{match[1]}: {match[2]}")


def _changed(text: str) -> Iterator[str]:
    match = _CHANGED.match(text)
    if not match:
        return
    moments = (match[3] or match[4], match[5])
    wanted = _MOMENT if match[2] else _WHEN
    if all(wanted.fullmatch(moment) for moment in moments):
        for moment in moments:
            yield f"what about {match[1]} {'in' if _WHEN.fullmatch(moment) else 'at'} {moment}"


def _chosen(text: str) -> Iterator[str]:
    match = _CHOICE.match(text)
    # "a wet or dry pass" is one thing with two adjectives.
    if match and bool(_OWN.match(match[2])) == bool(_OWN.match(match[3])) and not _is_fixed(match[2], match[3]):
        yield from (f"{match[1]}, {side}" for side in match.groups()[1:])
    elif (match := _WHICH_DID.match(text)) and not _is_fixed(match[2], match[3]):
        yield from (f"{match[1]} {name} {match[4]}" for name in match.groups()[1:3])


def _told_apart(text: str) -> Iterator[str]:
    if match := _TIMES_THAN.search(text):
        for moment in match.groups()[1:]:
            yield f"{text[: match.start()]}{match[1]} {moment}{text[match.end() :]}"
    elif match := _NAMES_THAN.match(text):
        yield from (f"{match[1]} {name} {match[3]}" for name in (match[2], match[4]))
    elif (match := _BOTH_SAID.search(text)) and not _is_fixed(match[2], match[3]):
        for name in match.groups()[1:]:
            yield f"{text[: match.start()]}{match[1]} {name} {text[match.end() :]}"
    elif match := _VERSUS.match(text):
        yield from (f"{name} {match[3]}" for name in match.groups()[:2])


def _named_twice(text: str) -> Iterator[str]:
    """As in "the cost of the bridge and of the tunnel" and "in October and again in March"."""
    if (match := _TWICE.search(text)) and _are_alike(match[2], match[3]):
        yield from (f"{text[: match.start()]}{match[1]} {side}" for side in match.groups()[1:])
    elif (match := _EACH_IN_TIME.match(text)) and not UNFINISHED.search(match[1].strip()):
        yield f"{match[1]}{match[2]} {match[3]}"
        whose = "" if match[4].lower() == "the" else f" of {match[2]}"
        yield f"{match[1]}the {match[5]}{whose} {match[6]}"


def _are_alike(one: str, other: str) -> bool:
    """Whether two sides are of one kind: both times, both names, or both with an article."""
    if " and " in f"{one} {other}" or _is_fixed(one, other):
        return False
    return any(is_one(one) and is_one(other) for is_one in (_WHEN.fullmatch, re.compile(_NAMED).fullmatch, _OWN.match))


def _is_fixed(one: str, other: str) -> bool:
    return (one.split()[-1].lower(), other.split()[0].lower()) in _FIXED


def _with_names_of(one: str, other: str) -> str:
    """The second side, with what it leaves to the first: "Ford's" of "Tesla's revenue", "that of Osk", a name."""
    owned = re.search(r"['’]s? (.+)$", one)
    if owned and re.search(r"['’]s?$", other):
        return f"{other} {owned[1]}"
    stands_for = re.match(rf"(?:that|those) (?={PREPOSITION}\b)", other)
    head = re.match(rf"(.+?) {PREPOSITION}\b", one)
    if stands_for and head:
        return f"{head[1]} {other[stands_for.end() :]}"
    names = [] if names_in(other) else names_in(one)
    return f"{', '.join(names)}: {other}" if names else other
