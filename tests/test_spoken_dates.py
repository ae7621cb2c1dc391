"""Days that articles speak of: cases worked out with a calendar, and what holds for any text."""

from __future__ import annotations

import datetime
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.spoken_dates import dates_in

THURSDAY = datetime.date(2026, 3, 12)
# The phrase in brackets, in an article of Thursday 12 March 2026: first and last day (month and day of 2026, or ISO).
COMPUTED = [
    # Weekdays: the last up to the day of publication.
    ("The council voted on [Tuesday].", "03-10", "03-10"),
    ("The council voted on [Thursday].", "03-12", "03-12"),
    ("The council on [Thursday] approved the quay.", "03-12", "03-12"),
    ("He resigned on [Friday].", "03-06", "03-06"),
    ("The fire of [Sunday evening] destroyed a mill.", "03-08", "03-08"),
    ("Since [Monday] nobody has paid by card.", "03-09", "03-09"),
    ("The death toll of [Sunday]'s fire has risen.", "03-08", "03-08"),
    ("Cards came back on [Wednesday morning].", "03-11", "03-11"),
    ("Shares fell [last Friday].", "03-06", "03-06"),
    ("The blackout of [last Wednesday] was set off by a marten.", "03-04", "03-04"),
    ("The strike ended [early on Monday].", "03-09", "03-09"),
    ("Power failed at 4.31 p.m. on [Saturday].", "03-07", "03-07"),
    ("A report that will be printed was read on [Monday].", "03-09", "03-09"),
    ("They meet between [Monday and Wednesday], the union told members who voted.", "03-16", "03-18"),
    # Weekdays ahead.
    ("The council will vote on [Tuesday].", "03-17", "03-17"),
    ("On [Tuesday] the council will vote.", "03-17", "03-17"),
    ("The court said that it would rule on [Friday].", "03-13", "03-13"),
    ("A verdict is due on [Monday].", "03-16", "03-16"),
    ("The trustees meet on [Tuesday].", "03-17", "03-17"),
    ("Her first match is on [Saturday].", "03-14", "03-14"),
    ("Entry is free until [Sunday].", "03-15", "03-15"),
    ("It will stay closed until [Saturday].", "03-14", "03-14"),
    ("She asked both sides to meet her again on [Wednesday].", "03-18", "03-18"),
    ("The strike begins [next Monday].", "03-16", "03-16"),
    ("The group is to file its suit on [Monday].", "03-16", "03-16"),
    # Days by name.
    ("It was named [yesterday].", "03-11", "03-11"),
    ("The council voted [last night] by 24 to 13.", "03-11", "03-11"),
    ("The river peaked [overnight].", "03-11", "03-12"),
    ("The museum reopens [today].", "03-12", "03-12"),
    ("The judge left [this morning].", "03-12", "03-12"),
    ("The first ferry leaves [tomorrow].", "03-13", "03-13"),
    ("They talked [tonight].", "03-12", "03-12"),
    ("He left [the day before yesterday].", "03-10", "03-10"),
    # Counted back.
    ("He resigned [11 days ago].", "03-01", "03-01"),
    ("Seven people died [three weeks ago].", "02-16", "02-22"),
    ("It broke [a week ago today].", "03-05", "03-05"),
    ("They won there [five months ago].", "2025-10-01", "2025-10-31"),
    # Weeks, months, years.
    ("He signed [this week].", "03-09", "03-15"),
    ("Rents rose [last week].", "03-02", "03-08"),
    ("The defence will close its case [next week].", "03-16", "03-22"),
    ("Prices fell [last month].", "02-01", "02-28"),
    ("The rule takes effect [next month].", "04-01", "04-30"),
    ("The bank earned 46 million [last year].", "2025-01-01", "2025-12-31"),
    ("It will be built by [the end of the year].", "11-01", "12-31"),
    # Months and days without their year.
    ("Two groups pulled out in [January].", "01-01", "01-31"),
    ("The tower was cleaned in [September].", "2025-09-01", "2025-09-30"),
    ("The building was opened in [March].", "03-01", "03-31"),
    ("The inquiry will report in [May].", "05-01", "05-31"),
    ("Pensions would rise from [May].", "05-01", "05-31"),
    ("The sprinklers were shut off on [22 August].", "2025-08-22", "2025-08-22"),
    ("A hearing will be held on [3 February].", "2027-02-03", "2027-02-03"),
    ("Sentence is passed on [20 March].", "03-20", "03-20"),
    ("Dredging may begin on [1 June], after the spawning.", "06-01", "06-01"),
    ("Correction, [14 March]: an earlier version was wrong.", "03-14", "03-14"),
    ("Councils have until [15 April].", "04-15", "04-15"),
    ("The government set the election for [Sunday, 4 October].", "10-04", "10-04"),
    ("It closed at [the end of February].", "02-21", "02-28"),
    ("He had spent a weekend on a yacht [last June].", "2025-06-01", "2025-06-30"),
    # Seasons and holidays.
    ("It was shut by snow on 22 days [last winter].", "2025-12-01", "2026-02-28"),
    ("The cap comes down [next summer].", "06-01", "08-31"),
    ("He would put the act before them by [Easter].", "04-03", "04-06"),
    ("They stopped answering by [Christmas] because they were afraid and had left.", "2025-12-24", "2025-12-26"),
]  # fmt: skip
EXPLICIT = [
    ("The astrolabe was made in [1587].", "1587-01-01", "1587-12-31"),
    ("It was inspected in [May 2023].", "2023-05-01", "2023-05-31"),
    ("It will open in [the spring of 2029].", "2029-03-01", "2029-05-31"),
    ("The ward shuts on [31 January 2027].", "2027-01-31", "2027-01-31"),
    ("He moved the money between [2016 and 2023].", "2016-01-01", "2023-12-31"),
    ("The mill was built in [the 1890s].", "1890-01-01", "1899-12-31"),
]
NO_DATE = [
    "It may rain, and pupils march.",
    "Theresa May spoke.",
    "About 2,000 people came.",
    "She has recently moved.",
    "The Sunday Times printed it.",
    "She scored 2-1 and left at 10.59.",
    "They sell less on Black Friday than before.",
    "Prices now fall.",
]


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text if len(text) == 10 else f"2026-{text}")


@pytest.mark.parametrize("computed", [True, False], ids=["computed", "explicit"])
def test_the_days_that_words_stand_for(computed: bool) -> None:
    wrong = []
    for marked, first, last in COMPUTED if computed else EXPLICIT:
        start, end = marked.index("["), marked.index("]") - 1
        sentence = marked.replace("[", "").replace("]", "")
        found = [(d.start, d.end, d.first, d.last, d.computed) for d in dates_in(sentence, THURSDAY)]
        if found != [(start, end, day(first), day(last), computed)]:
            wrong.append((marked, found))
    assert wrong == []


def test_there_are_as_many_cases_as_promised() -> None:
    assert len({case[0] for case in COMPUTED + EXPLICIT}) == len(COMPUTED) + len(EXPLICIT) >= 60


@pytest.mark.parametrize("sentence", NO_DATE)
def test_no_false_alarm(sentence: str) -> None:
    assert dates_in(sentence, THURSDAY) == ()


def test_each_verb_has_its_own_day() -> None:
    sentence = "The council said on Tuesday that it will vote on Friday and on Monday."
    assert [found.first.day for found in dates_in(sentence, THURSDAY)] == [10, 13, 16]


def test_a_list_has_its_days_one_by_one() -> None:
    found = dates_in("The van called on Monday and Wednesday.", THURSDAY)
    assert [(date.phrase, date.first.day) for date in found] == [("Monday", 9), ("Wednesday", 11)]


def test_without_a_day_of_publication_only_explicit_days_are_told() -> None:
    assert [date.phrase for date in dates_in("He left on Tuesday, in May 2023 and yesterday.", None)] == ["May 2023"]


def test_a_moment_counts_as_its_day() -> None:
    moment = datetime.datetime(2026, 3, 12, 23, 5, tzinfo=datetime.UTC)
    assert dates_in("He left today.", moment) == dates_in("He left today.", THURSDAY)


@pytest.mark.parametrize(
    ("sentence", "written"),
    [
        ("He left on Tuesday.", "10 March 2026"),
        ("He left last week.", "2 to 8 March 2026"),
        ("He left in February.", "February 2026"),
        ("He left last year.", "2025"),
        ("It was shut last winter.", "1 December 2025 to 28 February 2026"),
        ("It was shut last autumn.", "1 September to 30 November 2025"),
    ],
)
def test_days_are_written_for_a_reader(sentence: str, written: str) -> None:
    assert dates_in(sentence, THURSDAY)[0].written == written


PIECES = """
    on Tuesday, yesterday will said that vote in March 2026 the of and until by last night next week 12 May . , 'Friday'
    9999 31 February ago three years “ ” é ß 日 before between from
"""
SENTENCES = st.lists(st.sampled_from([*PIECES.split(), "\ud800", "\u00a0"]), max_size=25).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(SENTENCES, st.dates())
def test_offsets_hold_and_nothing_breaks(sentence: str, published: datetime.date) -> None:
    passed = 0
    for date in dates_in(sentence, published):
        assert sentence[date.start : date.end] == date.phrase != ""
        assert passed <= date.start < date.end
        assert date.first <= date.last
        passed = date.end


def test_the_work_grows_with_the_length_and_no_more() -> None:
    sentence = "The council said on Tuesday that it will vote on Friday, 12 May, or the week after. "
    dates_in(sentence * 4, THURSDAY)
    times = []
    for repeats in (40, 160):
        best = float("inf")
        for _ in range(3):
            started = time.perf_counter()
            dates_in(sentence * repeats, THURSDAY)
            best = min(best, time.perf_counter() - started)
        times.append(best)
    assert times[1] < 8 * times[0]
