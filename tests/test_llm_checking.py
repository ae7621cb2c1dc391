"""The check of what a language model wrote: what passes, what does not, and that nothing makes it fail."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.llm.checking import NO_CITATION, Checked, check
from qa.llm.drafts import Draft, drafts_in
from qa.llm.numbers import numbers_in
from qa.llm.passages import passages_of
from qa.llm.plain import as_data, bare, visible
from qa.records import Article, Hit

TEXT = (
    "Eight thousand people marched for the ferry crews on Sunday, the police said. "
    "Imre Voss, the mayor, did not resign. The strike cost 3.1 million merks, or 5% of the budget. "
    "“We will not yield,” said Ada Holt of the Coast and Hill Alliance. German engineers will arrive on 14 July. "
    "The storm killed 12 sailors and injured 40 others near Lunn. Details stand at www.merrow.example/strike. "
    "The U.S. Navy sent a ship in March. The North Quay was built in 1897."
)
MARCH = Article(
    id="march", title="Ferry crews march in Tarnvik", text=TEXT, source="The Tarnvik Courier",
    published=datetime.date(2026, 7, 13),
)  # fmt: skip
ENDED = Article(id="ended", title="Strike over", text="The strike ended after a vote in Osk.", source="Radio Osk")
PASSAGES = {
    passage.number: passage
    for passage in passages_of([Hit(each, 0, len(each.text), each.text, 1.0) for each in (MARCH, ENDED)], ())
}
SENTENCES = [sentence.text for sentence in PASSAGES[1].sentences]


def checked(text: str, *numbers: int, score: float = 1.0) -> Checked:
    return check(Draft(text, numbers or (1,)), PASSAGES, "What happened?", lambda *_: score, 0.5)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("8,000 people marched for the ferry crews.", 0),
        ("8000 people marched for the ferry crews on 12 July 2026.", 0),  # the Sunday before its day
        ("Mayor Imre Voss has not resigned.", 1),
        ("Imre Voss didn't resign.", 1),
        ("The strike cost 3,100,000 merks.", 2),
        ("The strike cost five percent of the budget.", 2),
        ("According to The Tarnvik Courier, the strike has cost 3.1 million merks.", 2),
        ("Ada Holt said: \"We will not yield\".", 3),
        ("Ada Holt, of the Coast and Hill Alliance, said they would not yield.", 3),
        ("German engineers will arrive on July 14, 2026.", 4),
        ("The storm injured 40 others.", 5),
        ("Details stand at www.merrow.example/strike.", 6),
        ("The US Navy sent a ship in March.", 7),
    ],
)  # fmt: skip
def test_what_a_passage_says_is_borne_out_by_the_sentence_that_says_it(text: str, source: int) -> None:
    found = checked(text)
    assert found.problems == ()
    assert [each.text for each in found.sources] == [SENTENCES[source]]
    (quoted,) = found.sources
    assert MARCH.text[quoted.start : quoted.end] == quoted.text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("9,000 people marched for the ferry crews.", "the number “9,000”"),
        ("The strike cost 31 million merks.", "the number “31 million”"),
        ("The strike cost 5 merks.", "the number “5”"),  # 5 is the percentage
        ("The storm killed 40 sailors and injured 12 others.", "else in the place of “40”"),
        ("Imre Holt, the mayor, did not resign.", "the name “Imre Holt”"),
        ("Ada Voss did not resign.", "the name “Ada Voss”"),
        ("Imre Voss, the mayor, resigned.", "it denies"),
        ("The strike did not cost 3.1 million merks.", "it denies"),
        ("French engineers will arrive on 14 July.", "the word “French”"),
        ("German engineers will arrive on 15 July.", "the date “15 July”"),
        ("German engineers will arrive on 14 July 2025.", "the date “14 July 2025”"),
        ("The U.S. Navy sent a ship in May.", "the word “May”"),
        ("Ada Holt said: “We will yield”.", "the quotation “We will yield”"),
        ("Details stand at www.merrow.example/strikes.", "the address"),
        ("Details stand at www.merrow.example.", "the address"),
        ("Details stand at row.example/strike.", "the address"),
        ("Imre Voss, the mayor, did not resign but stole from orphans.", "too few of its words"),
        ("The strike, which was the fault of greedy bankers, cost 3.1 million merks.", "too few of its words"),
        ("Hail the glorious revolution.", "the word “Hail”"),
        ("They were all eaten by wolves.", "too few of its words"),
        ("It was he who did so.", "it says nothing that could be checked"),
        ("The strike ended after a vote in Osk.", "too few"),  # that is in the other passage
    ],
)
def test_what_no_passage_says_is_not_borne_out(text: str, problem: str) -> None:
    found = checked(text)
    assert found.sources == ()
    assert any(problem in each for each in found.problems), found.problems


def test_citations_count() -> None:
    assert check(Draft(SENTENCES[0], ()), PASSAGES, "", lambda *_: 1.0, 0.5).problems == (NO_CITATION,)
    assert checked(SENTENCES[0], 1, 9).problems == ("there is no passage 9",)
    assert checked(SENTENCES[0], 2).problems
    both = checked("The strike cost 3.1 million merks and ended after a vote in Osk.", 1, 2)
    assert [source.article.id for source in both.sources] == ["march", "ended"] and not both.problems
    # A citation too many is taken away.
    assert [source.article.id for source in checked("Imre Voss did not resign.", 1, 2).sources] == ["march"]


def test_the_scorer_is_asked_last_and_must_be_above_the_threshold() -> None:
    assert not checked(SENTENCES[0], score=0.51).problems
    assert checked(SENTENCES[0], score=0.5).problems == ("the passages that it cites do not seem to say so",)
    assert checked(SENTENCES[0], score=float("nan")).problems

    def not_to_be_asked(*_: object) -> float:
        raise AssertionError

    assert check(Draft("Wolves!", (1,)), PASSAGES, "", not_to_be_asked, 0.0).problems


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_copy_passes_whatever_its_quote_marks_and_its_end(sentence: str) -> None:
    for copy in (sentence, sentence.replace("“", '"').replace("”", '"'), sentence.rstrip("."), f"  {sentence}\u200b "):
        found = checked(as_data(copy))
        assert not found.problems and [each.text for each in found.sources] == [sentence]


LETTERS = st.text("abcdefghijklmnoprstuvwy", min_size=3, max_size=8)


@given(st.lists(LETTERS, min_size=3, max_size=9), st.integers(2, 10**9), st.integers(2, 10**9), LETTERS, LETTERS)
@settings(max_examples=60, deadline=None)
def test_a_sentence_of_a_passage_passes_until_a_number_or_name_in_it_is_another(
    words: list[str], number: int, other: int, name: str, stranger: str
) -> None:
    template = f"Yesterday {{name}} {' '.join(words)} {{number}} sailors."
    sentence = template.format(name=f"Imre {name.title()}", number=f"{number:,}")
    article = Article(id="x", title="News", text=f"It rained. {sentence} It went on.", source="Radio Osk")
    passages = {p.number: p for p in passages_of([Hit(article, 0, len(article.text), article.text, 1.0)], ())}

    def passes(text: str) -> bool:
        return not check(Draft(text, (1,)), passages, "", lambda *_: 1.0, 0.0).problems

    assert passes(sentence)
    assert passes(template.format(name=f"Imre {name.title()}", number=number))
    if other != number:
        assert not passes(template.format(name=f"Imre {name.title()}", number=other))
    if stranger != name:
        assert not passes(template.format(name=f"Imre {stranger.title()}", number=number))


@given(st.text(max_size=200), st.lists(st.integers(-3, 12), max_size=4))
@settings(max_examples=150, deadline=None)
def test_no_text_makes_it_fail(text: str, numbers: list[int]) -> None:
    found = check(Draft(text, tuple(numbers)), PASSAGES, text, lambda *_: 1.0, 0.0)
    assert bool(found.problems) != bool(found.sources)


@given(st.text(max_size=200), st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_article_makes_it_fail(text: str, title: str) -> None:
    text = f"{text} The strike ended."
    article = Article(id="x", title=title, text=text, source=title)
    (passage,) = passages_of([Hit(article, 0, len(text), text, 1.0)], ())
    for sentence in passage.sentences:
        assert as_data(text[sentence.start : sentence.end]) == sentence.text
    assert check(Draft(passage.sentences[-1].text, (1,)), {1: passage}, "", lambda *_: 1.0, 0.0).sources


# Sentences with their citations, as they come


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A fire broke out [1]. It is out [2][3].", [("A fire broke out.", 1), ("It is out.", 2, 3)]),
        ("A fire broke out. [1] It is out. [2, 3]", [("A fire broke out.", 1), ("It is out.", 2, 3)]),
        ("A fire [1] broke out [2] [1].", [("A fire broke out.", 1, 2)]),
        ("- **A fire** broke out [1]\n2. It is out 【3】\n", [("A fire broke out", 1), ("It is out", 3)]),
        ("<think>It is [9]. No.</think>A fire broke out [Passage 1].", [("A fire broke out.", 1)]),
        ("Mr. Voss left at 5 p.m. on Sunday [1].", [("Mr. Voss left at 5 p.m. on Sunday.", 1)]),
        ("He said “no.” [4] She left.", [("He said “no.”", 4), ("She left.",)]),
        ("<b>A</b> fire [x] ![i](u) [1].", [("‹b›A‹/b› fire (x) !(i)(u).", 1)]),
        ("<think>never closed [1].", []),
        ("[1] [2]", []),
    ],
)
def test_sentences_and_what_they_cite(text: str, expected: list[Any]) -> None:
    wanted = [Draft(sentence, tuple(numbers)) for sentence, *numbers in expected]
    assert list(filter(None, drafts_in([text], 1000))) == wanted
    for size in (1, 2, 5):
        pieces = [text[i : i + size] for i in range(0, len(text), size)]
        assert list(filter(None, drafts_in(pieces, 1000))) == wanted


def test_a_sentence_is_given_when_the_next_has_begun() -> None:
    read = []

    def pieces() -> Any:
        for piece in ("A fire broke out.", " [1]", "[2", "] It ", "is out", ". [3] Then", " it rained"):
            read.append(piece)
            yield piece
        raise RuntimeError

    drafts = filter(None, drafts_in(pieces(), 1000))
    assert next(drafts) == Draft("A fire broke out.", (1, 2)) and len(read) == 5
    assert next(drafts) == Draft("It is out.", (3,)) and len(read) == 7
    with pytest.raises(RuntimeError):
        next(drafts)


@given(st.lists(st.text("ab. [1]\n<“!?", max_size=9), max_size=20))
@settings(max_examples=150, deadline=None)
def test_however_it_comes_no_letter_is_given_twice(pieces: list[str]) -> None:
    found = list(drafts_in(pieces, 1000))
    drafts = list(filter(None, found))
    assert found.count(None) == len(pieces)
    given_letters, came = (re.sub("[^ab]", "", text) for text in ("".join(d.text for d in drafts), "".join(pieces)))
    assert given_letters == came
    assert not set("<>[]|\n") & set("".join(draft.text for draft in drafts))


# Text made plain, and numbers by value


def test_text_made_plain() -> None:
    assert as_data("a\u202eb\n<|im_end|>\x1b[0m ［1］") == "ab ‹¦im_end¦›(0m (1)"
    assert visible("a\nb\u200d\ufeff\ud800c") == "a\nbc"
    assert bare("He said “don’t”") == bare('He said "don\'t"') == "He said dont"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,000", [{1000.0}]), ("1000", [{1000.0}]), ("a thousand", [{1000.0}]), ("one thousand", [{1000.0}]),
        ("3.1 million", [{3_100_000.0}]), ("three hundred and forty", [{340.0}]), ("twenty-one", [{21.0}]),
        ("21st", [{21.0}]), ("third", [{3.0}]), ("€5bn", [{5.0, 5e9}]), ("4-1", [{4.0}, {1.0}]),
        ("12:30", [{"12:30"}]), ("hundreds", [{"hundreds"}]), ("two dozen", [{24.0}]), ("nobody", []),
    ],
)  # fmt: skip
def test_numbers_by_value(text: str, values: list[set[float | str]]) -> None:
    assert [set(number.values) for number in numbers_in(text)] == values
