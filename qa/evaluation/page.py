"""The report as one HTML file that loads nothing: no script, no font, no picture from elsewhere.

The page's policy forbids all of that once more. Whatever comes from a data set or an index passes through `escaped`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qa.evaluation.answer_summary import AnswerSummary, counted
from qa.evaluation.metrics import METRICS
from qa.evaluation.plots import SERIES, bars, escaped, histogram, rank_counts, refusal_plot, reliability_plot
from qa.evaluation.refusal import Refusal
from qa.evaluation.report import Report, Worst, facts, named_times, problems
from qa.evaluation.summary import Comparison, Figure, Summary
from qa.records import Article

_STYLE = """
:root { color-scheme: light dark; --paper: #faf8f3; --ink: #1d1b18; --quiet: #625d54; --line: #e2dccf;
  --series-0: #c25f4e; --series-1: #d3a63c; --series-2: #5f9ea4; --series-3: #8f88c4; }
@media (prefers-color-scheme: dark) { :root { --paper: #171614; --ink: #ece7dd; --quiet: #aaa396; --line: #37332d;
  --series-0: #d9705c; --series-1: #d3a63c; --series-2: #5fa8ae; --series-3: #9d95d6; } }
body { margin: 0 auto; padding: 32px 20px 60px; max-width: 860px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1, h2 { font-family: Georgia, "Liberation Serif", "DejaVu Serif", serif; line-height: 1.25; }
h1 { font-size: 30px; margin: 0; } h2 { font-size: 21px; margin: 40px 0 10px; }
h3 { font-size: 15px; margin: 24px 0 6px; }
p, li { overflow-wrap: anywhere; } .quiet { color: var(--quiet); }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: var(--quiet); } svg .label { fill: var(--ink); font-weight: 600; }
.grid, .axis { stroke: var(--line); }
.mark { stroke: var(--quiet); stroke-dasharray: 5 4; }
.whisker { stroke: var(--ink); fill: none; stroke-width: 1.2; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; font-size: 14px; }
th, td { text-align: right; padding: 4px 8px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; }
th { color: var(--quiet); font-weight: 600; }
.key { display: inline-block; width: 12px; height: 12px; margin: 0 6px 0 0; vertical-align: -1px; }
.legend span + .key { margin-left: 20px; }
details { border-top: 1px solid var(--line); padding: 8px 0; } summary { cursor: pointer; }
details ol, details ul { margin: 4px 0 8px; padding-left: 24px; }
"""
_SERIES_STYLE = "".join(
    f".series-{n} {{ fill: var(--series-{n}); background: var(--series-{n}); }}\n"
    f".line-{n} {{ stroke: var(--series-{n}); stroke-width: 2; fill: none; }}\n"
    for n in range(SERIES)
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def html_report(report: Report) -> str:
    """The whole page."""
    title = f"Evaluation: {escaped(report.data_set.folder.resolve().name)}"
    sections = [
        _head(report, title), _figures(report.summaries), _ranks(report.summaries), _types(report.summaries),
        *(_comparison(comparison) for comparison in report.comparisons),
        *(_answers(summary) for summary in report.answer_summaries), _times(report),
        *(_worst(name, worst) for name, worst in report.worst.items() if worst), _notes(report),
    ]  # fmt: skip
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}{_SERIES_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(section for section in sections if section)
        + "\n</body>\n</html>\n"
    )


def _head(report: Report, title: str) -> str:
    said = [*facts(report), f"{report.created:%Y-%m-%d %H:%M} UTC"]
    return f'<h1>{title}</h1>\n<p class="quiet">{escaped(" · ".join(said))}</p>'


def _figures(summaries: Sequence[Summary]) -> str:
    figures = [summary.overall.figures for summary in summaries]
    names = [summary.name for summary in summaries]
    return (
        f"<h2>Figures</h2>\n{_legend(names)}{bars(figures, names)}"
        '<p class="quiet">Means over the questions with 95 % bootstrap intervals; higher is better.</p>'
    )


def _ranks(summaries: Sequence[Summary]) -> str:
    names = [summary.name for summary in summaries]
    counts = [rank_counts(list(summary.ranks.values())) for summary in summaries]
    depths = "; ".join(f"{summary.name}: {summary.mean_depth:.1f}" for summary in summaries)
    note = f"Number of questions. Articles ranked for a question, on average: {depths}."
    return (
        f"<h2>Rank of the first relevant article</h2>\n{_legend(names)}{histogram(counts, names)}"
        f'<p class="quiet">{escaped(note)}</p>'
    )


def _types(summaries: Sequence[Summary]) -> str:
    if not any(summary.types for summary in summaries):
        return ""
    parts = ["<h2>Types of question</h2>"]
    for summary in summaries:
        rows = [
            [kind or "(no type)", f"{group.questions}", *(f"{group.figures[name].mean:.3f}" for name in METRICS)]
            for kind, group in [*summary.types.items(), ("all", summary.overall)]
        ]
        parts.append(f"<h3>{escaped(summary.name)}</h3>" + _table(["type", "questions", *METRICS], rows))
    return "\n".join(parts)


def _comparison(comparison: Comparison) -> str:
    rows = [
        [name, f"{d.first:.3f}", f"{d.second:.3f}", f"{d.difference:+z.3f}", f"{d.p:.4f}"]
        for name, d in comparison.differences.items()
    ]
    changes = [[change.question, _rank(change.first), _rank(change.second)] for change in comparison.changes]
    return (
        f"<h2>{escaped(comparison.second)}, compared with {escaped(comparison.first)}</h2>\n"
        + _table(["figure", comparison.first, comparison.second, "difference", "p"], rows)
        + f'<p class="quiet">{comparison.questions:,} questions; p by a two-sided paired randomisation test.</p>'
        + ("<h3>Changed most: rank of the first relevant article</h3>" if changes else "")
        + (_table(["question", comparison.first, comparison.second], changes) if changes else "")
    )


def _rank(rank: int | None) -> str:
    return "–" if rank is None else str(rank)


def _answers(summary: AnswerSummary) -> str:
    types = summary.types
    rows = [
        [
            name, f"{measured.questions:,}", _with_interval(measured.figure),
            *(f"{group.figures[name].figure.mean:.3f}" if name in group.figures else "" for group in types.values()),
        ]
        for name, measured in summary.overall.figures.items()
    ]  # fmt: skip
    return (
        f"<h2>Answers: {escaped(summary.name)}</h2>\n"
        + _table(["figure", "questions", "mean", *(kind or "(no type)" for kind in types)], rows)
        + '<p class="quiet">Means over the questions that a figure applies to, with 95 % bootstrap intervals. '
        "A refusal quotes nothing.</p>" + _table(["beside these", ""], counted(summary)) + _confidence(summary.refusal)
    )


def _with_interval(figure: Figure) -> str:
    return f"{figure.mean:.3f} ({figure.low:.3f}–{figure.high:.3f})"


def _confidence(refusal: Refusal) -> str:
    curves = ["answerable questions, refused wrongly", "unanswerable questions, refused rightly"]
    parts = [
        f"<h3>Refused at each threshold</h3>\n{_legend(curves)}{refusal_plot(refusal)}"
        f'<p class="quiet">The dashed line is the threshold in force, {refusal.at_threshold.threshold:g}.</p>'
    ]
    if refusal.reliability:
        parts.append(
            f"<h3>Confidence and truth</h3>\n{reliability_plot(refusal)}"
            f'<p class="quiet">{len(refusal.reliability)} bins of equally many questions; on the dashed line '
            "confidence is the share of questions that the archive answers.</p>"
        )
    return "\n".join(parts)


def _times(report: Report) -> str:
    rows = [[name, f"{times.p50:,.1f}", f"{times.p95:,.1f}"] for name, times in named_times(report)]
    if not rows:
        return ""
    seconds = report.preparation.seconds if report.preparation else {}
    before = ", ".join(f"{stage} {taken:,.1f} s" for stage, taken in seconds.items())
    return (
        "<h2>Time</h2>\n"
        + (f"<p>Before the first question: {escaped(before)}.</p>" if before else "")
        + _table(["milliseconds", "p50", "p95"], rows)
    )


def _worst(name: str, worst: Iterable[Worst]) -> str:
    parts = [f"<h2>Worst questions: {escaped(name)}</h2>"]
    for each in worst:
        rank = f"rank {each.rank}" if each.rank else "not found"
        answers = escaped("; ".join(each.question.answers) or "not given")
        day = f", asked on {each.question.as_of}" if each.question.as_of else ""
        parts.append(
            f"<details><summary>{escaped(each.question.text)} "
            f'<span class="quiet">({escaped(each.question.id)}{day}: {rank})</span></summary>'
            f'<p class="quiet">Answer: {answers}</p>'
            f"<p>Wanted:</p><ul>{_articles(each.wanted)}</ul>"
            f"<p>Came first:</p><ol>{_articles(each.first)}</ol></details>"
        )
    return "\n".join(parts)


def _articles(articles: Sequence[Article]) -> str:
    lines = []
    for article in articles:
        place = ", ".join(part for part in (article.source, str(article.day or ""), article.id) if part)
        lines.append(f'<li>{escaped(article.title or "(no title)")} <span class="quiet">{escaped(place)}</span></li>')
    return "".join(lines) or "<li>nothing</li>"


def _notes(report: Report) -> str:
    notes = problems(report)
    if not notes:
        return ""
    return "<h2>To be borne in mind</h2>\n<ul>" + "".join(f"<li>{escaped(note)}</li>" for note in notes) + "</ul>"


def _legend(names: Sequence[str]) -> str:
    keys = (
        f'<span class="key series-{number % SERIES}"></span><span>{escaped(name)}</span>'
        for number, name in enumerate(names)
    )
    return f'<p class="legend">{"".join(keys)}</p>\n'


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escaped(cell)}</th>" for cell in heading)
    body = "".join("<tr>" + "".join(f"<td>{escaped(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
