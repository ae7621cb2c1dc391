"""From an exception to one paragraph on stderr and an exit code."""

from __future__ import annotations

import logging
import traceback

from qa.cli.interrupts import INTERRUPTS, STOPPED
from qa.cli.printing import say
from qa.errors import DatelineError

DONE = 0
FAILED = 1
WRONG_USAGE = 2  # given by typer
NOTHING_FOUND = 3

logger = logging.getLogger("qa")


def report(error: BaseException) -> int:
    """Say on stderr what stopped the command, and what can be done; the exit code for it."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else FAILED
    if isinstance(error, BrokenPipeError):
        return DONE
    # Some libraries turn a Ctrl-C during their import into an ImportError of their own.
    if isinstance(error, KeyboardInterrupt) or INTERRUPTS.came:
        say("Stopped. What was written is safe.")
        return STOPPED
    say(f"qa: {_in_words(error)}")
    if logger.isEnabledFor(logging.DEBUG):
        say("".join(traceback.format_exception(error)).rstrip())
    return FAILED


def _in_words(error: BaseException) -> str:
    if isinstance(error, DatelineError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        place = f" ({error.filename})" if error.filename else ""
        return f"The system refused: {error.strerror}{place}. Check the path, its permissions and the disk."
    first_line = (str(error).strip() or "no further word").splitlines()[0]
    return (
        f"Something unexpected happened: {type(error).__name__}: {first_line}. "
        "Run the command again with --verbose to see where."
    )
