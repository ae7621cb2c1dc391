"""How well copies of an article are told from other articles, and how long that takes.

    python benchmarks/duplicates.py                # the table for each part of the list, and the times
    python benchmarks/duplicates.py --wrong        # also names the pairs that were judged wrongly

The pairs are in tests/data/duplicates.jsonl, one a line: `kind`, the articles `a` and `b` by their ids, `days` between
them (null: unknown), `copy` (the label), and `edits`. The edits are carried out on the text of `b`, one after the
other, with random numbers from `seed`; `[]` takes `b` as it stands. So no article's text is in the list. Ids that
begin with "rtqa-" or "wn-" are of ../shared/data; "ID@2" is the second version of an article of the sample archive.

A pair is a copy where one text is the other one's, edited: words changed, cut, put in another order, with another
lead, with figures corrected, or with a second story behind it (then it shares a slot for the first story only; see
`passage_repeated`): the shorter one has next to nothing to add. Articles that share a subject, quotations, a
background of at most half of each, or what an outlet puts on all its pages are no copies.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import itertools
import json
import math
import random
import re
import time
import timeit
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.duplicates import copies, passage_repeated, sketch
from qa.passages import split_passages
from qa.sentences import split_sentences

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "qa/sample/articles.jsonl"
PAIRS = ROOT / "tests/data/duplicates.jsonl"
REALTIMEQA = ROOT.parent / "shared/data/realtimeqa/articles.jsonl.gz"
WIKINEWS = ROOT.parent / "shared/data/wikinews/articles.jsonl"

# What a sub-editor changes: house style, spelling, a word for another. Both ways, all in lower case.
_SWAPS = [
    ("said", "told reporters"), ("said", "added"), ("percent", "per cent"), ("million", "m"), ("more than", "over"),
    ("about", "around"), ("after", "following"), ("because", "as"), ("which", "that"), ("big", "large"),
    ("company", "firm"), ("harbour", "harbor"), ("metres", "meters"), ("kilometres", "km"), ("children", "youngsters"),
    ("police", "officers"), ("people", "persons"), ("first", "1st"), ("two", "2"), ("three", "3"), ("four", "4"),
    ("six", "6"), ("seven", "7"), ("nine", "9"), ("would", "will"), ("on tuesday", "tuesday"), ("on friday", "friday"),
    ("had", "has"), ("began", "started"), ("ended", "finished"), ("almost", "nearly"), ("last year", "the year before"),
    ("but", "however"), ("they", "the group"), ("to pay", "paying"), ("called", "described as"), ("town", "city"),
    ("government", "cabinet"), ("program", "programme"), ("president", "head of state"), ("found", "discovered"),
    ("killed", "dead"), ("show", "indicate"), ("buy", "purchase"), ("home", "house"), ("announced", "made public"),
]  # fmt: skip
_SWAP = {tuple(left.split()): right for pair in _SWAPS for left, right in (pair, pair[::-1])}
_FUNCTION_WORDS = frozenset("a an the also just then now very only that who had has".split())  # noqa: SIM905
_FILLERS = ("also", "reportedly", "however", "in fact", "again", "meanwhile", "later", "still")
_NUMBER = re.compile(r"\b\d{1,3}(?:[.,]\d+)?\b")

# What outlets put around their articles; our own words.
_HEADERS = (
    "Sign up here for our morning letter, and never miss a story again.\n\nBy our own staff and the agencies",
    "You have read one of your five free articles this month. Support local reporting for the price of a coffee.",
    "Listen to this article. 4 min. Share it with a friend. This article was made free for all our readers.",
)
_FOOTERS = (
    "All rights reserved. This material may not be published, broadcast, rewritten or passed on without permission."
    "\n\nFollow us on all channels, and write to the desk with your tips. Our reporters check every fact twice; if you"
    " have found a mistake, please tell the readers' editor.",
    "Already a subscriber? Log in here to go on reading. With a full subscription you get every edition from Monday to"
    " Saturday, the weekend magazine, the puzzles and the archive back to 1948. You can cancel at any time, and the"
    " first month costs nothing. Conditions apply; see the terms of use and our notice on privacy.",
)
_LEADS = (
    "It has been the talk of the day in the whole region, and there is more to come, as the papers seen by this desk"
    " show. Here is what we know so far, from the beginning, and what readers ask us most often.",
    "Few had expected it, fewer had hoped for it, and by the evening everyone had an opinion. We have put together the"
    " report that came over the wire, with what matters for those who live nearby.",
)
_COLUMN = (
    "Good morning, and welcome to the week in five minutes, the column that reads the papers so that you can have a"
    " second cup of tea. As ever, your letters are welcome; the best one wins a jar of honey from the editor's own"
    " bees. Last week's winner is a gentleman who sent in a recipe for cold porridge. This is what you need to know.",
    "That is all for this week. The quiz is on the back page, with the answers underneath, printed upside down. If a"
    " neighbour would like to read this column too, cut it out along the dotted line, or tell them to write to us, and"
    " we will put them on the list. The column is taken over by a colleague on bank holidays. Keep warm, be kind, and"
    " do not feed the gulls: they know where you live and they have long memories, as the harbour master found out.",
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts with their label. `held_out` pairs took no part in the choice of the thresholds.

    `lead_cosine` is that of the embeddings of the first passages behind their titles (all-MiniLM-L6-v2, November 2026);
    where an edit is a new title or lead, eight words from the middle of the text stood in for the new title.
    """

    kind: str
    name: str
    first: str
    second: str
    days: int | None
    lead_cosine: float
    copy: bool
    real: bool
    held_out: bool

    @property
    def judged(self) -> bool:
        return copies(sketch(self.first), sketch(self.second), days=self.days)


def read_texts(*, real: bool = True) -> dict[str, str]:
    """The texts by id: the sample archive's, each version as "ID@n" and the last as "ID"; the real ones if there."""
    texts: dict[str, str] = {}
    versions: dict[str, int] = {}
    for line in SAMPLE.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        versions[row["id"]] = versions.get(row["id"], 0) + 1
        texts[row["id"]] = texts[f"{row['id']}@{versions[row['id']]}"] = row["text"]
    if real and REALTIMEQA.exists():
        with gzip.open(REALTIMEQA, "rt", encoding="utf-8") as lines:
            texts.update((row["id"], row["text"]) for row in map(json.loads, lines))
    if real and WIKINEWS.exists():
        lines = WIKINEWS.read_text(encoding="utf-8").splitlines()
        texts.update((row["id"], row["text"]) for row in map(json.loads, lines))
    return texts


def held_out(row: dict[str, Any]) -> bool:
    """A third of the pairs, by a hash of what they are made of."""
    key = json.dumps([row["kind"], row["a"], row["b"], row["edits"]])
    return hashlib.sha256(key.encode()).digest()[0] % 3 == 0


def read_pairs(texts: dict[str, str], path: Path = PAIRS) -> Iterator[Pair]:
    """The pairs of the list whose articles are in `texts`."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["a"] not in texts or row["b"] not in texts:
            continue
        yield Pair(
            kind=row["kind"], name=f"{row['a']} {row['b']} {row['edits']}",
            first=edited(texts[row["a"]], row.get("edits_of_a", []), random.Random(row["seed"]), texts),
            second=edited(texts[row["b"]], row["edits"], random.Random(row["seed"]), texts),
            days=row["days"], lead_cosine=row["lead_cosine"], copy=row["copy"],
            real=row["a"].startswith(("rtqa-", "wn-")), held_out=held_out(row),
        )  # fmt: skip


def edited(text: str, edits: Iterable[list[Any]], generator: random.Random, texts: dict[str, str]) -> str:
    """The text after the edits, each `[name, argument]`: see `EDITS` and the two that need another article."""
    for name, argument in edits:
        if name == "append":  # a merged story: another article behind this one
            text = f"{text}\n\n{texts[argument]}"
        elif name == "background":  # the last paragraphs of another article, up to that share of it
            text = f"{text}\n\n{_last_paragraphs(texts[argument[0]], argument[1])}"
        elif name == "lead_of":  # the first paragraph is that of another article
            text = "\n\n".join([_paragraphs(texts[argument])[0], *_paragraphs(text)[1:]])
        else:
            text = EDITS[name](text, argument, generator)
    return text


def _paragraphs(text: str) -> list[str]:
    return [paragraph for paragraph in text.split("\n\n") if paragraph.strip()]


def _last_paragraphs(text: str, share: float) -> str:
    paragraphs = _paragraphs(text)
    while len(paragraphs) > 1 and len(" ".join(paragraphs).split()) > share * len(text.split()):
        del paragraphs[0]
    return "\n\n".join(paragraphs)


def _change_words(text: str, rate: float, generator: random.Random) -> str:
    """Change about that share of the words: another word, one less, one more, or two that change places."""
    pieces = re.split(r"(\s+)", text)  # words at even places, white space between them
    places = list(range(0, len(pieces), 2))
    wanted = max(1, round(rate * len(places)))
    swappable = [p for p in places if _swap_at(pieces, p)]
    generator.shuffle(swappable)
    chosen = swappable[: 2 * wanted // 3]
    chosen += generator.sample(sorted(set(places) - set(chosen)), wanted - len(chosen))
    for place in sorted(chosen, reverse=True):
        swap = _swap_at(pieces, place)
        if swap:
            pieces[place : place + swap[0]] = [swap[1]]
        elif pieces[place].lower() in _FUNCTION_WORDS:
            pieces[place] = ""
        elif place + 2 < len(pieces) and generator.random() < 0.3:
            pieces[place], pieces[place + 2] = pieces[place + 2], pieces[place]
        else:
            pieces[place] = f"{generator.choice(_FILLERS)} {pieces[place]}"
    return "".join(pieces)


def _swap_at(pieces: list[str], place: int) -> tuple[int, str] | None:
    """How many pieces are to be put out at a place, and what is put in for them."""
    for length in (3, 1):
        words = tuple(piece.lower() for piece in pieces[place : place + length : 2])
        if words in _SWAP:
            return length, _SWAP[words]
    return None


def _cut_end(text: str, share: float, _: random.Random) -> str:
    """Leave out that share of the sentences at the end."""
    spans = split_sentences(text)
    return text[: spans[max(1, round(len(spans) * (1 - share))) - 1][1]]


def _cut_middle(text: str, share: float, generator: random.Random) -> str:
    """Leave out that share of the sentences, anywhere but the first and the last."""
    spans = list(split_sentences(text))
    inner = range(1, len(spans) - 1)
    gone = set(generator.sample(inner, min(len(inner), round(share * len(spans)))))
    ends = [0, *(end for _, end in spans)]
    return "".join(text[ends[n] : ends[n + 1]] for n in range(len(spans)) if n not in gone)


def _new_lead(text: str, number: int, _: random.Random) -> str:
    return "\n\n".join([_LEADS[number], *_paragraphs(text)[1:]])


def _reorder(text: str, moved: int, generator: random.Random) -> str:
    """Move that many paragraphs to another place."""
    paragraphs = _paragraphs(text)
    for _ in range(moved):
        paragraph = paragraphs.pop(generator.randrange(len(paragraphs)))
        paragraphs.insert(generator.randrange(len(paragraphs) + 1), paragraph)
    return "\n\n".join(paragraphs)


def _correct_numbers(text: str, share: float, generator: random.Random) -> str:
    """Change that share of the figures."""

    def other(match: re.Match[str]) -> str:
        return str(generator.randrange(2, 999)) if generator.random() < share else match[0]

    return _NUMBER.sub(other, text)


EDITS: dict[str, Callable[[str, Any, random.Random], str]] = {
    "words": _change_words,
    "cut_end": _cut_end,
    "cut_middle": _cut_middle,
    "new_lead": _new_lead,
    "reorder": _reorder,
    "numbers": _correct_numbers,
    "header": lambda text, number, _: f"{_HEADERS[number]}\n\n{text}",
    "footer": lambda text, number, _: f"{text}\n\n{_FOOTERS[number]}",
    "column": lambda text, _, __: f"{_COLUMN[0]}\n\n{text}\n\n{_COLUMN[1]}",
    "typography": lambda text, _, __: text.replace('"', "”").replace("'", "’").replace(" - ", " — ").upper(),
}


def figures(pairs: Sequence[Pair], judged: Sequence[bool]) -> tuple[float, float, float]:
    """Precision, recall and F1 of "is a copy"; not a number where there is none to be right about."""
    both = sum(pair.copy and answer for pair, answer in zip(pairs, judged, strict=True))
    found, wanted = sum(judged), sum(pair.copy for pair in pairs)
    return (
        both / found if found else math.nan,
        both / wanted if wanted else math.nan,
        2 * both / (found + wanted) if found + wanted else math.nan,
    )


def print_parts(pairs: Sequence[Pair]) -> None:
    for held in (False, True):
        for name, real in (("sample", (False,)), ("real", (True,)), ("all", (False, True))):
            part = [pair for pair in pairs if pair.held_out == held and pair.real in real]
            print_row(f"{'held out' if held else 'tuned on'}, {name}", part)


def print_row(name: str, pairs: Sequence[Pair]) -> None:
    judged = [pair.judged for pair in pairs]
    values = "".join("      -" if math.isnan(value) else f"{value:7.3f}" for value in figures(pairs, judged))
    print(f"{name:34} {len(pairs):5} {sum(pair.copy for pair in pairs):6} {sum(judged):6}{values}")


def print_lead_cosine(pairs: Sequence[Pair]) -> None:
    """What the cosine of the leads could do by itself, at the threshold that suits it best."""
    best = max((figures(pairs, [p.lead_cosine >= t / 100 for p in pairs])[::-1], t / 100) for t in range(40, 96))
    (f1, recall, precision), threshold = best
    print(f"lead's cosine alone, {threshold}: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")


def print_passages(texts: dict[str, str]) -> None:
    """How many passages of edited articles are found again in the article that they are from, and in another one."""
    names = sorted(name for name in texts if "@" in name and len(texts[name].split()) > 100)
    own = other = total = 0
    for first, second in itertools.pairwise(names):
        if first.split("@")[0] == second.split("@")[0]:
            continue
        passages = split_passages(edited(texts[first], [["words", 0.06]], random.Random(first), texts), words=60)
        total += len(passages)
        own += sum(passage_repeated(sketch(passage.text), sketch(texts[first])) for passage in passages)
        other += sum(passage_repeated(sketch(passage.text), sketch(texts[second])) for passage in passages)
    print(f"passages of 60 words, 6 % of them changed: {own} of {total} found again, {other} in another article")


def print_times(texts: dict[str, str]) -> None:
    """Milliseconds of this process for articles of 600 words: the best of five rounds."""
    text = " ".join(" ".join(texts[name] for name in sorted(texts)[:40] if "@" not in name).split()[:600])
    long, other = sketch(text), sketch(" ".join(text.split()[::-1]))
    for name, call in (
        ("a sketch", lambda: sketch(text)),
        ("two unlike articles", lambda: copies(long, other, days=0)),
        ("two copies", lambda: copies(long, long, days=0)),
    ):
        took = min(timeit.repeat(call, number=200, repeat=5, timer=time.process_time)) / 200
        print(f"{name}: {1000 * took:.3f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", action="store_true", help="also name the pairs that were judged wrongly")
    arguments = parser.parse_args()
    texts = read_texts()
    pairs = list(read_pairs(texts))
    if not any(pair.real for pair in pairs):
        print(f"The real pairs are left out: {REALTIMEQA.parent} is absent")
    print(f"{'':34} pairs copies judged  prec.   rec.     F1")
    print_parts(pairs)
    for kind in sorted({pair.kind for pair in pairs}):
        print_row(kind, [pair for pair in pairs if pair.kind == kind])
    print_lead_cosine(pairs)
    print_passages(texts)
    print_times(texts)
    if arguments.wrong:
        for pair in pairs:
            if pair.judged != pair.copy:
                print(f"{'missed' if pair.copy else 'false'}: {pair.kind}: {pair.name}")


if __name__ == "__main__":
    main()
