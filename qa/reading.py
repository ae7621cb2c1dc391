"""What the encoder makes of a question and of sentences, each alone, and what can be told of a pair of them from that.

These are the inputs of the answer-sentence selector (qa/selector.py): the hidden vectors of the encoder's lower layers,
flags for each word piece, and figures for each pair. One of the figures is late interaction: how near each word of the
question comes to any of the sentence (ColBERT, Khattab and Zaharia 2020).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.answer_kinds import is_shown, kind_asked
from qa.encoder import Vectors
from qa.lexical import terms_of

if TYPE_CHECKING:
    from torch import Tensor

Scores = np.ndarray[Any, np.dtype[np.float32]]
Halves = np.ndarray[Any, np.dtype[np.float16]]
Bytes = np.ndarray[Any, np.dtype[np.int8]]

LAYERS_ALONE = 2  # so many of the encoder's layers read each text alone
WIDTH = 384
MAXIMUM_TOKENS = 66  # of a question or a sentence
FIGURES = (
    "cosine", "cosine_of_previous", "cosine_of_following", "cosine_of_title", "overlap", "overlap_in_context",
    "nearness", "rare_nearness", "rare_nearness_in_context", "rare_nearness_below", "pairs", "names_overlap",
    "names_overlap_in_context", "shows_kind", "lacks_kind", "length", "no_previous", "no_title",
)  # fmt: skip
FLAGS = 11
# Kinds of word pieces: the encoder reads small letters only, and does not see which words are names.
CAPITAL, DIGIT = 1, 2
_BATCH = 24
# That a question and a sentence share these says nothing.
_FUNCTION_WORDS = (
    "the a an of in on at to for from by with and or is are was were be been being did do does has have had who what "
    "when where which why how that this it its as ? . , ' s - \" ( ) : ;"
)


@dataclass(frozen=True)
class Reading:
    """A text as the encoder reads it alone.

    `tokens` are the ids of its word pieces, `shapes` (tokens,) int8 their kind, `hidden` (tokens, width) float16 what
    the lower layers make of them, `unit` (tokens, width) float16 the unit vectors that all layers make of them, and
    `vector` (width,) float32 the one of the whole.
    """

    text: str
    tokens: tuple[int, ...]
    shapes: Bytes
    hidden: Halves
    unit: Halves
    vector: Vectors

    @cached_property
    def known(self) -> frozenset[int]:
        return frozenset(self.tokens)

    @cached_property
    def following(self) -> frozenset[tuple[int, int]]:
        """The word pieces that follow each other."""
        return frozenset(zip(self.tokens, self.tokens[1:], strict=False))

    @cached_property
    def terms(self) -> frozenset[str]:
        return frozenset(terms_of(self.text))

    @cached_property
    def kind(self) -> str:
        """The kind of answer asked for, where this is a question."""
        return kind_asked(self.text)


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a sentence, with the sentence's surroundings, where there are any."""

    question: Reading
    sentence: Reading
    previous: Reading | None = None
    following: Reading | None = None
    title: Reading | None = None


def rarity_of(tokenizer: Any, texts: Sequence[str]) -> Scores:
    """How rare each word piece is among texts: idf / 10 for each id, 0 for what says nothing."""
    held = np.zeros(len(tokenizer), np.int64)
    for start in range(0, len(texts), 1_000):
        for tokens in tokenizer(list(texts[start : start + 1_000]))["input_ids"]:
            held[list(set(tokens))] += 1
    rarity = np.log((len(texts) + 1) / (held + 1)) / 10
    rarity[[*tokenizer.convert_tokens_to_ids(_FUNCTION_WORDS.split()), *tokenizer.all_special_ids]] = 0
    return rarity.astype(np.float32)


def tokens_and_shapes(tokenizer: Any, texts: Sequence[str]) -> tuple[list[tuple[int, ...]], list[Bytes]]:
    """The word pieces of each text, at most MAXIMUM_TOKENS, and the kind of each."""
    if not texts:
        return [], []
    found = tokenizer(list(texts), truncation=True, max_length=MAXIMUM_TOKENS, return_offsets_mapping=True)
    shapes = [_shapes(text, spans) for text, spans in zip(texts, found["offset_mapping"], strict=True)]
    return [tuple(tokens) for tokens in found["input_ids"]], shapes


def _shapes(text: str, spans: Sequence[tuple[int, int]]) -> Bytes:
    shapes = np.zeros(len(spans), np.int8)
    opened = False
    for place, (start, end) in enumerate(spans):
        if start == end:
            continue
        piece = text[start:end]
        if any(character.isdigit() for character in piece):
            shapes[place] = DIGIT
        elif place and spans[place - 1][1] == start and piece[0].isalnum() and text[start - 1].isalpha():
            shapes[place] = shapes[place - 1]
        # The word that begins a text has its capital from that, unless there are more of them.
        elif piece[0].isupper() and (opened or piece[1:2].isupper()):
            shapes[place] = CAPITAL
        opened = opened or piece[0].isalnum()
    return shapes


def read_alone(transformer: Any, tokenizer: Any, texts: Sequence[str]) -> list[Reading]:
    """What the encoder makes of each text alone, batched by length."""
    import torch

    tokens, shapes = tokens_and_shapes(tokenizer, texts)
    order = sorted(range(len(texts)), key=lambda index: len(tokens[index]))
    found: dict[int, Reading] = {}
    for start in range(0, len(order), _BATCH):
        part = order[start : start + _BATCH]
        batch = tokenizer.pad({"input_ids": [list(tokens[i]) for i in part]}, return_tensors="pt").to(
            transformer.device
        )
        with torch.inference_mode():
            output = transformer(**batch, output_hidden_states=True)
            mask = batch["attention_mask"].unsqueeze(-1).to(output.last_hidden_state.dtype)
            mean = (output.last_hidden_state * mask).sum(1) / mask.sum(1)
            vectors = torch.nn.functional.normalize(mean, dim=1).cpu().numpy()
            unit = torch.nn.functional.normalize(output.last_hidden_state, dim=2).half().cpu().numpy()
            hidden = output.hidden_states[LAYERS_ALONE].half().cpu().numpy()
        for row, index in enumerate(part):
            own = len(tokens[index])
            found[index] = Reading(
                texts[index], tokens[index], shapes[index], hidden[row, :own].copy(), unit[row, :own].copy(),
                vectors[row],
            )  # fmt: skip
    return [found[index] for index in range(len(texts))]


def to_batch(pairs: Sequence[Pair], rarity: Scores) -> dict[str, Tensor]:
    """Padded float32 inputs of `joint_scores` for n pairs of at most l tokens: [CLS] question [SEP] sentence [SEP].

    `hidden` (n, l, width), `question` and `sentence` (n, l) masks, `flags` (n, l, FLAGS) as `_flag` sets them,
    `context` (n, 3, width) vectors of what precedes, follows and the title, `has_context` (n, 3) and `figures`
    (n, len(FIGURES)).

    Args:
        pairs: at least one.
        rarity: of each word piece, as `rarity_of` gives it.
    """
    import torch

    longest = max(len(pair.question.tokens) + len(pair.sentence.tokens) - 1 for pair in pairs)
    shapes = {
        "hidden": (longest, WIDTH), "question": (longest,), "sentence": (longest,), "flags": (longest, FLAGS),
        "context": (3, WIDTH), "has_context": (3,), "figures": (len(FIGURES),),
    }  # fmt: skip
    batch = {name: np.zeros((len(pairs), *shape), np.float32) for name, shape in shapes.items()}
    for row, pair in enumerate(pairs):
        question, sentence = pair.question, pair.sentence
        middle, end = len(question.tokens), len(question.tokens) + len(sentence.tokens) - 1
        batch["hidden"][row, :middle], batch["hidden"][row, middle:end] = question.hidden, sentence.hidden[1:]
        batch["question"][row, :middle] = batch["sentence"][row, middle:end] = 1
        for place, each in enumerate((pair.previous, pair.following, pair.title)):
            if each:
                batch["context"][row, place] = each.vector * math.sqrt(WIDTH)
                batch["has_context"][row, place] = 1
        batch["figures"][row] = _mark(batch["flags"][row, :middle], batch["flags"][row, middle:end], pair, rarity)
    return {name: torch.from_numpy(array) for name, array in batch.items()}


def _mark(of_question: Scores, of_sentence: Scores, pair: Pair, rarity: Scores) -> list[float]:
    """Set the flags of a pair's tokens, (tokens, FLAGS) each, and give its FIGURES.

    0: how rare a token of the question is that stands in the sentence; 1: the same the other way round; 2: of the
    question's, in what precedes or the title; 3: in what follows; 4 and 5: how near a token comes to any of the other
    text; 6: of the question's, to any of what precedes; 7 and 8: how rare it is; 9 and 10: a name, a number.
    """
    question, sentence = pair.question, pair.sentence
    around = (pair.previous, pair.following, pair.title)
    previous, following, title = (each.known if each else frozenset() for each in around)
    rare = rarity[list(question.tokens)]
    shared = np.array([token in sentence.known for token in question.tokens])
    shown = np.array([token in previous or token in title for token in question.tokens])
    of_question[:, 0], of_question[:, 2] = rare * shared, rare * shown
    of_question[:, 3] = rare * [token in following for token in question.tokens]
    of_question[:, 7] = rare
    of_sentence[:, 8] = rarity[list(sentence.tokens[1:])]
    of_sentence[:, 1] = of_sentence[:, 8] * [token in question.known for token in sentence.tokens[1:]]
    for flags, kinds in ((of_question, question.shapes), (of_sentence, sentence.shapes[1:])):
        flags[:, 9], flags[:, 10] = kinds == CAPITAL, kinds == DIGIT
    near = question.unit.astype(np.float32) @ sentence.unit[1:].astype(np.float32).T
    # The last token is [SEP], which says nothing; a text without any other has only that.
    nearest = near[:, : max(1, near.shape[1] - 1)].max(1)
    of_question[:, 4], of_sentence[:, 5] = nearest, near[1:].max(0)
    in_context = nearest
    if pair.previous:
        before = (question.unit.astype(np.float32) @ pair.previous.unit.astype(np.float32).T).max(1)
        of_question[:, 6] = before
        in_context = np.maximum(nearest, before)
    below = _unit(question.hidden) @ _unit(sentence.hidden[1:]).T
    total = float(rare.sum()) or 1.0
    names = rare * (question.shapes > 0)
    expected = is_shown(question.kind, sentence.text, question.terms)
    return [
        *(float(question.vector @ each.vector) if each else 0.0 for each in (sentence, *around)),
        _share(rare, shared),
        _share(rare, shared | shown),
        float(nearest[1:-1].mean()) if len(nearest) > 2 else 0.0,
        float(rare @ nearest) / total,
        float(rare @ in_context) / total,
        float(rare @ below[:, : max(1, below.shape[1] - 1)].max(1)) / total,
        _pairs_shared(question, sentence, rare),
        _share(names, shared, 1.0),
        _share(names, shared | shown, 1.0),
        expected is True,
        expected is False,
        min(len(sentence.tokens), 60) / 60,
        pair.previous is None,
        pair.title is None,
    ]


def _pairs_shared(question: Reading, sentence: Reading, rare: Scores) -> float:
    """The share, by rarity, of the question's neighbouring word pieces that are neighbours in the sentence too."""
    shared = [pair in sentence.following for pair in zip(question.tokens[1:-2], question.tokens[2:-1], strict=True)]
    return _share(rare[1:-2] + rare[2:-1], np.array(shared, bool))


def _share(weights: Scores, held: Any, of_nothing: float = 0.0) -> float:
    """The share, by weight, of what is held."""
    total = float(weights.sum())
    return float(weights @ held) / total if total else of_nothing


def _unit(hidden: Halves) -> Scores:
    wide = hidden.astype(np.float32)
    unit: Scores = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    return unit
