# SayPro's KPI reports. `make` alone shows what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup reports lab check test coverage bench pictures lock schema texts clean

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Make the environment (.venv) from requirements.lock

# uv is used when it is there because it is faster; plain pip gives the same packages, checked by their hashes. Both
# compile them, so that no run has to: importing pandas and its like takes three times as long otherwise.
# What a first attempt that failed has left (a venv without pip, as on Debian without python3-venv) is made anew.
$(READY): requirements.lock pyproject.toml
	@if ! test -x $(BIN)/python || ! test -x $(BIN)/pip; then \
		$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
			echo "Python 3.11 or newer is needed; $(PYTHON) is: `$(PYTHON) --version 2>&1`." >&2; \
			echo "Name another one: make PYTHON=python3.12 ..." >&2; exit 1; }; \
		$(PYTHON) -m venv --clear $(VENV); \
	fi
	@echo "Installing the environment into $(VENV) ..."
	@if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock && \
		uv pip install --quiet --python $(BIN)/python --no-deps --editable .; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .; \
	fi
	@touch $(READY)

reports: $(READY) ## Make the reports of the latest complete month (or: make reports MONTH=2026-03)
	@$(BIN)/saypro run $(if $(MONTH),--month $(MONTH))

lab: $(READY) ## Open the notebooks in JupyterLab
	@$(BIN)/jupyter lab --notebook-dir=. notebooks/sales.ipynb

check: $(READY) ## Format, lint, types, layers, notebooks without outputs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/nbstripout --verify notebooks/*.ipynb

test: $(READY) ## Run all tests, then every notebook cell by cell
	$(BIN)/python -m pytest -n $(JOBS)
	@$(BIN)/saypro check
	$(BIN)/python -m pytest -n $(JOBS) --dist=loadfile --nbval-lax --nbval-current-env notebooks

coverage: $(READY) ## Run all tests and say which lines none of them reaches; takes twice as long
	$(BIN)/python -m pytest -n $(JOBS) --cov=saypro_analysis --cov-report=term-missing:skip-covered

bench: $(READY) ## Measure speed and memory against named alternatives
	$(BIN)/python -m benchmarks

pictures: $(READY) ## Take the docs' pictures anew from the sample company's October 2026
	@$(BIN)/saypro run --month 2026-10
	@$(BIN)/python docs/take_pictures.py reports/2026-10 docs/pictures

lock: $(READY) ## Compile requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --upgrade \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet -o requirements.lock

schema: $(READY) ## Write the JSON schemas of the params anew
	$(BIN)/saypro schema

texts: $(READY) ## Collect all texts of the reports for translation, see docs/languages.md
	@$(BIN)/python -m saypro_analysis.catalogue

clean: ## Remove what can be made again: reports, sample data, environment, caches
	rm -rf $(VENV) reports data/sample build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage
