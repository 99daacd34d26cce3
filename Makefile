# Sportello: `make help` lists what there is.
PORT ?= 8000
HOST ?= 127.0.0.1
PYTHON ?= python3
# Where the labelled sets lie that some tests measure on; those tests say so when it is absent.
LABELLED_SETS := $(wildcard ../shared/data)
export SPORTELLO_LABELLED_SETS ?= $(if $(LABELLED_SETS),$(abspath $(LABELLED_SETS)))

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test lint types format soak browser clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: .venv/.installed ## the .venv with what Sportello needs to run
setup-dev: .venv/.installed-dev ## the same with what its tests need

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(INSTALL) --upgrade pip

.venv/.installed: pyproject.toml constraints.txt | .venv/bin/python
	$(INSTALL) -e .
	@touch $@

.venv/.installed-dev: pyproject.toml constraints.txt | .venv/.installed
	$(INSTALL) -e '.[dev]'
	@touch $@ .venv/.installed

# The demo shop's name and contacts, where the environment does not say others.
run: export SPORTELLO_SITE_NAME ?= Tornigallo
run: export SPORTELLO_CONTACT_PHONE ?= +39 0546 000 214
run: export SPORTELLO_CONTACT_EMAIL ?= assistenza@tornigallo.example
run: export SPORTELLO_CONTACT_HOURS ?= lun–ven 9–18, sab 9–13
run: setup ## install, index and serve the demo knowledge base (PORT=8000)
	$(BIN)/sportello serve --content content --data data --host $(HOST) --port $(PORT)

test: setup-dev browser lint types ## every check and every test, real browser included
	$(BIN)/python -m pytest

lint: setup-dev ## ruff, rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup-dev ## mypy, strict
	$(BIN)/mypy

format: setup-dev ## rewrite the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

soak: setup-dev browser ## the long campaign in full: kills
	$(BIN)/python -m pytest -m soak --timeout 7200

browser: ## a Chromium for the browser tests: the one on PATH, else Debian's
	@command -v chromium >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium >/dev/null; } \
	  || { echo 'No chromium on PATH and apt-get could not install it: install Chromium, then run this again.' >&2; exit 1; }

clean: ## remove what was built here; content and the data folder stay
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info
