"""Damaged files: derived ones are found by checksum or absence and made anew; a damaged archive is left as it is."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import faiss
import pytest
from support import CONFIG, HashingEncoder, check_whole, hashed_index, make_article, marker, start_child

import qa
from qa.database import FILE_NAME

ARTICLES = [make_article(f"a{number}") for number in range(15)]
QUESTIONS = ("harbour council ferry", "glacier embassy", marker("a3"))


def results(index: qa.Index) -> list[Any]:
    return [hit.as_dict() for question in QUESTIONS for hit in index.retrieve(question, k=30)]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    """A whole index, closed, made in one commit so that remaking it gives the same scores; and what it answers."""
    folder = tmp_path_factory.mktemp("damage") / "index"
    with hashed_index(folder) as index:
        index.add(ARTICLES)
        index.embed()
        index.retrieve("harbour")
        before = results(index)
    return folder, before


@pytest.fixture
def copy(template: tuple[Path, list[Any]], tmp_path: Path) -> Path:
    return Path(shutil.copytree(template[0], tmp_path / "index"))


def names(folder: Path) -> list[str]:
    """The files of a derived index; of those whose names change from run to run, only the endings."""
    fixed = {"meta.json", "seal.json", ".managed.json", "CURRENT.json", *LOCKS}
    return sorted({file.name if file.name in fixed else file.suffix for file in folder.iterdir()})


LEXICAL = [".fast", ".fieldnorm", ".idx", ".pos", ".store", ".term", "meta.json", "seal.json", ".managed.json"]
VECTORS = [".faiss", "CURRENT.json"]
LOCKS = [".tantivy-meta.lock", ".tantivy-writer.lock"]


def the_file(folder: Path, name: str) -> Path:
    if name.endswith(".json"):
        return folder / name
    found = list(folder.glob(f"*{name}"))
    assert len(found) == 1
    return found[0]


def flip(position: float) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        data = bytearray(file.read_bytes())
        data[min(int(position * len(data)), len(data) - 1)] ^= 0x10
        file.write_bytes(data)

    return damage


def truncate(share: float) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        data = file.read_bytes()
        file.write_bytes(data[: int(share * len(data))])

    return damage


DAMAGES: dict[str, Callable[[Path], None]] = {
    "deleted": Path.unlink,
    "emptied": truncate(0),
    "halved": truncate(0.5),
    "one byte short": lambda file: file.write_bytes(file.read_bytes()[:-1]),
    "flipped at the start": flip(0),
    "flipped inside": flip(0.4),
    "flipped at the end": flip(1),
    "garbage": lambda file: file.write_bytes(b"\xde\xad\xbe\xef" * 64),
}


def test_the_list_of_files_is_complete(template: tuple[Path, list[Any]]) -> None:
    assert set(names(template[0] / "lexical")) - set(LOCKS) == set(LEXICAL)
    assert set(names(template[0] / "vectors")) == set(VECTORS)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", [*LEXICAL, *VECTORS])
def test_damage_is_found_said_and_mended(
    template: tuple[Path, list[Any]], copy: Path, caplog: pytest.LogCaptureFixture, name: str, damage: str
) -> None:
    kind = "vectors" if name in VECTORS else "lexical"
    file = the_file(copy / kind, name)
    DAMAGES[damage](file)
    caplog.set_level(logging.WARNING, logger="qa")
    encoder = HashingEncoder()
    with hashed_index(copy, create=False, encoder=encoder) as index:
        assert results(index) == template[1]
        check_whole(index)
    assert encoder.encoded == []
    messages = [record.getMessage() for record in caplog.records if record.name.startswith("qa")]
    # Without the seal nothing speaks against meta.json, as after a kill; the list of Tantivy's files is only for
    # its own cleaning up, and has no checksum.
    if (name, damage) == ("seal.json", "deleted") or (name == ".managed.json" and not messages):
        assert messages == []
    else:
        assert len(messages) == 1
        which = "FAISS" if kind == "vectors" else "Tantivy"
        assert messages[0].startswith(f"{which} index made anew ({copy / kind}): ")
        reason = messages[0].partition("): ")[2]
        assert reason
        # A footer of Tantivy's may hold its checksum and still be altered; then Tantivy itself refuses the file.
        if name not in (".managed.json", "seal.json") and not reason.startswith("ValueError"):
            assert file.name in reason
        if name in (".faiss", "meta.json") and damage != "deleted":
            assert reason == f"{file.name} does not match its checksum"
    # What was mended stays so.
    caplog.clear()
    with hashed_index(copy, create=False) as index:
        assert results(index) == template[1]
    assert caplog.records == []


@pytest.mark.parametrize("folder", ["lexical", "vectors", "both"])
def test_missing_folders_are_made_anew(
    template: tuple[Path, list[Any]], copy: Path, caplog: pytest.LogCaptureFixture, folder: str
) -> None:
    for name in ("lexical", "vectors"):
        if folder in (name, "both"):
            shutil.rmtree(copy / name)
    encoder = HashingEncoder()
    with hashed_index(copy, create=False, encoder=encoder) as index:
        assert results(index) == template[1]
        check_whole(index)
    assert encoder.encoded == []
    # Vectors that were never written to a file are nothing to warn of; they are replayed.
    assert len(caplog.records) == (folder != "vectors")


def test_indexes_of_another_archive_are_not_taken(tmp_path: Path, copy: Path, template: tuple[Path, list[Any]]) -> None:
    """Whole files with right checksums, but ahead of this archive's change log."""
    with hashed_index(tmp_path / "small") as small:
        small.add(ARTICLES[:2])
        small.embed()
        before = results(small)
    for name in ("lexical", "vectors"):
        shutil.rmtree(tmp_path / "small" / name)
        shutil.copytree(copy / name, tmp_path / "small" / name)
    with hashed_index(tmp_path / "small", create=False) as small:
        assert results(small) == before
        check_whole(small)


def test_nothing_is_read_from_an_altered_faiss_file(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flip(0.5)(the_file(copy / "vectors", ".faiss"))
    with monkeypatch.context() as patched, hashed_index(copy, create=False) as index:
        patched.setattr(faiss, "deserialize_index", lambda _: pytest.fail("FAISS was given altered bytes"))
        index.retrieve("harbour")


def test_damage_while_an_index_is_open_does_not_reach_the_next_one(
    copy: Path, template: tuple[Path, list[Any]]
) -> None:
    with hashed_index(copy, create=False) as index:
        # As a copying tool does it: a new file in the old one's place.
        file = the_file(copy / "lexical", ".idx")
        data = file.read_bytes()
        file.unlink()
        file.write_bytes(data[:10])
        assert results(index) == template[1]
    with hashed_index(copy, create=False) as index:
        assert results(index) == template[1]


def test_leftovers_of_a_killed_writer_are_cleared_away(copy: Path, template: tuple[Path, list[Any]]) -> None:
    (copy / "vectors" / "000000000099-abc.faiss").write_bytes(b"never finished")
    (copy / "vectors" / "CURRENT.json.new").write_bytes(b"{")
    with hashed_index(copy, create=False) as index:
        assert results(index) == template[1]
        index.rebuild()
    assert sorted(names(copy / "vectors")) == VECTORS


# The archive itself


@pytest.fixture
def bytes_before(copy: Path) -> Iterator[Callable[[bytes], None]]:
    """Put bytes in place of the archive, and make sure at the end that they are still there, and alone."""
    file = copy / FILE_NAME
    kept: list[bytes] = []

    def put(data: bytes) -> None:
        file.write_bytes(data)
        kept.append(data)

    yield put
    assert file.read_bytes() == kept[-1]
    assert sorted(path.name for path in copy.glob(f"{FILE_NAME}*")) == [FILE_NAME]


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize(
    "damage", ["header", "no header", "empty", "short", "99 bytes", "half", "one page less", "text"]
)
def test_a_damaged_archive_is_refused_and_left_as_it_is(
    copy: Path, bytes_before: Callable[[bytes], None], damage: str, create: bool
) -> None:
    data = (copy / FILE_NAME).read_bytes()
    damaged = {
        "header": b"sqlite format 3\x00" + data[16:],
        "no header": b"\x00" * 100 + data[100:],
        "empty": b"",
        "short": data[:16],
        "99 bytes": data[:99],
        "half": data[: len(data) // 2],
        "one page less": data[:-4096],
        "text": b"This is no database, but it is long enough. " * 500,
    }[damage]
    bytes_before(damaged)
    with pytest.raises(qa.IndexDamagedError, match=rf"SQLite file is damaged: .*{FILE_NAME}\)\. Nothing was changed"):
        hashed_index(copy, create=create)


def test_a_page_of_garbage_is_damage_wherever_it_is_met(copy: Path, bytes_before: Callable[[bytes], None]) -> None:
    data = bytearray((copy / FILE_NAME).read_bytes())
    pages = len(data) // 4096
    for page in range(1, pages):
        data[4096 * page : 4096 * page + 4096] = b"\xff" * 4096
    bytes_before(bytes(data))
    with pytest.raises(qa.IndexDamagedError), hashed_index(copy, create=False) as index:
        index.retrieve("harbour")


@pytest.mark.parametrize(
    ("bit", "message"), [(0x20, "article 'a3' no longer matches its checksum"), (0x80, "a text in it is no UTF-8")]
)
def test_one_altered_letter_is_never_quoted(
    copy: Path, bytes_before: Callable[[bytes], None], bit: int, message: str
) -> None:
    data = (copy / FILE_NAME).read_bytes()
    letter = data.index(marker("a3").encode())
    altered = bytearray(data)
    altered[letter] ^= bit
    bytes_before(bytes(altered))
    with hashed_index(copy, create=False) as index:
        assert index._store.integrity() == "ok"  # SQLite does not notice
        with pytest.raises(qa.IndexDamagedError, match=message):
            index.retrieve(marker("a3"))
        with pytest.raises(qa.IndexDamagedError, match=message):
            index.ask(marker("a3"))
        with pytest.raises(qa.IndexDamagedError, match=message):
            index.article("a3")
        # Others can still be read.
        assert index.article("a4") == make_article("a4")


def test_another_programs_database_is_not_touched(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.executescript("CREATE TABLE settings (mine TEXT); INSERT INTO settings VALUES ('x');")
    connection.close()
    with pytest.raises(qa.ArchiveError):
        hashed_index(tmp_path)
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    tables = connection.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
    connection.close()
    assert tables == [("settings",)]


def test_the_command_line_says_it_in_one_paragraph(copy: Path, bytes_before: Callable[[bytes], None]) -> None:
    bytes_before(b"rubbish " * 100)
    script = (
        "import sys, qa\n"
        "try:\n"
        "    qa.open_index(sys.argv[1], config=qa.Config(passage_words=20))\n"
        "except qa.IndexDamagedError as error:\n"
        "    print(error)\n"
    )
    output, error = start_child(script, copy).communicate(timeout=60)
    assert output.startswith("The archive's SQLite file is damaged: it does not begin like a SQLite file (")
    assert error == ""


def test_config_of_these_tests_is_that_of_the_children() -> None:
    assert qa.Config(passage_words=20).passage_words == CONFIG.passage_words
