# Needs Python 3.11+, make and git; everything else is installed into .venv from requirements.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SHARED ?=

.DEFAULT_GOAL := help
.PHONY: help setup run up down test chaos bench lint types check-lock lock measure clean

help: ## what there is to make
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# The stamp is newer than the lock exactly when .venv holds what the lock says.
$(VENV)/.installed: requirements.lock pyproject.toml
	@echo "[setup] $(VENV) from requirements.lock"
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Yilian needs Python 3.11 to 3.13; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --root-user-action=ignore \
	  "$$(sed -n 's/^\(uv==[0-9.]*\).*/\1/p' requirements.lock)"
	@$(BIN)/uv pip sync --quiet --require-hashes --python $(BIN)/python requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

setup: $(VENV)/.installed ## make .venv from the lock

run: setup ## the whole walk on sample data: sources, Airflow, DuckDB, dbt, gate, published version, report
	@$(BIN)/yilian first-run

up: setup ## Airflow on its schedule, in the background
	@$(BIN)/yilian up

down: setup ## stop it whole
	@$(BIN)/yilian down

test: setup check-lock lint types ## everything that CI checks
	@$(BIN)/python -m pytest -n 2 --dist loadfile

chaos: setup ## the long fault campaigns: kills, a refused gate, Airflow started and killed
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m chaos

measure: setup ## SHARED=../shared [PAGES=…]: reads the reference and labelled pages, every score beside its bar
	@$(BIN)/python -m tests.measure --shared "$(or $(SHARED),../shared)" $(if $(PAGES),--pages "$(PAGES)")

bench: setup ## what things cost, as ratios beside their bars
	@$(if $(SHARED),YILIAN_SHARED="$(abspath $(SHARED))") $(BIN)/python -m tests.bench $(BENCH)

lint: setup ## ruff, import contracts, SQL lint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/sqlfluff lint --disable-progress-bar --processes 2 dbt_project/models dbt_project/tests

types: setup ## mypy, strict
	@$(BIN)/mypy

check-lock: setup ## pyproject.toml and requirements.lock agree
	@cp requirements.lock $(VENV)/.lock-now
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --group dev \
	  pyproject.toml --output-file $(VENV)/.lock-now
	@cmp -s requirements.lock $(VENV)/.lock-now \
	  || { echo "requirements.lock does not fit pyproject.toml: run 'make lock'" >&2; diff requirements.lock $(VENV)/.lock-now | head -20 >&2; exit 1; }

lock: ## compile requirements.lock from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --group dev \
	  pyproject.toml --output-file requirements.lock

clean: ## remove .venv and caches (never data/)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
