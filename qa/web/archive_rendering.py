"""The HTML of the archive's tabs: lists of articles, one article to read, figures of outlets. Pure functions.

Buttons that carry `data-read`, an article's id, open it; static/archive.js hands that to the server.
"""

from __future__ import annotations

import datetime
import urllib.parse
from collections.abc import Mapping, Sequence

from qa.catalogue import Entry, Listing, Outlet
from qa.records import Article, Statistics
from qa.web.markup import anchor_to, escaped, isolated, language, safe_link
from qa.web.rendering import badges_of, changed, outlet_of, paragraphs
from qa.web.wording import count, days_old, long_day, moment_in_words, short_day

# A browser shows a million characters in one piece, but takes seconds for it.
_LONGEST_TEXT = 200_000
_WITHDRAWN = "This article was withdrawn. What it said is not shown."


# Lists


def listing(found: Listing, offset: int, *, words: str) -> str:
    """One page of a list.

    Args:
        found: the page.
        offset: how many articles stand on the pages before it.
        words: what was searched for; empty where all are listed.
    """
    if not found.total:
        return nothing_listed("No article has any of these words within these limits." if words else "No article.")
    of = f"{'' if found.complete else 'more than '}{count(found.total, 'article')}"
    order = "the best match first" if words else "the newest first"
    shown = f"{offset + 1:,}–{offset + len(found.entries):,} of {of}, {order}"
    entries = "".join(map(_entry, found.entries))
    return (
        f'<section class="listing"><p class="found" role="status">{escaped(shown)}</p>'
        f'<ol start="{offset + 1}">{entries}</ol></section>'
    )


def nothing_listed(words: str) -> str:
    """Why there is no list, in words for the reader."""
    return f'<section class="listing"><p class="found" role="status">{escaped(words)}</p></section>'


def _entry(entry: Entry) -> str:
    article = entry.article
    day = f" · {escaped(short_day(article.published))}" if article.published else " · no date"
    versions = f" · {count(entry.versions, 'version')}" if entry.versions > 1 else ""
    return (
        f'<li><button type="button" class="entry" data-read="{escaped(article.id)}">'
        f'<span class="title" dir="auto"{language(article.language)}>{isolated(article.title or "Untitled")}</span>'
        f'<span class="byline">{outlet_of(article)}{day}{versions}{badges_of(article)}</span></button></li>'
    )


# One article


def nothing_to_read(words: str) -> str:
    """The place of an article while there is none, in words for the reader."""
    return f'<section class="reading empty"><h2>Article</h2><p role="status">{escaped(words)}</p></section>'


def reading(article: Article, versions: int, copies: Sequence[Article]) -> str:
    """An article in full, with its versions and where else it stands. Of a withdrawn one, nothing that it said.

    Args:
        article: its current version.
        versions: how many of it the archive has.
        copies: the articles that say the same.
    """
    spoken, link = language(article.language), safe_link(article.url)
    byline = [outlet_of(article), *(isolated(author) for author in article.authors)]
    if article.published:
        moment = moment_in_words(article.published)
        byline.append(f'<time datetime="{article.published.isoformat()}">{escaped(moment)}</time>')
    if article.section:
        byline.append(isolated(article.section))
    host = urllib.parse.urlsplit(link).hostname or ""
    original = f'<p class="original">{anchor_to(link, f"Read the original at {isolated(host)}")}</p>' if link else ""
    if article.withdrawn:
        text, history = f'<p class="note">{_WITHDRAWN}</p>', ""
    else:
        text, history = _text(article, spoken), changed(article, versions)
    return (
        f'<section class="reading" data-article="{escaped(article.id)}">'
        f'<h2 tabindex="-1" dir="auto"{spoken}>{isolated(article.title or "Untitled")}</h2>'
        f'<p class="byline">{" · ".join(byline)}{badges_of(article)}</p>{original}{text}{_also_in(copies)}'
        f'{history}<p class="id">In this archive as <code>{escaped(article.id)}</code></p>'
        '<button type="button" class="to-list">Back to the list</button></section>'
    )


def _text(article: Article, spoken: str) -> str:
    shown = article.text[:_LONGEST_TEXT]
    cut = len(article.text) - len(shown)
    more = f'<p class="note">{count(cut, "further character")}, not shown.</p>' if cut else ""
    return f'<div class="text" dir="auto"{spoken}>{paragraphs(shown.strip())}</div>{more}'


def _also_in(copies: Sequence[Article]) -> str:
    if not copies:
        return ""
    places = "".join(
        f'<li><button type="button" data-read="{escaped(each.id)}">{outlet_of(each)}'
        f"{f' ({short_day(each.published)})' if each.published else ''}: "
        f"{isolated(each.title or 'Untitled')}</button></li>"
        for each in copies
    )
    return f'<h3>Also in</h3><ul class="also">{places}</ul>'


# Figures


def note(words: str) -> str:
    """A remark in words for the reader."""
    return f'<p class="archive-note">{escaped(words)}</p>'


def heading(words: str) -> str:
    """What stands above a plot: Gradio counts a plot's own label to its height, and cuts off the legend."""
    return f"<h2>{escaped(words)}</h2>"


def legend(colours: Mapping[str, str]) -> str:
    """Which colour of a plot stands for which outlet. Gradio's own legend has one line, however narrow the page is."""
    entries = "".join(
        f'<li><span style="background: {escaped(colour)}"></span>{isolated(name)}</li>'
        for name, colour in colours.items()
    )
    return f'<ul class="legend" aria-label="Outlets by colour">{entries}</ul>' if entries else ""


def figures(statistics: Statistics, outlets: Sequence[Outlet]) -> str:
    """What the archive holds, in a line of numbers."""
    found = sum(outlet.articles for outlet in outlets)
    repeated = sum(outlet.repeated for outlet in outlets)
    cells = (
        (found, "articles that can be found"), (statistics.withdrawn, "withdrawn"),
        (statistics.versions - statistics.articles, "earlier versions"), (len(outlets), "outlets"),
        (repeated, "that begin word for word like another"),
    )  # fmt: skip
    shown = "".join(f"<div><dt>{escaped(name)}</dt><dd>{number:,}</dd></div>" for number, name in cells)
    return f'<dl class="figures-of-archive">{shown}</dl>'


def outlets_table(outlets: Sequence[Outlet], today: datetime.date) -> str:
    """Each outlet with what the archive has of it and how old the newest of it is."""
    if not outlets:
        return note("There are no outlets yet.")
    rows = "".join(_outlet_row(outlet, today) for outlet in outlets)
    heads = "".join(
        f'<th scope="col">{head}</th>' for head in ("Outlet", "Newest article", "How old", "Articles", "Repeated")
    )
    said = "Repeated are articles that begin word for word like another one of this archive."
    return (
        # A region that scrolls must be reachable with the keyboard.
        f'<h2>How fresh each outlet is</h2>{note(said)}<div class="table" tabindex="0" role="region" '
        f'aria-label="Outlets"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _outlet_row(outlet: Outlet, today: datetime.date) -> str:
    newest = escaped(long_day(outlet.newest)) if outlet.newest else "no dated article"
    age = escaped(days_old(outlet.newest, today)) if outlet.newest else "–"
    name = isolated(outlet.name or "Unknown outlet")
    return (
        f'<tr><th scope="row">{name}</th><td>{newest}</td><td>{age}</td>'
        f'<td class="number-of">{outlet.articles:,}</td><td class="number-of">{outlet.repeated:,}</td></tr>'
    )
