# `make` alone prints this list.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export NO_MKDOCS_2_WARNING := 1
FIT := import sys; sys.exit(sys.version_info < (3, 11))
VERSION := import sys; print(sys.version_info[:2])
# Whether .venv may stay: its Python is there and fit, and is of the version that was asked for, if one was.
KEPT = $(BIN)/python -c '$(FIT)' 2>/dev/null && { test "$(origin PYTHON)" = file || \
  test "$$($(BIN)/python -c '$(VERSION)')" = "$$($(PYTHON) -c '$(VERSION)')"; }
ifneq ($(wildcard $(VENV)/.ready),)
$(shell $(KEPT) || rm -f $(VENV)/.ready $(VENV)/.ready-dev)
endif

.DEFAULT_GOAL := help
.PHONY: help demo dev test test-system system-files check docs fix coverage wheel-test image-test tables servers bench faults fuzz kill-rounds history lock sbom audit-dependencies release typical simulation synthea pictures clean

help: ## print the targets
	@awk 'BEGIN { FS = ":.*## " } /^##@/ { print "\n" substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Installs what is locked and counts the packages meanwhile: on a terminal in one line, elsewhere every ten seconds.
define SHOW_PROGRESS
all=$$(grep -c '==' deploy/requirements.lock); log=$(VENV)/install.log; seconds=0; \
$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --require-hashes -r deploy/requirements.lock > $$log 2>&1 & \
pid=$$!; trap 'kill $$pid' INT TERM; \
while kill -0 $$pid 2>/dev/null; do \
  sleep 1; seconds=$$((seconds + 1)); said="$$(grep -c '^Collecting ' $$log) of $$all packages, $$seconds s"; \
  if grep -q '^Installing ' $$log; then said="unpacking, $$seconds s           "; fi; \
  if [ -t 1 ]; then printf '\r  %s' "$$said"; elif [ $$((seconds % 10)) = 0 ]; then echo "  $$said"; fi; \
done; if [ -t 1 ]; then echo; fi; wait $$pid || { cat $$log >&2; exit 1; }
endef

# The stamp holds the dependencies' digest, so that a second run reuses the environment and a changed list renews it.
# What is installed first is what ships: the locked versions. A dependency that is not locked yet is added behind them.
$(VENV)/.ready: pyproject.toml deploy/requirements.lock
	@$(PYTHON) -c '$(FIT)' 2>/dev/null || \
	  { echo "Python 3.11 or newer is needed, and $(PYTHON) is none: make $(or $(MAKECMDGOALS),demo) PYTHON=python3.11 names one."; exit 1; }
	@$(KEPT) || { rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
	@echo "environment: installing into $(VENV) (once, a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	@$(SHOW_PROGRESS)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@echo "environment: ready"
	@touch $@

$(VENV)/.ready-dev: $(VENV)/.ready
	@echo "environment: installing the tools of tests and checks"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	@touch $@

$(VENV)/.ready-spark: $(VENV)/.ready-dev
	@echo "environment: installing Spark for tests (400 MB, once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[spark]'
	@touch $@

.venv: $(VENV)/.ready ## the environment with everything the service needs at run time

##@ Run

demo: $(VENV)/.ready ## the main job end to end: sample patients, an order signed over HTTP, the cards in the terminal
	@$(BIN)/kyphoplasty-cds demo $(if $(PATIENT),--patient $(PATIENT)) $(if $(filter-out 0 no false,$(KEEP)),--keep)

dev: $(VENV)/.ready-dev ## the environment with the tools of tests and checks

servers: $(VENV)/.ready-dev ## fetch the FHIR servers that tests run against (Java and Maven, Node and npm), once
	@$(BIN)/python -m tests.integration.servers

clean: ## remove the environment and what tools leave behind
	@rm -rf $(VENV) .cache dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis

##@ Before a commit

fix: $(VENV)/.ready-dev ## format, and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

check: $(VENV)/.ready-dev ## format, lint, types, import contracts, data files, tables of reduced models, links of the documentation
	@failed=0; for step in "ruff format --check ." "ruff check ." "mypy" "lint-imports" \
	  "kyphoplasty-cds mappings check" "kyphoplasty-cds studies build --check" "mkdocs build --strict --quiet"; do \
	  echo "== $$step"; $(BIN)/$$step || failed=$$((failed + 1)); done; \
	echo "$$failed of 7 checks failed"; test $$failed = 0

PYTEST := $(BIN)/python -m pytest -rs -n auto
FAST := tests/unit tests/scenarios tests/patients tests/reading tests/conformance
SYSTEM := tests/properties tests/integration tests/history tests/attacks tests/faults tests/fuzz tests/deploy tests/browser

test: $(VENV)/.ready-dev ## what a developer runs: units, sample patients, conformance; half an hour on two cores
	@$(PYTEST) -p no:schemathesis --dist loadfile $(FAST) $(ARGS)
	@echo "not run: make test-system (properties, servers, browsers, attacks, faults, deployment), make check (tables of reduced models)"

test-system: $(VENV)/.ready-spark ## the rest: properties of every chart, real FHIR servers, PostgreSQL, nginx, browsers, attacks, faults (make servers first)
	@$(PYTEST) $(SYSTEM) $(ARGS)

system-files: ## the files of these tests, one a line
	@find $(SYSTEM) -name 'test_*.py' | LC_ALL=C sort

coverage: $(VENV)/.ready-dev ## branch coverage of the package
	@$(BIN)/python -m pytest --cov --cov-report=term-missing:skip-covered

##@ Longer tests

wheel-test: $(VENV)/.ready-dev ## build the wheel, install it elsewhere, run the smoke tests from another folder; a release of a clone
	@$(BIN)/python -m pytest tests/packaging/test_wheel.py tests/packaging/test_installing.py tests/packaging/test_release.py -m packaging

image-test: $(VENV)/.ready-dev ## run the steps of deploy/Dockerfile in a folder of this machine, and start what comes out
	@$(BIN)/python -m pytest tests/packaging/test_image_steps.py -m packaging

bench: $(VENV)/.ready-dev ## the service against a fixed Flask answer, as ratios (needs Debian's wrk), in 4 min
	@$(BIN)/python -m tests.bench $(if $(ROUNDS),--rounds $(ROUNDS))

faults: $(VENV)/.ready-dev ## 500 random mixes of faults of the FHIR server (MIXES=n for another number)
	@FAULT_MIXES=$(or $(MIXES),500) $(BIN)/python -m pytest tests/faults/test_random_faults.py

fuzz: $(VENV)/.ready-dev ## 200,000 broken requests and records, other ones at every run (EXAMPLES=n for another number)
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),200000) $(BIN)/python -m pytest tests/fuzz -n 2 -p no:logging $(ARGS)

kill-rounds: $(VENV)/.ready-dev ## the audit log under 200 kills and 8 times 500 writes at once (make test does 20, and 8 times 200)
	@AUDIT_KILLS=200 AUDIT_WRITES=500 $(BIN)/python -m pytest tests/integration/test_audit_crashes.py tests/integration/test_audit_store.py -k "killed or eight"

history: $(VENV)/.ready-dev ## 200 histories of a log, other ones at every run: signings, purges, backups, kills at once (EXAMPLES=n for a night)
	@HISTORIES=$(or $(EXAMPLES),200) $(BIN)/python -m pytest tests/history -n 2 -p no:schemathesis $(ARGS)

##@ Evidence

tables: $(VENV)/.ready-dev ## rebuild the tables of reduced models from the study files
	@$(BIN)/kyphoplasty-cds studies build

simulation: $(VENV)/.ready-dev ## what the figures are worth where the truth is known, in half an hour: docs/simulation.md, and the model cards (PATIENTS=n, STUDIES=n, HOSPITALS=n for fewer)
	@$(BIN)/python -m tests.simulation $(if $(PATIENTS),--patients $(PATIENTS)) $(if $(STUDIES),--studies $(STUDIES)) $(if $(HOSPITALS),--hospitals $(HOSPITALS)) --write

synthea: $(VENV)/.ready-dev ## outcomes, calibration and recalibration on two exports of Synthea with refractures at known rates (Java and Maven), in 3 min (PATIENTS=n)
	@$(BIN)/python -m tests.simulation.synthea $(if $(PATIENTS),--patients $(PATIENTS))

typical: $(VENV)/.ready-dev ## what 3,000 typical orders are told: warnings, words, lengths, kinds of summary (ORDERS=n, SEED=n)
	@$(BIN)/python -m tests.patients.typical $(or $(ORDERS),3000) $(if $(SEED),--seed $(SEED))

##@ Documentation

docs: $(VENV)/.ready-dev ## the documentation as a site, in build/docs
	@$(BIN)/mkdocs build --strict

pictures: $(VENV)/.ready-dev ## the pictures of README and docs, taken anew in Chromium: docs/images
	@$(BIN)/python -m tests.browser.pictures

##@ What ships

LOCKED := --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --quiet \
  $(if $(UPGRADE),--upgrade)

lock: $(VENV)/.ready-dev ## pin what ships, with hashes: deploy/*.lock (UPGRADE=1 takes newer versions too)
	@$(BIN)/uv pip compile pyproject.toml $(LOCKED) --output-file deploy/requirements.lock
	@$(BIN)/uv pip compile --group build $(LOCKED) --output-file deploy/build.lock

sbom: $(VENV)/.ready-dev ## the list of what ships, CycloneDX: dist/sbom.cdx.json
	@mkdir -p dist
	@PYTHONWARNINGS=ignore $(BIN)/uv tool run --quiet --from cyclonedx-bom cyclonedx-py requirements deploy/requirements.lock --pyproject pyproject.toml \
	  --output-reproducible --output-file dist/sbom.cdx.json
	@echo "dist/sbom.cdx.json"

audit-dependencies: $(VENV)/.ready-dev ## known weaknesses of what ships (needs the advisories of PyPI); what could not be looked up fails too
	@$(BIN)/uv tool run --quiet pip-audit --strict --disable-pip --require-hashes --requirement deploy/requirements.lock

release: $(VENV)/.ready-dev sbom ## wheel, list of what ships, checksums and image of the tag that this commit carries: dist/
	@deploy/release.sh
