"""The archive in SQLite, the only truth: articles and versions, passages, embeddings, the change log.

`archive` holds Store, which reads, and in whose transactions `writing` writes.
"""

from qa.rows import PreparedArticle, PreparedPassage, StoredPassage
from qa.store.archive import Store

__all__ = ["PreparedArticle", "PreparedPassage", "Store", "StoredPassage"]
