"""What stands below an answer: what a reader can do with it. static/actions.js does the work of the buttons."""

from __future__ import annotations

from qa.web.markup import escaped


def below(link: str) -> str:
    """The line below an answer.

    Args:
        link: to its question, without the address of the page, which only the browser knows.
    """
    return (
        '<div class="below" role="group" aria-label="This answer">'
        f'<button type="button" data-link="{escaped(link)}" title="A link that asks this question again, as of the '
        f'same day">Copy link</button><span class="said" role="status"></span></div>'
    )
