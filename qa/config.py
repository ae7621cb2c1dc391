"""Every default, once.

A setting is taken from the first of: an argument in code, the environment (`QA_` and the name in
capitals, for example `QA_ENCODER`), the TOML file that `QA_CONFIG` names (else `dateline.toml` in
the working folder, if there is one), the default below.
"""

from __future__ import annotations

import dataclasses
import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import ConfigError

DEFAULT_ENCODER = "all-MiniLM-L6-v2"
CONFIG_FILE = "dateline.toml"
ENVIRONMENT_PREFIX = "QA_"
# Named QA_* for other purposes, so they are no unknown settings.
OTHER_VARIABLES = frozenset({"QA_CONFIG", "QA_LOG", "QA_LLM_KEY"})


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of one index and its chat. Raises ConfigError for a value that cannot be used."""

    # Where the index is, relative to the working folder.
    index: str = "index/default"

    # The encoder: the packaged default, or any sentence-transformers name or folder. A change of
    # encoder, prompts, or passage_words is refused with its cure.
    encoder: str = DEFAULT_ENCODER
    query_prompt: str = ""
    passage_prompt: str = ""
    device: str = "auto"  # "auto" takes cuda where there is one; else a torch device name
    encode_batch: int = 32  # passages in one forward pass
    encode_window: int = 512  # passages sorted by length together, and committed together
    encode_slice: int = 32  # passages between two looks at whether a question waits, or a stop was asked for

    # Passages: about this many words, on sentence borders.
    passage_words: int = 150

    # Reading: a longer record is rejected and reported.
    maximum_record_bytes: int = 20_000_000
    feed_bytes: int = 20_000_000  # of a whole feed, which is held in memory; a larger one is refused
    feed_seconds: float = 30.0  # in which a feed must be fetched

    # Retrieval.
    hits: int = 5
    overfetch: int = 100  # passages asked of each of Tantivy and FAISS
    lexical_weight: float = 0.6  # these three choose which passages are looked at closely
    dense_weight: float = 1.0
    time_weight: float = 0.25  # of nearness in time to what is asked about
    rescored: int = 40  # passages that are looked at closely
    encode_on_the_spot: int = 20  # BM25's best without a vector that a question may encode
    flat_limit: int = 50_000  # vectors held exactly; above it a warning names what gets slower
    maximum_question_characters: int = 2_000

    # Answers.
    answer_sentences: int = 3
    list_sentences: int = 5  # where a question asks for several things of a kind ("which companies")
    selected_sentences: int = 40  # of a question's passages, those that the selector reads
    answer_margin: float = 2.0  # a further sentence is quoted if its score comes so near to the best one's
    answer_threshold: float = 0.27  # confidence below which the answer abstains

    # The optional language model: any server with OpenAI's chat protocol. Its key comes from the environment only.
    llm_base_url: str = ""  # empty: no language model is asked
    llm_model: str = ""
    llm_timeout_seconds: float = 60.0  # for the whole answer; half of it for its first word, a tenth between two words
    llm_retries: int = 2  # after refused connections, "too many requests" and errors of the server
    llm_context_tokens: int = 4_096  # of the model: instructions, passages and answer together
    llm_answer_tokens: int = 400
    llm_unsupported: str = "drop"  # what becomes of a sentence that fails its check: "drop" or "mark"
    llm_rewrite: str = "off"  # "on": the model makes follow-up questions whole

    # Storage.
    lock_seconds: float = 10.0  # how long a writer waits for another before it gives up

    # The web chat.
    host: str = "127.0.0.1"
    port: int = 7860  # 0 takes any free one
    chat_concurrency: int = 4  # questions answered at the same time
    chat_queue: int = 64  # questions that may wait; more are refused
    chat_hits_limit: int = 50  # the most passages that one question may ask for
    chat_turns: int = 50  # questions that one conversation shows; the oldest leave first
    chat_sessions: int = 1_000  # conversations kept in memory; the oldest are forgotten
    chat_upload_bytes: int = 100_000_000  # what may be uploaded at a time, with --editor; else the chat takes no files
    chat_poll_seconds: float = 30.0  # between two looks for articles that another process added
    chat_request_bytes: int = 1_000_000  # the largest request without files
    chat_session_hours: float = 12.0  # after which one has to log in again
    chat_root_path: str = ""  # the path or URL under which a proxy shows the chat
    chat_names: str = ""  # further names under which it may be asked, separated by commas
    chat_proxies: str = "127.0.0.1, ::1"  # whose X-Forwarded-* headers are believed
    chat_feedback: str = "off"  # "on": readers may say whether an answer helped; it is kept beside the archive
    chat_history: str = "off"  # "on": conversations are kept beside the archive for each user; needs a login

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            expected: type = type(field.default)
            if expected is float and type(value) is int:
                try:
                    value = float(value)
                except OverflowError:  # more than 308 digits
                    value = math.inf
                object.__setattr__(self, field.name, value)
            elif type(value) is not expected:
                raise ConfigError(
                    f"{field.name} must be {_KINDS[expected]}, not {value!r}", cure="See qa/config.py for its meaning."
                )
            if expected is float and not math.isfinite(value):
                raise ConfigError(f"{field.name} must be a finite number, not {value!r}", cure="Correct it.")
            if expected in (int, float) and (value <= 0 if field.name not in _MAY_BE_ZERO else value < 0):
                raise ConfigError(f"{field.name} must be above 0, not {value!r}", cure="Leave it out for the default.")
            if value not in (choices := _CHOICES.get(field.name, (value,))):
                raise ConfigError(f"{field.name} must be {' or '.join(choices)}, not {value!r}", cure="Correct it.")

    def replace(self, **changes: Any) -> Config:
        """A copy with some settings changed; ConfigError for an unknown name."""
        _reject_unknown(changes, "an argument")
        return dataclasses.replace(self, **changes)


_KINDS = {int: "a whole number", float: "a number", str: "text"}
_MAY_BE_ZERO = {
    "lexical_weight", "dense_weight", "time_weight", "encode_on_the_spot", "answer_threshold", "lock_seconds", "port",
    "llm_retries",
}  # fmt: skip
_CHOICES = {
    "llm_unsupported": ("drop", "mark"), "llm_rewrite": ("off", "on"), "chat_feedback": ("off", "on"),
    "chat_history": ("off", "on"),
}  # fmt: skip


def load_config(environment: Mapping[str, str] = os.environ, **overrides: Any) -> Config:
    """The settings in force. Overrides of None are left out.

    Raises:
        ConfigError: an unknown key, an unreadable file, or a value of the wrong kind.
    """
    values = _from_file(environment)
    values.update(_from_environment(environment))
    values.update({name: value for name, value in overrides.items() if value is not None})
    return Config().replace(**values)


def _from_file(environment: Mapping[str, str]) -> dict[str, Any]:
    named = environment.get("QA_CONFIG")
    path = Path(named or CONFIG_FILE)
    if not path.is_file():
        if named:
            raise ConfigError("The configuration file does not exist", where=named, cure="Correct or unset QA_CONFIG.")
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"The configuration file cannot be read: {error}", where=str(path), cure="It must be TOML in UTF-8."
        ) from error
    _reject_unknown(values, str(path))
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    kinds: dict[str, type] = {field.name: type(field.default) for field in dataclasses.fields(Config)}
    for variable, text in environment.items():
        if not variable.startswith(ENVIRONMENT_PREFIX) or variable in OTHER_VARIABLES:
            continue
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        _reject_unknown({name: text}, f"environment variable {variable}")
        try:
            values[name] = kinds[name](text)
        except ValueError as error:
            raise ConfigError(
                f"{variable} must be {_KINDS[kinds[name]]}, not {text!r}", cure=f"Correct or unset {variable}."
            ) from error
    return values


def _reject_unknown(values: Mapping[str, Any], where: str) -> None:
    known = [field.name for field in dataclasses.fields(Config)]
    for name in values:
        if name not in known:
            raise ConfigError(
                f"Unknown setting {name!r}", where=where, cure=f"The settings are: {', '.join(sorted(known))}."
            )
