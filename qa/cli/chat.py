"""`qa chat`: the web chat over an index, or over the sample archive."""

from __future__ import annotations

import contextlib
import importlib.resources

from qa.cli.printing import show
from qa.config import Config, load_config
from qa.errors import IndexLockedError
