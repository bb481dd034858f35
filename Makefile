SHELL := /bin/bash
BIN := .venv/bin
INSTALLED := .venv/installed
INSTALLED_DEV := .venv/installed-dev
INSTALLED_SPARK := .venv/installed-spark
INSTALLED_ENGINE := $(if $(filter spark%,$(DBT_TARGET)),$(INSTALLED_SPARK),$(INSTALLED))
KEPT_SECRET := .jwt_secret
N ?= 200000
TRIES ?= 12
export WAREHOUSE_DIR ?= warehouse
export HOST ?= 127.0.0.1
export PORT ?= 8000
export DOCS_PORT ?= 8080
export PYSPARK_PYTHON ?= $(CURDIR)/$(BIN)/python
ifneq (,$(filter spark%,$(DBT_TARGET)))
# Where Spark's Python processes find this project's packages and its data sources.
export PYTHONPATH := $(CURDIR):$(CURDIR)/pipeline/spark
endif
WITH_SECRET := JWT_SECRET="$${JWT_SECRET:-$$(cat $(KEPT_SECRET) 2>/dev/null)}"

.PHONY: help run test build reread migrate watch serve token erase pseudonym digest docs check bench soak faults screenshot setup-dev setup-spark
.DEFAULT_GOAL := help

help: ## list what can be made
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: $(INSTALLED) $(KEPT_SECRET) ## set up, build the sample (or RAW_EVENTS), serve and watch it
	@if [ -z "$$RAW_EVENTS" ]; then \
		export TRACK=on RAW_EVENTS="$$WAREHOUSE_DIR/sample"; \
		$(BIN)/python seeds/sample.py land "$$RAW_EVENTS"; \
	fi; \
	$(MAKE) --no-print-directory build && \
	export $(WITH_SECRET) && token=$$($(BIN)/python -m serve token) && \
	echo "The dashboard: http://$$HOST:$$PORT/#token=$$token" && \
	echo "Its numbers:" && \
	echo "curl -H 'Authorization: Bearer $$token' http://$$HOST:$$PORT/api/analytics/dashboard-stats/" && \
	if [ "$$TRACK" = on ]; then \
		echo "A purchase, on the dashboard within seconds:"; \
		echo "curl http://$$HOST:$$PORT/api/analytics/track/ -d" \
			"'{\"event_type\": \"purchase\", \"session_id\": \"me\", \"product_slug\": \"mine\", \"price\": 79900}'"; \
	fi && \
	trap 'kill $$(jobs -p) 2> /dev/null; wait' EXIT && trap exit INT TERM && \
	{ $(BIN)/python -m pipeline.watch & $(BIN)/python -m serve & wait -n; }

# The second build is an incremental one. Spark's tests run by themselves, because they take both cores.
test: $(INSTALLED_DEV) ## set up and run every test, dbt's and pytest's, Spark's where that is set up
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	RAW_EVENTS= WAREHOUSE_DIR="$$folder" $(BIN)/dbt build --target duckdb && \
	RAW_EVENTS= WAREHOUSE_DIR="$$folder" $(BIN)/dbt build --target duckdb --exclude-resource-type unit_test
	@$(BIN)/pytest --ignore tests/spark
	@$(BIN)/pytest --numprocesses 0 tests/spark

build: $(INSTALLED_ENGINE) ## build the marts, test the data and publish them, once
	@$(BIN)/python -m pipeline.build

reread: $(INSTALLED) ## read all files anew, and drop the rows of files that are gone
	@$(BIN)/python -m pipeline.build --reread

migrate: $(INSTALLED) ## take over the rows in a build file of the last release, once
	@$(BIN)/python -m pipeline.migrate

watch: $(INSTALLED_ENGINE) ## build and publish whenever files land in RAW_EVENTS, until stopped
	@exec $(BIN)/python -m pipeline.watch

serve: $(INSTALLED) ## serve what has been published
	@exec $(BIN)/python -m serve

token: $(INSTALLED) ## print an admin token signed with JWT_SECRET, or with what `make run` keeps
	@$(WITH_SECRET) $(BIN)/python -m serve token

erase: $(INSTALLED) ## take the customer with the address EMAIL out of the warehouse, for good
	@$(BIN)/python -m pipeline.erasure

digest: $(INSTALLED) ## print what last week brought, as ALERT_WEBHOOK gets it on Mondays
	@$(BIN)/python -m serve.alerting digest

pseudonym: $(INSTALLED) ## print the visitor_id in `rfm/` of the customer with the address EMAIL
	@$(BIN)/python -m pipeline.pseudonym

docs: $(INSTALLED) ## serve dbt's documentation and lineage of what was built, on DOCS_PORT=8080
	@$(BIN)/dbt docs generate --quiet
	@exec $(BIN)/dbt docs serve --no-browser --host 127.0.0.1 --port "$$DOCS_PORT"

check: $(INSTALLED_DEV) ## lint, type-check and score the models' descriptions, in seconds
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --processes 2 models tests/data
	@$(BIN)/sqlfluff lint --config serve/queries.sqlfluff serve/queries
	@$(BIN)/dbt parse --quiet --target duckdb --target-path target
	@$(BIN)/dbt-score lint --manifest target/manifest.json --fail-project-under 9.5
	@if command -v npm > /dev/null; then \
		$(MAKE) --no-print-directory node_modules/installed && npm run --silent check; \
	else echo "There is no npm: the page's code was not checked." >&2; fi

node_modules/installed: package-lock.json
	@npm ci --silent --no-fund --no-audit
	@touch $@

bench: $(INSTALLED_ENGINE) $(INSTALLED_DEV) ## measure what N=200000 generated events cost, into bench/*.md
	@$(BIN)/python -m bench$(if $(filter spark,$(DBT_TARGET)),.spark) --events $(N)

soak: $(INSTALLED_DEV) ## ask a server for a minute while N=200000 events are published every second, into bench/
	@$(BIN)/python -m bench.soak --events $(N)

faults: $(INSTALLED_DEV) ## kill, fill and damage a shop TRIES=12 times in each way, into bench/faults.md
	@$(BIN)/python -m bench.faults --tries $(TRIES)

screenshot: $(INSTALLED_DEV) ## take the README's picture of the sample's dashboard anew
	@$(BIN)/python -m tests.support.screenshot dashboard.png

# No package runs code while it is installed, but for those named, which come without wheels.
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all:

$(INSTALLED): requirements.lock
	@echo "Setting up .venv" >&2
	@python3 -m venv .venv
	@$(INSTALL) -r requirements.lock >&2
	@touch $@

setup-dev: $(INSTALLED_DEV) ## add what tests, checks, measurements and `mf` need

$(INSTALLED_DEV): $(INSTALLED) requirements-dev.lock
	@echo "Adding what is for development to .venv" >&2
	@$(INSTALL) --no-binary halo -r requirements-dev.lock >&2
	@touch $@

setup-spark: $(INSTALLED_SPARK) ## add what DBT_TARGET=spark needs, but for Java 17

$(INSTALLED_SPARK): $(INSTALLED) requirements-spark.lock
	@echo "Adding Spark to .venv" >&2
	@$(INSTALL) --no-binary pyspark -r requirements-spark.lock >&2
	@touch $@

$(KEPT_SECRET): $(INSTALLED)
	@umask 077 && $(BIN)/python -c 'import secrets; print(secrets.token_hex(32))' > $@
