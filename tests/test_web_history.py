"""Kept conversations: each user's own, shown again from the archive, and without a word of what was removed from it."""

from __future__ import annotations

import dataclasses
import datetime
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import httpx
import pytest
from support import CONFIG, hashed_index, make_article
from test_web_browser import ANSWERED, UNANSWERED, ask, browser  # noqa: F401
from test_web_keeping import turn_about

from qa.config import Config
from qa.conversations import (
    FILE_NAME,
    KeptTurn,
    conversations_of,
    delete_conversation,
    forget_articles,
    keep_turns,
    turns_of,
)
from qa.errors import ArchiveError, ConfigError
from qa.followup import Resolution
from qa.index import Index
from qa.records import Conflict, Filters, Mention, Period, ShortAnswer, Statement
from qa.web.asking import Request, Turn
from qa.web.conversation import Conversations
from qa.web.kept_conversations import KeptConversations, ListEvents, Place, check_history
from qa.web.kept_turns import kept, restored
from qa.web.serving.access import Access
from qa.web.serving.users import add_user

PASSWORD = "a long enough phrase"


# The file


def simple(question: str, **answer: Any) -> KeptTurn:
    return KeptTurn({"question": question}, {"articles": [], "told": {}, **answer})


def test_turns_are_kept_in_one_file_of_the_owner_alone(tmp_path: Path) -> None:
    assert conversations_of(tmp_path, "anna") == [] == list(turns_of(tmp_path, "anna", "c"))
    assert not delete_conversation(tmp_path, "anna", "c")
    forget_articles(tmp_path, ["a"], ["A"])
    assert list(tmp_path.iterdir()) == []
    assert keep_turns(tmp_path, "anna", "c", 0, 0, [simple("One? " + "x" * 90), simple("Two?")])
    assert keep_turns(tmp_path, "anna", "c", 2, 0, [simple("Three?")])
    assert keep_turns(tmp_path, "anna", "d", 0, 0, [simple("Other?")])
    assert [each.id for each in conversations_of(tmp_path, "anna")] == ["d", "c"]
    assert conversations_of(tmp_path, "anna")[1].title == "One? " + "x" * 74 + "…"
    assert list(turns_of(tmp_path, "anna", "c")) == [1, 2, 3]
    assert turns_of(tmp_path, "anna", "c")[3] == simple("Three?")
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_the_last_turns_are_replaced_and_the_title_with_the_first(tmp_path: Path) -> None:
    keep_turns(tmp_path, "anna", "c", 0, 0, [simple("One?"), simple("Two?")])
    assert keep_turns(tmp_path, "anna", "c", 2, 1, [simple("Changed?")])
    assert [turn.request["question"] for turn in turns_of(tmp_path, "anna", "c").values()] == ["One?", "Changed?"]
    assert keep_turns(tmp_path, "anna", "c", 2, 2, [simple("Anew?")])
    assert [turn.request["question"] for turn in turns_of(tmp_path, "anna", "c").values()] == ["Anew?"]
    assert conversations_of(tmp_path, "anna")[0].title == "Anew?"


@pytest.mark.parametrize(
    ("user", "conversation", "last"),
    [("ben", "c", 1), ("ben", "c", 0), ("anna", "c", 0), ("anna", "c", 2), ("anna", "gone", 1)],
)
def test_nothing_is_kept_over_what_is_another_users_or_went_on_elsewhere(
    tmp_path: Path, user: str, conversation: str, last: int
) -> None:
    keep_turns(tmp_path, "anna", "c", 0, 0, [simple("One?")])
    assert not keep_turns(tmp_path, user, conversation, last, last, [simple("Mine?")])
    assert turns_of(tmp_path, "anna", "c") == {1: simple("One?")} and conversations_of(tmp_path, "ben") == []


def test_another_user_neither_reads_nor_deletes_with_the_id_in_hand(tmp_path: Path) -> None:
    keep_turns(tmp_path, "anna", "c", 0, 0, [simple("One?")])
    for other in ("ben", "", "Anna", "anna' OR '1'='1", "%"):
        assert conversations_of(tmp_path, other) == [] and turns_of(tmp_path, other, "c") == {}
        assert not delete_conversation(tmp_path, other, "c")
    assert delete_conversation(tmp_path, "anna", "c") and conversations_of(tmp_path, "anna") == []
    assert b"One?" not in (tmp_path / FILE_NAME).read_bytes()


def test_what_was_told_of_an_erased_article_is_erased_with_it(tmp_path: Path) -> None:
    told = {"notes": ["“Kelp  mill to close” was withdrawn.".replace("  ", " ")]}
    turns = [
        simple("One?", articles=["a", "b"], told={"notes": ["Words of a."]}),
        simple("Two?", articles=["b"], told={"notes": ["Words of b."]}),
        simple("Three?", articles=[], told=told),
    ]
    keep_turns(tmp_path, "anna", "c", 0, 0, turns)
    forget_articles(tmp_path, ["a", "x'y"], ["Kelp\nmill to close", " "])
    found = turns_of(tmp_path, "anna", "c")
    assert found[1].answer == {"articles": ["a", "b"], "told": None} and found[3].answer["told"] is None
    assert found[2] == turns[1]
    text = (tmp_path / FILE_NAME).read_bytes()
    assert b"Words of a." not in text and b"Kelp mill" not in text and b"Words of b." in text


def test_a_file_that_cannot_be_used_is_an_error_with_a_cure(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"no SQLite" * 20)
    for use in (
        lambda: conversations_of(tmp_path, "anna"),
        lambda: turns_of(tmp_path, "anna", "c"),
        lambda: keep_turns(tmp_path, "anna", "c", 0, 0, [simple("One?")]),
        lambda: delete_conversation(tmp_path, "anna", "c"),
        lambda: forget_articles(tmp_path, ["a"], []),
    ):
        with pytest.raises(ArchiveError, match="Conversations cannot be kept or read") as caught:
            use()
        assert "moved away" in caught.value.cure


# Turns


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    index = hashed_index(tmp_path / "index", CONFIG.replace(answer_threshold=0.0, chat_history="on"))
    index.add([make_article(name) for name in ("one", "two", "three")])
    yield index
    index.close()


def asked(index: Index, question: str, turns: tuple[Turn, ...] = ()) -> tuple[Turn, ...]:
    shown = list(Conversations(index, None).ask(question, [], "", "", "", 5, turns))
    return shown[-1].turns  # type: ignore[no-any-return]


def full_turn(index: Index) -> Turn:
    """A turn whose answer has everything that an answer can have, about articles of the index."""
    (turn,) = asked(index, "What did the harbour council decide about the ferry?")
    assert turn.answer and turn.answer.sentences and turn.answer.hits
    answer, first = turn.answer, turn.answer.sentences[0].citation
    period = Period(datetime.date(2025, 1, 1), None, False, "since", 0, 5, "because")
    mention = Mention("Daily Gull", "outlet", True, False, "the Gull", 1, 9, "last word")
    query = dataclasses.replace(
        answer.query, period=period, mentions=(mention,), current="now", parts=("One?", "Two?"), ignored=("x",),
        filters=Filters(datetime.date(2025, 1, 1), None, ("Daily Gull",)),
    )  # fmt: skip
    copies = (index.article("three"),)
    hits = (dataclasses.replace(answer.hits[0], also_in=copies), *answer.hits[1:])
    short = ShortAnswer(first.article.text[first.start : first.start + 3], "date", 1, first.start, first.start + 3, "x")
    answer = dataclasses.replace(
        answer, query=query, hits=hits, short=short, notes=("A note.",), timings={},
        conflicts=(Conflict("number", "One says three [1].", (1,), True),),
        written=(Statement("It was so [1].", (1,), False, ("no proof",)),), model="quiet-1",
    )  # fmt: skip
    request = Request("Why?", query.filters, query.as_of, 7, ("x",), Resolution("Whole?", True, ("because",)), True)
    return Turn("Why?", request, answer, datetime.date(2026, 1, 1))


def test_a_turn_is_shown_again_as_it_was(index: Index) -> None:
    turn = full_turn(index)
    again = restored(index, KeptTurn(**json.loads(json.dumps(dataclasses.asdict(kept(turn))))))
    assert turn.answer and again.answer
    # Its text is that of the quotations, for what was written stands beside them.
    assert dataclasses.replace(again.answer, text=turn.answer.text) == turn.answer
    assert again == dataclasses.replace(turn, answer=again.answer)


@pytest.mark.parametrize(
    "turn", [Turn("Why?", stopped=True), Turn("Why?", failure="No."), Turn("W?", failure="No.", mistaken=True)]
)
def test_a_turn_without_an_answer_is_shown_again_as_it_was(index: Index, turn: Turn) -> None:
    assert restored(index, kept(turn)) == turn


def test_a_vote_is_not_kept_with_the_name_of_the_reader(index: Index) -> None:
    turn = dataclasses.replace(full_turn(index), helpful=False, reason="The date is wrong.")
    text = json.dumps(dataclasses.asdict(kept(turn)))
    assert turn.name not in text and "The date is wrong" not in text and "helpful" not in text


def test_no_text_of_an_article_is_kept(index: Index) -> None:
    (answered,) = asked(index, "What did the harbour council decide about the ferry?")
    index.config = index.config.replace(answer_threshold=1.0)
    (refused,) = asked(index, "What did the harbour council decide about the ferry?")
    assert answered.answer and refused.answer and "What came nearest" in refused.answer.reason
    text = json.dumps([dataclasses.asdict(kept(turn)) for turn in (answered, refused)])
    for name in ("one", "two", "three"):
        article = index.article(name)
        assert article
        assert article.title not in text
        assert not any(sentence.strip() in text for sentence in article.text.split(".") if sentence.strip())
    again = restored(index, kept(refused))
    assert again.answer and again.answer.abstained and "What came nearest" not in again.answer.reason
    assert again.answer.hits == refused.answer.hits


def test_what_became_of_a_citation_since_is_said(index: Index) -> None:
    (turn,) = asked(index, "What did the harbour council decide about the ferry?")
    assert turn.answer
    first = turn.answer.sentences[0]
    cited, keeping = first.citation.article, kept(turn)
    index.add([dataclasses.replace(cited, text="Quite another text.", updated=datetime.date(2026, 1, 1))])
    changed = restored(index, keeping).answer
    assert changed and changed.sentences == turn.answer.sentences
    (note,) = (note for note in changed.notes if note.startswith("Citation 1 "))
    assert note.startswith(f"Citation 1 is quoted as it was: “{cited.title}” (")
    assert note.endswith(") has changed since this answer.")
    withdrawal = dataclasses.replace(cited, text="Wrong.", status="withdrawn", updated=datetime.date(2026, 1, 2))
    index.add([withdrawal])
    gone = restored(index, keeping).answer
    assert gone and first not in gone.sentences and all(hit.article.id != cited.id for hit in gone.hits)
    assert any("is no longer quoted" in note and "was withdrawn since" in note for note in gone.notes)
    index.remove([cited.id])
    gone = restored(index, keeping).answer
    assert gone and first not in gone.sentences
    assert "Citation 1 is gone: what it quoted was removed from the archive since this answer." in gone.notes


def test_an_answer_of_nothing_but_removed_articles_says_so(index: Index) -> None:
    turn = full_turn(index)
    keeping = kept(turn)
    index.remove(["one", "two", "three"])
    again = restored(index, keeping)
    assert again.answer and again.request == turn.request
    assert again.answer.sentences == again.answer.hits == again.answer.conflicts == again.answer.written == ()
    assert again.answer.short is None and again.answer.model == "" and again.answer.text == ""
    shown = Conversations(index, None).opened((again,))
    assert "Citation 1 is gone" in shown.chat[1]["content"].value and "nothing to show" in shown.evidence


def test_what_makes_no_sense_is_an_error_with_a_cure(index: Index) -> None:
    good = kept(full_turn(index))
    for broken in (
        KeptTurn({}, good.answer), KeptTurn(good.request, {}), KeptTurn({"question": "Why?"}, good.answer),
        KeptTurn(good.request, good.answer | {"query": {}}), KeptTurn(good.request, good.answer | {"told": 5}),
    ):  # fmt: skip
        with pytest.raises(ArchiveError, match="makes no sense"):
            restored(index, broken)


# The list


def titles(keeper: KeptConversations, user: str) -> list[str]:
    return [label.partition(" · ")[0] for label, _ in keeper.choices(user)]


def test_a_conversation_is_kept_question_by_question_and_opened_again(index: Index) -> None:
    keeper = KeptConversations(Conversations(index, None))
    turns = asked(index, "What about the harbour?")
    place = keeper.keep("anna", turns, Place())
    assert keeper.keep("anna", turns, place) == place
    turns = asked(index, "What about the ferry?", turns)
    at_work = (*turns, Turn("Still at work?"))
    place = keeper.keep("anna", at_work, place)
    assert [position for _, position in place.positions] == [1, 2]
    # The last question was changed.
    turns = (turns[0], *asked(index, "What about the budget?"))
    place = keeper.keep("anna", turns, place)
    assert titles(keeper, "anna") == ["What about the harbour?"]
    found = keeper.open("anna", place.id)
    assert found
    shown, opened_at = found
    assert [turn.question for turn in shown.turns] == ["What about the harbour?", "What about the budget?"]
    assert [position for _, position in opened_at.positions] == [1, 2] and "<mark" in shown.evidence
    # It goes on where it was opened.
    keeper.keep("anna", asked(index, "What about the storm?", shown.turns), opened_at)
    assert len(turns_of(index.path, "anna", place.id)) == 3
    keeper.keep("anna", asked(index, "What about the bridge?"), Place())
    assert titles(keeper, "anna") == ["What about the bridge?", "What about the harbour?"]


@pytest.mark.parametrize("most", [1, 2])
def test_what_the_page_no_longer_shows_stays_kept(index: Index, most: int) -> None:
    index.config = index.config.replace(chat_turns=most)
    keeper, turns, place = KeptConversations(Conversations(index, None)), (), Place()
    for question in ("One harbour?", "Two ferry?", "Three storm?"):
        turns = asked(index, question, turns)
        place = keeper.keep("anna", turns, place)
    assert list(turns_of(index.path, "anna", place.id)) == [1, 2, 3]
    found = keeper.open("anna", place.id)
    assert found and [turn.question for turn in found[0].turns] == ["Two ferry?", "Three storm?"][-most:]


def test_what_went_on_or_was_deleted_in_another_window_is_not_undone(index: Index) -> None:
    keeper = KeptConversations(Conversations(index, None))
    turns = asked(index, "What about the harbour?")
    place = keeper.keep("anna", turns, Place())
    there = keeper.keep("anna", asked(index, "And there?", turns), place)
    here = keeper.keep("anna", (*turns, *asked(index, "And here?")), place)
    assert there.id == place.id != here.id
    assert titles(keeper, "anna") == ["And here?", "What about the harbour?"]
    assert [turn.request["question"] for turn in turns_of(index.path, "anna", here.id).values()] == ["And here?"]
    keeper.delete("anna", place.id)
    further = keeper.keep("anna", (*turns, *asked(index, "And now?")), place)
    assert titles(keeper, "anna") == ["And now?", "And here?"]
    # Nor does what was deleted come back with the question after that.
    keeper.keep("anna", (*turns, *asked(index, "Once more?")), further)
    assert "What about the harbour?" not in (index.path / FILE_NAME).read_bytes().decode("utf-8", "replace")


def as_user(name: str) -> Any:
    return SimpleNamespace(username=name)


def test_the_events_of_the_list_are_the_users_own(index: Index) -> None:
    events = ListEvents(KeptConversations(Conversations(index, None)))
    turns = asked(index, "What about the harbour?")
    place, *_ = events.keep(turns, Place(), as_user("anna"))
    assert events.open(place.id, as_user("ben"))[5] == ()
    opened = events.open(place.id, as_user("anna"))
    assert [turn.question for turn in opened[5]] == ["What about the harbour?"] and opened[7].id == place.id
    events.delete(place.id, True, Place(), as_user("ben"))
    events.delete(place.id, False, place, as_user("anna"))
    assert len(conversations_of(index.path, "anna")) == 1
    # Another's place leads nowhere, either.
    foreign, *_ = events.keep(asked(index, "What about mine?"), place, as_user("ben"))
    assert foreign.id != place.id and len(turns_of(index.path, "anna", place.id)) == 1
    assert events.delete(place.id, True, place, as_user("anna"))[7] == Place()
    assert conversations_of(index.path, "anna") == []
    with pytest.raises(gr.Error, match="logged in"):
        events.keep(turns, Place(), as_user(""))


def test_the_name_on_the_page_is_escaped(index: Index) -> None:
    events = ListEvents(KeptConversations(Conversations(index, None)))
    notice = events.loaded(Place(), as_user("<b>anna</b>"))[-1]
    assert "<bdi>&lt;b&gt;anna&lt;/b&gt;</bdi>" in notice and "until you delete them" in notice


def test_nothing_is_kept_without_a_login() -> None:
    check_history(Config(chat_history="on"), login=True)
    check_history(Config(), login=False)
    with pytest.raises(ConfigError, match="--auth") as caught:
        check_history(Config(chat_history="on"), login=False)
    assert caught.value.where == "chat_history"


def test_the_chat_does_not_start_without_one(index: Index) -> None:
    from qa.web.app import serving

    with pytest.raises(ConfigError, match="qa user add"), serving(lambda: index, index.config, port=0):
        pass


def test_a_removed_article_leaves_nothing_behind(index: Index) -> None:
    keeper, turn = KeptConversations(Conversations(index, None)), full_turn(index)
    assert turn.answer
    keeper.keep("anna", (turn, turn_about(make_article("other"), "About other things?")), Place())
    cited = turn.answer.sentences[0].citation.article
    titled = dataclasses.replace(
        turn_about(make_article("other"), "Why?"), name="x",
        answer=dataclasses.replace(turn.answer, sentences=(), hits=(), notes=(f"“{cited.title}” was late.",)),
    )  # fmt: skip
    keeper.keep("anna", (titled,), Place())
    before = (index.path / FILE_NAME).read_bytes()
    assert b"One says three" in before and cited.title.encode() in before
    index.remove([cited.id])
    after = (index.path / FILE_NAME).read_bytes()
    assert not any(words in after for words in (b"One says three", b"It was so", b"A note", cited.title.encode()))
    assert b"About other things?" in after
    assert [path.name for path in index.path.glob(f"{FILE_NAME}*")] == [FILE_NAME]


# In the browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def address(folder: Path, sample_file: Path) -> Iterator[str]:
    from qa.web.app import serving

    # Which sentence is quoted is a matter of other tests: the hashing encoder starts at once.
    config = CONFIG.replace(port=0, chat_history="on", answer_threshold=0.0)
    index = hashed_index(folder / "merrowland", config)
    index.add(sample_file)
    for name in ("anna", "ben"):
        add_user(folder / "users.json", name, PASSWORD)
    access = Access(folder / "users.json")
    with serving(lambda: index, config, examples=[ANSWERED], embed=False, access=access) as address:
        yield address


def forged(address: str, event: str, target: str, data: list[Any]) -> str:
    """What Ben gets who sends an event of the page by himself."""
    with httpx.Client(base_url=address, timeout=30, headers={"Origin": address.rstrip("/")}) as client:
        client.post("/login", data={"username": "ben", "password": PASSWORD})
        config = client.get("/config").json()
        number = next(each["id"] for each in config["components"] if each["props"].get("elem_id") == target)
        called = next(each["id"] for each in config["dependencies"] if [number, event] in each["targets"])
        joined = client.post(
            "/gradio_api/queue/join", json={"data": data, "fn_index": called, "session_hash": "forged"}
        )
        assert joined.status_code == 200, joined.text
        with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": "forged"}) as lines:
            text = ""
            for line in lines.iter_lines():
                text += line
                if "process_completed" in line:
                    return text
    raise AssertionError("it did not end")


def delete_asked(page: Any, *, sure: bool) -> None:
    """Click on the button that deletes, and answer its question, which comes a while after the click."""
    answered = []

    def answer(dialog: Any) -> None:
        (dialog.accept if sure else dialog.dismiss)()
        answered.append(dialog)

    page.once("dialog", answer)
    page.click("#delete-conversation")
    for _ in range(300):
        if answered:
            return
        page.wait_for_timeout(100)
    raise AssertionError("it was not asked whether that is meant")


@pytest.mark.slow
def test_a_conversation_stays_the_users_own(browser: Any, address: str, folder: Path) -> None:  # noqa: F811
    def logged_in(name: str) -> Any:
        page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        page.goto(address)
        page.fill("#username", name)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.get_by_text(f"kept on this server, under the name {name}, until").wait_for()
        return page

    def choices(page: Any) -> list[str]:
        page.get_by_label("Your conversations").click()
        found = page.locator("[role=option]").all_inner_texts()
        page.keyboard.press("Escape")
        return [label.replace("✓", "").partition(" · ")[0].strip() for label in found]

    def chosen(page: Any, words: str) -> None:
        page.wait_for_function(
            "words => document.querySelector('#kept-conversations input').value.startsWith(words)", arg=words
        )

    anna, ben = logged_in("anna"), logged_in("ben")
    ask(anna, ANSWERED)
    chosen(anna, ANSWERED)
    quotes = anna.locator(".answer blockquote p").all_inner_texts()
    anna.get_by_role("button", name="New conversation").click()
    anna.wait_for_function("!document.querySelector('.bot-row')")
    ask(anna, UNANSWERED)
    chosen(anna, UNANSWERED)
    assert choices(anna) == [UNANSWERED, ANSWERED] and choices(ben) == []
    assert anna.evaluate("document.documentElement.scrollWidth") <= 390
    # The older one is opened after the page was closed.
    anna.reload()
    anna.get_by_label("Your conversations").click()
    anna.get_by_role("option", name=ANSWERED).click()
    anna.wait_for_selector(".evidence mark")
    assert anna.locator(".answer blockquote p").all_inner_texts() == quotes
    (identifier,) = {each.id for each in conversations_of(folder / "merrowland", "anna") if each.title == ANSWERED}
    for event, target, data in (
        ("input", "kept-conversations", [identifier]),
        ("click", "delete-conversation", [identifier, True, None]),
    ):
        assert ANSWERED not in forged(address, event, target, data)
    delete_asked(anna, sure=False)
    delete_asked(anna, sure=True)
    anna.wait_for_function("!document.querySelector('.bot-row')")
    assert choices(anna) == [UNANSWERED]
    for page in (anna, ben):
        page.context.close()
