"""The HTML of editing: how far articles are being added, what became of each record, what is about to be removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from qa.records import AddReport, Article, BadRecord
from qa.web.archive_rendering import note
from qa.web.intake import Phase, State
from qa.web.markup import escaped, isolated
from qa.web.wording import count

_REJECTED_SHOWN = 200
_KINDS = {"bad": "not taken", "duplicate": "duplicate", "stale": "older than what is held"}
_HEADINGS = {
    Phase.FETCHING: "Fetching the feed", Phase.COUNTING: "Counting the records", Phase.ADDING: "Adding articles",
    Phase.DONE: "Finished", Phase.CANCELLED: "Cancelled", Phase.FAILED: "Not all was added",
}  # fmt: skip


def intake(state: State) -> str:
    """How far the work is, or what came of it."""
    if state.phase is Phase.IDLE:
        return f'<section class="intake">{note("Nothing was added since the chat was started.")}</section>'
    heading = _HEADINGS[state.phase]
    if state.phase is Phase.FAILED and not state.report:
        heading = "Nothing was added"
    parts = [f"<h2>{heading}</h2>", f'<p class="archive-note">{isolated(state.what)}</p>']
    if state.busy:
        parts.append(_progress(state))
    if state.cancelling:
        parts.append(note("It is being cancelled; the records in hand are still added."))
    if state.message:
        parts.append(f'<p class="trouble" role="alert">{escaped(state.message)}</p>')
    if state.phase is Phase.CANCELLED:
        words = "What was read before is in the archive." if state.report else "Nothing was added."
        parts.append(note(words))
    if state.report:
        parts.append(_report(state.report, state.folder))
    return f'<section class="intake {state.phase.value}">{"".join(parts)}</section>'


def _progress(state: State) -> str:
    if state.phase is Phase.FETCHING:
        return '<p class="archive-note" role="status">Waiting for its server</p>'
    if state.phase is Phase.COUNTING:
        return f'<p class="archive-note" role="status">{count(state.total, "record")} so far</p>'
    bar = f'<progress max="{max(1, state.total)}" value="{state.read}" aria-label="Records read"></progress>'
    share = 100 * state.read // max(1, state.total)
    # Only the phases are announced, not every record.
    return f'<p class="figures">{bar} {state.read:,} of {count(state.total, "record")} ({share} %)</p>'


def _report(report: AddReport, folder: str) -> str:
    """What became of every record, and of those that were not taken, where they stand and why."""
    said = [
        f"{count(report.read, 'record')} read:", f"{report.added:,} added,", f"{report.updated:,} updated,",
        f"{report.unchanged:,} unchanged,", f"{len(report.rejected):,} not taken.",
    ]  # fmt: skip
    rejected = "".join(_rejected(report, folder))
    return f'<p class="said" role="status">{escaped(" ".join(said))}</p>{rejected}'


def _rejected(report: AddReport, folder: str) -> Iterator[str]:
    if not report.rejected:
        return
    rows = "".join(_row(record, folder) for record in report.rejected[:_REJECTED_SHOWN])
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Where", "What", "Why"))
    yield (
        '<div class="table" tabindex="0" role="region" aria-label="Records that were not taken"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    more = len(report.rejected) - _REJECTED_SHOWN
    if more > 0:
        words = f"{count(more, 'further record')}, not shown here; `qa index` with --json lists all of them."
        yield note(words)


def _row(record: BadRecord, folder: str) -> str:
    path = record.origin.path
    if folder and Path(path).is_relative_to(folder):
        # Behind the folder of the upload stands the number of the file.
        path = str(Path(*Path(path).relative_to(folder).parts[1:]))
    line = f", line {record.origin.line:,}" if record.origin.line else ""
    kind = _KINDS.get(record.kind, record.kind)
    reason = record.reason.replace(f"{folder}/", "") if folder else record.reason
    return f"<tr><td>{isolated(path)}{line}</td><td>{escaped(kind)}</td><td>{isolated(reason)}</td></tr>"


def about_to_remove(article: Article, versions: int) -> str:
    """What a reader is asked to confirm."""
    name = isolated(article.title or "Untitled")
    return (
        f'<p class="trouble" role="alert">Remove “{name}” ({isolated(article.source or "Unknown outlet")}) with '
        f"{count(versions, 'version')}, and the votes on answers that quote it? This cannot be undone. An article that "
        "an outlet took back is better marked as withdrawn: readers are then told.</p>"
    )


def trouble(words: str) -> str:
    """Why something could not be done, in words for the reader."""
    return f'<p class="trouble" role="alert">{escaped(words)}</p>'
