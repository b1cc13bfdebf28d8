# Everything is installed into .venv by these targets; nothing else on the machine is touched.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
WORKERS ?= 4

.DEFAULT_GOAL := help
.PHONY: help install run test check bench snapshots mutants nightly lock format

help: ## List what there is
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.runtime: requirements/runtime.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed."; exit 1; }
	@echo "1/3  making .venv              (about 5 s)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "2/3  installing $$(grep -c '==' requirements/runtime.txt) packages    (about 30 s)"
	@$(PIP) install -q --require-hashes -r requirements/runtime.txt
	@echo "3/3  installing SmartPlus TUI  (about 5 s)"
	@$(PIP) install -q --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q smartplus_tui screens widgets backend
	@touch $@

$(VENV)/.everything: requirements/dev.txt $(VENV)/.runtime
	@echo "     installing test tools     (about 30 s)"
	@$(PIP) install -q --require-hashes -r requirements/dev.txt
	@touch $@

install: $(VENV)/.everything ## Make .venv with everything

run: $(VENV)/.runtime ## Open the app on a demo community
	@$(BIN)/smartplus demo

test: install ## Run the tests
	$(BIN)/python -m pytest -n $(WORKERS) -m "not nightly"

check: install ## Format, lint, types, import contracts, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

format: install ## Format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: install ## Run every benchmark and write docs/benchmarks.md
	$(BIN)/smartplus bench all

snapshots: install ## Draw the screen snapshots anew; look at them before committing
	$(BIN)/python -m pytest tests/snapshots --snapshot-update

mutants: install ## Mutation tests over the access rules and the sync
	$(BIN)/mutmut run

nightly: install ## The long runs
	$(BIN)/python -m pytest -n $(WORKERS) -m nightly --timeout 3600

lock: install ## Lock the dependencies anew
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --extra dev -c requirements/runtime.txt pyproject.toml -o requirements/dev.txt
