# make run    set up and open the studio        make test   set up and run the tests headless
# make check  style, types, import contracts    make bench  print the benchmark table
# make screens  every picture in all languages and themes, at 1× and 2×, against its reference
# make bundle the program in one folder, dist/seer-studio, for machines without Python
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test test-slow screens bench check bundle setup clean

run: $(VENV)/.run
	@$(BIN)/seer-studio

test: $(VENV)/.test
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

test-slow: $(VENV)/.test
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m "slow and not cuda" $(ARGS)

screens: $(VENV)/.test
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m screens $(ARGS)

bench: $(VENV)/.test
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.benchmarks $(ARGS)

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Takes minutes and gigabytes; one thread, so that the machine stays usable meanwhile.
bundle: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --editable ".[bundle]"
	OMP_NUM_THREADS=1 $(BIN)/python -m PyInstaller --noconfirm --log-level WARN bundle/seer-studio.spec
	dist/seer-studio/seer-studio --version
	dist/seer-studio/seer --version

setup: $(VENV)/.run

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "SEER Studio needs Python 3.11 or newer; try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	$(BIN)/python -m pip install --quiet --editable ".[test]"
	@touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
