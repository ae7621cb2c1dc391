"""The records that travel through Dateline, all of them frozen dataclasses.

All offsets are in characters (Python string indices), the end exclusive.
"""

from qa.records.answers import Answer, Citation, Conflict, Hit, Sentence, ShortAnswer, Statement
from qa.records.articles import (
    CORRECTED,
    PUBLISHED,
    STATUSES,
    WITHDRAWN,
    AddReport,
    Article,
    BadRecord,
    EmbedProgress,
    Moment,
    Origin,
    Passage,
    Statistics,
    article_reference,
    day_of,
)  # fmt: skip
from qa.records.queries import AUTHOR, OUTLET, Filters, Mention, Period, Query

__all__ = [
    "AUTHOR", "CORRECTED", "OUTLET", "PUBLISHED", "STATUSES", "WITHDRAWN", "AddReport", "Answer", "Article",
    "BadRecord", "Citation", "Conflict", "EmbedProgress", "Filters", "Hit", "Mention", "Moment", "Origin", "Passage",
    "Period", "Query", "Sentence", "ShortAnswer", "Statement", "Statistics", "article_reference", "day_of",
]  # fmt: skip
