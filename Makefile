# `make demo` and `make test` need python3 (3.11 or newer) with venv, and nothing else: the first
# run builds .venv from the lock files, a later run only when a lock file has changed.
# Another interpreter: `make PYTHON=python3.13 demo`. To start over: `rm -rf .venv`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CODE := $(wildcard surveyapp analysis questionnaires tests benchmarks)
# At most four test processes: each may start a browser and a database server of its own.
PYTEST := $(BIN)/python -m pytest
PARALLEL := -n auto --maxprocesses 4 --dist worksteal
LOCALES ?= zh
TRANSLATIONS := surveyapp/translations

# What the environment is made from; it is part of the stamps' names, so another content asks for another stamp.
KEY := $(shell cat pyproject.toml requirements/runtime.txt requirements/dev.txt | cksum | cut -d' ' -f1)
RUNTIME := $(VENV)/.runtime-$(KEY)
DEV := $(VENV)/.dev-$(KEY)
# An environment that was moved or copied here, or whose Python is gone, does not count.
HEALTHY := grep -qsF '$(CURDIR)/$(VENV)' $(BIN)/activate && $(BIN)/python -m pip --version >/dev/null 2>&1
$(shell grep -qsF '$(CURDIR)/$(VENV)' $(BIN)/activate && $(BIN)/python -c '' 2>/dev/null || rm -f $(VENV)/.runtime-* $(VENV)/.dev-*)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint format bench lock docs messages kill cuts clean

# List the targets with their sentences.
help:
	@awk '/^# /{said=substr($$0,3)} /^[a-z]+:/{split($$0,t,":"); printf "  make %-9s %s\n", t[1], said} !/^#/{said=""}' Makefile

# Start the demo: a survey with 53 answers, open in the browser.
demo: $(RUNTIME)
	@$(BIN)/surveyapp demo

# Run every test; the last line but one says what was left out and how to get it.
test: $(DEV)
	@$(PYTEST) $(PARALLEL)

# Check style (ruff), layout (ruff format) and types (mypy, strict).
lint: $(DEV)
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy

# Put every Python file into the common layout and mend what ruff can mend.
format: $(DEV)
	@$(BIN)/python -m ruff check --fix-only --quiet .
	@$(BIN)/python -m ruff format .

# Measure speed and memory against peers and against the limit of the machine; installs one peer (600 MB) the first time.
bench: $(DEV) build/bench/.ready
	@SVY_PYTHON=build/bench/bin/python $(BIN)/python -m benchmarks

# The environment of the peer that is measured against.
build/bench/.ready: requirements/bench.txt
	@rm -rf build/bench && $(PYTHON) -m venv build/bench
	@build/bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r $<
	@touch $@

# Write both lock files anew, keeping the present versions where they fit; newer ones: `make lock LOCK=--upgrade`.
lock: $(DEV)
	@$(BIN)/python -m uv pip compile $(COMPILE) pyproject.toml --all-extras --group dev --group build -o requirements/dev.txt
	@$(BIN)/python -m uv pip compile $(COMPILE) pyproject.toml --group build -c requirements/dev.txt -o requirements/runtime.txt
	@$(BIN)/python -m uv pip compile $(COMPILE) --group bench -o requirements/bench.txt
COMPILE = --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" $(LOCK)

# Write what is generated from the code: docs/language.md and the JSON Schema for editors.
docs: $(DEV)
	@$(BIN)/python -m questionnaires.manual

# Collect the interface's words, bring the translations up to date and compile them.
messages: $(DEV)
	@mkdir -p $(TRANSLATIONS)
	@$(BIN)/pybabel --quiet extract -F pyproject.toml -k lazy_gettext -k _l --no-location --sort-output \
		--project surveyapp --omit-header -o $(TRANSLATIONS)/messages.pot surveyapp
	@for locale in $(LOCALES); do \
		if test -f $(TRANSLATIONS)/$$locale/LC_MESSAGES/messages.po; then verb="update --no-fuzzy-matching --ignore-pot-creation-date"; else verb=init; fi; \
		$(BIN)/pybabel --quiet $$verb -i $(TRANSLATIONS)/messages.pot -d $(TRANSLATIONS) -l $$locale || exit 1; \
	done
	@$(BIN)/pybabel compile --statistics -d $(TRANSLATIONS)

# End the server by force 200 times and count lost answers; another number: `make kill SURVEYAPP_KILLS=1000`.
kill: $(DEV)
	@SURVEYAPP_KILLS=$(SURVEYAPP_KILLS) $(PYTEST) -m kill
SURVEYAPP_KILLS ?= 200

# Cut a phone's network 500 times at random moments and count lost answers; another number: `make cuts SURVEYAPP_CUTS=50`.
cuts: $(DEV)
	@SURVEYAPP_CUTS=$(SURVEYAPP_CUTS) $(PYTEST) -m cuts
SURVEYAPP_CUTS ?= 500

# Remove what running, testing and building leave behind; the environment and instance/ stay.
clean:
	@rm -rf build dist .demo .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
	@find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# Bring the environment to the runtime lock, unless the larger development lock is already there.
$(RUNTIME):
	@$(call install,runtime)
	@touch $@

# Bring the environment to the development lock, which contains the runtime lock.
$(DEV):
	@$(call install,dev)
	@touch $@ $(RUNTIME)

# Everything that is downloaded has its hash in a lock file, the build backend too, and nothing is built but this project.
define install
$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit("surveyapp needs Python 3.11 or newer, but $(PYTHON) is %d.%d. Install a newer one and say which: make PYTHON=python3.12 $(MAKECMDGOALS)" % v[:2])'
{ $(HEALTHY); } || $(PYTHON) -m venv --clear $(VENV)
rm -f $(VENV)/.runtime-* $(VENV)/.dev-*
echo "installing requirements/$(1).txt into $(VENV) (a few minutes the first time) ..."
$(BIN)/python -m pip --disable-pip-version-check --quiet install --require-hashes --only-binary :all: -r requirements/$(1).txt
$(BIN)/python -m pip --disable-pip-version-check --quiet install --no-build-isolation --no-deps --no-index -e .
endef
