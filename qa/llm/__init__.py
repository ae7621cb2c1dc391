"""The optional language model: it tells in its own words what was found, and each sentence is checked before it shows.

client     the server, with limits to every wait
passages   what it is given, read for what can be checked
prompt     how it is told
drafts     its text cut into sentences with their citations
claims     what of a sentence can be looked up, and what a passage holds
places     names and numbers that have changed places
checking   whether the passages that a sentence cites bear it out
writing    an answer told by the model, or a note why not
"""

from __future__ import annotations

from qa.llm.checking import Supports
from qa.llm.client import LanguageModel, language_model
from qa.llm.writing import rewritten_question, stopped, stream_written

__all__ = ["LanguageModel", "Supports", "language_model", "rewritten_question", "stopped", "stream_written"]
