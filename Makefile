.DEFAULT_GOAL := help
.PHONY: help install packages demo demo-faults test lint types pytest measured unmeasured mutants \
	thorough torture bench fuzz audit engines api-check law-mutants check-under-load docs release release-check \
	constraints lower-bounds clean
.SUFFIXES:

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
DEMO_EXTRAS := --extra video
DEMO_READY := $(VENV)/demo-ready
READY := $(VENV)/ready

# The tests that reach every branch of the linter; measuring doubles their time.
SLOW := admin/test_openapi.py admin/test_openapi_statuses.py admin/test_reads.py \
	scenarios/test_chaos.py scenarios/test_replay.py scenarios/test_seen.py
ALSO := test_precharge.py test_uploads.py
MEASURED := validators $(addprefix mockserver/tests/,$(ALSO)) \
	$(filter-out $(addprefix mockserver/tests/,$(SLOW)),$(wildcard \
		$(addprefix mockserver/tests/,admin/test_*.py scenarios/test_*.py test_wire_*.py)))
PYTEST := HYPOTHESIS_PROFILE=ci $(BIN)/pytest --dist worksteal --numprocesses

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(READY) ## build .venv with everything, from the pins in constraints.txt

# Nothing is resolved here, so what an index serves on the day makes no difference.
INSTALL_PINS := $(PIP) install --no-deps --require-hashes --requirement

$(DEMO_READY): constraints-demo.txt pyproject.toml
	$(PYTHON) -m venv --clear $(VENV)
	$(INSTALL_PINS) constraints-demo.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(READY): constraints.txt $(DEMO_READY)
	$(INSTALL_PINS) constraints.txt
	@touch $@

# Not in the gate, and without hashes.
lower-bounds: packages ## run the tests with the oldest versions that are allowed (minutes)
	$(PYTHON) -m venv --clear .venv-lowest
	.venv-lowest/bin/python -m pip --quiet install --no-deps --requirement constraints-lowest.txt
	.venv-lowest/bin/python -m pip --quiet install --no-deps --no-build-isolation --editable .
	HYPOTHESIS_PROFILE=ci .venv-lowest/bin/pytest --numprocesses 2 --ignore tests/test_pins.py

demo: $(DEMO_READY) ## lint real payloads, then run a task of each kind against the mock server
	@$(BIN)/python tools/demo.py

demo-faults: $(DEMO_READY) ## a client with retries is billed twice, and the ledger shows it
	@$(BIN)/python tools/demo_faults.py

test: lint ## everything that must be green: ruff, mypy, mutants, pytest
	@$(MAKE) --no-print-directory --jobs 3 types mutants measured
	@$(MAKE) --no-print-directory unmeasured

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(READY)
	$(BIN)/mypy
	$(BIN)/mypy conftest.py  # by itself, as it shares its name with another

pytest: ## the tests alone, with full branch coverage of the linter
	@$(MAKE) --no-print-directory measured
	@$(MAKE) --no-print-directory unmeasured

measured: $(READY) packages
	$(PYTEST) 2 --cov --cov-report term --cov-fail-under 100 $(MEASURED)

# Four workers on two cores, as many tests wait for processes and clocks.
unmeasured: $(READY) packages
	$(PYTEST) 4 torture tests contract_tests/tests mockserver \
		$(MEASURED:%=--ignore=%) --ignore torture/test_many_connections.py

# Where they can neither be found nor installed, the tests that need them say that they are
# skipped; with CI set they fail.
PROGRAMS := chromium redis-server node npm curl jq

packages: ## install chromium, redis-server, node, npm, curl and jq, for the tests, where possible
	@missing=$$(for each in $(PROGRAMS); do command -v $$each >/dev/null || echo $$each; done); \
	if [ -z "$$missing" ]; then :; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
			--no-install-recommends $$(echo $$missing | sed s/node/nodejs/) >/dev/null \
		|| echo "could not be installed:" $$missing; \
	else echo "tests are skipped that need one of these, which are missing:" $$missing; fi

mutants: $(READY) ## seed mistakes into the tables; the independent fixtures must detect each
	$(BIN)/python tools/mutants.py

law-mutants: $(READY) ## seed mistakes into the laws; the faulty clients must detect each
	$(BIN)/python contract_tests/tests/law_mutations.py

# A share of the counts is for a try, and so is a part of the tests: make torture TORTURE=0.1 ONLY=soak
TORTURE ?= 1
ONLY ?=

torture: $(READY) packages ## load, faults and recovery in full: kills, crowds, a soak (20 minutes)
	WANPROOF_TORTURE=$(TORTURE) HYPOTHESIS_PROFILE=ci $(BIN)/pytest --numprocesses 0 torture -k '$(ONLY)'

COUNT ?= 20

check-under-load: $(READY) ## check correct clients COUNT times on a busy machine (an hour)
	$(BIN)/python tools/check_under_load.py --count $(COUNT)

FUZZ_SECONDS ?= 120

fuzz: $(READY) ## run each fuzz target for FUZZ_SECONDS, where atheris can be installed
	$(BIN)/python tools/fuzz/large.py
	$(BIN)/python tools/fuzz/seeded.py --count 5000
	@for target in $$($(BIN)/python tools/fuzz/fuzz.py --list); do \
		$(BIN)/python tools/fuzz/fuzz.py $$target -max_total_time=$(FUZZ_SECONDS) \
			-timeout=2 -rss_limit_mb=1000 || exit 1; \
	done

AUDIT := .venv-audit
AUDIT_READY := $(AUDIT)/ready

# Apart from .venv, as a plugin of schemathesis would be part of every run of pytest there.
$(AUDIT_READY): constraints-audit.txt
	$(PYTHON) -m venv --clear $(AUDIT)
	$(AUDIT)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps \
		--require-hashes --requirement constraints-audit.txt
	@touch $@

WHEEL_PACKAGES := validators/wanproof validators/wan_validators mockserver/wan_mockserver \
	contract_tests/wan_contracts

# Not in the gate, as pip-audit asks the package index. It is strict: pins that the index knows
# nothing about are an error, not a clean result.
audit: $(AUDIT_READY) ## search the code with bandit, and the pins for known vulnerabilities
	$(AUDIT)/bin/bandit --quiet --configfile pyproject.toml --recursive $(WHEEL_PACKAGES)
	for file in constraints.txt constraints-demo.txt constraints-release.txt constraints-audit.txt \
			constraints-engines.txt; do \
		$(AUDIT)/bin/pip-audit --strict --disable-pip --require-hashes --requirement $$file \
			|| exit 1; \
	done

ENGINES := .venv-engines
ENGINES_READY := $(ENGINES)/ready

# pyspark is published as source alone; pip makes its wheel with setuptools, which is not pinned.
$(ENGINES_READY): constraints-engines.txt pyproject.toml
	$(PYTHON) -m venv --clear $(ENGINES)
	$(ENGINES)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps \
		--require-hashes --requirement constraints-engines.txt
	$(ENGINES)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps \
		--no-build-isolation --editable .
	@touch $@

# Not in the gate: a gigabyte, and Spark needs Java 17.
engines: $(READY) $(ENGINES_READY) ## run the examples of the documentation for Ray and Spark
	$(BIN)/pytest tests/engines_check.py

API_SECONDS ?= 180

api-check: $(READY) $(AUDIT_READY) ## send requests of schemathesis by both OpenAPI documents (minutes)
	$(BIN)/python tools/check_api.py --schemathesis $(AUDIT)/bin/schemathesis --seconds $(API_SECONDS)

thorough: $(READY) ## more examples, all models, all calls and all pins (many minutes)
	HYPOTHESIS_PROFILE=thorough $(BIN)/pytest --numprocesses 2 \
		validators contract_tests/tests tests/test_pins.py

docs: $(READY) ## build the documentation into docs/_build; a warning is an error
	$(BIN)/python -m sphinx --quiet --fresh-env --fail-on-warning --keep-going \
		docs docs/_build

bench: $(READY) ## the speed of lint, of the mock server and of the suite, compared with other tools
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/bench_mock.py
	$(BIN)/python benchmarks/bench_server.py
	$(BIN)/python benchmarks/bench_check.py

COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --upgrade \
	--no-strip-extras --no-annotate --no-emit-index-url --no-emit-find-links --no-header --quiet

constraints: $(READY) ## choose the newest versions for the pins
	$(COMPILE) --generate-hashes --all-extras --group dev --group bench \
		--output-file constraints.txt
	$(COMPILE) --generate-hashes --constraint constraints.txt $(DEMO_EXTRAS) --group build \
		--output-file constraints-demo.txt
	$(COMPILE) --generate-hashes --constraint constraints.txt --group release \
		--output-file constraints-release.txt
	$(COMPILE:pyproject.toml=) --generate-hashes --constraint constraints.txt --group audit \
		--output-file constraints-audit.txt
	$(COMPILE) --generate-hashes --constraint constraints.txt --group engines --group build \
		--output-file constraints-engines.txt
	$(COMPILE) --resolution lowest-direct --all-extras --group dev \
		--output-file constraints-lowest.txt

release: $(READY) ## build dist/ with a wheel, a source archive and a list of what the wheel needs
	rm -rf dist
	$(INSTALL_PINS) constraints-release.txt
	$(BIN)/python -m hatchling build -d dist
	$(BIN)/twine check --strict dist/*
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
		--output-file dist/wanproof.cdx.json constraints-demo.txt

# Not in the gate, as it installs from the package index that uv and pip are configured with.
release-check: release ## build dist/, and run its wheel by uvx and by pipx run
	$(BIN)/pytest tests/release_check.py

clean: ## remove .venv and all caches
	rm -rf $(VENV) .venv-lowest $(AUDIT) $(ENGINES) docs/_build .bench .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
