"""The API behind the page: `/ask` and `/retrieve`, plain values in and JSON out. Text is plain, never HTML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr

from qa.index import Index
from qa.web import asking

Result = TypeVar("Result")


def add_api(index: Index) -> None:
    """Add both endpoints to the Blocks at hand. They share the page's limit on questions at the same time."""
    config = index.config

    def ask(
        question: str, sources: list[str] | None = None, published_from: str | None = None,
        published_to: str | None = None, as_of: str | None = None, k: int | None = None,
        ignored: list[str] | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Answer a question with quoted sentences, or refuse. The same JSON as qa ask --json; all text in it is plain.

        Args:
            question: in plain words.
            sources: the outlets to search; none or an empty list admits all.
            published_from: the first day, YYYY-MM-DD.
            published_to: the last day, YYYY-MM-DD.
            as_of: the day on which the question is asked, YYYY-MM-DD; by default today.
            k: how many passages to look at.
            ignored: phrases of the question from which nothing is inferred, such as "last week".
        """
        given = (question, sources, published_from, published_to, as_of, k, ignored)
        return _told(lambda: asking.ask(index, asking.checked_request(config, *given)).as_dict())

    def retrieve(
        question: str, sources: list[str] | None = None, published_from: str | None = None,
        published_to: str | None = None, as_of: str | None = None, k: int | None = None,
        ignored: list[str] | None = None,
    ) -> list[dict[str, Any]]:  # fmt: skip
        """The best passages for a question, best first, without an answer.

        The arguments are those of /ask: question, sources, published_from, published_to, as_of, k, ignored.
        """
        given = (question, sources, published_from, published_to, as_of, k, ignored)
        return _told(lambda: [hit.as_dict() for hit in asking.retrieve(index, asking.checked_request(config, *given))])

    for function in (ask, retrieve):
        gr.api(
            function, api_name=function.__name__, api_description=" ".join((function.__doc__ or "").split()),
            concurrency_id="questions", concurrency_limit=config.chat_concurrency,
        )  # fmt: skip


def _told(work: Callable[[], Result]) -> Result:
    """The result, or the error in the words that the page would show."""
    try:
        return work()
    except Exception as error:
        raise gr.Error(asking.words_for(error), print_exception=False) from error
