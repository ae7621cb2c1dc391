"""Train the answer-sentence selector (qa/selector.py); resumable, seeded, on CPU or GPU.

    python benchmarks/train_selector.py --work /tmp/selector --minutes 60
    python benchmarks/train_selector.py --work /tmp/selector --evaluate
    python benchmarks/train_selector.py --work /tmp/selector --write     # qa/models/selector.safetensors

Listwise softmax over the sentences of a question and a null option at 0 (Cao et al. 2007): the target is the sentences
that answer, or the null option where none does. Only the LoRA additions and the head are trained. Data:
shared/data/answer_sentences train parts, and the half of squad2 dev whose articles have an even checksum; the other
half and the dev parts are for evaluation. No dev question stands in the training part (checked at the start).
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from qa.passages import split_sentences
from qa.selector import ADAPTED, MODEL_FILE, encode_pairs, load_base, pair_scores

DATA = Path(__file__).parents[2] / "shared/data"
RANK = 32
FIRST_LAYER = 2  # the layers below stay as they are, which also spares their backward pass
CANDIDATES = 4  # sentences of a question in one step
QUESTIONS_A_STEP = 8
LEARNING_RATE = 6e-4
CONTEXT_SHARE = 0.7  # how often the context is shown
# At most so many questions of a set: the short, presumed ones of qamr would drown the rest.
LIMITS = {"qamr-train": 900}
WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Example:
    """A question with its candidate sentences, their contexts, and which of them answer."""

    question: str
    sentences: list[str]
    contexts: list[str]
    labels: list[bool]


class Adapted(torch.nn.Module):
    """A linear layer with a low-rank addition (Hu et al. 2021); the layer itself stays as it is."""

    def __init__(self, linear: torch.nn.Linear) -> None:
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.down = torch.nn.Parameter(torch.randn(RANK, linear.in_features) / math.sqrt(linear.in_features))
        self.up = torch.nn.Parameter(torch.zeros(linear.out_features, RANK))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return self.linear(inputs) + (inputs @ self.down.T) @ self.up.T


def read_answer_sentences(name: str) -> list[Example]:
    """A set of answer_sentences; the context of a sentence is the one before it, where their order is a text's."""
    with gzip.open(DATA / f"answer_sentences/{name}.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    ordered = not name.startswith("trecqa")
    return [
        Example(
            row["question"],
            row["sentences"],
            ["", *row["sentences"][:-1]] if ordered else [""] * len(row["sentences"]),
            [bool(label) for label in row["labels"]],
        )
        for row in rows
    ]


def read_squad(part: int) -> list[Example]:
    """squad2 dev against its own passages: half of the articles (`part` 0 trains, 1 evaluates)."""
    passages = [json.loads(line) for line in (DATA / "squad2/passages-dev.jsonl").read_text().splitlines()]
    known = {p["id"]: p for p in passages}
    examples = []
    for line in (DATA / "squad2/questions-dev.jsonl").read_text().splitlines():
        row = json.loads(line)
        passage = known[row["article_ids"][0]]
        if zlib.crc32(passage["title"].encode()) % 2 != part:
            continue
        text = passage["text"]
        sentences = [text[start:end] for start, end in split_sentences(text)]
        labels = [any(answer in sentence for answer in row["answers"]) for sentence in sentences]
        if row["answers"] and not any(labels):
            continue
        title = passage["title"].replace("_", " ")
        contexts = [f"{title}. {before}" for before in ["", *sentences[:-1]]]
        examples.append(Example(row["question"].strip(), sentences, contexts, labels))
    return examples


def training_examples() -> list[Example]:
    examples: list[Example] = []
    for name in ("trecqa-train", "wikiqa-train", "selqa-train", "qed-train", "multirc-train", "qamr-train"):
        rows = read_answer_sentences(name)
        random.Random(0).shuffle(rows)
        examples += rows[: LIMITS.get(name)]
    examples += read_squad(0)
    held = {folded(e.question) for held_out in evaluation_examples().values() for e in held_out}
    kept = [example for example in examples if folded(example.question) not in held]
    print(f"{len(kept)} training questions; {len(examples) - len(kept)} left out that stand in a dev part")
    return kept


def evaluation_examples() -> dict[str, list[Example]]:
    sets = {name: read_answer_sentences(name) for name in ("onestopqa-dev", "trecqa-dev", "wikiqa-dev", "selqa-dev")}
    return sets | {"squad2-other": read_squad(1)}


def folded(text: str) -> str:
    return " ".join(WORD.findall(text.lower()))


def chosen(example: Example, generator: random.Random) -> Example:
    """Some sentences of an example: one that answers, the ones most like the question, and some at random."""
    wanted = set(WORD.findall(example.question.lower()))
    right = [i for i, label in enumerate(example.labels) if label]
    wrong = [i for i, label in enumerate(example.labels) if not label]
    wrong.sort(key=lambda i: -len(wanted & set(WORD.findall(example.sentences[i].lower()))))
    hard, rest = wrong[:3], wrong[3:]
    generator.shuffle(rest)
    picked = ([generator.choice(right)] if right else []) + hard + rest
    picked = picked[:CANDIDATES]
    shown = generator.random() < CONTEXT_SHARE
    return Example(
        example.question,
        [example.sentences[i] for i in picked],
        [example.contexts[i] if shown else "" for i in picked],
        [example.labels[i] for i in picked],
    )


def steps(examples: list[Example], seed: int, first: int) -> Iterator[tuple[int, list[Example]]]:
    """Endless steps in a fixed order for a seed, from step `first` on."""
    step, epoch = 0, 0
    while True:
        generator = random.Random(seed * 1000 + epoch)
        order = list(range(len(examples)))
        generator.shuffle(order)
        for start in range(0, len(order) - QUESTIONS_A_STEP + 1, QUESTIONS_A_STEP):
            if step >= first:
                part = [examples[i] for i in order[start : start + QUESTIONS_A_STEP]]
                yield step, [chosen(example, generator) for example in part]
            step += 1
        epoch += 1


def listwise_loss(scores: torch.Tensor, batch: list[Example]) -> torch.Tensor:
    losses, start = [], 0
    for example in batch:
        own = scores[start : start + len(example.sentences)]
        start += len(example.sentences)
        logits = torch.log_softmax(torch.cat([own, own.new_zeros(1)]), 0)
        target = torch.tensor([*example.labels, not any(example.labels)])
        losses.append(-torch.logsumexp(logits[target], 0))
    return torch.stack(losses).mean()


def batch_scores(model: Any, head: Any, tokenizer: Any, batch: list[Example], device: torch.device) -> torch.Tensor:
    """The scores (n,) of all sentences of a batch in order; the short and the long apart, so that little is padded."""
    pairs = [(e.question, s, c) for e in batch for s, c in zip(e.sentences, e.contexts, strict=True)]
    order = sorted(range(len(pairs)), key=lambda i: sum(map(len, pairs[i])))
    middle = len(order) // 2 or 1
    parts = []
    for half in (order[:middle], order[middle:]):
        inputs = encode_pairs(tokenizer, *([pairs[i][part] for i in half] for part in range(3)))
        parts.append(pair_scores(model, head, {key: value.to(device) for key, value in inputs.items()}).cpu())
    return torch.cat(parts)[torch.argsort(torch.tensor(order))]


def build() -> tuple[Any, Any, Any]:
    model, tokenizer = load_base()
    model.requires_grad_(False)
    for layer in model.encoder.layer[FIRST_LAYER:]:
        for name in ADAPTED:
            parent, _, child = name.rpartition(".")
            owner = layer.get_submodule(parent) if parent else layer
            setattr(owner, child, Adapted(getattr(owner, child)))
    head = torch.nn.Linear(model.config.hidden_size, 1)
    return model, head, tokenizer


def additions(model: Any, head: Any) -> dict[str, torch.Tensor]:
    found = {"head.weight": head.weight.data, "head.bias": head.bias.data}
    for number, layer in enumerate(model.encoder.layer):
        for name in ADAPTED if number >= FIRST_LAYER else ():
            adapted = layer.get_submodule(name)
            found[f"layer.{number}.{name}.down"] = adapted.down.data
            found[f"layer.{number}.{name}.up"] = adapted.up.data
    return {key: value.detach().cpu().contiguous() for key, value in found.items()}


def restore(model: Any, head: Any, saved: dict[str, torch.Tensor]) -> None:
    for key, value in additions(model, head).items():
        value.copy_(saved[key])


def train(arguments: argparse.Namespace) -> None:
    torch.manual_seed(arguments.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model, head, tokenizer = build()
    examples = training_examples()
    total = int(arguments.epochs * (len(examples) // QUESTIONS_A_STEP))
    parameters = [p for p in [*model.parameters(), *head.parameters()] if p.requires_grad]
    print(f"{sum(p.numel() for p in parameters):,} trained numbers, {total} steps, on {device}")
    optimizer = torch.optim.AdamW(parameters, lr=LEARNING_RATE, weight_decay=0.01)
    first = 0
    checkpoint = arguments.work / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        restore(model, head, state["additions"])
        optimizer.load_state_dict(state["optimizer"])
        first = state["step"]
    model.to(device).train()
    head.to(device)
    ends, losses, started = time.monotonic() + 60 * arguments.minutes, [], time.monotonic()
    for step, batch in steps(examples, arguments.seed, first):
        if step >= total or time.monotonic() > ends:
            break
        rate = LEARNING_RATE * min(1, (step + 1) / 60) * max(0.02, 1 - step / total)
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = listwise_loss(batch_scores(model, head, tokenizer, batch, device), batch)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % 20 == 0:
            save = {"additions": additions(model, head), "optimizer": optimizer.state_dict(), "step": step + 1}
            torch.save(save, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
            seconds = (time.monotonic() - started) / (step + 1 - first)
            print(f"step {step + 1}/{total}: loss {np.mean(losses[-100:]):.3f}, {seconds:.2f} s a step", flush=True)


def evaluate(arguments: argparse.Namespace) -> None:
    model, head, tokenizer = build()
    restore(model, head, torch.load(arguments.work / "checkpoint.pt", weights_only=True)["additions"])
    model.eval()
    for name, examples in evaluation_examples().items():
        random.Random(1).shuffle(examples)
        for with_context in (True, False):
            report(name, examples[: arguments.limit], model, head, tokenizer, with_context)


def report(name: str, examples: list[Example], model: Any, head: Any, tokenizer: Any, with_context: bool) -> None:
    first, ranks, best, answerable = [], [], [], []
    for example in examples:
        contexts = example.contexts if with_context else [""] * len(example.contexts)
        scores = []
        for start in range(0, len(example.sentences), 32):
            part = slice(start, start + 32)
            own = example.sentences[part]
            with torch.inference_mode():
                inputs = encode_pairs(tokenizer, [example.question] * len(own), own, contexts[part])
                scores += pair_scores(model, head, inputs).tolist()
        order = np.argsort(-np.array(scores))
        best.append(max(scores))
        answerable.append(any(example.labels))
        if answerable[-1]:
            rank = next(r for r, i in enumerate(order, start=1) if example.labels[i])
            first.append(rank == 1)
            ranks.append(1 / rank)
    auc = float("nan")
    if len(set(answerable)) == 2:
        right = np.array([b for b, a in zip(best, answerable, strict=True) if a])
        wrong = np.array([b for b, a in zip(best, answerable, strict=True) if not a])
        auc = float((right[:, None] > wrong).mean())
    print(
        f"{name:14} {'with' if with_context else 'without'} context, {len(examples)} questions: first right"
        f" {np.mean(first):.3f}, MRR {np.mean(ranks):.3f}, answerable or not AUC {auc:.3f}",
        flush=True,
    )


def write(arguments: argparse.Namespace) -> None:
    saved = torch.load(arguments.work / "checkpoint.pt", weights_only=True)["additions"]
    save_file({key: value.half() for key, value in saved.items()}, MODEL_FILE)
    print(f"{MODEL_FILE}: {MODEL_FILE.stat().st_size:,} bytes, {len(load_file(MODEL_FILE))} tensors")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--epochs", type=float, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limit", type=int, default=150, help="questions of each set to evaluate on")
    parser.add_argument("--evaluate", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    (write if arguments.write else evaluate if arguments.evaluate else train)(arguments)


if __name__ == "__main__":
    main()
