# Two commands do everything on a fresh machine: `make up` and `make test`.
ENV ?= local
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(VENV)/bootstrap/bin/uv
CHECKOV := .sandbox/venvs/checkov
CACHE := $(or $(MIZAN_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/mizan)
export UV_CACHE_DIR := $(CACHE)/uv
export PYTHONPATH := $(CURDIR)
# Images of containers tend to forbid it; then every start compiles the SDKs anew.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help up down rehearse rehearse-loss test accept lint preview cost prices policy layers checkov evidence audit schema bench bench-preview bench-policies mirror engine tools lock clean-cache

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

up: tools ## Bring ENV (default: local) up on this machine and show what it is
	@$(BIN)/python -m sandbox up $(ENV)

down: tools ## Take ENV down: nothing of it stays but the cache
	@$(BIN)/python -m sandbox down $(ENV)

rehearse: tools ## Bring the cloud environment ENV up beside a stand-in of AWS, change it, take it down
	@$(BIN)/python -m sandbox rehearse $(ENV)

rehearse-loss: tools ## Bring both sites of ENV up, kill the first one, take over at the second: RPO and RTO
	@$(BIN)/python -m sandbox rehearse-loss $(ENV)

test: tools ## Everything a newcomer should see pass: lint, fast tests, the real engine, the real cluster
	@tests/run

accept: tools ## Every "Done when" at full size
	@tests/run accept

layers: tools ## Compile the boundary to the organisation, the network, the cluster and the workloads
	@$(BIN)/python -m policies.layers

lint: tools ## ruff, mypy strict
	@tests/lint

preview: engine ## pulumi preview of ENV with the policy pack
	@. .sandbox/env && pulumi preview --stack $(ENV) --policy-pack policies

cost: engine ## What ENV costs a month, from the plan of a new stack of it: floor, ceiling and what has no price
	@$(BIN)/python -m sandbox plan $(ENV) > .sandbox/plan.json
	@$(BIN)/python -m policies.costing $(COST) < .sandbox/plan.json

# Dated by the commit that it is the plan of, so that the same commit gives the same evidence.
# A site on premises has no plan without its cluster: there STATE is what was exported of it.
evidence: tools ## What an auditor files of ENV (or of STATE=file, an exported state): controls, stores, transfers; HTML and JSON, signed
	@$(if $(STATE),mkdir -p .sandbox && cp '$(STATE)' .sandbox/plan.json,$(MAKE) -s engine ENV=$(ENV) && $(BIN)/python -m sandbox plan $(ENV) > .sandbox/plan.json)
	@SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} $(BIN)/python -m policies.evidence write \
	  .sandbox/plan.json --environment environments/$(firstword $(subst ., ,$(ENV)))/environment.yaml --out .sandbox/evidence \
	  --revision "$(if $(STATE),a state; judged by the pack of )$$(git describe --always --abbrev=40 --exclude '*' --dirty)" \
	  $(if $(MIZAN_EVIDENCE_KEY),--key '$(MIZAN_EVIDENCE_KEY)',--made-key .sandbox/evidence-key.pem)

prices: tools ## Renew policies/costing/prices.csv from the price list of AWS
	@$(BIN)/python -m policies.costing.refresh

policy: tools ## Ask the booted pack every fixture and evasion by the engine's protocol: a table by rule
	@$(BIN)/python -m tests.support.policy_table

checkov: $(CHECKOV)/.tools ## What checkov says of ENV and of the Dockerfiles and workflows (or of STATE=file, an exported state)
	@$(if $(STATE),cp '$(STATE)' .sandbox/plan.json,$(MAKE) -s engine ENV=$(ENV) && $(BIN)/python -m sandbox plan $(ENV) > .sandbox/plan.json)
	@$(BIN)/python -m policies.scanning < .sandbox/plan.json

audit: engine ## Judge what is deployed: STATE=file of `pulumi stack export`; with PLAN=file, tell drift
	@. .sandbox/env && python -m policies.auditing '$(STATE)' $(if $(PLAN),--plan '$(PLAN)')

schema: tools ## Write environments/schema.json from the model
	@$(BIN)/python -m environments.schema

bench: bench-preview bench-policies ## Measure serving, the sandbox and plans, into benchmarks/results/ (after `make test`)
	@.sandbox/venvs/serving/bin/python benchmarks/serving benchmarks/results/serving.json
	@$(BIN)/python -m benchmarks.platform $(ENV)

bench-preview: tools ## Measure the plan of uae-prod, with the pack and as it grows
	@$(BIN)/python -m sandbox engine uae-prod
	@. .sandbox/env && python -m benchmarks.preview uae-prod

# Which environments: one whose plan is copied, and one that makes about 1,000 resources when it is
# declared twice.
bench-policies: tools $(CHECKOV)/.tools ## Measure the rules beside checkov and OPA, and what they add to a preview
	@for env in uae-prod smb; do $(BIN)/python -m sandbox engine $$env || exit 1; done
	@$(BIN)/python -m sandbox plan uae-prod > .sandbox/plan.json
	@. .sandbox/env && python -m benchmarks.policies --preview smb < .sandbox/plan.json

mirror: tools ## Put every image into REGISTRY=host:port, and its digest into images.lock
	@MIZAN_REGISTRY='$(REGISTRY)' $(BIN)/python -m sandbox mirror $(ENV)

engine: tools ## Find or build the Pulumi engine and write .sandbox/env
	@$(BIN)/python -m sandbox engine $(ENV)

tools: $(BIN)/.tools ## Make the Python environment of the project

$(BIN)/.tools: locks/bootstrap.txt locks/platform.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"mizan: Python {sys.version.split()[0]} is too old; 3.11 or later is needed. Remedy: make PYTHON=/path/to/python3.11")'
	@test -d $(VENV)/bootstrap || $(PYTHON) -m venv $(VENV)/bootstrap
	@$(VENV)/bootstrap/bin/python -m pip install --quiet --require-hashes -r locks/bootstrap.txt
	@test -x $(BIN)/python || $(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
	@$(UV) pip sync --quiet --require-hashes --python $(BIN)/python locks/platform.txt
	@touch $@

# checkov pins libraries that others here have newer, so that it lives apart.
$(CHECKOV)/.tools: locks/checkov.txt $(BIN)/.tools
	@mkdir -p $(dir $(CHECKOV))
	@test -x $(CHECKOV)/bin/python || $(UV) venv --quiet --python $(BIN)/python $(CHECKOV)
	@$(UV) pip sync --quiet --require-hashes --python $(CHECKOV)/bin/python locks/checkov.txt
	@touch $@

lock: tools ## Renew every lock from its .in file
	@for file in $$(git ls-files '*.in'); do \
	  $(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-header \
	    $$(test -f $${file%.in}.excludes && echo --excludes $${file%.in}.excludes) \
	    --python-version 3.11 $$file -o $${file%.in}.txt || exit 1; done
	@$(BIN)/python -m sandbox.images.jars

clean-cache: ## Remove the cache of compiled programs and images
	rm -rf $(CACHE)
