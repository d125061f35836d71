# Frequent commands. `make help` lists them; every target prepares .venv first where it is missing.
.PHONY: access settings help audit check test bench model run constraints prepared
export PATH := $(CURDIR)/.venv/bin:$(PATH)
TRAIN ?= python -m stressvision.training
# The expression model of release 0.3.0, one of the two networks whose features the present one reads.
RESIDUAL := 74bf8a2:models/expression.tflite

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

check: prepared ## style, types and layers
	ruff check
	ruff format --check
	mypy
	lint-imports

audit: prepared ## known vulnerabilities of everything pinned; reports where no advisory source can be reached
	@tools=$$(mktemp -d) && python -m venv $$tools && { $$tools/bin/pip install -q pip-audit==2.10.1 \
	    && timeout 20 python -c "import socket; socket.create_connection(('api.osv.dev', 443), 10)"; } >/dev/null 2>&1 \
	    || { echo "audit: SKIPPED, no advisory source can be reached from here: nothing was checked"; rm -rf $$tools; exit 0; }; \
	$$tools/bin/pip-audit --vulnerability-service osv --no-deps --disable-pip -r constraints.txt; \
	found=$$?; rm -rf $$tools; exit $$found

test: ## the whole suite
	python3 -m tests

bench: prepared ## measures servers and device, into docs/performance.md
	python -m benchmarks.server
	python -m benchmarks.edge

model: ## trains both models again: make model DATA=folder MOBILE=oczoo_fer.onnx [EYES=eyes.npz FACES=folder] (requirements-training.txt)
	@test -n "$(DATA)" -a -n "$(MOBILE)" || { echo "make model DATA=folder MOBILE=oczoo_fer.onnx [EYES=eyes.npz FACES=folder]"; exit 2; }
	@mkdir -p training-run
	git show $(RESIDUAL) > training-run/residual.tflite
	$(TRAIN) prepare --data $(DATA)/ferplus_train_valid.npz --people $(DATA)/more
	$(TRAIN) train --mobile $(MOBILE) --residual training-run/residual.tflite
	$(TRAIN) calibrate
	$(TRAIN) export --mobile $(MOBILE) --residual training-run/residual.tflite
	$(TRAIN) evaluate --suite models/suite.toml --root $(DATA) --report training-run --card
	@test -z "$(EYES)" || $(TRAIN) eyes --crops $(EYES) --faces $(FACES)

access: prepared ## writes docs/access.md from the permission table
	python -m stressvision.http.access_document > docs/access.md

run: ## the whole system on the demo recording
	python3 start_complete_system.py --option 3 --demo

constraints: ## resolves the dependencies of the pinned requirements again
	: > constraints.txt
	venv=$$(mktemp -d) && python3 -m venv $$venv && $$venv/bin/pip install -q -r requirements-test.txt \
	    && $$venv/bin/pip freeze --exclude dlib > constraints.txt; rm -rf $$venv

prepared:
	@python3 -m tests --version >/dev/null
