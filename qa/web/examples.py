"""Questions to offer on an archive that brings none of its own: about what it covered most of late."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from qa.index import Index
from qa.proper_names import dateline_end, names_in
from qa.records import Article
from qa.sentences import split_sentences

# What was published so many days before the archive's last one is recent; of a quiet archive, so many articles are.
_RECENT_DAYS, _FEWEST, _MOST = 14, 30, 200
# Names are looked for where a report says what it is about.
_OPENING = 600  # characters
# A name in more of the recent articles than this share is that of the region, not of a story.
_EVERYWHERE = 0.25
_PLAIN_NAME = re.compile(r"[\w.’'&-]+( [\w.’'&-]+){1,4}")


def questions_from(index: Index, number: int = 4) -> list[str]:
    """Questions about the recent stories, those first that the most outlets and articles tell.

    Args:
        index: what is asked.
        number: how many at most. There are none where no dated article begins with a name of more than one word: a
            question that is refused would be worse.
    """
    articles = _recent(index.latest(_MOST))
    return [f"What is the latest on {name}?" for name in _subjects(articles, set(index.stats().sources), number)]


def _recent(articles: Sequence[Article]) -> Sequence[Article]:
    """Of the newest articles, those of the archive's last days."""
    last = articles[0].day if articles else None
    recent = [each for each in articles if last and each.day and (last - each.day).days <= _RECENT_DAYS]
    return recent if len(recent) >= _FEWEST else articles[:_FEWEST]


def _subjects(articles: Sequence[Article], outlets: set[str], number: int) -> Iterator[str]:
    """What the articles are about, by a name, the most covered first; each of these stories once."""
    told = defaultdict[str, set[int]](set)
    written = defaultdict[str, Counter[str]](Counter)
    authors = {author for article in articles for author in article.authors}
    for place, article in enumerate(articles):
        for name, with_article in _names(article):
            if name not in outlets | authors:
                told[name].add(place)
                written[name][with_article] += 1
    most = max(2, int(_EVERYWHERE * len(articles)))

    def covered(name: str) -> tuple[int, int, int]:
        """By how many outlets, in how many articles, and how early among the newest."""
        return len({articles[place].source for place in told[name]}), len(told[name]), -min(told[name])

    taken: set[int] = set()
    for name in sorted(told, key=covered, reverse=True):
        # Two names of one story would be two questions with one answer.
        if len(told[name]) <= most and 2 * len(told[name] & taken) < len(told[name]) and number > 0:
            taken |= told[name]
            number -= 1
            yield written[name].most_common(1)[0][0]


def _names(article: Article) -> Iterator[tuple[str, str]]:
    """The names of more than one word in an article's opening: each without and with the article that it takes."""
    opening = article.text[:_OPENING]
    opening = opening[dateline_end(opening) :]
    for start, end in split_sentences(opening):
        # A sentence that is cut off may end within a name.
        if end < len(opening) or len(article.text) <= _OPENING:
            for name in names_in(" ".join(opening[start:end].split())):
                if name.sure and _PLAIN_NAME.fullmatch(name.text):
                    yield name.text, f"the {name.text}" if name.before == "the" else name.text
