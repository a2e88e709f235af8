# Farandole. `make` alone lists what can be asked for.
PORT ?= 8501
SIZE ?= small
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run demo upgrade test lint types format bench clean

help: ## list these targets
	@echo "Farandole: make TARGET, with"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## install, make the database and the demo town, serve on http://localhost:8501 (PORT=… changes it)
	@sh deploy/bootstrap.sh run
	@PORT=$(PORT) SIZE=$(SIZE) sh deploy/run.sh

demo: ## load a demo town into an empty database (SIZE=small|town|city|metropolis)
	@sh deploy/bootstrap.sh run
	@$(PY) -m db upgrade
	@$(PY) -m db demo --size $(SIZE)

upgrade: ## install what changed and bring the database to this version
	@sh deploy/bootstrap.sh run
	@$(PY) -m db upgrade

test: ## everything: lint, types, all tests on SQLite and PostgreSQL, browser journeys
	@sh deploy/bootstrap.sh dev
	@CHROMIUM=$$(sh deploy/chromium.sh) && export CHROMIUM && \
	$(MAKE) --no-print-directory lint types && $(PY) -m pytest -q -n auto --maxprocesses 4

lint: ## ruff: rules and layout
	@sh deploy/bootstrap.sh dev
	@$(PY) -m ruff check --quiet .
	@$(PY) -m ruff format --check --quiet . || { echo "some files are not laid out by ruff: make format"; exit 1; }

format: ## lay the files out and mend what ruff can mend
	@sh deploy/bootstrap.sh dev
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

types: ## mypy, strict, on db, domain and ui
	@sh deploy/bootstrap.sh dev
	@$(PY) -m mypy

bench: ## measure the screens (docs/performance.md): minutes, not part of the tests
	@sh deploy/bootstrap.sh dev
	@$(PY) -m tests.benchmarks

clean: ## remove caches; the database, the files and the virtual environment stay
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
