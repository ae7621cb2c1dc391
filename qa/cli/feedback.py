"""`qa feedback`: what readers of the chat think of its answers."""

from __future__ import annotations

from pathlib import Path

import typer

from qa.cli.chat import require_index
from qa.cli.failures import NOTHING_FOUND
from qa.cli.options import IndexFolder, Json, Verbose
from qa.cli.printing import BOLD, one_line, say, show, show_json, styled
from qa.config import load_config
from qa.feedback import Vote, read_votes


def feedback(index: IndexFolder = None, as_json: Json = False, verbose: Verbose = False) -> None:
    """Show the votes of readers on answers, the newest first."""
    config = load_config(index=None if index is None else str(index))
    require_index(config)
    votes = read_votes(Path(config.index))
    if as_json:
        show_json({"votes": [vote.as_dict() for vote in votes]})
    else:
        for vote in votes:
            _show(vote)
    if not votes:
        hint = "" if config.chat_feedback == "on" else " Votes are off; the setting chat_feedback switches them on."
        say(f"Nobody has voted on an answer yet.{hint}")
        raise typer.Exit(NOTHING_FOUND)
    if not as_json:
        helpful = sum(vote.helpful for vote in votes)
        counted = "1 vote" if len(votes) == 1 else f"{len(votes):,} votes"
        show(f"{counted}: {helpful:,} helpful, {len(votes) - helpful:,} not helpful.")


def _show(vote: Vote) -> None:
    verdict = "Helpful" if vote.helpful else "Not helpful"
    show(styled(f"{verdict}: {one_line(vote.question)}", BOLD))
    show(f"   as of {vote.as_of}, voted on {vote.voted_at:%Y-%m-%d %H:%M} UTC")
    if vote.reason:
        show(f"   because: {one_line(vote.reason)}")
    show(f"   {'refused' if vote.abstained else 'answer'}: {one_line(vote.answer)}")
    for place in vote.citations:
        show(f"   {one_line(place.id)}, characters {place.start:,}–{place.end:,}")
    show()
