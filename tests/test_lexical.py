"""BM25 by Tantivy against NumPy; filters, hostile questions, deletions, the watermark, panics."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa import lexical
from qa.lexical import LexicalIndex, LexicalRow, discard, find_damage, terms_of

# Words that the stemmer leaves alone, so that the oracle needs none.
VOCABULARY = ["kralo", "mirta", "zobun", "vepak", "lodrum", "fenix", "quabo", "tirlan", "sodak", "wumbo"]


def make_rows(count: int, seed: int = 1) -> list[LexicalRow]:
    """Passages of at most 40 words: Tantivy keeps their lengths exactly (longer ones in steps)."""
    generator = random.Random(seed)
    rows: list[LexicalRow] = []
    for number in range(1, count + 1):
        title = " ".join(generator.choices(VOCABULARY, k=generator.randrange(4)))
        text = " ".join(generator.choices(VOCABULARY, weights=range(1, 11), k=generator.randint(1, 36)))
        rows.append((number, title, text, generator.randrange(1, 4), generator.choice([None, 100, 101, 102, 103])))
    return rows


def filled(folder: Path, rows: list[LexicalRow], watermark: int = 1) -> LexicalIndex:
    index = LexicalIndex(folder, create=True)
    index.apply((), rows, watermark, anew=True)
    return index


def bm25(rows: list[LexicalRow], terms: list[str]) -> dict[int, float]:
    """Lucene's BM25 with k1 = 1.2, b = 0.75, in NumPy. The watermark is a document without words."""
    documents = [f"{title} {text}".split() for _, title, text, _, _ in rows]
    lengths = np.array([len(words) for words in documents])
    total = len(documents) + 1
    average = lengths.sum() / total
    scores = np.zeros(len(documents))
    for term in dict.fromkeys(terms):
        frequency = np.array([words.count(term) for words in documents])
        containing = np.count_nonzero(frequency)
        weight = np.log(1 + (total - containing + 0.5) / (containing + 0.5))
        norm = 1.2 * (1 - 0.75 + 0.75 * lengths / average)
        scores += weight * 2.2 * frequency / (frequency + norm)
    return {row[0]: score for row, score in zip(rows, scores, strict=True) if score > 0}


def assert_matches(found: list[tuple[int, float]], wanted: dict[int, float]) -> None:
    assert dict(found) == pytest.approx(wanted, rel=1e-5)
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)


@pytest.fixture(scope="module")
def rows() -> list[LexicalRow]:
    return make_rows(120)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, rows: list[LexicalRow]) -> LexicalIndex:
    return filled(tmp_path_factory.mktemp("lexical"), rows, watermark=77)


@pytest.mark.parametrize("terms", [["kralo"], ["kralo", "wumbo"], ["fenix", "fenix", "quabo"], VOCABULARY])
def test_scores_against_numpy(index: LexicalIndex, rows: list[LexicalRow], terms: list[str]) -> None:
    wanted = bm25(rows, terms)
    assert len(wanted) > 10
    assert_matches(index.search(terms, 1_000), wanted)


def test_the_best_come_first_and_no_more_than_asked_for(index: LexicalIndex, rows: list[LexicalRow]) -> None:
    wanted = sorted(bm25(rows, ["kralo", "mirta"]).values(), reverse=True)[:7]
    assert [score for _, score in index.search(["kralo", "mirta"], 7)] == pytest.approx(wanted, rel=1e-5)


def test_words_that_stand_nowhere(index: LexicalIndex) -> None:
    assert index.search(["absent"], 10) == []
    assert index.search([], 10) == []


@pytest.mark.parametrize("days", [(100, 101), (None, 101), (102, None), (103, 100), (101, 101), (0, 10**6)])
@pytest.mark.parametrize("sources", [None, [1], [2, 3], [9], []])
def test_filters_against_a_plain_loop(
    index: LexicalIndex, rows: list[LexicalRow], days: tuple[int | None, int | None], sources: list[int] | None
) -> None:
    terms = ["wumbo", "sodak"]
    low = days[0] if days[0] is not None else -(10**9)
    high = days[1] if days[1] is not None else 10**9
    admitted = {
        row[0] for row in rows
        if row[4] is not None and low <= row[4] <= high and (sources is None or row[3] in sources)
    }  # fmt: skip
    # A filter changes what is found, not how it is scored.
    wanted = {number: score for number, score in bm25(rows, terms).items() if number in admitted}
    assert_matches(index.search(terms, 1_000, days=days, sources=sources), wanted)


def test_a_source_filter_alone_admits_undated_passages(index: LexicalIndex, rows: list[LexicalRow]) -> None:
    wanted = {n: s for n, s in bm25(rows, ["wumbo"]).items() if rows[n - 1][3] == 2}
    assert any(rows[number - 1][4] is None for number in wanted)
    assert_matches(index.search(["wumbo"], 1_000, sources=[2]), wanted)


@pytest.mark.parametrize("limit", [121, 10**9, 10**15])
def test_any_limit_is_met_without_room_for_it(index: LexicalIndex, rows: list[LexicalRow], limit: int) -> None:
    # Tantivy alone would try to allocate it and end the process.
    assert len(index.search(VOCABULARY, limit)) == len(bm25(rows, VOCABULARY))


def test_counts(index: LexicalIndex, rows: list[LexicalRow]) -> None:
    assert index.watermark == 77
    assert index.count == 120
    assert index.numbers() == list(range(1, 121))
    containing = sum("fenix" in f"{title} {text}".split() for _, title, text, _, _ in rows)
    assert index.document_frequency("fenix") == containing
    assert index.document_frequency("absent") == 0


def test_an_empty_index(tmp_path: Path) -> None:
    for index in (
        LexicalIndex(tmp_path / "a", create=True),
        filled(tmp_path / "b", [], 0),
        filled(tmp_path / "c", [], 5),
    ):
        assert (index.count, index.numbers(), index.search(["kralo"], 5)) == (0, [], [])
    assert LexicalIndex(tmp_path / "c").watermark == 5


def test_without_create_it_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        LexicalIndex(tmp_path / "none")
    assert not (tmp_path / "none").exists()


# Terms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Ministers met in Geneva.", ["minist", "met", "in", "geneva"]),
        ("Zürich’s café—déjà vu", ["zurich", "s", "cafe", "deja", "vu"]),
        ('"exact phrase" AND (title:x OR -y) ~2^3 *:*', ["exact", "phrase", "and", "titl", "x", "or", "y", "2", "3"]),
        ("日本の首相", ["日", "本", "の", "首", "相"]),
        ("ไทย", ["ไ", "ท", "ย"]),
        ("Путин встретился", ["путин", "встретился"]),
        ("🎉 ... !?", []),
        ("", []),
        ("x" * 60, []),
        ("x" * 59, ["x" * 59]),
        ("a\ud800b", ["a", "b"]),
        ("a\x00b", ["a", "b"]),
    ],
)
def test_terms(text: str, terms: list[str]) -> None:
    assert terms_of(text) == terms


@pytest.mark.parametrize(
    "text",
    [
        '"', '""', "kralo\"", "(kralo", "kralo)", "text:kralo", "kralo AND", "NOT kralo", "kralo^1000", "kralo~",
        "[a TO b]", "{kralo}", "kralo\\", "+kralo -mirta", "* ?", "/kralo.*/", "kralo && mirta || zobun", "<kralo>",
        "the and of", "🎉🎉", "' OR 1=1 --", "kralo " * 333, "kralo\n\n\tmirta\x00", "𝕜𝕣𝕒𝕝𝕠", "مرحبا kralo",
    ],
)  # fmt: skip
def test_no_question_is_an_operator(index: LexicalIndex, rows: list[LexicalRow], text: str) -> None:
    terms = terms_of(text)
    assert_matches(index.search(terms, 1_000), bm25(rows, terms))


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_can_be_searched(index: LexicalIndex, rows: list[LexicalRow], text: str) -> None:
    found = dict(index.search(terms_of(f"{text} kralo"), 1_000))
    assert found.keys() >= bm25(rows, ["kralo"]).keys()


def test_other_scripts_are_found(tmp_path: Path) -> None:
    texts = [
        "日本の首相は辞任した",
        "Путин встретился с Кимом",
        "नई दिल्ली में बैठक",
        "นายกรัฐมนตรีลาออก",
        "Łódź elects mayor",
    ]
    index = filled(tmp_path, [(n, "", text, 1, None) for n, text in enumerate(texts, start=1)])
    for number, question in enumerate(["首相", "Кимом", "दिल्ली", "นายก", "lodz"], start=1):
        assert index.search(terms_of(question), 5)[0][0] == number, question


# Changes


def test_deletes_really_delete_and_replacing_replaces(tmp_path: Path) -> None:
    index = filled(tmp_path, [(n, "", f"kralo word{n}", 1, n) for n in range(1, 11)])
    index.apply([2, 3], [(3, "", "mirta", 2, 50), (11, "", "kralo", 1, None)], 9)
    for opened in (index, LexicalIndex(tmp_path)):
        assert opened.numbers() == [1, *range(3, 12)]
        assert (opened.count, opened.watermark) == (10, 9)
        assert sorted(n for n, _ in opened.search(["kralo"], 50)) == [1, 4, 5, 6, 7, 8, 9, 10, 11]
        assert [n for n, _ in opened.search(["mirta"], 50)] == [3]
        assert opened.search(["mirta"], 50, days=(3, 3)) == []
        assert opened.search(terms_of("word2 word3"), 50) == []
    # The same once more changes nothing.
    index.apply([2, 3], [(3, "", "mirta", 2, 50), (11, "", "kralo", 1, None)], 9)
    assert index.numbers() == [1, *range(3, 12)]


def test_anew_leaves_nothing_of_before(tmp_path: Path) -> None:
    index = filled(tmp_path, [(1, "", "kralo", 1, None), (2, "", "kralo", 1, None)])
    index.apply((), [(2, "", "mirta", 1, None)], 4, anew=True)
    assert (index.numbers(), index.search(["kralo"], 5), index.watermark) == ([2], [], 4)


def test_the_watermark_is_in_the_same_commit_as_the_changes(tmp_path: Path) -> None:
    index = filled(tmp_path, [(1, "", "kralo", 1, None)], watermark=3)

    def rows() -> Iterator[LexicalRow]:
        yield 2, "", "kralo", 1, None
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        index.apply([1], rows(), 8)
    for opened in (index, LexicalIndex(tmp_path)):
        opened.refresh()
        assert (opened.watermark, opened.numbers()) == (3, [1])
    assert find_damage(tmp_path) == ""
    # And the writer is free again.
    index.apply([1], [(2, "", "kralo", 1, None)], 8)
    assert (index.watermark, index.numbers()) == (8, [2])


def test_readers_see_what_was_committed_after_a_refresh(tmp_path: Path) -> None:
    writer = filled(tmp_path, [(1, "", "kralo", 1, None)], watermark=3)
    reader = LexicalIndex(tmp_path)
    writer.apply([], [(2, "", "kralo", 1, None)], 4)
    assert (reader.watermark, len(reader.search(["kralo"], 5))) == (3, 1)
    reader.refresh()
    assert (reader.watermark, len(reader.search(["kralo"], 5))) == (4, 2)


class _Held:
    """Tantivy's index, whose `searcher` one thread gets only some time after it was taken."""

    def __init__(self, index: Any, slow: Callable[[], bool], release: threading.Event) -> None:
        self._index, self._slow, self._release = index, slow, release
        self.taken = threading.Event()

    def searcher(self) -> Any:
        found = self._index.searcher()
        if self._slow():
            self.taken.set()
            assert self._release.wait(30)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._index, name)


def test_an_older_state_never_replaces_a_newer_one(tmp_path: Path) -> None:
    """A question's refresh that began before a commit and ends after it must not win."""
    index = filled(tmp_path, [(1, "", "kralo", 1, None)], watermark=1)
    release = threading.Event()
    asking = threading.Thread(target=index.refresh)
    held = _Held(index._index, lambda: threading.current_thread() is asking, release)
    index._index = held  # type: ignore[assignment]
    asking.start()
    assert held.taken.wait(30)
    writing = threading.Thread(target=index.apply, args=((), [(2, "", "kralo", 1, None)], 2))
    writing.start()
    # It either waits for the question's refresh, which is right, or ends before it.
    writing.join(0.5)
    release.set()
    asking.join(30)
    writing.join(30)
    assert index.watermark == 2
    assert [number for number, _ in index.search(["kralo"], 5)] in ([1, 2], [2, 1])


# Damage, as far as the folder alone shows it (see test_damage.py for the rest)


def test_an_intact_folder_shows_no_damage(tmp_path: Path) -> None:
    filled(tmp_path, make_rows(20))
    assert find_damage(tmp_path) == ""
    # Killed before it was sealed: nothing is known against it.
    (tmp_path / "seal.json").unlink()
    assert find_damage(tmp_path) == ""


def test_a_missing_folder_and_a_missing_component_are_damage(tmp_path: Path) -> None:
    assert "FileNotFoundError" in find_damage(tmp_path / "none")
    filled(tmp_path, make_rows(20))
    file = next(tmp_path.glob("*.fieldnorm"))
    file.unlink()
    assert find_damage(tmp_path) == f"{file.name} is missing"


def test_a_panic_is_an_ordinary_error(tmp_path: Path) -> None:
    """A file cut short below what its footer needs makes Tantivy panic, which passes by `except Exception`."""
    filled(tmp_path, make_rows(20))
    for file in sorted(tmp_path.iterdir()):
        if file.suffix[1:] in lexical._COMPONENTS:
            data = file.read_bytes()
            for cut in (0, 1, 4, 7, 9, len(data) // 2, len(data) - 1):
                # In a new file: the old one may still be mapped, and reading beyond its end would kill the process.
                file.unlink(missing_ok=True)
                file.write_bytes(data[:cut])
                with contextlib.suppress(OSError, ValueError):
                    LexicalIndex(tmp_path).search(["kralo"], 5)
            file.unlink()
            file.write_bytes(data)
    assert LexicalIndex(tmp_path).count == 20


def test_discard(tmp_path: Path) -> None:
    folder = tmp_path / "lexical"
    discard(folder)
    filled(folder, make_rows(5))
    discard(folder)
    assert list(tmp_path.iterdir()) == []


def test_the_seal_is_the_checksum_of_the_meta_file(tmp_path: Path) -> None:
    filled(tmp_path, make_rows(5))
    seal = json.loads((tmp_path / "seal.json").read_text("utf-8"))
    assert seal == {"meta_sha256": hashlib.sha256((tmp_path / "meta.json").read_bytes()).hexdigest()}
