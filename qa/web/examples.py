"""Questions to offer on an archive that brings none of its own."""

from __future__ import annotations

from qa.index import Index

_LONGEST_TITLE = 90
# How many of the newest articles are looked through for each question wanted: titles repeat, and some are too long.
_ARTICLES_A_QUESTION = 5


def questions_from(index: Index, number: int = 4) -> list[str]:
    """Questions about what was published last; none where the archive has no dated articles."""
    titles = dict.fromkeys(" ".join(article.title.split()) for article in index.latest(number * _ARTICLES_A_QUESTION))
    usable = [title for title in titles if 0 < len(title) <= _LONGEST_TITLE]
    return [f"What is known about “{title.rstrip('.')}”?" for title in usable[:number]]
