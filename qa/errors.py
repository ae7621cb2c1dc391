"""Every error that Dateline raises on purpose.

DatelineError                    the root: catch this to catch them all
├── ConfigError                  an unknown setting, or a value that cannot be used
├── ArticleFileError             a file, folder or feed that cannot be read at all
├── QuestionError                a question that cannot be asked (empty, too long, k below 1)
├── EncoderError                 the model is missing, altered, or will not load
├── LanguageModelError           the optional language model cannot be reached, is slow, or answers with nothing usable
├── DataSetError                 questions, judgments or runs to measure with that cannot be used
└── ArchiveError                 (group) something about an index on disk
    ├── IndexNotFoundError       there is no index at that path
    ├── IndexMismatchError       made with another encoder or other settings than asked for
    ├── IndexLockedError         another process is writing to it
    ├── IndexDamagedError        its SQLite file is damaged; nothing was changed
    └── IndexClosedError         it was closed, or never opened for this use

Each message says what happened, where, and what to do.
"""

from __future__ import annotations

import functools


class DatelineError(Exception):
    """The root of all errors raised on purpose.

    Args:
        what: what happened, as a sentence without its full stop.
        where: the file, setting or record concerned; may be empty.
        cure: what the reader of the message can do; a full sentence.
    """

    def __init__(self, what: str, *, where: str = "", cure: str = "") -> None:
        self.what = what
        self.where = where
        self.cure = cure
        super().__init__(what, where, cure)

    def __reduce__(self) -> tuple[object, ...]:
        return functools.partial(type(self), where=self.where, cure=self.cure), (self.what,)

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        return f"{self.what}{place}." + (f" {self.cure}" if self.cure else "")


class ConfigError(DatelineError):
    """An unknown setting, or a value that cannot be used."""


class ArticleFileError(DatelineError):
    """A file, folder or feed of articles that cannot be read at all."""


class QuestionError(DatelineError):
    """A question that cannot be asked: empty, too long, or with k below 1."""


class EncoderError(DatelineError):
    """The encoder is missing, altered, or will not load."""


class LanguageModelError(DatelineError):
    """The optional language model: not installed, out of reach, too slow, or with no usable answer.

    Holds nothing of what the server said and never a key: both may end up in a log.
    """


class DataSetError(DatelineError):
    """Questions, judgments or runs to measure with that cannot be used."""


class ArchiveError(DatelineError):
    """The group of errors about an index on disk."""


class IndexNotFoundError(ArchiveError):
    """There is no index at that path."""


class IndexMismatchError(ArchiveError):
    """The index was made with another encoder or other settings than asked for."""


class IndexLockedError(ArchiveError):
    """Another process is writing to the index."""


class IndexDamagedError(ArchiveError):
    """The SQLite file of the index is damaged. Nothing was changed."""


class IndexClosedError(ArchiveError):
    """The index was closed before this call."""
