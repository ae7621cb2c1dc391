"""`qa history`: the versions of an article, and what changed from each to the next."""

from __future__ import annotations

import datetime
import itertools
import re
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli.chat import require_index
from qa.cli.failures import NOTHING_FOUND
from qa.cli.options import IndexFolder, Json, Verbose
from qa.cli.printing import BOLD, DIM, WIDEST, one_line, safe, say, show, show_json, styled
from qa.config import load_config
from qa.history import ADDED, SAME, TEXT, Change, Span, diff_sentences
from qa.passages import split_sentences
from qa.records import PUBLISHED, Moment

if TYPE_CHECKING:
    from qa.history import Version

_RED, _GREEN = "\x1b[31m", "\x1b[32m"
_WORD = re.compile(r"\S+")
# The heading of a version says these.
_IN_HEADING = ("status", "updated")
# Between two changes, more unchanged sentences than this are counted rather than shown, but for the first and last.
_LONGEST_UNCHANGED = 3


def history(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="The id of the article.")],
    index: IndexFolder = None,
    as_json: Json = False,
    verbose: Verbose = False,
) -> None:
    """Show all versions of an article, and what changed from each to the next."""
    config = load_config(index=None if index is None else str(index))
    require_index(config)
    from qa.index import Index

    with Index(config.index, config) as opened:
        versions = opened.history(article_id)
    if as_json:
        show_json({"id": article_id, "versions": _as_dicts(versions)})
    elif versions:
        _show_versions(versions)
    if not versions:
        say(f"Not in the index: {article_id}")
        raise typer.Exit(NOTHING_FOUND)


def _as_dicts(versions: Sequence[Version]) -> list[dict[str, object]]:
    """The versions with what changed since the one before; nothing for the first."""
    found = []
    for place, version in enumerate(versions):
        changes = diff_sentences(versions[place - 1].article, version.article) if place else ()
        found.append(version.as_dict() | {"changes": [change.as_dict() for change in changes]})
    return found


def _show_versions(versions: Sequence[Version]) -> None:
    first, current = versions[0].article, versions[-1].article
    show(styled(one_line(current.title) or "(no title)", BOLD))
    count = "1 version" if len(versions) == 1 else f"{len(versions):,} versions, the oldest first"
    show(f"{one_line(current.source) or '(no outlet)'}; {count}")
    show()
    _show_heading(versions[0])
    show(f"   {_sentences(len(split_sentences(first.text)))}")
    for old, new in itertools.pairwise(versions):
        show()
        _show_heading(new)
        changes = diff_sentences(old.article, new.article)
        _show_fields(changes)
        sentences = [change for change in changes if change.field == TEXT]
        if not current.withdrawn:
            _show_sentences(sentences)
        elif new.article.withdrawn:
            _show_sentences([Change(ADDED, TEXT, "", change.new) for change in sentences if change.new])
    if current.withdrawn:
        show()
        show(styled("What the article said is not shown, for it was withdrawn; --json has it.", DIM))


def _show_heading(version: Version) -> None:
    article = version.article
    status = "updated" if article.status == PUBLISHED and article.updated else article.status
    when = _in_words(article.updated or article.published) or "undated"
    heading = styled(f"Version {version.number}: {status}, {when}", BOLD)
    show(f"{heading}{styled(f'; in the archive since {_in_words(version.added)}', DIM)}")


def _in_words(moment: Moment | None) -> str:
    if moment is None:
        return ""
    clock = f" {moment:%H:%M} UTC" if isinstance(moment, datetime.datetime) else ""
    return f"{moment.day} {moment:%B %Y}{clock}"


def _show_fields(changes: Sequence[Change]) -> None:
    for change in changes:
        if change.field != TEXT and change.field not in _IN_HEADING:
            _show_change(change, f"{change.field}: ")


def _show_sentences(changes: Sequence[Change]) -> None:
    """All that changed, in reading order, and of what did not a sentence before and after."""
    if all(change.kind == SAME for change in changes):
        show(styled("   no sentence changed", DIM))
        return
    place = 0
    for same, group in itertools.groupby(changes, key=lambda change: change.kind == SAME):
        run = list(group)
        at_start, at_end = place == 0, place + len(run) == len(changes)
        place += len(run)
        if same and len(run) > _LONGEST_UNCHANGED:
            before, after = [] if at_start else run[:1], [] if at_end else run[-1:]
            _show_run(before)
            show(styled(f"     … {_sentences(len(run) - len(before) - len(after))} unchanged", DIM))
            _show_run(after)
        else:
            _show_run(run)


def _show_run(changes: Sequence[Change]) -> None:
    for change in changes:
        _show_change(change)


def _show_change(change: Change, label: str = "") -> None:
    if change.kind == SAME:
        _show_line(" ", change.new, (), DIM)
        return
    if change.old:
        _show_line("-", label + change.old, [(a + len(label), b + len(label)) for a, b in change.old_spans], _RED)
    if change.new:
        _show_line("+", label + change.new, [(a + len(label), b + len(label)) for a, b in change.new_spans], _GREEN)


def _show_line(mark: str, text: str, spans: Sequence[Span], colour: str) -> None:
    """A marked text with its `spans` in bold; on a terminal wrapped to its width, in a pipe one line."""
    room = max(min(shutil.get_terminal_size().columns, WIDEST) - 5, 20) if sys.stdout.isatty() else sys.maxsize
    lines, used = list[list[str]]([[]]), 0
    # Making it safe keeps its length, and so the spans.
    for word in _WORD.finditer(safe(text)):
        length = word.end() - word.start()
        if lines[-1] and used + length > room:
            lines.append([])
            used = 0
        lines[-1].append(_with_spans(word, spans, colour))
        used += length + 1
    for line in lines:
        show(f"   {styled(mark, colour)} {' '.join(line)}")
        mark = " "


def _with_spans(word: re.Match[str], spans: Sequence[Span], colour: str) -> str:
    start, end = word.span()
    cuts = sorted({start, end, *(cut for span in spans for cut in span if start < cut < end)})
    parts = []
    for first, last in itertools.pairwise(cuts):
        bold = [BOLD] if any(a <= first and last <= b for a, b in spans) else []
        parts.append(styled(word.string[first:last], colour, *bold))
    return "".join(parts)


def _sentences(count: int) -> str:
    return "1 sentence" if count == 1 else f"{count:,} sentences"
