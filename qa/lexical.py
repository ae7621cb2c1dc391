"""BM25 over the passages, by Tantivy (BM25 with k1 = 1.2 and b = 0.75; Robertson and Zaragoza 2009).

The Tantivy index is derived from the archive. One document in it carries the `seq` of the change log that it
has reached; it is replaced in the same commit as the changes themselves.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import struct
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import tantivy

from qa.durable import replace_file, sha256

FOLDER_NAME = "lexical"
_META = "meta.json"
_SEAL = "seal.json"
_COMPONENTS = ("idx", "pos", "term", "store", "fast", "fieldnorm")
_HEAP_BYTES = 64_000_000
# The watermark's document; SQLite numbers passages from 1.
_WATERMARK_PASSAGE = 0
_LONGEST_TERM = 60
# Scripts written without spaces are indexed by the character.
_UNSPACED = re.compile(r"([\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")

# Where Python and Tantivy agree on what a word is: Latin letters and punctuation. There a word is analysed once and
# remembered, which is several times faster than analysing each text.
_PLAIN = re.compile("[\x00-\u017f\u2000-\u206f\u20a0-\u20bf]*")
# The characters one by one: for a class like [^\W_] Python looks up each character's category.
_WORD = re.compile(f"[{''.join(chr(code) for code in range(0x180) if chr(code).isalnum())}]+")

LexicalRow = tuple[int, str, str, int, int | None]


def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_LONGEST_TERM))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


_ANALYZER = _analyzer()


def terms_of(text: str) -> list[str]:
    """The terms of a text as BM25 sees them: lower case, without accents, English stems; in order, with repeats."""
    if not _PLAIN.fullmatch(text):
        # Half a surrogate pair, which a question may hold, is no text that Tantivy can take.
        return list(_ANALYZER.analyze(_spaced(text.encode("utf-8", "replace").decode("utf-8"))))
    if len(_TERMS_OF_WORDS) > _WORDS_REMEMBERED:
        _TERMS_OF_WORDS.clear()
    return [term for word in _WORD.findall(text) for term in _TERMS_OF_WORDS[word]]


class _TermsOfWords(dict[str, tuple[str, ...]]):
    def __missing__(self, word: str) -> tuple[str, ...]:
        terms = self[word] = tuple(_ANALYZER.analyze(word))
        return terms


_WORDS_REMEMBERED = 100_000
_TERMS_OF_WORDS = _TermsOfWords()


def _spaced(text: str) -> str:
    return text if text.isascii() else _UNSPACED.sub(r" \1 ", text)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # Signed on purpose: tantivy-py deletes by a signed term and misses unsigned ones without a word.
    builder.add_integer_field("passage", indexed=True, fast=True)
    builder.add_integer_field("watermark", indexed=True, fast=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    builder.add_integer_field("source", indexed=True)
    builder.add_text_field("text", tokenizer_name="news", index_option="freq")
    return builder.build()


@contextlib.contextmanager
def _panics_named() -> Iterator[None]:
    """Turn a panic of Tantivy's into a ValueError, as its other errors are: panics pass by `except Exception`."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise ValueError(f"Tantivy gave up: {error}") from error
        raise


class LexicalIndex:
    """A Tantivy index in a folder. With `create`, it is made empty if it is not there; else OSError.

    Raises:
        OSError, ValueError: from the constructor and `refresh`, where the files cannot be read or make no sense.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.folder = folder
        if create:
            folder.mkdir(parents=True, exist_ok=True)
        elif not (folder / _META).is_file():
            raise FileNotFoundError(folder / _META)
        self._schema = _schema()
        self._refreshing = threading.Lock()
        with _panics_named():
            self._index = tantivy.Index(self._schema, str(folder))
            self._index.register_tokenizer("news", _ANALYZER)
            self._index.config_reader("manual")
        self.refresh()

    def refresh(self) -> None:
        """See what was committed since, here or by another process."""
        # By one thread at a time: an older state must not take the place of a newer one.
        with self._refreshing, _panics_named():
            self._index.reload()
            searcher = self._index.searcher()
            query = tantivy.Query.term_query(self._schema, "passage", _WATERMARK_PASSAGE)
            addresses = [address for _, address in searcher.search(query, 1, count=False).hits]
            values = searcher.fast_field_values("watermark", addresses)
            self.watermark = int(values[0] or 0) if values else 0
            # The watermark's own document is no passage.
            self.count = int(searcher.num_docs) - len(addresses)
            self._searcher = searcher

    def numbers(self) -> list[int]:
        """All passages in it, ascending."""
        found = self._searcher.search(tantivy.Query.all_query(), max(1, self._searcher.num_docs), count=False).hits
        values = self._searcher.fast_field_values("passage", [address for _, address in found])
        return sorted(int(value) for value in values if value)

    def apply(self, deleted: Iterable[int], rows: Iterable[LexicalRow], watermark: int, *, anew: bool = False) -> None:
        """Delete passages, add passages (replacing what has their number), and move the watermark, in one commit.

        With `anew`, all that was there before goes in the same commit.
        """
        (self.folder / _SEAL).unlink(missing_ok=True)
        with _panics_named():
            self._commit(deleted, rows, watermark, anew)
        self._seal()
        self.refresh()

    def _commit(self, deleted: Iterable[int], rows: Iterable[LexicalRow], watermark: int, anew: bool) -> None:
        writer = self._index.writer(_HEAP_BYTES, 1)
        try:
            if anew:
                writer.delete_all_documents()
            for number in (*deleted, _WATERMARK_PASSAGE):
                writer.delete_documents_by_term("passage", number)
            for row in rows:
                if not anew:
                    writer.delete_documents_by_term("passage", row[0])
                writer.add_document(_document(*row))
            mark = tantivy.Document()
            mark.add_integer("passage", _WATERMARK_PASSAGE)
            mark.add_integer("watermark", watermark)
            writer.add_document(mark)
            writer.commit()
        finally:
            writer.wait_merging_threads()

    def _seal(self) -> None:
        """Note the checksum of the one file that Tantivy itself keeps without one."""
        seal = {"meta_sha256": sha256((self.folder / _META).read_bytes())}
        replace_file(self.folder / _SEAL, json.dumps(seal).encode())

    def search(
        self, terms: Sequence[str], limit: int, *, days: tuple[int | None, int | None] = (None, None),
        sources: Sequence[int] | None = None,
    ) -> list[tuple[int, float]]:  # fmt: skip
        """The passages with the highest BM25, best first: (passage, score), the score above 0.

        Args:
            terms: from `terms_of`; any one of them is enough for a match.
            limit: how many at most.
            days: first and last ordinal day, both included; undated passages match no such limit.
            sources: numbers of the admitted sources; None admits all.
        """
        if not terms or sources == []:
            return []
        query_class, occur = tantivy.Query, tantivy.Occur
        words = query_class.boolean_query(
            [
                (occur.Should, query_class.term_query(self._schema, "text", term, "freq"))
                for term in dict.fromkeys(terms)
            ]
        )
        limits = []
        if days != (None, None):
            kind = tantivy.FieldType.Integer
            limits.append(query_class.range_query(self._schema, "day", kind, days[0], days[1]))
        if sources is not None:
            limits.append(query_class.term_set_query(self._schema, "source", list(sources)))
        if limits:
            parts = [(occur.Must, words)] + [(occur.Must, query_class.const_score_query(part, 0.0)) for part in limits]
            words = query_class.boolean_query(parts)
        searcher = self._searcher
        # Tantivy makes room for as many as are asked for, and an allocation that fails ends the process.
        limit = min(limit, max(1, searcher.num_docs))
        with _panics_named():
            found = searcher.search(words, limit, count=False).hits
            numbers = searcher.fast_field_values("passage", [address for _, address in found])
        return [(int(number), float(score)) for number, (score, _) in zip(numbers, found, strict=True) if number]

    def document_frequency(self, term: str) -> int:
        """In how many passages a term stands."""
        return int(self._searcher.doc_freq("text", term))


def _document(number: int, title: str, text: str, source: int, day: int | None) -> Any:
    document = tantivy.Document()
    document.add_integer("passage", number)
    document.add_text("text", _spaced(f"{title}\n{text}"))
    document.add_integer("source", source)
    if day is not None:
        document.add_integer("day", day)
    return document


def find_damage(folder: Path) -> str:
    """What is wrong with a Tantivy index on disk; empty where nothing is. Call it with the writer lock held.

    Each of Tantivy's segment files ends in a footer with the CRC-32 of all before it; `meta.json`, which has none,
    is compared with the seal that was left when it was last written in peace.
    """
    looked_at = _META
    try:
        meta_bytes = (folder / _META).read_bytes()
        looked_at = _SEAL
        seal = folder / _SEAL
        if seal.exists() and json.loads(seal.read_bytes())["meta_sha256"] != sha256(meta_bytes):
            return f"{_META} does not match its checksum"
        looked_at = _META
        for segment in json.loads(meta_bytes)["segments"]:
            name = segment["segment_id"].replace("-", "")
            files = sorted(folder.glob(f"{name}.*"))
            missing = set(_COMPONENTS) - {file.suffix[1:] for file in files}
            if missing:
                return f"{name}.{min(missing)} is missing"
            for file in files:
                looked_at = file.name
                if not _footer_holds(file.read_bytes()):
                    return f"{file.name} does not match its checksum"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"{looked_at} makes no sense ({type(error).__name__}: {error})"
    return ""


def _footer_holds(data: bytes) -> bool:
    if len(data) < 8:
        return False
    length, magic = struct.unpack("<II", data[-8:])
    if magic != 1337 or length > len(data) - 8:
        return False
    body, footer = memoryview(data)[: -8 - length], data[-8 - length : -8]
    return bool(json.loads(footer)["crc"] == zlib.crc32(body))


def discard(folder: Path) -> None:
    """Remove a damaged index; readers that have it open keep their files."""
    if folder.exists():
        aside = folder.with_name(folder.name + ".damaged")
        shutil.rmtree(aside, ignore_errors=True)
        folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
