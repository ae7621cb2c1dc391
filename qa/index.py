"""Index: the one facade over an archive and what is derived from it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path

from qa.answering import answer_from_hits
from qa.asked import Asked
from qa.candidates import Sources
from qa.catalogue import Catalogue
from qa.config import Config, load_config
from qa.conversations import forget_articles as forget_in_conversations
from qa.database import FILE_NAME
from qa.derived import Derived, refuse_emptied_archive
from qa.durable import make_folder
from qa.embedding import embed_pending
from qa.encoder import Encoder, Vectors
from qa.errors import IndexLockedError, IndexMismatchError, IndexNotFoundError
from qa.feedback import forget_articles
from qa.history import Version, caveats
from qa.ingest import Articles, Counts, add_records, records_in
from qa.llm import language_model, stream_written
from qa.locking import FolderLock
from qa.mentions import Names
from qa.question import Request, archive_ended, interpret, limits_of, outlets_asked, outlets_ended
from qa.records import AddReport, Answer, Article, EmbedProgress, Filters, Hit, Query, Statistics
from qa.retrieval import Retrieved, check_question, retrieve
from qa.selector import Selector, load_selector
from qa.store import Store, StoredPassage
from qa.timeline import Timeline, find_timeline
from qa.withdrawn import Withdrawals

# While records stream in, what was written becomes searchable at least this often.
_SECONDS_UNTIL_SEARCHABLE = 5.0
# Of the selector's scores. On the golden questions nine of ten answering sentences have more than -1.8, and half of all
# others in the same passages less than -2.9.
_BESIDE_THE_POINT = -3.0


class Index:
    """An archive on disk. Made by `qa.build_index` and `qa.open_index`; also a context manager.

    Any number of threads and processes may read and ask while one writes. Every method raises IndexClosedError
    after `close()`, and IndexDamagedError where the archive's SQLite file is damaged.
    """

    def __init__(self, path: str | Path, config: Config | None = None, *, create: bool = False) -> None:
        self.path = Path(path)
        self.config = config or load_config()
        self.report = AddReport()
        if create:
            make_folder(self.path)
        elif not (self.path / FILE_NAME).is_file():
            raise IndexNotFoundError(
                "There is no index here", where=str(self.path), cure=f"Make one: qa index ARTICLES --index {self.path}"
            )
        refuse_emptied_archive(self.path)
        self._writing = FolderLock(self.path, "writer", "writing to the index")
        self._encoding = FolderLock(self.path, "encoding", "computing vectors for the index")
        self._no_question = threading.Condition()
        self._questions = 0
        self._closed = False
        self._known_names = (0, Names(()))
        self._encoder = Encoder(self.config)
        self._selector: Selector | None = None
        self._loading_selector = threading.Lock()
        self._store = Store(self.path)
        self._withdrawals = Withdrawals(self._store, self.config.passage_words)
        try:
            self._settle_settings()
            self._derived = Derived(self.path, self._store, self._encoder, self.config, self._writing)
        except BaseException:
            self._store.close()
            raise

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all files. What was written is safe already; encoding in another thread ends soon."""
        self._store.close()
        with self._no_question:
            self._closed = True
            self._no_question.notify_all()

    # Writing

    def add(self, articles: Articles, *, progress: Callable[[int], None] | None = None) -> AddReport:
        """Take in articles; they are searchable when this returns.

        Args:
            articles: a file, folder or address of a feed, several of them, or Article records.
            progress: is told how many records were read so far.

        Raises:
            ArticleFileError: a file or feed cannot be read at all.
            IndexLockedError: another process is writing.
        """
        settled, counts = time.monotonic(), Counts()

        def after_batch(read: int) -> None:
            nonlocal settled
            if progress:
                progress(read)
            if time.monotonic() - settled > _SECONDS_UNTIL_SEARCHABLE:
                self._derived.catch_up_lexical()
                settled = time.monotonic()

        with self._writing.held(self.config.lock_seconds):
            try:
                records = records_in(articles, self.config)
                add_records(self._store, self.config, self._encoder.fingerprint, records, counts, after_batch)
            finally:
                # Also where a file breaks off halfway: what came before it is in the archive.
                self.report = counts.report()
                self._derived.catch_up_lexical()
        return self.report

    def embed(self, progress: Callable[[EmbedProgress], None] | None = None, limit: int | None = None) -> int:
        """Compute vectors for passages that have none, newest articles and lead passages first.

        May be stopped at any moment: at most the window in hand is lost. Gives way to questions asked of this Index.

        Args:
            progress: is told how far it is, after each window.
            limit: encode about so many passages at most.

        Returns:
            The number of passages encoded.

        Raises:
            EncoderError: the model does not load.
            IndexLockedError: another process is doing this.
        """
        with self._encoding.held(self.config.lock_seconds):
            encoded = embed_pending(
                self._store, self._encoder, self.config,
                keep=self._keep_window, give_way=self._give_way, progress=progress, limit=limit,
            )  # fmt: skip
            if encoded:
                self._derived.save_vectors()
        return encoded

    def remove(self, article_ids: str | Iterable[str]) -> list[str]:
        """Erase articles with all their versions, and what votes and conversations have of them; the ids there were."""
        wanted = [article_ids] if isinstance(article_ids, str) else list(dict.fromkeys(article_ids))
        with self._writing.held(self.config.lock_seconds):
            known = self._store.current_versions(wanted)
            forget_in_conversations(self.path, wanted, self._store.titles(wanted))
            if known:
                self._store.remove(list(known))
                self._derived.catch_up_lexical()
                if self._derived.dimension_known():
                    self._derived.save_vectors()
            forget_articles(self.path, wanted)
        return [article_id for article_id in wanted if article_id in known]

    def rebuild(self) -> None:
        """Make the Tantivy and FAISS files anew from the archive. Nothing is encoded again."""
        with self._writing.held(self.config.lock_seconds):
            self._derived.rebuild()

    # Asking

    def retrieve(
        self, question: str, k: int | None = None, filters: Filters | None = None,
        as_of: datetime.date | None = None, *, dense: bool = True, ignored: Iterable[str] = (),
        timings: dict[str, float] | None = None, notes: list[str] | None = None,
    ) -> list[Hit]:  # fmt: skip
        """The k best passages for a question, best first; fewer where the archive holds fewer.

        Args:
            question: in plain words; no operators.
            k: how many hits (default: `hits` of the configuration).
            filters: hard limits on dates and sources. Days that they name take the place of a period in the question.
            as_of: the day on which the question is asked (default: today). Words like "last week" count from it, and
                articles near it are preferred where the question names no period.
            dense: False searches by BM25 alone and does not load the model.
            ignored: phrases of the question that are searched for like any other words; nothing is inferred from them.
            timings: is given the milliseconds of each stage.
            notes: is given what the reader must know beside the hits: a limit set by the words was lifted.

        Raises:
            QuestionError: an empty or too long question, or k below 1.
            EncoderError: the model does not load.
        """
        query = self.interpret(question, k, filters, as_of, ignored=ignored)
        found = self._retrieve(query, dense, {} if timings is None else timings)
        if notes is not None:
            notes.extend((*found.lifted, *found.notes))
        return list(found.hits)

    def ask(
        self, question: str, k: int | None = None, filters: Filters | None = None,
        as_of: datetime.date | None = None, *, ignored: Iterable[str] = (),
    ) -> Answer:  # fmt: skip
        """An answer of quoted sentences, told by the language model where one is set; or an honest refusal.

        Arguments and errors as for `retrieve`; LanguageModelError where what is set cannot be used.
        """
        *_, whole = self.ask_stream(question, k, filters, as_of, ignored=ignored)
        return whole

    def ask_stream(
        self, question: str, k: int | None = None, filters: Filters | None = None,
        as_of: datetime.date | None = None, *, ignored: Iterable[str] = (),
    ) -> Generator[Answer, None, None]:  # fmt: skip
        """The same answer while the language model still writes: each one goes on where the one before ended.

        First the quoted sentences alone, then with each sentence of the model that passed its check; the last answer
        is the one that `ask` gives, and the only one that is not `unfinished`. Without a language model it is the only
        one at all. At least about twice a second one is given, if need be the same again, so that this can be closed at
        any time: that ends the request to the model. Arguments and errors as for `ask`; they are raised when the first
        answer is taken.
        """
        query = self.interpret(question, k, filters, as_of, ignored=ignored)
        timings: dict[str, float] = {}
        started = time.perf_counter()
        with self._asking():
            found = self._retrieve(query, True, timings)
            answer = answer_from_hits(
                query, found.hits, self._load_selector(), self._derived.lexical(), self.config, timings, found.lifted
            )
            # What was lifted is the reason of the refusal already.
            notes = [*found.notes, *self._notes_on(answer)]
            if as_of is None and (ended := archive_ended(query, self._store.days()[1])):
                notes.append(ended)
        answer = dataclasses.replace(answer, notes=tuple(notes))
        model = language_model(self.config) if self.config.llm_base_url else None
        with contextlib.closing(stream_written(answer, model, self._supports, _BESIDE_THE_POINT)) as answers:
            for answer in answers:
                total = 1000 * (time.perf_counter() - started)
                yield dataclasses.replace(answer, timings=answer.timings | {"total": total})

    def interpret(
        self, question: str, k: int | None = None, filters: Filters | None = None,
        as_of: datetime.date | None = None, *, ignored: Iterable[str] = (),
    ) -> Query:  # fmt: skip
        """How a question is understood, with the reasons, without searching. Arguments as for `retrieve`."""
        # Half a surrogate pair is no text that the model could read.
        question = question.encode("utf-8", "replace").decode("utf-8")
        k = self.config.hits if k is None else k
        check_question(question, k, self.config)
        return interpret(Request(question, k, filters or Filters(), as_of, tuple(ignored)), self._names(), _today())

    def timeline(self, query: Query) -> Timeline:
        """The articles that hold most of the words of a question, by day and outlet."""
        return find_timeline(self._store, self._derived.lexical(), query)

    def article(self, article_id: str) -> Article | None:
        """The current version of an article, also if it was withdrawn; None for an unknown id."""
        return self._store.article(article_id)

    def history(self, article_id: str) -> tuple[Version, ...]:
        """All versions of an article, the oldest first, the current one last; empty for an unknown id."""
        versions = enumerate(self._store.versions(article_id), start=1)
        return tuple(Version(number, article, added) for number, (added, article) in versions)

    def days(self) -> tuple[datetime.date | None, datetime.date | None]:
        """The first and the last day on which an article that can be found was published; None for no dated article."""
        return self._store.days()

    def latest(self, limit: int) -> list[Article]:
        """The articles published last, the newest first; undated and withdrawn ones are left out."""
        return self._store.latest(limit)

    def catalogue(self) -> Catalogue:
        """What the archive holds at this moment, to be browsed and counted."""
        return Catalogue(self._store, self._derived.lexical())

    def stats(self) -> Statistics:
        """What the index holds."""
        dimension = self._store.settings().get("dimension")
        size = sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())
        return self._store.statistics(self._encoder.fingerprint, int(dimension) if dimension else None, size)

    def embed_progress(self) -> EmbedProgress:
        """How many of the searchable passages have a vector."""
        total, done = self._store.counts(self._encoder.fingerprint)
        return EmbedProgress(done, total)

    def warm(self) -> None:
        """Load the model and the vectors now rather than at the first question."""
        self._encoder.encode_query("warm")
        self._load_selector()
        self._withdrawals.all()
        self._derived.vectors()

    def _load_selector(self) -> Selector:
        with self._loading_selector:
            if self._selector is None:
                self._selector = load_selector(self._encoder)
            return self._selector

    def _supports(self, question: str, sentence: str, passage_sentences: Sequence[str]) -> float:
        """What the selector makes of a sentence that a language model wrote; the passages were checked already."""
        return float(self._load_selector().score(question, [sentence])[0])

    def _names(self) -> Names:
        """The outlets and authors of the archive, looked up anew when an article has come since."""
        newest = self._store.newest_version()
        known, names = self._known_names
        if known != newest:
            names = Names(*self._store.names())
            self._known_names = (newest, names)
        return names

    def _retrieve(self, query: Query, dense: bool, timings: dict[str, float]) -> Retrieved:
        with self._asking():
            return retrieve(self._sources(dense), query, timings)

    def _sources(self, dense: bool) -> Sources:
        return Sources(
            self.config, self._store, self._derived.lexical(), self._encoder,
            self._derived.vectors() if dense else None, self._keep_if_free,
        )  # fmt: skip

    def _notes_on(self, answer: Answer) -> tuple[str, ...]:
        """What the reader must know of the articles quoted, of outlets that ended, and of withdrawn articles."""
        lexical = self._derived.lexical()
        weights = Asked(answer.query.text, lexical.document_frequency, lexical.count).weights
        quoted = [sentence.citation.article for sentence in answer.sentences]
        outlets = outlets_asked(answer.query)
        ended = outlets_ended(answer.query, self._store.last_days(outlets), self._store.days()[1]) if outlets else ()
        return (*caveats(quoted), *ended, *self._withdrawals.about(weights, answer.hits, limits_of(answer.query)))

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        with self._no_question:
            self._questions += 1
        try:
            yield
        finally:
            with self._no_question:
                self._questions -= 1
                self._no_question.notify_all()

    def _give_way(self) -> None:
        """Wait until no question is being answered. Raises IndexClosedError, so that closing ends the encoding."""
        with self._no_question:
            self._no_question.wait_for(lambda: self._questions == 0 or self._closed)
        if self._closed:
            self._store.head()

    # Settings

    def _settle_settings(self) -> None:
        """Remember what the index is made with; refuse to mix it with anything else."""
        wanted = {"encoder": self._encoder.fingerprint, "passage_words": str(self.config.passage_words)}
        variables = {"encoder": "QA_ENCODER (and QA_PASSAGE_PROMPT)", "passage_words": "QA_PASSAGE_WORDS"}
        if not self._store.settings():
            self._store.set_new_settings(wanted)
        found = self._store.settings()
        for name, value in wanted.items():
            if found.get(name, value) != value:
                raise IndexMismatchError(
                    f"The index was made with {name} {found[name]!r}, not {value!r}",
                    where=str(self.path),
                    cure=f"Set {variables[name]} to what the index was made with, or make a new index elsewhere.",
                )

    # Keeping vectors

    def _keep_window(self, passages: Sequence[StoredPassage], vectors: Vectors) -> None:
        """Store vectors; FAISS in memory follows with the next question, its file now and then."""
        with self._writing.held(self.config.lock_seconds):
            if not self._derived.dimension_known():
                self._store.set_new_settings({"dimension": str(vectors.shape[1])})
            self._store.write_vectors(self._encoder.fingerprint, [p.text_hash for p in passages], vectors)
        self._derived.save_vectors_now_and_then()

    def _keep_if_free(self, passages: Sequence[StoredPassage], vectors: Vectors) -> None:
        """Store what a question encoded on the spot, unless a writer is busy: a question does not wait for that."""
        with contextlib.suppress(IndexLockedError), self._writing.held(0):
            self._keep_window(passages, vectors)


def _today() -> datetime.date:
    return datetime.datetime.now().astimezone().date()
