"""Text for terminals and pipes. Whatever comes from articles or files passes through `safe` on its way."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable

from qa.records import AddReport, Answer, Article, Hit, ShortAnswer, Statistics

# C0 and C1 can steer a terminal; half a surrogate pair cannot be written.
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_ESCAPED_BY_JSON = re.compile("[\x7f-\x9f]")
BOLD, DIM, _YELLOW, _END = "\x1b[1m", "\x1b[2m", "\x1b[33m", "\x1b[0m"
WIDEST = 100  # columns of running text on a terminal
_REJECTED_SHOWN = 5


def safe(text: str) -> str:
    """The text without control characters other than line breaks; each becomes a space."""
    return _CONTROLS.sub(" ", text)


def one_line(text: str) -> str:
    """The text made safe, with all white space folded."""
    return " ".join(safe(text).split())


def say(text: str) -> None:
    """A message for the person at the terminal, on stderr, so that stdout stays data."""
    print(safe(text), file=sys.stderr, flush=True)  # noqa: T201


def show(text: str = "") -> None:
    """A line of the result, on stdout. The caller has made it safe."""
    print(text)  # noqa: T201


def show_json(value: object) -> None:
    """One JSON document on stdout; no character in it can steer a terminal."""
    encoding = (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "")
    text = json.dumps(value, indent=2, ensure_ascii=encoding != "utf8")
    show(_NOT_ESCAPED_BY_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text))


def show_report(report: AddReport, index: str) -> None:
    """What became of every record, and the first rejected ones."""
    show(safe(f"{report.read:,} records read into {index}:"))
    counts = {
        "added": report.added, "updated": report.updated, "unchanged": report.unchanged,
        "duplicates": report.count("duplicate"), "stale": report.count("stale"), "bad": report.count("bad"),
    }  # fmt: skip
    show("  " + ", ".join(f"{number:,} {name}" for name, number in counts.items()))
    for record in report.rejected[:_REJECTED_SHOWN]:
        show(f"  {one_line(f'{record.origin}: {record.reason}')}")
    if len(report.rejected) > _REJECTED_SHOWN:
        show(f"  and {len(report.rejected) - _REJECTED_SHOWN:,} more; --report FILE lists them all")


def report_as_dict(report: AddReport) -> dict[str, object]:
    """The report for `qa index --json`."""
    return {
        "read": report.read, "added": report.added, "updated": report.updated, "unchanged": report.unchanged,
        "duplicates": report.count("duplicate"), "stale": report.count("stale"), "bad": report.count("bad"),
        "passages": report.passages, "rejected": [record.as_dict() for record in report.rejected],
    }  # fmt: skip


def show_hits(hits: Iterable[Hit], *, figures: bool = False) -> None:
    """Passages with their place, ranks and scores, best first; with `figures`, also what each score is the sum of."""
    for number, hit in enumerate(hits, start=1):
        show(f"{number}. {styled(one_line(hit.article.title) or '(no title)', BOLD)}")
        _show_place(hit.article)
        if hit.part:
            show_wrapped(f"For the part “{hit.part}”")
        show_wrapped(hit.text)
        show(f"   {styled(_ranks(hit), DIM)}")
        if figures:
            amounts = ", ".join(f"{name.replace('_', ' ')} {amount:.2f}" for name, amount in hit.figures)
            show(f"   {styled(f'the score is the sum of: {amounts}', DIM)}")
        if hit.also_in:
            others = "; ".join(_outlet_and_day(article) for article in hit.also_in)
            show_wrapped(f"Also in: {others}")
        show()


def show_answer(answer: Answer) -> None:
    """The quoted sentences with their numbered sources, or the refusal; then what the reader must know beside it."""
    if answer.abstained:
        show(styled("The archive does not answer this.", BOLD, _YELLOW))
        show_wrapped(answer.reason, indent="")
    else:
        _show_sentences(answer)
    if answer.notes:
        show()
    for note in answer.notes:
        show_wrapped(f"Note: {note}", indent="")


def _show_short(short: ShortAnswer) -> None:
    """The short answer; a day that was counted from the article's own says so."""
    computed = f" [{one_line(short.computed)}, computed from the article’s date]" if short.computed else ""
    show(f"{styled(one_line(short.text), BOLD)}{computed} [{short.number}]")
    show()


def _show_written(answer: Answer) -> None:
    """What the language model wrote, then that what follows is quoted."""
    show_wrapped(" ".join(statement.shown for statement in answer.written), indent="")
    show()
    show(styled(f"Written by {one_line(answer.model)}; each sentence was checked against these quotations:", DIM))


def _show_sentences(answer: Answer) -> None:
    if answer.short:
        _show_short(answer.short)
    if answer.written:
        _show_written(answer)
    numbers: dict[str, list[int]] = {}
    articles: dict[str, Article] = {}
    for sentence in answer.sentences:
        citation = sentence.citation
        numbers.setdefault(citation.article.id, []).append(citation.number)
        articles[citation.article.id] = citation.article
        before = f" (just before [{sentence.leads_to}])" if sentence.leads_to else ""
        show_wrapped(f"“{one_line(sentence.text)}” [{citation.number}]{before}", indent="")
        show()
    for conflict in answer.conflicts:
        show_wrapped(conflict.words, indent="")
        show()
    show(styled("Sources", BOLD))
    for article_id, article in articles.items():
        marks = "".join(f"[{number}]" for number in numbers[article_id])
        show(f"{marks} {styled(one_line(article.title) or '(no title)', BOLD)}")
        _show_place(article)


def show_statistics(stats: Statistics, index: str) -> None:
    """What an index holds, a line for each fact."""
    share = 100 * stats.embedded // stats.passages if stats.passages else 100
    days = f"{stats.first_day} to {stats.last_day}" if stats.first_day else "none known"
    updated = f"{stats.updated:%Y-%m-%d %H:%M %Z}" if stats.updated else "never"
    facts = {
        "Index": index,
        "Articles": f"{stats.articles:,} ({stats.withdrawn:,} withdrawn), {stats.versions:,} versions",
        "Published": days,
        "Passages": f"{stats.passages:,}, {stats.embedded:,} with a vector ({share} %)",
        "Encoder": stats.encoder + (f", {stats.dimension} dimensions" if stats.dimension else ""),
        "On disk": f"{stats.bytes_on_disk / 1e6:,.1f} MB",
        "Last update": updated,
    }
    for name, fact in facts.items():
        show(f"{name + ':':<13}{one_line(fact)}")
    if stats.sources:
        show("Outlets:")
        width = max(len(f"{count:,}") for count in stats.sources.values())
        for source, count in stats.sources.items():
            show(f"  {count:>{width},}  {one_line(source) or '(not named)'}")


def _show_place(article: Article) -> None:
    show(f"   {_outlet_and_day(article)}")
    if article.url:
        show(f"   {styled(one_line(article.url), DIM)}")


def _outlet_and_day(article: Article) -> str:
    day = article.day
    parts = [
        one_line(article.source),
        f"{day.day} {day:%B %Y}" if day else "undated",
        article.status if article.status != "published" else "",
    ]
    return ", ".join(part for part in parts if part)


def _ranks(hit: Hit) -> str:
    words = f"rank {hit.lexical_rank} (BM25 {hit.lexical_score:.2f})" if hit.lexical_rank else "not found"
    meaning = f"rank {hit.dense_rank}" if hit.dense_rank else "no rank"
    meaning += f" (cosine {hit.cosine:.2f})" if hit.cosine is not None else ""
    return f"score {hit.score:.3f}; by words: {words}; by meaning: {meaning}"


def show_wrapped(text: str, indent: str = "   ") -> None:
    """On a terminal wrapped to its width; in a pipe one line, which is easier to search."""
    line = one_line(text)
    if not sys.stdout.isatty():
        show(indent + line)
        return
    width = min(shutil.get_terminal_size().columns, WIDEST)
    show(textwrap.fill(line, max(width, 20), initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False))


def styled(text: str, *codes: str) -> str:
    """The text in bold and the like, on a terminal whose owner has not set NO_COLOR."""
    plain = not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if plain else "".join(codes) + text + _END
