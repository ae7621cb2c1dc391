"""Questions to offer on an archive that brings none of its own."""

from __future__ import annotations

import datetime

from qa.index import Index
from qa.records import Filters

_RECENT = datetime.timedelta(days=14)
# The facade has no list of the newest articles, so they are searched by words that nearly every report holds.
_COMMON_WORDS = "said on new year people government police will first week"
_LONGEST_TITLE = 90


def questions_from(index: Index, number: int = 4) -> list[str]:
    """Questions about what was reported last; none where the archive is empty."""
    last_day = index.stats().last_day
    if last_day is None:
        return []
    filters = Filters(published_from=last_day - _RECENT)
    hits = index.retrieve(_COMMON_WORDS, 4 * number, filters, dense=False)
    titles = dict.fromkeys(" ".join(hit.article.title.split()) for hit in hits)
    usable = [title for title in titles if 0 < len(title) <= _LONGEST_TITLE]
    return [f"What is known about “{title.rstrip('.')}”?" for title in usable[:number]]
