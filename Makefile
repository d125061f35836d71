# What is done by hand, often. `make help` lists it; every target prepares .venv first where it is missing.
.PHONY: help check test bench model run constraints prepared
export PATH := $(CURDIR)/.venv/bin:$(PATH)
TRAIN := python -m stressvision.training

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

check: prepared ## style, types and layers
	ruff check
	ruff format --check
	mypy
	lint-imports

test: ## the whole suite
	python3 -m tests

bench: prepared ## what the servers stand and the device costs, into docs/performance.md
	python -m benchmarks.server
	python -m benchmarks.edge

model: ## trains the expression model again: make model DATA=archive.npz (hours; needs requirements-training.txt)
	@test -n "$(DATA)" || { echo "make model DATA=archive.npz"; exit 2; }
	$(TRAIN) prepare --data $(DATA)
	$(TRAIN) train
	$(TRAIN) calibrate
	$(TRAIN) export
	$(TRAIN) evaluate --data $(DATA)

run: ## the whole system on the demo recording
	python3 start_complete_system.py --option 3 --demo

constraints: ## resolves again what the pinned requirements bring in
	: > constraints.txt
	venv=$$(mktemp -d) && python3 -m venv $$venv && $$venv/bin/pip install -q -r requirements-test.txt \
	    && $$venv/bin/pip freeze --exclude dlib > constraints.txt; rm -rf $$venv

prepared:
	@python3 -m tests --version >/dev/null
