"""Composing: sentences with scores given by hand, and what must be quoted, in which order, with what beside it."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support import hashed_vector

from qa.asked import Asked
from qa.composing import Candidate, Composition, Scored, compose, leads, sentences_of
from qa.composing.choosing import asks_for_list
from qa.config import Config
from qa.records import CORRECTED, OUTLET, Article, Filters, Hit, Mention, Query

DAY = datetime.date(2026, 7, 13)
CONFIG = Config(answer_margin=1.5)
FIRST, SECOND = "The Courier", "The Gull"


def article(article_id: str, text: str, source: str = FIRST, day: int = 13, **fields: Any) -> Article:
    title = fields.pop("title", "Harl")
    return Article(article_id, title, text, source, datetime.date(2026, 7, day), **fields)


def candidates_of(*articles: Article) -> list[Candidate]:
    return sentences_of([Hit(each, 0, len(each.text), each.text, 1.0) for each in articles])


def scored(question: str, candidates: list[Candidate], scores: dict[str, float], **fields: Any) -> Scored:
    """`scores` by what a sentence begins with; all others are far below."""
    query = Query(question, 5, Filters(), DAY, **fields)
    values = [
        next((score for start, score in scores.items() if each.evidence.text.startswith(start)), -9.0)
        for each in candidates
    ]
    return Scored(query, Asked(question, lambda _: 1, 10), np.array(values))


def composed(
    question: str, articles: tuple[Article, ...], scores: dict[str, float],
    parts: tuple[tuple[str, dict[str, float], tuple[Mention, ...]], ...] = (), config: Config = CONFIG,
) -> Composition:  # fmt: skip
    candidates = candidates_of(*articles)
    whole = scored(question, candidates, scores, parts=tuple(text for text, _, _ in parts))
    asked = [scored(text, candidates, own, mentions=mentions) for text, own, mentions in parts]
    vectors = np.stack([hashed_vector(each.evidence.text) for each in candidates])
    return compose(whole, asked, candidates, vectors, config)


def test_the_neighbours_of_a_passage_are_sentences_of_its_article() -> None:
    story = article("a", "One came. Two came. Three came. Four came.")
    start = story.text.index("Two")
    (second, third) = sentences_of([Hit(story, start, start + 21, "Two came. Three came.", 1.0)])
    assert (second.evidence.previous, second.evidence.following) == ("One came.", "Three came.")
    assert (third.evidence.previous, third.evidence.following) == ("Two came.", "Four came.")
    (only,) = sentences_of([Hit(article("b", "It came."), 0, 8, "It came.", 1.0)])
    assert (only.evidence.previous, only.evidence.following) == ("", "")


def test_a_subheading_is_no_candidate_but_stands_before_one() -> None:
    first, second = candidates_of(article("a", "## Three reasons\n\nRock was found.\n\nIt costs #1 million."))
    assert first.evidence.text == "Rock was found."
    assert (first.evidence.previous, first.start) == ("## Three reasons", 18)
    assert second.evidence.text == "It costs #1 million."


def texts(composition: Composition) -> list[str]:
    return [sentence.text for sentence in composition.sentences]


def outlet(name: str) -> tuple[Mention, ...]:
    return (Mention(name, OUTLET, False, False, name, 0, len(name), ""),)


# Order


def test_the_best_sentence_comes_first_and_its_context_last() -> None:
    story = article("a", "Ada Crane runs the mill. She sold the barn to a baker. The baker paid little for the barn.")
    found = composed("What happened to the barn?", (story,), {"She sold": 3.0, "The baker": 2.5})
    assert texts(found) == [
        "She sold the barn to a baker.",
        "The baker paid little for the barn.",
        "Ada Crane runs the mill.",
    ]
    assert [sentence.citation.number for sentence in found.sentences] == [1, 2, 3]
    assert [sentence.leads_to for sentence in found.sentences] == [0, 0, 1]
    assert [sentence.score for sentence in found.sentences] == [3.0, 2.5, -9.0]


def test_a_sentence_that_names_whom_it_speaks_of_needs_no_context() -> None:
    story = article("a", "Rain fell. Ada Crane said that she had sold the barn.")
    assert texts(composed("Who sold the barn?", (story,), {"Ada Crane": 3.0})) == [
        "Ada Crane said that she had sold the barn."
    ]
    story = article("a", "Ada Crane spoke. The barn is sold, she said.")
    found = composed("Who sold the barn?", (story,), {"The barn": 3.0})
    assert texts(found) == ["The barn is sold, she said.", "Ada Crane spoke."]


def test_a_subheading_is_no_context() -> None:
    story = article("a", "Ada Crane spoke.\n\nA long road home\n\nShe sold the barn to a baker.")
    assert texts(composed("What was sold?", (story,), {"She": 3.0})) == ["She sold the barn to a baker."]


def test_what_follows_comes_close_to_the_best_and_is_new() -> None:
    stories = (
        article("a", "The storm took the roof of the barn in Harl on the hill."),
        article("b", "The storm took the roof of the barn in Harl.", SECOND),
        article("c", "The storm took 7 roofs of the barn in Harl."),
        article("d", "Nobody was hurt by falling tiles."),
        article("e", "Bakers sell bread."),
    )
    scores = {"The storm took the roof of the barn in Harl on": 3.0, "The storm took the roof": 2.9,
              "The storm took 7": 2.8, "Nobody": 2.0, "Bakers": 1.4}  # fmt: skip
    assert set(texts(composed("What did the storm take?", stories, scores))) == {
        stories[0].text, stories[2].text, stories[3].text,
    }  # fmt: skip
    # The margin is 1.5: bread is further below, and the second report holds nothing that the first does not.
    few = composed("What did the storm take?", stories, scores, config=CONFIG.replace(answer_sentences=9))
    assert set(texts(few)) == {stories[0].text, stories[2].text, stories[3].text}
    assert len(texts(composed("What?", stories, scores, config=CONFIG.replace(answer_sentences=1)))) == 1


# Parts, lists


def test_each_part_has_its_sentence() -> None:
    stories = (
        article("a", "Seven people died in Harl."),
        article("b", "Osk hurt its foot.", SECOND),
        article("c", "The mill belongs to Ada Crane."),
    )
    parts = (
        ("How many died?", {"Seven": 3.0}, ()),
        ("Who owns the mill?", {"The mill": 1.0}, ()),
    )
    found = composed("How many died and who owns the mill?", stories, {"Seven": 3.0, "Osk": 2.9}, parts)
    assert texts(found)[:2] == [stories[0].text, stories[2].text]
    assert found.short is None


def test_no_part_is_dropped_for_want_of_room() -> None:
    stories = tuple(article(word, f"The {word} of Harl fell down.") for word in ("mill", "barn", "quay", "tower"))
    parts = tuple((f"What of the {each.id}?", {f"The {each.id}": 1.0}, ()) for each in stories)
    found = composed("What of all?", stories, {"The mill": 3.0}, parts)
    assert texts(found) == [each.text for each in stories]


def test_an_outlet_answers_for_itself() -> None:
    stories = (
        article("a", "The fair drew crowds to Harl."),
        article("b", "At the fair in Harl tents stood.", SECOND),
    )
    scores = {"The fair": 3.0, "At the fair": 0.5}
    parts = (
        ("What did The Courier say?", scores, outlet(FIRST)),
        ("What did The Gull say?", scores, outlet(SECOND)),
    )
    assert texts(composed("What did both say?", stories, scores, parts)) == [stories[0].text, stories[1].text]


def test_a_list_has_a_sentence_of_each_article_that_names_another() -> None:
    stories = (
        article("a", "The chamber fined Northlight Mutual."),
        article("b", "A judge fined Whitesails Laundry."),
        article("c", "Northlight Mutual must pay what it was fined."),
        article("d", "Also fined was Halloran Estates."),
        article("e", "The council fined Corrie Bank."),
    )
    scores = {"The chamber": 3.0, "A judge": 2.9, "Northlight": 2.8, "Also": 2.0, "The council": 1.0}
    found = composed("Which companies were fined?", stories, scores)
    assert texts(found) == [stories[0].text, stories[1].text, stories[3].text]
    found = composed("Which companies were fined?", stories, scores | {"The council": 1.6})
    assert texts(found) == [stories[0].text, stories[1].text, stories[3].text, stories[4].text]
    found = composed("Which companies were fined?", stories, scores, config=CONFIG.replace(list_sentences=2))
    assert texts(found)[:2] == [stories[0].text, stories[1].text]
    assert found.short is None


@pytest.mark.parametrize(
    ("question", "is_list"),
    [
        ("Which companies were fined?", True),
        ("Which two airlines announced a merger?", True),
        ("What towns did the flood hit?", True),
        ("Who were the winners?", True),
        ("Name the towns that were flooded.", True),
        ("What are the names of the dead?", True),
        ("Which company was fined?", False),
        ("Which bus was damaged?", False),
        ("What has the council decided?", False),
        ("Who was fined?", False),
        ("What caused the fire?", False),
        ("How many companies were fined?", False),
    ],
)
def test_which_questions_ask_for_a_list(question: str, is_list: bool) -> None:
    assert asks_for_list(question) == is_list


# Beside the sentences


def test_the_short_answer_is_in_the_first_sentence() -> None:
    story = article("a", "Rain fell. The fire in Harl killed seven people.")
    found = composed("How many people died in the Harl fire?", (story,), {"The fire": 3.0})
    assert found.short is not None
    assert (found.short.text, found.short.kind, found.short.number) == ("seven people", "quantity", 1)
    assert story.text[found.short.start : found.short.end] == "seven people"
    assert found.short.computed == ""


def test_a_counted_day_is_computed_from_the_article() -> None:
    # 13 July 2026 is a Monday.
    story = article("a", "The mill in Harl was sold on Thursday.")
    found = composed("When was the mill in Harl sold?", (story,), {"The mill": 3.0})
    assert found.short is not None
    assert (found.short.text, found.short.computed) == ("Thursday", "9 July 2026")
    undated = dataclasses.replace(story, published=None)
    found = composed("When was the mill in Harl sold?", (undated,), {"The mill": 3.0})
    assert found.short is not None and found.short.computed == ""


def test_no_short_answer_where_another_article_says_otherwise() -> None:
    one = article("a", "Ada Crane sold the mill.")
    other = article("b", "Bram Oxley sold the mill.", SECOND, day=27)
    question, scores = "Who sold the mill?", {"Ada": 3.0, "Bram": 2.0}
    assert composed(question, (one,), scores).short is not None
    assert composed(question, (one, other), scores).short is None
    # Too far below the best to be heard.
    assert composed(question, (one, other), {"Ada": 3.0, "Bram": 1.0}).short is not None
    same = article("b", "Crane sold the mill in a hurry.", SECOND, day=27)
    assert composed(question, (one, same), {"Ada": 3.0, "Crane": 2.0}).short is not None


def test_no_short_answer_about_another_time_or_name_than_is_asked() -> None:
    story = article("a", "Harl Rovers won the Cup final against Osk.", title="Cup")
    assert composed("Who won the Cup final?", (story,), {"Harl": 3.0}).short is not None
    assert composed("Who won the 2025 Cup final?", (story,), {"Harl": 3.0}).short is None
    assert composed("Who won the Cup final in Brandle?", (story,), {"Harl": 3.0}).short is None


MARCH = "How many people marched in Harl?"


def test_sentences_that_disagree_are_both_quoted() -> None:
    one = article("a", "Eight thousand people marched in Harl.")
    other = article("b", "A long text. In Harl 14,000 people marched.", SECOND)
    found = composed(MARCH, (one, other), {"Eight": 3.0, "In Harl": 2.0, "A long": 2.9})
    assert texts(found)[:2] == [one.text, "In Harl 14,000 people marched."]
    (conflict,) = found.conflicts
    assert conflict.words == (
        "Outlets disagree: The Courier (13 July 2026) says eight thousand [1], The Gull (13 July 2026) says 14,000 [2]."
    )
    assert (conflict.kind, conflict.numbers, conflict.update) == ("number", (1, 2), False)
    assert found.short is None


def test_outlets_that_are_asked_side_by_side_are_compared() -> None:
    one = article("a", "Eight thousand people marched in Harl.")
    other = article("b", "In Harl 14,000 people marched.", SECOND)
    scores = {"Eight": 3.0, "In Harl": 0.0}
    parts = tuple((f"How many people marched in Harl, according to {name}?", scores, outlet(name))
                  for name in (FIRST, SECOND))  # fmt: skip
    found = composed("How many people marched in Harl, according to both?", (one, other), scores, parts)
    assert [conflict.numbers for conflict in found.conflicts] == [(1, 2)]


def test_what_the_best_sentence_has_no_part_in_is_not_told() -> None:
    stories = (
        article("a", "The march in Harl was loud."),
        article("b", "Eight thousand people marched in Harl."),
        article("c", "In Harl 14,000 people marched.", SECOND),
    )
    found = composed(MARCH, stories, {"The march": 3.0, "Eight": 2.0, "In Harl": 2.0})
    assert found.conflicts == ()


def test_a_correction_goes_before_what_it_corrects() -> None:
    wrong = article("a", "Eight thousand people marched in Harl.", SECOND)
    right = article("b", "14,000 people marched in Harl.", status=CORRECTED, updated=datetime.date(2026, 7, 15))
    found = composed(MARCH, (wrong, right), {"Eight": 3.0, "14,000": 2.0})
    assert texts(found) == [right.text, wrong.text]
    (conflict,) = found.conflicts
    assert conflict.update and conflict.numbers == (1, 2)
    assert conflict.words.startswith("This has changed: The Courier (corrected 15 July 2026) says 14,000 [1]")


# Leads


def test_leads_in_the_order_of_the_hits() -> None:
    stories = tuple(article(name, f"The {name} fell. More of it.") for name in ("mill", "barn", "quay", "tower"))
    found = leads(candidates_of(*stories), CONFIG)
    assert texts(found) == ["The mill fell.", "The barn fell.", "The quay fell."]
    assert (found.short, found.conflicts) == (None, ())
    story = article("a", "Lead. Second. Third.")
    later = sentences_of([Hit(story, 6, 20, "Second. Third.", 1.0)])
    assert texts(leads(later, CONFIG)) == ["Second."]


# What always holds

QUESTIONS = (MARCH, "Who led Harl?", "When did Harl fall?", "Which towns fell?", "Did Harl fall?", "Why?")
PIECES = (
    "Harl", "fell.", "not", "on Friday", "12", "people", "marched", "14,000", "led by", "Carla", "Renn.", "She", "He",
    "denied", "will", "in May 2023", "died", ".", "\n\n", ",", "towns",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=25).map(" ".join)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(QUESTIONS), st.lists(st.tuples(TEXTS, st.integers(1, 28)), min_size=1, max_size=4),
    st.randoms(use_true_random=False), st.integers(0, 2),
)  # fmt: skip
def test_every_sentence_stands_in_its_article(question: str, drawn: Any, random: Any, parts: int) -> None:
    stories = [article(f"a{n}", text, f"Outlet {n}", day) for n, (text, day) in enumerate(drawn)]
    candidates = candidates_of(*stories)
    assume(candidates)

    def at_random(text: str, **fields: Any) -> Scored:
        query = Query(text, 5, Filters(), DAY, **fields)
        return Scored(query, Asked(text, lambda _: 1, 10), np.array([random.uniform(-2, 2) for _ in candidates]))

    asked = [at_random(QUESTIONS[number]) for number in range(parts)]
    whole = at_random(question, parts=tuple(part.query.text for part in asked))
    vectors = np.stack([hashed_vector(each.evidence.text) for each in candidates])
    found = compose(whole, asked, candidates, vectors, CONFIG)
    assert [sentence.citation.number for sentence in found.sentences] == list(range(1, len(found.sentences) + 1))
    places = set()
    for sentence in found.sentences:
        cited = sentence.citation
        assert cited.article.text[cited.start : cited.end] == sentence.text
        places.add((cited.article.id, cited.start))
        assert sentence.leads_to < cited.number
    assert len(places) == len(found.sentences)
    first = found.sentences[0]
    assert first.score == whole.scores.max() or any(conflict.update for conflict in found.conflicts)
    for conflict in found.conflicts:
        assert set(conflict.numbers) <= set(range(1, len(found.sentences) + 1)) and len(conflict.numbers) >= 2
        assert all(f"[{number}]" in conflict.words for number in conflict.numbers)
    if found.short:
        assert found.conflicts == () and found.short.number == 1
        assert first.citation.start <= found.short.start < found.short.end <= first.citation.end
        assert first.citation.article.text[found.short.start : found.short.end] == found.short.text
