"""The period that a question asks about, understood without a model.

Days are calendar days of the archive, in UTC; the day of asking (`as_of`) is one of them, and no hour or
time zone in the words is read. Weeks begin on Monday, and a weekend is the Saturday and Sunday of its week
(`qa.timex.days`). What weekdays stand for is told in `qa.timex.relative`, which has the words that count
from today; `qa.timex.absolute` has the calendar names. English.

- A month, season or holiday without its year, and a weekday, is the last one that begins no later
  than the day of asking: "in September" asked in November 2026 is September 2026. After "will",
  "going to" or "due" with no word in the past before it, it is the next one that is not over.
- Hard are words that are exact on their own: days, months, quarters, years, decades with their year.
  Soft is what counts from today, what is fuzzy ("early 2023", seasons, "around", "by", "for 2023"),
  what leaves its year open ("on 12 May"), what could be read in two ways ("9/12/2023" and "on 9/12", month
  first), pairs of years ("2012-13"), and what begins after the day of asking, because news of it is older
  than itself.
- "Since" begins with its period and "after" follows it; "until" and "by" end with it, "before" ends
  the day before. "Between A and B", "from A to B" and "A and B" run from the first day of A to the
  last of B. Of several periods that are not joined the first counts.
- Years count from 1500 on, centuries from the first. "2023-09" is a month, but "2008-09" two years: there
  the second number could be a later year's. Years with two figures ("9/12/23") are of this century, unless
  that is later than next year.
- Years that are part of a name ("the 2024 Olympics", "the 2019 budget", "the September 11 attacks",
  "World Cup 2022") stay text, and so do titles: a phrase in quotes, or with capitals that it should not
  have ("Last Christmas"). A year without a preposition counts only at the very end: of words that are
  no sentence ("ferry strike 2023"), or after what each year has ("How high was inflation 2023?").
"""

from __future__ import annotations

import datetime
import re

from qa.records import Period
from qa.timex.absolute import HOLIDAY, MONTH, SEASON
from qa.timex.days import written
from qa.timex.phrases import Finding, finding, trailing_year
from qa.timex.relative import NUMBERS
from qa.timex.rules import Anchor, spelled, words

# Signs that are written in several ways, one for one, so that offsets stay.
_PLAIN = str.maketrans("\u00a0\u2007\u2009\u202f‘’ʼ‐‑‒–−“”«»", '    \'\'\'-----""""')
# Where a phrase can begin: never inside a word, a number, a price or a code ("Catch-22").
_BEGINNINGS = re.compile(r"(?<![\w$£€¥#/@.,'-])(?<!(?u:\w))(?:[0-9]|[a-z]{1,12})", re.ASCII | re.IGNORECASE)
_FIRST_WORDS = words(
    "the these a an on from between since until till up through by before prior after around circa early mid late "
    "start beginning middle end close turn last past this coming next so earlier later today tonight yesterday "
    "tomorrow overnight recently lately recent q h spring summer autumn fall winter christmas boxing new easter "
    "halloween valentine good few several couple half first second third fourth final latter pre post "
    f"{' '.join(NUMBERS)}"
)
# The first three letters of a month or a weekday.
_FIRST_LETTERS = words("jan feb mar apr may jun jul aug sep oct nov dec mon tue wed thu fri sat sun")
_AHEAD = spelled(r"(?<![\w-])(?:will|won't|shall|going to|due|scheduled|upcoming|planned)")
_PAST = spelled(r"(?<![\w-])(?:did|was|were|had|has|have|said|wrote|reported|told|happened)")
_WORD = re.compile(r"(?u:[^\W\d_])+")
_SENTENCE_START = re.compile(r"(?:^|[.?!:;(])\s{0,4}\Z")
_CALENDAR_NAME = spelled(
    rf"(?:{MONTH}|{SEASON}|{HOLIDAY}|(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?|weds|day|eve|year|"
    r"new|boxing|good|valentine|q|h|st|nd|rd|th|s)"
)
# Months that are people too, and the year that is a book.
_PEOPLE = re.compile(r"\b(?:Theresa|Mrs|Ms|Mr|Dr|Lady|Dame|Tory|Tories|(?i:prime minister))\b")
_BELIEF = re.compile(r"\b(?:confidence|trust|trusted|faith|belief|believed?)\s{1,4}in\s{1,4}\Z")
_PERSON = re.compile(r"(?:(?P<word>since|until|before|after|by) )?(?:May|April|June|August)\Z")
_NOVEL = re.compile(r"orwell|author|winston smith|big brother|novel|newspeak|\bbook\b", re.IGNORECASE)
_CLASS = re.compile(r"\b(?:class|classes|spirit|generation|vintage|battle)\s{1,4}of\s{1,4}\Z", re.IGNORECASE)
_SPELLED_DATE = re.compile(r"[A-Za-z].*[0-9]|[0-9].*[A-Za-z]", re.DOTALL)
_HEAT = re.compile(r"temperature|degrees|fahrenheit|celsius", re.IGNORECASE)
_CURRENT = spelled(
    r"(?<![\w-])(?:latest|newest|most recent(?:ly)?|currently|(?:right |just )?now(?! (?:that|and then))|at the moment|"
    r"at present|current(?! (?:accounts?|affairs))|so far(?! (?:away|as))|to date|these days|nowadays|today's|yet|"
    r"still(?! (?:life|lifes|images?|birth|photos?|waters?)))(?!'s\b)"
)
_NAMES_TIME = re.compile(rf"\b(?:{MONTH})\b|\b[12][0-9]{{3}}(?:'?s)?\b|[0-9][/.-][0-9]", re.IGNORECASE)
_NOT_CURRENT = re.compile(
    r"\b(?:alternating|direct|electric|electrical|ocean|rip|tidal|by|until|till|up to|from|before|even|every|"
    r"at the|be|sit|sat|stand|stood|keep|kept|stay|held|hold)\s{1,4}\Z",
    re.IGNORECASE,
)


def find_period(question: str, as_of: datetime.date) -> Period | None:
    """The one period that the question asks about, or None. The same words and day give the same, always."""
    text = question.translate(_PLAIN)
    ahead, past = _AHEAD.search(text), _PAST.search(text)
    passed = 0
    for beginning in _BEGINNINGS.finditer(text):
        start, word = beginning.start(), beginning.group().lower()
        if start < passed or not (word.isdigit() or word in _FIRST_WORDS or word[:3] in _FIRST_LETTERS):
            continue
        # "Will" counts before the phrase, where no past tense stands before it too.
        looks_ahead = bool(ahead and ahead.start() < start and not (past and past.start() < start))
        found = finding(text, start, Anchor(as_of, as_of, looks_ahead))
        if found and not _is_a_name(text, start, found.end):
            return _period(question, start, found)
        passed = found.end if found else passed
    trailing = trailing_year(text, Anchor(as_of, as_of))
    return _period(question, *trailing) if trailing and not _is_a_name(text, trailing[0], trailing[1].end) else None


def asks_for_current(question: str) -> str:
    """The word by which the question asks for what holds now ("latest", "so far", "today's"), as it stands, or ""."""
    text = question.translate(_PLAIN)
    for match in _CURRENT.finditer(text):
        led = text[max(0, match.start() - 25) : match.start()]
        first = match.start() == 0 or _SENTENCE_START.search(led)
        # "Apocalypse Now", "the Hudson Current": capitals where none belong.
        title = match.group()[0].isupper() and not first and not text.isupper()
        if not title and not _NOT_CURRENT.search(led):
            return question[match.start() : match.end()]
    return ""


def names_time(period: Period) -> bool:
    """Whether the phrase names its days as texts do, too ("March", "2024"), and does not count them ("last week")."""
    return bool(_NAMES_TIME.search(period.phrase))


def _is_a_name(text: str, start: int, end: int) -> bool:
    """Whether the phrase is a title or a person: in quotes, in odd capitals, "Theresa ... after May"."""
    phrase, led = text[start:end], text[max(0, start - 40) : start]
    if not _SPELLED_DATE.search(phrase) and led.endswith(('"', "'")) and text[end : end + 1] in ('"', "'"):
        return True
    person = _PERSON.search(phrase)
    if person and (_BELIEF.search(led) or (person["word"] and _PEOPLE.search(text[:2_000]))):
        return True
    if _CLASS.search(led):
        return True
    if phrase.endswith("1984") and _NOVEL.search(text[:2_000]):
        return True
    if phrase.endswith("0s") and _HEAT.search(text[:2_000]):
        return True
    first = _SENTENCE_START.search(led)
    capitals = (word for word in _WORD.finditer(phrase) if word.group()[0].isupper())
    odd = (word for word in capitals if not _CALENDAR_NAME.fullmatch(word.group()) and not (first and not word.start()))
    return not text.isupper() and any(odd)


def _period(question: str, start: int, found: Finding) -> Period:
    phrase, today = question[start : found.end], found.anchor.today
    first, last = found.first, found.last
    if first and last:
        days = written(first) if first == last else f"{written(first)} to {written(last)}"
    else:
        days = f"{written(first)} and later" if first else f"{written(last)} and earlier" if last else "any day"
    tones = {operand.atom.tone for operand in found.operands}
    guessed = any(operand.atom.guesses_order for operand in found.operands)
    year_known = any(
        operand.atom.tone == "exact" or (operand.atom.tone == "unsure" and operand.atom.dated)
        for operand in found.operands
    )
    counted = tones & {"relative", "unsure"} and not year_known
    reason = (
        f"“{phrase}”, counted from {written(today, weekday=True)}, is {days}" if counted else f"“{phrase}” is {days}"
    )
    if guessed:
        reason += "; the first number is taken for the month"
    if "unsure" in tones and not year_known:
        reason += f"; the words leave open which one, so the {'next' if found.anchor.ahead else 'last'} is taken"
    elif first and first > today and found.exact:
        reason += "; that lies ahead, so earlier articles count too"
    hard = found.exact and not (first and first > today)
    return Period(first, last, hard, phrase, start, found.end, reason)
