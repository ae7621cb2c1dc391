"""What is read of a question and a sentence before the selector reads them together, counted again by other means."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from support import CONFIG

from qa.encoder import Encoder
from qa.reading import CAPITAL, DIGIT, FIGURES, Pair, rarity_of, to_batch
from qa.selector import Selector, load_selector

# The real model takes ten seconds to import.
pytestmark = pytest.mark.slow

QUESTION = "Who opened the new bridge over the Aller?"


@pytest.fixture(scope="module")
def selector() -> Selector:
    return load_selector(Encoder(CONFIG))


def test_figures_and_flags_of_a_pair(selector: Selector) -> None:
    read = selector.read(["Who opened the bridge?", "Hanne Dorn opened it.", "A bridge.", "She came."])
    question, sentence, title, previous = read.values()
    rarity = selector._rarity
    pair = Pair(question, sentence, previous, title=title)
    batch = {name: value[0].numpy() for name, value in to_batch([pair], rarity).items()}
    figures = dict(zip(FIGURES, batch["figures"].tolist(), strict=True))
    words = selector._tokenizer.convert_ids_to_tokens(list(question.tokens))
    assert words == ["[CLS]", "who", "opened", "the", "bridge", "?", "[SEP]"]
    opened, bridge = rarity[question.tokens[2]], rarity[question.tokens[4]]
    # "who", "the" and "?" say nothing. Of the other two the sentence has the first, its title the second.
    assert figures["overlap"] == pytest.approx(opened / (opened + bridge), abs=1e-5)
    assert figures["overlap_in_context"] == pytest.approx(1)
    assert figures["cosine"] == pytest.approx(float(question.vector @ sentence.vector))
    assert figures["cosine_of_title"] == pytest.approx(float(question.vector @ title.vector))
    assert (figures["cosine_of_following"], figures["no_previous"], figures["no_title"]) == (0, 0, 0)
    # No two neighbours of the question are neighbours in it; it has a person beyond the question's words.
    assert (figures["pairs"], figures["shows_kind"], figures["lacks_kind"]) == (0, 1, 0)
    # ColBERT's late interaction, word by word.
    near = [
        max(float(q @ s) for s in unit(selector, "Hanne Dorn opened it.")[1:-1])
        for q in unit(selector, "Who opened the bridge?")
    ]
    before = [max(float(q @ s) for s in unit(selector, "She came.")) for q in unit(selector, "Who opened the bridge?")]
    rare = [0, 0, opened, 0, bridge, 0, 0]
    assert figures["nearness"] == pytest.approx(np.mean(near[1:-1]), abs=2e-3)
    assert figures["rare_nearness"] == pytest.approx(np.dot(rare, near) / sum(rare), abs=2e-3)
    widest = np.maximum(near, before)
    assert figures["rare_nearness_in_context"] == pytest.approx(np.dot(rare, widest) / sum(rare), abs=2e-3)
    flags = batch["flags"]
    middle = len(question.tokens)
    np.testing.assert_allclose(flags[:middle, 0], [0, 0, opened, 0, 0, 0, 0])
    np.testing.assert_allclose(flags[:middle, 2], [0, 0, 0, 0, bridge, 0, 0])
    np.testing.assert_allclose(flags[:middle, 7], rare)
    np.testing.assert_allclose(flags[:middle, 4], near, atol=2e-3)
    np.testing.assert_allclose(flags[:middle, 6], before, atol=2e-3)
    assert flags[middle:, 1].max() == opened
    assert not flags[middle:, [0, 2, 3, 4, 6, 7]].any()
    assert not flags[:middle, [1, 5, 8]].any()
    assert batch["has_context"].tolist() == [1, 0, 1]
    assert batch["question"].sum() + batch["sentence"].sum() == len(question.tokens) + len(sentence.tokens) - 1


def test_names_and_numbers_are_flagged(selector: Selector) -> None:
    text = "Moored at Tarnvik, the SS Aller had 46 crew."
    reading = selector.read([text])[text]
    words = selector._tokenizer.convert_ids_to_tokens(list(reading.tokens))
    marked = [(word, int(shape)) for word, shape in zip(words, reading.shapes, strict=True) if shape]
    # Every piece of a name is one; the word that begins the sentence has its capital from that.
    assert marked == [
        ("tar", CAPITAL), ("##n", CAPITAL), ("##vik", CAPITAL), ("ss", CAPITAL), ("all", CAPITAL), ("##er", CAPITAL),
        ("46", DIGIT),
    ]  # fmt: skip
    pair = Pair(selector.read([QUESTION])[QUESTION], reading)
    flags = to_batch([pair], selector._rarity)["flags"][0].numpy()
    middle = len(pair.question.tokens)
    np.testing.assert_array_equal(flags[middle:, 9], reading.shapes[1:] == CAPITAL)
    np.testing.assert_array_equal(flags[middle:, 10], reading.shapes[1:] == DIGIT)


def test_figures_of_names_and_of_neighbours(selector: Selector) -> None:
    question, sentence, title = "What did Hanne Dorn say in 2031?", "Dorn spoke in 2031.", "Hanne Dorn speaks"
    read = selector.read([question, sentence, title])
    figures = dict(zip(FIGURES, to_batch([Pair(read[question], read[sentence], title=read[title])],
                                         selector._rarity)["figures"][0].tolist(), strict=True))  # fmt: skip
    pieces = list(zip(read[question].tokens, read[question].shapes, strict=True))
    rare = {token: selector._rarity[token] for token, shape in pieces if shape}
    held = sum(value for token, value in rare.items() if token in read[sentence].known)
    assert figures["names_overlap"] == pytest.approx(held / sum(rare.values()), abs=1e-5)
    assert 0 < figures["names_overlap"] < figures["names_overlap_in_context"] == pytest.approx(1)
    assert figures["pairs"] > 0  # "in 2031"


def unit(selector: Selector, text: str) -> Any:
    """The unit vectors of a text's tokens, as the transformer itself gives them."""
    with torch.inference_mode():
        output = selector._transformer(**selector._tokenizer(text, return_tensors="pt"))
    return torch.nn.functional.normalize(output.last_hidden_state[0], dim=1).numpy()


def test_rarity_is_the_inverse_document_frequency(selector: Selector) -> None:
    rarity = rarity_of(selector._tokenizer, ["The bridge opened.", "A bridge and a bridge.", "Rain."])
    bridge, rain, the, period = selector._tokenizer.convert_tokens_to_ids(["bridge", "rain", "the", "."])
    assert rarity[bridge] == pytest.approx(math.log(4 / 3) / 10)
    assert rarity[rain] == pytest.approx(math.log(4 / 2) / 10)
    assert rarity[the] == rarity[period] == 0
