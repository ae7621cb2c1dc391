"""When and where: the one day, time of day or place that a sentence names beside those of the question."""

from __future__ import annotations

import datetime
import re

from qa.lexical import terms_of
from qa.mention_words import FUNCTION
from qa.proper_names import PERSON, PLACE, SAID, names_in
from qa.short_answers.case import ASKS_SPEECH, DATE, Case, Span, only
from qa.short_answers.names import singled_out
from qa.spoken_dates import dates_in

_LEADS = re.compile(
    r"\b(?P<word>(?:shortly |just |not )?(?:before|after|by)|since|until|till)\s{1,3}(?:the )?\Z", re.IGNORECASE
)
_CLOCK = re.compile(
    r"\b\d{1,2}(?:[.:][0-5]\d)?\s?(?:[ap]\.m\.?|[ap]m\b|o[’']clock)|(?<![\w.,:])(?:[01]?\d|2[0-3])[.:][0-5]\d"
    r"(?![\w.,%]\w| ?(?:"
    r"percent|per cent|million|billion|metres|miles))|\b(?:noon|midnight)\b"
)
# Years that `qa.timex` leaves alone: before 1500, and before a word that could be counted ("In 1698 Thomas").
_YEAR = re.compile(
    r"\b(?:in|since|by|until|after|before) (?P<year>1\d{3}|20[0-4]\d|[5-9]\d\d(?= (?:AD|CE|BC)))(?=\W*\Z|[,;.)]| [A-Z]"
    r"| (?:and|by|when|the|as|to|after|in|at|with|he|she|it|they|was|were)\b)",
    re.IGNORECASE,
)
_YEAR_AFTER = re.compile(r",? \d{3,4}\b(?! \w+s\b)")
# A time that `dates_in` does not take for one, or the year of something in brackets.
_OTHER_TIME = re.compile(r"(?<![\d.,])1\d{3}(?![\d.,]\d)|\b20[0-4]\d\b(?! \w+s\b)|\bcentury\b")
_PLACE_LED = re.compile(
    r"\b(?:in|at|near|outside|off|to|on|into|inside|around|across|from)\s(?:the\s|nearby\s|northern\s|southern\s|eastern\s|"
    r"western\s|central\s|downtown\s)?\Z",
    re.IGNORECASE,
)
# Else it is an adjective: "in Byzantine hands".
_PLACE_ENDS = re.compile(rf"\W*\Z|[,.;:)!?—]| ?[(–-]|['’]s\b| (?:{'|'.join(FUNCTION)})\b")
# "Found in a beehive"; "opened in the port of Oslo" and "in the old town hall of Oslo" name one in the end.
_UNNAMED_PLACE = re.compile(
    r" (?:\w+ )?(?:in|inside|at|on|under|beneath|behind|near|between) (?:an?|the|his|her|its|their|some) "
    r"(?=[a-z])(?!(?:[a-z-]+ ){1,4}(?:the )?[A-Z])"
)
_WORD = re.compile(r"\w+")
_PLACE_GOES_ON = re.compile(r", (?=[A-Z])")


def when(case: Case) -> Span | None:
    """The one date beside those of the question and the day on which it was said; without any, the time of day."""
    text = case.sentence
    if case.context is not None and not _says_half(case):
        return None
    spans = [(date.start, date.end) for date in dates_in(text, datetime.date(2020, 6, 17))]
    years = [match.span("year") for match in _YEAR.finditer(text)]
    spans += [year for year in years if not any(start < year[1] and year[0] < end for start, end in spans)]
    spans = [(start, end) for start, end in spans if not _all_known(case, text[start:end])]
    if not ASKS_SPEECH.search(case.question):
        told = [span for span in spans if _is_day_of_telling(text, *span)]
        spans = [span for span in spans if span not in told]
    if not spans and "year" not in case.match.group().lower():
        return clock(case)
    if len(spans) != 1:
        return None
    start, end = spans[0]
    goes_on = _YEAR_AFTER.match(text, end)
    end = goes_on.end() if goes_on else end
    if _OTHER_TIME.search(text[:start] + "\0" + text[end:]):
        return None
    led = _LEADS.search(text[max(0, start - 25) : start])
    if led and led["word"].lower() in ("until", "till"):
        return None  # the end of something else
    return Span(start - len(led.group()) if led else start, end, DATE)


def _all_known(case: Case, phrase: str) -> bool:
    return set(terms_of(phrase)) <= case.terms | {"the", "of", "in"}


def _is_day_of_telling(text: str, start: int, end: int) -> bool:
    led = text[max(0, start - 30) : start]
    return bool(re.search(rf"\b{SAID}(?: on| in| late| early)?(?: the)?\s\Z", led, re.IGNORECASE))


def clock(case: Case) -> Span | None:
    """The one time of day."""
    return only([Span(*match.span(), DATE) for match in _CLOCK.finditer(case.sentence)])


def where(case: Case) -> Span | None:
    """The one name after "in", "at" or the like; for "which town", the one that the question's verb goes with, too."""
    text = case.sentence
    if "where" in case.match.group().lower() and (not _all_said(case) or _stands_at_something(case)):
        return None
    spans: list[tuple[int, int]] = []
    names = [name for name in names_in(text) if not case.known(name.text)]
    for name in names:
        led = text[max(0, name.start - 25) : name.start]
        if spans and spans[-1][1] < name.start and _PLACE_GOES_ON.fullmatch(text, spans[-1][1], name.start):
            spans[-1] = (spans[-1][0], name.end)  # "Paris, France"
        elif _PLACE_LED.search(led) and name.kind != PERSON and _PLACE_ENDS.match(text, name.end):
            spans.append((name.start, name.end))
    if "where" not in case.match.group().lower():
        singled = [name for name in names if singled_out(case, name)]
        if singled or len(names) > len(spans):
            return only([Span(name.start, name.end, PLACE) for name in singled])
    return only([Span(start, end, PLACE) for start, end in spans])


def _says_half(case: Case) -> bool:
    """Whether the sentence says half of what is asked beside its names: a day stands with anything that happened."""
    asked = case.terms - case.names
    return 2 * len(asked & set(terms_of(case.sentence))) >= len(asked)


def _stands_at_something(case: Case) -> bool:
    """Whether a word of the question is followed by a place without a name ("found in a beehive")."""
    asked = case.terms - case.names
    words = (word for word in _WORD.finditer(case.sentence) if asked & set(terms_of(word[0])))
    return any(_UNNAMED_PLACE.match(case.sentence, word.end()) for word in words)


def _all_said(case: Case) -> bool:
    """Whether the sentence says all that is asked, but for one of many terms; else its place may be another's."""
    missing = case.terms - set(terms_of(case.sentence))
    return len(missing) <= (len(case.terms) > 4)
