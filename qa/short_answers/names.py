"""Who, and which company, club or ship: the name that is left, or that the question's words single out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.lexical import terms_of
from qa.mention_words import FUNCTION
from qa.proper_names import ORGANISATION, PERSON, PLACE, Name, is_speaker, names_in
from qa.short_answers.case import ASKS_SPEECH, AUXILIARY, NAME, Case, Span, only

_OFFICE_ASKED = re.compile(
    r"\W*(?:(?:is|was|are|were|will be|has been|’s|'s) )(?:now |currently )?(?:the|a|an) (?:new )?"
    r"(?P<office>[\w’' -]+)|\W*(?:became|becomes|will become) (?:the |a |an )?(?P<next>[\w’' -]+)"
)
_VERB_ASKED = re.compile(rf"\W*(?P<led>(?:{AUXILIARY} )*)(?P<verb>[a-z]{{3,}})")
# Who does what a verb says holds these offices, beside the one that is made of the verb ("owner", "supplier").
_OFFICES_OF = {"run": "director head boss chief manager", "lead": "leader head", "head": "head director chief",
               "defend": "lawyer counsel barrister", "manag": "manager coach boss"}  # fmt: skip
_BE = re.compile(r"\b(?:is|are|was|were|be|been)\b")
_BY = re.compile(r"(?P<verb>[\w-]+) by (?:the |his |her |its )?(?:[a-z-]+ ){0,2}\Z")
_VERB_FOLLOWS = re.compile(
    r"(?:,[^,]{2,60},)?"
    r"(?P<led>(?: (?:also|who|had|has|have|was|were|is|will|would|been|be|first|then|later|now|and)){0,4})"
    r" (?P<verb>[\w-]+)"
)
_SEVERAL = re.compile(r"\W*(?:are|were|have|all)\b", re.IGNORECASE)
_INSIDE = re.compile(r"\b(?:of|for|at|from|with|in|against|than)(?: the)? \Z", re.IGNORECASE)
_NO_LONGER = re.compile(r"\b(?:former|ex|late|outgoing|once|formerly)\b", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:not|never|no longer|nobody|denied|denies|n[’']t)\b", re.IGNORECASE)


def who(case: Case) -> Span | None:
    """The one name that the question's words single out, else the only person in the sentence."""
    if _SEVERAL.match(case.question[case.match.end() :]):
        return None
    names = [name for name in names_in(case.sentence) if not case.known(name.text)]
    singled = [name for name in names if name.kind != PLACE and singled_out(case, name)]
    if not ASKS_SPEECH.search(case.question):
        # Whoever tells of it is not asked for.
        names = [name for name in names if not is_speaker(case.sentence, name)]
    persons = [name for name in names if name.kind == PERSON]
    chosen = singled or persons
    if len(chosen) != 1 or (not singled and any(name.kind == "" and name.sure for name in names)):
        return None
    name = chosen[0]
    if not singled and _NEGATED.search(case.sentence):
        return None
    return Span(name.start, name.end, PERSON if name.kind != ORGANISATION else NAME)


def singled_out(case: Case, name: Name) -> bool:
    """Whether the words of the question stand around the name: its verb, or an office that is asked for."""
    rest = case.question[case.match.end() :]
    before = case.sentence[max(0, name.start - 60) : name.start]
    after = case.sentence[name.end : name.end + 90]
    if office := _OFFICE_ASKED.match(rest):
        return _holds_office(terms_of(office["office"] or office["next"])[:1], before, after)
    asked = _VERB_ASKED.match(rest)
    if not asked or asked["verb"] in FUNCTION or re.search(r"\b(?:do|does|did)\b", asked["led"]):
        return False  # "Who did she meet?": the name would follow the verb
    passive = bool(_BE.search(asked["led"])) and asked["verb"].endswith(("ed", "en", "n", "t"))
    verb = set(terms_of(asked["verb"]))
    if not passive and _holds_office(_offices_of(verb), before, after):
        return True
    if by := _BY.search(before):
        return not passive and bool(verb & set(terms_of(by["verb"])))
    if not passive and (doing := re.match(r", (?P<verb>\w+ing),", after)):
        return bool(verb & set(terms_of(doing["verb"])))
    follows = _VERB_FOLLOWS.match(after) if not _INSIDE.search(before) else None
    if not follows or follows["verb"].endswith("ing") or bool(_BE.search(follows["led"])) != passive:
        return False
    return bool(verb & set(terms_of(follows["verb"])))


def _offices_of(verb: set[str]) -> list[str]:
    """The terms of the offices of whoever does what a verb says: "owner" of "own"."""
    named = " ".join(f"{stem}er {stem}or {_OFFICES_OF.get(stem, '')}" for stem in verb)
    return terms_of(named)


def _holds_office(offices: Sequence[str], before: str, after: str) -> bool:
    """Whether one of the offices stands beside a name: before it, in apposition, after "is" or "as"."""
    led = re.search(
        r"(?P<role>[\w’'-]+(?: [\w’'-]+)?)(?: of [\w’'& -]{2,40},)?,? (?:(?:the|a|an) [\w’' -]{3,40} )?\Z", before
    )
    if _NO_LONGER.search(f"{before[-25:]}|{after[:25]}"):
        return False
    if led and set(offices) & set(terms_of(led["role"])):
        return True
    # "Of the Civic Union, was the first ...": what follows is said of somebody else.
    if _INSIDE.search(before):
        return False
    follows = re.match(
        r"(?:,(?: who)?(?: is| was| became)?| (?:is|was|became|as)) (?:(?:the|a|an|its|their|his|her) )?"
        r"(?P<role>(?:[\w’'-]+ ?){1,4})",
        after,
    )
    return bool(follows and set(offices) & set(terms_of(follows["role"])))


def which(case: Case) -> Span | None:
    """The one name beside the noun that is asked for ("which company"), or with the name given ("which Renn")."""
    names = names_in(case.sentence)
    if given := case.match["given"]:
        found = [name for name in names if given in name.text.split() and name.text != given]
        spans = [Span(name.start, name.end, PERSON if name.kind == PERSON else NAME) for name in found]
        return only(spans)
    noun = terms_of(case.match["noun"].split()[0])
    found = [name for name in names if not case.known(name.text) and name.sure]
    beside = [name for name in found if _beside(case.sentence, name, set(noun))]
    singled = beside or [name for name in names if not case.known(name.text) and singled_out(case, name)]
    return only([Span(name.start, name.end, NAME) for name in singled])


def _beside(sentence: str, name: Name, noun: set[str]) -> bool:
    """ "The grid company Wirewright", "Wirewright, the grid company,"."""
    before = re.search(r"(?P<noun>[\w’'-]+),? (?:called |named )?\Z", sentence[max(0, name.start - 40) : name.start])
    after = re.match(r", (?:a|an|the) (?P<nouns>(?:[\w’'-]+ ?){1,3})", sentence[name.end :][:60])
    return bool(
        (before and noun & set(terms_of(before["noun"])))
        or (after and noun & set(terms_of(after["nouns"])))
        or noun & set(terms_of(name.text.split()[-1]))
    )
