# Two commands matter: `make demo` and `make test`. Both set everything up first.
# Needs Python 3.11 or newer and make; nothing else, and nothing is asked.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
LEADS ?= 20000
SEED ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types layers tests bench screenshots lock clean

help: ## Show what there is.
	@grep -E '^[a-z]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 12

setup: $(READY) ## Make .venv with everything from requirements.lock.

# uv installs the locked set in seconds; where it cannot be had, pip does the same, slower.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("leadcal needs Python 3.11 or newer; this is %d.%d. Set PYTHON=python3.12, say." % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || { echo "Making $(VENV) ..."; $(PYTHON) -m venv $(VENV); }
	@echo "Installing the locked packages into $(VENV) ..."
	@if ! command -v uv >/dev/null 2>&1 && ! $(BIN)/python -m uv --version >/dev/null 2>&1; then \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check uv || echo "uv cannot be had; pip takes a minute or two."; fi
	@if command -v uv >/dev/null 2>&1; then INSTALL="uv pip install --quiet --system-certs --python $(BIN)/python"; \
	elif $(BIN)/python -m uv --version >/dev/null 2>&1; then INSTALL="$(BIN)/python -m uv pip install --quiet --system-certs --python $(BIN)/python"; \
	else INSTALL="$(BIN)/python -m pip install --quiet --disable-pip-version-check"; fi; \
	$$INSTALL --require-hashes -r requirements.lock && $$INSTALL --no-deps -e .
	@touch $(READY)

demo: setup ## Build the synthetic company in workspace/ and open the dashboard.
	@$(BIN)/leadcal demo --leads $(LEADS) --seed $(SEED)

test: setup lint types layers tests ## Run every check and test.

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

layers: setup
	$(BIN)/lint-imports

tests: setup
	$(BIN)/pytest tests/analysis tests/data --numprocesses auto --dist loadfile --cov --cov-report=term --cov-fail-under=90
	$(BIN)/pytest --ignore=tests/analysis --ignore=tests/data --numprocesses auto --dist loadfile

bench: setup ## Measure speed against a bare scan or a peer, in one run.
	$(BIN)/pytest tests/benches --benchmark-enable --benchmark-only

screenshots: setup ## Save pictures of every page, both languages and themes, in screenshots/.
	$(BIN)/leadcal demo --no-serve --leads $(LEADS) --seed $(SEED)
	$(BIN)/python -m tests.browser.screenshots workspace screenshots

lock: setup ## Resolve the dependencies anew (needs uv).
	uv pip compile pyproject.toml --group dev --universal --generate-hashes --python-version 3.11 \
		--upgrade --no-header --no-annotate --quiet -o requirements.lock

clean: ## Remove .venv and caches; never touches workspace/.
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage*
