"""Records into the archive: what is new, what is a new version, what is known, what cannot be taken."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from qa.config import Config
from qa.errors import DatelineError
from qa.formats import Feed, fetch_feed, is_address, read_articles
from qa.passages import encoded_text, split_passages
from qa.records import STATUSES, WITHDRAWN, AddReport, Article, BadRecord, Moment, Origin
from qa.store import PreparedArticle, PreparedPassage, Store

# Articles written in one transaction: a crash loses at most so many, and fsync is paid once for all.
_BATCH = 256
_HASH_BYTES = 16
# NUL ends a text for some of SQLite's functions; a lone surrogate cannot be stored as UTF-8.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

Record = Article | BadRecord
Articles = str | Path | Feed | Iterable[str | Path | Feed | Article]


@dataclass(slots=True)
class Counts:
    """What has become of the records so far."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    passages: int = 0
    rejected: list[BadRecord] = field(default_factory=list)

    def report(self) -> AddReport:
        return AddReport(self.added, self.updated, self.unchanged, self.passages, tuple(self.rejected))


@dataclass(frozen=True, slots=True)
class _Known:
    """The version of an article that is current at this point of the run."""

    content_hash: str
    moment: Moment | None
    in_this_run: bool
    # What else this run brought: not all of it may be written yet.
    others: frozenset[str] = frozenset()

    @property
    def hashes(self) -> frozenset[str]:
        """The content hashes of all versions that this run brought."""
        return self.others | {self.content_hash} if self.in_this_run else self.others


def records_in(articles: Articles, config: Config) -> Iterator[Record]:
    """The records of articles, of files, folders and feeds, or of one of them, in their order."""
    items: Iterable[str | Path | Feed | Article] = [articles] if isinstance(articles, str | Path | Feed) else articles
    for item in items:
        if isinstance(item, Article):
            yield item
        else:
            if isinstance(item, str) and is_address(item):
                item = fetch_feed(item, most=config.feed_bytes, seconds=config.feed_seconds)
            yield from read_records(item, config)


def read_records(source: str | Path | Feed, config: Config) -> Iterator[Record]:
    """The records of one file, folder or feed that was fetched, within the limits that are set."""
    return read_articles(source, maximum_record_bytes=config.maximum_record_bytes, feed_bytes=config.feed_bytes)


def add_records(
    store: Store, config: Config, fingerprint: str, records: Iterable[Record], counts: Counts,
    after_batch: Callable[[int], None],
) -> None:  # fmt: skip
    """Write records to the archive and count what becomes of them; `after_batch` is told how many were read so far.

    A known id with other content becomes a new version, which is the current one unless it is older than the one
    held. Twice the same id in one run is a duplicate, unless the later record carries a later `updated`.
    """
    run: dict[str, _Known] = {}
    read = 0
    for batch in _batches(records):
        read += len(batch)
        prepared = list(_prepare_batch(store, config, batch, run, counts))
        if prepared:
            store.write(prepared, fingerprint)
        after_batch(read)


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    """Batches in order. Where a file breaks off, what was read before the break comes first, then the error."""
    batch: list[Record] = []
    try:
        for record in records:
            batch.append(record)
            if len(batch) == _BATCH:
                yield batch
                batch = []
    except DatelineError:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _prepare_batch(
    store: Store, config: Config, batch: list[Record], run: dict[str, _Known], counts: Counts
) -> Iterator[PreparedArticle]:
    checked = [_checked(record) for record in batch]
    ids = [record.id for record in checked if isinstance(record, Article) and record.id not in run]
    for article_id, (content_hash, moment) in store.current_versions(ids).items():
        run[article_id] = _Known(content_hash, moment, in_this_run=False)
    for record in checked:
        if isinstance(record, BadRecord):
            counts.rejected.append(record)
            continue
        prepared = _classify(store, config, record, run, counts)
        if prepared:
            counts.passages += len(prepared.passages)
            yield prepared


def _classify(
    store: Store, config: Config, article: Article, run: dict[str, _Known], counts: Counts
) -> PreparedArticle | None:
    known = run.get(article.id)
    content_hash = article.content_hash
    brought = known.hashes if known else frozenset[str]()
    moment = article.updated or article.published
    if known is None:
        counts.added += 1
    elif content_hash in brought:
        counts.rejected.append(_rejected(article, f"the record {article.id!r} stands here twice", "duplicate"))
        return None
    elif content_hash == known.content_hash:
        counts.unchanged += 1
        run[article.id] = dataclasses.replace(known, in_this_run=True)
        return None
    elif content_hash in store.known_versions(article.id):
        counts.unchanged += 1
        return None
    elif _earlier(moment, known.moment):
        reason = f"an older version of {article.id!r} than the one held; kept as history only"
        counts.rejected.append(_rejected(article, reason, "stale"))
        run[article.id] = dataclasses.replace(known, others=known.others | {content_hash})
        return PreparedArticle(article, content_hash, (), current=False)
    elif known.in_this_run and not _earlier(known.moment, moment):
        reason = f"the id {article.id!r} was used before in this run, with other content and no earlier date of update"
        counts.rejected.append(_rejected(article, reason, "duplicate"))
        return None
    else:
        counts.updated += 1
    run[article.id] = _Known(content_hash, moment, in_this_run=True, others=brought)
    return PreparedArticle(article, content_hash, _passages_of(article, config))


def _passages_of(article: Article, config: Config) -> tuple[PreparedPassage, ...]:
    if article.status == WITHDRAWN:
        return ()
    return tuple(
        PreparedPassage(passage, _hash(encoded_text(article.title, passage.text)), _hash(passage.text))
        for passage in split_passages(article.text, words=config.passage_words)
    )


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:_HASH_BYTES]


def _checked(record: Record) -> Record:
    """The record, or why it cannot be stored."""
    reason = _why_unusable(record) if isinstance(record, Article) else ""
    return _rejected(record, reason, "bad") if isinstance(record, Article) and reason else record


def _why_unusable(article: Article) -> str:
    if not article.id.strip():
        return "the article has no id"
    if not article.text.strip() and article.status != WITHDRAWN:
        return "the article has no text"
    for name in ("id", "title", "text", "source", "url", "section", "language"):
        if _UNSTORABLE.search(getattr(article, name)):
            return f"its {name} holds a NUL character or half a surrogate pair"
    if any(_UNSTORABLE.search(author) for author in article.authors):
        return "the name of an author holds a NUL character or half a surrogate pair"
    if article.status not in STATUSES:
        return f"its status is {article.status!r}, which is none of {', '.join(STATUSES)}"
    return ""


def _rejected(article: Article, reason: str, kind: str) -> BadRecord:
    return BadRecord(article.origin or Origin("(given by the program)"), reason, kind, article.id)


def _earlier(first: Moment | None, second: Moment | None) -> bool:
    """Whether the first is known to come before the second; a bare day is the start of that day in UTC."""
    return first is not None and second is not None and _instant(first) < _instant(second)


def _instant(moment: Moment) -> datetime.datetime:
    if isinstance(moment, datetime.datetime):
        return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return datetime.datetime.combine(moment, datetime.time(), datetime.UTC)
