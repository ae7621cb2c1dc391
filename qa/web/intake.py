"""Adding articles to the archive behind the page: one work at a time, which outlives the page that began it."""

from __future__ import annotations

import contextlib
import dataclasses
import enum
import logging
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.errors import ArticleFileError, QuestionError
from qa.formats import Feed, fetch_feed, is_address, without_password
from qa.index import Index
from qa.ingest import read_records
from qa.records import AddReport

logger = logging.getLogger("qa.web")

# Records between two looks at whether the work was cancelled, while they are counted.
_COUNTED_AT_ONCE = 256
_NAMES_TOLD = 5


class Phase(enum.Enum):
    """What becomes of the work."""

    IDLE = "idle"  # none was begun since the server started
    FETCHING = "fetching"  # a feed is on its way
    COUNTING = "counting"  # the records are counted, so that progress can be told
    ADDING = "adding"
    DONE = "done"
    CANCELLED = "cancelled"  # what was read before is in the archive
    FAILED = "failed"  # likewise


@dataclass(frozen=True, slots=True)
class State:
    """How far the work is.

    Args:
        phase: what is being done.
        what: the names of the files, the path, or the address, for the reader.
        read: how many records were read so far.
        total: how many there are, once they are counted.
        report: what became of them; None while that is open, and where nothing was begun.
        message: why it failed.
        folder: what the paths in the report begin with, and readers need not see; empty for a path that they named.
        cancelling: it was cancelled and is about to end.
    """

    phase: Phase = Phase.IDLE
    what: str = ""
    read: int = 0
    total: int = 0
    report: AddReport | None = None
    message: str = ""
    folder: str = ""
    cancelling: bool = False

    @property
    def busy(self) -> bool:
        return self.phase in (Phase.FETCHING, Phase.COUNTING, Phase.ADDING)


class _CancelledError(Exception):
    """Raised inside `Index.add` to end it between two batches."""


class Intake:
    """Adds articles in a thread of its own, and says how far it is to every page that asks.

    Args:
        index: to which they are added.
        words_for: what a reader is told of an error.
    """

    def __init__(self, index: Index, words_for: Callable[[Exception], str]) -> None:
        self._index = index
        self._words_for = words_for
        self._starting = threading.Lock()
        self._cancelled = threading.Event()
        self._state = State()
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> State:
        state = self._state
        return dataclasses.replace(state, cancelling=state.busy and self._cancelled.is_set())

    def add_files(self, files: Sequence[str]) -> None:
        """Begin to add uploaded files, which are moved away and deleted in the end.

        Raises:
            QuestionError: there are none, or other work is not finished.
        """
        if not files:
            raise QuestionError("No file was chosen", cure="Choose one or several files of articles.")
        with self._begun():
            folder = Path(tempfile.mkdtemp(prefix="dateline-"))
            try:
                names = [_moved(file, folder / str(number)) for number, file in enumerate(files)]
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            self._start(folder, _named(names), uploaded=True)

    def add_path(self, path: str) -> None:
        """Begin to add a file or folder of this machine, or a feed by its address.

        Raises:
            QuestionError: no path, or other work is not finished.
        """
        path = path.strip()
        if not path:
            raise QuestionError(
                "No path or address was given", cure="Name a file or folder on this machine, or the address of a feed."
            )
        with self._begun():
            if is_address(path):
                self._start(path, without_password(path), uploaded=False)
            else:
                place = Path(path).expanduser()
                self._start(place, str(place), uploaded=False)

    def cancel(self) -> None:
        """Ask the work to end; what was read before stays."""
        self._cancelled.set()

    def end(self, seconds: float) -> None:
        """Cancel and wait for the end, at most so many seconds."""
        self.cancel()
        if self._thread:
            self._thread.join(seconds)

    @contextlib.contextmanager
    def _begun(self) -> Iterator[None]:
        """Hold others off while work begins.

        Raises:
            QuestionError: other work is not finished.
        """
        with self._starting:
            if self._state.busy:
                raise QuestionError(
                    "Articles are being added already", where=self._state.what, cure="Wait for that, or cancel it."
                )
            yield

    def _start(self, source: Path | str, what: str, *, uploaded: bool) -> None:
        self._cancelled.clear()
        first = Phase.FETCHING if isinstance(source, str) else Phase.COUNTING
        self._state = State(first, what, folder=str(source) if uploaded else "")
        self._thread = threading.Thread(target=self._run, args=(source, uploaded), name="qa-web-intake", daemon=True)
        self._thread.start()

    def _run(self, source: Path | str, uploaded: bool) -> None:
        phase, report, message = self._outcome(source)
        # Before the page says that it is done.
        if uploaded:
            shutil.rmtree(source, ignore_errors=True)
        self._state = dataclasses.replace(self._state, phase=phase, report=report, message=message)
        logger.info("Adding articles ended: %s", phase.value)

    def _outcome(self, source: Path | str) -> tuple[Phase, AddReport | None, str]:
        """What becomes of the work: how it ended, what was added, and what went wrong."""
        try:
            # Fetched once: what is counted is what is added.
            return Phase.DONE, self._work(self._fetched(source) if isinstance(source, str) else source), ""
        except _CancelledError:
            return Phase.CANCELLED, self._report_so_far(), ""
        except Exception as error:
            return Phase.FAILED, self._report_so_far(), self._words_for(error)

    def _fetched(self, address: str) -> Feed:
        config = self._index.config
        feed = fetch_feed(
            address, most=config.feed_bytes, seconds=config.feed_seconds, go_on=self._go_on_unless_cancelled
        )
        self._state = dataclasses.replace(self._state, phase=Phase.COUNTING)
        return feed

    def _work(self, source: Path | Feed) -> AddReport:
        # What is wrong with a file is said when it is read for good, after what came before the damage.
        total = 0
        with contextlib.suppress(ArticleFileError):
            for number, _ in enumerate(read_records(source, self._index.config), start=1):
                total = number
                if number % _COUNTED_AT_ONCE == 0:
                    self._state = dataclasses.replace(self._state, total=total)
                    self._go_on_unless_cancelled()
        self._state = dataclasses.replace(self._state, phase=Phase.ADDING, total=total)
        self._go_on_unless_cancelled()
        return self._index.add(source, progress=self._progress)

    def _go_on_unless_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise _CancelledError

    def _progress(self, read: int) -> None:
        self._state = dataclasses.replace(self._state, read=read)
        self._go_on_unless_cancelled()

    def _report_so_far(self) -> AddReport | None:
        """What was added before the work ended early; None where nothing was read."""
        return self._index.report if self._state.read else None


def _named(names: Sequence[str]) -> str:
    """The names of files, of many only the first ones."""
    more = len(names) - _NAMES_TOLD
    told = ", ".join(names[:_NAMES_TOLD])
    return f"{told} and {more:,} more" if more > 0 else told


def _moved(file: str, folder: Path) -> str:
    """Move an uploaded file to a folder of its own, which keeps files of one name apart; the file's name."""
    # What begins with a dot would be passed over.
    name = Path(file).name.lstrip(".") or "file"
    folder.mkdir()
    shutil.move(file, folder / name)
    return name
