"""Where sentences begin and end, for news in English first.

One regular expression finds every place where a sentence might end (an end mark with the quotes and
brackets that close after it, or a line break); cheap checks then decide each place by the word
before it and the word after it. Looking back and ahead is bounded, so the work grows with the
length of the text and no more, whatever the text is.

Where the words leave it open ("in the U.S. Smith"), sentences are left joined: a quotation that is
a little long reads better than one that is cut.
"""

from __future__ import annotations

import re

# The line breaks are those of str.splitlines.
_LINE_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_WIDEST_WRAPPED = 120  # where most of a text stands in longer lines, it is not hard-wrapped
_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_FIRM_MARKS = "。！？｡؟۔।॥።"  # a space need not follow these
_CLOSING_QUOTES = "\"'”’»«›‹“‘」』"
_OPENING = "\"'“”‘’«»‹›„‚「『(（[¿¡—–-•*#@"

_CLOSING = rf"[\"'”’»›)\]）」』】{_ZERO_WIDTH}]"
# An end mark with what closes after it (group 1), or a line break; then white space. It begins with
# one set of characters, which is what `re` searches for fast, and nothing that can fail follows a
# repetition, so nothing is scanned twice. A closing quote may stand after a space, if white space
# comes after it too; “ and « close only where no word follows them.
_CANDIDATE = re.compile(
    rf"""[.!?…{_FIRM_MARKS}{_LINE_BREAKS}]
    (?:(?<![{_LINE_BREAKS}])[.!?…{_FIRM_MARKS}]*
        ({_CLOSING}*
            (?:(?:[“‘«‹](?!\w)|\[\d{{1,3}}\]
                |[ \u00a0\u202f](?:[»”’)](?=\s)|["'](?=\s?(?:[{_LINE_BREAKS}]|\Z))|[{_ZERO_WIDTH}])
            ){_CLOSING}*)*
        )
    )?\s*""",
    re.VERBOSE,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A name, or what is abbreviated, always follows these.
_TITLES = _words(
    """Mr Mrs Ms Mx Messrs Dr Drs Prof Sen Sens Rep Reps Gov Govs Lt Col Gen Sgt Capt Cpl Cmdr Adm Maj Pvt Brig Rev Fr
    Hon Supt Insp Det Amb Atty Asst Assoc Cllr Msgr Mgr Mme Mmes Mlle MM M Sra Srta Dra Lic Gral Sig Dott Exmo Hr Frl
    Lt.Col Lt.Gen Lt.Gov vs cf viz bzw bspw inkl ggf evtl vgl bijv dhr mevr т.е т.н им ул проф акад см рис гл"""
)
_MONTHS = _words("Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec")
# A number follows these; before anything else they are words ("The answer was No.").
_NUMBERED = _MONTHS | _words(
    "No Nos no nos Nr Art Arts Sec Secs Fig Figs Vol Vols Ch Chap Pt pp pg Op Ext ext Tel tel Rs approx est ca c p Abs "
    "núm pág стр Ст ст"
)
# These stand in the middle of a sentence as well as at its end: the next word decides.
_EITHER = _words(
    """Inc Corp Co Cos Ltd Bros Plc LLC Jr Sr Esq St Ste Mt Ft Ave Blvd Rd Hwy Pkwy Dept Dist Univ Assn Intl Natl Gov't
    Ph.D Ph.Ds M.Sc B.Sc Ed Eds al feat ft EE UU Av Str Wm Geo Chas Ala Ariz Ark Calif Colo Conn Del Fla Ga Ill Ind Kan
    Ky La Md Mass Mich Minn Miss Mo Mont Neb Nev Okla Ore Pa Penn Tenn Tex Va Vt Wash Wis Wyo Ont Que Mon Tue Tues Wed
    Thu Thur Thurs Fri"""
)
_ABBREVIATIONS = _TITLES | _NUMBERED | _EITHER
_INNER = _words("e.g i.e E.g I.e z.B d.h u.a s.o o.ä n.b p.a")
_NOON = ("a.m", "p.m", "A.M", "P.M")
_AFTER_NOON = _MONTHS | _words(
    """Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun January
    February March April May June July August September October November December Eastern Central Mountain Pacific
    Atlantic Greenwich Moscow Tokyo Kyiv Beijing Paris Local UTC"""
)
_TIME_ZONE = re.compile(r"[A-Z]{1,3}T")  # ET, GMT, CEST
# Words that begin a sentence and hardly ever follow "U.S." or "J." inside one.
_STARTERS = _words(
    """The A An This That These Those He She It They We I You His Her Its Their Our My Your There Here Who What When
    Where Why How Which While Whether If In On At By For From To With Without Within As After Before Since Until During
    Under Over About Above Among Amid Between Because Although Though Despite Unlike Like But And Or So Yet Nor Not No
    However Meanwhile Moreover Instead Still Then Now Also Even Just Only Once Later Earlier Last Next According Both
    Each Every Some Many Most Much More Few Several Other Others Another All Any Nearly Almost Such Is Are Was Were Do
    Does Did Has Have Had Can Could Will Would Should One Two Three Four Five Six Seven Eight Nine Ten Dozens Hundreds
    Thousands Millions Police Officials Officers Authorities Investigators Prosecutors Analysts Experts Critics
    Researchers Scientists Residents Supporters Protesters Shares People Today Yesterday Tomorrow Asked Additionally
    Nevertheless Nonetheless Furthermore Recently Finally Currently Previously В На По Но Он Она Они Это Как Когда"""
)
# "Group A. Portugal won" ends; "John A. Smith" does not.
_LETTERED = _words(
    "Group Plan Vitamin vitamin Hepatitis hepatitis Grade Type type Class Section Part Team Exhibit Gen Generation "
    "Phase Tier War Option Schedule"
)
_AFTER_ORDINAL = _words(
    """Januar Jänner Februar März April Mai Juni Juli August September Oktober November Dezember Jahrhundert
    Jahrhunderts Weltkrieg Weltkriegs Bundesliga Liga Platz Runde Tag Mal Stock Klasse Minute Spieltag Etage"""
)
_DOMAINS = _words("com org net gov edu mil int info biz io ai app tv co uk de fr eu us js ts py jpg png pdf html")
_ATTRIBUTION = re.compile(
    r"(?:[^\W\d_a-z][\w.’'-]{0,25}\s+){1,4}"
    r"(?:said|says|asked|asks|wondered|wrote|writes|tweeted|replied|shouted|yelled|added|told)\b"
)
# Japanese goes on with "to" and other hiragana after a quotation, Chinese with a name and a verb.
_ATTRIBUTION_WITHOUT_SPACE = re.compile(r"[\u3041-\u3096、，]|[^。！？，、\s]{0,8}?(?:说|說|表示|称|稱|道|问|問|指出)")
_TOKEN_BREAK = re.compile(r"(?:[\s:\"“”‘«»‹›„‚()（\[\]—–/…-]|(?<!\w)['’])+")  # "don't" is one token
_NEXT_WORD = re.compile(rf"[{re.escape(_OPENING)}\s]{{0,4}}([^\W\d_]{{2,20}}|[^\W\d_](?!\.))(?![^\W\d_])")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_ROMAN = re.compile(r"[IVX]{1,4}|\d{1,3}|\w")
_LIST_MARK = re.compile(r"[-–—*•▪·‣◦●■►#+]{1,6}[ \t\u00a0]+|\(?(?:\d{1,3}|[a-zA-Z])[.)][ \t\u00a0]+")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Offsets (start, end) of the sentences of a text, in order, without outer white space.

    They do not overlap, and together they hold every non-white-space character of the text.
    A blank line always ends a sentence; a single line break only where the lines around it look
    like headings, list items or whole paragraphs rather than like wrapped text.
    """
    sentences: list[tuple[int, int]] = []
    length = len(text)
    start = line_start = length - len(text.lstrip())
    wrapped: bool | None = None  # not known until it is asked for
    for match in _CANDIDATE.finditer(text, start):
        mark, following = match.span()
        if following == length:
            break
        end = match.end(1)
        if following - end == 1 and text[end] == " ":
            # Most places are this one: an ordinary word, a full stop, a space, a capital.
            ends = False
            if text[mark] == "." and text[following].isupper():
                tail = text[start:mark] if mark - start < 14 else text[mark - 14 : mark]
                word = tail[tail.rfind(" ") + 1 :]
                ends = word.isalpha() and len(word) > 1 and word not in _ABBREVIATIONS
            ends = ends or _mark_ends(text, start, match.start(1), end, following)
        elif following - end == 2 and text[end] == text[end + 1] == "\n":
            ends, line_start = True, following  # a blank line
        elif following == end:  # "3.5" or "U.S.", mostly
            ends = (text[mark] > "~" or not text[following].islower()) and _mark_ends(
                text, start, match.start(1), end, following
            )
        else:
            if wrapped is None:
                wrapped = 2 * sum(len(line) for line in text.split("\n") if len(line) > _WIDEST_WRAPPED) < length
            ends, broken = _gap_ends(text, start, line_start, wrapped, match)
            if broken:
                line_start = following
        if ends:
            if end - start > 3:
                sentences.append((start, end))
            else:
                _append(sentences, text, start, end if end > 0 else mark)
            start = following
    if start < length:
        _append(sentences, text, start, length)
    return sentences


def _append(sentences: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while text[end - 1].isspace():
        end -= 1
    if end - start < 4 and sentences and not text[start:end].strip(_ZERO_WIDTH):
        start = sentences.pop()[0]  # nothing to see: the sentence before takes it
    sentences.append((start, end))


def _gap_ends(text: str, start: int, line_start: int, wrapped: bool, match: re.Match[str]) -> tuple[bool, bool]:
    """Whether a sentence ends at the white space of a match, and whether a line does."""
    marks_end, end, following = match.start(1), match.end(1), match.end()
    marked = end > 0
    if not marked:
        end = match.start()
    breaks = len(f"x{text[end:following]}x".splitlines()) - 1
    if breaks > 1 or (marked and _mark_ends(text, start, marks_end, end, following)):
        return True, breaks > 0
    return breaks > 0 and _line_ends(text, start, line_start, wrapped, end, following), breaks > 0


def _mark_ends(text: str, start: int, marks_end: int, end: int, following: int) -> bool:
    """Whether the sentence from `start` ends with the end marks that stop at `marks_end`."""
    mark = marks_end - 1
    while mark > start and marks_end - mark < 4 and text[mark - 1] in ".!?…":
        mark -= 1
    if text[marks_end - 1] in _FIRM_MARKS:
        quoted = any(character in _CLOSING_QUOTES for character in text[marks_end:end][-4:])
        return (
            not (quoted and _ATTRIBUTION_WITHOUT_SPACE.match(text, following)) and text[following] not in ",;:，、；："
        )
    if following == end:
        return _ends_without_space(text, start, mark, following)
    if not _can_start(text, following) or not _holds_word(text, start, mark):
        return False
    marks = text[mark:marks_end]
    if marks == ".":
        return _full_stop_ends(text, start, mark, following)
    if "?" in marks or "!" in marks:
        return not _goes_on_after_question(text, start, mark, marks_end, end, following)
    # An ellipsis; in brackets it marks an omission in the middle of something.
    return (text[following].isalnum() or text[following] in _OPENING) and text[marks_end] not in ")]"


def _can_start(text: str, following: int) -> bool:
    """Whether a sentence can begin here: not with a lower-case word, unless like "iPhone"."""
    for position in range(following, min(following + 4, len(text))):
        first = text[position]
        if first.islower():
            return text[position + 1 : position + 2].isupper() or text.startswith(("http://", "https://"), position)
        if first in "@#":
            return text[position + 1 : position + 2].isalnum()
        if first in ".…":
            return position > following  # `[...] He` and `"...and`
        if first not in _OPENING and first != " ":
            return first not in "!?,;:&%)]}/=+<>|_"
    return True


def _holds_word(text: str, start: int, mark: int) -> bool:
    """Whether there is more before the mark than quotes, or the number of a list item."""
    if mark - start > 8:
        return True
    words = text[start:mark].strip(_OPENING + " ")
    return words != "" and not _ROMAN.fullmatch(words)


def _goes_on_after_question(text: str, start: int, mark: int, marks_end: int, end: int, following: int) -> bool:
    """`"Why?" Smith asked.` goes on, and so does "Yahoo! Inc."."""
    if any(character in _CLOSING_QUOTES for character in text[marks_end:end][-4:]):
        return _ATTRIBUTION.match(text, following) is not None and not _starter_follows(text, following)
    before = text[max(start, mark - 9) : mark]
    return before.endswith(("Yahoo", "Jeopardy", "Yum")) and not _starter_follows(text, following)


def _starter_follows(text: str, following: int) -> bool:
    word = _NEXT_WORD.match(text, following)
    return word is not None and word[1] in _STARTERS and text[following] not in "-–—"


def _full_stop_ends(text: str, start: int, mark: int, following: int) -> bool:
    tokens = _TOKEN_BREAK.split(text[max(start, mark - 14) : mark])
    word = tokens[-1]
    if word.isdigit():
        ordinal = _NEXT_WORD.match(text, following) if len(word) < 3 else None
        return ordinal is None or ordinal[1] not in _AFTER_ORDINAL
    if len(word) == 1 and word.isalpha():
        return _letter_ends(text, word, tokens[-2] if len(tokens) > 1 else "", following)
    if word in _TITLES or word in _INNER:
        return False
    if word in _NUMBERED:
        return not text[following].isdigit() and text[following] not in "$£€¥#"
    if word.endswith(_NOON):
        after = _NEXT_WORD.match(text, following)
        if after and (after[1].removesuffix("s") in _AFTER_NOON or _TIME_ZONE.fullmatch(after[1])):
            return False
        return text[following] != "(" or _starter_follows(text, following)
    if word in _EITHER or _DOTTED.fullmatch(word):
        return _starter_follows(text, following) or _quotation_follows(text, following)
    return True


def _letter_ends(text: str, letter: str, before: str, following: int) -> bool:
    """Whether a sentence ends with a single letter: "vitamin D." does, "George W." does not."""
    if letter == "г":  # Russian: "2019 г. Президент" (year) against "г. Москва" (city)
        return before.isdigit()
    if letter in "pcM" or (len(before) == 2 and before[1] == "." and before[0].islower()):
        return False  # a page, about, Monsieur; or the B of "z. B."
    if not (letter.isupper() or letter.islower()):
        return True
    return before in _LETTERED or (letter == "X" and before == "on") or _starter_follows(text, following)


def _quotation_follows(text: str, following: int) -> bool:
    return text[following] in '"“„«' and text[following + 1 : following + 2].isupper()


def _ends_without_space(text: str, start: int, mark: int, following: int) -> bool:
    """ "ended.The next" ends; "Amazon.Com", "Node.JS" and "example.org/About.Page" do not."""
    if mark == start or not text[mark - 1].islower():
        return False
    opening = text[following] in "“‘„¿¡"
    after = text[following + opening : following + opening + 12]
    if not (after[:1].isupper() and after[1:2].islower()):
        return opening and text[following] in "¿¡"
    token = text[max(start, mark - 40) : mark].rsplit(None, 1)[-1]
    if any(character in token for character in "@/._\\") or _TOKEN_BREAK.split(token)[-1] in _ABBREVIATIONS:
        return False
    word = _TOKEN_BREAK.split(after)[0].rstrip(".,:;!?")
    return "." not in word and "@" not in word and word.lower() not in _DOMAINS


def _line_ends(text: str, start: int, line_start: int, wrapped: bool, end: int, following: int) -> bool:
    """Whether a single line break ends a sentence, where no end mark does."""
    line = text[line_start:end].rstrip() if end - line_start < 300 else text[line_start:end]
    item = _LIST_MARK.match(text, following)
    if item and item.end() < len(text):
        # "– which" on a new line can be wrapped text, and so can "5. The" after "May".
        in_list = line.endswith(":") or _LIST_MARK.match(text, start) is not None
        certain = text[following] in "•▪‣◦●■►*#" or text[following : following + 2] in ("1.", "1)", "(1", "a)")
        if in_list or certain or (text[following] in "-–—+" and not text[item.end()].islower()):
            return True
    if not _can_start(text, following):
        return False
    if not wrapped or len(line) > 200:
        return True  # a line is a paragraph
    next_end = _line_end(text, following)
    next_length = next_end - following
    cased = text[following].isupper() or not text[following].isalpha()
    if len(line) < (40 if cased else 16) > next_length:
        return True  # nobody wraps that narrow
    # Wrapped lines are full: the next line's first word did not fit. Where it would have, the
    # line was broken on purpose.
    first_word = len(text[following : following + 30].split(None, 1)[0]) if cased else 1
    return len(line) + 1 + first_word <= next_length


_LINE_BREAK = re.compile(rf"[{_LINE_BREAKS}]")


def _line_end(text: str, position: int) -> int:
    found = _LINE_BREAK.search(text, position)
    return found.start() if found else len(text)
