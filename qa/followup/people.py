"""Whether a name is a person's, and of what gender, by the articles that speak of it and by common first names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.followup import words

MALE, FEMALE, PERSON, THING, UNKNOWN = "male", "female", "person", "thing", "unknown"

# How far behind a name its pronoun is looked for, in characters.
_NEAR = 120
_HE = re.compile(r"\b(?:he|his|him|she|her)\b", re.IGNORECASE)
_OPENS_WITH_HE = re.compile(r"[.!?][\"”]?\s(He|She)\b")
_ACTS = r"(?:said|says|told|replied|added|promised|resigned|admitted)"
_MOST_WORDS = 4


def kind_of(name: str, texts: Sequence[str]) -> str:
    """MALE, FEMALE, PERSON (of either), THING (also a place or company), or UNKNOWN where nothing tells."""
    parts = name.split()
    titles = []
    while len(parts) > 1 and parts[0].lower().rstrip(".") in words.TITLES:
        titles.append(parts.pop(0).lower().rstrip("."))
    if "&" in name or parts[-1].lower() in words.ORGANISATION or len(parts) > _MOST_WORDS:
        return THING
    last, whole = re.escape(parts[-1]), re.escape(" ".join(parts))
    text = "\n".join(texts)
    if len(parts) > 1 and " ".join(parts) not in text:
        text = ""  # what the articles say of this surname, they say of somebody else
    own_title = bool(titles)
    titles += [title.lower() for title in re.findall(rf"\b(\w+)\.? (?:[A-Z][\w-]+ )?{last}\b", text)]
    for gender, of_gender in ((MALE, words.MALE_TITLES), (FEMALE, words.FEMALE_TITLES)):
        if of_gender.intersection(titles):
            return gender
    if not own_title and re.search(rf"\b[Tt]he {whole}\b(?! [a-z]+er\b)", text):
        return THING
    given = re.search(rf"\b([A-Z]\w+) {last}\b", text) if len(parts) == 1 else None
    first = (given[1] if given else parts[0]).lower()
    if not _is_person(parts, first, titles, last, text):
        return THING if re.search(rf"\b(?:in|on|at|near) {whole}\b", text) else UNKNOWN
    if (first in words.MALE_NAMES) != (first in words.FEMALE_NAMES):
        return MALE if first in words.MALE_NAMES else FEMALE
    return _gender(last, text)


def _is_person(parts: Sequence[str], first: str, titles: Sequence[str], last: str, text: str) -> bool:
    if (words.TITLES | words.PERSON_NOUNS).intersection(titles) or re.search(
        rf"\b{last}, (?:who is )?\d{{1,3}}\b", text
    ):
        return True
    if len(parts) == 1:
        return False
    if first in words.MALE_NAMES | words.FEMALE_NAMES:
        return True
    placed = re.search(rf"\b(?:in|on|at|near) {re.escape(' '.join(parts))}\b", text)
    return not placed and re.search(rf"\b{last}(?:,[^,.]{{3,60}},)? {_ACTS}\b", text) is not None


def _gender(last: str, text: str) -> str:
    """By the pronouns that follow the name in the articles; one that opens the next sentence tells the most."""
    votes = 0
    for place in re.finditer(rf"\b{last}\b", text):
        following = _HE.search(text, place.end(), place.end() + _NEAR)
        opening = _OPENS_WITH_HE.search(text, place.end(), place.end() + 2 * _NEAR)
        if following:
            votes += 1 if following[0].lower() in ("he", "his", "him") else -1
        if opening:
            votes += 3 if opening[1] == "He" else -3
    return MALE if votes > 0 else FEMALE if votes < 0 else PERSON


def whole_name(name: str, texts: Sequence[str]) -> str:
    """A person's first and last name, where the texts have both and the sentence only one."""
    if " " in name:
        return name
    each = re.escape(name)
    found = re.search(rf"\b(?:{each} [A-Z][a-z][\w’'-]*\w|[A-Z][a-z]+ {each})\b", "\n".join(texts))
    first = found[0].split()[0].lower() if found else ""
    return found[0] if found and first not in words.TITLES | words.STOP | words.DETERMINERS else name
