"""What readers who browse an archive are shown: lists, pages of lists, copies, and counts that were made by hand."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import hashed_index

from qa.catalogue import Outlet
from qa.index import Index
from qa.records import Article, Filters

DAY = datetime.date
MORNING = datetime.datetime(2025, 3, 5, 7, 30, tzinfo=datetime.UTC)
COPY = (
    "The harbour council voted on Tuesday to close the old ferry bridge for repairs that will take until the end of "
    "next spring. Engineers found cracks in two of its piers during an inspection after the storm. Lorries will be "
    "sent by way of the northern tunnel, which the council wants to keep open at night."
)
ARTICLES = (
    Article("bridge", "Bridge to close", COPY, "Merrow Press", DAY(2025, 3, 4)),
    Article("reprint", "Old bridge closes", COPY, "Daily Gull", MORNING),
    Article(
        "edited", "Council shuts the bridge", COPY.replace("Tuesday", "4 March").replace("lorries", "trucks"),
        "Radio Skerry", DAY(2025, 3, 5),
    ),
    Article(
        "orchard", "Orchard festival", "The orchard festival drew a crowd. Apples were sold.", "Daily Gull",
        DAY(2025, 5, 1),
    ),
    Article("undated", "A walk in the orchard", "Nobody knows when this was written.", "Merrow Press"),
    Article("wrong", "Mayor resigns", "The mayor has resigned over the ferry.", "Daily Gull", DAY(2025, 4, 2)),
)  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    index = hashed_index(tmp_path_factory.mktemp("catalogue") / "index")
    index.add(ARTICLES)
    withdrawn = dataclasses.replace(ARTICLES[5], text="", status="withdrawn", updated=DAY(2025, 4, 3))
    longer = dataclasses.replace(ARTICLES[3], text=ARTICLES[3].text + " Rain came.", updated=DAY(2025, 5, 2))
    index.add([withdrawn, longer])
    yield index
    index.close()


def ids(index: Index, words: str = "", filters: Filters | None = None, **more: int) -> list[str]:
    return [entry.article.id for entry in index.catalogue().search(words, filters, **more).entries]


def test_without_words_all_articles_are_listed_the_newest_first(index: Index) -> None:
    listing = index.catalogue().search()
    assert [(entry.article.id, entry.versions, entry.article.status) for entry in listing.entries] == [
        ("orchard", 2, "published"), ("wrong", 2, "withdrawn"), ("edited", 1, "published"),
        ("reprint", 1, "published"), ("bridge", 1, "published"), ("undated", 1, "published"),
    ]  # fmt: skip
    assert listing.total == 6 and listing.complete
    assert listing.entries[0].article.text.endswith("Rain came.")


def test_a_list_is_shown_in_pages(index: Index) -> None:
    pages = [ids(index, limit=4, offset=offset) for offset in (0, 4, 8)]
    assert pages == [["orchard", "wrong", "edited", "reprint"], ["bridge", "undated"], []]
    assert index.catalogue().search(limit=4, offset=4).total == 6
    words = [ids(index, "bridge ferry", limit=2, offset=offset) for offset in (0, 2)]
    assert sorted(words[0] + words[1]) == ["bridge", "edited", "reprint"] and len(words[0]) == 2
    assert index.catalogue().search("bridge ferry", limit=2).total == 3


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(DAY(2025, 3, 5), DAY(2025, 4, 2)), ["wrong", "edited", "reprint"]),
        (Filters(DAY(2025, 5, 2)), []),
        (Filters(None, DAY(2025, 3, 4)), ["bridge"]),
        (Filters(sources=("daily gull",)), ["orchard", "wrong", "reprint"]),
        (Filters(sources=("Merrow Press", "Radio Skerry")), ["edited", "bridge", "undated"]),
        (Filters(sources=("Nobody",)), []),
        (Filters(DAY(2025, 3, 5), DAY(2025, 3, 5), ("Daily Gull",)), ["reprint"]),
    ],
)
def test_lists_keep_to_their_limits(index: Index, filters: Filters, expected: list[str]) -> None:
    listing = index.catalogue().search("", filters)
    assert [entry.article.id for entry in listing.entries] == expected and listing.total == len(expected)
    # The same limits hold for words, which find nothing that was withdrawn, however often it says them.
    with_words = set(ids(index, "bridge orchard mayor ferry", filters))
    assert with_words == set(expected) - {"wrong"}


def test_words_find_the_best_first_and_any_of_them_is_enough(index: Index) -> None:
    assert ids(index, "orchard festival") == ["orchard", "undated"]
    assert ids(index, "ORCHARDS") == ["undated", "orchard"] or ids(index, "ORCHARDS") == ["orchard", "undated"]
    assert ids(index, "mayor") == [] and ids(index, "?!") == [] and ids(index, "zeppelin") == []


def test_a_list_that_was_cut_says_so(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    assert index.catalogue().search("bridge").complete
    monkeypatch.setattr("qa.catalogue._PASSAGES_LISTED", 2)
    listing = index.catalogue().search("bridge")
    assert not listing.complete and listing.total <= 2


def test_copies_are_found_word_for_word_and_edited(index: Index) -> None:
    def copies(article_id: str) -> list[str]:
        article = index.article(article_id)
        assert article
        return [each.id for each in index.catalogue().copies_of(article)]

    assert copies("bridge") == ["edited", "reprint"]
    assert copies("edited") == ["bridge", "reprint"]
    assert copies("orchard") == [] and copies("wrong") == []
    assert index.catalogue().copies_of(Article("new", "New", COPY)) == ()


def test_articles_are_counted_by_day_and_outlet(index: Index) -> None:
    assert index.catalogue().per_day() == [
        (None, "Merrow Press", 1), (DAY(2025, 3, 4), "Merrow Press", 1), (DAY(2025, 3, 5), "Daily Gull", 1),
        (DAY(2025, 3, 5), "Radio Skerry", 1), (DAY(2025, 5, 1), "Daily Gull", 1),
    ]  # fmt: skip
    assert index.catalogue().outlets() == [
        Outlet("Daily Gull", 2, DAY(2025, 5, 1), 1),
        Outlet("Merrow Press", 2, DAY(2025, 3, 4), 1),
        Outlet("Radio Skerry", 1, DAY(2025, 3, 5), 0),
    ]


def test_an_empty_archive_lists_nothing(tmp_path: Path) -> None:
    with hashed_index(tmp_path / "index") as index:
        catalogue = index.catalogue()
        listing = catalogue.search()
        assert (listing.entries, listing.total) == ((), 0)
        assert catalogue.search("bridge").entries == () and catalogue.per_day() == [] and catalogue.outlets() == []
