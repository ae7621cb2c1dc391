"""JSON Lines: one object a line; and the step from one JSON text to an article."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from qa.formats.fields import make_article
from qa.formats.opening import TooLong, bounded_lines, decode, read_chunks
from qa.records import Article, BadRecord, Origin


def read_json_lines(path: Path, maximum: int) -> Iterator[Article | BadRecord]:
    """One result for each line that is not blank. Raises ArticleFileError as `read_chunks` does."""
    name = str(path)
    for number, line in bounded_lines(read_chunks(path), maximum):
        if isinstance(line, TooLong) or line.strip():
            yield article_from_json(line, Origin(name, number), maximum)


def article_from_json(raw: bytes | TooLong, origin: Origin, maximum: int) -> Article | BadRecord:
    """The article in the JSON text of one record, or its rejection."""
    try:
        value = json.loads(decode(raw, maximum))
    except json.JSONDecodeError as error:
        return BadRecord(origin, f"not JSON: {error.msg} at character {error.pos}")
    except RecursionError:
        return BadRecord(origin, "not readable JSON: nested too deeply")
    except ValueError as error:
        return BadRecord(origin, str(error))
    if isinstance(value, dict):
        return make_article(value, origin)
    if isinstance(value, list):
        return BadRecord(origin, "not an object but an array; put one object on each line, or name the file .json")
    return BadRecord(origin, "not an object; each record must be a JSON object with its fields")
