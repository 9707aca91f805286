# Two commands matter: `make run` and `make test`. Everything is installed into ./.venv from hashed locks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export ADUAN_HOME ?= ./var
PORT ?= 8080
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run test check bench lock messages clean

help:
	@echo "make run    start the service with the demo facility (PORT=8080, ADUAN_HOME=./var)"
	@echo "make test   every check and test"
	@echo "make bench  the measurements"

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Aduan needs Python 3.11 or newer"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.run: $(VENV)/.made requirements.lock pyproject.toml
	@echo "Installing ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.lock
	@echo "Installing what the tests need ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

run: $(VENV)/.run
	@$(BIN)/aduan demo --serve --port $(PORT)

test: $(VENV)/.dev
	@$(BIN)/python -m tests.all

check: $(VENV)/.dev
	@$(BIN)/python -m tests.all --checks-only

bench: $(VENV)/.dev
	@$(BIN)/python -m tests.bench

lock:
	uv lock --upgrade && uv export -q --no-dev --group build --no-emit-project --no-header -o requirements.lock \
	  && uv export -q --no-emit-project --no-header -o requirements-dev.lock && rm -f uv.lock

messages: $(VENV)/.dev
	@pot=$$(mktemp) && trap 'rm -f "$$pot"' EXIT \
	  && $(BIN)/pybabel --quiet extract -F workflow/locales/babel.cfg -k N_ --no-wrap --sort-output --no-location --omit-header -o "$$pot" . \
	  && $(BIN)/pybabel --quiet update -i "$$pot" -d workflow/locales -D aduan -l en --init-missing --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build *.egg-info
