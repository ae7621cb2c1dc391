"""Questions that are a piece of the one before: "and in Lviv?", "why?", "what about 2024?", "no, I meant 2025"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.comparisons import AUXILIARY, QUESTION_WORD, compiled
from qa.followup import words
from qa.followup.people import FEMALE, MALE, UNKNOWN
from qa.followup.phrases import Phrase, name_spans, names_of, phrases_of
from qa.followup.referents import Past
from qa.followup.turns import Draft
from qa.records import OUTLET, Mention
from qa.timex import find_period

_LONGEST_PIECE = 10
# What makes a place in the last question more like a piece: the same kind or noun, a shared word in a correction. A
# name rarely takes the place of a common noun ("How many seats ..." is not asked again as "How many Green Tide ...").
_SAME_KIND, _SAME_WORD, _NAME_FOR_NOUN = 2, 5, -2
_ACCORDING = compiled(r"^(?:according to|as per|per|says?)\s+(?=\S)")
_ACCORDING_IN = compiled(r",?\s*\b(?:according to|as per) (?:the )?[\w’'&. -]+?(?=$|[,?])")
_QUESTION = compiled(
    rf"^(?P<asked>{QUESTION_WORD}(?: (?:many|much|long|old|far|often|big|high|large))?)\s+(?P<rest>.+)$"
)
_AUXILIARY_FIRST = compiled(
    r"^(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might|must)\b"
)
_SUBJECT_NEXT = re.compile(
    r"^\w+ (?:not )?(?:the|an?|this|that|his|her|its|their|there|he|she|it|they|[A-Z]|[a-z]+s\b)"
)
_FIRST_PREPOSITION = compiled(r"^(?P<word>in|on|at|of|for|from|by|with|to|about|against|under|during|near) .+$")
_PRONOUN = compiled(r"^(?P<word>him|her|them|it|he|she|they)$")


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in the last question that a piece could be put into."""

    start: int
    end: int
    score: int


def resolve_fragment(question: str, past: Past) -> Draft | None:
    """The last question with the piece put in, or None where the question is no piece."""
    text = words.ENDS.sub("", question.strip())
    last = words.ENDS.sub("", past.last.question)
    if not last or len(text.split()) > _LONGEST_PIECE:
        return None
    meant = words.MEANT.match(text) or words.DENIED.match(text)
    if meant:
        return _replaced(meant["rest"], last, past, corrects=True)
    bare = words.LEAD.sub("", text).strip()
    if words.BARE.match(bare):
        return _asked_again(bare, last)
    if words.THIN_OBJECT.match(bare) or words.THIN_EVENT.match(bare) or words.THIN_OUTCOME.match(bare):
        return _about_topic(bare, past)
    about = words.ABOUT.match(text)
    if not about:
        return None
    piece = about["rest"].strip()
    if words.QUANTITY.match(piece):
        return _requantified(piece, last)
    if words.HAS_VERB.search(piece) or "," in piece:
        return None
    return _replaced(piece, last, past, about=bool(about["about"]))


def _again(new: str, why: str) -> Draft:
    return Draft(f"{new}?", [f"{why} asks the last question again: {new}?"])


def _asked_again(bare: str, last: str) -> Draft:
    """ "why?", "how many?", "who else?" """
    asked = bare.lower()
    why = f"“{bare}”"
    question = _QUESTION.match(last)
    if asked.endswith(" else"):
        head = asked.split()[0]
        if question and question["asked"].lower() == head:
            return _again(f"{question['asked']} else {question['rest']}", why)
        return _again(f"{last}, and {asked}", why)
    core = ""
    if _AUXILIARY_FIRST.match(last):
        core = last[0].lower() + last[1:]
    elif question and _AUXILIARY_FIRST.match(question["rest"]):
        free = question["asked"].lower() in ("when", "where", "why", "how") or " " in question["asked"]
        if free or _SUBJECT_NEXT.match(question["rest"]):
            core = question["rest"]
    if not core or (question and question["asked"].lower() == asked):
        return _again(f"{last}, and {asked}", why)
    counted = re.match(r"(\w+) ((?:[\w-]+ )?[\w-]+s|people|women|men|children) (.+)$", core)
    if asked in ("how many", "how many exactly") and counted:
        return _again(f"How many {counted[2]} {counted[1]} {counted[3]}", why)
    start = asked[0].upper() + asked[1:]
    so = re.match(r"(why) (so \w+)$", asked)
    return _again(f"Why {core} {so[2]}" if so else f"{start} {core}", why)


def _requantified(piece: str, last: str) -> Draft | None:
    """ "and how many deaths?" after "How many cases were there in Tarnvik?" """
    counted = re.match(
        rf"^how (?:many|much)(?: (?!{AUXILIARY}\b)[\w’'-]+){{1,3}}?(?= {AUXILIARY}\b| [a-z]+ed\b)", last, re.I
    )
    if not counted:
        return None
    return _again(piece[0].upper() + piece[1:] + last[counted.end() :], f"“{piece}”")


def _about_topic(bare: str, past: Past) -> Draft | None:
    """ "who won?", "what was the score?": with the thing or event that the last question is about."""
    topic = past.topic()
    if not topic or topic.lower() in bare.lower():
        return None
    if words.THIN_OUTCOME.match(bare):
        new = f"{bare} of {topic}"
    elif words.THIN_OBJECT.match(bare):
        new = f"{bare} {topic}"
    else:
        new = f"{bare} in {topic}"
    return Draft(f"{new[0].upper()}{new[1:]}?", [f"The question is taken to be about {topic}"])


def _replaced(piece: str, last: str, past: Past, *, corrects: bool = False, about: bool = False) -> Draft | None:
    """The last question with the piece in the place of what it is like."""
    piece = words.ENDS.sub("", piece)
    why = f"“{piece}”"
    pronoun = _PRONOUN.match(piece)
    if pronoun:
        piece = _someone_else(pronoun["word"].lower(), past)
        if not piece:
            return None
    timed = _with_time(piece, last, past)
    if timed:
        return _again(timed, why)
    if _ACCORDING.match(piece):
        return _again(_with_source(piece, last, past), why)
    preposition = _FIRST_PREPOSITION.match(piece)
    if preposition:
        return _again(_with_preposition(preposition["word"].lower(), piece, last), why)
    slots = sorted(_slots(piece, last, past, corrects), key=lambda slot: (-slot.score, slot.start))
    own_names = names_of(f"x {piece}")
    if not slots or (not own_names and slots[0].score < 2 and about):
        # "What about the seagrass?": nothing like it was asked for, so it is asked about next to what was.
        topic = past.topic() or next(iter(past.last.names), "")
        return Draft(f"What about {piece}: {topic}?", [f"{why} is asked about {topic}"]) if topic and about else None
    best = slots[0]
    return _again(last[: best.start] + piece + last[best.end :], why)


def _someone_else(pronoun: str, past: Past) -> str:
    asked = past.last.names
    if pronoun in ("him", "he"):
        return past.person(MALE, asked)
    if pronoun in ("her", "she"):
        return past.person(FEMALE, asked)
    return past.thing(asked) if pronoun == "it" else past.group(asked)


def _with_time(piece: str, last: str, past: Past) -> str:
    """The last question about another time, or "" where the piece is no time."""
    as_of = past.last.past.query.as_of
    bare = re.sub(r"^(?:in|on|at|during|for)\s+", "", piece, flags=re.IGNORECASE)
    leads = [piece] if bare != piece else ["", "in ", "on "]
    for lead in leads:
        tried = piece if lead == piece else f"{lead}{piece}"
        found = find_period(f"What happened {tried}", as_of)
        if found and len(found.phrase) >= len(bare):
            break
    else:
        return ""
    old = find_period(last, as_of)
    if not old:
        return f"{last} {tried}"
    before = re.search(r"\b(?:in|on|at|during|for)\s+(?:the )?$", last[: old.start], re.IGNORECASE)
    starts_own = re.match(r"(?:in|on|at|during|for)\b", old.phrase, re.IGNORECASE)
    start = before.start() if before else old.start
    if before or starts_own:
        return f"{last[:start]}{tried}{last[old.end :]}"
    return f"{last[: old.start]}{bare}{last[old.end :]}"


def _outlets(last: str, past: Past) -> list[Mention]:
    return [m for m in past.last.past.query.mentions if m.kind == OUTLET and m.phrase in last]


def _with_source(piece: str, last: str, past: Past) -> str:
    old = _ACCORDING_IN.search(last)
    if old:
        return f"{last[: old.start()]}, {piece}{last[old.end() :]}"
    named = _outlets(last, past)
    if named:
        return last.replace(named[0].phrase, _ACCORDING.sub("", piece), 1)
    return f"{last}, {piece}"


def _with_preposition(word: str, piece: str, last: str) -> str:
    """ "and in Brandle?": in the place of what has the same preposition, else at the end."""
    places = ("in", "on", "at", "near")
    like = places if word in places else (word,)
    found = [p for p in [*phrases_of(last), *_name_phrases(last)] if p.before in like]
    same = [p for p in found if p.before == word] or found
    if same:
        old = same[-1]
        start = last.lower().rfind(old.before, 0, old.start)
        return f"{last[:start]}{piece}{last[old.end :]}"
    tail = re.search(rf"\b{word} [\w’'-]+$", last)
    return f"{last[: tail.start()]}{piece}" if tail else f"{last} {piece}"


def _name_phrases(text: str) -> Iterator[Phrase]:
    for start, end in name_spans(text):
        before = re.search(r"([\w-]+)\s+$", text[:start])
        name = text[start:end]
        yield Phrase(start, end, name, name, "", before[1].lower() if before else "", True, False)


def _slots(piece: str, last: str, past: Past, corrects: bool) -> Iterator[_Slot]:
    """The names and things of the last question that the piece is like; a higher score is more like."""
    named = names_of(f"x {piece}")
    has_article = piece.lower().startswith("the ")
    head = piece.split()[-1].lower()
    phrases = phrases_of(last)
    outlets = {mention.phrase.lower() for mention in _outlets(last, past)}
    for start, end in name_spans(last):
        name = last[start:end]
        article = re.search(r"\bthe $", last[:start], re.IGNORECASE)
        begin = article.start() if article else start
        score = bool(named) + (bool(article) == has_article)
        if named and UNKNOWN not in (past.kind(name), past.kind(named[0])):
            score += _SAME_KIND * (past.is_person(name) == past.is_person(named[0]))
        score += has_article and last[begin:end].lower() in outlets
        if corrects and set(name.lower().split()) & set(piece.lower().split()):
            score += _SAME_WORD
        # "Legionnaires' cases", "the Renn inquiry": the name only tells which.
        score -= any(p.start <= begin and p.end > end and not p.named for p in phrases)
        yield _Slot(begin, end, score)
    for phrase in phrases:
        if not phrase.named:
            score = _SAME_KIND * (phrase.head == head) + ((phrase.determiner == "the") == has_article)
            score += {phrase.head, head} <= words.PERSON_NOUNS
            yield _Slot(phrase.start, phrase.end, score + (_NAME_FOR_NOUN if named else 1))
