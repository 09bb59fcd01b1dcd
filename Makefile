.DEFAULT_GOAL := help
.PHONY: help install packages demo demo-faults test lint types pytest mutants thorough bench \
	constraints clean
.SUFFIXES:

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
READY := .venv/ready

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(READY) ## build .venv with everything, from the hashed constraints

$(READY): constraints.txt pyproject.toml
	$(PYTHON) -m venv --clear .venv
	$(PIP) install --require-hashes --requirement constraints.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY) ## lint real payloads, then run a task of each kind against the mock server
	@$(BIN)/python tools/demo.py

demo-faults: $(READY) ## a client with retries is billed twice, and the ledger says so
	@$(BIN)/python tools/demo_faults.py

test: lint types pytest mutants ## everything that must be green: ruff, mypy, pytest, mutants

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY)
	$(BIN)/mypy

pytest: $(READY) packages
	HYPOTHESIS_PROFILE=ci $(BIN)/pytest --numprocesses 2 --cov --cov-report term --cov-fail-under 100

# Where they can neither be found nor installed, the tests that need them say that they are
# skipped; with CI set they fail.
packages: ## install chromium and redis-server, for the tests, where that is possible
	@if command -v chromium >/dev/null && command -v redis-server >/dev/null; \
	then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
			--no-install-recommends chromium redis-server >/dev/null \
		|| echo "chromium and redis-server could not be installed"; \
	else echo "chromium or redis-server is missing; tests that need one of them are skipped"; fi

mutants: $(READY) ## seed mistakes into the tables; the hand-written witnesses must see each
	$(BIN)/python tools/mutants.py

thorough: $(READY) ## the property tests with many more examples (minutes)
	HYPOTHESIS_PROFILE=thorough $(BIN)/pytest --numprocesses 2 contract_tests

bench: $(READY) ## the speed of lint and of the mock server beside their peers, interleaved
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/bench_mock.py

constraints: $(READY) ## resolve the dependencies anew
	$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --group bench \
		--universal --python-version 3.11 --generate-hashes --upgrade --no-annotate \
		--no-emit-index-url --no-emit-find-links --no-header --quiet \
		--output-file constraints.txt

clean: ## remove .venv and all caches
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
