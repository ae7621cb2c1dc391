"""The figures of sentences, against values worked out by hand."""

import math

import numpy as np
import pytest

from qa.asked import Asked
from qa.evidence import COLUMNS, Evidence, measure, terms_around


def figures(sentences: list[Evidence], vectors: list[list[float]], question: str = "How many boats sank?"):
    asked = Asked(question, lambda _: 0, 10)
    matrix = measure(asked, sentences, np.array([1, 0, 0], np.float32), np.array(vectors, np.float32))
    assert matrix.shape == (len(sentences), len(COLUMNS))
    return [dict(zip(COLUMNS, row, strict=True)) for row in matrix.tolist()]


def test_cosines_and_neighbours() -> None:
    sentences = [
        Evidence("One.", previous=""),
        Evidence("Two.", previous="One."),
        Evidence("Three.", previous=""),
    ]
    first, second, third = figures(sentences, [[0.6, 0.8, 0], [1, 0, 0], [0, 1, 0]])
    assert [row["cosine"] for row in (first, second, third)] == pytest.approx([0.6, 1, 0])
    # The third sentence opens a passage of its own: it is nobody's neighbour.
    assert [row["cosine_of_neighbours"] for row in (first, second, third)] == pytest.approx([1, 0.6, 0])
    mean = np.array([1.6, 1.8, 0]) / 3
    wanted, own = np.array([1, 0, 0]) - mean, np.array([1, 0, 0]) - mean
    assert second["centred_cosine"] == pytest.approx(wanted @ own / (wanted @ wanted))


def test_overlaps() -> None:
    sentences = [
        Evidence("Three boats sank.", title="Storm at the harbour"),
        Evidence("The boats were old.", title="Boats lost"),
        Evidence("They sank.", title="Boats lost", previous="There were boats."),
    ]
    first, second, third = figures(sentences, [[1, 0, 0]] * 3)
    # Two terms of the same IDF: boat and sank.
    assert (first["overlap"], second["overlap"], third["overlap"]) == pytest.approx((1, 0.5, 0.5))
    assert third["overlap_in_context"] == pytest.approx(1)
    # What the title already says is no news: only "sank" is left to be found.
    assert (second["beyond_title"], third["beyond_title"]) == pytest.approx((0, 1))
    assert (first["counts_asked"], second["counts_asked"]) == (1, 0)
    assert (first["short_answer"], second["short_answer"]) == (1, 0)
    assert (first["shows_expected"], first["expected_unmet"]) == (1, 0)
    assert (second["shows_expected"], second["expected_unmet"]) == (0, 1)
    assert (first["repeats_title"], second["repeats_title"]) == pytest.approx((0, 0.5))


def test_rare_terms_weigh_more() -> None:
    sentences = [Evidence("Boats sank."), Evidence("Boats sailed."), Evidence("Boats came.")]
    rows = figures(sentences, [[1, 0, 0]] * 3)
    boat, sank = math.log(1 + 0.5 / 3.5), math.log(1 + 2.5 / 1.5)
    assert rows[0]["rare_overlap"] == pytest.approx(1)
    assert rows[1]["rare_overlap"] == pytest.approx(boat / (boat + sank))


def test_place_and_form() -> None:
    sentence = Evidence("Is it true that all of the boats sank?", passage_score=-0.25, passage_rank=2, is_lead=True)
    short = Evidence("Yes, they did.")
    row, other = figures([sentence, short], [[1, 0, 0]] * 2)
    assert row["passage_score"] == -0.25
    assert row["passage_rank"] == pytest.approx(math.log(3))
    assert (row["is_lead"], other["is_lead"]) == (1, 0)
    assert (row["is_question"], other["is_question"]) == (1, 0)
    assert (row["shortness"], other["shortness"]) == pytest.approx((0, 5 / 8))
    assert row["length"] == pytest.approx(9 / 60)


def test_terms_around() -> None:
    assert terms_around(Evidence("It sank.", title="The boats", previous="A storm came.")) >= {"sank", "boat", "storm"}
