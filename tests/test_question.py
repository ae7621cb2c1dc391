"""What a question means: its period, its outlets, its parts, each with its reason; and which words are searched for."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.lexical import terms_of
from qa.mentions import Names
from qa.question import (
    ARCHIVE_ENDED_DAYS,
    Request,
    archive_ended,
    interpret,
    outlets_asked,
    outlets_ended,
    part_of,
    words_asked,
    words_searched,
)
from qa.records import Filters, Query

NAMES = Names(["The Tarnvik Courier", "The Daily Gull", "Radio Osk", "Time"], ["Ann Lee"])
# A Wednesday.
AS_OF = datetime.date(2026, 11, 25)
TODAY = datetime.date(2026, 12, 24)


def understood(text: str, filters: Filters | None = None, **fields: Any) -> Query:
    values: dict[str, Any] = {"k": 5, "as_of": AS_OF}
    return interpret(Request(text, filters=filters or Filters(), **(values | fields)), NAMES, TODAY)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def days_of(query: Query) -> tuple[datetime.date | None, datetime.date | None, bool] | None:
    return (query.period.first, query.period.last, query.period.hard) if query.period else None


# What is inferred


def test_a_plain_question_is_passed_on_as_it_is() -> None:
    text = "  Who opened the  bridge?\n"
    filters = Filters(sources=("Radio Osk",))
    assert understood(text, filters, k=7) == Query(text, 7, filters, AS_OF)


def test_the_day_of_asking_is_today_unless_it_is_given() -> None:
    assert understood("Who won last month?", as_of=None).as_of == TODAY
    assert days_of(understood("Who won last month?", as_of=None)) == (day("2026-11-01"), day("2026-11-30"), False)
    assert days_of(understood("Who won last month?")) == (day("2026-10-01"), day("2026-10-31"), False)


@pytest.mark.parametrize(
    ("text", "wanted", "effect"),
    [
        ("What burned on 12 September 2023?", ("2023-09-12", "2023-09-12", True), "or that name them are searched"),
        ("What burned in March 2019?", ("2019-03-01", "2019-03-31", True), "or that name them are searched"),
        ("What burned yesterday?", ("2026-11-24", "2026-11-24", False), "articles of these days count more"),
        ("What burned last week?", ("2026-11-16", "2026-11-22", False), "articles of these days count more"),
    ],
)
def test_a_period_comes_with_its_reason_and_its_effect(text: str, wanted: tuple[str, str, bool], effect: str) -> None:
    query = understood(text)
    assert query.period
    assert days_of(query) == (day(wanted[0]), day(wanted[1]), wanted[2])
    assert text[query.period.start : query.period.end] == query.period.phrase
    assert len(query.notes) == 1
    assert query.notes[0].startswith(query.period.reason)
    assert f"“{query.period.phrase}”" in query.notes[0]
    assert query.notes[0].endswith(effect)


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (Filters(published_from=day("2020-01-01")), False),
        (Filters(published_to=day("2020-01-01")), False),
        (Filters(sources=("Radio Osk",)), True),
    ],
)
def test_days_that_are_set_by_hand_take_the_place_of_a_period(filters: Filters, kept: bool) -> None:
    query = understood("What burned in March 2019, according to the Courier?", filters)
    assert (query.period is not None) is kept
    assert [mention.name for mention in query.mentions] == ["The Tarnvik Courier"]
    part = part_of(query, "What burned in March 2019?")
    assert (part.period is not None) is kept
    assert part.filters == filters


def test_the_word_that_asks_for_now_is_told() -> None:
    query = understood("What is the latest on the strike?")
    assert (query.current, query.period) == ("latest", None)
    assert query.notes == ("“latest” asks for what holds now: recent articles count more",)


def test_outlets_and_authors_are_told_with_their_reasons_in_the_order_of_the_question() -> None:
    query = understood("Which article by Ann Lee in the Courier, not in The Daily Gull, is about the strike?")
    assert [mention.name for mention in query.mentions] == ["Ann Lee", "The Tarnvik Courier", "The Daily Gull"]
    assert [mention.excluded for mention in query.mentions] == [False, False, True]
    assert query.notes == tuple(mention.reason for mention in query.mentions)


def test_parts_are_told_and_one_part_is_none() -> None:
    query = understood("Who won the election and when did the ferry sink?")
    assert query.parts == ("Who won the election?", "when did the ferry sink?")
    assert query.notes == ("The question has 2 parts: “Who won the election?”; “when did the ferry sink?”",)
    assert understood("Who won the election?").parts == ()


def test_the_notes_follow_one_another() -> None:
    query = understood("What is the latest in The Daily Gull and Radio Osk on last week's strike?")
    assert query.period
    assert [note.split("”")[0] for note in query.notes] == [
        "“last week", "“latest", "“The Daily Gull", "“Radio Osk", "The question has 2 parts: “" + query.parts[0],
    ]  # fmt: skip


# What was not to be understood


@pytest.mark.parametrize(
    ("text", "ignored", "left"),
    [
        ("What is the latest from Radio Osk since last week?", ("last week",), (False, True, True)),
        ("What is the latest from Radio Osk since last week?", ("LATEST",), (True, False, True)),
        ("What is the latest from Radio Osk since last week?", ("Radio Osk",), (True, True, False)),
        ("What is the latest from Radio Osk since last week?", ("last week", "latest", "Radio Osk"), (False,) * 3),
        ("What is the latest from Radio Osk since last week?", ("no such phrase", ""), (True, True, True)),
        # As a whole word only, and wherever it stands.
        ("What do we know now?", ("now",), (False, False, False)),
        ("Is the latest price the latest one?", ("latest",), (False, False, False)),
        # Letters that get longer when they are folded move nothing.
        ("Wie groß ist ẞ now?", ("now",), (False, False, False)),
        ("What is (the) latest?", ("(the)",), (False, True, False)),
    ],
)
def test_nothing_is_inferred_from_ignored_phrases(
    text: str, ignored: tuple[str, ...], left: tuple[bool, bool, bool]
) -> None:
    query = understood(text, ignored=ignored)
    assert (query.period is not None, bool(query.current), bool(query.mentions)) == left
    assert (query.text, query.ignored) == (text, ignored)
    assert len(query.notes) == sum(left)
    for found in (query.period, *query.mentions):
        assert found is None or text[found.start : found.end] == found.phrase


def test_ignored_phrases_are_searched_for_like_other_words() -> None:
    text = "What did Radio Osk report last week?"
    assert terms_of(words_searched(understood(text))) == terms_of("what did report")
    assert terms_of(words_searched(understood(text, ignored=("last week",)))) == terms_of("what did report last week")
    everything = understood(text, ignored=("last week", "Radio Osk"))
    assert words_searched(everything) == text


def test_an_ignored_phrase_stays_ignored_in_each_part() -> None:
    text = "What burned in March 2019 and what sank in May 2020?"
    query = understood(text, ignored=("March 2019", "May 2020"))
    assert len(query.parts) == 2
    assert [part_of(query, part).period for part in query.parts] == [None, None]


# Parts


def test_a_part_keeps_the_period_of_the_whole_unless_it_names_its_own() -> None:
    query = understood("What burned in March 2019 and what sank in May 2020?")
    assert days_of(query) == (day("2019-03-01"), day("2019-03-31"), True)
    first, second = (part_of(query, part) for part in query.parts)
    assert days_of(first) == days_of(query)
    assert days_of(second) == (day("2020-05-01"), day("2020-05-31"), True)
    without = understood("What burned last week and where did the ferry sink?")
    assert [days_of(part_of(without, part)) for part in without.parts] == [days_of(without)] * 2


def test_a_part_has_its_own_outlets_only_and_no_parts() -> None:
    query = understood("What do The Daily  Gull and Radio Osk say about the latest strike?", k=9)
    assert len(query.parts) == 2
    parts = [part_of(query, part) for part in query.parts]
    assert [[mention.name for mention in part.mentions] for part in parts] == [["The Daily Gull"], ["Radio Osk"]]
    for text, part in zip(query.parts, parts, strict=True):
        assert (part.text, part.parts) == (text, ())
        assert (part.k, part.as_of, part.current, part.filters) == (9, AS_OF, "latest", Filters())


# What is searched for


@pytest.mark.parametrize(
    ("text", "searched", "asked"),
    [
        ("Who won?", "who won", "who won"),
        # Outlets and days that are counted say where to look.
        ("Who won, according to the Courier?", "who won according to", "who won according to"),
        ("Who won last week?", "who won", "who won"),
        ("What did Ann Lee write yesterday?", "what did write", "what did write"),
        # Texts name a month or a year as questions do, and say "latest" too; no answer has to.
        ("Who won, in March 2019?", "who won in march 2019", "who won in"),
        ("What is the latest price?", "what is the latest price", "what is the price"),
        # Who is only spoken of is no source.
        ("Is the Courier in debt?", "is the courier in debt", "is the courier in debt"),
        # Nothing but whole words is left out.
        ("Sometimes, according to Time, who won?", "sometimes according to who won", "sometimes according to who won"),
        ("What do we know now?", "what do we know now", "what do we know"),
        # What is written as the outlet is, is the outlet; the same word in lower case is not.
        ("What is time, according to Time?", "what is time according to", "what is time according to"),
    ],
)
def test_what_says_where_to_look_is_not_searched_for(text: str, searched: str, asked: str) -> None:
    query = understood(text)
    assert sorted(terms_of(words_searched(query))) == sorted(terms_of(searched))
    assert sorted(terms_of(words_asked(query))) == sorted(terms_of(asked))
    assert len(words_searched(query)) == len(text)


@given(st.text(max_size=80) | st.sampled_from(["now", "last week", "ß", "İ", "Radio Osk"]), st.text(max_size=12))
def test_any_text_can_be_understood_and_what_is_left_is_part_of_it(text: str, phrase: str) -> None:
    query = understood(f"{text} now last week", ignored=(phrase,))
    left = words_searched(query)
    assert len(left) == len(query.text)
    assert all(kept in (" ", own) for kept, own in zip(left, query.text, strict=True))


# The archive's end


@pytest.mark.parametrize(("days", "told"), [(-5, False), (0, False), (30, False), (31, True), (3_650, True)])
def test_an_archive_that_ended_long_before_the_day_of_asking(days: int, told: bool) -> None:
    assert ARCHIVE_ENDED_DAYS == 30
    note = archive_ended(understood("Who won?"), AS_OF - datetime.timedelta(days=days))
    assert bool(note) is told
    if days == 3_650:
        assert note.startswith("The archive ends on 27 November 2016, 3,650 days before the day of asking.")


def test_an_archive_without_a_day_has_no_end() -> None:
    assert archive_ended(understood("Who won?"), None) == ""


@pytest.mark.parametrize(
    ("question", "sources", "outlets"),
    [("What does the Gull say of the Courier?", (), ("The Daily Gull",)),
     ("What does the Gull say?", ("Radio Osk", "The Daily Gull"), ("Radio Osk", "The Daily Gull")),
     ("Who won, in outlets other than the Gull?", (), ()), ("What did Ann Lee write?", (), ())],
)  # fmt: skip
def test_the_outlets_that_a_question_is_put_to(
    question: str, sources: tuple[str, ...], outlets: tuple[str, ...]
) -> None:
    assert set(outlets_asked(understood(question, Filters(sources=sources)))) == set(outlets)


@pytest.mark.parametrize(
    ("question", "last", "told"),
    [("What does the Gull say?", "2026-09-03", True), ("What does the Gull say?", "2026-10-15", True),
     ("What does the Gull say?", "2026-10-16", False), ("What does the Gull say?", "2026-11-15", False),
     ("What did the Gull say in August 2026?", "2026-09-03", False),
     ("What did the Gull say in October 2026?", "2026-09-03", True)],
)  # fmt: skip
def test_an_outlet_that_ended_long_before_its_archive(question: str, last: str, told: bool) -> None:
    notes = outlets_ended(understood(question), {"The Daily Gull": day(last)}, day("2026-11-15"))
    assert bool(notes) is told
    if last == "2026-09-03" and told:
        (note,) = notes
        assert note.startswith("The newest article of The Daily Gull here is of 3 September 2026; the archive goes on ")
        assert note.endswith("to 15 November 2026.")


def test_an_outlet_is_not_called_old_before_the_day_of_asking_and_in_an_archive_without_days() -> None:
    query = understood("What does the Gull say?", as_of=day("2026-09-10"))
    assert outlets_ended(query, {"The Daily Gull": day("2026-09-03")}, day("2026-11-15")) == ()
    assert outlets_ended(query, {}, None) == ()
