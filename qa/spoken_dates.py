"""The days that an article's words stand for: "on Tuesday" is the last Tuesday up to the day of publication.

The calendar is that of `qa.timex`; what differs from questions is read here, phrase by phrase:

- A weekday, or a month, season, holiday or day without its year, is the last one up to and including the day of
  publication, as in news style. Where the verb of its clause looks ahead ("will", "is to", "due", "would", "opens")
  it is the first one from that day on. The verb is the nearest one before the phrase in the same clause, else the
  nearest after it: "said on Tuesday that it will meet on Friday" has one day behind and one ahead.
- Without a verb, what follows "until" and "by" lies ahead, and so does a day or month of which the last is more than
  `_FAR_BACK` days past: so far back, a newspaper names the year.
- "Last night" is the day before. "Last Wednesday" is never yesterday, which has a word of its own.
- "Since", "until", "before" and "after" lead to a phrase and are no part of it. "On Monday and Friday" are two
  phrases, "between Monday and Friday" is one.
- "Recently", "in recent days" and "now" name no days and are left out.
- What holds its year is explicit; all else is computed, and left out where the day of publication is unknown.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.records import Moment, day_of
from qa.timex.absolute import HOLIDAY, MONTH, SEASON
from qa.timex.days import WEEKDAY_NAMES, days_later, written
from qa.timex.phrases import Finding, Operand, finding
from qa.timex.relative import NUMBERS
from qa.timex.rules import Anchor, spelled

# Nine months: the coming one is then nearer than three.
_FAR_BACK = 270
_CLAUSE = 120  # characters on either side in which the verb is looked for


@dataclass(frozen=True, slots=True)
class SpokenDate:
    """`sentence[start:end] == phrase` stands for the days from `first` to `last`, both included.

    `computed` is True where they were counted from the article's day of publication.
    """

    start: int
    end: int
    phrase: str
    first: datetime.date
    last: datetime.date
    computed: bool

    @property
    def written(self) -> str:
        """The days as a reader writes them: "9 September 2025", "2 to 8 March 2026", "September 2025", "2023"."""
        first, last = written(self.first), written(self.last)
        if self.first == self.last:
            return last
        opens, closes = self.first.day == 1, (self.last + datetime.timedelta(days=1)).day == 1
        if (self.first.year, self.first.month) == (self.last.year, self.last.month):
            return last.split(" ", 1)[1] if opens and closes else f"{self.first.day} to {last}"
        if self.first.year == self.last.year and opens and closes and (self.first.month, self.last.month) == (1, 12):
            return str(self.first.year)
        return f"{first.rsplit(' ', 1)[0] if self.first.year == self.last.year else first} to {last}"


# Signs that are written in several ways, one for one, so that offsets stay.
_PLAIN = str.maketrans("\u00a0\u2007\u2009\u202f‘’ʼ‐‑‒–−“”«»", '    \'\'\'-----""""')
_WEEKDAY = rf"(?:{'|'.join(WEEKDAY_NAMES)}|Mon|Tues?|Weds?|Thu(?:rs?)?|Fri|Sat|Sun)"
_CALENDAR = re.sub(r"\?P<[a-z]+>", "?:", f"{MONTH}|{SEASON}|{HOLIDAY}")
# What a phrase can begin with; never inside a word, a number, a price or a code.
_BEGINNINGS = re.compile(
    rf"(?<![\w$£€¥#/@.,'-])(?:[0-9]{{1,4}}|(?:{_WEEKDAY}|{_CALENDAR}|the|an?|early|mid|late|this|last|past|coming|next"
    rf"|earlier|later|today|tonight|yesterday|tomorrow|overnight|so|half|first|second|third|fourth|final|several|couple"
    rf"|few|q|h|{'|'.join(NUMBERS)})(?!\w))",
    re.IGNORECASE,
)
_VAGUE = re.compile(r"recently|lately|recent\b|now\b|present|the (?:week|month|year)\Z|date\Z", re.IGNORECASE)
_LAST_NIGHT = spelled("last night")
_LAST_WEEKDAY = spelled(rf"last {_WEEKDAY}(?: [a-z]{{5,9}})?")
_YEARLESS = re.compile(rf".*\b(?:{_CALENDAR})\b.*", re.IGNORECASE | re.DOTALL)
_SHIFTED = re.compile(r"\b(?:last|this|next|past|coming)\b", re.IGNORECASE)
_FULL_MONTH = re.compile(r"[a-z]{5,}\.\Z|(?:May|June|July)\.\Z", re.IGNORECASE)
_BETWEEN = re.compile(r"\b(?:between|from)\s{1,4}(?:the\s{1,4})?\Z", re.IGNORECASE)
_AND = re.compile(r"\b(?:and|or)\b", re.IGNORECASE)
# Names that hold a day or a month: "Black Friday", "the Sunday Mail", "Mr. March".
_NAMED = re.compile(r"\b(?:[Bb]lack|[Bb]loody|Ash|[Ss]uper|[Cc]yber|[Pp]alm|Man|Girl|Mr|Mrs|Ms|Dr|Miss|Sgt)\.? \Z")
_NAMED_AFTER = re.compile(r"\s(?:Mail|Times|Post|Herald|Courier|Club|Night Live|Group|Street|Road|Fund|Declaration)\b")
_QUOTES = ('"', "'")
# Groups of `qa.timex` that hold a year, or a decade, in figures or words.
_YEARS = ("year", "decade", "century", "tens", "short_year")

# Where a clause ends, for the verb that a phrase belongs to.
_BORDER = re.compile(
    r"[;:—()\"]|\s-\s|\b(?:that|which|who|whose|where|when|while|because|although|though|but|and|if|unless)\b",
    re.IGNORECASE,
)
_BEHIND = (
    r"did|was|were|had|said|told|made|took|came|went|got|gave|found|met|won|lost|led|left|began|fell|rose|broke|"
    r"became|held|sent|set|shut|cut|put|saw|spoke|wrote|stood|struck|hit|drew|sold|bought|paid|ran|flew|sank|swore|"
    r"felt|kept|brought|thought|taught|caught|fought|threw|grew|knew|blew|chose|drove|rode|shook|spent|built|dealt|"
    r"fled|heard|hung|lit|meant|quit|shot|sought|spread|stole|swept|beat|has|have|could not|couldn't|\w{2,20}ed"
)
_MAY = r"(?:will|would|shall|should|may|might|could|must)(?! (?:not )?have (?!to))(?! not)|will not|won't|'ll|going to"
_ASKS = r"(?:ask|tell|order|invite|urge|expect|plan|hope|want|aim|intend|agree|promise|vow|decide)(?:s|e?d)?|told|swore"
_AHEAD = (
    # "Will stay closed until Sunday": what follows the verb is no verb of the past.
    rf"(?:{_MAY}|(?:is|are|(?:{_ASKS})(?: [\w.'-]{{1,20}}){{0,4}}) to)(?: \w{{1,20}}){{0,2}}|to be \w{{2,20}}|"
    r"(?:is|are) (?:not )?(?:due|set|scheduled|likely)|due|upcoming|(?:scheduled|planned|set|expected|promised) for|"
    # News tells what stands in a timetable in the present.
    r"(?:is|are) (?:on|in|at|not until)|(?:is|are) (?!said|reported|believed|thought|accused|alleged|suspected|based)"
    r"(?:held|sent|shown|\w{2,20}ed)|(?<!to\b.)(?:opens?|begins?|starts?|ends|closes?|returns?|resumes?|expires?|leaves?|"
    r"meets?|votes?|goes|go|takes?|comes?|turns|gets|gives|arrives?|launch(?:es)?)"
)
_VERBS = re.compile(rf"(?<![\w-])(?:(?P<ahead>{_AHEAD})|{_BEHIND})(?!\w|'s)".replace(" ", r"\s{1,4}"), re.IGNORECASE)
_TOWARDS = re.compile(r"\b(?:until|till|by)\s{1,4}(?:the\s{1,4})?\Z", re.IGNORECASE)
_HAVE_UNTIL = re.compile(r"(?:have|has)\s{1,4}until\s{1,4}(?:the\s{1,4})?\Z", re.IGNORECASE)
_SET_FOR = re.compile(
    r"(?P<past>\b(?:had|was|were)\b[\w\s,'-]{0,30})?\b(?:set|fixed|scheduled|moved|postponed|called|booked|planned|"
    r"adjourned)\b[\w\s,'-]{0,60}\b(?:for|to|until)\s{1,4}\Z",
    re.IGNORECASE,
)


def dates_in(sentence: str, published: Moment | None) -> tuple[SpokenDate, ...]:
    """The days that a sentence of an article names, in their order; phrases do not overlap.

    Args:
        sentence: one sentence, or any stretch of text.
        published: when its article was published; None leaves out what would have to be computed from it.
    """
    day = day_of(published)
    text = sentence.translate(_PLAIN)
    found: list[SpokenDate] = []
    for start, spoken in _findings(text, day or datetime.date(2000, 1, 1)):
        computed = not any(_explicit(operand) for operand in spoken.operands)
        if spoken.first is None or spoken.last is None or (computed and day is None):
            continue
        first, last, end = spoken.first, spoken.last, spoken.end
        if _LAST_NIGHT.fullmatch(text, start, end):
            last = first
        elif day and _LAST_WEEKDAY.fullmatch(text, start, end) and first == days_later(day, -1):
            first, last = days_later(first, -7), days_later(last, -7)
        # The full stop of a sentence, not of "Sept."
        end -= bool(_FULL_MONTH.search(text, start, end))
        found.append(SpokenDate(start, end, sentence[start:end], first, last, computed))
    return tuple(found)


def _findings(text: str, day: datetime.date) -> Iterator[tuple[int, Finding]]:
    passed = 0
    for beginning in _BEGINNINGS.finditer(text):
        start = beginning.start()
        if start < passed or not finding(text, start, Anchor(day, day)):
            continue
        spoken = _read(text, start, day)
        if spoken is None:
            continue
        passed = spoken.end
        for place, one in _each_of_list(text, start, spoken):
            if not _is_a_name(text, place, one.end) and not _VAGUE.match(text[place : one.end]):
                yield place, one


def _read(text: str, start: int, day: datetime.date) -> Finding | None:
    """The phrase at `start`, counted back or ahead as its clause asks."""
    ahead = _looks_ahead(text, start)
    spoken = finding(text, start, Anchor(day, day, bool(ahead)))
    if ahead is not None or spoken is None or spoken.first is None or any(map(_explicit, spoken.operands)):
        return spoken
    phrase = text[start : spoken.end]
    far = (day - spoken.first).days > _FAR_BACK and _YEARLESS.fullmatch(phrase) and not _SHIFTED.search(phrase)
    return finding(text, start, Anchor(day, day, ahead=True)) if far else spoken


def _each_of_list(text: str, start: int, spoken: Finding) -> Iterator[tuple[int, Finding]]:
    """Of "Monday and Friday" each day, unless the two are the ends of a range."""
    listed = len(spoken.operands) == 2 and not _BETWEEN.search(text[max(0, start - 15) : start])
    if not listed or not _AND.search(text[spoken.operands[0].end : spoken.operands[1].atom.match.start()]):
        yield start, spoken
        return
    for place, operand in zip((start, spoken.operands[1].atom.match.start()), spoken.operands, strict=True):
        if span := operand.read(spoken.anchor):
            found = dataclasses.replace(spoken, first=span.first, last=span.last, end=operand.end, operands=(operand,))
            yield place, found


def _explicit(operand: Operand) -> bool:
    """Whether the words hold the year, or the decade, themselves."""
    found = operand.atom.match.groupdict()
    return any(found.get(name) for name in _YEARS)


def _is_a_name(text: str, start: int, end: int) -> bool:
    led = text[max(0, start - 12) : start]
    if _NAMED.search(led) or _NAMED_AFTER.match(text, end):
        return True
    return led.endswith(_QUOTES) and text[end : end + 1] in _QUOTES


def _looks_ahead(text: str, start: int) -> bool | None:
    """Whether the clause that a phrase stands in looks ahead; None where no word of it tells."""
    first = max(0, start - _CLAUSE)
    led = text[first:start]
    set_for = _SET_FOR.search(led)
    if _HAVE_UNTIL.search(led) or (set_for and not set_for["past"]):
        return True
    for border in _BORDER.finditer(text, first, start):
        # "On Monday and on Friday": a list goes on, no clause ends.
        if _VERBS.search(text, border.end(), start):
            first = border.end()
    before = list(_VERBS.finditer(text, first, start))
    verb = before[-1] if before else None
    if verb is None:
        stop = _BORDER.search(text, start, start + _CLAUSE)
        verb = _VERBS.search(text, start, stop.start() if stop else start + _CLAUSE)
    if verb is None:
        return True if _TOWARDS.search(led) else None
    return bool(verb["ahead"])
