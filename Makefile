# Every target sets up what it needs in .venv; a machine needs Python 3.11 or newer and make.
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python -m
PIP := $(RUN) pip --disable-pip-version-check --no-input --quiet

CORE := $(VENV)/.core-installed
DEV := $(VENV)/.dev-installed

.DEFAULT_GOAL := help
.PHONY: help demo test check
.SUFFIXES:

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(CORE) ## Conduct a small demonstration trial and show its reports and proofs
	@$(VENV)/bin/trialproof demo

test: check ## Everything that must hold: check, then all tests under the branch-coverage gate
	@$(RUN) coverage erase
	$(RUN) coverage run -m pytest -n 2
	@$(RUN) coverage combine --quiet
	$(RUN) coverage report

check: $(DEV) ## Look without running: lint, format and both type checkers
	$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy
	$(RUN) pyright

# Both stamps live in .venv, so that removing it starts afresh; a changed pyproject.toml installs again.
$(CORE): pyproject.toml | $(VENV)/bin/python
	@echo "Installing Trialproof into $(VENV) (once; again when pyproject.toml changes)"
	@$(PIP) install --editable .
	@touch $@

$(DEV): pyproject.toml | $(VENV)/bin/python
	@echo "Installing Trialproof and its tools into $(VENV) (once; again when pyproject.toml changes)"
	@$(PIP) install --editable '.[dev]'
	@touch $(CORE) $@

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Trialproof needs Python 3.11 or newer, and '$(PYTHON)' was not found. Name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Trialproof needs Python 3.11 or newer, and '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Name a newer one: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
