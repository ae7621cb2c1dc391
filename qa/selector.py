"""The answer-sentence selector that we train: how well a sentence answers a question, the two read together.

A cross-encoder (Nogueira and Cho 2019) on the default encoder's weights. The encoder's lower layers read each text
alone, so that what they make of a sentence serves every question (DeFormer, Cao et al. 2020); the upper ones read
question and sentence together, changed by low-rank additions (LoRA, Hu et al. 2021) that are merged when it is loaded.
Only these are shipped, in qa/models/. The score adds what the joint reading finds to some weighted figures of the pair
(qa/reading.py). A null option at 0 was trained with it: above 0, the sentence answers. Trained by
benchmarks/train_selector.py.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.encoder import Encoder, Vectors, load_default_transformer
from qa.errors import EncoderError
from qa.reading import LAYERS_ALONE, WIDTH, Pair, Reading, Scores, read_alone, to_batch

if TYPE_CHECKING:
    from torch import Tensor

# What a linear layer of the network gives: (its name, its input) to its output.
Linear = Callable[[str, "Tensor"], "Tensor"]

MODEL_FILE = Path(__file__).parent / "models" / "selector.safetensors"
LAYERS_TOGETHER = 4
# The linear layers of a transformer layer that are changed, with their names in the encoder.
CHANGED = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
    "attended": "attention.output.dense", "wide": "intermediate.dense", "narrow": "output.dense",
}  # fmt: skip
_HEADS = 12
_BATCH = 24
_REMEMBERED = 1_000  # texts; about 45 MB


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
