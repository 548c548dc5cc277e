# Needs only Python >= 3.11 with its venv module. Every target that needs packages sets up .venv first.

# A candidate counts only if it runs, is new enough and can make a venv: pyenv leaves shims on the PATH that
# do not run, and Debian ships Python without ensurepip. `make PYTHON=/path/to/python3` names another.
PYTHON ?= python3.13 python3.12 python3.11 python3

# More for pytest, as in: make test ARGS='tests/facets -k gap -x'
ARGS ?=

BIN := .venv/bin
UI := gateway/graphiql/ui
PYTEST := $(BIN)/pytest
# uv's version stands once, in pyproject.toml.
UV_PIN := sed -n 's/.*"\(uv==[^"]*\)".*/\1/p' pyproject.toml
# worksteal hands each worker a run of neighbouring tests, so that module fixtures are seldom set up twice.
PARALLEL := -n auto --maxprocesses 8 --dist worksteal

# uv must fill our .venv with our interpreter, whatever the caller has activated or exported, and trust the
# system's certificates as pip does, so that a company's own authority is known to both.
export UV_PROJECT_ENVIRONMENT := .venv
export UV_PYTHON := $(BIN)/python
export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS := true
# A start that finds its modules compiled takes a third of the time, also where none may be written later.
export UV_COMPILE_BYTECODE := 1
unexport VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help setup run test test-nightly test-conformance test-clients test-cdn test-site test-newcomer \
        check check-lint check-format check-types check-imports check-schema \
        format schema release-schema docs site site-pages site-serve bench explorer clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

# The stamp says that .venv was once complete. Without it .venv is made anew; older than the lock file, it is synced.
SETUP := .venv/.setup-done
setup: $(SETUP) ## Make .venv with exactly the locked packages
$(SETUP): pyproject.toml uv.lock
	@[ -e $@ ] || { \
	  for python in $(PYTHON); do \
	    "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	    echo "Making .venv with $$("$$python" --version) ..."; \
	    exec "$$python" -m venv --clear .venv; \
	  done; \
	  echo 'Found no Python >= 3.11 with its venv module (tried: $(PYTHON)).'; \
	  echo 'Install one (Debian, Ubuntu: apt-get install python3-venv) or name one: make PYTHON=/path/to/python3'; \
	  exit 1; } >&2
	@echo 'Installing the locked packages ...' >&2
	@{ $(BIN)/python -m pip install --quiet --disable-pip-version-check "$$($(UV_PIN))" \
	  && $(BIN)/uv sync --frozen --quiet && $(BIN)/python -m compileall -q gateway resolvers; } || { rm -f $@; exit 1; }
	@touch $@

run: $(SETUP) ## Start the gateway with its sandbox upstream and GraphiQL on 127.0.0.1:8000
	@$(BIN)/gateway dev

test: $(SETUP) ## Run the whole test suite
	$(PYTEST) $(PARALLEL) $(ARGS)

test-nightly: $(SETUP) ## Run the suite with its long proofs
	GATEWAY_TESTS_NIGHTLY=1 HYPOTHESIS_PROFILE=nightly $(PYTEST) $(PARALLEL) $(ARGS)

test-conformance: $(SETUP) ## Run the public suites against the gateway (needs Node and npm)
	GATEWAY_TESTS_CONFORMANCE=1 $(PYTEST) -n0 -v tests/conformance $(ARGS)

test-clients: $(SETUP) ## Run clients and tools of client developers against gateway and schema (needs Node and npm)
	GATEWAY_TESTS_CLIENTS=1 $(PYTEST) -n0 -v tests/clients $(ARGS)

test-cdn: $(SETUP) ## Run the gateway behind nginx and Varnish (needs both, and a C compiler)
	GATEWAY_TESTS_CDN=1 $(PYTEST) -n0 -v tests/cdn $(ARGS)

test-site: site ## Test what only a built site shows
	GATEWAY_TESTS_SITE=1 $(PYTEST) -n0 -v tests/docs/test_site.py $(ARGS)

test-newcomer: $(SETUP) ## Follow README and tutorial from a fresh clone, in an empty environment
	GATEWAY_TESTS_NEWCOMER=1 $(PYTEST) -n0 -v -s tests/newcomer $(ARGS)

check: $(SETUP) ## Run every check-… below and report all failures, not only the first
	@$(MAKE) --no-print-directory --keep-going check-lint check-format check-types check-imports check-schema

check-lint: $(SETUP) ## Lint
	$(BIN)/ruff check

check-format: $(SETUP) ## Formatting
	$(BIN)/ruff format --check

check-types: $(SETUP) ## Types
	$(BIN)/pyright

check-imports: $(SETUP) ## Which package may import which
	$(PYTEST) -q tests/architecture

check-schema: $(SETUP) ## schema.graphql is what the code says
	$(BIN)/gateway schema --check schema.graphql

format: $(SETUP) ## Format, and fix what ruff can fix
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

schema: $(SETUP) ## Write schema.graphql from the code
	$(BIN)/gateway schema > .venv/schema.graphql  # not in place: a failure would leave half a file
	mv .venv/schema.graphql schema.graphql

release-schema: check-schema ## Fix the schema of a release: what later ones are held against (docs/schema-policy.md)
	cp schema.graphql docs/released/schema.graphql

docs: $(SETUP) ## Write the pages of docs/ that the code already says
	PYTHONPATH=. $(BIN)/python docs/generate.py

# What makes the site is installed beside the rest, and only here.
SITE := dist/site
SITE_SETUP := .venv/.site-setup-done
$(SITE_SETUP): $(SETUP)
	@$(BIN)/uv sync --frozen --quiet --inexact --only-group docs && touch $@

site-pages: $(SETUP)
	@$(BIN)/python docs/pages.py $(SITE)

site: $(SITE_SETUP) site-pages ## Make the site of the documentation in dist/site/html; a broken link fails
	@cd $(SITE) && rm -rf html && ../../$(BIN)/zensical build --clean --strict

site-serve: site ## Show the site on 127.0.0.1:8080; `make site-pages` beside it shows what was changed
	@cd $(SITE) && ../../$(BIN)/zensical serve --dev-addr 127.0.0.1:8080

bench: $(SETUP) ## Measure the gateway beside what its targets name (a few minutes; docs/performance.md)
	@$(BIN)/python bench/run.py $(ARGS)

explorer: ## Build GraphiQL's static files (needs Node and npm)
	cd $(UI) && npm ci && npm run build

clean: ## Remove everything made here, .venv included
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis dist test-results $(UI)/node_modules
	find tests -name node_modules -type d -prune -exec rm -rf {} +
	rm -rf tests/clients/js/built tests/clients/js/*/gql tests/clients/js/*/__generated__
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
