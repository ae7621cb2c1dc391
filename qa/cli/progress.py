"""How far a long command is, on a terminal; elsewhere nothing is shown."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from qa.records import EmbedProgress

if TYPE_CHECKING:
    from rich.progress import Progress


@contextlib.contextmanager
def reading() -> Iterator[Callable[[int], None] | None]:
    """A line that counts the records read; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} records read"), TimeElapsedColumn())
    with _progress(*columns) as progress:
        task = progress.add_task("", total=None)
        yield lambda read: progress.update(task, completed=read)


@contextlib.contextmanager
def encoding() -> Iterator[Callable[[EmbedProgress], None] | None]:
    """A bar of the vectors computed, with rate and time left; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(), TextColumn("vectors"), BarColumn(), TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
        TimeElapsedColumn(), TextColumn("{task.fields[pace]}"),
    )  # fmt: skip
    with _progress(*columns) as progress:
        task = progress.add_task("", total=None, visible=False, pace="")
        yield lambda state: progress.update(
            task, completed=state.done, total=state.total, pace=pace(state), visible=state.total > 0
        )


def pace(state: EmbedProgress) -> str:
    """Rate and time left in words."""
    left = state.seconds_left
    if left is None:
        return "the first ones take a little longer"
    if state.done >= state.total:
        return f"{state.rate:.1f} a second"
    return f"{state.rate:.1f} a second, about {_duration(left)} left"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def _progress(*columns: object) -> Progress:
    from rich.console import Console
    from rich.progress import Progress, ProgressColumn

    shown = [column for column in columns if isinstance(column, ProgressColumn)]
    return Progress(*shown, console=Console(stderr=True, highlight=False), transient=True)
