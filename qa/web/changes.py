"""What changed in an article from version to version, as HTML: the sentences that did, with the words marked."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from qa.history import SAME, TEXT, Change, Span, Version, diff_sentences
from qa.records import CORRECTED, WITHDRAWN
from qa.web.markup import escaped
from qa.web.wording import count, moment_in_words

# A page that follows an event for days has hundreds of versions, and comparing long ones takes up to a second.
_VERSIONS_SHOWN = 5
_CHANGES_SHOWN = 40
# The heading of a version says these.
_IN_HEADING = ("status", "updated")


def changes(versions: Sequence[Version]) -> str:
    """The newest versions of an article, the newest first, each with what it changed. Nothing of a withdrawn one.

    Args:
        versions: all of the article, the oldest first.
    """
    if not versions:
        return failed("This article is no longer in the archive.")
    if versions[-1].article.withdrawn:
        return failed("This article was withdrawn. What it said is not shown.")
    pairs = list(itertools.pairwise(versions))
    shown = "".join(_step(old, new) for old, new in reversed(pairs[-_VERSIONS_SHOWN:]))
    older = len(pairs) - _VERSIONS_SHOWN
    if older > 0:
        shown += f'<p class="note">{escaped(count(older, "earlier change"))}, not shown.</p>'
    return shown


def failed(words: str) -> str:
    """Why the changes cannot be shown, in words for the reader."""
    return f'<p class="note">{escaped(words)}</p>'


def _step(old: Version, new: Version) -> str:
    article = new.article
    verb = {CORRECTED: "corrected", WITHDRAWN: "withdrawn"}.get(article.status, "updated")
    moment = f" {moment_in_words(article.updated)}" if article.updated else ""
    heading = f"<h4>Version {new.number}, {escaped(f'{verb}{moment}')}</h4>"
    differing = [
        change
        for change in diff_sentences(old.article, article)
        if change.kind != SAME and change.field not in _IN_HEADING
    ]
    lines = "".join(itertools.chain.from_iterable(map(_lines, differing[:_CHANGES_SHOWN])))
    if len(differing) > _CHANGES_SHOWN:
        lines += f'<p class="note">{escaped(count(len(differing) - _CHANGES_SHOWN, "further change"))}, not shown.</p>'
    return heading + (lines or '<p class="note">No sentence changed.</p>')


def _lines(change: Change) -> Iterator[str]:
    """The words before and after; what stands in one of them only is marked."""
    label = "" if change.field == TEXT else f'<span class="field">{escaped(change.field.capitalize())}:</span> '
    if change.old:
        yield f'<p class="before" dir="auto">{label}{_marked(change.old, change.old_spans, "del", not change.new)}</p>'
    if change.new:
        yield f'<p class="after" dir="auto">{label}{_marked(change.new, change.new_spans, "ins", not change.old)}</p>'


def _marked(text: str, spans: Sequence[Span], tag: str, whole: bool) -> str:
    parts, position = [], 0
    for start, end in [(0, len(text))] if whole else spans:
        parts.append(f"{escaped(text[position:start])}<{tag}>{escaped(text[start:end])}</{tag}>")
        position = end
    return "".join(parts) + escaped(text[position:])
