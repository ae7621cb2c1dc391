"""The answer-sentence selector that we train: how well a sentence answers a question, the two read together.

A cross-encoder (Nogueira and Cho 2019) on the default encoder's weights. The encoder's lower layers read each text
alone, so that what they make of a sentence serves every question (DeFormer, Cao et al. 2020); the upper ones read
question and sentence together, changed by low-rank additions (LoRA, Hu et al. 2021) that are merged when it is loaded.
Only these are shipped, in qa/models/. The score adds to some weighted likenesses what the joint reading finds. One of
them is late interaction: how near each word of the question comes to any of the sentence (ColBERT, Khattab and Zaharia
2020). A null option at 0 was trained with it: above 0, the sentence answers. Trained by benchmarks/train_selector.py.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.encoder import Encoder, Vectors, load_default_transformer
from qa.errors import EncoderError

if TYPE_CHECKING:
    from torch import Tensor

Scores = np.ndarray[Any, np.dtype[np.float32]]
Halves = np.ndarray[Any, np.dtype[np.float16]]
# What a linear layer of the network gives: (its name, its input) to its output.
Linear = Callable[[str, "Tensor"], "Tensor"]

MODEL_FILE = Path(__file__).parent / "models" / "selector.safetensors"
LAYERS_ALONE = 2  # so many of the encoder's layers read each text alone
LAYERS_TOGETHER = 4
WIDTH = 384
MAXIMUM_TOKENS = 66  # of a question or a sentence
# The linear layers of a transformer layer that are changed, with their names in the encoder.
CHANGED = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
    "attended": "attention.output.dense", "wide": "intermediate.dense", "narrow": "output.dense",
}  # fmt: skip
FIGURES = (
    "cosine", "cosine_of_previous", "cosine_of_following", "cosine_of_title", "overlap", "overlap_in_context",
    "nearness", "rare_nearness", "rare_nearness_in_context", "rare_nearness_below", "length", "no_previous", "no_title",
)  # fmt: skip
FLAGS = 9
_HEADS = 12
_BATCH = 24
_REMEMBERED = 1_000  # texts; about 45 MB
# That a question and a sentence share these says nothing.
_FUNCTION_WORDS = (
    "the a an of in on at to for from by with and or is are was were be been being did do does has have had who what "
    "when where which why how that this it its as ? . , ' s - \" ( ) : ;"
)


@dataclass(frozen=True)
class Reading:
    """A text as the encoder reads it alone.

    `tokens` are the ids of its word pieces, `hidden` (tokens, width) float16 what the lower layers make of them,
    `unit` (tokens, width) float16 the unit vectors that all layers make of them, and `vector` (width,) float32 the one
    of the whole.
    """

    tokens: tuple[int, ...]
    hidden: Halves
    unit: Halves
    vector: Vectors

    @cached_property
    def known(self) -> frozenset[int]:
        return frozenset(self.tokens)


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a sentence, with the sentence's surroundings, where there are any."""

    question: Reading
    sentence: Reading
    previous: Reading | None = None
    following: Reading | None = None
    title: Reading | None = None


class Selector:
    """A loaded selector, to be used from any thread. Made by `load_selector`."""

    def __init__(self, transformer: Any, tokenizer: Any, weights: Mapping[str, Tensor], linear: Linear) -> None:
        self._transformer, self._tokenizer = transformer, tokenizer
        self._weights, self._linear = weights, linear
        self._rarity = weights["rarity"].cpu().numpy()
        self._remembering = threading.Lock()
        self._remembered: OrderedDict[str, Reading] = OrderedDict()

    def score(
        self, question: str, sentences: Sequence[str], titles: Sequence[str] | None = None,
        previous: Sequence[str] | None = None, following: Sequence[str] | None = None,
    ) -> Scores:  # fmt: skip
        """How well each sentence answers: float32 (n,), higher is better, above 0 it answers.

        Args:
            question: as it was asked.
            sentences: the candidates, in any order.
            titles: the title of each sentence's article, "" where there is none.
            previous: the sentence before each, "" where there is none.
            following: the sentence after each, "" where there is none.
        """
        import torch

        around = [list(each or [""] * len(sentences)) for each in (previous, following, titles)]
        read = self.read([question, *sentences, *(text for column in around for text in column if text)])
        pairs = [
            Pair(read[question], read[sentence], *(read[text] if text else None for text in near))
            for sentence, *near in zip(sentences, *around, strict=True)
        ]
        order = sorted(range(len(pairs)), key=lambda index: len(pairs[index].sentence.tokens))
        scores = np.zeros(len(pairs), np.float32)
        for start in range(0, len(order), _BATCH):
            part = order[start : start + _BATCH]
            batch = {
                key: value.to(self._transformer.device)
                for key, value in to_batch([pairs[i] for i in part], self._rarity).items()
            }
            with torch.inference_mode():
                scores[part] = joint_scores(batch, self._weights, self._linear).cpu().numpy()
        return scores

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, d) float32 of the default encoder, row i for text i."""
        read = self.read(texts)
        return np.stack([read[text].vector for text in texts]) if texts else np.zeros((0, WIDTH), np.float32)

    def read(self, texts: Sequence[str]) -> dict[str, Reading]:
        """Each text as the encoder reads it alone; the last ones are remembered, for one story is asked about often."""
        with self._remembering:
            known = {text: self._remembered[text] for text in texts if text in self._remembered}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(new, read_alone(self._transformer, self._tokenizer, new), strict=True))
        with self._remembering:
            for text in new:
                self._remembered[text] = known[text]
            while len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return known


def rarity_of(tokenizer: Any, texts: Sequence[str]) -> Scores:
    """How rare each word piece is among texts: idf / 10 for each id, 0 for what says nothing."""
    held = np.zeros(len(tokenizer), np.int64)
    for start in range(0, len(texts), 1_000):
        for tokens in tokenizer(list(texts[start : start + 1_000]))["input_ids"]:
            held[list(set(tokens))] += 1
    rarity = np.log((len(texts) + 1) / (held + 1)) / 10
    rarity[[*tokenizer.convert_tokens_to_ids(_FUNCTION_WORDS.split()), *tokenizer.all_special_ids]] = 0
    return rarity.astype(np.float32)


def read_alone(transformer: Any, tokenizer: Any, texts: Sequence[str]) -> list[Reading]:
    """What the encoder makes of each text alone, batched by length."""
    import torch

    if not texts:
        return []
    tokens = tokenizer(list(texts), truncation=True, max_length=MAXIMUM_TOKENS)["input_ids"]
    order = sorted(range(len(texts)), key=lambda index: len(tokens[index]))
    found: dict[int, Reading] = {}
    for start in range(0, len(order), _BATCH):
        part = order[start : start + _BATCH]
        batch = tokenizer.pad({"input_ids": [tokens[i] for i in part]}, return_tensors="pt").to(transformer.device)
        with torch.inference_mode():
            output = transformer(**batch, output_hidden_states=True)
            mask = batch["attention_mask"].unsqueeze(-1).to(output.last_hidden_state.dtype)
            mean = (output.last_hidden_state * mask).sum(1) / mask.sum(1)
            vectors = torch.nn.functional.normalize(mean, dim=1).cpu().numpy()
            unit = torch.nn.functional.normalize(output.last_hidden_state, dim=2).half().cpu().numpy()
            hidden = output.hidden_states[LAYERS_ALONE].half().cpu().numpy()
        for row, index in enumerate(part):
            own = tuple(tokens[index])
            found[index] = Reading(own, hidden[row, : len(own)].copy(), unit[row, : len(own)].copy(), vectors[row])
    return [found[index] for index in range(len(texts))]


def to_batch(pairs: Sequence[Pair], rarity: Scores) -> dict[str, Tensor]:
    """Padded float32 inputs of `joint_scores` for n pairs of at most l tokens: [CLS] question [SEP] sentence [SEP].

    `hidden` (n, l, width), `question` and `sentence` (n, l) masks, `flags` (n, l, FLAGS) as `_mark` sets them,
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
    text; 6: of the question's, to any of what precedes; 7 and 8: how rare it is.
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
    return [
        *(float(question.vector @ each.vector) if each else 0.0 for each in (sentence, *around)),
        float(rare @ shared) / total,
        float(rare @ (shared | shown)) / total,
        float(nearest[1:-1].mean()) if len(nearest) > 2 else 0.0,
        float(rare @ nearest) / total,
        float(rare @ in_context) / total,
        float(rare @ below[:, : max(1, below.shape[1] - 1)].max(1)) / total,
        min(len(sentence.tokens), 60) / 60,
        pair.previous is None,
        pair.title is None,
    ]


def _unit(hidden: Halves) -> Scores:
    wide = hidden.astype(np.float32)
    unit: Scores = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    return unit


def joint_scores(batch: Mapping[str, Tensor], weights: Mapping[str, Tensor], linear: Linear) -> Tensor:
    """The scores (n,) of a batch: what the layers that read the pairs together find, added to the weighed figures.

    `linear` gives what the layers named by CHANGED make ("3.query"), merged or with the additions in training.
    """
    import torch
    from torch.nn.functional import layer_norm

    question, sentence = batch["question"], batch["sentence"]
    hidden = batch["hidden"] + batch["flags"] @ weights["flags"]
    hidden = hidden + question.unsqueeze(-1) * weights["segments"][0] + sentence.unsqueeze(-1) * weights["segments"][1]
    context = batch["context"] @ weights["context"].T + weights["context_kinds"]
    context = layer_norm(context, (WIDTH,), weights["context_norm.weight"], weights["context_norm.bias"])
    hidden = torch.cat([hidden, context], 1)
    mask = torch.cat([question + sentence, batch["has_context"]], 1)[:, None, None, :] > 0
    for number in range(LAYERS_ALONE, LAYERS_ALONE + LAYERS_TOGETHER):
        hidden = _layer(hidden, mask, f"{number}.", weights, linear)
    own = hidden[:, : question.shape[1]]

    def mean(which: Tensor) -> Tensor:
        return (own * which.unsqueeze(-1)).sum(1) / which.sum(1, keepdim=True).clamp(min=1)

    pooled = torch.cat([own[:, 0], mean(question), mean(sentence)], 1)
    return pooled @ weights["head"] + batch["figures"] @ weights["figures"] + weights["constant"]


def _layer(hidden: Tensor, mask: Tensor, name: str, weights: Mapping[str, Tensor], linear: Linear) -> Tensor:
    """One layer of BERT (Devlin et al. 2019)."""
    from torch.nn.functional import gelu, layer_norm, scaled_dot_product_attention

    count, length, width = hidden.shape
    heads = [
        linear(name + part, hidden).view(count, length, _HEADS, width // _HEADS).transpose(1, 2)
        for part in ("query", "key", "value")
    ]
    attended = scaled_dot_product_attention(heads[0], heads[1], heads[2], attn_mask=mask)
    attended = linear(name + "attended", attended.transpose(1, 2).reshape(count, length, width))
    norm = [(width,), weights[name + "attended_norm.weight"], weights[name + "attended_norm.bias"], 1e-12]
    hidden = layer_norm(hidden + attended, *norm)
    narrow = linear(name + "narrow", gelu(linear(name + "wide", hidden)))
    norm = [(width,), weights[name + "narrow_norm.weight"], weights[name + "narrow_norm.bias"], 1e-12]
    return layer_norm(hidden + narrow, *norm)


def norms_of(transformer: Any) -> dict[str, Tensor]:
    """The encoder's own normalisations in the layers that read together, named as `joint_scores` wants them."""
    found = {}
    for number, layer in enumerate(transformer.encoder.layer):
        for name, norm in (("attended", layer.attention.output.LayerNorm), ("narrow", layer.output.LayerNorm)):
            found[f"{number}.{name}_norm.weight"] = norm.weight.detach()
            found[f"{number}.{name}_norm.bias"] = norm.bias.detach()
    return found


def load_selector(encoder: Encoder | None = None) -> Selector:
    """The shipped selector, its additions merged into the packaged encoder's weights.

    Args:
        encoder: where this is the packaged default, its model is shared and not loaded again.

    Raises:
        EncoderError: the selector's file is missing or does not fit, or the encoder's package is missing or altered.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    transformer, tokenizer = load_default_transformer(encoder)
    try:
        saved = {name: value.float().to(transformer.device) for name, value in load_file(MODEL_FILE).items()}
        merged = _merged(transformer, saved)
    except (OSError, KeyError, RuntimeError, SafetensorError) as error:
        raise EncoderError(
            f"The answer-sentence selector does not load: {error}",
            where=str(MODEL_FILE),
            cure="Install Dateline again; the file belongs to it.",
        ) from error

    def linear(name: str, inputs: Tensor) -> Tensor:
        from torch.nn.functional import linear as apply

        return apply(inputs, *merged[name])

    return Selector(transformer, tokenizer, saved | norms_of(transformer), linear)


def _merged(transformer: Any, saved: Mapping[str, Tensor]) -> dict[str, tuple[Tensor, Tensor]]:
    """Weight and bias of each changed linear layer; the encoder's own stay as they are."""
    merged = {}
    for number in range(LAYERS_ALONE, LAYERS_ALONE + LAYERS_TOGETHER):
        for name, module in CHANGED.items():
            linear = transformer.encoder.layer[number].get_submodule(module)
            key = f"{number}.{name}"
            weight = linear.weight.detach() + saved[f"{key}.up"] @ saved[f"{key}.down"]
            merged[key] = (weight, linear.bias.detach())
    return merged
