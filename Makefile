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
.PHONY: help setup setup-dev run widget test lint types format catalogues soak bench bench-relevance bench-curve bench-http bench-insights browser postgres wrk node gates screenshots lighthouse clean

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
run: export SPORTELLO_CONTACT_HOURS ?= mo-fr 09:00-18:00; sa 09:00-13:00
run: export SPORTELLO_EMAIL_REPLY_HOURS ?= 24
run: setup ## install, index and serve the demo knowledge base (PORT=8000)
	$(BIN)/sportello serve --content content --data data --host $(HOST) --port $(PORT)

WIDGET := widgets/deflection
widget: $(WIDGET)/node_modules/.package-lock.json ## the widget in one small file, checked and minified; prints its size
	cd $(WIDGET) && npm run --silent check && npm run --silent build

$(WIDGET)/node_modules/.package-lock.json: $(WIDGET)/package-lock.json | node
	cd $(WIDGET) && npm ci --loglevel=error
	@touch $@

# Three workers on two cores, since many tests wait; a file each at a time, those with a browser last.
# Of several threads of one worker, each but the first would take a core from another worker.
test: export OMP_NUM_THREADS ?= 1
test: export OPENBLAS_NUM_THREADS ?= 1
test: setup-dev browser postgres gates lint types ## every check and every test, real browser included
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder

lint: setup-dev ## ruff, rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup-dev ## mypy, strict
	$(BIN)/mypy

format: setup-dev ## rewrite the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

catalogues: setup-dev ## bring every language's catalogue up to the texts in the code; lists what is to be translated
	@$(BIN)/python -m tests.catalogues

soak: setup-dev browser postgres gates ## the long campaigns in full: kills, storm, every look of every page, other encoders
	$(BIN)/python -m pytest -m soak --timeout 7200

# The build without a window is the same Chromium, and the browser tests take a quarter less time in it.
browser: ## a Chromium for the browser tests: Debian's without a window where apt-get has it, else the one on PATH
	@command -v chromium-headless-shell >/dev/null \
	  || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium-headless-shell >/dev/null; } 2>/dev/null \
	  || command -v chromium >/dev/null \
	  || { echo 'No chromium on PATH and apt-get could not install chromium-headless-shell: install Chromium, then run this again.' >&2; exit 1; }

postgres: ## a PostgreSQL for the store's tests, which start it themselves: the one that is there, else Debian's
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 \
	  || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql >/dev/null; } \
	  || { echo 'No initdb on PATH and apt-get could not install PostgreSQL: install it, then run this again.' >&2; exit 1; }

wrk:
	@command -v wrk >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends wrk >/dev/null; } \
	  || { echo 'No wrk on PATH and apt-get could not install it: install it, then run this again.' >&2; exit 1; }

# Debian's are new enough for the gates; so is any other Node.js from 20.19 on.
node:
	@command -v npm >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends nodejs npm >/dev/null; } \
	  || { echo 'No npm on PATH and apt-get could not install it: install Node.js 20.19 or later, then run this again.' >&2; exit 1; }

GATES := tests/browser
gates: $(GATES)/node_modules/.package-lock.json ## axe-core and html-validate for the browser tests, by npm

$(GATES)/node_modules/.package-lock.json: $(GATES)/package-lock.json | node
	cd $(GATES) && npm ci --omit=dev --loglevel=error
	@touch $@

$(GATES)/node_modules/lighthouse: $(GATES)/package-lock.json | node
	cd $(GATES) && npm ci --loglevel=error
	@touch $@ $(GATES)/node_modules/.package-lock.json

screenshots: setup-dev browser ## a picture of each page × desktop, phone, dark, into docs/screenshots
	$(BIN)/python -m tests.browser.screenshots

lighthouse: setup-dev browser $(GATES)/node_modules/lighthouse ## Lighthouse on its phone profile; at least 98 in each category
	$(BIN)/python -m tests.browser.lighthouse

PEERS := tests/benchmarks/peers/node
bench-relevance: setup | node ## search quality beside its peers', on the labelled sets; about ten minutes
	@test -d '$(SPORTELLO_LABELLED_SETS)' || { echo 'Set SPORTELLO_LABELLED_SETS to the folder of the labelled sets.' >&2; exit 1; }
	$(INSTALL) -e '.[bench]'
	cd $(PEERS) && npm ci --loglevel=error
	@$(BIN)/python -m tests.benchmarks '$(SPORTELLO_LABELLED_SETS)'

bench: setup ## speed beside its peers', at 406, 10,000 and 50,000 articles; an hour at first, while texts are encoded
	@test -d '$(SPORTELLO_LABELLED_SETS)' || { echo 'Set SPORTELLO_LABELLED_SETS to the folder of the labelled sets.' >&2; exit 1; }
	$(INSTALL) -e '.[bench]'
	@$(BIN)/python -m tests.benchmarks.speed '$(SPORTELLO_LABELLED_SETS)' $(SIZES)

bench-curve: setup ## what a question costs from 100 to 50,000 articles, drawn into docs/cost-curve.svg
	@test -d '$(SPORTELLO_LABELLED_SETS)' || { echo 'Set SPORTELLO_LABELLED_SETS to the folder of the labelled sets.' >&2; exit 1; }
	@$(BIN)/python -m tests.benchmarks.curve '$(SPORTELLO_LABELLED_SETS)' $(SIZES)

bench-http: setup wrk ## the same server over HTTP at 3,000 and 10,000 articles (SIZES): latency, what a second holds, memory, an edit
	@test -d '$(SPORTELLO_LABELLED_SETS)' || { echo 'Set SPORTELLO_LABELLED_SETS to the folder of the labelled sets.' >&2; exit 1; }
	@$(BIN)/python -m tests.benchmarks.overhttp '$(SPORTELLO_LABELLED_SETS)' $(SIZES)

bench-insights: setup-dev postgres ## each view of the insights over a million searches, SQLite and PostgreSQL; fails above 500 ms
	@$(BIN)/python -m tests.benchmarks.insights $(or $(BENCH),build/bench-insights)

clean: ## remove what was built here; content and the data folder stay
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist *.egg-info widgets/deflection/dist widgets/deflection/node_modules tests/browser/node_modules tests/benchmarks/peers/node/node_modules
