# House-keeping of pgx. `make demo` and `make test` need Python 3.11 or newer and make, nothing else.

CANDIDATES := python3 python3.13 python3.12 python3.11 python
IS_NEW := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in $(CANDIDATES); do $$p -c '$(IS_NEW)' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --quiet
DEMO ?= demo-output
RUNS ?= 1000000
KERNELS := --benchmark-columns=min,median,rounds --benchmark-sort=name --benchmark-max-time=0.5

.DEFAULT_GOAL := help
.PHONY: help dev kernels demo test test-rest test-all lint format types contracts wheel release image check site fhir-server bench performance validate fuzz torture lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with make PYTHON=..." >&2; exit 1; }
	"$(PYTHON)" -m venv "$(VENV)" || { rm -rf "$(VENV)"; echo "Python's venv module is needed" >&2; exit 1; }

# Locked versions first, then pgx itself without asking for anything more.
$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

dev: $(VENV)/.dev ## install all that the checks need

kernels: $(VENV)/.dev ## compile the kernels, so that tests that run side by side find them
	$(BIN)/python -c 'from pgx.base.accel import warm; print(*warm())'

demo: $(VENV)/.runtime ## install, annotate the example patient, say where the report is
	@$(BIN)/pgx annotate examples/patient.g.vcf -o "$(DEMO)" --force --format html,json,pdf \
	  --outside-calls examples/patient-outside-calls.tsv --patient examples/patient.json
	@echo "The report, to be opened in a browser, and as PDF:"
	@ls -d "$(abspath $(DEMO))"/*.html "$(abspath $(DEMO))"/*.pdf

test: $(VENV)/.dev ## run the tests, of long ones a sample
	$(BIN)/python -m pytest -n auto --dist worksteal

test-rest: $(VENV)/.dev kernels ## run what the sample of make test leaves out
	$(BIN)/python -m pytest -n auto --dist worksteal -m "exhaustive and not torture"

test-all: test test-rest ## run all tests but those of torture

lint: $(VENV)/.dev ## style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev ## write the format, fix what can be fixed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

contracts: $(VENV)/.dev ## which floor may import which
	$(BIN)/lint-imports

wheel: $(VENV)/.dev ## build the wheel, install it by itself, start it
	.ci/wheel "$(BIN)/python"

release: $(VENV)/.dev kernels ## wheel, sdist, bill of materials and digests into dist; built twice, compared, started
	.ci/release "$(BIN)/python" dist
	.ci/wheel "$(BIN)/python" dist/pgx_therapy-*.whl

image: $(VENV)/.dev kernels ## the steps of the Containerfile on this machine, without a container engine
	$(BIN)/python packaging/image.py

check: lint types contracts release image test-all ## everything that CI checks

site: $(VENV)/.dev ## build the documentation site into build/site, without network
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "The site, to be opened in a browser:"
	@ls -d "$(abspath build/site)"/index.html

# The versions are pinned, with digests. Without npm or network, the tests of this server are skipped.
fhir-server: ## a FHIR R4 server of npm packages into build/fhir-server, for its tests
	@mkdir -p build/fhir-server
	cp validation/fhir/server/package.json validation/fhir/server/package-lock.json build/fhir-server
	cd build/fhir-server && npm ci --ignore-scripts --no-audit --no-fund --fetch-retries=1

bench: $(VENV)/.dev ## measure speed on the validation data
	@test -d "$${PGX_VALIDATION_DATA:-../shared}" || { echo "PGX_VALIDATION_DATA names no folder" >&2; exit 1; }
	@for file in annotate knowledge patient pdf reading scanner; do echo "== $$file"; $(BIN)/python "benchmarks/$$file.py" || exit 1; done
	@echo "== kernels"; $(BIN)/python -m pytest benchmarks/test_kernels.py --quiet -s $(KERNELS)

performance: $(VENV)/.dev ## measure cohorts on the validation data, rewrite docs/performance.md
	@test -d "$${PGX_VALIDATION_DATA:-../shared}" || { echo "PGX_VALIDATION_DATA names no folder" >&2; exit 1; }
	$(BIN)/python -m benchmarks.performance

validate: $(VENV)/.dev ## score on the validation data, rewrite docs/validation.md, compare golden outputs
	@test -d "$${PGX_VALIDATION_DATA:-../shared}" || { echo "PGX_VALIDATION_DATA names no folder" >&2; exit 1; }
	$(BIN)/python -m validation --write
	$(BIN)/python -m validation.golden

$(VENV)/.fuzz: $(VENV)/.dev
	$(INSTALL) --no-build-isolation --editable ".[fuzz]"
	@touch $@

# A tenth of RUNS where the kernels run as Python, or genes are called; the latter without coverage,
# whose tracing keeps memory for every comparison of arrays.
fuzz: $(VENV)/.fuzz ## RUNS mutated inputs for each reader; findings go to build/fuzz
	$(BIN)/python -m fuzz scanner --runs $(RUNS)
	$(BIN)/python -m fuzz outside --runs $(RUNS)
	$(BIN)/python -m fuzz kernels --runs $$(( $(RUNS) / 10 ))
	$(BIN)/python -m fuzz calls --plain --runs $$(( $(RUNS) / 10 ))

torture: $(VENV)/.dev kernels ## kills, failing disks, damaged data, hostile files: half an hour, before each release
	$(BIN)/python -m pytest -n auto --dist worksteal -m torture
	$(BIN)/python -m torture

# One resolution for all Pythons and systems; lower bounds stay in pyproject.toml. The build
# backend is locked too: installing pgx itself then downloads nothing.
lock: ## resolve the newest versions that pyproject.toml allows
	"$(PYTHON)" -m venv build/lock
	build/lock/bin/python -m pip --disable-pip-version-check install --quiet uv
	.ci/lock build/lock/bin/uv

clean: ## remove what make made
	rm -rf "$(VENV)" "$(DEMO)" build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
