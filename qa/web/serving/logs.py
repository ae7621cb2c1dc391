"""Log lines as JSON, one object on each line, for whatever gathers them."""

from __future__ import annotations

import datetime
import json
import logging
import sys

# What `logging` itself puts into a record; everything else was given by `extra`.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
# uvicorn's own, for what goes wrong below our code.
_LOGGERS = ("qa", "uvicorn.error")


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time (UTC), level, logger, message, then its `extra` and its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        told |= {name: value for name, value in vars(record).items() if name not in _USUAL}
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        # Only ASCII, so that nothing in it can steer a terminal or break the line.
        return json.dumps(told, default=str)


class _ToStderr(logging.Handler):
    """Writes to whatever stderr is at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), file=sys.stderr, flush=True)  # noqa: T201


def log_as_json() -> None:
    """From now on, all log lines of this process that concern the chat are JSON. Levels stay as they are."""
    handler = _ToStderr()
    handler.setFormatter(JsonLines())
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
