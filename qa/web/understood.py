"""How a question was understood, as chips above its answer, and what the reader must know beside the answer.

Each chip opens to its reason. In the last answer of a conversation what was inferred can be taken back, and the day of
asking changed: the buttons carry `data-revise` (one of the kinds of `asking.revised`), `data-turn`, and the value in
`data-value` or in the field beside them; static/actions.js hands these to the server.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from qa.records import Answer, Mention, Period, Query
from qa.web import asking
from qa.web.asking import Request
from qa.web.markup import escaped
from qa.web.wording import days_in_words, long_day

_BY_HAND = "Set under “Narrow the search”."
_AS_OF = (
    "Words like “last week” count from this day. Where the question names no period, articles near it are preferred."
)


def understood(answer: Answer, request: Request, turn: int) -> str:
    """The chips above the last answer, each with its reason and, where the words were interpreted, a way to undo that.

    Args:
        answer: what they stand above.
        request: what was answered.
        turn: its number in the conversation, from 1.
    """
    query = answer.query
    chips = [_follow_up(request, turn), _as_of(query, turn, request.as_of is None), *_by_hand(query)]
    if period := query.period:
        words = f"“{period.phrase}”"
        chips.append(_inferred(_period(period), _note(query, period.reason), period.phrase, words, turn))
    if query.current:
        words = f"“{query.current}”"
        chips.append(_inferred(_current(query), _note(query, words), query.current, words, turn))
    for mention in query.mentions:
        words = f"{mention.name} in “{mention.phrase}”"
        chips.append(_inferred(_mention(mention), mention.reason, mention.phrase, words, turn))
    if query.parts:
        parts = "".join(f"<li>{escaped(part)}</li>" for part in query.parts)
        chips.append(_chip(_parts(query), "Each part is searched for by itself.", f"<ol>{parts}</ol>"))
    chips += [_ignored(phrase, turn) for phrase in query.ignored]
    # The chip of a follow-up that was made whole says so itself.
    lead = "" if _whole(request) else '<p class="lead">Understood as</p>'
    return (
        '<section class="understood" tabindex="-1" aria-label="How the question was understood">'
        f'{lead}<ul class="chips">{"".join(chips)}</ul></section>'
    )


def understood_then(answer: Answer, request: Request) -> str:
    """The same in one line, for an answer that others have followed: nothing of it can be changed any more."""
    return f'<p class="understood">{escaped(" · ".join(labels(answer.query, request)))}</p>'


def edit(question: str, turn: int) -> str:
    """The last question as a field, to be asked otherwise in its own place.

    Args:
        question: as it was asked.
        turn: its number in the conversation, from 1.
    """
    field = f'<textarea required rows="2" aria-label="The question, changed">{escaped(question)}</textarea>'
    button = f'<button type="button" data-revise="{asking.EDIT}" data-turn="{turn}">Ask this instead</button>'
    return (
        f'<details class="edit"><summary>Edit the question</summary><div class="field">{field}{button}</div></details>'
    )


def notes(answer: Answer, turn: int, archive_end: date | None) -> str:
    """What the reader must know, a line for each note.

    Args:
        answer: whose notes are shown.
        turn: its number in the conversation, from 1.
        archive_end: the last day of the archive where a note says that it is long past; the question can be asked
            again as of that day.
    """
    lines = [f'<li dir="auto">{escaped(note)}</li>' for note in answer.notes]
    if archive_end:
        button = _button(asking.AS_OF, archive_end.isoformat(), turn, f"Ask as of {long_day(archive_end)}")
        lines.append(f"<li>{button}</li>")
    return f'<ul class="notes" aria-label="What to know">{"".join(lines)}</ul>' if lines else ""


def _whole(request: Request) -> str:
    """What a follow-up was taken to ask, or "" where the question was asked as it is written."""
    return f"Understood as: {request.searched}" if request.searched != request.question else ""


def labels(query: Query, request: Request) -> Iterator[str]:
    """How the question was understood, each inference and each limit in a few words."""
    if whole := _whole(request):
        yield whole
    yield f"Asked as of {long_day(query.as_of)}"
    yield from _limits(query)
    if query.period:
        yield _period(query.period)
    if query.current:
        yield _current(query)
    yield from (_mention(mention) for mention in query.mentions)
    if query.parts:
        yield _parts(query)
    yield from (f"“{phrase}” ignored" for phrase in query.ignored)


def _limits(query: Query) -> Iterator[str]:
    """The limits that the reader set."""
    filters = query.filters
    if filters.published_from or filters.published_to:
        yield f"Published {days_in_words(filters.published_from, filters.published_to)}"
    if filters.sources:
        yield f"Only {', '.join(filters.sources)}"


def _period(period: Period) -> str:
    days, phrase = days_in_words(period.first, period.last), " ".join(period.phrase.split())
    named = days if phrase.casefold() == days.casefold() else f"“{phrase}”: {days}"
    return f"{named}, {'only' if period.hard else 'preferred'}"


def _current(query: Query) -> str:
    return f"“{query.current}”: recent articles preferred"


def _mention(mention: Mention) -> str:
    return f"{mention.name}: {'left out' if mention.excluded else 'only' if mention.hard else 'preferred'}"


def _parts(query: Query) -> str:
    return f"Asked in {len(query.parts)} parts"


def _note(query: Query, beginning: str) -> str:
    """The note of the query that gives this reason and what follows from it."""
    return next((note for note in query.notes if note.startswith(beginning)), beginning)


def _chip(label: str, reason: str, more: str = "", beside: str = "", kind: str = "") -> str:
    """A chip that opens to its reason. `more` and `beside` are HTML, `kind` is a class."""
    summary = f'<summary title="{escaped(reason)}">{escaped(label)}</summary>'
    return (
        f'<li class="chip{kind}"><details>{summary}<div class="reason"><p dir="auto">{escaped(reason)}</p>{more}</div>'
        f"</details>{beside}</li>"
    )


def _follow_up(request: Request, turn: int) -> str:
    """How the turns before made the question whole, or that the reader did not want it so; "" for a whole question."""
    if not request.resolution:
        return ""
    if request.as_written:
        whole = request.resolution.question
        button = _button(asking.MADE_WHOLE, "", turn, "Bring back", f"Ask “{whole}” again")
        return _taken_back(f"Asked as written, not as <s>“{escaped(whole)}”</s>", button)
    button = _button(asking.AS_WRITTEN, "", turn, "×", f"Ask “{request.question}” as it is written")
    return _chip(_whole(request), "; ".join(request.resolution.reasons), beside=button, kind=" inferred")


def _by_hand(query: Query) -> Iterator[str]:
    return (_chip(label, _BY_HAND) for label in _limits(query))


def _as_of(query: Query, turn: int, today: bool) -> str:
    label = f"Asked as of {'today, ' if today else ''}{long_day(query.as_of)}"
    field = f'<input type="date" required aria-label="Day of asking" value="{query.as_of.isoformat()}">'
    buttons = f'<button type="button" data-revise="{asking.AS_OF}" data-turn="{turn}">Ask again as of this day</button>'
    if not today:
        buttons += _button(asking.AS_OF, "", turn, "As of today")
    return _chip(label, _AS_OF, f'<div class="day-of-asking">{field}{buttons}</div>')


def _inferred(label: str, reason: str, phrase: str, words: str, turn: int) -> str:
    """A chip that can be taken back. `words` name what is taken back for those who do not see the chip."""
    name = f"Do not interpret {words}; ask again"
    return _chip(label, reason, beside=_button(asking.IGNORE, phrase, turn, "×", name), kind=" inferred")


def _ignored(phrase: str, turn: int) -> str:
    button = _button(asking.HEED, phrase, turn, "Bring back", f"Interpret “{phrase}” again; ask again")
    return _taken_back(f"Ignored: <s>“{escaped(phrase)}”</s>", button)


def _taken_back(label: str, button: str) -> str:
    """A chip that the reader did away with; `button`, like the label HTML, brings it back."""
    return f'<li class="chip ignored"><span class="label">{label}</span>{button}</li>'


def _button(kind: str, value: str, turn: int, label: str, name: str = "") -> str:
    """A button that asks the last question again. `name` says more than the label does."""
    named = f' aria-label="{escaped(name)}" title="{escaped(name)}"' if name else ""
    return (
        f'<button type="button" data-revise="{kind}" data-turn="{turn}" data-value="{escaped(value)}"{named}>'
        f"{escaped(label)}</button>"
    )
