# Frequent commands. `make help` lists them; every target prepares .venv first where it is missing.
.PHONY: access settings help audit sbom check test postgresql bench model run constraints locks prepared
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

audit: prepared ## known vulnerabilities of everything pinned: by a list of ours, and online where a source can be reached
	python packaging/audit.py

sbom: ## bill of materials of a release in the CycloneDX format, into sbom.cdx.json
	tools=$$(mktemp -d) && python3 -m venv $$tools && $$tools/bin/pip install -q cyclonedx-bom==7.5.0 'cyclonedx-python-lib[json-validation]==11.12.0' \
	    && $$tools/bin/python packaging/sbom.py; made=$$?; rm -rf $$tools; exit $$made

test: ## the whole suite
	python3 -m tests

postgresql: ## the integration tests, on PostgreSQL wherever a test does not depend on the database, and its crash under load
	TEST_DATABASE=postgresql python3 -m tests tests/integration tests/e2e/test_database_restart.py -n logical --maxprocesses 4 --dist loadfile

bench: prepared ## measures servers and device, into docs/performance.md
	python -m benchmarks.server
	python -m benchmarks.writers
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

settings: prepared ## writes docs/settings.md and docs/ajustes.md from the settings
	python -m stressvision.core.settings_document en > docs/settings.md
	python -m stressvision.core.settings_document es > docs/ajustes.md

run: ## the whole system on the demo recording
	python3 start_complete_system.py --option 3 --demo

constraints: ## resolves the dependencies of the pinned requirements again
	: > constraints.txt
	venv=$$(mktemp -d) && python3 -m venv $$venv && $$venv/bin/pip install -q -r requirements-test.txt \
	    && $$venv/bin/pip freeze --exclude dlib > constraints.txt; rm -rf $$venv

locks: ## hashes of all pinned packages for every platform, into packaging/locked; after `make constraints`
	bash packaging/lock.sh

prepared:
	@python3 -m tests --version >/dev/null
