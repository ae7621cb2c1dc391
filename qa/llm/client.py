"""A client of OpenAI's chat protocol, over the `openai` package: streaming, with limits to every wait.

The reply is read in a thread of its own, because only so can its reader stop waiting at any moment: HTTP clients limit
each read, and a server that sends a byte now and then would hold them for ever.
"""

from __future__ import annotations

import contextlib
import functools
import json
import logging
import os
import queue
import random
import socket
import threading
import time
import urllib.parse
from collections.abc import Generator, Mapping, Sequence
from typing import Any

from qa.config import Config
from qa.errors import LanguageModelError

logger = logging.getLogger("qa.llm")

KEY_VARIABLES = ("QA_LLM_KEY", "OPENAI_API_KEY")
# Servers on one's own machine want none, but the protocol's header cannot be empty.
_NO_KEY = "none"
_FIRST_WORD, _BETWEEN_WORDS, _CONNECTING = 0.5, 0.1, 0.1  # shares of the time for the whole answer
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 8.0  # seconds between two attempts
# No wait is longer without a word to whoever reads a stream: only between two of its pieces can they close it.
LONGEST_SILENCE = 0.5  # seconds
_MAY_PASS = frozenset({408, 409, 429})
_CUT_OFF = "The language model's answer was longer than it may be"
_PAST_ITS_TIME = "The language model took too long"
# Its estimate of tokens is corrected by what the server counts, but not by any amount that a server may say.
_LEAST_CORRECTION, _MOST_CORRECTION = 0.5, 3.0

# The reply that a thread reads, and how the events of httpcore end after which there is a connection: plain, encrypted,
# or encrypted through a proxy.
_OF_THREAD = threading.local()
_CONNECTED = (".connect_tcp.complete", ".start_tls.complete")


class LanguageModel:
    """The model that the configuration names. May be used by any number of threads.

    Raises:
        LanguageModelError: the `openai` package is not installed, the address is none, or no model is named.
    """

    def __init__(self, config: Config, environment: Mapping[str, str] = os.environ) -> None:
        self.config = config
        self.name = config.llm_model
        self.where = _host(config.llm_base_url)
        if not self.name:
            raise LanguageModelError(
                "QA_LLM_BASE_URL names a server, but no model", where=self.where, cure="Set QA_LLM_MODEL."
            )
        # Tokens that the server counted for each that was estimated.
        self.correction = 1.0
        key = next((environment[name] for name in KEY_VARIABLES if environment.get(name)), _NO_KEY)
        try:
            import openai
        except ImportError:
            raise LanguageModelError(
                "The client for language models is not installed", where="openai",
                cure="Run `pip install 'openai>=3.57,<4'`, or unset QA_LLM_BASE_URL.",
            ) from None  # fmt: skip
        seconds = config.llm_timeout_seconds
        timeout = openai.Timeout(seconds * _FIRST_WORD, connect=seconds * _CONNECTING)
        # A redirect would send the question and the passages to an address that nobody named.
        http = openai.DefaultHttpxClient(
            timeout=timeout, follow_redirects=False, event_hooks={"request": [_tell_of_connection]}
        )
        # No connection is used twice: one that is hung up may be back in the pool already.
        self._client = openai.OpenAI(
            api_key=key, base_url=config.llm_base_url, max_retries=0, timeout=timeout, http_client=http,
            default_headers={"Connection": "close"},
        )  # fmt: skip

    @property
    def room(self) -> int:
        """Tokens, as we estimate them, that a prompt may take."""
        return int((self.config.llm_context_tokens - self.config.llm_answer_tokens) / self.correction)

    def stream(self, messages: Sequence[Mapping[str, str]], estimated: int) -> Generator[str, None, None]:
        """The reply in pieces, as they come, and an empty one wherever nothing has come for LONGEST_SILENCE.

        Closing the generator closes the connection.

        Args:
            messages: `role` and `content` of each.
            estimated: how many tokens they were thought to take.

        Raises:
            LanguageModelError: out of reach, refused, too slow, or no reply in the protocol; also in the midst of it.
        """
        deadline = time.monotonic() + self.config.llm_timeout_seconds
        pause = _FIRST_PAUSE
        for attempt in range(self.config.llm_retries + 1):
            reply = _Reply(self._client, self.config, messages)
            try:
                yield from reply.pieces(deadline)
                return
            except _FailureError as failure:
                wait = max(pause * (1 + random.random() / 4), failure.asked_to_wait)  # noqa: S311 - no secret
                last = attempt == self.config.llm_retries or time.monotonic() + wait >= deadline
                if not failure.may_pass or reply.has_begun or last:
                    raise self._error(failure) from None
                logger.info("%s: %s; asking again in %.1f s", self.where, failure.what, wait)
            finally:
                reply.close()
                self._learn(reply.prompt_tokens, estimated)
            end = time.monotonic() + wait
            while (left := end - time.monotonic()) > 0:
                time.sleep(min(left, LONGEST_SILENCE))
                yield ""
            pause = min(2 * pause, _LONGEST_PAUSE)

    def whole(self, messages: Sequence[Mapping[str, str]], estimated: int) -> str:
        """The whole reply. Errors as for `stream`."""
        return "".join(self.stream(messages, estimated))

    def _learn(self, counted: int, estimated: int) -> None:
        if counted > 0:
            logger.debug("%s: %d tokens in the prompt, estimated %d", self.where, counted, estimated)
            self.correction = min(max(counted / max(estimated, 1), _LEAST_CORRECTION), _MOST_CORRECTION)

    def _error(self, failure: _FailureError) -> LanguageModelError:
        return LanguageModelError(failure.what, where=self.where, cure=failure.cure)


@functools.lru_cache(maxsize=8)
def language_model(config: Config) -> LanguageModel:
    """The model of a configuration, made once. Errors as for `LanguageModel`."""
    return LanguageModel(config)


class _FailureError(Exception):
    """What went wrong with one attempt. Nothing that the server said is kept."""

    def __init__(self, what: str, cure: str, *, may_pass: bool = False, asked_to_wait: float = 0.0) -> None:
        super().__init__(what)
        self.what, self.cure, self.may_pass, self.asked_to_wait = what, cure, may_pass, asked_to_wait


class _Reply:
    """One attempt: a thread reads the reply, whoever waits for it takes its pieces from a queue."""

    def __init__(self, client: Any, config: Config, messages: Sequence[Mapping[str, str]]) -> None:
        self.has_begun = False
        self.prompt_tokens = 0
        self._client, self._config, self._messages = client, config, messages
        self._pieces: queue.SimpleQueue[str | _FailureError | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._stream: Any = None
        self._connection: Any = None
        threading.Thread(target=self._read, name="qa-llm", daemon=True).start()

    def pieces(self, deadline: float) -> Generator[str, None, None]:
        """What comes, empty in every silence. Raises _FailureError, also where no words come within their time."""
        seconds = self._config.llm_timeout_seconds
        latest = min(deadline, time.monotonic() + seconds * _FIRST_WORD)
        while True:
            wait = max(latest - time.monotonic(), 0.0)
            try:
                piece = self._pieces.get(timeout=min(wait, LONGEST_SILENCE))
            except queue.Empty:
                if wait <= LONGEST_SILENCE:
                    cure = "Raise QA_LLM_TIMEOUT_SECONDS, or name a faster model."
                    raise _FailureError(_PAST_ITS_TIME, cure) from None
                yield ""
                continue
            if isinstance(piece, _FailureError):
                raise piece
            if piece is None:
                return
            self.has_begun = True
            yield piece
            latest = min(deadline, time.monotonic() + seconds * _BETWEEN_WORDS)

    def close(self) -> None:
        """Hang up, so that the server stops and the thread that reads ends."""
        self._closed.set()
        self._hang_up()

    def connected(self, event: str, found: Mapping[str, Any]) -> None:
        """Is told by httpcore of what it does for this reply; a connection is there long before the reply may begin."""
        if event.endswith(_CONNECTED):
            self._connection = found["return_value"]
            if self._closed.is_set():
                self._hang_up()

    def _hang_up(self) -> None:
        """Shut the socket: closing it would not wake the thread that waits for its next bytes."""
        with contextlib.suppress(Exception):
            self._connection.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    def _read(self) -> None:
        _OF_THREAD.reply = self
        try:
            for piece in self._received():
                self._pieces.put(piece)
            self._pieces.put(None)
        except _FailureError as failure:
            self._pieces.put(failure)
        except Exception as error:  # whatever a server can make of the protocol
            self._pieces.put(_as_failure(error) if self._stream is None else _as_breaking_off(error))
        finally:
            if self._stream is not None:
                with contextlib.suppress(Exception):
                    self._stream.close()

    def _received(self) -> Generator[str, None, None]:
        self._stream = self._client.chat.completions.create(
            model=self._config.llm_model, messages=[dict(message) for message in self._messages],
            stream=True, stream_options={"include_usage": True}, max_tokens=self._config.llm_answer_tokens,
            temperature=0,
        )  # fmt: skip
        cut_off = False
        for chunk in self._stream:
            if self._closed.is_set():
                return
            if chunk.usage and isinstance(chunk.usage.prompt_tokens, int):
                self.prompt_tokens = chunk.usage.prompt_tokens
            for choice in chunk.choices or ():
                cut_off = cut_off or choice.finish_reason == "length"
                if choice.delta and isinstance(choice.delta.content, str) and choice.delta.content:
                    yield choice.delta.content
        if cut_off:
            raise _FailureError(_CUT_OFF, "Raise QA_LLM_ANSWER_TOKENS.")


def _tell_of_connection(request: Any) -> None:
    """Have the reply that this thread reads be told of its connection."""
    request.extensions["trace"] = _OF_THREAD.reply.connected


def _as_failure(error: Exception) -> _FailureError:
    """An error of the client in our words."""
    import openai

    if isinstance(error, openai.APIStatusError):
        return _refused(error.status_code, _asked_to_wait(error.response.headers.get("retry-after")))
    if isinstance(error, openai.APITimeoutError):
        return _FailureError(_PAST_ITS_TIME, "Raise QA_LLM_TIMEOUT_SECONDS, or name a faster model.")
    if isinstance(error, openai.APIConnectionError):
        return _FailureError(
            "The language model cannot be reached", "Start its server, or correct QA_LLM_BASE_URL.", may_pass=True
        )
    if isinstance(error, openai.APIError | ValueError | TypeError | AttributeError):
        return _FailureError("The language model's server does not speak OpenAI's protocol", "Correct QA_LLM_BASE_URL.")
    return _FailureError("The language model cannot be asked", "Look at its server and at QA_LLM_BASE_URL.")


def _as_breaking_off(error: Exception) -> _FailureError:
    """An error in the midst of a reply in our words."""
    import openai

    if isinstance(error, json.JSONDecodeError | openai.APIResponseValidationError):
        return _as_failure(error)
    return _FailureError("The language model's server broke off", "Ask again, or look at the server.")


def _refused(status: int, asked_to_wait: float) -> _FailureError:
    what = f"The language model's server answered with HTTP status {status}"
    may_pass = status in _MAY_PASS or status >= 500
    cure = "Ask again later, or look at its server."
    if status in (401, 403):
        cure = f"Set {KEY_VARIABLES[0]} in the environment to a key that it takes."
    elif not may_pass:
        cure = "Correct QA_LLM_BASE_URL, which mostly ends in /v1, and QA_LLM_MODEL; a prompt may be too long for it."
    return _FailureError(what, cure, may_pass=may_pass, asked_to_wait=asked_to_wait)


def _asked_to_wait(header: str | None) -> float:
    """The seconds of a Retry-After header; 0 for a date, or for none."""
    try:
        return min(max(float(header or 0), 0.0), 1e6)
    except ValueError:
        return 0.0


def _host(address: str) -> str:
    """The host and port of an address."""
    try:
        parts = urllib.parse.urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    # A password in it would be logged by the HTTP client.
    if not host or parts.scheme not in ("http", "https") or parts.username is not None or parts.password is not None:
        raise LanguageModelError(
            "QA_LLM_BASE_URL is no address", cure="It must look like http://127.0.0.1:8080/v1, without a password."
        )
    return f"{host}:{port}" if port else host
