"""The parts of a question that are searched for apart from each other: several things asked, or things compared.

Rules for English, no model. Each rule needs a plain sign (a second question word, two outlets side by side, "compared
with", "more in 2024 than in 2023" ...). An "and" between two nouns is none: "Romeo and Juliet" is one thing, and a
wrong split costs more than a missed one. What is left to a question is always enough to find its articles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.comparisons import ASKS, AUXILIARY, PREPOSITION, QUESTION_WORD, UNFINISHED, compiled, names_in, sides_of
from qa.mention_words import CLEAR_BEFORE, FUNCTION, NOUN_AFTER, VERB_AFTER
from qa.records import OUTLET, Mention

_MOST_PARTS = 4
# A longer text is no question of the kind that the rules were written for.
_LONGEST_QUESTION = 600
_FEWEST_WORDS = 3

_SPEECH = r"(?:sa(?:y|ys|id)|report(?:s|ed)?|writes?|wrote|claim(?:s|ed)?|thinks?|thought|put)"
_NEXT_CLAUSE = compiled(
    rf"(?:[,;]?\s+and|\?(?:\s+and)?)\s+(?=(?:(?:{PREPOSITION}|to \w+|then|also|since|until|if so,?|exactly|just)\s+)"
    rf"{{0,2}}{QUESTION_WORD}\b)"
)
# "Who invented it and in what year?" is one question, "Where did she go, and to meet whom?" are two.
_TAIL = compiled(rf"^(?!to \w+ {QUESTION_WORD}\b){PREPOSITION}\s(?!.*\b{AUXILIARY}\b)")
# "Which king" of "Which king and which queen ...": the verb is still to come.
_NOUN_ONLY = compiled(rf"\b(?:which|what|whose|how (?:many|much))(?: (?!{AUXILIARY}\b|\w+ed\b)[\w’'-]+){{1,3}}$")
_WITHOUT_NOUN = compiled(rf"(how (?:many|much)|which)\s+(?=(?:{PREPOSITION}|{AUXILIARY}|\w+ed)\b)")
_ELLIPTIC = r"\b{asked}\s+((?:[\w’'-]+\s+){{1,3}}?)(?={aux}\b|\w+ed\b)"
_PRONOUN = compiled(r"\b(?:he|she|it|they|him|her|them|his|its|their|theirs|there|this|these|those)\b")
_PERSON = compiled(r"\b(?:he|she|they|him|her|them|his|hers|their|theirs)\b")
_CHUNK = compiled(
    rf"\b(?:the|an?|his|her|its|their)\s+((?:(?!{PREPOSITION}\b|{AUXILIARY}\b|and\b|or\b|that\b|who\b|this\b|into\b|going\b|used\b)"
    rf"[\w’'-]+\s*){{1,3}}(?:of\s+(?!the\b|an?\b)[\w’'-]+)?)"
)
_ATTRIBUTION = compiled(r"^\W*(?:according to|in|from|per)\s+$")
_SAYS_NOTHING = compiled(
    rf"\b(?:{QUESTION_WORD}|{AUXILIARY}|{_SPEECH}|and|the|about|of|on|it|this|that|same|instead|not)\b|\W"
)

_OUTLET_LINK = compiled(
    r"\s*(?:,\s*(?:and|or)?|and|or|versus|vs\.?|&|as well as)\s*(?:(?:in|from|by|on|with|according to)\s+)?"
)
_BOTH = compiled(r"\b(?:both|either)\s+$")
_AGREE = (
    r"(?:\s*[-–—,;:]\s*|^)(?:and\s+)?(?:do|does|did)\s+{name}\s+(?:both\s+|all\s+)?(?:agree|disagree|differ"
    r"|say the same)(?:\s+(?:with each other|(?:on|about) (?:it|this|that)))?\s*(?P<on>(?:on|about|over)\s.+?)?$"
)
_DIFFER = (
    r"\b(?:how|where)\s+(?:do|does|did)\s+{name}(?:['’]s?)?\s+(?:differ|disagree|compare)\s*"
    r"(?:in (?:their|what they (?:say|said)|how they \w+)(?: \w+)?(?: (?:of|on|about))?|on|about|over|in)\s+"
)
_AGAINST = (
    r",?(?:\s+been)?\s+(?:(?:\w+ly\s+)?(?:than|differ\w*(?: from)?|compare[sd]?|contradict\w*|clash(?:es)?"
    r"|versus|vs\.?|in contrast (?:to|with)|as opposed to|unlike|and(?: what about| how about)?)"
    r"(?:\s+(?:from|with|to))?)\s+(?:(?:in|by|from|with|what|how|that of|those of)\s+)*{name}(?:['’]s?)?"
    r"(?:\s+(?:does|did|do|has)(?:\s*n[o’']t)?"
    r"|\s+(?:says|said|reports|reported|wrote|writes|account|report|story|version)){{0,2}}(\s+(?:on|about|over)\s.+)?$"
)
_UNLIKE = r"\b(?:unlike|in contrast (?:to|with)|compared (?:with|to)|as opposed to)\s+(?:in\s+)?{name}\s*,\s*"
_DIFFERENT = compiled(r"\b(?:differ|compare|contradict|clash)")


def split_parts(question: str, mentions: Sequence[Mention] = ()) -> tuple[str, ...]:
    """The questions to search for: those that this one is made of, or itself where it has one part.

    Args:
        question: as it was asked.
        mentions: the outlets and authors that it names. Where two of them are set side by side, each gets a part of
            its own, and its phrase stands in that part only. Excluded ones do not count. Their offsets are those of
            the whole question; in a part they are found by their phrase.
    """
    if len(question) > _LONGEST_QUESTION:
        return (question,)
    text = " ".join(question.split()).rstrip(" ?.!")
    outlets = [each for each in mentions if each.kind == OUTLET and not each.excluded]
    phrases = list(dict.fromkeys(" ".join(each.phrase.split()) for each in outlets))
    parts: list[str] = []
    for clause in _clauses(text, phrases):
        own = [phrase for phrase in phrases if phrase in clause]
        parts += _by_outlet(clause, own) or sides_of(clause) or [clause]
    parts = list(dict.fromkeys(parts))[:_MOST_PARTS]
    return tuple(f"{part.strip(' ,;:?')}?" for part in parts) if len(parts) > 1 else (question,)


def _clauses(text: str, phrases: Sequence[str]) -> list[str]:
    """The questions that are joined by "and" or stand one after another, each made complete by the first."""
    first, *others = _guarded(text)
    return [first, *(_completed(first, other, phrases) for other in others)]


def _guarded(text: str) -> list[str]:
    """The text cut before each further question, where both sides are questions of their own."""
    parts, start = [], 0
    for match in _NEXT_CLAUSE.finditer(text):
        head, rest = text[start : match.start()], text[match.end() :]
        asks = ASKS.search(head) and not UNFINISHED.search(head) and not _NOUN_ONLY.search(head)
        long_enough = len(head.split()) > 1 and len(rest.split()) >= _FEWEST_WORDS
        if asks and long_enough and not _TAIL.match(rest):
            parts.append(head)
            start = match.end()
    return [*parts, text[start:]]


def _completed(first: str, later: str, phrases: Sequence[str]) -> str:
    """A later question with what it leaves to the first: a noun, a name, a thing, an outlet."""
    in_first = [phrase for phrase in phrases if phrase in first]
    in_later = [phrase for phrase in phrases if phrase in later]
    if len(in_first) == len(in_later) == 1 and not _SAYS_NOTHING.sub("", later.replace(in_later[0], " ")):
        return first.replace(in_first[0], in_later[0])
    without_noun = _WITHOUT_NOUN.search(later)
    if without_noun:
        noun = re.search(_ELLIPTIC.format(asked=without_noun[1], aux=AUXILIARY), first, re.IGNORECASE)
        if noun:
            later = f"{later[: without_noun.end(1)]} {noun[1].strip()}{later[without_noun.end(1) :]}"
    context = _context(_without(first, in_first), _without(later, in_later))
    if in_first and not in_later and _ATTRIBUTION.search(first[: first.find(in_first[0])]):
        later = f"according to {in_first[0]}, {later}"
    return f"{', '.join(context)}: {later}" if context else later


def _context(first: str, later: str) -> list[str]:
    """What a later question leaves to the first: names, and the things spoken of where it says too little itself."""
    own, names = names_in(later), names_in(first)
    things = [chunk.strip() for chunk in _CHUNK.findall(first)]
    refers, thin = bool(_PRONOUN.search(later)), len(_content(later)) < _FEWEST_WORDS
    if own and not refers:
        return []
    if own and not _PERSON.search(later):
        return [thing for thing in things if thing not in own]
    if refers and not names and not things and not own and not _PRONOUN.search(first):
        # A first part that speaks of "she" itself has nothing to hand on.
        return _content(first)
    things = things if (thin and names) or (refers and not names) else []
    names = [name for name in names if name not in own and not any(name in thing for thing in things)]
    return [*names, *(thing for thing in things if thing not in names)]


def _content(text: str) -> list[str]:
    return [word for word in re.findall(r"[\w’'-]+", text) if word.lower() not in FUNCTION | {"of", "many", "much"}]


def _without(text: str, phrases: Sequence[str], before: str = "") -> str:
    for phrase in phrases:
        text = re.sub(rf"{before}{re.escape(phrase)}(?:['’]s?\b)?", "", text)
    return " ".join(text.split())


def _by_outlet(text: str, phrases: Sequence[str]) -> list[str]:
    """A part for each of the outlets that are set side by side or against each other; empty where none are."""
    spans = sorted((text.find(phrase), phrase) for phrase in phrases)
    run = spans[:1]
    for place, phrase in spans[1:]:
        end = run[-1][0] + len(run[-1][1])
        if _OUTLET_LINK.fullmatch(text, end, place):
            run.append((place, phrase))
        elif len(run) < 2:
            run = [(place, phrase)]
        else:
            break
    if len(run) > 1:
        both = _BOTH.search(text[: run[0][0]])
        start, end = both.start() if both else run[0][0], run[-1][0] + len(run[-1][1])
        return [_asked_of_one(text[:start] + phrase + text[end:], phrase) for _, phrase in run]
    opposed = _by_opposed_outlets(text, phrases)
    if opposed or len(phrases) < 2 or not all(_is_source(text, phrase) for phrase in phrases):
        return opposed
    others = {phrase: [other for other in phrases if other != phrase] for phrase in phrases}
    return [_without(text, others[phrase], r"(?:\b(?:according to|from|by|in|of) )?") for phrase in phrases]


def _asked_of_one(text: str, phrase: str) -> str:
    """What is asked of outlets together ("do they agree?") as it is asked of one."""
    name = re.escape(phrase)
    agree = re.search(_AGREE.format(name=name), text, re.IGNORECASE)
    if agree:
        head = text[: agree.start()].strip()
        return f"{head}, according to {phrase}" if head else f"what does {phrase} say {agree['on'] or ''}"
    text = re.sub(_DIFFER.format(name=name), f"what does {phrase} say about ", text, flags=re.IGNORECASE)
    return re.sub(rf"\bdo (?={name})", "does ", text)


def _by_opposed_outlets(text: str, phrases: Sequence[str]) -> list[str]:
    """As in "Unlike the Herald, what does the Courier say?" and "Did the Courier report more dead than the Herald?"."""
    if len(phrases) != 2:
        return []
    for one, other in (phrases, phrases[::-1]):
        name = re.escape(other)
        unlike = re.sub(_UNLIKE.format(name=name), "", text, flags=re.IGNORECASE)
        if unlike != text and one in unlike:
            return [unlike.replace(one, other), unlike]
        against = re.sub(_AGAINST.format(name=name), r"\1", text, flags=re.IGNORECASE)
        if against != text and one in against:
            if _DIFFERENT.search(text):
                against = re.sub(r"^(?:how )?(?:does|do|did|has|have) ", "what about ", against, flags=re.IGNORECASE)
            return [against, against.replace(one, other)]
    return []


def _is_source(text: str, phrase: str) -> bool:
    """Whether an outlet is asked for what it wrote, not spoken of."""
    start = text.find(phrase)
    before, after = text[:start], text[start + len(phrase) :]
    return bool(CLEAR_BEFORE.search(before) or NOUN_AFTER.search(after) or VERB_AFTER.search(after))
