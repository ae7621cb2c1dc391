"""The outlets and authors of the archive that a question names ("according to the Courier", "only in The Verge").

The archive's own list decides what is a name; a question may use its common short forms, which are computed: without
the article, without "News" and the like, the last word, the initials, the name behind a domain. A name of one word, or
of ordinary words only ("The Week", "Time", "USA Today"), counts only where it stands like an outlet: in capitals and
next to words such as "according to", "reported" or "article in". Names of several words count wherever they stand.

What is decided where it could go either way:
- A short form that fits two or three outlets names them all, softly; one that fits more names none. It never limits
  and never excludes. The whole name of one outlet goes before the short form of another.
- Who is only spoken of is no author: "What did Ann Lee say?" names none, "What did Ann Lee write?" does. An author is
  named by the whole name, of two words at least.
- "unlike the Herald" compares, so it names the Herald; "other than", "except", "not from", "besides", "apart from",
  "instead of" exclude it.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa import mention_words as words
from qa.records import AUTHOR, OUTLET, Mention

_MOST_MEANT = 3
_LONGEST_NAME = 8
# How far the words around a name are looked at, in characters.
_WINDOW = 80

_TOKEN = re.compile(r"(?:[^\W_][\u0300-\u036f]*)+|&")
_GAP_IN_NAME = re.compile(r"[\s.'’\-–/!]{0,3}")
_CAMEL = re.compile(r"[^\W\d_A-Z][A-Z]")
_ENDS_SENTENCE = re.compile(r"[.?!:;\n]")
_SECTION = re.compile(r"\s+[|–—:-]+\s+|:\s+")
_DOMAIN = re.compile(r"(?:https?://)?(?:[\w-]+\.)*?([\w-]+)\.(?:(?:com?|org|net|gov|ac)\.)?[a-z]{2,8}(?:/\S*)?", re.I)
_DOMAIN_END = re.compile(r"\.(?:com|net|org|info|tv|co\.uk)\b(?![.\w])", re.I)

# A name, and the way in which it is written, empty for the whole name.
_Form = tuple[str, str]
_SHORT, _INITIALS, _LAST = "short form", "initials", "last word of the name"
_RANKS = {"": 0, _SHORT: 1, _INITIALS: 2, _LAST: 3}


@dataclass(slots=True)
class _Candidate:
    """A place in the question that reads like a name, with or without its article; `stands`: like an outlet's."""

    kind: str
    forms: Sequence[_Form]
    start: int
    end: int
    stands: bool
    hard: bool = False
    excluded: bool = False


class _Reading:
    """A question in tokens. `keys[i]` is the folded token, `spans[i]` its place, `joins[i]` whether the next is near.

    `cased` says whether capitals tell anything in it.
    """

    def __init__(self, question: str) -> None:
        self.question = question
        self.spans = [match.span() for match in _TOKEN.finditer(question)]
        self.keys = [_folded(question[start:end]) for start, end in self.spans]
        gaps = [question[end:start] for (_, end), (start, _) in zip(self.spans, self.spans[1:], strict=False)]
        self.joins = [bool(_GAP_IN_NAME.fullmatch(gap)) for gap in gaps] + [False]
        self.opens = [True] + [bool(_ENDS_SENTENCE.search(gap)) for gap in gaps]
        rest = [question[start:end] for start, end in self.spans[1:] if question[start:end] != "I"]
        self.cased = any(token[0].isupper() for token in rest) and any(not token.isupper() for token in rest)

    def token(self, index: int) -> str:
        start, end = self.spans[index]
        return self.question[start:end]

    def before(self, start: int) -> str:
        return self.question[max(0, start - _WINDOW) : start]

    def after(self, end: int) -> str:
        return self.question[end : end + _WINDOW]


class Names:
    """The outlets and authors of an archive with their short forms, indexed once; `find` takes any number of questions.

    Args:
        outlets: as the archive writes them, domains ("theverge.com") too; empty ones are passed over.
        authors: as the archive writes them; those of one word are passed over.
    """

    def __init__(self, outlets: Sequence[str], authors: Sequence[str] = ()) -> None:
        self._outlets: dict[str, list[_Form]] = {}
        for outlet in dict.fromkeys(outlets):
            for key, how in _forms(outlet):
                self._add(key, (outlet, how))
        self._authors: dict[str, list[_Form]] = {}
        for author in dict.fromkeys(authors):
            tokens = _tokens(author)
            if len(tokens) > 1:
                self._authors.setdefault("".join(tokens), []).append((author, ""))

    def _add(self, key: str, form: _Form) -> None:
        held = self._outlets.get(key, [])
        if not held or _RANKS[form[1]] < _RANKS[held[0][1]]:
            self._outlets[key] = [form]
        elif form[1] == held[0][1] and form not in held:
            held.append(form)

    def find(self, question: str) -> tuple[Mention, ...]:
        """The outlets and authors that a question names, in its order. Takes time linear in its length."""
        reading = _Reading(question)
        candidates = list(self._candidates(reading))
        for candidate in candidates:
            before, after = reading.before(candidate.start), reading.after(candidate.end)
            candidate.excluded = bool(words.EXCLUDED_BEFORE.search(before))
            limited = words.HARD_BEFORE.search(before) or words.HARD_AFTER.search(after)
            candidate.hard = not candidate.excluded and bool(limited)
        _pair(reading, candidates)
        _spread(question, candidates)
        return tuple(mention for each in candidates if each.stands for mention in _mentions(question, each))

    def _candidates(self, reading: _Reading) -> Iterator[_Candidate]:
        index = 0
        while index < len(reading.keys):
            length = 0
            for key, length in reversed(list(_keys_from(reading, index))):
                outlets, authors = self._outlets.get(key, ()), self._authors.get(key, ())
                found = _outlet_at(reading, index, length, outlets) if outlets else None
                if found is None and authors and length > 1:
                    found = _author_at(reading, index, length, authors)
                if found is not None:
                    yield found
                    break
            else:
                length = 1
            index += length


def find_mentions(question: str, outlets: Sequence[str], authors: Sequence[str] = ()) -> tuple[Mention, ...]:
    """The outlets and authors that one question names. For several questions build `Names` once."""
    return Names(outlets, authors).find(question)


def _folded(token: str) -> str:
    if token == "&":  # noqa: S105 (a word, no password)
        return "and"
    if token.isascii():
        return token.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", token).casefold() if not unicodedata.combining(c))


def _tokens(name: str) -> list[str]:
    return [_folded(match[0]) for match in _TOKEN.finditer(name)]


def _forms(outlet: str) -> Iterator[tuple[str, str]]:
    """The ways to write an outlet's name: (key, which way); a key is the folded tokens run together."""
    # "The Gull - Sport" and "The Gull | News of Osk" are The Gull as well, sections of one outlet.
    whole, *section = _SECTION.split(outlet.strip(), maxsplit=1)
    if section:
        yield "".join(_tokens(outlet)), ""
    outlet = whole
    tokens = _tokens(outlet)
    domain = _DOMAIN.fullmatch(outlet)
    if domain:
        tokens = _tokens(domain[1])
        if tokens and tokens[0].startswith("the") and len(tokens[0]) > 5:
            yield tokens[0][3:], _SHORT
    if not tokens or len(tokens) > _LONGEST_NAME:
        return
    yield "".join(tokens), ""
    core = tokens[1:] if tokens[0] in words.ARTICLES and len(tokens) > 1 else tokens
    yield "".join(core), ""
    short = core[1:] if core[0] == "daily" and len(core) > 2 else core
    yield "".join(short), _SHORT
    while len(short) > 1 and short[-1] in words.LEFT_OUT and not set(short[:-1]) <= words.TOO_GENERAL:
        short = short[:-1]
        yield "".join(short), _SHORT
    for letters in ("".join(t[0] for t in core), "".join(t[0] for t in core if t not in words.SMALL_WORDS)):
        if len(letters) > 2 and letters.isalpha():
            yield letters, _INITIALS
    # "The Courier" of "The Courier of Skellhaven".
    head = core[: core.index("of")] if "of" in core else core
    has_no_last = len(core) < 2 or "and" in core or core[0] in words.MEDIA
    if head and not has_no_last and head[-1] not in words.TOO_GENERAL | words.SMALL_WORDS:
        yield head[-1], _LAST


def _keys_from(reading: _Reading, index: int) -> Iterator[tuple[str, int]]:
    """The keys that begin at a token, with how many tokens each takes; shortest first."""
    key = ""
    for place in range(index, min(index + _LONGEST_NAME, len(reading.keys))):
        key += reading.keys[place]
        yield key, place - index + 1
        if not reading.joins[place]:
            return


def _outlet_at(reading: _Reading, index: int, length: int, forms: Sequence[_Form]) -> _Candidate | None:
    """The candidate at these tokens; None where they cannot be a name, as they are written."""
    content = [i for i in range(index, index + length) if reading.keys[i] not in words.SMALL_WORDS]
    how, last = forms[0][1], index + length - 1
    follows_the = index > 0 and reading.keys[index - 1] == "the" and reading.joins[index - 1]
    first = index - 1 if follows_the and reading.keys[index] not in words.ARTICLES else index
    has_article = reading.keys[first] in words.ARTICLES
    if not content or (how == _LAST and not has_article):
        return None
    start, end = reading.spans[first][0], reading.spans[last][1]
    domain_end = _DOMAIN_END.match(reading.question, end)
    if domain_end:
        return _Candidate(OUTLET, forms, start, domain_end.end(), True)
    ordinary = all(reading.keys[i] in words.ORDINARY for i in content)
    weak = ordinary or (len(content) == 1 and not _CAMEL.search(reading.token(content[0])))
    if weak and _is_part_of_longer_name(reading, first, last):
        return None
    # The capital that opens a sentence tells nothing about an ordinary word.
    capitalised = reading.cased and not (ordinary and all(reading.opens[i] for i in content))
    upper = all(reading.token(i).isupper() for i in content)
    capitalised = capitalised and (upper or (how != _INITIALS and all(reading.token(i)[0].isupper() for i in content)))
    if ordinary and first and not has_article and reading.keys[first - 1] in words.PLACED_BEFORE:
        return None
    before, after = reading.before(start), reading.after(end)
    # "Tarnvik" for "Tarnvik News" may well be the town.
    bare = how == _SHORT and len(content) == 1 and not upper
    told = _is_told(before, after, bare)
    if not capitalised:
        unusual = [i for i in content if reading.keys[i] not in words.USUAL]
        if reading.cased:
            stands = told and len(unusual) == len(content) and how != _INITIALS
        else:
            stands = not ordinary and (told or (len(content) > 1 and (bool(unusual) or length > 2 + has_article)))
        return _Candidate(OUTLET, forms, start, end, True) if stands else None
    says = words.VERB_AFTER.search(after) and not words.PREPOSITION_BEFORE.search(before)
    stands = not weak or told or bool(says)
    stands = stands or (
        not ordinary and not bare and bool(words.POSSESSIVE_AFTER.search(after) or words.HARD_AFTER.search(after))
    )
    # "in The Atlantic" is the magazine, "in the Atlantic" the ocean.
    written = not bare and (not ordinary or not has_article or reading.token(first)[0].isupper())
    stands = stands or (written and bool(words.LOOSE_BEFORE.search(before) and words.ENDS_AFTER.search(after)))
    return _Candidate(OUTLET, forms, start, end, stands)


def _is_told(before: str, after: str, bare: bool) -> bool:
    """Whether the words around a name make it an outlet beyond doubt; a `bare` one has to meet more."""
    if words.NOUN_AFTER.search(after):
        return True
    if not words.ENDS_AFTER.search(after):
        return False
    patterns = (words.ACCORDING,) if bare else (words.CLEAR_BEFORE, words.HARD_BEFORE, words.EXCLUDED_BEFORE)
    return any(pattern.search(before) for pattern in patterns)


def _is_part_of_longer_name(reading: _Reading, first: int, last: int) -> bool:
    """Whether a capitalised word stands right before or after these tokens ("New York Times", "the Courier Prize")."""
    if reading.joins[last] and not reading.opens[last + 1] and reading.token(last + 1)[0].isupper():
        return True
    if not first or not reading.joins[first - 1] or reading.opens[first] or reading.keys[first] in words.ARTICLES:
        return False
    return reading.token(first - 1)[0].isupper() and reading.keys[first - 1] not in words.FUNCTION


def _author_at(reading: _Reading, index: int, length: int, forms: Sequence[_Form]) -> _Candidate | None:
    content = range(index, index + length)
    if reading.cased and any(reading.token(i)[0].islower() for i in (content[0], content[-1])):
        return None
    start, end = reading.spans[index][0], reading.spans[index + length - 1][1]
    before = reading.before(start)
    by = words.BY_BEFORE.search(before)
    written = by and ((by[1] or "").lower() in words.WRITING or not words.PASSIVE.fullmatch(by[1] or ""))
    stands = bool(written or words.WRITTEN_BEFORE.search(before) or words.WRITTEN_AFTER.search(reading.after(end)))
    return _Candidate(AUTHOR, forms, start, end, stands)


def _pair(reading: _Reading, candidates: Sequence[_Candidate]) -> None:
    """Let two names stand that support each other: "both Nature and Science", "how do Time and Variety differ"."""
    for one, other in itertools.pairwise(candidates):
        linked = one.kind == other.kind == OUTLET and words.LINK.fullmatch(reading.question, one.end, other.start)
        if linked and words.BOTH_BEFORE.search(reading.before(one.start)):
            one.stands = other.stands = True


def _spread(question: str, candidates: Sequence[_Candidate]) -> None:
    """Hand on what holds for a name to those that it is listed with ("only in the Courier and the Gull")."""
    pairs = list(itertools.pairwise(candidates))
    for pair in (*pairs, *((other, one) for one, other in reversed(pairs))):
        one, other = sorted(pair, key=lambda each: each.start)
        giver, taker = pair
        if giver.stands and one.kind == other.kind and words.LINK.fullmatch(question, one.end, other.start):
            taker.stands = True
            if giver is one or giver.hard:
                taker.excluded = taker.excluded or giver.excluded
                taker.hard = (taker.hard or giver.hard) and not taker.excluded


def _mentions(question: str, candidate: _Candidate) -> Iterator[Mention]:
    phrase = question[candidate.start : candidate.end]
    names = list(dict.fromkeys(name for name, _ in candidate.forms))
    how = candidate.forms[0][1]
    if how and len(names) > _MOST_MEANT:
        return
    hard, excluded = candidate.hard, candidate.excluded
    if how and len(names) > 1:
        # Two outlets, and no way to know which: neither a limit nor an exclusion may rest on it.
        if excluded:
            return
        hard = False
    of_whom = "its articles" if candidate.kind == OUTLET else "articles by this author"
    effect = f"only {of_whom} count" if hard else f"{of_whom} {'are left out' if excluded else 'are preferred'}"
    for name in names:
        verb = "may be" if how and len(names) > 1 else "is"
        way = f" ({how})" if how else ""
        reason = f"“{phrase}” {verb} {name}{way}: {effect}"
        yield Mention(name, candidate.kind, hard, excluded, phrase, candidate.start, candidate.end, reason)
