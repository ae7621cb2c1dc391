"""The answer-sentence selector that we train: how well a sentence answers a question, read together.

A cross-encoder (Nogueira and Cho 2019) on the default encoder's weights, changed by low-rank additions (LoRA, Hu et al.
2021) that are merged when it is loaded; only they are shipped, in qa/models/. Trained by benchmarks/train_selector.py
with a null option at 0: a score above 0 says that the sentence answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.encoder import default_model_folder, quiet_libraries
from qa.errors import EncoderError

Scores = np.ndarray[Any, np.dtype[np.float32]]

MODEL_FILE = Path(__file__).parent / "models" / "selector.safetensors"
QUESTION_TOKENS = 40
SENTENCE_TOKENS = 64
CONTEXT_TOKENS = 24
# The linear layers of each transformer layer that are changed.
ADAPTED = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
           "intermediate.dense", "output.dense")  # fmt: skip
_BATCH = 16


class Selector:
    """A loaded selector, to be used from any thread. Made by `load_selector`."""

    def __init__(self, model: Any, head: Any, tokenizer: Any) -> None:
        self._model, self._head, self._tokenizer = model, head, tokenizer

    def score(self, question: str, sentences: Sequence[str], titles: Sequence[str] | None = None) -> Scores:
        """How well each sentence answers: float32 (n,), higher is better, above 0 it answers.

        Args:
            question: as it was asked.
            sentences: the candidates; batched by length, returned in their order.
            titles: the title of each sentence's article, or "" where there is none.
        """
        import torch

        contexts = titles or [""] * len(sentences)
        order = sorted(range(len(sentences)), key=lambda index: len(sentences[index]) + len(contexts[index]))
        scores = np.zeros(len(sentences), np.float32)
        for start in range(0, len(order), _BATCH):
            part = order[start : start + _BATCH]
            batch = encode_pairs(
                self._tokenizer, [question] * len(part), [sentences[i] for i in part], [contexts[i] for i in part]
            )
            with torch.inference_mode():
                scores[part] = pair_scores(self._model, self._head, batch).numpy()
        return scores


def encode_pairs(
    tokenizer: Any, questions: Sequence[str], sentences: Sequence[str], contexts: Sequence[str]
) -> dict[str, Any]:
    """Padded model inputs for [CLS] question [SEP] sentence [SEP] context [SEP], each part cut to its length."""

    def pieces(texts: Sequence[str], limit: int) -> list[list[int]]:
        encoded = tokenizer(list(texts), add_special_tokens=False, truncation=True, max_length=limit)
        return [list(ids) for ids in encoded["input_ids"]]

    first, end = tokenizer.cls_token_id, tokenizer.sep_token_id
    rows, kinds = [], []
    parts = (pieces(questions, QUESTION_TOKENS), pieces(sentences, SENTENCE_TOKENS), pieces(contexts, CONTEXT_TOKENS))
    for question, sentence, context in zip(*parts, strict=True):
        head = [first, *question, end]
        tail = [*sentence, end, *([*context, end] if context else [])]
        rows.append(head + tail)
        kinds.append([0] * len(head) + [1] * len(tail))
    padded = tokenizer.pad({"input_ids": rows, "token_type_ids": kinds}, return_tensors="pt")
    return dict(padded)


def pair_scores(model: Any, head: Any, batch: dict[str, Any]) -> Any:
    """The scores (n,) of padded pairs: a linear head on the mean of the last layer's tokens."""
    hidden = model(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1).to(hidden.dtype)
    return head((hidden * mask).sum(1) / mask.sum(1)).squeeze(-1)


def load_base() -> tuple[Any, Any]:
    """The packaged encoder's transformer and its tokenizer, unchanged."""
    quiet_libraries()
    from transformers import AutoModel, AutoTokenizer

    folder = default_model_folder()
    return AutoModel.from_pretrained(folder, local_files_only=True), AutoTokenizer.from_pretrained(folder)


def load_selector() -> Selector:
    """The shipped selector, its additions merged into the packaged encoder's weights.

    Raises:
        EncoderError: the selector's file is missing or does not fit, or the encoder's package is missing or altered.
    """
    import torch
    from safetensors.torch import load_file

    model, tokenizer = load_base()
    try:
        additions = load_file(MODEL_FILE)
        with torch.no_grad():
            for number, layer in enumerate(model.encoder.layer):
                for name in ADAPTED:
                    key = f"layer.{number}.{name}"
                    # The lowest layers have no additions.
                    if f"{key}.down" in additions:
                        down, up = additions[f"{key}.down"].float(), additions[f"{key}.up"].float()
                        layer.get_submodule(name).weight += up @ down
            head = torch.nn.Linear(model.config.hidden_size, 1)
            head.weight.copy_(additions["head.weight"].float())
            head.bias.copy_(additions["head.bias"].float())
    except (OSError, KeyError, RuntimeError) as error:
        raise EncoderError(
            f"The answer-sentence selector does not load: {error}",
            where=str(MODEL_FILE),
            cure="Install Dateline again; the file belongs to it.",
        ) from error
    return Selector(model.eval(), head.eval(), tokenizer)
