"""Numbers in a sentence as values, however they are written: "1,000" is "1000" is "a thousand"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SMALL_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINAL_WORDS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_SMALL = {word: value for value, word in enumerate(_SMALL_WORDS.split())}
_TENS = {word: 10 * value for value, word in enumerate(_TENS_WORDS.split(), start=2)}
_ORDINALS = {word: value for value, word in enumerate(_ORDINAL_WORDS.split(), start=1)}
_SCALES = {"hundred": 100, "dozen": 12, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SHORT_SCALES = {"k": 1_000, "m": 10**6, "mn": 10**6, "bn": 10**9}
_UNCERTAIN = ("dozens", "hundreds", "thousands", "millions", "billions", "half", "twice", "double", "triple", "once")

_SCALE = "|".join(_SCALES)
_UNIT = "|".join(sorted([*_SMALL, *_TENS], key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!\d)|\d+(?:[.:]\d+)*)"
    rf"(?:(?:[ -](?P<scale>{_SCALE})|(?P<short>bn|mn|[mk]))(?!\w))?"
    rf"|(?<![\w-])(?P<words>(?:an?[ -](?={_SCALE})|(?:{_UNIT}|{_SCALE})(?!\w))"
    rf"(?:[ -]?(?:and[ -])?(?:{_UNIT}|{_SCALE})(?!\w)){{0,8}})(?!\w)"
    rf"|(?<![\w-])(?P<ordinal>{'|'.join(_ORDINALS)})(?!\w)"
    rf"|(?<!\w)(?P<uncertain>{'|'.join(_UNCERTAIN)})(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Number:
    """`text[start:end]` can be read as each of `values`: a float, or a word or time of day as it is written."""

    start: int
    end: int
    values: frozenset[float | str]


def numbers_in(text: str) -> Iterator[Number]:
    """All numbers of a text: quantities, years, parts of dates, times, scores, ordinals, "hundreds"."""
    for match in _NUMBER.finditer(text):
        yield Number(match.start(), match.end(), frozenset(_values(match)))


def _values(match: re.Match[str]) -> Iterator[float | str]:
    if digits := match["digits"]:
        if digits.count(".") > 1 or ":" in digits:
            yield digits
            return
        value = float(digits.replace(",", ""))
        if match["scale"]:
            yield value * _SCALES[match["scale"].lower()]
            return
        yield value
        if match["short"]:  # "3m" may be metres
            yield value * _SHORT_SCALES[match["short"].lower()]
    elif match["words"]:
        yield _spelled(match["words"].lower())
    elif match["ordinal"]:
        yield float(_ORDINALS[match["ordinal"].lower()])
    else:
        yield match["uncertain"].lower()


def _spelled(words: str) -> float:
    total, current = 0, 0
    for word in re.split(r"[ -]+", words):
        if word in _SCALES:
            scaled = (current or 1) * _SCALES[word]
            total, current = (total, scaled) if _SCALES[word] <= 100 else (total + scaled, 0)
        else:
            current += _SMALL.get(word, 0) + _TENS.get(word, 0) + (word in ("a", "an"))
    return float(total + current)
