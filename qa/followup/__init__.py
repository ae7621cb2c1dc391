"""Follow-up questions made whole from the turns before, by rules for English and without a model.

"And in Brandle?", "why?", "what about 2024?" and "no, I meant 2025" ask the last question again (`fragments`). "He",
"it", "there", "then", "the company" and "that paper" are put in plain words (`pronouns`) unless the question explains
them itself (`own`). They stand for what the last turns spoke of (`referents`): names in a question first, then those in
the quoted sentences. A question that is complete is left alone to the letter, and so is one that nothing fits.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.followup import words
from qa.followup.fragments import resolve_fragment
from qa.followup.pronouns import resolve_references
from qa.followup.referents import Past
from qa.followup.turns import PastTurn, Resolution

__all__ = ["PastTurn", "Resolution", "resolve"]

# A longer text is no follow-up question of the kind that the rules were written for.
_LONGEST_QUESTION = 400


def resolve(question: str, turns: Sequence[PastTurn]) -> Resolution:
    """What a question asks, given the turns before it.

    Args:
        question: as it was asked.
        turns: the earlier turns, the newest last; only the last few are looked at.

    Takes time linear in the texts, and the same turns give the same, always.
    """
    unchanged = Resolution(question, False, ())
    if not turns or not question.strip() or len(question) > _LONGEST_QUESTION:
        return unchanged
    past = Past(turns)
    text = " ".join(question.split())
    draft = resolve_fragment(text, past) or resolve_references(words.LEAD.sub("", text), past)
    new = words.ENDS.sub("", draft.text.strip())
    if not draft.reasons or not new or new.lower() == words.ENDS.sub("", text).lower():
        return unchanged
    return Resolution(f"{new[0].upper()}{new[1:]}?", True, tuple(draft.reasons))
