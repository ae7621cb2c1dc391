"""Exact nearest neighbours by FAISS against NumPy; removal, generations on disk, damage."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.vectors import DamagedVectorsError, VectorIndex, load_generation

DIMENSION = 32
Matrix = np.ndarray[Any, np.dtype[np.float32]]


def unit(matrix: np.ndarray[Any, Any]) -> Matrix:
    return (matrix / np.linalg.norm(matrix, axis=-1, keepdims=True)).astype(np.float32)


def filled(count: int = 200, seed: int = 3) -> tuple[VectorIndex, np.ndarray[Any, np.dtype[np.int64]], Matrix]:
    generator = np.random.default_rng(seed)
    matrix = unit(generator.standard_normal((count, DIMENSION)))
    # Numbers with gaps, as passages have them once some were removed.
    numbers = np.sort(generator.choice(np.arange(1, 5 * count), count, replace=False)).astype(np.int64)
    index = VectorIndex(DIMENSION)
    index.apply([], numbers, matrix, 10)
    return index, numbers, matrix


def nearest(numbers: Any, matrix: Matrix, question: Matrix, limit: int) -> list[tuple[int, float]]:
    cosines = matrix.astype(np.float64) @ question
    order = np.argsort(-cosines)[:limit]
    return [(int(numbers[n]), float(cosines[n])) for n in order]


def assert_same(found: list[tuple[int, float]], wanted: list[tuple[int, float]]) -> None:
    assert [number for number, _ in found] == [number for number, _ in wanted]
    np.testing.assert_allclose([score for _, score in found], [score for _, score in wanted], atol=1e-6)


@pytest.fixture(scope="module")
def question() -> Matrix:
    return unit(np.random.default_rng(9).standard_normal(DIMENSION))


def test_ranks_and_cosines_against_numpy(question: Matrix) -> None:
    index, numbers, matrix = filled()
    assert index.count == 200
    assert index.numbers().tolist() == numbers.tolist()
    for limit in (1, 10, 200):
        assert_same(index.search(question, limit), nearest(numbers, matrix, question, limit))
    assert_same(index.search(matrix[7], 1), [(int(numbers[7]), 1.0)])
    assert_same(index.search(-matrix[7], 200)[-1:], [(int(numbers[7]), -1.0)])


@pytest.mark.parametrize("share", [0.0, 0.005, 0.1, 0.7, 1.0])
def test_filtered_search_against_a_mask(question: Matrix, share: float) -> None:
    index, numbers, matrix = filled()
    mask = np.random.default_rng(4).random(len(numbers)) < share
    allowed = numbers[mask]
    assert_same(index.search(question, 25, allowed), nearest(allowed, matrix[mask], question, 25))


def test_a_filter_may_name_what_has_no_vector(question: Matrix) -> None:
    index, numbers, matrix = filled()
    absent = np.setdiff1d(np.arange(1, 3_000), numbers)
    allowed = np.sort(np.concatenate([absent, numbers[:3]]))
    assert_same(index.search(question, 25, allowed), nearest(numbers[:3], matrix[:3], question, 25))
    assert index.search(question, 25, absent) == []


@settings(max_examples=50, deadline=None)
@given(picked=st.sets(st.integers(0, 199)), limit=st.integers(1, 300))
def test_any_filter_and_limit(picked: set[int], limit: int) -> None:
    index, numbers, matrix = filled()
    question = unit(np.ones(DIMENSION))
    chosen = sorted(picked)
    assert_same(
        index.search(question, limit, numbers[chosen]), nearest(numbers[chosen], matrix[chosen], question, limit)
    )


def test_more_wanted_than_there_are(question: Matrix) -> None:
    index, numbers, matrix = filled(5)
    assert_same(index.search(question, 10**12), nearest(numbers, matrix, question, 5))


def test_empty(question: Matrix) -> None:
    index = VectorIndex(DIMENSION)
    assert (index.count, index.numbers().tolist(), index.search(question, 5)) == (0, [], [])
    assert index.search(question, 5, np.array([1, 2], np.int64)) == []
    numbers, matrix = index.reconstruct([1, 2])
    assert (numbers, matrix.shape) == ([], (0, DIMENSION))


def test_what_was_touched_goes_and_what_is_given_comes_in(question: Matrix) -> None:
    index, numbers, matrix = filled()
    gone, changed = numbers[:50], numbers[50:60]
    new = unit(np.random.default_rng(5).standard_normal((10, DIMENSION)))
    # Some of what is touched never had a vector.
    index.apply([*gone.tolist(), *changed.tolist(), 999_999], changed, new, 77)
    left_numbers = np.concatenate([numbers[60:], changed])
    left = np.concatenate([matrix[60:], new])
    assert index.watermark == 77
    assert index.numbers().tolist() == sorted(left_numbers.tolist())
    assert index.count == 150
    assert_same(index.search(question, 200), nearest(left_numbers, left, question, 200))
    present, vectors = index.reconstruct([int(gone[0]), int(changed[3]), int(numbers[70])])
    assert present == [int(changed[3]), int(numbers[70])]
    np.testing.assert_array_equal(vectors, np.stack([new[3], matrix[70]]))


def test_the_same_change_twice_changes_nothing(question: Matrix) -> None:
    index, numbers, matrix = filled()
    before = index.search(question, 200)
    index.apply(numbers[:20].tolist(), numbers[:20], matrix[:20], 11)
    assert_same(index.search(question, 200), before)
    assert index.count == 200


# On disk


def test_a_generation_comes_back_as_it_was(tmp_path: Path, question: Matrix) -> None:
    index, numbers, _ = filled()
    index.save(tmp_path / "vectors", "model")
    loaded = load_generation(tmp_path / "vectors", "model", DIMENSION)
    assert loaded is not None
    assert loaded.watermark == 10
    assert loaded.numbers().tolist() == numbers.tolist()
    assert loaded.search(question, 200) == index.search(question, 200)
    # And it can be changed on.
    loaded.apply(numbers[:199].tolist(), numbers[:0], np.zeros((0, DIMENSION), np.float32), 11)
    assert loaded.numbers().tolist() == [numbers[199]]


def test_generations_are_named_by_seq_and_checksum_and_only_the_newest_stays(tmp_path: Path) -> None:
    index, numbers, matrix = filled()
    index.save(tmp_path, "model")
    (tmp_path / "leftover.faiss.new").write_bytes(b"half a file")
    index.apply([], np.array([4_999], np.int64), matrix[:1], 1_234)
    index.save(tmp_path, "model")
    current = json.loads((tmp_path / "CURRENT.json").read_text("utf-8"))
    data = (tmp_path / current["file"]).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    assert current == {"file": f"000000001234-{digest[:12]}.faiss", "seq": 1_234, "sha256": digest, "encoder": "model"}
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([current["file"], "CURRENT.json"])
    stored = faiss.deserialize_index(np.frombuffer(data, np.uint8))
    assert sorted(faiss.vector_to_array(stored.id_map).tolist()) == [*numbers.tolist(), 4_999]


def test_an_empty_generation(tmp_path: Path) -> None:
    VectorIndex(DIMENSION).save(tmp_path, "model")
    loaded = load_generation(tmp_path, "model", DIMENSION)
    assert loaded is not None
    assert loaded.count == 0


def test_none_where_there_is_none(tmp_path: Path) -> None:
    assert load_generation(tmp_path / "none", "model", DIMENSION) is None
    (tmp_path / "empty").mkdir()
    assert load_generation(tmp_path / "empty", "model", DIMENSION) is None
    filled()[0].save(tmp_path, "another model")
    assert load_generation(tmp_path, "model", DIMENSION) is None


def rewrite(folder: Path, data: bytes | None = None, **changes: object) -> None:
    """Alter CURRENT.json; with `data`, put that in place of the FAISS file, its checksum right."""
    current = json.loads((folder / "CURRENT.json").read_text("utf-8"))
    if data is not None:
        (folder / current["file"]).write_bytes(data)
        current["sha256"] = hashlib.sha256(data).hexdigest()
    (folder / "CURRENT.json").write_text(json.dumps(current | changes), "utf-8")


def test_altered_bytes_never_reach_faiss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled()[0].save(tmp_path, "model")
    file = next(tmp_path.glob("*.faiss"))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    monkeypatch.setattr(faiss, "deserialize_index", lambda _: pytest.fail("FAISS was given altered bytes"))
    with pytest.raises(DamagedVectorsError, match=f"{file.name} does not match its checksum"):
        load_generation(tmp_path, "model", DIMENSION)


def test_a_file_elsewhere_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    filled()[0].save(folder, "model")
    file = next(folder.glob("*.faiss"))
    (tmp_path / "other.faiss").write_bytes(file.read_bytes())
    for name in ("../other.faiss", str(tmp_path / "other.faiss"), f"../vectors/{file.name}", ".."):
        rewrite(folder, file=name)
        with pytest.raises(DamagedVectorsError, match=r"names a file elsewhere|makes no sense"):
            load_generation(folder, "model", DIMENSION)


def test_contents_that_are_not_what_they_should_be(tmp_path: Path) -> None:
    index = filled()[0]
    index.save(tmp_path, "model")
    with pytest.raises(DamagedVectorsError, match="vectors of 32 numbers, not 16"):
        load_generation(tmp_path, "model", 16)
    flat = faiss.IndexFlatIP(DIMENSION)
    for data in (b"", b"no index at all", faiss.serialize_index(flat).tobytes()):
        rewrite(tmp_path, data)
        with pytest.raises(DamagedVectorsError):
            load_generation(tmp_path, "model", DIMENSION)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"encoder": "model"}', b"\xff", b"null"])
def test_a_pointer_that_makes_no_sense(tmp_path: Path, content: bytes) -> None:
    filled()[0].save(tmp_path, "model")
    (tmp_path / "CURRENT.json").write_bytes(content)
    with pytest.raises(DamagedVectorsError):
        load_generation(tmp_path, "model", DIMENSION)


def test_a_missing_pointer_or_file(tmp_path: Path) -> None:
    filled()[0].save(tmp_path, "model")
    pointer = (tmp_path / "CURRENT.json").read_bytes()
    (tmp_path / "CURRENT.json").unlink()
    with pytest.raises(DamagedVectorsError, match=r"CURRENT\.json is missing"):
        load_generation(tmp_path, "model", DIMENSION)
    (tmp_path / "CURRENT.json").write_bytes(pointer)
    next(tmp_path.glob("*.faiss")).unlink()
    with pytest.raises(DamagedVectorsError, match="FileNotFoundError"):
        load_generation(tmp_path, "model", DIMENSION)
