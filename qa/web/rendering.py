"""The HTML of the page, of questions and answers, and of the evidence, made from records by pure functions.

Together with `understood` and `below` (what stands above and below an answer), `changes` (versions), `timeline` (what
stands below the evidence), `export_page` (a conversation that was saved), `archive_rendering` and `editing_rendering`
(the other tabs) this is all HTML of the chat; what comes from an article or a reader goes through `qa.web.markup`.
"""

from __future__ import annotations

import datetime
import re
import urllib.parse
from collections.abc import Iterable, Mapping, Sequence

from qa.records import Answer, Article, Conflict, Hit, Sentence, ShortAnswer, Statement, Statistics
from qa.web.background import Phase, State
from qa.web.markup import anchor_to, escaped, isolated, language, safe_link
from qa.web.wording import badges, count, coverage, ended, moment_in_words, progress_in_words, short_day

# The figures of qa/ranking.py in words; those of one kind are shown as one.
_FIGURES = {
    "lexical": "words", "cosine": "meaning", "coverage": "share of the question", "pairs": "words side by side",
    "lead": "opening of its article", "this_week": "recency", "these_months": "recency", "current": "recency",
    "in_period": "period", "near_period": "period",
}  # fmt: skip
_STILL_WRITING = "The language model is writing…"
_WHITE_SPACE = re.compile(r"\s+")
_EMPTY_LINES = re.compile(r"\n\s*\n")


# The page around the conversation


def masthead(statistics: Statistics, now: datetime.datetime) -> str:
    """The name of the page and what the archive covers; in an empty one, how articles are added. `now` is aware."""
    if statistics.articles:
        line = f'<p class="coverage">{escaped(coverage(statistics, now))}</p>'
        if long_past := ended(statistics, now.date()):
            line += f'<p class="ended">{escaped(long_past)}</p>'
    else:
        line = (
            '<p class="coverage">This archive is empty. Add articles: <code>qa index ARTICLES</code>, '
            "then ask; this page need not be restarted.</p>"
        )
    return f'<header class="masthead"><h1>Dateline</h1>{line}</header>'


def status(state: State) -> str:
    """What the background work is at. Only changes of kind are announced to screen readers, not every percent."""
    progress = state.progress
    words = progress_in_words(progress) if progress else ""
    if state.phase is Phase.LOADING:
        said = "The search model is loading. You can ask already; the first answer waits for it."
        return _status_line("loading", said, "")
    if state.phase is Phase.FAILED:
        return _status_line("failed", f"The model or its vectors are not available: {state.message}", "")
    if progress is None or progress.done >= progress.total:
        return _status_line("ready", "", "")
    said = {
        Phase.ENCODING: "Answers get better while vectors are computed.",
        Phase.ELSEWHERE: "Another process computes the vectors.",
    }.get(state.phase, "Vectors are not being computed: qa embed goes on with them.")
    bar = f'<progress max="{progress.total}" value="{progress.done}" aria-label="Vectors computed"></progress>'
    return _status_line("encoding", said, f'<span class="figures">{bar}{escaped(words)}</span>')


def _status_line(kind: str, said: str, figures: str) -> str:
    return f'<div class="status {kind}">{figures}<span role="status" aria-live="polite">{escaped(said)}</span></div>'


def kept_notice(user: str) -> str:
    """That conversations are kept, where, and for how long."""
    name = f", under the name {isolated(user)}," if user else ""
    return (
        f'<p class="kept">Your conversations are kept on this server{name} until you delete them. Whoever runs it can '
        "read them.</p>"
    )


# The conversation


def question_message(question: str) -> str:
    """The reader's own words. Handed to gr.Chatbot as text they would become HTML, even with render_markdown=False."""
    return f'<p class="question" dir="auto">{escaped(question)}</p>'


def queue_place() -> str:
    """Where the page tells how many questions are answered before this one; see static/page.js."""
    return '<p class="queue" role="status"></p>'


def working_message(words: str) -> str:
    """What stands in the place of an answer while it is looked for."""
    return f'<p class="working">{escaped(words)}</p>'


def answer_message(
    sentences: Sequence[Sentence], turn: int, *, current: bool, short: ShortAnswer | None = None,
    conflicts: Sequence[Conflict] = (), written: Sequence[Statement] = (), model: str = "", unfinished: bool = False,
) -> str:  # fmt: skip
    """The quoted sentences, each with its number, outlet and day; in the `current` answer the numbers are buttons.

    The short answer stands above them and is marked in its sentence. What a language model has `written` from the
    sentences and what they disagree in stand above them once all of those are shown; so does that it still writes,
    where the answer is `unfinished`.
    """
    numbers = {sentence.citation.number for sentence in sentences}
    above = _short(short) if short and short.number in numbers else ""
    if unfinished:
        # It has its place before the first sentence comes: so all below keeps its own, and the focus with it.
        above += _written(written, _STILL_WRITING, "by working")
    elif written and numbers.issuperset(number for statement in written for number in statement.numbers):
        above += _written(written, f"Written by {model}; each sentence was checked against these quotations:")
    for conflict in conflicts:
        if numbers.issuperset(conflict.numbers):
            above += f'<p class="conflict" dir="auto">{escaped(conflict.words)}</p>'
    quotes = "".join(_quote(sentence, turn, current, short) for sentence in sentences)
    return f'<div class="answer">{above}{quotes}</div>'


def _short(short: ShortAnswer) -> str:
    """The short answer; a day that was counted from the article's own is no part of the quotation and says so."""
    computed = ""
    if short.computed:
        computed = f' <span class="computed">[{escaped(short.computed)}, computed from the article’s date]</span>'
    return f'<p class="short" dir="auto">{escaped(_folded(short.text))}{computed}</p>'


def _written(written: Sequence[Statement], by: str, kind: str = "by") -> str:
    """The sentences of a language model; those that are not borne out look different and say why. `kind` is a class."""
    words = " ".join(
        escaped(each.text) if each.supported else f'<span class="doubtful">{escaped(each.shown)}</span>'
        for each in written
    )
    said = f'<p dir="auto">{words}</p>' if words else ""
    return f'<div class="written">{said}<p class="{kind}">{escaped(by)}</p></div>'


def _quote(sentence: Sentence, turn: int, current: bool, short: ShortAnswer | None) -> str:
    number, article = sentence.citation.number, sentence.citation.article
    mark = _number(number)
    if current:
        name = f"Citation {number}: {article.title or 'Untitled'}, {article.source or 'Unknown outlet'}"
        mark = (
            f'<button type="button" class="number" data-target="{_anchor(turn, number)}" '
            f'aria-label="{escaped(name)}">{number}</button>'
        )
    link = "" if current else safe_link(article.url)
    source = (
        f"{outlet_of(article)}, {escaped(short_day(article.published))}" if article.published else outlet_of(article)
    )
    attribution = anchor_to(link, source) if link else source
    kind, before = ("", "")
    if sentence.leads_to:
        kind, before = ' class="context"', f", just before [{sentence.leads_to}]"
    words = _marked(sentence, short)
    said = f'<p dir="auto"{language(article.language)}>“{words}”</p>'
    return f"<blockquote{kind}>{said}<footer>{mark} — {attribution}{before}</footer></blockquote>"


def _number(number: int, tag: str = "span") -> str:
    """The number of a citation where it is no button; screen readers are told that it is one."""
    return f'<{tag} class="number"><span class="unseen">Citation </span>{number}</{tag}>'


def _marked(sentence: Sentence, short: ShortAnswer | None) -> str:
    """The words of a sentence in one line, with the short answer in its <mark> where it stands there."""
    text, start = sentence.text.rstrip(), sentence.citation.start
    if short is None or short.number != sentence.citation.number:
        return escaped(_folded(text).strip())
    first, last = short.start - start, short.end - start
    before, words, after = (escaped(_folded(part)) for part in (text[:first], text[first:last], text[last:]))
    return f"{before.lstrip()}<mark>{words}</mark>{after}"


def _folded(text: str) -> str:
    """Text in one line: breaks inside a sentence are an accident of the source's layout."""
    return _WHITE_SPACE.sub(" ", text)


def abstention_message(answer: Answer) -> str:
    """A refusal, and why: a calm state of its own, neither an answer nor a failure."""
    verdict = "The archive does not answer this." if answer.hits else "Nothing was found in the archive."
    return f'<div class="abstained"><p class="verdict">{verdict}</p><p dir="auto">{escaped(answer.reason)}</p></div>'


def failure_message(words: str, *, mistaken: bool) -> str:
    """Why there is no answer, in words for the reader: the question was `mistaken`, or something broke."""
    verdict = "This cannot be asked" if mistaken else "Something went wrong; this is no answer"
    # No alert: the conversation is a live region as it is, and each would be told twice.
    return f'<div class="failed"><p class="verdict">{verdict}</p><p dir="auto">{escaped(words)}</p></div>'


def stopped_message() -> str:
    return '<p class="working still">Stopped.</p>'


# The evidence


def no_evidence(words: str) -> str:
    """The evidence panel while there is nothing to show."""
    return f'<section class="evidence empty"><h2>Evidence</h2><p role="status">{escaped(words)}</p></section>'


def evidence(answer: Answer, turn: int, versions: Mapping[str, int]) -> str:
    """The cited passages with their sentences marked, then what else was found.

    Args:
        answer: what the passages were found for.
        turn: its number in the conversation, from 1.
        versions: how many versions the archive has of each article found, by its id; none named means one.
    """
    if not answer.hits:
        return no_evidence("No passage was found, so there is nothing to show.")
    cited = [(hit, quoted) for hit in answer.hits if (quoted := quoted_in(hit, answer.sentences))]
    cited.sort(key=lambda pair: pair[1][0].citation.number)
    others = [hit for hit in answer.hits if not quoted_in(hit, answer.sentences)]
    heading = "What came nearest" if answer.abstained and others else "Evidence"
    found = f"{count(len(answer.sentences), 'citation')}, {count(len(others), 'other passage')}"
    parts = [f'<h2>{heading}</h2><p class="unseen" role="status">{found}</p>']
    parts += [_card(hit, quoted, turn, versions.get(hit.article.id, 1)) for hit, quoted in cited]
    cards = "".join(_card(hit, (), turn, versions.get(hit.article.id, 1)) for hit in others)
    if answer.abstained:
        parts.append(cards)
    elif others:
        summary = f"<summary>{count(len(others), 'other passage')} found</summary>"
        parts.append(f'<details class="others">{summary}{cards}</details>')
    kind = "evidence abstained" if answer.abstained else "evidence"
    return f'<section class="{kind}">{"".join(parts)}</section>'


def quoted_in(hit: Hit, sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """The quoted sentences that stand in this passage, by their numbers."""
    found = [
        sentence for sentence in sentences
        if sentence.citation.article.id == hit.article.id
        and hit.start <= sentence.citation.start and sentence.citation.end <= hit.end
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda sentence: sentence.citation.number))


def _card(hit: Hit, quoted: Sequence[Sentence], turn: int, versions: int) -> str:
    """One passage: where it is from, its text with the quoted sentences marked, and why it is here."""
    article = hit.article
    numbers = "".join(_number(sentence.citation.number) for sentence in quoted)
    spoken = language(article.language)
    byline = [outlet_of(article), *(isolated(author) for author in article.authors)]
    if article.published:
        moment = f'<time datetime="{article.published.isoformat()}">{moment_in_words(article.published)}</time>'
        byline.append(moment)
    link = safe_link(article.url)
    host = urllib.parse.urlsplit(link).hostname or ""
    original = f'<p class="original">{anchor_to(link, f"Read the original at {isolated(host)}")}</p>' if link else ""
    return (
        f'<article class="card{" cited" if quoted else ""}">'
        f'<h3 dir="auto"{spoken}>{numbers}{isolated(article.title or "Untitled")}</h3>'
        f'<p class="byline">{" · ".join(byline)}{badges_of(article)}</p>'
        f'<div class="passage" dir="auto"{spoken}>{passage_html(hit, quoted, turn)}</div>'
        f'{_also_in(hit)}{original}{changed(article, versions)}<p class="why">{escaped(_why(hit))}</p></article>'
    )


def passage_html(hit: Hit, quoted: Sequence[Sentence], turn: int) -> str:
    """The text of the passage with each quoted sentence in its own <mark>; what overlaps is marked once."""
    text, parts, position = hit.article.text, [], hit.start
    if hit.start > 0:
        parts.append('<span class="cut">… </span>')
    for sentence in sorted(quoted, key=lambda sentence: sentence.citation.start):
        start, end = max(sentence.citation.start, position), sentence.citation.end
        if start >= end:
            continue
        number = sentence.citation.number
        mark = f'<mark id="{_anchor(turn, number)}" tabindex="-1">{escaped(text[start:end])}</mark>'
        parts += [paragraphs(text[position:start]), mark, _number(number, "sup")]
        position = end
    parts.append(paragraphs(text[position : hit.end]))
    if hit.end < len(text.rstrip()):
        parts.append('<span class="cut"> …</span>')
    return "".join(parts)


def paragraphs(text: str) -> str:
    """Text with a narrow gap in the place of empty lines."""
    return _EMPTY_LINES.sub('<span class="gap"></span>', escaped(text))


def badges_of(article: Article) -> str:
    """What a reader must know of this version of an article, behind its byline."""
    return "".join(f' <span class="badge">{escaped(word)}</span>' for word in badges(article))


def _also_in(hit: Hit) -> str:
    if not hit.also_in:
        return ""
    places = []
    for article in hit.also_in:
        day = f" ({short_day(article.published)})" if article.published else ""
        place, link = f"{outlet_of(article)}{escaped(day)}", safe_link(article.url)
        places.append(anchor_to(link, place) if link else place)
    return f'<p class="also">Also in: {", ".join(places)}</p>'


def changed(article: Article, versions: int) -> str:
    """Where an article has several versions, what changed between them: actions.js asks for it when it is opened."""
    if versions < 2:
        return ""
    return (
        f'<details class="changes" data-article="{escaped(article.id)}">'
        f'<summary>What changed <span class="versions">({count(versions, "version")})</span></summary>'
        '<div aria-live="polite"></div></details>'
    )


def _why(hit: Hit) -> str:
    """What each stage of the search thought of the passage."""
    words = "not among the best by words (BM25)"
    if hit.lexical_rank is not None:
        score = "" if hit.lexical_score is None else f", {hit.lexical_score:.1f}"
        words = f"number {hit.lexical_rank} by words (BM25{score})"
    meaning = "not among the nearest by meaning" if hit.cosine is not None else "no vector yet"
    if hit.dense_rank is not None:
        meaning = f"number {hit.dense_rank} by meaning"
    cosine = "" if hit.cosine is None else f" (cosine {hit.cosine:.2f})"
    part = f" for the part “{hit.part}”" if hit.part else ""
    return f"Why it is here{part}: {words}; {meaning}{cosine}. Score {hit.score:.2f}{_made_of(hit)}."


def _made_of(hit: Hit) -> str:
    """What the score is the sum of, the largest first."""
    amounts: dict[str, float] = {}
    for name, amount in hit.figures:
        words = _FIGURES.get(name, name.replace("_", " "))
        amounts[words] = amounts.get(words, 0.0) + amount
    largest = sorted((item for item in amounts.items() if abs(item[1]) >= 0.005), key=lambda item: -abs(item[1]))
    return ", made of " + ", ".join(f"{words} {amount:.2f}" for words, amount in largest) if largest else ""


def outlet_of(article: Article) -> str:
    """The name of the outlet, which may be unknown."""
    return isolated(article.source or "Unknown outlet")


def _anchor(turn: int, number: int) -> str:
    return f"evidence-{turn}-{number}"
