"""The public API as issue 3 writes it out, on the real model; and the facade's promises, on a hashing encoder."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import gzip
import itertools
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from support import (
    CONFIG,
    SAMPLE,
    HashingEncoder,
    check_whole,
    contents,
    hashed_index,
    hashed_vector,
    make_article,
    marker,
    one_torch_thread,
    real_encoder,
    start_child,
)

import qa
import qa.index
from qa.passages import encoded_text, split_passages
from qa.records import EmbedProgress

ARTICLES = [make_article(f"a{number}") for number in range(12)]
DEFAULTS = qa.Config(lock_seconds=0.2)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[qa.Index]:
    with hashed_index(tmp_path / "index") as opened:
        yield opened


@pytest.fixture
def full(index: qa.Index) -> qa.Index:
    index.add(ARTICLES)
    index.embed()
    return index


@contextlib.contextmanager
def no_model() -> Iterator[None]:
    """Any attempt to load a model fails the test."""
    with mock.patch("qa.encoder._load_model", lambda config: pytest.fail("the model was loaded")):
        yield


# The public API, line by line, with the real model

PICKED = (
    "mpa-2025-11-10-millrace-fire", "lt-2025-10-03-skerry-bank", "dg-2026-06-17-maternity",
    "dg-2026-03-30-renn-hat-trick",
)  # fmt: skip


@pytest.fixture(scope="module")
def sample_lines() -> list[str]:
    lines = SAMPLE.read_text("utf-8").splitlines()
    picked = [line for line in lines if json.loads(line)["id"] in PICKED]
    return [*picked, *[line for line in lines if line not in picked][:6]]


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory, sample_lines: list[str]) -> Iterator[tuple[Path, qa.Index]]:
    folder = tmp_path_factory.mktemp("public")
    (folder / "articles.jsonl").write_text("\n".join(sample_lines), "utf-8")
    with one_torch_thread():
        with mock.patch.object(qa.index, "Encoder", lambda config: real_encoder()):
            index = qa.build_index(str(folder / "mine"), str(folder / "articles.jsonl"), config=DEFAULTS)
        yield folder / "mine", index
    index.close()


@pytest.mark.slow
def test_build_index_reports_every_record(public: tuple[Path, qa.Index], sample_lines: list[str]) -> None:
    report = public[1].report
    ids = {json.loads(line)["id"] for line in sample_lines}
    assert (report.read, report.added, report.updated) == (len(sample_lines), len(ids), len(sample_lines) - len(ids))
    check_whole(public[1])
    progress = public[1].embed_progress()
    assert progress.done == progress.total == public[1].stats().embedded > 0


@pytest.mark.slow
def test_retrieve_as_the_issue_writes_it(public: tuple[Path, qa.Index], sample_lines: list[str]) -> None:
    index = public[1]
    hits = index.retrieve("What happened at the Millrace fire?", k=5, as_of=datetime.date(2025, 12, 1))
    assert len(hits) == 5
    hit = hits[0]
    record = [json.loads(line) for line in sample_lines if "millrace-fire" in line][-1]
    assert hit.article.id == record["id"]
    assert (hit.article.title, hit.article.text) == (record["title"], record["text"])
    assert (hit.article.source, hit.article.url) == (record["source"], record["url"])
    assert hit.article.published == datetime.datetime.fromisoformat(record["published"])
    for found in hits:
        assert found.article.text[found.start : found.end] == found.text
        assert found.lexical_rank is None or found.lexical_rank >= 1
        assert found.dense_rank is not None
        assert found.also_in == ()
    assert min(found.dense_rank for found in hits) == 1
    assert [found.score for found in hits] == sorted((found.score for found in hits), reverse=True)


@pytest.mark.slow
def test_filters_as_the_issue_writes_them(public: tuple[Path, qa.Index]) -> None:
    filters = qa.Filters(
        published_from=datetime.date(2025, 11, 1), published_to=datetime.date(2026, 3, 30), sources=("DUNMERE GAZETTE",)
    )
    everything = public[1].retrieve("What happened?", k=100)
    hits = public[1].retrieve("What happened?", k=100, filters=filters)
    wanted = {
        hit.article.id for hit in everything
        if filters.published_from <= hit.article.day <= filters.published_to
        and hit.article.source.casefold() == "dunmere gazette"
    }  # fmt: skip
    assert {hit.article.id for hit in hits} == wanted
    assert wanted != {hit.article.id for hit in everything}


@pytest.mark.slow
def test_ask_as_the_issue_writes_it(public: tuple[Path, qa.Index]) -> None:
    # Without a threshold, so that it quotes whatever the answering part thinks of the evidence.
    with mock.patch.object(qa.index, "Encoder", lambda config: real_encoder()):
        index = qa.open_index(public[0], config=DEFAULTS.replace(answer_threshold=0.0))
    with index:
        answer = index.ask("Where was the fire?", k=5, filters=qa.Filters(), as_of=datetime.date(2025, 12, 1))
    assert isinstance(answer.text, str)
    assert len(answer.hits) == 5
    assert (answer.query.text, answer.query.k) == ("Where was the fire?", 5)
    assert answer.query.as_of == datetime.date(2025, 12, 1)
    assert answer.timings["total"] >= answer.timings["lexical"] > 0
    assert all(isinstance(value, float) for value in answer.timings.values())
    assert (answer.abstained, answer.reason) == (False, "")
    for number, sentence in enumerate(answer.sentences, start=1):
        citation = sentence.citation
        assert citation.article.text[citation.start : citation.end] == sentence.text
        assert citation.article in [hit.article for hit in answer.hits]
        assert citation.number == number
    assert answer.sentences[0].citation.article.id == PICKED[0]


@pytest.mark.slow
def test_an_unanswerable_question_is_refused_with_a_reason(public: tuple[Path, qa.Index]) -> None:
    answer = public[1].ask("What is the price of wheat in Chicago?")
    assert (answer.abstained, answer.sentences) == (True, ())
    assert answer.reason


@pytest.mark.slow
def test_the_vectors_find_what_shares_no_word_with_the_question(public: tuple[Path, qa.Index]) -> None:
    hits = public[1].retrieve("burning warehouse", k=3)
    assert hits[0].article.id == PICKED[0]
    assert (hits[0].lexical_rank, hits[0].lexical_score, hits[0].dense_rank) == (None, None, 1)
    assert hits[0].cosine == max(hit.cosine for hit in hits if hit.cosine is not None)


@pytest.mark.slow
def test_withdrawn_articles_are_known_and_never_found(public: tuple[Path, qa.Index]) -> None:
    article = public[1].article("dg-2026-06-17-maternity")
    assert article is not None
    assert article.withdrawn
    assert all(hit.article.id != article.id for hit in public[1].retrieve(article.title, k=100))
    assert public[1].stats().withdrawn == 1


@pytest.mark.slow
def test_one_call_for_scripts(public: tuple[Path, qa.Index]) -> None:
    with mock.patch.object(qa.index, "Encoder", lambda config: real_encoder()):
        hits = qa.retrieve("Who met whom?", k=3, index=public[0])
        assert [hit.as_dict() for hit in hits] == [
            hit.as_dict() for hit in public[1].retrieve("Who met whom?", k=3)
        ]  # fmt: skip


def test_importing_qa_imports_nothing_heavy() -> None:
    heavy = "{'torch', 'faiss', 'tantivy', 'gradio', 'numpy', 'sentence_transformers', 'sqlite3'}"
    child = start_child(f"import sys, qa; print({heavy} & set(sys.modules)); qa.Index; print('tantivy' in sys.modules)")
    output, error = child.communicate(timeout=60)
    assert (output.split("\n")[:2], error) == (["set()", "True"], "")


def test_names_of_the_package() -> None:
    assert qa.Index is qa.index.Index
    for name in qa.__all__:
        assert getattr(qa, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = qa.nothing


# Building


def jsonl(path: Path, articles: list[qa.Article]) -> Path:
    path.write_text("".join(json.dumps(article.as_dict()) + "\n" for article in articles), "utf-8")
    return path


@pytest.mark.parametrize("kind", ["path", "str", "list", "folder", "articles", "generator", "mixed"])
def test_what_articles_may_be(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    first, second = jsonl(folder / "one.jsonl", ARTICLES[:5]), jsonl(folder / "two.jsonl", ARTICLES[5:])
    given: Any = {
        "path": first, "str": str(first), "list": [first, str(second)], "folder": folder, "articles": ARTICLES,
        "generator": (article for article in ARTICLES), "mixed": [first, *ARTICLES[5:]],
    }[kind]  # fmt: skip
    wanted = ARTICLES[:5] if kind in ("path", "str") else ARTICLES
    with no_model(), qa.build_index(tmp_path / "index", given, embed=False, config=CONFIG) as index:
        assert index.report.added == index.report.read == len(wanted)
        assert contents(index) == {
            a.id: {p.text for p in split_passages(a.text, words=CONFIG.passage_words)} for a in wanted
        }
        assert index.embed_progress().done == 0
        check_whole_without_vectors(index)


def check_whole_without_vectors(index: qa.Index) -> None:
    assert index._store.integrity() == "ok"
    assert index._derived.lexical().numbers() == index._store.passage_numbers().tolist()


def test_building_again_adds_to_what_is_there(tmp_path: Path) -> None:
    qa.build_index(tmp_path, ARTICLES[:3], embed=False, config=CONFIG).close()
    with qa.build_index(tmp_path, ARTICLES[2:5], embed=False, config=CONFIG) as index:
        assert (index.report.added, index.report.unchanged) == (2, 1)
        assert index.stats().articles == 5


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("precious", "utf-8")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(qa.ArchiveError, match=r"folder cannot be made: .*file.*Name another folder"):
            qa.build_index(path, ARTICLES, embed=False, config=CONFIG)
        with pytest.raises(qa.IndexNotFoundError, match="no index here"):
            qa.open_index(path, config=CONFIG)
    assert (tmp_path / "file").read_text("utf-8") == "precious"


def test_a_missing_index_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(qa.IndexNotFoundError, match=rf"\({tmp_path / 'none'}\)\. .*qa index ARTICLES --index"):
        qa.open_index(tmp_path / "none", config=CONFIG)
    assert not (tmp_path / "none").exists()


def test_a_missing_file_is_an_error_and_leaves_the_lock_free(tmp_path: Path) -> None:
    with pytest.raises(qa.ArticleFileError, match=r"no such file or folder .*none\.jsonl"):
        qa.build_index(tmp_path / "index", tmp_path / "none.jsonl", config=CONFIG)
    with qa.build_index(tmp_path / "index", ARTICLES[:1], embed=False, config=CONFIG) as index:
        assert index.report.added == 1


def test_settings_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    qa.build_index(tmp_path, ARTICLES[:1], embed=False, config=CONFIG).close()
    for change in ({"encoder": "other/model"}, {"passage_words": 30}, {"passage_prompt": "passage: "}):
        for opening in (qa.open_index, lambda path, config: qa.build_index(path, [], config=config)):
            with pytest.raises(qa.IndexMismatchError, match=r"was made with (encoder|passage_words) .*Set QA_"):
                opening(tmp_path, config=CONFIG.replace(**change))
    # What concerns only asking may change at any time.
    qa.open_index(tmp_path, config=CONFIG.replace(hits=3, dense_weight=0.0, query_prompt="query: ")).close()


def test_an_index_whose_making_was_cut_short_still_learns_its_settings(tmp_path: Path) -> None:
    qa.index.Store(tmp_path).close()
    with qa.open_index(tmp_path, config=CONFIG) as index:
        index.add(ARTICLES[:1])
    with pytest.raises(qa.IndexMismatchError):
        qa.open_index(tmp_path, config=CONFIG.replace(passage_words=30))


def test_a_file_that_breaks_off_is_an_error_after_what_came_before_it(tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(json.dumps(a.as_dict()).encode() + b"\n" for a in ARTICLES))
    (tmp_path / "news.jsonl.gz").write_bytes(whole[:-12])
    with hashed_index(tmp_path / "index") as index:
        with pytest.raises(qa.ArticleFileError):
            index.add(tmp_path / "news.jsonl.gz")
        assert 0 < index.report.added == index.stats().articles
        check_whole(index)


# Questions


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ("", "question is empty"),
        (" \n\t", "question is empty"),
        ("?!... —", "no word or number"),
        ("🎉", "no word or number"),
        ("x" * 2_000, "no word or number"),  # longer than any term that is kept
        ("x" * 2_001, r"2,001 characters long; at most 2,000"),
    ],
)
def test_questions_that_cannot_be_asked(full: qa.Index, question: str, message: str) -> None:
    for call in (full.retrieve, full.ask):
        with pytest.raises(qa.QuestionError, match=message):
            call(question)


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one(full: qa.Index, k: int) -> None:
    with pytest.raises(qa.QuestionError, match=f"k must be at least 1, not {k}"):
        full.retrieve("harbour", k=k)


@pytest.mark.parametrize(
    "question",
    [
        "harbour " * 249, 'the "harbour" OR (ferry', "the of and is", "日本の首相は誰ですか", "مرحبا",
        "title:harbour^9", "\ud800 harbour", "harbour\x00ferry", "1 2 3",
    ],
)  # fmt: skip
def test_odd_questions_are_answered(full: qa.Index, question: str) -> None:
    hits = full.retrieve(question, k=3)
    assert len(hits) == 3
    assert all(hit.article.text[hit.start : hit.end] == hit.text for hit in hits)
    assert isinstance(full.ask(question).abstained, bool)


@pytest.mark.parametrize("k", [100, 10**6, 10**15])
def test_k_beyond_the_archive_gives_all_of_it(full: qa.Index, k: int) -> None:
    hits = full.retrieve("harbour council", k=k)
    # Neighbours stand in one hit: every passage of every article in one hit of it, and in no second one.
    shown = {
        name: [text for text in texts for hit in hits if hit.article.id == name and text in hit.text]
        for name, texts in contents(full).items()
    }  # fmt: skip
    assert set(shown) == {article.id for article in ARTICLES}
    assert {name: sorted(texts) for name, texts in contents(full).items()} == {
        name: sorted(texts) for name, texts in shown.items()
    }  # fmt: skip
    assert len(hits) < sum(map(len, shown.values()))
    assert all(hit.article.text[hit.start : hit.end] == hit.text for hit in hits)


def test_an_empty_index_finds_nothing_and_answers_nothing(index: qa.Index) -> None:
    assert index.retrieve("Who met whom?") == []
    assert index.retrieve("Who met whom?", dense=False) == []
    answer = index.ask("Who met whom?")
    assert (answer.abstained, answer.sentences, answer.hits) == (True, (), ())
    assert answer.reason == "It holds no articles yet."
    assert index.embed() == 0
    stats = index.stats()
    assert (stats.articles, stats.passages, stats.embedded, stats.first_day) == (0, 0, 0, None)
    index.rebuild()
    check_whole(index)


def test_as_of_is_today_unless_given(full: qa.Index) -> None:
    before = datetime.datetime.now().astimezone().date()
    assert before <= full.ask("harbour").query.as_of <= datetime.datetime.now().astimezone().date()
    assert full.ask("harbour", as_of=datetime.date(2020, 2, 2)).query.as_of == datetime.date(2020, 2, 2)


def test_k_is_by_default_that_of_the_configuration(tmp_path: Path) -> None:
    with hashed_index(tmp_path, CONFIG.replace(hits=2)) as index:
        index.add(ARTICLES)
        assert len(index.retrieve("harbour council ferry budget")) == 2


def test_exact_duplicates_are_one_hit_that_names_the_others_earliest_first(index: qa.Index) -> None:
    text = "The harbour council voted for the quarry tunnel."
    days = {"b": datetime.date(2025, 5, 2), "a": datetime.date(2025, 5, 1), "d": None, "c": datetime.date(2025, 5, 3)}
    copies = {
        name: make_article(name, text=text, title=f"Title of {name}", published=day, source=f"Outlet {name}")
        for name, day in days.items()
    }
    index.add([*copies.values(), *ARTICLES])
    for embedded in (False, True):
        if embedded:
            index.embed()
        hits = index.retrieve("harbour council quarry tunnel", k=20)
        same = [hit for hit in hits if hit.text == text]
        assert len(same) == 1
        others = [name for name in ("a", "b", "c", "d") if name != same[0].article.id]
        assert list(same[0].also_in) == [copies[name] for name in others]
        assert hits[0] is same[0]


def test_lexical_only_needs_no_model_and_no_vectors(tmp_path: Path) -> None:
    with no_model(), qa.build_index(tmp_path, ARTICLES, embed=False, config=CONFIG) as index:
        hits = index.retrieve(f"harbour {marker('a3')}", k=3, dense=False)
        assert hits[0].article.id == "a3"
        assert len(hits) == 3
        assert all(
            hit.lexical_rank and hit.dense_rank is None and hit.cosine is None and hit.lexical_score for hit in hits
        )


# Usable at once


def test_what_has_no_vector_is_encoded_on_the_spot_and_kept(index: qa.Index) -> None:
    index.add(ARTICLES)
    encoder = index._encoder
    assert isinstance(encoder, HashingEncoder)
    question = f"harbour {marker('a3')} council"
    first = index.retrieve(question, k=4)
    assert 0 < len(encoder.encoded) <= CONFIG.encode_on_the_spot
    assert first[0].article.id == "a3"
    for hit in first:
        assert hit.lexical_rank is not None
        # A hit of several passages has the figures of the one that was found first.
        passages = [p for p in split_passages(hit.article.text, words=CONFIG.passage_words) if p.text in hit.text]
        cosines = [
            float(hashed_vector(encoded_text(hit.article.title, p.text)) @ hashed_vector(question)) for p in passages
        ]
        assert min(abs(cosine - (hit.cosine or 0.0)) for cosine in cosines) < 1e-6
    # The vectors are in SQLite: the next question finds them, and encodes others only.
    kept = set(encoder.encoded)
    assert index.embed_progress().done >= len(kept)
    stored = index._store.passages(index._store.passage_numbers().tolist())
    numbers, matrix = index._store.vectors(encoder.fingerprint, list(stored))
    texts = {n: encoded_text(stored[n].article.title, stored[n].text) for n in numbers.tolist()}
    assert set(texts.values()) == kept
    for number, vector in zip(numbers.tolist(), matrix, strict=True):
        np.testing.assert_array_equal(vector, hashed_vector(texts[number]))
    encoder.encoded.clear()
    again = index.retrieve(question, k=4)
    assert not kept & set(encoder.encoded)
    assert again[0].dense_rank == 1
    assert again[0].cosine == pytest.approx(first[0].cosine)
    check_whole(index)


def test_a_question_never_waits_for_a_writer_to_keep_its_vectors(index: qa.Index) -> None:
    index.add(ARTICLES)
    writing = qa.index.FolderLock(index.path, "writer", "writing")
    with writing.held(0):
        assert index.retrieve("harbour council")[0].cosine is not None
        assert index.embed_progress().done == 0
    index.retrieve("harbour council")
    assert index.embed_progress().done > 0


# Encoding


def test_embed_goes_leads_first_and_newest_first_in_windows(index: qa.Index) -> None:
    index.add(ARTICLES)
    windows: list[list[str]] = []
    keep = index._keep_window

    def kept(passages: Any, vectors: Any) -> None:
        windows.append([(p.start > 0, -p.article.day.toordinal()) for p in passages])  # type: ignore[misc]
        keep(passages, vectors)

    with mock.patch.object(index, "_keep_window", kept):
        total = index.embed()
    assert total == sum(map(len, windows)) == index.embed_progress().total
    assert [len(window) for window in windows[:-1]] == [CONFIG.encode_window] * (len(windows) - 1)
    # Within a window the order is free: it is sorted by length.
    for earlier, later in itertools.pairwise(windows):
        assert max(earlier) <= min(later)
    check_whole(index)


def test_embed_can_be_resumed_and_encodes_nothing_twice(index: qa.Index) -> None:
    index.add([*ARTICLES, dataclasses.replace(ARTICLES[0], id="copy", source="Elsewhere")])
    encoder = index._encoder
    assert isinstance(encoder, HashingEncoder)
    texts = {
        encoded_text(article.title, passage.text)
        for article in ARTICLES for passage in split_passages(article.text, words=CONFIG.passage_words)
    }  # fmt: skip
    assert index.embed(limit=5) == 5
    assert index.embed(limit=0) == 0
    assert index.embed(limit=CONFIG.encode_window + 3) == CONFIG.encode_window + 3
    done = CONFIG.encode_window + 8
    assert index.embed() == len(texts) - done
    assert sorted(encoder.encoded) == sorted(texts)
    assert index.embed() == 0
    assert index.embed_progress().done == index.embed_progress().total > len(texts)
    check_whole(index)


def test_progress_never_falls_and_ends_at_the_total(index: qa.Index) -> None:
    index.add(ARTICLES)
    told: list[EmbedProgress] = []
    index.embed(progress=told.append)
    total = index.embed_progress().total
    done = [progress.done for progress in told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, total)
    assert {progress.total for progress in told} == {total}
    # At the start, after each slice, and after each window.
    windows = [min(CONFIG.encode_window, total - start) for start in range(0, total, CONFIG.encode_window)]
    assert len(told) == 1 + sum(1 + -(-window // CONFIG.encode_slice) for window in windows)
    assert all(progress.rate > 0 for progress in told[1:])


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_stopping_loses_at_most_the_window_in_hand(index: qa.Index, stop: type[BaseException]) -> None:
    index.add(ARTICLES)

    def progress(told: EmbedProgress) -> None:
        # In the middle of the third window.
        if told.done > 2 * CONFIG.encode_window:
            raise stop

    with pytest.raises(stop):
        index.embed(progress=progress)
    assert index.embed_progress().done == 2 * CONFIG.encode_window
    assert index.embed() == index.embed_progress().total - 2 * CONFIG.encode_window
    check_whole(index)


def test_encoding_gives_way_to_a_question(index: qa.Index) -> None:
    """While a question is under way, no further slice is begun; once it is answered, encoding goes on."""
    index.add(ARTICLES)
    encoder = index._encoder
    assert isinstance(encoder, HashingEncoder)
    slice_begun, question_asked, question_may_end = threading.Event(), threading.Event(), threading.Event()
    encode, ask = encoder.encode_passages, encoder.encode_query
    slices_during_question: list[int] = []

    def encode_passages(texts: Any) -> Any:
        if threading.current_thread() is worker:
            if question_asked.is_set() and not question_may_end.is_set():
                slices_during_question.append(len(texts))
            slice_begun.set()
            assert question_asked.wait(30)
        return encode(texts)

    def encode_query(text: str) -> Any:
        question_asked.set()
        # The worker has time to go wrong: its slice ends, and it must not begin another.
        assert not worker_done.wait(0.3)
        question_may_end.set()
        return ask(text)

    worker_done = threading.Event()

    def work() -> None:
        index.embed()
        worker_done.set()

    worker = threading.Thread(target=work)
    with mock.patch.multiple(encoder, encode_passages=encode_passages, encode_query=encode_query):
        worker.start()
        assert slice_begun.wait(30)
        assert index.retrieve("harbour council")
        worker.join(30)
    assert worker_done.is_set()
    assert slices_during_question == []
    assert index.embed_progress().done == index.embed_progress().total


def test_articles_removed_while_they_are_encoded(index: qa.Index) -> None:
    index.add(ARTICLES)

    def progress(told: EmbedProgress) -> None:
        if told.done:
            index.remove([article.id for article in ARTICLES if index.article(article.id)][:4])

    index.embed(progress=progress)
    assert index.embed_progress() == EmbedProgress(index.embed_progress().total, index.embed_progress().total)
    check_whole(index)


# Removing, rebuilding, closing


def test_remove(full: qa.Index) -> None:
    assert full.remove(["a3", "never", "a5", "a3"]) == ["a3", "a5"]
    assert full.article("a3") is None
    assert set(contents(full)) == {article.id for article in ARTICLES} - {"a3", "a5"}
    assert all(hit.article.id != "a3" for hit in full.retrieve(marker("a3"), k=100))
    check_whole(full)
    assert full.remove([]) == []
    assert full.remove(name for name in ("a4", "a6")) == ["a4", "a6"]
    assert full.remove("a7") == ["a7"]
    assert full.stats().articles == 7
    with hashed_index(full.path) as again:
        check_whole(again)


def test_an_update_replaces_what_is_found(full: qa.Index) -> None:
    new = make_article("a3", 99, text="The glacier embassy moved to the orchard.", updated=datetime.date(2026, 1, 1))
    full.add([new])
    assert full.retrieve(marker("a3"), k=50, dense=False) == []
    assert full.retrieve("glacier embassy orchard")[0].article == new
    check_whole(full)


def test_rebuild_encodes_nothing_and_changes_no_result(full: qa.Index) -> None:
    encoder = full._encoder
    assert isinstance(encoder, HashingEncoder)
    before = [hit.as_dict() for hit in full.retrieve("harbour council ferry", k=50)]
    encoder.encoded.clear()
    full.rebuild()
    check_whole(full)
    after = [hit.as_dict() for hit in full.retrieve("harbour council ferry", k=50)]
    assert encoder.encoded == []
    assert after == before
    with hashed_index(full.path) as again:
        check_whole(again)


def test_a_closed_index_says_so_and_touches_nothing(full: qa.Index) -> None:
    full.close()
    full.close()
    before = {file: file.read_bytes() for file in full.path.rglob("*") if file.is_file()}
    calls: list[Any] = [
        lambda: full.retrieve("harbour"), lambda: full.retrieve("harbour", dense=False), lambda: full.ask("harbour"),
        lambda: full.add(ARTICLES), lambda: full.add([]), full.embed, lambda: full.remove(["a1"]),
        lambda: full.remove([]), full.rebuild, full.stats, full.embed_progress, lambda: full.article("a1"),
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(qa.IndexClosedError, match=r"was closed .*qa\.open_index"):
            call()
    after = {file: file.read_bytes() for file in full.path.rglob("*") if file.is_file()}
    pid_files = {full.path / "writer.pid", full.path / "encoding.pid"}
    assert {f: d for f, d in after.items() if f not in pid_files} == {
        f: d for f, d in before.items() if f not in pid_files
    }


def test_the_context_manager_closes(tmp_path: Path) -> None:
    with hashed_index(tmp_path) as index:
        index.add(ARTICLES[:1])
    with pytest.raises(qa.IndexClosedError):
        index.stats()


def test_stats(full: qa.Index) -> None:
    stats = full.stats()
    passages = sum(len(split_passages(a.text, words=CONFIG.passage_words)) for a in ARTICLES)
    assert (stats.articles, stats.versions, stats.withdrawn) == (12, 12, 0)
    assert (stats.passages, stats.embedded) == (passages, passages)
    assert stats.sources == {
        name: sum(a.source == name for a in ARTICLES) for name in {article.source for article in ARTICLES}
    }
    days = [article.day for article in ARTICLES if article.day]
    assert (stats.first_day, stats.last_day) == (min(days), max(days))
    assert (stats.encoder, stats.dimension) == ("hashing|", 64)
    assert stats.bytes_on_disk == sum(f.stat().st_size for f in full.path.rglob("*") if f.is_file()) > 10_000


def test_searchable_while_records_still_stream_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.ingest._BATCH", 2)
    monkeypatch.setattr(qa.index, "_SECONDS_UNTIL_SEARCHABLE", 0.0)
    seen: list[int] = []
    with hashed_index(tmp_path) as writer, hashed_index(tmp_path, create=False) as reader:
        articles = iter(ARTICLES)

        def streaming() -> Iterator[qa.Article]:
            for article in articles:
                seen.append(
                    len({hit.article.id for hit in reader.retrieve("a " + " ".join(MARKERS), k=99, dense=False)})
                )
                yield article

        writer.add(streaming())
    assert seen == [0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10]


MARKERS = [marker(article.id) for article in ARTICLES]


# Warnings


def test_more_vectors_than_the_flat_limit_are_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with hashed_index(tmp_path, CONFIG.replace(flat_limit=20)) as index:
        index.add(ARTICLES)
        index.embed()
        index.retrieve("harbour")
    assert [record.getMessage() for record in caplog.records] == [
        "The index holds more than 20 vectors; each question compares all of them and takes longer"
    ]
