"""Our resolver of time expressions next to dateparser, on the golden file and the look-alikes.

    python3 -m venv /tmp/dates && /tmp/dates/bin/pip install dateparser
    PYTHONPATH=. /tmp/dates/bin/python benchmarks/timex.py            # the table
    PYTHONPATH=. /tmp/dates/bin/python benchmarks/timex.py --wrong    # also names what either got wrong

dateparser is no dependency of Dateline: without it only our own column is printed. `search_dates` is called once for
each question with languages ["en"], PREFER_DATES_FROM "past" and the as-of date as RELATIVE_BASE; its first result
counts. It gives points in time and no periods, so its day stands for both the first and the last: it can have both
right only where the golden period is a single day, and these have rows of their own. A month without a day gets the
day of asking, unless dateparser is told to take the first: that is the last column.

The golden file and the look-alikes were written along with our resolver. Our column says that nothing has broken, not
how it fares on what it has not seen; and what counts as right are the rules of `qa.timex`, which dateparser never
promised to follow.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from qa.timex import find_period

DATA = Path(__file__).parents[1] / "tests/data"
# The look-alikes stand for no day, whenever they are asked.
AS_OF = datetime.date(2026, 11, 24)
CURE = "dateparser is not installed: see the top of benchmarks/timex.py. Only our own figures follow."

Days = tuple[datetime.date | None, datetime.date | None]
Resolver = Callable[[str, datetime.date], Days | None]


@dataclass(frozen=True, slots=True)
class Case:
    question: str
    as_of: datetime.date
    days: Days

    @property
    def one_day(self) -> bool:
        return self.days[0] == self.days[1]


@dataclass(slots=True)
class Score:
    """What a resolver got right; `milliseconds` for each question, golden and look-alikes."""

    found: list[Case] = field(default_factory=list)
    first_right: list[Case] = field(default_factory=list)
    both_right: list[Case] = field(default_factory=list)
    false_alarms: list[str] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)


def ours(question: str, as_of: datetime.date) -> Days | None:
    period = find_period(question, as_of)
    return (period.first, period.last) if period else None


def dateparsers() -> dict[str, Resolver]:
    """dateparser as it comes, and told to take the first day of a month or year; nothing where it is not installed."""
    try:
        from dateparser.search import search_dates
    except ImportError:
        return {}

    def resolver(settings: Mapping[str, object]) -> Resolver:
        def resolve(question: str, as_of: datetime.date) -> Days | None:
            base = datetime.datetime.combine(as_of, datetime.time(12))
            settings_now = {"RELATIVE_BASE": base, "PREFER_DATES_FROM": "past", **settings}
            results = search_dates(question, languages=["en"], settings=settings_now)
            day = results[0][1].date() if results else None
            return (day, day) if day else None

        return resolve

    name = f"dateparser {importlib.metadata.version('dateparser')}"
    first_days = {"PREFER_DAY_OF_MONTH": "first", "PREFER_MONTH_OF_YEAR": "first"}
    return {name: resolver({}), f"{name}, first days": resolver(first_days)}


def golden() -> list[Case]:
    def day(text: str | None) -> datetime.date | None:
        return datetime.date.fromisoformat(text) if text else None

    lines = (DATA / "timex.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [Case(row["question"], day(row["as_of"]) or AS_OF, (day(row["first"]), day(row["last"]))) for row in rows]


def lookalikes() -> list[str]:
    lines = (DATA / "timex_lookalikes.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


def measure(resolve: Resolver) -> Score:
    score = Score()

    def timed(question: str, as_of: datetime.date) -> Days | None:
        began = time.perf_counter()
        days = resolve(question, as_of)
        score.milliseconds.append((time.perf_counter() - began) * 1_000)
        return days

    resolve("Who spoke yesterday?", AS_OF)  # loads what is loaded once
    for case in golden():
        days = timed(case.question, case.as_of)
        if days is None:
            continue
        score.found.append(case)
        if days[0] == case.days[0]:
            score.first_right.append(case)
        if days == case.days:
            score.both_right.append(case)
    for question in lookalikes():
        if timed(question, AS_OF):
            score.false_alarms.append(question)
    return score


def table(scores: dict[str, Score]) -> str:
    cases = golden()
    kinds = {"all": cases, "single days": [case for case in cases if case.one_day]}
    kinds |= {"longer or open": [case for case in cases if not case.one_day]}
    rows = [["", *scores], ["---"] * (len(scores) + 1)]
    for title, name in (
        ("something found", "found"), ("right first day", "first_right"), ("right first and last day", "both_right"),
    ):  # fmt: skip
        for kind, members in kinds.items():
            counts = (sum(case in members for case in getattr(score, name)) for score in scores.values())
            rows.append([f"{title}, {kind} ({len(members)})", *(f"{n / len(members):.3f}" for n in counts)])
    alarms = [f"{len(score.false_alarms)}" for score in scores.values()]
    rows.append([f"false alarms on the look-alikes ({len(lookalikes())})", *alarms])
    for title, share in (("p50", 50), ("p95", 95)):
        cuts = (statistics.quantiles(score.milliseconds, n=100)[share - 1] for score in scores.values())
        rows.append([f"ms a question, {title}", *(f"{cut:.2f}" for cut in cuts)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", action="store_true", help="name the questions that went wrong")
    wrong = parser.parse_args().wrong
    resolvers: dict[str, Resolver] = {"Dateline": ours}
    theirs = dateparsers()
    if not theirs:
        print(CURE)
    resolvers |= theirs
    scores = {name: measure(resolve) for name, resolve in resolvers.items()}
    print(table(scores))
    for name, score in scores.items() if wrong else ():
        print(f"\n{name}: wrong first day")
        print("\n".join(f"  {case.question} ({case.as_of})" for case in golden() if case not in score.first_right))
        print(f"{name}: false alarms")
        print("\n".join(f"  {question}" for question in score.false_alarms))


if __name__ == "__main__":
    main()
