"""The thread behind the page: it loads the model, computes the vectors that are missing, and says how far it is."""

from __future__ import annotations

import enum
import logging
import threading
import uuid
from dataclasses import dataclass

from qa.errors import DatelineError, IndexClosedError, IndexLockedError
from qa.index import Index
from qa.records import EmbedProgress

logger = logging.getLogger("qa.web")


class Phase(enum.Enum):
    """What the thread does at the moment."""

    LOADING = "loading"  # the model is being loaded
    ENCODING = "encoding"  # vectors are being computed
    ELSEWHERE = "elsewhere"  # another process computes them
    READY = "ready"  # nothing is left to do
    FAILED = "failed"  # something went wrong; it is tried again later


@dataclass(frozen=True, slots=True)
class State:
    """How far the thread is. `message` says what went wrong, in words for the reader of the page."""

    phase: Phase
    progress: EmbedProgress | None = None
    message: str = ""

    @property
    def busy(self) -> bool:
        """Whether the page should look often."""
        return self.phase in (Phase.LOADING, Phase.ENCODING)


class _StoppedError(Exception):
    """Raised inside `Index.embed` to end it between two windows."""


class Background:
    """Warms the model of an index and keeps its vectors complete, until stopped.

    Args:
        index: the index that the page asks; `Index.embed` gives way to its questions.
        embed: False only loads the model.
        pause: seconds between two looks for new work.
        patience: seconds to wait for a page to be open before the work begins.
    """

    def __init__(self, index: Index, *, embed: bool, pause: float, patience: float = 0.0) -> None:
        self._index = index
        self._embed = embed
        self._pause = pause
        self._patience = patience
        self._stopped, self._opened = threading.Event(), threading.Event()
        self._state = State(Phase.LOADING)
        self._warm = False
        # The last error that nobody foresaw, and what is told of it; empty once a round has gone well.
        self._unforeseen = ("", "")
        # A daemon, so that a window in hand cannot hold up the end of the process for long: losing it is harmless.
        self._thread = threading.Thread(target=self._run, name="qa-web-background", daemon=True)

    @property
    def state(self) -> State:
        return self._state

    def start(self) -> None:
        self._thread.start()

    def page_opened(self) -> None:
        """A page is open: what it shows no longer has to share the processor with the model that is loaded."""
        self._opened.set()

    def stop(self) -> None:
        """Ask the thread to end. A window of vectors in hand ends early once the index is closed, too."""
        self._stopped.set()
        self._opened.set()

    def join(self, timeout: float) -> bool:
        """Wait for the end at most so many seconds; whether it has come."""
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        self._opened.wait(self._patience)
        while not self._stopped.is_set():
            try:
                self._work()
            except (_StoppedError, IndexClosedError):
                return
            except IndexLockedError:
                self._state = State(Phase.ELSEWHERE, self._index.embed_progress())
            except DatelineError as error:
                logger.warning("The background work failed: %s", error)
                self._state = State(Phase.FAILED, message=str(error))
            except Exception as error:
                self._state = State(Phase.FAILED, message=self._words_for(error))
            self._stopped.wait(self._pause)

    def _words_for(self, error: Exception) -> str:
        """What is told of an error that nobody foresaw. While it comes again, it keeps its number in the log."""
        if repr(error) != self._unforeseen[0]:
            number = uuid.uuid4().hex[:8]
            logger.error("Internal error %s in the background", number, exc_info=error, extra={"error_id": number})
            self._unforeseen = (repr(error), f"An internal error occurred. The log has the details under {number}.")
        return self._unforeseen[1]

    def _work(self) -> None:
        """One round: load the model the first time, then compute what vectors are missing."""
        if not self._warm:
            self._index.warm()
            self._warm = True
        progress = self._index.embed_progress()
        if self._embed and progress.done < progress.total:
            self._state = State(Phase.ENCODING, progress)
            self._index.embed(progress=self._report)
            progress = self._index.embed_progress()
        self._state = State(Phase.READY, progress)
        self._unforeseen = ("", "")

    def _report(self, progress: EmbedProgress) -> None:
        if self._stopped.is_set():
            raise _StoppedError
        self._state = State(Phase.ENCODING, progress)
