"""Settings: their order of precedence, their types, and unknown names."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from qa.config import Config, load_config
from qa.errors import ConfigError

FIELDS = dataclasses.fields(Config)
WRONG: dict[type, tuple[object, ...]] = {
    int: ("7", 1.5, True, None),
    float: ("0.5", True, None),
    str: (1, None, Path("x")),
}


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a dateline.toml of the developer's own has no say."""
    monkeypatch.chdir(tmp_path)


def test_defaults() -> None:
    config = load_config({})
    assert config == Config()
    assert (config.index, config.encoder, config.hits, config.passage_words) == (
        "index/default", "all-MiniLM-L6-v2", 5, 150,
    )  # fmt: skip


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_each_setting_takes_only_its_own_type(field: dataclasses.Field[Any]) -> None:
    for wrong in WRONG[type(field.default)]:
        with pytest.raises(ConfigError, match=f"^{field.name} must be .*, not {re.escape(repr(wrong))}"):
            Config(**{field.name: wrong})


@pytest.mark.parametrize("field", [f for f in FIELDS if type(f.default) in (int, float)], ids=lambda f: f.name)
def test_each_number_has_a_lower_limit(field: dataclasses.Field[Any]) -> None:
    kind = type(field.default)
    with pytest.raises(ConfigError, match=f"^{field.name} must be above 0"):
        Config(**{field.name: kind(-1)})
    may_be_zero = {
        "lexical_weight", "dense_weight", "time_weight", "encode_on_the_spot", "answer_threshold", "lock_seconds",
        "port", "llm_retries",
    }  # fmt: skip
    if field.name in may_be_zero:
        assert getattr(Config(**{field.name: kind(0)}), field.name) == 0
    else:
        with pytest.raises(ConfigError, match=f"^{field.name} must be above 0"):
            Config(**{field.name: kind(0)})


@pytest.mark.parametrize("field", [f for f in FIELDS if type(f.default) is float], ids=lambda f: f.name)
@pytest.mark.parametrize("said", ["nan", "inf", "-inf"])
def test_a_number_is_finite(field: dataclasses.Field[Any], said: str) -> None:
    with pytest.raises(ConfigError, match=f"^{field.name} must be a finite number, not {said}"):
        load_config({f"QA_{field.name.upper()}": said})
    Path("dateline.toml").write_text(f"{field.name} = {said}\n")
    with pytest.raises(ConfigError, match=f"^{field.name} must be a finite number, not {said}"):
        load_config({})


def test_a_whole_number_will_do_for_a_float() -> None:
    value = Config(dense_weight=2).dense_weight
    assert (value, type(value)) == (2.0, float)


def test_a_whole_number_too_large_for_a_float_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^dense_weight must be a finite number, not inf"):
        Config(dense_weight=10**400)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_each_setting_can_come_from_the_environment(field: dataclasses.Field[Any]) -> None:
    word = {"llm_unsupported": "mark", "llm_rewrite": "on", "chat_feedback": "on", "chat_history": "on"}.get(
        field.name, "something"
    )
    text, value = {int: ("17", 17), float: ("0.25", 0.25), str: (word, word)}[type(field.default)]
    config = load_config({f"QA_{field.name.upper()}": text})
    assert getattr(config, field.name) == value
    assert type(getattr(config, field.name)) is type(field.default)
    assert config == Config(**{field.name: value})


def test_precedence_is_argument_environment_file_default(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("hits = 2\noverfetch = 2\nencode_batch = 2\n", "utf-8")
    environment = {"QA_CONFIG": str(file), "QA_HITS": "3", "QA_OVERFETCH": "3"}
    config = load_config(environment, hits=4)
    assert (config.hits, config.overfetch, config.encode_batch, config.port) == (4, 3, 2, 7860)


def test_an_argument_of_none_is_left_out() -> None:
    assert load_config({"QA_HITS": "3"}, hits=None).hits == 3


def test_the_file_in_the_working_folder_is_read_unless_another_is_named(tmp_path: Path) -> None:
    (tmp_path / "dateline.toml").write_text("hits = 8\n", "utf-8")
    (tmp_path / "other.toml").write_text("port = 1\n", "utf-8")
    assert load_config({}).hits == 8
    config = load_config({"QA_CONFIG": "other.toml"})
    assert (config.hits, config.port) == (5, 1)


def test_unknown_names_are_errors_that_name_the_place(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("hist = 2\n", "utf-8")
    with pytest.raises(ConfigError, match=r"Unknown setting 'hist' \(.*mine\.toml\)\. The settings are: .*hits"):
        load_config({"QA_CONFIG": str(file)})
    with pytest.raises(ConfigError, match=r"Unknown setting 'hist' \(environment variable QA_HIST\)"):
        load_config({"QA_HIST": "2"})
    with pytest.raises(ConfigError, match=r"Unknown setting 'hist' \(an argument\)"):
        load_config({}, hist=2)
    with pytest.raises(ConfigError, match=r"Unknown setting 'hist' \(an argument\)"):
        Config().replace(hist=2)


def test_a_table_in_the_file_is_an_unknown_setting(tmp_path: Path) -> None:
    (tmp_path / "dateline.toml").write_text("[retrieval]\nhits = 2\n", "utf-8")
    with pytest.raises(ConfigError, match=r"Unknown setting 'retrieval' \(dateline\.toml\)"):
        load_config({})


def test_other_variables_are_no_settings() -> None:
    assert load_config({"QA_LOG": "debug", "PATH": "x", "AQA_HITS": "9", "qa_hits": "9"}) == Config()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"hits = ", "cannot be read"),
        (b"hits = 'two'", "hits must be a whole number, not 'two'"),
        (b"encoder = '\xff'", "cannot be read"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "dateline.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=message):
        load_config({})


def test_some_words_have_few_values(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^llm_unsupported must be drop or mark, not 'keep'"):
        load_config({"QA_LLM_UNSUPPORTED": "keep"})
    with pytest.raises(ConfigError, match=r"^llm_rewrite must be off or on, not 'yes'"):
        Config(llm_rewrite="yes")


def test_a_key_is_no_setting(tmp_path: Path) -> None:
    assert load_config({"QA_LLM_KEY": "sk-secret"}) == Config()
    (tmp_path / "dateline.toml").write_text("llm_key = 'sk-secret'\n", "utf-8")
    with pytest.raises(ConfigError, match="Unknown setting 'llm_key'") as caught:
        load_config({})
    assert "sk-secret" not in str(caught.value)


def test_a_named_file_must_exist() -> None:
    with pytest.raises(ConfigError, match=r"does not exist \(nowhere\.toml\)"):
        load_config({"QA_CONFIG": "nowhere.toml"})


def test_text_in_the_environment_must_be_of_the_right_kind() -> None:
    with pytest.raises(ConfigError, match="QA_HITS must be a whole number, not 'many'"):
        load_config({"QA_HITS": "many"})
    with pytest.raises(ConfigError, match="QA_DENSE_WEIGHT must be a number, not '1,5'"):
        load_config({"QA_DENSE_WEIGHT": "1,5"})
