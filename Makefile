# Every target is one call of a tool in .venv; `make help` lists them.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
DEMO_HOME ?= demo
DEMO_SIZE ?= --students 200 --days 20 --seed 1
FUZZ_SECONDS ?= 60
FUZZ_RUNS ?= 200000
FAULTS_SECONDS ?= 540
OULAD ?= ../shared/oulad
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo nightly status test firewall lint format generated conformance matching bench bench-history bench-roster bench-validation bench-measures validate-measures fuzz faults orders lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Create .venv with everything that requirements.lock names

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

demo: setup ## Run a whole night on a synthetic district in demo/
	$(BIN)/plumbline demo --home $(DEMO_HOME) $(DEMO_SIZE)

nightly: setup ## Run a night on the home of HOME_DIR
	$(BIN)/plumbline nightly --home $(HOME_DIR)

status: setup ## Say what the published build of the demo is made of
	$(BIN)/plumbline status --home $(DEMO_HOME)

test: setup ## Run every test, in two processes
	$(BIN)/python -m pytest --numprocesses 2 --dist loadscope --no-loadscope-reorder

firewall: setup ## Prove that no proxy reaches learning, and that the proof finds planted breaches
	$(BIN)/plumbline firewall

lint: setup ## Check style and types of Python and SQL
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --disable-progress-bar dbt/models dbt/tests

format: setup ## Put Python and SQL into the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --disable-progress-bar dbt/models dbt/tests

generated: setup ## Write what docs/ says of the code, such as the validation rules
	$(BIN)/python -m tests.docs.generated

conformance: setup ## Judge the labelled cases and write the table of docs/conformance.md
	$(BIN)/python -m tests.conformance

validate-measures: setup ## Hold the measures against planted truth and OULAD, and write docs/validation.md
	$(BIN)/python -m tests.validation_harness --oulad $(OULAD) --write

fuzz: setup ## Feed the validator bytes that nobody thought of, for a minute at most
	$(BIN)/python -m tests.fuzz -max_total_time=$(FUZZ_SECONDS) -runs=$(FUZZ_RUNS)

orders: setup ## Load and build nights in many random orders, each held against a full build
	$(BIN)/python -m tests.warehouse

faults: setup ## Kill nights, fill disks and close folders, for ten minutes at most, and compare
	$(BIN)/python -m tests.faults --seconds $(FAULTS_SECONDS)

bench-validation: setup ## Measure the validator beside orjson's plain parsing of the same lines
	$(BIN)/python -m tests.benchmarks.validation

bench-roster: setup ## Measure loading a roster beside DuckDB's plain read of the same files
	$(BIN)/python -m tests.benchmarks.rosters

matching: setup ## Compare whose events are, and of which standards, with the planted truth, at 5,000 students, for minutes
	$(BIN)/python -m tests.benchmarks.matching

bench: setup ## Measure ingest beside DuckDB's plain read of the same file
	$(BIN)/python -m tests.benchmarks

bench-measures: setup ## Measure mastery beside a grouped count, and time on task beside sorting, of 10 million rows
	$(BIN)/python -m tests.benchmarks.measures

bench-history: setup ## Measure a night of 100,000 new events after 0.1, 1 and 10 million others
	$(BIN)/python -m tests.benchmarks.history

lock: setup ## Resolve the dependencies anew into requirements.lock
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --no-strip-extras --output-file requirements.lock

clean: ## Remove the demo and every cache; keep .venv
	rm -rf $(DEMO_HOME) .mypy_cache .pytest_cache .ruff_cache .hypothesis
