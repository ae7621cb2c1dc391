"""Words in a question that stand for something of an earlier turn: "he", "it", "there", "the company", "that paper"."""

from __future__ import annotations

import re

from qa.followup import words
from qa.followup.own import GENDERS, is_own, is_possessive, word_before
from qa.followup.phrases import CALENDAR, name_spans, names_of, phrases_of, words_of
from qa.followup.referents import Past, Turn
from qa.followup.turns import Draft

_PERSONAL = re.compile(r"\b(?:he|she|him|her|his|hers|it|its|they|them|their|theirs)\b(?!['’](?!s\b))", re.IGNORECASE)
_BARE_NOUN = re.compile(
    r"\b(?:the|that|this) (?P<noun>[a-z][a-z-]+)\b(?=\s*(?:$|[,?]|['’]s\b)|\s+(?P<next>[\w-]+))",
    re.IGNORECASE,
)
_TIED_NEXT = words.listed("of for in on at behind that who which whose where between with from against into near")
# How many other words with a meaning a question may have and still leave it to the last one which company is meant.
_MOST_WITH_NOUN, _MOST_WITH_ROLE = 2, 5
_LONG_FORM = re.compile(r"^how many (?P<noun>[\w -]+?) (?P<rest>(?:were|was|are|have|had|has) .+?)\W*$", re.IGNORECASE)


def resolve_references(question: str, past: Past) -> Draft:
    """The question with its pronouns and the like put in plain words; without reasons where nothing was changed."""
    draft = Draft(question, [])
    for rule in (_articles, _outlets, _nouns, _personal, _places, _times, _ones, _demonstratives):
        rule(draft, past)
    return draft


def _articles(draft: Draft, past: Past) -> None:
    found, title = words.ARTICLE.search(draft.text), past.article()
    if found and title:
        draft.put(found.start(), found.end(), f"the article “{title}”")


def _outlets(draft: Draft, past: Past) -> None:
    found, outlet = words.OUTLET.search(draft.text), past.outlet()
    if found and outlet and not re.search(rf"\b{re.escape(outlet)}\b", draft.text):
        draft.put(found.start(), found.end(), outlet)


def _personal(draft: Draft, past: Past) -> None:
    spoken: list[str] = []
    place = 0
    while found := _PERSONAL.search(draft.text, place):
        place = found.end()
        pronoun = found[0].lower()
        if is_own(draft.text, found, past):
            continue
        possessive = is_possessive(draft.text, found)
        new = _referent(pronoun, past, [*spoken, *names_of(draft.text)], as_object=_is_object(draft.text, found))
        if not new:
            continue
        spoken.append(new)
        if _says_nothing_else(draft.text, found):
            new = _long_form(new, past)
        start, end = found.span()
        draft.put(start, end, _owner(new) if possessive else new)
        place = start + len(new)


def _is_object(text: str, found: re.Match[str]) -> bool:
    return word_before(text, found.start()) not in words.AUXILIARIES | {""}


def _referent(pronoun: str, past: Past, spoken: list[str], *, as_object: bool) -> str:
    if pronoun in GENDERS:
        return past.person(GENDERS[pronoun], spoken)
    return past.thing(spoken, as_object=as_object) if pronoun in ("it", "its") else past.group(spoken)


def _owner(name: str) -> str:
    return f"{name}’" if name.endswith("s") and name.islower() else f"{name}’s"


def _says_nothing_else(text: str, found: re.Match[str]) -> bool:
    rest = text[: found.start()] + " " + text[found.end() :]
    return not [word for word in re.findall(r"[\w’'-]+", rest) if word.lower() not in words.STOP]


def _long_form(new: str, past: Past) -> str:
    """ "the cavers who were rescued from Hollow Pot", where the question says nothing else."""
    long = _LONG_FORM.match(past.last.question)
    return f"the {long['noun']} that {long['rest']}" if long and new == f"the {long['noun']}" else new


def _places(draft: Draft, past: Past) -> None:
    found = words.THERE.search(draft.text)
    if found and draft.text[: found.start()].strip():
        own = any(not past.is_person(name) for name in names_of(draft.text[: found.start()]))
        place = "" if own else past.place()
        if place:
            draft.put(found.start(), found.end(), place)


def _times(draft: Draft, past: Past) -> None:
    stripped = draft.text.rstrip(" ?.!")
    found = words.THEN.search(stripped)
    if found and found.start() and (time := past.time()):
        draft.put(found.start(), found.end(), time)


def _ones(draft: Draft, past: Past) -> None:
    found = words.ONE.search(draft.text)
    if not found:
        return
    for phrase in past.last.phrases:
        if not (phrase.named and past.is_person(phrase.words)):
            kept = [
                word for word in phrase.words.split() if word.lower() not in ("old", "new", "first", "second", "last")
            ]
            draft.put(found.start(), found.end(), f"the {found[1]} {' '.join(kept)}")
            return


def _demonstratives(draft: Draft, past: Past) -> None:
    found = words.THAT.search(draft.text.rstrip(" ?.!"))
    if found:
        thing = past.thing(names_of(draft.text)) or past.topic()
        if thing:
            draft.put(found.start(), found.end(), thing)
        return
    event = words.THAT_EVENT.search(draft.text)
    if event:
        said = re.sub(
            r"^\W*(?:who|what|when|where|why|how(?: (?:many|much|long))?)\s+", "", past.last.question, flags=re.I
        )
        said = re.sub(r"^(?:did|does|do|was|is|were|are|will|has|have)\s+", "", said.rstrip(" ?.!"), flags=re.I)
        draft.text = f"{said}: {draft.text[0].lower()}{draft.text[1:]}"
        draft.reasons.append(f"“that” is: {said}")


def _nouns(draft: Draft, past: Past) -> None:
    """ "the minister", "the company", "the strike": with the name that the last turns give to it."""
    own_names = bool(names_of(draft.text))
    for found in _BARE_NOUN.finditer(draft.text):
        noun, following = found["noun"].lower(), (found["next"] or "").lower()
        if " or " in draft.text or following in _TIED_NEXT or (found["next"] or "")[:1].isupper() or noun in words.STOP:
            continue
        if following and following not in words.STOP and not _is_verb_next(draft.text, found):
            continue
        is_role = noun in words.PERSON_NOUNS | words.TITLES
        if CALENDAR.fullmatch(noun) or len(words_of(draft.text)) - 1 > (
            _MOST_WITH_ROLE if is_role else _MOST_WITH_NOUN
        ):
            continue
        if own_names and not is_role and noun not in words.COLLECTIVE:
            continue
        new = _named_noun(noun, is_role, past)
        if new and not re.search(rf"\b{re.escape(new)}\b", draft.text):
            draft.put(found.start(), found.end("noun"), new)
            return


def _is_verb_next(text: str, found: re.Match[str]) -> bool:
    """Whether what follows "the school" can be the verb of the question: an auxiliary stands before it."""
    return word_before(text, found.start()) in words.AUXILIARIES


def _named_noun(noun: str, is_role: bool, past: Past) -> str:
    for turn in past.turns[:2]:
        found = _longer(noun, turn.question) or _apposed(noun, is_role, turn, past)
        found = found or next(filter(None, (_longer(noun, sentence) for sentence in turn.sentences)), "")
        found = found or _beside(noun, turn, past)
        if found:
            return found
    return ""


def _longer(noun: str, text: str) -> str:
    """The phrase with the same noun and a name in it: "the Lunn ferry strike", "the river Osk"."""
    for phrase in phrases_of(text):
        if phrase.head == noun and phrase.proper and len(phrase.words.split()) > 1:
            return phrase.words if phrase.named and not phrase.determiner else f"the {phrase.words}"
        if phrase.head == noun and phrase.full != phrase.words and names_of(phrase.full[len(phrase.words) :]):
            return phrase.definite
    named = re.search(rf"\b{noun} ((?:[A-Z][\w’'-]+ ?)+)", text)
    return f"the {noun} {named[1].strip()}" if named and noun not in words.PERSON_NOUNS | words.COLLECTIVE else ""


def _apposed(noun: str, is_role: bool, turn: Turn, past: Past) -> str:
    """The name next to the noun: "Mayor Henrik Lasko", "the grid company Wirewright", "the owner, Halloran Estates"."""
    for text in turn:
        for start, end in name_spans(text):
            name, before, after = text[start:end], text[max(0, start - 40) : start], text[end : end + 60]
            parts = name.split()
            if is_role and len(parts) > 1 and parts[0].lower() == noun:
                return " ".join(parts[1:])
            leads = re.search(rf"\b{noun},? $", before, re.IGNORECASE)
            follows = re.match(rf"(?:, \d{{1,3}})?, (?:the|a|an|its|who is|their)\b[^,.;]{{0,30}}\b{noun}\b", after)
            if leads and not is_role:
                return f"the {noun} {name}"
            if leads or (follows and (is_role or not past.is_person(name))):
                return name
    return ""


def _beside(noun: str, turn: Turn, past: Past) -> str:
    """The one thing that the question names, where the articles put the noun next to it: "Upper Corrie school"."""
    names = [name for name in turn.names if not past.is_person(name)]
    if len(names) != 1 or noun in words.PERSON_NOUNS:
        return ""
    name = re.escape(names[0])
    near = re.compile(rf"\b{noun}s?\b[^.]{{0,40}}\b{name}\b|\b{name}\b[^.]{{0,15}}\b{noun}\b", re.IGNORECASE)
    texts = turn.texts
    return f"the {names[0]} {noun}" if any(near.search(text) for text in texts) else ""
