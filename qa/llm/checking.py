"""What a language model wrote, held against the passages that it cites, sentence by sentence.

A sentence is borne out where all of this holds:

- it cites passages, and each cited number is one that the model was given;
- every name and every other word with a capital, every number, date, quotation and address in it stands in a passage
  that it cites, its title, outlet and day included: numbers by value, names as whole words in their order, dates with
  all of their parts together, quotations word for word but for quote marks and white space;
- most of its words stand in the sentences that are quoted for it, or right beside them, without two in a row that do
  not; no name or number has the place that another one has there; and it neither denies what these say nor says what
  they deny;
- and a scorer from outside thinks that these sentences support it.

Nothing here knows the language of the rest: what cannot be found in the passages is not borne out. These rules do not
notice everything: a verb may be another ("rose" for "fell"). The reader has the quoted sentences for that.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from qa.llm.claims import Claim, claims_in, terms_in_order, terms_with_meaning
from qa.llm.drafts import Draft
from qa.llm.passages import Passage, PassageSentence
from qa.llm.places import exchanged
from qa.llm.plain import bare

# One word in five may be the model's own: a sentence of four words with another verb tells something else.
LEAST_SHARE_OF_WORDS = 0.8
# A cited passage of which no sentence shares so much with the statement is no source of it.
_LEAST_SHARE_OF_SOURCE = 0.2
_MOST_QUOTED = 4
_DENIAL = re.compile(
    r"(?:\b(?:not|no|never|none|nobody|nothing|neither|nor|without|denie[sd]|deny|cannot)|n[’']t)\b(?P<after>(?:\W{1,3}\w+){0,4})",
    re.IGNORECASE,
)
NO_CITATION = "it cites no passage"


class Supports(Protocol):
    """How well sentences of passages support what a model wrote in answer to a question; higher is better."""

    def __call__(self, question: str, sentence: str, passage_sentences: Sequence[str]) -> float: ...


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence of the model: `sources` are the sentences that bear it out; `problems`, if any, say why it is not."""

    draft: Draft
    sources: tuple[PassageSentence, ...]
    problems: tuple[str, ...] = ()


def check(
    draft: Draft, passages: Mapping[int, Passage], question: str, supports: Supports, threshold: float
) -> Checked:
    """Hold one sentence against the passages that it cites.

    Args:
        draft: the sentence with the numbers that it cites.
        passages: all that the model was given, by number.
        question: what was asked.
        supports: is asked last, only where nothing else is wrong.
        threshold: what its score must be above.
    """
    if not draft.numbers:
        return Checked(draft, (), (NO_CITATION,))
    unknown = [number for number in draft.numbers if number not in passages]
    if unknown:
        return Checked(draft, (), tuple(f"there is no passage {number}" for number in unknown))
    cited = [passages[number] for number in dict.fromkeys(draft.numbers)]
    verbatim = _verbatim(draft.text, cited)
    sources, problems = ([verbatim], list[str]()) if verbatim else _borne_out(draft.text, cited)
    if not problems and not supports(question, draft.text, [source.text for source in sources]) > threshold:
        problems = ["the passages that it cites do not seem to say so"]
    return Checked(draft, () if problems else tuple(sources), tuple(problems))


def _verbatim(text: str, cited: Sequence[Passage]) -> PassageSentence | None:
    """The sentence of which the text is a copy."""
    wanted = _without_end(text)
    return next(
        (sentence for passage in cited for sentence in passage.sentences if _without_end(sentence.text) == wanted), None
    )


def _without_end(text: str) -> str:
    return bare(text).rstrip(" .!?…")


def _borne_out(text: str, cited: Sequence[Passage]) -> tuple[list[PassageSentence], list[str]]:
    """The sentences to quote for a statement, and what is wrong with it."""
    words = terms_with_meaning(text)
    if not words:
        return [], ["it says nothing that could be checked"]
    cited = [
        passage for passage in cited
        if max((_share(words, sentence.words) for sentence in passage.sentences), default=0.0) >= _LEAST_SHARE_OF_SOURCE
    ]  # fmt: skip
    claims = claims_in(text)
    problems = [
        f"{claim.kind} “{claim.text}” stands in no passage that it cites"
        for claim in claims if not any(claim.stands_in(passage.whole) for passage in cited)
    ]  # fmt: skip
    sources = _sources(words, claims, cited)
    near = frozenset[str]().union(*(source.words_around for source in sources))
    if _share(words, near) < LEAST_SHARE_OF_WORDS or _adds_a_phrase(text, near):
        problems.append("too few of its words stand in the passages that it cites")
    elif others := exchanged(text, (source.text for source in sources)):
        problems += [f"the passages have something else in the place of “{other}”" for other in others]
    elif _denies_otherwise(text, sources):
        problems.append("it denies what the passages say, or says what they deny")
    return sources, problems


def _sources(words: frozenset[str], claims: Sequence[Claim], cited: Sequence[Passage]) -> list[PassageSentence]:
    """Few sentences that hold what the statement claims: the one that shares most with it, then what that one lacks."""
    left = [sentence for passage in cited for sentence in passage.sentences]
    order = {id(sentence): place for place, sentence in enumerate(left)}
    missing, chosen = list(claims), list[PassageSentence]()
    while left and len(chosen) < _MOST_QUOTED:
        held = {id(s): [claim for claim in missing if claim.stands_in(s.evidence)] for s in left}
        best = max(left, key=lambda s: (len(held[id(s)]) if chosen else 0, _share(words, s.words), len(held[id(s)])))
        if chosen and not held[id(best)]:
            break
        missing = [claim for claim in missing if claim not in held[id(best)]]
        left.remove(best)
        chosen.append(best)
    return sorted(chosen, key=lambda sentence: order[id(sentence)])


def _share(words: frozenset[str], among: frozenset[str]) -> float:
    return len(words & among) / len(words)


def _adds_a_phrase(text: str, near: frozenset[str]) -> bool:
    """Whether two words in a row are the model's own: "... and stole from orphans"."""
    own = [term not in near for term in terms_in_order(text)]
    return any(one and other for one, other in itertools.pairwise(own))


def _denies_otherwise(text: str, sources: Sequence[PassageSentence]) -> bool:
    """Whether the statement denies and its sources do not, or leaves out the "not" before a word that it takes over."""
    denied = _denied(text)
    if denied is not None:
        return all(_denied(source.text) is None for source in sources)
    words = terms_with_meaning(text)
    return any((_denied(source.text) or frozenset()) & words for source in sources)


def _denied(text: str) -> frozenset[str] | None:
    """The words that denials stand before; None where nothing is denied."""
    found = list(_DENIAL.finditer(text))
    following = (terms_in_order(match["after"])[:1] for match in found)
    return frozenset(term for terms in following for term in terms) if found else None
