"""Train the answer-sentence selector (qa/selector.py); resumable, seeded, on CPU or GPU.

    python benchmarks/train_selector.py --work /tmp/selector              # read the texts, then train
    python benchmarks/train_selector.py --work /tmp/selector --onward     # the same from the shipped selector on
    python benchmarks/train_selector.py --work /tmp/selector --write      # qa/models/selector.safetensors
    python benchmarks/train_selector.py --work /tmp/selector --evaluate   # that, on the dev parts

Listwise softmax of each right sentence of a question against the wrong ones and a null option at 0; where no sentence
answers, the null option is right (Cao et al. 2007). Wrong sentences are those of the question's own text, the likest
to it first, and at times likenesses from other texts. Only the low-rank additions, the head and a few vectors are
trained; what the encoder makes of each text is worked out once and kept in the work folder (4 GB).
"""

from __future__ import annotations

import argparse
import math
import pickle
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from selector_data import OWN_SETS, Example, evaluation_examples, training_examples
from torch.nn.functional import linear, softplus

from qa.encoder import load_default_transformer
from qa.evaluation.choices import Choice, measure_choices
from qa.reading import (
    FIGURES,
    FLAGS,
    LAYERS_ALONE,
    WIDTH,
    Pair,
    Reading,
    rarity_of,
    read_alone,
    to_batch,
)
from qa.selector import CHANGED, LAYERS_TOGETHER, MODEL_FILE, joint_scores, load_selector, norms_of

RANK = 32
SENTENCES = 8  # of a question in one step
QUESTIONS_A_STEP = 6
PAIRS_AT_ONCE = 24
FASTER = {"figures": 10.0, "constant": 2.0, "segments": 2.0, "flags": 2.0, "context": 2.0}
WARM_UP = 80  # steps
# What the joint reading finds counts so much in the file: it is too sure of itself beyond its training questions. From
# .4 to .7 the dev parts hardly differ; with the news that people have marked, .5 is best.
JOINT_SHARE = 0.5
BARE_SHARE = 0.35  # how often nothing is shown of what stands around the sentences
OTHERS_SHARE = 0.4  # how often likenesses from other texts stand among the wrong sentences
OTHERS = 2
AVERAGING = 0.995  # how much of the averaged weights, which are those that are shipped, a step leaves as they were
# The score begins as what a linear fit to the figures of 2,500 training questions gave.
AT_FIRST = {
    "cosine_of_title": 1.5, "overlap": 1.0, "overlap_in_context": 1.0, "nearness": 5.0, "rare_nearness": 0.5,
    "rare_nearness_in_context": 2.5, "shows_kind": 0.7, "lacks_kind": -0.6, "no_title": 1.0, "constant": -6.0,
}  # fmt: skip


def build(device: torch.device) -> tuple[Any, Any, dict[str, torch.Tensor]]:
    """The encoder's transformer and tokenizer, and what is trained, by the names of the model file."""
    transformer, tokenizer = load_default_transformer()
    transformer.requires_grad_(False).to(device)
    trained: dict[str, torch.Tensor] = {
        "segments": torch.zeros(2, WIDTH), "flags": torch.zeros(FLAGS, WIDTH), "context": torch.zeros(WIDTH, WIDTH),
        "context_kinds": torch.zeros(3, WIDTH), "context_norm.weight": torch.ones(WIDTH),
        "context_norm.bias": torch.zeros(WIDTH), "head": torch.zeros(3 * WIDTH),
        "constant": torch.tensor(AT_FIRST["constant"]),
        "figures": torch.tensor([AT_FIRST.get(name, 0.0) for name in FIGURES]),
    }  # fmt: skip
    for number in range(LAYERS_ALONE, LAYERS_ALONE + LAYERS_TOGETHER):
        for name, module in CHANGED.items():
            own = transformer.encoder.layer[number].get_submodule(module)
            trained[f"{number}.{name}.down"] = torch.randn(RANK, own.in_features) / math.sqrt(own.in_features)
            trained[f"{number}.{name}.up"] = torch.zeros(own.out_features, RANK)
    return transformer, tokenizer, {name: value.to(device).requires_grad_() for name, value in trained.items()}


def network(transformer: Any, trained: dict[str, torch.Tensor]) -> tuple[dict[str, torch.Tensor], Any]:
    """The weights and the linear layers that `joint_scores` takes, the additions apart."""
    layers = transformer.encoder.layer

    def with_addition(name: str, inputs: torch.Tensor) -> torch.Tensor:
        number, _, part = name.partition(".")
        own = layers[int(number)].get_submodule(CHANGED[part])
        added = linear(linear(inputs, trained[f"{name}.down"]), trained[f"{name}.up"])
        return linear(inputs, own.weight, own.bias) + added

    return trained | norms_of(transformer), with_addition


class Readings:
    """What the encoder makes of each text alone; worked out once and kept in a folder."""

    def __init__(self, folder: Path, texts: list[str], transformer: Any, tokenizer: Any) -> None:
        self._places = {text: place for place, text in enumerate(texts)}
        if not (folder / "readings.pickle").exists():
            self._work_out(folder, texts, transformer, tokenizer)
        self._tokens, self._shapes, self._starts, self.rarity = pickle.loads((folder / "readings.pickle").read_bytes())
        self._hidden, self._unit = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("hidden", "unit"))
        self.vectors = np.load(folder / "vectors.npy")

    def _work_out(self, folder: Path, texts: list[str], transformer: Any, tokenizer: Any) -> None:
        tokens, shapes, hidden, unit, vectors = [], [], [], [], []
        for start in range(0, len(texts), 2_000):
            for reading in read_alone(transformer, tokenizer, texts[start : start + 2_000]):
                tokens.append(reading.tokens)
                shapes.append(reading.shapes)
                hidden.append(reading.hidden)
                unit.append(reading.unit)
                vectors.append(reading.vector)
            print(f"{len(tokens)} of {len(texts)} texts read", flush=True)
        np.save(folder / "hidden.npy", np.concatenate(hidden))
        np.save(folder / "unit.npy", np.concatenate(unit))
        np.save(folder / "vectors.npy", np.stack(vectors))
        starts = np.concatenate([[0], np.cumsum([len(own) for own in tokens])])
        rarity = rarity_of(tokenizer, texts)
        (folder / "readings.pickle").write_bytes(pickle.dumps((tokens, shapes, starts, rarity)))

    def __getitem__(self, text: str) -> Reading | None:
        if not text:
            return None
        place = self._places[text]
        own = slice(self._starts[place], self._starts[place + 1])
        hidden, unit = self._hidden[own], self._unit[own]
        return Reading(text, self._tokens[place], self._shapes[place], hidden, unit, self.vectors[place])

    def vectors_of(self, texts: list[str]) -> Any:
        return self.vectors[[self._places[text] for text in texts]]


def likest_of_others(examples: list[Example], readings: Readings) -> list[list[str]]:
    """For each question the sentences of other texts that are most like it, but for the first two, which may answer."""
    sets = {sentence: example.set for example in examples for sentence in example.sentences}
    pool = list(sets)
    vectors = readings.vectors_of(pool).T
    found = []
    for start in range(0, len(examples), 512):
        part = examples[start : start + 512]
        likeness = readings.vectors_of([example.question for example in part]) @ vectors
        best = np.argpartition(-likeness, 60, axis=1)[:, :60]
        for row, example in enumerate(part):
            ordered = [pool[i] for i in best[row][np.argsort(-likeness[row, best[row]])]]
            # Sentences of trecqa were found by search over one collection: an answer to one may answer another.
            own = example.set == "trecqa-train"
            others = [s for s in ordered if s not in example.sentences and not (own and sets[s] == "trecqa-train")]
            found.append(others[2:26])
    return found


def rows_of(example: Example, others: list[str], around: dict[str, tuple[str, str, str]], readings: Readings,
            generator: random.Random) -> tuple[list[Pair], list[bool]]:  # fmt: skip
    """Some sentences of a question as pairs, and which of them are right."""
    places = range(len(example.sentences))
    right = [i for i in places if example.right[i]]
    wrong = [i for i in places if not example.right[i]]
    generator.shuffle(right)
    right = right[:2]
    question = readings[example.question]
    if question is None:
        raise ValueError("a question is empty")
    likeness = readings.vectors_of([example.sentences[i] for i in wrong]) @ question.vector if wrong else []
    order = sorted(range(len(wrong)), key=lambda i: -likeness[i] - 0.15 * generator.random())
    added = generator.sample(others, min(OTHERS, len(others))) if generator.random() < OTHERS_SHARE else []
    wrong = [wrong[i] for i in order][: max(0, SENTENCES - len(right) - len(added))]
    bare = generator.random() < BARE_SHARE
    sentences = [example.sentences[i] for i in right + wrong] + added
    surroundings = [(example.previous[i], example.following[i], example.titles[i]) for i in right + wrong]
    surroundings += [around[sentence] for sentence in added]
    pairs = []
    for text, near in zip(sentences, surroundings, strict=True):
        sentence = readings[text]
        if sentence is not None:
            pairs.append(Pair(question, sentence, *(None if bare else readings[each] for each in near)))
    return pairs, [True] * len(right) + [False] * (len(pairs) - len(right))


def steps(examples: list[Example], others: list[list[str]], readings: Readings, seed: int,
          first: int, share: float) -> Iterator[tuple[int, list[tuple[list[Pair], list[bool]]]]]:  # fmt: skip
    """Endless steps, from step `first` on; an epoch has all our own questions and a share of the others."""
    around = {
        sentence: near
        for example in examples
        for sentence, *near in zip(example.sentences, example.previous, example.following, example.titles, strict=True)
    }
    own = [i for i, example in enumerate(examples) if example.set in OWN_SETS]
    rest = [i for i, example in enumerate(examples) if example.set not in OWN_SETS]
    step, epoch = 0, 0
    while True:
        generator = random.Random(seed * 1000 + epoch)
        order = own + generator.sample(rest, int(share * len(rest)))
        generator.shuffle(order)
        for start in range(0, len(order) - QUESTIONS_A_STEP + 1, QUESTIONS_A_STEP):
            if step >= first:
                part = order[start : start + QUESTIONS_A_STEP]
                yield step, [rows_of(examples[i], others[i], around, readings, generator) for i in part]
            step += 1
        epoch += 1


def listwise_loss(scores: torch.Tensor, right: list[list[bool]]) -> torch.Tensor:
    losses, start = [], 0
    for labels in right:
        own, mask = scores[start : start + len(labels)], torch.tensor(labels, device=scores.device)
        start += len(labels)
        against = torch.logsumexp(torch.cat([own[~mask], own.new_zeros(1)]), 0)
        losses.append(softplus(against - own[mask]).mean() if mask.any() else against)
    return torch.stack(losses).mean()


def train(arguments: argparse.Namespace) -> None:
    torch.manual_seed(arguments.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    transformer, tokenizer, trained = build(device)
    examples = training_examples()
    texts = [
        text for e in examples for text in (e.question, *e.sentences, *e.previous, *e.following, *e.titles) if text
    ]
    readings = Readings(arguments.work, list(dict.fromkeys(texts)), transformer, tokenizer)
    others = likest_of_others(examples, readings)
    weights, apply = network(transformer, trained)
    groups = [
        {"params": [value], "rate": arguments.rate * FASTER.get(name.partition(".")[0].partition("_")[0], 1.0)}
        for name, value in trained.items()
    ]
    optimizer = torch.optim.AdamW(groups, lr=arguments.rate, weight_decay=0.01, betas=(0.9, 0.98))
    checkpoint, first = arguments.work / "checkpoint.pt", 0
    if arguments.onward:
        take_over(trained, {name: value for name, value in load_file(MODEL_FILE).items() if name in trained})
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        first = state["step"]
        optimizer.load_state_dict(state["optimizer"])
        take_over(trained, state["trained"])
    print(f"{sum(value.numel() for value in trained.values()):,} trained numbers, {arguments.steps} steps, on {device}")
    averaged = {name: value.detach().clone() for name, value in trained.items()}
    if checkpoint.exists():
        averaged = state["averaged"]
    losses, started = [], time.monotonic()
    for step, part in steps(examples, others, readings, arguments.seed, first, arguments.share):
        if step >= arguments.steps:
            break
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * min(1, (step + 1) / WARM_UP) * max(0.02, 1 - step / arguments.steps)
        pairs = [pair for own, _ in part for pair in own]
        loss = listwise_loss(scores_of(pairs, readings.rarity, weights, apply), [right for _, right in part])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
        optimizer.step()
        average(averaged, trained, min(AVERAGING, (step + 1) / (step + 10)))
        losses.append(loss.item())
        if (step + 1) % 50 == 0:
            state = {"trained": trained, "averaged": averaged, "optimizer": optimizer.state_dict(), "step": step + 1}
            state["rarity"] = torch.from_numpy(readings.rarity)
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
            seconds = (time.monotonic() - started) / (step + 1 - first)
            print(f"step {step + 1}: loss {np.mean(losses[-100:]):.3f}, {seconds:.2f} s a step", flush=True)


def average(averaged: dict[str, torch.Tensor], trained: dict[str, torch.Tensor], kept: float) -> None:
    """Move the running average of the weights towards those of this step (Polyak and Juditsky 1992)."""
    with torch.no_grad():
        for name, value in trained.items():
            averaged[name].lerp_(value, 1 - kept)


def take_over(trained: dict[str, torch.Tensor], values: dict[str, torch.Tensor]) -> None:
    with torch.no_grad():
        for name, value in values.items():
            trained[name].copy_(value)


def scores_of(pairs: list[Pair], rarity: Any, weights: Any, apply: Any) -> torch.Tensor:
    """The scores (n,) of the pairs of a step, the short and the long apart, so that little is padded."""
    device = weights["head"].device
    order = sorted(range(len(pairs)), key=lambda i: len(pairs[i].question.tokens) + len(pairs[i].sentence.tokens))
    chunks = [order[start : start + PAIRS_AT_ONCE] for start in range(0, len(order), PAIRS_AT_ONCE)]
    scores = []
    for chunk in chunks:
        batch = {name: value.to(device) for name, value in to_batch([pairs[i] for i in chunk], rarity).items()}
        scores.append(joint_scores(batch, weights, apply))
    return torch.cat(scores)[torch.argsort(torch.tensor(order)).to(device)]


def evaluate(arguments: argparse.Namespace) -> None:
    """The shipped selector on each dev part, with and without what stands around the sentences; cosine beside it."""
    selector = load_selector()
    for name, examples in evaluation_examples().items():
        random.Random(1).shuffle(examples)
        examples = examples[: arguments.limit]
        choices = [Choice(str(i), e.question, tuple(e.sentences), tuple(e.right)) for i, e in enumerate(examples)]
        known = {choice.question: example for choice, example in zip(choices, examples, strict=True)}

        def cosine(question: str, sentences: Any, titles: Any) -> Any:
            return selector.vectors(list(sentences)) @ selector.vectors([question])[0]

        def alone(question: str, sentences: Any, titles: Any) -> Any:
            return selector.score(question, sentences)

        def surrounded(question: str, sentences: Any, titles: Any, known: Any = known) -> Any:
            e = known[question]
            return selector.score(question, e.sentences, e.titles, e.previous, e.following)

        for label, scorer in (("cosine", cosine), ("alone", alone), ("surrounded", surrounded)):
            figures = measure_choices(choices if label != "surrounded" else unique(choices), scorer)
            auc = "" if figures.answerability_auc is None else f", answerable AUC {figures.answerability_auc:.3f}"
            print(
                f"{name:20} {label:10} {figures.mixed} questions: MAP {figures.mean_average_precision:.3f},"
                f" MRR {figures.mean_reciprocal_rank:.3f}, P@1 {figures.precision_at_1:.3f}{auc}",
                flush=True,
            )


def unique(choices: list[Choice]) -> list[Choice]:
    """Of choices with the same question, the last, as `evaluate` knows it."""
    return list({choice.question: choice for choice in choices}.values())


def write(arguments: argparse.Namespace) -> None:
    state = torch.load(arguments.work / "checkpoint.pt", weights_only=True)
    saved = state["averaged"] | {"rarity": state["rarity"], "head": JOINT_SHARE * state["averaged"]["head"]}
    save_file({name: value.detach().half().contiguous() for name, value in saved.items()}, MODEL_FILE)
    print(f"{MODEL_FILE}: {MODEL_FILE.stat().st_size:,} bytes, {len(load_file(MODEL_FILE))} tensors")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder of the readings and the checkpoint")
    parser.add_argument("--steps", type=int, default=1_400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=3e-4, help="learning rate of the additions, at its highest")
    parser.add_argument("--share", type=float, default=1.0, help="how many of the questions that are not ours, of 1")
    parser.add_argument("--onward", action="store_true", help="begin with the shipped selector, not from nothing")
    parser.add_argument("--limit", type=int, default=10_000, help="questions of each dev part to evaluate on")
    parser.add_argument("--evaluate", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    (write if arguments.write else evaluate if arguments.evaluate else train)(arguments)


if __name__ == "__main__":
    main()
