# The commands of the house. Needs make and Python 3.11 or later; everything else is in requirements.lock.
# A name that is a target of its own tells what it does: `make help`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test test-slow lint format bench pictures lock install clean

VENV := .venv
RUN := $(VENV)/bin
STAMP := $(VENV)/.installed
TESTERS ?= 2# processes that share the quick tests, each with a database server of its own
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	command -v "$$name" >/dev/null 2>&1 && "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done; true)

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

install: $(STAMP) ## the environment in .venv, from the lock

$(STAMP): requirements.lock pyproject.toml
	@if [ -z "$(PYTHON)" ]; then echo "Common Cause needs Python 3.11 or later. Install it, or say where it is: make PYTHON=/path/to/python3" >&2; exit 1; fi
	@echo "[1/3] making $(VENV) with $(PYTHON) ..."
	@rm -f "$(STAMP)"
	@"$(PYTHON)" -m venv $(VENV) || { echo "python3 -m venv failed: on Debian or Ubuntu install the package python3-venv" >&2; exit 1; }
	@echo "[2/3] installing the dependencies of requirements.lock (about a minute and a half) ..."
	@$(RUN)/python -m pip --disable-pip-version-check install --progress-bar off --no-deps --require-hashes -r requirements.lock | \
		awk '/^Collecting/ {if (++n % 20 == 0) {print "      " n " packages fetched"; fflush()}} /^Installing/ {print "      unpacking them"; fflush()} /^ERROR/ {print}'
	@echo "[3/3] installing Common Cause itself ..."
	@$(RUN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .
	@touch "$(STAMP)"
	@echo "ready: $(RUN)/common-cause --help"

demo: $(STAMP) ## the demo network, until Ctrl-C (make demo ONCE=1 ends by itself)
	@exec $(RUN)/common-cause demo $(if $(ONCE),--once)

test: $(STAMP) ## the tests, but for the slow ones
	@$(RUN)/python -m pytest -m "not slow" -n $(TESTERS) --dist loadfile $(ARGS)

test-slow: $(STAMP) ## the slow tests: whole houses that are up, long random histories, planted identifiers
	@$(RUN)/python -m pytest -m slow --timeout=900 $(ARGS)

lint: $(STAMP) ## style and the directions of imports
	@$(RUN)/ruff check .
	@$(RUN)/ruff format --check . || { echo "make format puts them right"; exit 1; }
	@$(RUN)/lint-imports

format: $(STAMP) ## the house's style, for every file
	@$(RUN)/ruff format .

bench: $(STAMP) ## measure, and write the results with the machine's data
	@$(RUN)/python -m bench $(ARGS)

pictures: $(STAMP) ## the pictures of the README, taken anew from the demo in a browser (needs Chromium)
	@COMMON_CAUSE_PICTURES="$(CURDIR)/docs/pictures" $(RUN)/python -m pytest tests/dashboard/test_loop.py $(ARGS)

lock: ## write requirements.lock anew from pyproject.toml (needs uv; names no package host)
	uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 -o requirements.lock

clean: ## remove the environment and the demo's data
	@rm -rf -- $(VENV) .common-cause/demo
