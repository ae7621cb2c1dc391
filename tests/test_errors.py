"""The errors: one tree, and messages that say what, where and what to do."""

from __future__ import annotations

import inspect
import pickle
import re

import pytest

from qa import errors
from qa.errors import DatelineError

ALL = [value for value in vars(errors).values() if inspect.isclass(value) and issubclass(value, Exception)]


def test_the_tree_is_as_the_module_draws_it() -> None:
    drawing = {}
    parents = {0: "DatelineError"}
    for line in errors.__doc__.splitlines():
        found = re.match(r"^([│ ├└─]*)(\w+Error)\b", line)
        if found:
            depth = len(found[1]) // 4
            parents[depth] = found[2]
            drawing[found[2]] = parents[depth - 1] if depth else "Exception"
    assert drawing == {error.__name__: error.__base__.__name__ for error in ALL}
    assert len(drawing) == 13


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_message_and_parts(kind: type[DatelineError]) -> None:
    error = kind("The disk is full", where="/data/x", cure="Free some space.")
    assert str(error) == "The disk is full (/data/x). Free some space."
    assert (error.what, error.where, error.cure) == ("The disk is full", "/data/x", "Free some space.")
    # Errors travel between processes.
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert str(kind("It broke")) == "It broke."
    assert str(kind("It broke", cure="Mend it.")) == "It broke. Mend it."
    assert str(kind("It broke", where="here")) == "It broke (here)."
