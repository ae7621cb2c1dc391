"""The figures of a passage against computations by hand: words, time, outlets and authors; each lies in [0, 1]."""

from __future__ import annotations

import datetime
import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.asked import Asked
from qa.fitted.ranking import RANKING_WEIGHTS
from qa.ranking import COLUMNS, Found, about_now, in_period, measure, names_an_article, nearness, nearness_to
from qa.records import Filters, Mention, Period, Query
from qa.rows import PassageRow

AS_OF = datetime.date(2026, 6, 30)
# In how many of 20 passages each term of the question stands.
FREQUENCY = {"harbour": 8, "ferri": 2, "budget": 5}
# As terms: no function words, and stems that are the words themselves.
question_words = st.sampled_from("harbour storm quarry tunnel".split())  # noqa: SIM905
text_words = st.sampled_from("harbour storm quarry tunnel red blue wet cold".split())  # noqa: SIM905


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def row(text: str = "Nothing of note.", **fields: Any) -> PassageRow:
    values: dict[str, Any] = {
        "number": 1, "version": 1, "start": 0, "text": text, "title": "", "source": "Gull", "authors": (), "day": AS_OF,
    }  # fmt: skip
    return PassageRow(**(values | fields))


def period(first: str | None, last: str | None, *, hard: bool = True) -> Period:
    return Period(day(first) if first else None, day(last) if last else None, hard, "then", 0, 4, "for the test")


def mention(name: str, kind: str = "outlet", *, excluded: bool = False) -> Mention:
    return Mention(name, kind, False, excluded, name, 0, len(name), "for the test")


def figures(
    found: PassageRow | Found, question: str = "harbour ferry budget", as_of: datetime.date = AS_OF, **fields: Any
) -> dict[str, float]:
    """The figures of one passage, by name."""
    query = Query(question, 5, Filters(), as_of, **fields)
    asked = Asked(question, lambda term: FREQUENCY.get(term, 0), 20)
    each = found if isinstance(found, Found) else Found(found, 0.0, 0.0)
    matrix = measure(query, asked, [each])
    assert matrix.shape == (1, len(COLUMNS))
    return dict(zip(COLUMNS, matrix[0].tolist(), strict=True))


def idf(frequency: int, passages: int = 20) -> float:
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


# Words


def test_each_column_has_its_weight_and_none_counts_against_a_passage() -> None:
    assert set(RANKING_WEIGHTS) == set(COLUMNS)
    assert len(COLUMNS) == len(set(COLUMNS))
    assert all(weight > 0 for weight in RANKING_WEIGHTS.values())


def test_what_the_stages_thought_is_passed_on() -> None:
    found = figures(Found(row(), 0.25, -0.5))
    assert (found["lexical"], found["cosine"]) == (0.25, -0.5)


@pytest.mark.parametrize(
    ("title", "text", "held"),
    [
        ("", "The harbours are closed.", ["harbour"]),
        ("Ferries", "The harbours are closed.", ["harbour", "ferri"]),
        ("Ferry", "No ferry, no FERRY.", ["ferri"]),
        ("A budget", "for the harbour and its ferry.", ["harbour", "ferri", "budget"]),
        ("Else", "Something else.", []),
    ],
)
def test_coverage_is_the_share_by_idf_of_the_terms_in_title_or_text(title: str, text: str, held: list[str]) -> None:
    wanted = sum(idf(FREQUENCY[term]) for term in held) / sum(map(idf, FREQUENCY.values()))
    assert figures(row(text, title=title))["coverage"] == pytest.approx(wanted)


@given(st.lists(question_words, max_size=6), st.lists(text_words, max_size=30))
def test_pairs_are_neighbours_of_the_question_that_stand_at_most_three_terms_apart(
    question: list[str], text: list[str]
) -> None:
    wanted = {pair for pair in itertools.pairwise(question) if len(set(pair)) == 2}
    near = {
        (a, b) for a, b in wanted
        if any({text[i], text[j]} == {a, b} for i in range(len(text)) for j in range(i + 1, min(i + 4, len(text))))
    }  # fmt: skip
    found = figures(row(" ".join(text)), " ".join(question))["pairs"]
    assert found == pytest.approx(len(near) / len(wanted) if wanted else 0.0)


def test_pairs_do_not_reach_into_the_title() -> None:
    assert figures(row("Nothing here.", title="Harbour ferry"))["pairs"] == 0.0


def test_the_lead_is_where_the_article_begins() -> None:
    assert (figures(row(start=0))["lead"], figures(row(start=1))["lead"]) == (1.0, 0.0)


def test_one_row_for_each_passage_and_none_for_none() -> None:
    query = Query("harbour", 5, Filters(), AS_OF)
    asked = Asked("harbour", lambda _: 1, 20)
    assert measure(query, asked, []).shape == (0, len(COLUMNS))
    matrix = measure(query, asked, [Found(row(), 0.1 * n, 0.0) for n in range(4)])
    np.testing.assert_allclose(matrix[:, COLUMNS.index("lexical")], [0.0, 0.1, 0.2, 0.3])


# Time without a period


@pytest.mark.parametrize("age", [0, 1, 7, 30, 365, 3_650, -1, -40])
@pytest.mark.parametrize("current", ["", "latest"])
def test_nearness_to_the_day_of_asking_falls_with_the_days_on_either_side(age: int, current: str) -> None:
    found = figures(row(day=AS_OF - datetime.timedelta(days=age)), current=current)
    assert found["this_week"] == pytest.approx(math.exp(-abs(age) / 7))
    assert found["these_months"] == pytest.approx(math.exp(-abs(age) / 120))
    assert found["current"] == pytest.approx(math.exp(-abs(age) / 120) if current else 0.0)
    assert (found["in_period"], found["near_period"]) == (0.0, 0.0)


def test_an_undated_passage_is_near_to_nothing() -> None:
    for asked_for in (None, period("2026-06-01", "2026-06-30"), period("2019-03-01", "2019-03-31")):
        found = figures(row(day=None), period=asked_for, current="latest")
        assert [found[name] for name in ("this_week", "these_months", "current", "in_period", "near_period")] == [0] * 5


@pytest.mark.parametrize(
    ("first", "last", "now"),
    [
        ("2019-01-01", "2019-12-31", False),
        ("2026-06-15", "2026-06-15", False),
        ("2026-06-16", "2026-06-16", True),
        ("2026-06-29", "2026-06-29", True),
        ("2026-07-01", "2026-07-31", True),
        ("2019-01-01", None, True),
        (None, "2019-12-31", False),
    ],
)
def test_recent_articles_are_preferred_unless_the_period_ended_two_weeks_before(
    first: str | None, last: str | None, now: bool
) -> None:
    query = Query("harbour", 5, Filters(), AS_OF, period=period(first, last))
    assert about_now(query) is now
    found = figures(row(day=AS_OF), period=query.period, current="latest")
    assert (found["this_week"], found["these_months"], found["current"]) == ((1.0,) * 3 if now else (0.0,) * 3)


# Time with a period


@pytest.mark.parametrize(
    ("published", "near"),
    [
        ("2019-03-10", 1.0),
        ("2019-03-12", 1.0),
        ("2019-03-14", 1.0),
        ("2019-03-15", math.exp(-1 / 30)),
        ("2019-04-13", math.exp(-30 / 30)),
        ("2019-03-09", math.exp(-1 / 2)),
        ("2019-03-01", math.exp(-9 / 2)),
    ],
)
def test_a_period_is_reported_two_days_longer_and_fades_slowly_behind_it(published: str, near: float) -> None:
    asked_for = period("2019-03-10", "2019-03-12")
    found = figures(row(day=day(published)), period=asked_for)
    assert found["near_period"] == pytest.approx(near)
    assert found["in_period"] == float(near == 1.0)
    assert nearness_to(asked_for, day(published)) == pytest.approx(near)
    assert in_period(asked_for, row(day=day(published))) is (near == 1.0)
    # A period that is long past: the day of asking has no say.
    query = Query("harbour", 5, Filters(), AS_OF, period=asked_for)
    assert nearness(query, day(published)) == pytest.approx(near)


@pytest.mark.parametrize(
    ("first", "last", "published", "inside"),
    [
        ("2019-03-10", None, "2019-03-10", True),
        ("2019-03-10", None, "2026-01-01", True),
        ("2019-03-10", None, "2019-03-09", False),
        (None, "2019-03-10", "1999-01-01", True),
        (None, "2019-03-10", "2019-03-12", True),
        (None, "2019-03-10", "2019-03-13", False),
        ("2019-03-10", "2019-03-10", None, False),
    ],
)
def test_open_periods(first: str | None, last: str | None, published: str | None, inside: bool) -> None:
    found = row(day=day(published) if published else None)
    assert in_period(period(first, last), found) is inside
    assert figures(found, period=period(first, last))["in_period"] == float(inside)


def test_nearness_is_the_nearer_of_the_period_and_now() -> None:
    this_month = Query("harbour", 5, Filters(), AS_OF, period=period("2026-06-01", "2026-06-28", hard=False))
    assert nearness(this_month, day("2026-06-01")) == 1.0
    assert nearness(this_month, day("2026-05-30")) == pytest.approx(max(math.exp(-2 / 2), math.exp(-31 / 30)))
    assert nearness(this_month, day("2026-05-11")) == pytest.approx(math.exp(-50 / 30))
    assert nearness(this_month, None) == 0.0
    assert nearness(Query("harbour", 5, Filters(), AS_OF), day("2026-05-31")) == pytest.approx(math.exp(-1))


NAMED = {
    ("2019-09-12", "2019-09-12"): (
        ["on 12 September 2019", "Sept. 12, 2019:", "September 12th, 2019", "the 12th of September 2019", "12 SEP 2019",
         "(2019-09-12)", "12 Sept 2019."],
        ["on 2 September 2019", "112 September 2019", "12 September 2018", "12 September", "September 2019",
         "12 October 2019", "2019-09-121", "12 Septimber 2019"],
    ),
    ("2019-05-02", "2019-05-02"): (["2 May 2019", "May 02, 2019", "May 2nd 2019"], ["12 May 2019", "May 22, 2019"]),
    ("2019-03-01", "2019-03-31"): (
        ["the fire of March 2019", "March of 2019", "Mar. 2019", "in MARCH, 2019"],
        ["March 2018", "the fire of 2019", "12 March, 20190", "March", "marched in 2019"],
    ),
    ("2019-02-01", "2019-02-28"): (["February 2019", "Feb. 2019"], ["January 2019"]),
    ("2019-01-01", "2019-12-31"): (["in 2019.", "the 2019 fire"], ["in 2018", "12019 ships", "20195"]),
    ("2010-01-01", "2019-12-31"): (["in 2010", "in 2014", "in 2019"], ["in 2009", "in 2020"]),
    # Parts of a month and spans over months have no name of their own.
    ("2019-03-01", "2019-03-12"): ([], ["March 2019", "2019", "1 March 2019"]),
    ("2019-02-10", "2019-04-09"): ([], ["March 2019", "2019"]),
    ("1800-01-01", "1899-12-31"): ([], ["1850"]),
    ("2019-01-01", None): ([], ["2019"]),
    (None, "2019-12-31"): ([], ["2019"]),
}  # fmt: skip


@pytest.mark.parametrize(("asked_for", "text", "named"), [
    (asked_for, text, named)
    for asked_for, lists in NAMED.items() for named, texts in zip((True, False), lists, strict=True) for text in texts
])  # fmt: skip
def test_an_article_of_another_day_may_name_the_period(
    asked_for: tuple[str | None, str | None], text: str, named: bool
) -> None:
    """Whether in the text or in the title, and whether the article has a day or none."""
    named_by = period(*asked_for)
    # Before what is open at its end, and behind what is open at its beginning.
    other = day("1700-01-01") if named_by.first else day("2030-01-01")
    for found in (row(f"It began {text}", day=other), row("It began.", title=text, day=None)):
        assert in_period(named_by, found) is named
        measured = figures(found, period=named_by)
        assert measured["in_period"] == float(named)
        assert (measured["near_period"] == 1.0) is named


# Outlets and authors


def test_outlets_and_authors_that_are_named_count_and_excluded_ones_do_not() -> None:
    found = row(source="Gull", authors=("Ann Lee", "Bo Ek"))
    named = [
        ((mention("Gull"),), 1.0, 0.0),
        ((mention("Courier"), mention("Gull")), 1.0, 0.0),
        ((mention("Courier"),), 0.0, 0.0),
        ((mention("Gull", excluded=True),), 0.0, 0.0),
        ((mention("Bo Ek", "author"),), 0.0, 1.0),
        ((mention("Bo Ek", "author", excluded=True),), 0.0, 0.0),
        # A name of the other kind says nothing.
        ((mention("Gull", "author"), mention("Ann Lee")), 0.0, 0.0),
        ((), 0.0, 0.0),
    ]
    for mentions, outlet, author in named:
        measured = figures(found, mentions=mentions)
        assert (measured["outlet"], measured["author"]) == (outlet, author)


# Whether a question is about one article


@pytest.mark.parametrize(
    ("question", "titles", "named"),
    [
        ("What does “Old bridge over Tarn closes today” say?", ["Storm", "Old bridge over Tarn closes today"], True),
        # Four of five terms will do, four of six and six of eight will not.
        ("Why was the Tarn bridge closed again?", ["Tarn bridge closed again: outrage"], True),
        ("Why was the Tarn bridge closed again?", ["Tarn bridge closed again: outrage, laughter"], False),
        (
            "Why was the Tarn bridge closed again in the second flood?",
            ["Tarn bridge closed again after second flood warning"],
            False,
        ),
        # Three terms may stand in a question by chance, and so may any number of function words.
        ("Why was the Tarn bridge closed?", ["Tarn bridge closed"], False),
        ("Where is the price of the ferry?", ["The price of the ferry"], False),
        ("What has it to do with the Tarn bridge closed again?", ["What has it to do"], False),
        ("Why was the Tarn bridge closed?", [], False),
        ("Why was the Tarn bridge closed?", [""], False),
    ],
)
def test_a_question_is_about_one_article_where_it_holds_its_title(
    question: str, titles: list[str], named: bool
) -> None:
    found = [Found(row(title=title), 0.0, 0.0) for title in titles]
    assert names_an_article(Asked(question, lambda _: 1, 20), found) is named


# All figures


days = st.dates() | st.none()
texts = st.text(max_size=60) | st.lists(text_words, max_size=12).map(" ".join)


@given(
    texts.filter(str.strip), texts, texts, days, st.dates(), st.tuples(days, days), st.sampled_from(["", "now"]),
    st.floats(0, 1), st.integers(0, 3),
)  # fmt: skip
def test_all_figures_but_the_cosine_lie_between_zero_and_one(
    question: str, title: str, text: str, published: datetime.date | None, as_of: datetime.date,
    ends: tuple[datetime.date | None, datetime.date | None], current: str, lexical: float, start: int,
) -> None:  # fmt: skip
    first, last = ends
    if first and last and first > last:
        first, last = last, first
    found = Found(row(text, title=title, day=published, start=start), lexical, 0.0)
    asked_for = Period(first, last, True, "then", 0, 4, "") if first or last else None
    measured = figures(found, question, as_of, period=asked_for, current=current, mentions=(mention("Gull"),))
    assert all(0 <= value <= 1 for value in measured.values()), measured
    query = Query(question, 5, Filters(), as_of, period=asked_for)
    assert 0 <= nearness(query, published) <= 1
    if asked_for:
        assert (measured["in_period"] == 1.0) is (measured["near_period"] == 1.0) is in_period(asked_for, found.row)
