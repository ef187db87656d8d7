# What a person types; nothing but Python, pip and make is needed beforehand. Everything is installed into .venv.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Over the cores, but few enough that their copies of TensorFlow fit the memory; a file stays with one of them, and
# files begin in the order of tests/conftest.py.
SPREAD := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help install train test lint types check format catalog schema bench bench-data bench-start bench-runs report-picture pictures reproduce test-lowest clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/installed ## make .venv and install dnnrun into it

train: $(VENV)/installed ## train configs/mnist_adam.yaml
	$(BIN)/dnnrun train configs/mnist_adam.yaml

test: $(VENV)/installed-dev ## install with the development extra and run all tests
	$(BIN)/pytest $(SPREAD)

lint: $(VENV)/installed-dev ## check style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/installed-dev ## check types
	$(BIN)/mypy

check: lint types test ## lint, types and tests

format: $(VENV)/installed-dev ## rewrite the code in the project's style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

catalog: $(VENV)/installed-dev ## describe the installed Keras and scikit-learn in dnnrun/config/*.json
	$(BIN)/python -m dnnrun.engine.catalog dnnrun/config/catalog.json
	$(BIN)/python -W ignore -m dnnrun.estimators.catalog dnnrun/config/estimators.json
	$(MAKE) schema

schema: $(VENV)/installed ## describe the config language for editors in configs/dnnrun.schema.json
	$(BIN)/dnnrun schema --output configs/dnnrun.schema.json

bench: $(VENV)/installed ## model.fit and dnnrun side by side: seconds an epoch, and the whole command's time and memory
	$(BIN)/python tests/benchmarks/epochs.py; epochs=$$?; $(BIN)/python tests/benchmarks/whole_command.py && exit $$epochs

bench-data: $(VENV)/installed ## rows that stay on disk and the same rows in memory: a table of 10 GB, Parquet and images
	$(BIN)/python tests/benchmarks/streaming.py

bench-start: $(VENV)/installed ## time the commands that only read
	$(BIN)/python tests/benchmarks/start_up.py

bench-runs: $(VENV)/installed ## time the commands that read runs, on 10,000 of them, and on 1,000 of 100 epochs
	$(BIN)/python -m tests.benchmarks.runs

report-picture: $(VENV)/installed-dev ## make the picture in docs/report.md; needs chromium
	$(BIN)/python -m tests.benchmarks.report_picture

pictures: $(VENV)/installed ## train four configs and draw the pictures of README and docs/plots.md from them
	$(BIN)/dnnrun plot "$$($(BIN)/dnnrun train -q configs/mnist_adam.yaml)" \
		loss confusion_matrix per_class calibration best_and_worst weights -o docs/images
	$(BIN)/dnnrun plot "$$($(BIN)/dnnrun train -q configs/pima_early_stopping.yaml)" roc precision_recall -o docs/images
	$(BIN)/dnnrun plot "$$($(BIN)/dnnrun train -q configs/boston_regression.yaml)" residuals -o docs/images
	$(BIN)/dnnrun plot "$$($(BIN)/dnnrun train -q configs/iris_branches.yaml)" network -o docs/images
	$(BIN)/dnnrun plot activations sigmoid tanh relu elu selu gelu swish softsign -o docs/images

reproduce: $(VENV)/installed ## run every experiment in configs/ and write docs/reproduction.md; FAST=1: in minutes, a subset
	$(BIN)/python -m tests.benchmarks.reproduce $(if $(FAST),--fast)

test-lowest: ## run all tests with the lowest version of every dependency, in .venv-lowest
	$(PYTHON) -m venv .venv-lowest
	$(PYTHON) .ci/lowest_versions.py > .venv-lowest/constraints.txt
	.venv-lowest/bin/pip install --quiet --constraint .venv-lowest/constraints.txt --editable '.[dev]'
	.venv-lowest/bin/pytest $(SPREAD)

clean: ## remove .venv and what tools left behind; runs stay
	rm -rf .venv .venv-lowest build dist .pytest_cache .mypy_cache .ruff_cache

# The stamps say that an install of this pyproject.toml reached its end.
$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/installed
