"""What stands below an answer: a link to its question, a way to ask it again, and the reader's vote.

static/actions.js serves the buttons.

The buttons of votes carry `data-vote` (GOOD, BAD, or NONE to take one back) and `data-turn`, the number of the turn.
"""

from __future__ import annotations

from qa.feedback import LONGEST_REASON
from qa.web.asking import AGAIN, Turn
from qa.web.markup import escaped

GOOD, BAD, NONE = "good", "bad", "none"
# Whether an answer was helpful, by the kind of vote.
VOTES = {GOOD: True, BAD: False, NONE: None}
_KEPT = "Your vote is kept beside the archive, with the question, the answer and the reason, but without your name."


def below(turn: Turn, number: int, link: str, *, votes: bool, busy: bool, again: bool = False) -> str:
    """The line below an answer.

    Args:
        turn: with the answer, and the vote if there is one.
        number: of the turn in the conversation, from 1.
        link: to its question, without the address of the page, which only the browser knows.
        votes: readers may vote.
        busy: another question is being answered, and votes have to wait.
        again: the question can be asked again in its place: it is the last one.
    """
    copy = (
        f'<button type="button" data-link="{escaped(link)}" title="A link that asks this question again, as of the '
        'same day">Copy link</button>'
    )
    if again and not busy:
        copy += f'<button type="button" data-revise="{AGAIN}" data-turn="{number}" data-value="">Ask again</button>'
    line = f'{copy}{_votes(turn, number, busy) if votes else ""}<span class="said" role="status"></span>'
    why = _why(turn, number, busy) if votes and turn.helpful is not None else ""
    return f'<div class="below" role="group" aria-label="This answer">{line}{why}</div>'


def _votes(turn: Turn, number: int, busy: bool) -> str:
    return "".join(
        _vote(number, kind, label, pressed=turn.helpful is helpful, busy=busy)
        for kind, label, helpful in ((GOOD, "Helpful", True), (BAD, "Not helpful", False))
    )


def _vote(number: int, kind: str, label: str, *, pressed: bool, busy: bool) -> str:
    return (
        f'<button type="button" class="vote" data-vote="{NONE if pressed else kind}" data-turn="{number}" '
        f'aria-pressed="{"true" if pressed else "false"}" title="{_KEPT}"{" disabled" if busy else ""}>{label}</button>'
    )


def _why(turn: Turn, number: int, busy: bool) -> str:
    """The field for the reason of a vote."""
    kind, disabled = GOOD if turn.helpful else BAD, " disabled" if busy else ""
    done = "Change the reason" if turn.reason else "Keep the reason"
    return (
        f'<div class="because"><label>Why? <input value="{escaped(turn.reason)}" maxlength="{LONGEST_REASON}" '
        f'placeholder="Optional" autocomplete="off"{disabled}></label><button type="button" data-vote="{kind}" '
        f'data-turn="{number}"{disabled}>{done}</button><p>{_KEPT}</p></div>'
    )
