"""The command line. `main` stands guard over Ctrl-C and closed pipes from the first moment; then the commands load."""

from __future__ import annotations

import contextlib
import os
import sys

from qa.cli.interrupts import INTERRUPTS


def main() -> None:
    """Run the command that was typed, and end the process with its exit code."""
    INTERRUPTS.watch()
    code = _flushed(_run())
    INTERRUPTS.ignore_from_now_on(code)
    sys.exit(code)


def _run() -> int:
    try:
        _prepare_streams()
        from qa.cli.app import run

        return run()
    except BaseException as error:
        from qa.cli.failures import report

        return report(error)


def _prepare_streams() -> None:
    """Let no letter that the terminal lacks break the output."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _flushed(code: int) -> int:
    """The exit code after all output is written; what a closed pipe no longer takes is dropped without a word."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
    except OSError as error:
        from qa.cli.failures import report

        _drop_output()
        return report(error)
    return code


def _drop_output() -> None:
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
