"""The answer-sentence selector, against the encoder's own layers and against what is known to answer."""

from __future__ import annotations

import copy
import gzip
import json
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from support import CONFIG, SAMPLE

from qa import selector as module
from qa.encoder import Encoder
from qa.errors import EncoderError
from qa.formats import read_articles
from qa.reading import LAYERS_ALONE, Pair, to_batch
from qa.records import Article
from qa.selector import MODEL_FILE, Selector, load_selector
from qa.sentences import split_sentences

# The real model takes ten seconds to import.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
SETS = ROOT.parent / "shared/data/answer_sentences"
QUESTION = "Who opened the new bridge over the Aller?"
SENTENCES = [
    "The bridge cost 12 million merks and took three years.",
    "Transport minister Hanne Dorn opened the bridge on Friday.",
    "It rained.",
    "The Aller is 211 kilometres long, and eleven bridges cross it between its source and the sea.",
]
TITLES = ["A bridge for the Aller", "A bridge for the Aller", "Weather", ""]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder(CONFIG)


@pytest.fixture(scope="module")
def selector(encoder: Encoder) -> Selector:
    return load_selector(encoder)


def test_the_sentence_that_answers_gets_the_highest_score(selector: Selector) -> None:
    scores = selector.score(QUESTION, SENTENCES, TITLES)
    assert scores.shape == (4,)
    assert scores.dtype == np.float32
    assert int(np.argmax(scores)) == 1
    assert scores[2] < 0


def test_a_score_does_not_depend_on_the_others(selector: Selector) -> None:
    together = selector.score(QUESTION, SENTENCES * 9, TITLES * 9)
    alone = [float(selector.score(QUESTION, [text], [title])[0]) for text, title in zip(SENTENCES, TITLES, strict=True)]
    np.testing.assert_allclose(together, alone * 9, atol=1e-3)
    assert selector.score(QUESTION, []).shape == (0,)
    assert np.isfinite(selector.score(QUESTION, ["", "…", "x" * 5_000])).all()


@pytest.mark.parametrize("near", ["titles", "previous", "following"])
def test_what_stands_around_counts(selector: Selector, near: str) -> None:
    bare = selector.score(QUESTION, SENTENCES)
    told = selector.score(QUESTION, SENTENCES, **{near: ["A bridge for the Aller", "", "", ""]})
    assert abs(told[0] - bare[0]) > 0.05
    np.testing.assert_allclose(told[1:], bare[1:], atol=1e-3)


def test_the_vectors_are_those_of_the_encoder(selector: Selector, encoder: Encoder) -> None:
    np.testing.assert_allclose(selector.vectors(SENTENCES), encoder.encode_passages(SENTENCES), atol=1e-5)
    assert selector.vectors([]).shape == (0, 384)


def test_texts_are_remembered_up_to_a_limit(selector: Selector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 3)
    monkeypatch.setattr(selector, "_remembered", OrderedDict())
    read: list[str] = []
    original = module.read_alone

    def counting(transformer: Any, tokenizer: Any, texts: list[str]) -> Any:
        read.extend(texts)
        return original(transformer, tokenizer, texts)

    monkeypatch.setattr(module, "read_alone", counting)
    texts = ["The ferry came.", "The mayor left.", "The ferry came."]
    vectors = selector.vectors(texts)
    assert read == texts[:2]
    np.testing.assert_array_equal(selector.vectors(texts[::-1]), vectors[::-1])
    assert read == texts[:2]
    selector.vectors(["One.", "Two.", "Three."])
    selector.vectors(["The ferry came.", "Three."])
    assert read == [*texts[:2], "One.", "Two.", "Three.", "The ferry came."]


def test_the_encoder_is_shared_where_it_is_the_default(selector: Selector, encoder: Encoder, tmp_path: Path) -> None:
    assert selector._transformer is encoder._load()[0].auto_model
    prompted = Encoder(CONFIG.replace(passage_prompt="passage: "))
    assert not prompted.is_default
    assert load_selector(prompted)._transformer is not selector._transformer


def test_scores_agree_with_the_layers_of_transformers(selector: Selector) -> None:
    """Another implementation: BertLayer of transformers, with the additions merged into its weights by hand."""
    from safetensors.torch import load_file

    saved = {name: value.float() for name, value in load_file(MODEL_FILE).items()}
    layers = copy.deepcopy(selector._transformer.encoder.layer[LAYERS_ALONE:])
    for number, layer in enumerate(layers, start=LAYERS_ALONE):
        for name, path in module.CHANGED.items():
            added = saved[f"{number}.{name}.up"] @ saved[f"{number}.{name}.down"]
            layer.get_submodule(path).weight.data += added
    read = selector.read([QUESTION, *SENTENCES, *filter(None, TITLES)])
    scores = []
    with torch.inference_mode():
        for sentence, title in zip(SENTENCES, TITLES, strict=True):
            pair = Pair(read[QUESTION], read[sentence], title=read.get(title))
            batch = to_batch([pair], selector._rarity)
            kinds = torch.stack([batch["question"], batch["sentence"]], -1) @ saved["segments"]
            hidden = batch["hidden"] + kinds + batch["flags"] @ saved["flags"]
            present = batch["has_context"][0] > 0
            context = batch["context"][:, present] @ saved["context"].T + saved["context_kinds"][present]
            norm = torch.nn.LayerNorm(384)
            norm.load_state_dict({"weight": saved["context_norm.weight"], "bias": saved["context_norm.bias"]})
            hidden = torch.cat([hidden, norm(context)], 1)
            for layer in layers:
                output = layer(hidden)
                hidden = output[0] if isinstance(output, tuple) else output
            middle = len(pair.question.tokens)
            end = middle + len(pair.sentence.tokens) - 1
            own = hidden[0]
            pooled = torch.cat([own[0], own[:middle].mean(0), own[middle:end].mean(0)])
            scores.append(float(pooled @ saved["head"] + batch["figures"][0] @ saved["figures"] + saved["constant"]))
    np.testing.assert_allclose(selector.score(QUESTION, SENTENCES, TITLES), scores, atol=2e-3)


def test_the_file_is_small_and_a_bad_one_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MODEL_FILE.stat().st_size < 5_000_000
    for name, content in (("absent", None), ("damaged", b"x" * 100)):
        path = tmp_path / name
        if content:
            path.write_bytes(content)
        monkeypatch.setattr(module, "MODEL_FILE", path)
        with pytest.raises(EncoderError, match=name):
            load_selector()


def golden() -> list[tuple[str, list[str], list[bool]]]:
    """The golden questions with the sentences of the first article that answers."""
    articles = {
        record.id: record
        for record in read_articles(SAMPLE, maximum_record_bytes=CONFIG.maximum_record_bytes)
        if isinstance(record, Article)
    }
    rows = []
    for line in (ROOT / "tests/data/golden.jsonl").read_text().splitlines():
        case: dict[str, Any] = json.loads(line)
        if case["type"] != "fact":
            continue
        text = articles[case["article_ids"][0]].text
        sentences = [text[start:end] for start, end in split_sentences(text)]
        rows.append((case["question"], sentences, [sentence in case["sentences"] for sentence in sentences]))
    return [row for row in rows if any(row[2])]


def right_first(selector: Selector, rows: list[tuple[str, list[str], list[bool]]]) -> tuple[float, float]:
    """The share of questions where the selector, told what stands around, and cosine put a right sentence first."""
    chosen, near = [], []
    for question, sentences, right in rows:
        previous, following = ["", *sentences[:-1]], [*sentences[1:], ""]
        scores = selector.score(question, sentences, previous=previous, following=following)
        chosen.append(right[int(np.argmax(scores))])
        near.append(right[int(np.argmax(selector.vectors(sentences) @ selector.vectors([question])[0]))])
    return float(np.mean(chosen)), float(np.mean(near))


def test_it_chooses_better_than_cosine_on_the_golden_questions(selector: Selector) -> None:
    chosen, near = right_first(selector, golden())
    print(f"{chosen=:.3f} {near=:.3f}")
    assert chosen > near + 0.03


@pytest.mark.skipif(not SETS.exists(), reason=f"the labelled sentences are absent ({SETS})")
def test_it_chooses_better_than_cosine_on_news_that_people_have_marked(selector: Selector) -> None:
    with gzip.open(SETS / "onestopqa-dev.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file][::5]
    labelled = [(row["question"], row["sentences"], [bool(label) for label in row["labels"]]) for row in rows]
    chosen, near = right_first(selector, labelled)
    print(f"{chosen=:.3f} {near=:.3f}")
    # Seen: .13 on these, .147 on all.
    assert chosen > near + 0.1
