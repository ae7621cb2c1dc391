"""The options that several commands share, how days are read, and where log lines go."""

from __future__ import annotations

import calendar
import datetime
import logging
import os
import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from qa.cli.printing import safe
from qa.errors import ConfigError

_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_LEVELS = ("debug", "info", "warning", "error")


def first_day(text: str) -> datetime.date:
    """The day named, or the first one of the month or year named."""
    return _day(text, last=False)


def last_day(text: str) -> datetime.date:
    """The day named, or the last one of the month or year named."""
    return _day(text, last=True)


def whole_day(text: str) -> datetime.date:
    """The day named; a month or year is not enough."""
    if text.count("-") < 2:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2026-11-24.")
    return _day(text, last=False)


def _day(text: str, *, last: bool) -> datetime.date:
    match = _DAY.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        year, month, day = (int(part) if part else None for part in match.groups())
        month = month or (12 if last else 1)
        day = day or (calendar.monthrange(year or 1, month)[1] if last else 1)
        return datetime.date(year or 0, month, day)
    except (ValueError, calendar.IllegalMonthError) as error:
        raise typer.BadParameter(f"{text!r} is no date; write 2026-11-24, 2026-11 or 2026.") from error


class _ToStderr(logging.Handler):
    """Writes to whatever stderr is at the moment, so that a progress bar is not torn."""

    def emit(self, record: logging.LogRecord) -> None:
        print(safe(f"qa: {record.levelname.lower()}: {self.format(record)}"), file=sys.stderr, flush=True)  # noqa: T201


def set_up_logging(verbose: bool = False) -> None:
    """Show warnings of Dateline, or with `verbose` (else QA_LOG) all that it logs."""
    logger = logging.getLogger("qa")
    named = os.environ.get("QA_LOG", "").lower()
    if named and named not in _LEVELS:
        raise ConfigError(f"QA_LOG is {named!r}", cure=f"It must be one of: {', '.join(_LEVELS)}.")
    if not any(isinstance(handler, _ToStderr) for handler in logger.handlers):
        logger.addHandler(_ToStderr())
        logger.propagate = False
    if verbose:
        logger.setLevel(logging.DEBUG)
    elif logger.level != logging.DEBUG:
        logger.setLevel((named or "warning").upper())


def _verbose(value: bool) -> None:
    if value:
        set_up_logging(verbose=True)


Verbose = Annotated[
    bool,
    typer.Option("-v", "--verbose", callback=_verbose, help="Log what is done; show the traceback of an error."),
]
IndexFolder = Annotated[
    Path | None,
    typer.Option(
        "--index", metavar="DIR", show_default="QA_INDEX, else index/default", help="The folder of the index."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else there.")]
Question = Annotated[list[str], typer.Argument(metavar="QUESTION", help="The question, in plain words.")]
Count = Annotated[
    int | None, typer.Option("-k", min=1, metavar="N", show_default="5", help="How many passages to look at.")
]
From = Annotated[
    datetime.date | None,
    typer.Option("--from", parser=first_day, metavar="DATE", help="Only articles published on this day or later."),
]
To = Annotated[
    datetime.date | None,
    typer.Option("--to", parser=last_day, metavar="DATE", help="Only articles published on this day or earlier."),
]
Outlets = Annotated[
    list[str] | None,
    typer.Option("--source", metavar="NAME", help="Only this outlet; may be given several times."),
]
AsOf = Annotated[
    datetime.date | None,
    typer.Option("--as-of", parser=whole_day, metavar="DATE", show_default="today", help="The day of the question."),
]
Ignored = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore", metavar="PHRASE", help="Infer nothing from this phrase of the question; may be given several times."
    ),
]
Explain = Annotated[
    bool,
    typer.Option("--explain", help="Show how the question was understood, what scores are made of, and timings."),
]
