"""What the chat tells about itself: counts in Prometheus' text format, and a log line for each question.

Neither holds a question's text, unless the log is told to.
"""

from __future__ import annotations

import bisect
import contextlib
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from qa.errors import DatelineError

logger = logging.getLogger("qa.web.questions")

# Upper bounds in seconds. A first answer waits for the model; a usual one takes some tenths of a second.
_BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_STARTED = time.time()
_HELP = {
    "dateline_questions_total": ("counter", "Questions by endpoint and outcome."),
    "dateline_question_seconds": ("histogram", "How long questions took."),
    "dateline_questions_in_progress": ("gauge", "Questions that are being answered."),
    "dateline_responses_total": ("counter", "HTTP responses by class of status."),
    "dateline_refused_total": ("counter", "Requests that were not let through, by reason."),
    "dateline_logins_total": ("counter", "Attempts to log in by outcome."),
}

Labels = tuple[tuple[str, str], ...]


class Outcome:
    """How a question ended.

    `name` is one of "answered", "refused", "found", "nothing", "stopped", "invalid" or "failed".
    """

    def __init__(self) -> None:
        self.name = "failed"
        self.hits = 0


class Observer:
    """Counts since the process started, from all of its threads.

    `log_questions` says whether the log may hold what was asked.
    """

    def __init__(self) -> None:
        self.log_questions = False
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, Labels]] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}
        self._in_progress = 0

    def count(self, name: str, **labels: str) -> None:
        """One more of `name`, which stands in _HELP."""
        with self._lock:
            self._counts[name, tuple(sorted(labels.items()))] += 1

    @contextlib.contextmanager
    def question(self, endpoint: str, text: str) -> Iterator[Outcome]:
        """Count, time and log one question; inside, its outcome is to be told."""
        outcome, started = Outcome(), time.perf_counter()
        with self._lock:
            self._in_progress += 1
        try:
            yield outcome
        except DatelineError:
            outcome.name = "invalid"
            raise
        except GeneratorExit:
            # Whoever reads an answer as it comes wants no more of it; also before it had an outcome.
            outcome.name = "stopped" if outcome.name == "failed" else outcome.name
            raise
        finally:
            self._finished(endpoint, text, outcome, time.perf_counter() - started)

    def _finished(self, endpoint: str, text: str, outcome: Outcome, seconds: float) -> None:
        with self._lock:
            self._in_progress -= 1
            self._counts["dateline_questions_total", (("endpoint", endpoint), ("outcome", outcome.name))] += 1
            buckets = self._buckets.setdefault(endpoint, [0] * (len(_BOUNDS) + 1))
            buckets[bisect.bisect_left(_BOUNDS, seconds)] += 1
            self._seconds[endpoint] = self._seconds.get(endpoint, 0.0) + seconds
        told: dict[str, object] = {
            "endpoint": endpoint, "outcome": outcome.name, "hits": outcome.hits,
            "milliseconds": round(1000 * seconds, 1),
        }  # fmt: skip
        asked = ""
        if self.log_questions:
            told["question"] = text
            asked = f": {' '.join(text.split())}"
        logger.info(
            "%s: %s in %.0f ms, %d hits%s", endpoint, outcome.name, 1000 * seconds, outcome.hits, asked, extra=told
        )

    def as_prometheus(self, gauges: Mapping[str, float]) -> str:
        """All counts and the `gauges`, as a page in Prometheus' text format 0.0.4."""
        with self._lock:
            counts, in_progress = dict(self._counts), self._in_progress
            buckets = {endpoint: list(numbers) for endpoint, numbers in self._buckets.items()}
            seconds = dict(self._seconds)
        lines: list[str] = []
        for name, (kind, meaning) in _HELP.items():
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
            lines += [
                f"{name}{_labels(labels)} {number}" for (of, labels), number in sorted(counts.items()) if of == name
            ]
            if kind == "histogram":
                for endpoint, numbers in sorted(buckets.items()):
                    lines += _histogram(name, endpoint, numbers, seconds[endpoint])
            if kind == "gauge":
                lines.append(f"{name} {in_progress}")
        for name, value in (_process() | dict(gauges)).items():
            lines += [f"# TYPE {name} gauge", f"{name} {value:.15g}"]
        return "\n".join(lines) + "\n"


OBSERVER = Observer()


def _histogram(name: str, endpoint: str, numbers: list[int], seconds: float) -> list[str]:
    lines, total = [], 0
    for bound, number in zip((*map(str, _BOUNDS), "+Inf"), numbers, strict=True):
        total += number
        lines.append(f"{name}_bucket{_labels((('endpoint', endpoint), ('le', bound)))} {total}")
    of = _labels((("endpoint", endpoint),))
    return [*lines, f"{name}_sum{of} {seconds:.6f}", f"{name}_count{of} {total}"]


def _labels(labels: Labels) -> str:
    """Labels with values of our own making: nothing in them needs escaping."""
    inner = ",".join(f'{name}="{value}"' for name, value in labels)
    return f"{{{inner}}}" if inner else ""


def _process() -> dict[str, float]:
    """Figures of the process, under the names that Prometheus' own clients use."""
    found = {"process_start_time_seconds": _STARTED}
    with contextlib.suppress(OSError, AttributeError, IndexError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        found["process_resident_memory_bytes"] = float(pages * os.sysconf("SC_PAGE_SIZE"))
    return found
