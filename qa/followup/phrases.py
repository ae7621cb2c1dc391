"""The things that a question or a sentence speaks of: noun phrases and names, found by the words around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.followup import words
from qa.mention_words import FUNCTION, PASSIVE

_TOKEN = re.compile(r"(?:St|Dr|Mr|Mrs|Ms|Mt|No)\.(?=\s)|[^\W_]+(?:[’'.-][^\W_]+)*(?:(?<=s)[’'](?=\s))?|&")
CALENDAR = re.compile(
    r"(?:jan(?:uary)?|feb(?:ruary)?|march|april|may|june|july|august|sept(?:ember)?|october|november|december|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|today|yesterday|tomorrow|week|month|year|years|weeks|months|time|times|"
    r"day|days|night|morning|evening|weekend|christmas|easter|spring|summer|autumn|winter|\d+)(?:['’]s)?",
    re.IGNORECASE,
)
_DATELINE = re.compile(r"^[A-Z][A-Z .'-]{2,30} \([A-Z]+\) [-–—] ")
_NO_THING = words.listed("way name names reason lot kind sort amount number")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: `text[start:end]` of what it was found in, its article or other determiner included.

    `words` is without the determiner. `full` goes on with what is tied to it ("the tax on second homes"). `before` is
    the word that leads to it, in small letters ("in", "did"), else empty.
    """

    start: int
    end: int
    words: str
    full: str
    determiner: str
    before: str
    proper: bool
    plural: bool

    @property
    def head(self) -> str:
        """The noun itself, in small letters."""
        return self.words.split()[-1].lower().rstrip("'’")

    @property
    def definite(self) -> str:
        """The phrase as one goes on speaking of it: "a flu jab" stays, "how many cavers" become "the cavers"."""
        # What opens a sentence owes its capital to that.
        full = self.full if self.proper or self.start else self.full[:1].lower() + self.full[1:]
        return full if self.determiner or (self.proper and self.named) else f"the {full}"

    @property
    def named(self) -> bool:
        """Whether its noun is part of a name: "the North Quay", not "the Lunn ferry strike"."""
        return self.words.split()[-1][0].isupper()


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    low: str
    joined: bool

    @property
    def capital(self) -> bool:
        return self.text[0].isupper() or self.text == "&"


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    end = 0
    for match in _TOKEN.finditer(text):
        joined = bool(found) and not text[end : match.start()].strip()
        found.append(_Token(match[0], match.start(), match.end(), match[0].lower(), joined))
        end = match.end()
    return found


def without_dateline(sentence: str) -> str:
    return _DATELINE.sub("", sentence)


def words_of(text: str) -> list[str]:
    """The words of a text in small letters that carry meaning."""
    return [token.low for token in _tokens(text) if token.low not in words.STOP and token.text != "&"]


def names_of(text: str) -> list[str]:
    """The names in a text in its order, without repeats: words with capitals that stand together.

    Days, months, and a lone word that owes its capital to the sentence's beginning are none.
    """
    return list(dict.fromkeys(text[start:end] for start, end in name_spans(text)))


def name_spans(text: str) -> list[tuple[int, int]]:
    """Where the names stand (see `names_of`); a possessive ending is left out."""
    tokens = _tokens(text)
    spans, index = [], 0
    while index < len(tokens):
        last = _name_end(tokens, index)
        if last < 0:
            index += 1
            continue
        end = tokens[last].end
        ending = re.search(r"['’]s?$", text[tokens[last].start : end])
        owned = ending and tokens[index].text != "St."
        spans.append((tokens[index].start, end - len(ending[0]) if ending and owned else end))
        index = last + 1
    return spans


def _name_end(tokens: Sequence[_Token], index: int) -> int:
    """The last token of the name that begins here, or -1."""
    first = tokens[index]
    if not _may_name(first) or first.text == "&":
        return -1
    last = index
    while last + 1 < len(tokens) and tokens[last + 1].joined:
        following = tokens[last + 1]
        after = tokens[last + 2] if last + 2 < len(tokens) and tokens[last + 2].joined else None
        possessive = re.search(r"['’]s$", tokens[last].text)
        if possessive:
            break
        if following.capital and _may_name(following):
            last += 1
        elif after and after.text[0].isupper() and _links(tokens, index, last):
            last += 2
        else:
            break
    alone = last == index
    if alone and index == 0 and (len(tokens) < 2 or not tokens[1].text[0].isupper()):
        return -1
    if CALENDAR.fullmatch(first.text) and (alone or tokens[last].text.isdigit()):
        return -1
    return last


def _may_name(token: _Token) -> bool:
    if not token.capital or token.low in FUNCTION or token.low in words.AUXILIARIES:
        return False
    return not (token.text.isupper() and len(token.text) > 5) and token.low not in ("the", "i")


def _links(tokens: Sequence[_Token], index: int, last: int) -> bool:
    """Whether the word after a name goes on with it: "Museum of the Sea", "the Coast and Hill Alliance"."""
    link = tokens[last + 1].low
    if link == "of":
        return tokens[last].low in ("museum", "bank", "university", "house", "court", "office", "bay", "isle", "city")
    if link != "and" or index == 0 or tokens[index - 1].low != "the":
        return False
    third = tokens[last + 3] if last + 3 < len(tokens) else None
    return bool(third and third.joined and third.text[0].isupper())


def phrases_of(text: str) -> list[Phrase]:
    """The noun phrases of a question or sentence in its order, without those that only tell the time.

    No dictionary: words that stand together behind an article, with a capital or as a plural, less the verb that a
    question has at its end.
    """
    tokens = _tokens(text)
    found, index = [], 0
    while index < len(tokens):
        first = index
        determiner = ""
        if tokens[index].low in words.DETERMINERS and not _is_conjunction(tokens, index):
            determiner = tokens[index].low
            first += 1
        stop = _run(tokens, first, bool(determiner))
        stop = _without_verb(tokens, index, first, stop)
        if stop > first and _is_noun(tokens, index, first, stop):
            phrase = _phrase(text, tokens, index, first, stop, determiner)
            if not CALENDAR.fullmatch(phrase.head) and phrase.head not in _NO_THING:
                found.append(phrase)
        index = max(stop, index + 1)
    return found


def _is_conjunction(tokens: Sequence[_Token], index: int) -> bool:
    """Whether "that" opens a clause."""
    if tokens[index].low != "that":
        return False
    after = tokens[index + 1].low if index + 1 < len(tokens) else ""
    before = tokens[index - 1].low if index else ""
    return after in words.DETERMINERS | words.STOP or (
        before not in words.PREPOSITIONS | words.AUXILIARIES and index > 0
    )


def _run(tokens: Sequence[_Token], first: int, determined: bool) -> int:
    """Where the words end that belong together from `first` on."""
    stop = first
    while stop < len(tokens):
        token = tokens[stop]
        if stop > first and not token.joined:
            break
        if token.low in words.STOP and not (
            determined and stop == first and token.low in ("first", "last", "next", "only")
        ):
            joins = stop > first and token.low == "and" and determined and _links(tokens, first, stop - 1)
            of_name = (
                stop > first and token.low == "of" and tokens[stop - 1].capital and _links(tokens, first, stop - 1)
            )
            if not joins and not (of_name and stop + 1 < len(tokens)):
                break
            if of_name and tokens[stop + 1].low == "the":
                stop += 1
        if token.low in words.DETERMINERS:
            break
        stop += 1
    return stop


def _without_verb(tokens: Sequence[_Token], start: int, first: int, stop: int) -> int:
    """Where the phrase ends if the verb of the question stands at its end ("the Lunn ferry strike begin")."""
    before = tokens[start - 1].low if start else ""
    if stop - first < 1:
        return stop
    for place in range(first + 1, stop):
        # "Carla Renn leave Rovers": what is small between capitals is the verb.
        small_between = not tokens[place].capital and place + 1 < stop and tokens[place + 1].capital
        if small_between and tokens[first].capital and tokens[start].low not in words.DETERMINERS:
            return place
    if before in words.DO:
        own_verb = stop < len(tokens) and tokens[stop].low in ("be", "been", "have", "had", "do", "get", "go", "done")
        if not own_verb and stop - first > 1 and not tokens[stop - 1].capital:
            stop -= 1
    while stop - first > 1 and not tokens[stop - 1].capital and _is_participle(tokens[stop - 1].low):
        stop -= 1
    return stop


def _is_participle(word: str) -> bool:
    if words.is_plural(word):
        return False  # "fishermen" ends like "taken"
    return bool(PASSIVE.fullmatch(word)) or (word.endswith("ing") and len(word) > 5)


def _is_noun(tokens: Sequence[_Token], start: int, first: int, stop: int) -> bool:
    """Whether the words are a thing spoken of: after an article, in capitals, or a plural."""
    last = tokens[stop - 1]
    if first > start or (tokens[first].capital and first > 0):
        return True
    before = tokens[start - 1].low if start else ""
    # "what grade did she get": but "what caused it" asks for the thing itself.
    counted = before in ("many", "which") or (
        before == "what" and stop < len(tokens) and tokens[stop].low in words.AUXILIARIES
    )
    return counted or (before != "what" and words.is_plural(last.low))


def _phrase(text: str, tokens: Sequence[_Token], start: int, first: int, stop: int, determiner: str) -> Phrase:
    counted = start and tokens[start - 1].low in ("many", "which", "what", "much")
    if counted and not determiner:
        plural = next((i for i in range(first, stop) if words.is_plural(tokens[i].low)), stop - 1)
        stop = plural + 1
    begin, end = tokens[start].start, tokens[stop - 1].end
    own = _unowned(text[tokens[first].start : end])
    end = tokens[first].start + len(own)
    reach = _tied(tokens, stop)
    full_end = tokens[reach - 1].end if reach > stop else end
    full = _unowned(text[(tokens[start].start if determiner in ("the", "a", "an") else tokens[first].start) : full_end])
    before = tokens[start - 1].low if start else ""
    last = tokens[stop - 1]
    proper = any(token.capital for token in tokens[first:stop] if token.start)
    return Phrase(begin, end, own, full, determiner, before, proper, words.is_plural(last.low.rstrip("'’")))


def _unowned(text: str) -> str:
    return re.sub(r"['’]s?$", "", text)


def _tied(tokens: Sequence[_Token], stop: int) -> int:
    """Where a phrase ends with the nouns that are tied to it by "of", "on", "between" ..."""
    while stop + 1 < len(tokens) and tokens[stop].low in words.TYING and tokens[stop].joined:
        first = stop + 1
        if tokens[first].low in words.DETERMINERS and first + 1 < len(tokens):
            first += 1
        reach = _run(tokens, first, first > stop + 1)
        while reach - first > 1 and not tokens[reach - 1].capital and _is_participle(tokens[reach - 1].low):
            reach -= 1
        if reach == first or CALENDAR.fullmatch(tokens[reach - 1].text):
            break
        between = tokens[stop].low == "between" and reach + 1 < len(tokens) and tokens[reach].low == "and"
        stop = _run(tokens, reach + 1, False) if between else reach
    return stop
