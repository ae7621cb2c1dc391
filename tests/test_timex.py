"""Time expressions: the golden file, the look-alikes, and what holds for any text and any day."""

from __future__ import annotations

import datetime
import json
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.records import Period
from qa.timex import asks_for_current, find_period, names_time

DATA = Path(__file__).parent / "data"
GOLDEN = [json.loads(line) for line in (DATA / "timex.jsonl").read_text(encoding="utf-8").splitlines()]
LOOKALIKES = [
    json.loads(line)["question"] for line in (DATA / "timex_lookalikes.jsonl").read_text(encoding="utf-8").splitlines()
]
TUESDAY = datetime.date(2026, 11, 24)
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# Words that stand for no time, to put around a phrase.
NEUTRAL = ("ministers", "agreed", "harbour", "that", "which", "council,", "ferry;", "mayor's", "(strike)", "2,000")
# Pieces that rules are made of, thrown together at random.
PIECES = """
    early mid- late the end of first half between from to and or until since before after by around in on at over
    last this next past coming few several couple 3 12 31 2019 2024 1990s '90s Q3 H1 12/9/2023 2023-02-30
    day days week weeks month months years decade century weekend quarter ago today yesterday May march June
    Sept. 29 February Tuesday sunday night winter fall Christmas Easter Good Friday week before last 9999 0
    , . ? ' ’ “ ” - – will did earlier later so far recently within hours now present spring
    pre- post- 2008-09 1999-00 12/9 2/22/22 profit third-quarter half and time from Tue Sat. turn 10th seventeenth
"""
PIECE = st.sampled_from(PIECES.split())


def ordinal(day: int) -> str:
    ending = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def formats(day: datetime.date) -> dict[str, str]:
    """The day in every absolute format that has its year."""
    month, weekday = MONTHS[day.month - 1], WEEKDAYS[day.weekday()]
    short = "Sept." if day.month == 9 else month if len(month) < 5 else f"{month[:3]}."
    return {
        "day month year": f"{day.day} {month} {day.year}",
        "padded": f"{day.day:02} {month} {day.year}",
        "ordinal": f"{ordinal(day.day)} {month} {day.year}",
        "of": f"the {ordinal(day.day)} of {month} {day.year}",
        "of, comma": f"{ordinal(day.day)} of {month}, {day.year}",
        "month day, year": f"{month} {day.day}, {day.year}",
        "month day year": f"{month} {day.day} {day.year}",
        "month ordinal": f"{month} {ordinal(day.day)}, {day.year}",
        "short": f"{short} {day.day}, {day.year}",
        "short, day first": f"{day.day} {short} {day.year}",
        "weekday": f"{weekday} {day.day} {month} {day.year}",
        "weekday, comma": f"{weekday}, {month} {day.day}, {day.year}",
        "small": f"{day.day} {month.lower()} {day.year}",
        "capitals": f"{day.day} {month.upper()} {day.year}",
        "dashes": f"{day.day}-{month[:3]}-{day.year}",
        "ISO": day.isoformat(),
        "ISO with slashes": f"{day.year}/{day.month:02}/{day.day:02}",
        "dots": f"{day.day}.{day.month}.{day.year}",
        "slashes, month first": f"{day.month}/{day.day}/{day.year}",
    }


def check(question: str, period: Period | None) -> None:
    if period is None:
        return
    assert question[period.start : period.end] == period.phrase
    assert period.phrase.strip() == period.phrase != ""
    assert period.first or period.last
    assert not (period.first and period.last) or period.first <= period.last
    assert period.phrase in period.reason


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: f"{case['question']} ({case['as_of']})")
def test_the_golden_file(case: dict[str, str]) -> None:
    period = find_period(case["question"], datetime.date.fromisoformat(case["as_of"]))
    assert period is not None
    found = {
        "question": case["question"],
        "as_of": case["as_of"],
        "first": period.first and period.first.isoformat(),
        "last": period.last and period.last.isoformat(),
        "hard": period.hard,
        "phrase": period.phrase,
    }
    assert found == case
    check(case["question"], period)


@pytest.mark.parametrize("question", LOOKALIKES)
def test_no_false_alarm(question: str) -> None:
    assert find_period(question, TUESDAY) is None
    assert find_period(question, datetime.date(2024, 2, 29)) is None


def test_the_files_are_as_large_as_promised() -> None:
    assert len({(case["question"], case["as_of"]) for case in GOLDEN}) == len(GOLDEN) >= 400
    assert len(set(LOOKALIKES)) == len(LOOKALIKES) >= 235


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Who spoke last Tuesday?", "“last Tuesday”, counted from Tuesday 24 November 2026, is 17 November 2026"),
        ("Who spoke on 12 September 2023?", "“12 September 2023” is 12 September 2023"),
        (
            "Who spoke in September?",
            "“September”, counted from Tuesday 24 November 2026, is 1 September 2026 to 30 September 2026; "
            "the words leave open which one, so the last is taken",
        ),
        (
            "Who will speak on Friday?",
            "“Friday”, counted from Tuesday 24 November 2026, is 27 November 2026",
        ),
        ("Who spoke on 9/12/2023?", "“9/12/2023” is 12 September 2023; the first number is taken for the month"),
        (
            "Who spoke on 9/12?",
            "“9/12”, counted from Tuesday 24 November 2026, is 12 September 2026; the first number is taken for the "
            "month; the words leave open which one, so the last is taken",
        ),
        ("Who spoke on 2/3/22?", "“2/3/22” is 3 February 2022; the first number is taken for the month"),
        ("ferry strike 2023", "“2023” is 1 January 2023 to 31 December 2023"),
        ("Who spoke before 2020?", "“before 2020” is 31 December 2019 and earlier"),
        ("Who spoke since March 2024?", "“since March 2024” is 1 March 2024 and later"),
        (
            "What opens in 2030?",
            "“2030” is 1 January 2030 to 31 December 2030; that lies ahead, so earlier articles count too",
        ),
    ],
)
def test_the_reason_is_plain_english(question: str, reason: str) -> None:
    period = find_period(question, TUESDAY)
    assert period is not None
    assert period.reason == reason


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("What is the latest on the ferry strike?", "latest"),
        ("Who is the current mayor?", "current"),
        ("Who is mayor now?", "now"),
        ("What is open right now?", "right now"),
        ("How many have signed so far?", "so far"),
        ("Is the bridge still closed?", "still"),
        ("What are today’s headlines?", "today’s"),
        ("Has the strike ended yet?", "yet"),
        ("Currently, who runs the port?", "Currently"),
        ("What is known at the moment?", "at the moment"),
        ("WHO IS MAYOR NOW?", "NOW"),
        ("Who starred in Apocalypse Now?", ""),
        ("Who painted the still life?", ""),
        ("What drives ocean current speeds?", ""),
        ("What is a current account?", ""),
        ("How far away is so far away?", ""),
        ("Who knows the now-closed mill?", ""),
        ("Who had left by now?", ""),
        ("Who was mayor in 2019?", ""),
        ("", ""),
    ],
)
def test_words_that_ask_for_what_holds_now(question: str, word: str) -> None:
    assert asks_for_current(question) == word


@given(
    day=st.dates(datetime.date(1800, 1, 1), datetime.date(2099, 12, 31)),
    before=st.lists(st.sampled_from(NEUTRAL), max_size=6),
    after=st.lists(st.sampled_from(NEUTRAL), max_size=6),
    preposition=st.sampled_from(["", "on ", "of "]),
)
@settings(max_examples=60, deadline=None)
def test_a_date_in_any_format_is_found_anywhere(
    day: datetime.date, before: list[str], after: list[str], preposition: str
) -> None:
    as_of = datetime.date(2100, 1, 1)
    for name, written in formats(day).items():
        question = " ".join([*before, preposition + written, *after])
        period = find_period(question, as_of)
        assert period is not None, (name, question)
        assert (period.first, period.last, period.phrase) == (day, day, written), (name, question)
        either_order = name == "slashes, month first" and day.day <= 12 and day.day != day.month
        assert period.hard != either_order, (name, question)
        check(question, period)


@given(
    first=st.dates(datetime.date(1800, 1, 1), datetime.date(2098, 12, 31)),
    days=st.integers(0, 400),
    words=st.sampled_from(["between {} and {}", "from {} to {}", "from {} until {}"]),
)
@settings(max_examples=60, deadline=None)
def test_a_range_runs_from_its_first_day_to_its_last(first: datetime.date, days: int, words: str) -> None:
    last = first + datetime.timedelta(days=days)
    for name, written in formats(first).items():
        phrase = words.format(written, formats(last)[name])
        period = find_period(f"Who met the council {phrase}?", datetime.date(2100, 1, 1))
        assert period is not None, phrase
        assert (period.first, period.last, period.phrase) == (first, last, phrase)


@given(question=st.text(max_size=200), as_of=st.dates())
@example(question="last year", as_of=datetime.date.min)
@example(question="next week", as_of=datetime.date.max)
@example(question="before today", as_of=datetime.date.min)
@example(question="after today", as_of=datetime.date.max)
@example(question="around today", as_of=datetime.date.max)
@example(question="late this decade", as_of=datetime.date.max)
@example(question="0 days after 2019", as_of=TUESDAY)
@example(question="9999 years ago", as_of=TUESDAY)
@example(question="in the last 9999 decades", as_of=TUESDAY)
@example(question="auguſt 2019 in ſeptember, K 2019", as_of=TUESDAY)
@example(question="３ June ２０２３ and ١٢ May", as_of=TUESDAY)
@settings(max_examples=200, deadline=None)
def test_any_text_on_any_day(question: str, as_of: datetime.date) -> None:
    check(question, find_period(question, as_of))
    assert asks_for_current(question) in question


@given(
    pieces=st.lists(PIECE, min_size=1, max_size=12),
    gap=st.sampled_from([" ", "  ", "\u00a0", "\n", ""]),
    as_of=st.one_of(st.dates(), st.dates(datetime.date(2020, 1, 1), datetime.date(2028, 12, 31))),
)
@settings(max_examples=300, deadline=None)
def test_any_pieces_in_any_order(pieces: list[str], gap: str, as_of: datetime.date) -> None:
    question = gap.join(pieces)
    period = find_period(question, as_of)
    check(question, period)
    assert period == find_period(question, as_of)


@given(
    weekday=st.sampled_from(WEEKDAYS),
    words=st.sampled_from(["on {}", "last {}", "next {}", "this {}", "since {}", "on {} night", "{} last week"]),
    as_of=st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1)),
    weeks=st.integers(-500, 500),
)
@settings(max_examples=100, deadline=None)
def test_whole_weeks_shift_a_weekday_by_as_much(weekday: str, words: str, as_of: datetime.date, weeks: int) -> None:
    question = f"Who spoke {words.format(weekday)}?"
    shift = datetime.timedelta(weeks=weeks)
    one, other = find_period(question, as_of), find_period(question, as_of + shift)
    assert one is not None and other is not None
    assert one.first is not None and other.first is not None
    assert one.first.weekday() == WEEKDAYS.index(weekday)
    assert other.first == one.first + shift
    if words.startswith("last {"):
        assert datetime.timedelta(1) <= as_of - one.first <= datetime.timedelta(7)
    if words == "on {}":
        assert datetime.timedelta(0) <= as_of - one.first <= datetime.timedelta(6)


@given(as_of=st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1)), month=st.integers(0, 11))
@settings(max_examples=60, deadline=None)
def test_a_bare_month_is_the_last_that_has_begun(as_of: datetime.date, month: int) -> None:
    period = find_period(f"Who resigned in {MONTHS[month]}?", as_of)
    assert period is not None and period.first is not None and period.last is not None
    assert period.first <= as_of
    assert period.first.month == period.last.month == month + 1
    assert (as_of - period.first).days <= 366
    before = find_period(f"Who resigned last {MONTHS[month]}?", as_of)
    after = find_period(f"Who resigns next {MONTHS[month]}?", as_of)
    assert before is not None and before.last is not None and before.last < as_of
    assert after is not None and after.first is not None and after.first > as_of


@given(
    weekday=st.sampled_from(WEEKDAYS),
    words=st.sampled_from(["on {}", "last {}", "next {}", "this {}", "since {}", "until {}", "on {} night"]),
    as_of=st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1)),
    dot=st.sampled_from(["", "."]),
)
@settings(max_examples=100, deadline=None)
def test_a_short_weekday_is_the_long_one(weekday: str, words: str, as_of: datetime.date, dot: str) -> None:
    long = find_period(f"Who spoke {words.format(weekday)}?", as_of)
    short = find_period(f"Who spoke {words.format(weekday[:3] + dot)}?", as_of)
    assert long is not None and short is not None
    assert (short.first, short.last, short.hard) == (long.first, long.last, long.hard)


@given(year=st.integers(1900, 2099), number=st.integers(1, 99))
@settings(max_examples=100, deadline=None)
def test_a_year_and_two_figures(year: int, number: int) -> None:
    period = find_period(f"Who met the council in {year}-{number:02}?", datetime.date(2100, 1, 1))
    later = year - year % 100 + number
    if year < later <= year + 50:
        assert period is not None and not period.hard
        assert (period.first, period.last) == (datetime.date(year, 1, 1), datetime.date(later, 12, 31))
    elif year >= later and number <= 12:
        assert period is not None and period.hard and period.first and period.last
        assert period.first == datetime.date(year, number, 1)
        assert period.last.month == number and (period.last + datetime.timedelta(days=1)).day == 1
    elif period is not None:
        # "1999-00" and the like: over the turn of a century.
        assert (period.first, period.last) == (
            datetime.date(year, 1, 1),
            datetime.date(year + (number - year) % 100, 12, 31),
        )


@given(
    count=st.integers(1, 2000),
    as_of=st.dates(datetime.date(1950, 1, 1), datetime.date(2090, 1, 1)),
)
@settings(max_examples=60, deadline=None)
def test_days_ahead_and_days_ago_are_counted_exactly(count: int, as_of: datetime.date) -> None:
    days = datetime.timedelta(days=count)
    for words, day in (
        (f"{count} days ago", as_of - days),
        (f"in {count} days' time", as_of + days),
        (f"{count} days from now", as_of + days),
    ):
        period = find_period(f"What opens {words}?", as_of)
        assert period is not None, words
        assert (period.first, period.last, period.hard) == (day, day, False), words


@given(
    noun=st.sampled_from(["inflation", "ferry strike", "harbour", "council tax"]),
    year=st.integers(1900, 2099),
    as_of=st.dates(datetime.date(1950, 1, 1), datetime.date(2090, 1, 1)),
)
@settings(max_examples=60, deadline=None)
def test_a_year_at_the_end_counts_unless_it_is_far_ahead(noun: str, year: int, as_of: datetime.date) -> None:
    period = find_period(f"{noun} {year}", as_of)
    assert (period is not None) == (year <= as_of.year + 1)
    if period:
        assert (period.first, period.last) == (datetime.date(year, 1, 1), datetime.date(year, 12, 31))
        assert not period.hard


@pytest.mark.parametrize(
    ("phrase", "named"),
    [
        ("September 2023", True),
        ("in May", True),
        ("in 2019", True),
        ("in the 1990s", True),
        ("on 12/9/2023", True),
        ("last week", False),
        ("10 days ago", False),
        ("in the last 48 hours", False),
    ],
)
def test_phrases_that_texts_use_too(phrase: str, named: bool) -> None:
    period = find_period(f"Who spoke {phrase}?", TUESDAY)
    assert period is not None
    assert names_time(period) is named


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        " ",
        "between ",
        "from May to ",
        "the end of ",
        "12 ",
        "1",
        "in ",
        "early ",
        "May ",
        "since since ",
        "last the ",
        "on 1/2 ",
        "in 2008-09 ",
        "the year to ",
        "two and a half ",
        "strike 2023 ",
        "pre-",
    ],
)
def test_time_grows_with_the_length_and_no_more(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        began = time.process_time()
        find_period(text, TUESDAY)
        asks_for_current(text)
        return time.process_time() - began

    short = min(seconds(2_500) for _ in range(2))
    # Eight times as long: well below the 64 times of a square, with room for a busy machine.
    assert seconds(20_000) < 24 * short + 0.05
