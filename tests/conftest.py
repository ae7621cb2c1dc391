"""What all tests share: no network for models, no settings of the person who runs them, the sample archive."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

# A busy machine is no fault of the code; what is timed stands in benchmarks/.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# Before any library that reads them is imported; subprocesses inherit them.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
for name in list(os.environ):
    if name.startswith("QA_") or name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        del os.environ[name]

if "PYTEST_XDIST_WORKER" in os.environ:
    # The workers share the cores already; more threads of each would only wait for the others'.
    os.environ["OMP_NUM_THREADS"] = "1"

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def sample_file() -> Path:
    """The sample archive: 101 records, which are 95 articles and later versions of some of them."""
    return ROOT / "qa" / "sample" / "articles.jsonl"
