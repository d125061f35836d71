# Frequent commands. `make help` lists them; every target prepares .venv first where it is missing.
.PHONY: access settings help audit check test bench model run constraints prepared
export PATH := $(CURDIR)/.venv/bin:$(PATH)
TRAIN := python -m stressvision.training

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

model: ## trains both models again: make model DATA=ferplus.npz EYES=eyes.npz FACES=folder (hours; requirements-training.txt)
	@test -n "$(DATA)" -a -n "$(EYES)" -a -n "$(FACES)" || { echo "make model DATA=ferplus.npz EYES=eyes.npz FACES=folder"; exit 2; }
	$(TRAIN) prepare --data $(DATA)
	$(TRAIN) train
	$(TRAIN) calibrate
	$(TRAIN) export
	$(TRAIN) evaluate --data $(DATA)
	$(TRAIN) eyes --crops $(EYES) --faces $(FACES)

settings: prepared ## writes docs/settings.md from the settings
	python -m stressvision.core.settings_document > docs/settings.md

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
