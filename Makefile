# make demo   sets up what is missing and shows the service at work in a browser
# make test   sets up what is missing and runs every test
# make bench  the figures, as ratios against a baseline of the same run
# make check  format, lint, types, import rules and tests: what a change must pass
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# durable-rules builds from source: with optimisation, and with the name that Python 3.13 gave an old function.
export CPPFLAGS := -O2 -DPyEval_CallObject=PyObject_CallObject

.PHONY: demo test check bench format browser clean

demo: $(VENV)/installed
	$(BIN)/hotdash demo

test: $(VENV)/installed browser
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

check: $(VENV)/installed browser
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

bench: $(VENV)/installed
	$(BIN)/python -m benchmarks.triage_figures
	$(BIN)/python -m benchmarks.rules
	HOTDASH_RULE_FILES=5000 $(BIN)/python -m pytest --quiet --timeout 1200 tests/rules/test_engine.py
	$(BIN)/python -m benchmarks.kb

format: $(VENV)/installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

browser: $(VENV)/installed
	@$(BIN)/python tests/browser.py

$(VENV)/installed: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v < (3, 14) else "hotdash needs Python 3.11, 3.12 or 3.13, and \"$(PYTHON)\" is %d.%d. Say which to use: make PYTHON=python3.12" % v)'
	@$(PYTHON) -c 'import ensurepip, venv' || { echo 'Python has no venv module. On Debian or Ubuntu: apt install python3-venv python3-dev gcc'; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache *.egg-info
