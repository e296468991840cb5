# `make demo` and `make test` are each enough by themselves on a fresh machine with python3 (3.11 or newer) and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
OUT := out
EXAMPLE ?= diabetes

.DEFAULT_GOAL := help
.PHONY: help demo test lint format types check bench bench-quick docs package clean

help:
	@echo "make demo    install into $(VENV), train on a real table, write a model and a report"
	@echo "make test    install into $(VENV), run the tests"
	@echo "make check   format, lint, types, tests: what CI runs"
	@echo "make format  rewrite the sources in the project's format"
	@echo "make docs    run the code of the documentation and build its site"
	@echo "make package build wheel and sdist into dist/, install and use each outside this folder"
	@echo "make lint | types | bench | bench-quick | clean"

# The stamp is written last, so an interrupted install is repeated.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "pishro needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) cannot create environments (no ensurepip); on Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -e '.[test]' -c constraints.txt
	@touch $@

demo: $(READY)
	@mkdir -p $(OUT)
	$(BIN)/pishro fit --example $(EXAMPLE) -o $(OUT)/$(EXAMPLE).safetensors
	@echo "The report is $(OUT)/$(EXAMPLE).html; open it in a browser."

test: $(READY)
	$(BIN)/python -m pytest

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: $(READY)
	$(BIN)/python -m mypy

check: lint types test

# Side by side with peers; takes hours (bench-quick ten minutes) and is off by default. DATA is the folder of the data.
bench: $(READY)
	@test -n "$(DATA)" || { echo "Name the folder of the data sets: make bench DATA=..." >&2; exit 1; }
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -e '.[bench]' -c constraints.txt
	$(BIN)/python -m benchmarks $(DATA) $(QUICK)

bench-quick: QUICK := --quick
bench-quick: bench

# The site: every block of code on its pages is run, what is public has to be documented, links have to lead somewhere.
docs: $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check --quiet -e '.[test,docs]' -c constraints.txt
	$(BIN)/python docs/run_pages.py
	$(BIN)/python docs/benchmark_pages.py
	$(BIN)/python docs/reference.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build
	@echo "The site is out/site/index.html; its search needs a server: python3 -m http.server -d out/site"

package:
	$(PYTHON) release/check_package.py

clean:
	rm -rf $(VENV) $(OUT) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
