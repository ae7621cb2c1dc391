"""What a question asks for."""

import math

import pytest

from qa.asked import Asked, share
from qa.lexical import terms_of


def asked(question: str, frequencies: dict[str, int] | None = None, documents: int = 100) -> Asked:
    return Asked(question, lambda term: (frequencies or {}).get(term, 0), documents)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who won the election?", "person"),
        ("Whose fault was it?", "person"),
        ("Which company runs the ferries?", "person"),
        ("When did the strike begin?", "date"),
        ("Who won, and when?", "date"),
        ("What was the fee when Carla Renn left?", "quantity"),
        ("What did people do when the lights went out?", ""),
        ("In what year was the bridge built?", "date"),
        ("Where was the astrolabe found?", "place"),
        ("Which town flooded?", "place"),
        ("How many people were hurt?", "quantity"),
        ("What does a flu jab cost?", "quantity"),
        ("Why did the bank fail?", "reason"),
        ("What caused the blackout?", "reason"),
        ("What did the mayor say about the quay?", "speech"),
        ("What is the new bank called?", ""),
        ("Tell me about the fire", ""),
    ],
)
def test_kind_of_answer(question: str, kind: str) -> None:
    assert asked(question).kind == kind


def test_weights_are_bm25s_idf_and_leave_out_function_words() -> None:
    question = asked("Who is the mayor of Skellhaven?", {"mayor": 9, "skellhaven": 0}, documents=50)
    assert question.weights == {
        "mayor": pytest.approx(math.log(1 + (50 - 9 + 0.5) / 9.5)),
        "skellhaven": pytest.approx(math.log(1 + 50.5 / 0.5)),
    }
    assert set(question.names) == {"skellhaven"}


def test_a_question_of_function_words_is_weighed_by_what_it_has() -> None:
    assert set(asked("Who was he?").weights) == set(terms_of("who was he"))


def test_names_and_numbers() -> None:
    assert set(asked("Did Carla Renn score in 2026?").names) == {"carla", "renn", "2026"}
    assert asked("who paid?").name_coverage(set()) == 1
    question = asked("Did Carla Renn play?", {"carla": 1, "renn": 1})
    assert question.name_coverage({"renn"}) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("Who is the mayor of Oslo?", True),
        ("Who is the mayor of Harl?", False),
        ("Oslo, who is the mayor?", False),  # the first word has a capital whatever it is
        ("What did the IMF say?", False),  # the archive may spell it out
        ("Who sold the gondola?", False),  # no name
        ("Did Harl vote in 1999?", False),
    ],
)
def test_a_name_that_the_archive_has_nowhere(question: str, unknown: bool) -> None:
    absent = {"oslo": 0, "imf": 0, "gondola": 0, "1999": 0}
    assert asked(question, {"harl": 3, "mayor": 5, "vote": 4, "sold": 2, "say": 9} | absent).unknown_name is unknown


@pytest.mark.parametrize(
    ("question", "text", "shown"),
    [
        ("Who led the inquiry?", "The inquiry was led by Oda Fenn.", True),
        ("Who led the inquiry?", "The inquiry was short.", False),
        ("Who is Oda Fenn?", "It was Oda Fenn again.", False),
        ("Who was to be met?", "Prime Minister Oda Fenn travelled to Tarnvik.", True),
        ("Who was to be met?", "They travelled to Tarnvik by train.", False),
        ("Who was to be met?", "It will be held in Tarnvik.", False),
        ("Who was to be met?", "They travelled to Tarnvik to meet Fenn.", True),
        ("How many were hurt?", "Nine were taken to hospital.", True),
        ("How many of the 40 boats sank?", "All of the 40 boats were old.", False),
        ("When did it close?", "It closed on Tuesday.", True),
        ("When did it close?", "It closed quietly.", False),
        ("When did it come?", "It came at 10.59.", True),
        ("When did it come?", "It came at 6 p.m. sharp.", True),
        ("When did it come?", "It cost 12.5 million.", False),
        ("Where did it land?", "It landed near Harl.", True),
        ("Where did it land?", "It landed in the end.", False),
        ("What is it called?", "Anything.", None),
    ],
)
def test_a_sentence_shows_the_kind_of_answer(question: str, text: str, shown: bool | None) -> None:
    assert asked(question).shown_in(text) is shown


def test_a_number_before_what_is_counted() -> None:
    question = asked("How many turbines will Skerry Bank have?")
    assert question.counted_in("The farm will have 46 turbines in all.")
    assert not question.counted_in("The turbines were paid for in 2026.")
    assert not asked("Who built the turbines?").counted_in("There are 46 turbines.")


def test_pairs_of_terms_that_stand_together() -> None:
    question = asked("Did Lotte Hviding resign?")
    assert question.ordered == ["lott", "hvide", "resign"]
    assert question.pair_coverage(terms_of("Lotte Hviding said nothing at all to anybody about it")) == 0.5
    assert question.pair_coverage(terms_of("Lotte Hviding resigned")) == 1
    assert asked("Fire?").pair_coverage(["fire"]) == 0


def test_share_is_weighted() -> None:
    assert share({"a": 3.0, "b": 1.0}, {"a"}) == 0.75
    assert share({}, {"a"}) == 0


def test_words_as_typed() -> None:
    assert [word for word, _ in asked("Which missile did Kim give to Putin?").words()] == [
        "missile",
        "Kim",
        "give",
        "Putin",
    ]


def test_unknown_terms_stand_nowhere_in_the_archive() -> None:
    assert asked("What did the mayor of Harl buy?", {"mayor": 2, "buy": 1}).unknown == {"harl"}
