"""The proper names of a sentence, found by their capitals, and whether each looks like a person's.

A title or office before a name ("Mr.", "Judge", "Education Minister") is no part of it. The place and agency that a
report begins with ("TARNVIK (MPA) - ") are no names of the sentence, nor are days, months and nationalities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.mention_words import FUNCTION
from qa.timex.rules import words as word_set

PERSON = "person"
ORGANISATION = "organisation"
PLACE = "place"

_DATELINE = re.compile(r"\W{0,3}[A-Z][A-Z .,’'-]{2,40}(?: \([^)\n]{2,40}\))? ?(?:[-–—]|--) ")
_WORD = (
    r"(?:(?:[A-Z]\.){1,4}|(?:Mr|Mrs|Ms|Dr|St|Prof|Sen|Rep|Gov|Gen|Lt|Col|Capt|Sgt|Rev|Jr|Sr)\."
    r"|[A-ZÀ-ÖØ-Þ](?:[^\W_]|[’'-](?=[^\W_]))*)"
)
_NAME = re.compile(
    rf"(?<![\w’'@#$-]){_WORD}(?:(?: (?:&|de|del|della|di|da|van|von|der|den|la|le|al|bin|ibn) | van der | de la |[ -])"
    rf"{_WORD})*"
)
_OF = re.compile(rf" of (?:the )?(?={_WORD})")
_AND = re.compile(r" (?:and|&) ")
_THE = re.compile(r"\b[Tt]he \Z")
_OWNED = re.compile(r"(?:’s|'s|’|')\Z")
SAID = r"(?:said|says|told|tells|added|adds|announced|reported|wrote|writes|warned|explained|according to|noted|argued)"
_SPEAKS_AFTER = re.compile(rf",? (?:\w+ )?{SAID}\b", re.IGNORECASE)
_SPEAKS_BEFORE = re.compile(rf"\b{SAID} (?:[\w’'-]+ ){{0,3}}\Z", re.IGNORECASE)
# "Flew to Oslo": what follows such a verb and "to" or "from" is a place, not whoever is met there.
_MOVES = re.compile(
    r"\b(?:travel|journey|trip|flew|fly|flies|flight|flown|went|go|goes|going|gone|arriv|sail|head|mov|return|drove|drive"
    r"|driven|train|marched|march|deport|flee|fled|emigrat|migrat|visit|depart|commut|ferr)(?:\w*)(?: [\w’'-]+){0,3} "
    r"(?:to|from|for|into|via) (?:the )?\Z",
    re.IGNORECASE,
)
_TITLES = word_set(
    """mr mrs ms miss dr prof sir lord lady dame king queen prince princess pope saint emperor empress duke duchess
    president premier chancellor minister secretary senator sen rep gov governor mayor judge justice chief general
    gen colonel col captain capt sergeant sgt lieutenant lt admiral inspector detective superintendent constable
    officer professor doctor reverend rev bishop archbishop cardinal father sister brother rabbi imam coach boss
    skipper striker manager director chairman chairwoman chair ceo spokesman spokeswoman spokesperson prosecutor
    lawyer attorney curator caretaker councillor ambassador commissioner deputy vice prime foreign finance education
    health housing transport defence defense interior justice trade home environment labour energy agriculture
    culture former ex acting union actor actress singer author writer baker builder teacher head warden treasurer
    auditor regulator economist historian pilot farmer founder leader candidate champion hero star queen bishop
    congressman congresswoman representative opposition party speaker"""
)
_ORGANISATION_WORDS = word_set(
    """court council university college school bank company corporation corp inc ltd plc group agency office bureau
    ministry department committee commission association union institute institution society club party alliance
    league federation organisation organization foundation trust fund authority service board chamber congress
    senate parliament assembly government army navy police hospital clinic museum gallery library theatre press news
    radio times post herald courier gazette journal tribune mutual savings systems works estates dredging line lines
    airways airlines motors industries holdings partners brothers sons daughters united city rovers athletic
    wanderers fc team church cathedral studios records pictures entertainment networks media international nations
    house"""
)
_PLACE_WORDS = word_set(
    """street road avenue square lane bridge river lake sea ocean bay sound gulf strait island islands isle mountain
    mountains mount mt hill hills valley park forest county state province district region village town city port
    harbour airport station quay beach rock cape coast desert canyon north south east west northern southern eastern
    western upper lower central palace castle"""
)
# These make a place of what follows them; at the end, any word above does.
_PLACES_FIRST = word_set("lake mount mt port cape upper lower north south east west river fort")
_STATES = word_set("uk us usa uae u.k u.s u.s.a")
_THINGS = word_set("act bill law treaty agreement war battle cup championship prize award report inquiry plan")
_NO_NAMES = word_set(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december i i'm i’m i've i’ve i'd i’d ok correction christmas easter internet english
    french german spanish italian russian chinese japanese american british european african asian dutch greek irish
    scottish welsh polish turkish indian arab jewish muslim christian catholic protestant latin roman islamic
    canadian australian mexican brazilian korean ukrainian israeli palestinian iranian iraqi syrian egyptian swedish
    norwegian danish finnish swiss austrian hungarian portuguese republican republicans democrat democrats
    democratic"""
)
_STARTERS = FUNCTION | word_set(
    """all both each every some many most more few several other another any nearly almost such only just even also
    then now once later earlier last next first second third however meanwhile instead still although though despite
    unlike because while when where why how who what which whether if since until during under over among between
    after before within without against according yesterday today tomorrow police officials officers authorities
    investigators prosecutors researchers scientists residents people thousands hundreds dozens millions one two
    three four five six seven eight nine ten eleven twelve twenty there here this that these those there's it's he
    she they we you his her its their our my your the a an in on at by for from with of to as and but or so yet no
    not never about around another asked armed at early late originally today's modern historically"""
)


@dataclass(frozen=True, slots=True)
class Name:
    """A proper name: `sentence[start:end] == text`.

    `kind` is "person", "organisation", "place" or empty where its words do not tell. `sure` is False for one word
    that begins the sentence, where any word has a capital. `before` is the word before it in small letters, or empty.
    """

    start: int
    end: int
    text: str
    kind: str
    sure: bool
    before: str


def names_in(sentence: str) -> tuple[Name, ...]:
    """The proper names of a sentence, in their order; they do not overlap."""
    return tuple(_names(sentence))


def is_speaker(sentence: str, name: Name) -> bool:
    """Whether the name stands there as the one who says so ("..., Imre Voss said")."""
    led = sentence[max(0, name.start - 60) : name.start]
    return bool(_SPEAKS_AFTER.match(sentence, name.end) or _SPEAKS_BEFORE.search(led))


def dateline_end(sentence: str) -> int:
    """Where the place and agency end that a report begins with; 0 where it begins without."""
    found = _DATELINE.match(sentence)
    return found.end() if found else 0


def _names(text: str) -> Iterator[Name]:
    first = dateline_end(text)
    opening = next((place for place in range(first, len(text)) if text[place].isalnum()), first)
    position = first
    while match := _NAME.search(text, position):
        start, end = match.span()
        position = end
        word, space, _ = match.group().partition(" ")
        if start == opening and word.lower() in _STARTERS:
            # The word that begins the sentence has its capital from that.
            position = start + len(word) + len(space)
            continue
        of = _OF.match(text, end)
        # "Museum of the Sea", but not "Customers of Northlight", nor "Aldous Ferrant of the Civic Union".
        if of and " " not in match.group() and start != opening:
            longer = _NAME.match(text, of.end())
            end = position = longer.end() if longer else end
        joined = (
            _AND.match(text, end) if " " not in match.group() and _THE.search(text[max(0, start - 4) : start]) else None
        )
        other = _NAME.match(text, joined.end()) if joined else None
        # "The Coast and Hill Alliance" is one name.
        if other and other.group().split()[-1].lower() in _ORGANISATION_WORDS:
            end = position = other.end()
        yield from _trimmed(text, start, end, opening)


def _trimmed(text: str, start: int, end: int, opening: int) -> Iterator[Name]:
    """The name without what leads to it: an owner, a title, an office, a nationality."""
    words = [(start + m.start(), m.group()) for m in re.finditer(r"[^ ]+", text[start:end])]
    titled = False
    # "Northlight's Casper Elgin" is one of Northlight's, "St. Brannoc's Hospital" is one name.
    owner = next((place for place, (_, word) in enumerate(words[:-1]) if _OWNED.search(word)), None)
    if owner is not None and _kind([word.lower() for _, word in words[owner + 1 :]], False, "") == PERSON:
        words = words[owner + 1 :]
    while words and words[0][1][:1].isupper() and words[0][1].lower().endswith("-old"):
        words = words[1:]
    while len(words) > 1 and words[0][1].lower().rstrip(".") in _TITLES:
        titled, words = True, words[1:]
    while words and words[-1][1].lower().rstrip(".") in _NO_NAMES:
        end = words.pop()[0]
    while len(words) > 2 and words[0][1].lower().rstrip(".") in _NO_NAMES:
        words = words[1:]
        while len(words) > 1 and words[0][1].lower().rstrip(".") in _TITLES:
            titled, words = True, words[1:]
    if words and words[0][1].lower().rstrip(".") in _NO_NAMES | {"the", "a", "an"} and len(words) == 1:
        return
    if not words:
        return
    start = words[0][0]
    name = text[start:end].rstrip(" -,")
    name = _OWNED.sub("", name)
    lowered = [word.lower().strip(".") for _, word in words]
    if len(words) == 1 and (lowered[0] in _TITLES or len(name) < 2):
        return
    led = re.search(r"([\w’'-]+) \Z", text[max(0, start - 25) : start])
    before = led[1].lower() if led else ""
    sure = len(words) > 1 or start != opening or titled
    kind = _kind(lowered, titled, before)
    if kind in ("", PERSON) and not titled and _MOVES.search(text[max(0, start - 60) : start]):
        kind = PLACE
    yield Name(start, start + len(name), name, kind, sure, before)


def _kind(words: list[str], titled: bool, before: str) -> str:
    if len(words) == 1 and words[0] in _STATES:
        return PLACE
    if any(word in _ORGANISATION_WORDS or word == "&" for word in words):
        return ORGANISATION
    if words[-1] in _PLACE_WORDS or (words[0] in _PLACES_FIRST and not titled):
        return PLACE
    if titled and not any(word in _THINGS for word in words):
        return PERSON
    if "of" in words or any(word in _THINGS for word in words) or before == "the":
        return ""
    if before in ("in", "at", "near", "from", "to", "off", "outside", "across"):
        return PLACE if before != "from" and before != "to" else ""
    return PERSON if 2 <= len(words) <= 4 else ""
