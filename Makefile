# The whole task surface. Every target does its own set-up in .venv, from Python 3.11 alone.
PY ?= python3.11
BIN := .venv/bin
STAMP := .venv/.ready

.PHONY: run test e2e proofs bench check format lock clean

run: $(STAMP)      ## the demo, in the browser
	@$(BIN)/haven demo

test: $(STAMP)     ## every test, on all cores
	$(BIN)/python -m pytest -n auto --dist worksteal

e2e: $(STAMP)      ## Haven as a process, with programs of others and a browser; needs npm
	@$(BIN)/python -m tests.e2e.setup
	$(BIN)/python -m pytest -n 0 tests/e2e

proofs: $(STAMP)   ## what takes long to show: no descriptor left open in 10,000 turns, 10,000 odd requests at every door
	HAVEN_PROOF_TURNS=10000 $(BIN)/python -m pytest -n 0 -s tests/bot/test_teams_descriptors.py
	$(BIN)/python -m pytest -n auto -p no:logging --fuzz 10000 tests/fuzz
	HAVEN_PROOF_WORLDS=300 $(BIN)/python -m pytest -n 0 tests/confidentiality/test_manager.py
	HAVEN_PROOF_KILLS=1 $(BIN)/python -m pytest -n 0 -s tests/faults/test_sending.py tests/faults/test_killed_on_the_wire.py
	HAVEN_PROOF_SENDS=10000 $(BIN)/python -m pytest -n 0 -s tests/bot/test_paced.py
	HAVEN_PROOF_CALLS=1 $(BIN)/python -m pytest -n 0 -s tests/faults/test_calling.py
	HAVEN_PROOF_FAULTS=1 $(BIN)/python -m pytest -n auto tests/bot/providers/test_contract.py
	HAVEN_PROOF_SEEDS=1000 $(BIN)/python -m pytest -n 0 -s tests/faults/test_bookings.py
	HAVEN_PROOF_OUTAGE=1 $(BIN)/python -m pytest -n 0 -s tests/faults/test_outage.py
	HAVEN_PROOF_EDGES=1 $(BIN)/python -m pytest -n 0 tests/bot/test_instants.py
	HAVEN_PROOF_PEOPLE=1000 HAVEN_PROOF_DAYS=365 $(BIN)/python -m pytest -n 0 tests/bot/simulation

bench: $(STAMP)    ## how quick it is, side by side with peers
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --no-deps -r requirements/bench.txt
	$(BIN)/python -m tests.bench

check: $(STAMP)    ## format, lint, types, contracts, content
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/haven content check

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(STAMP): requirements/dev.txt pyproject.toml
	@command -v $(PY) >/dev/null || { echo "Haven needs Python 3.11: install it, or run make PY=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PY) -m venv .venv
	@echo "Setting up .venv (once; about a minute) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q bot adapters flows content
	@touch $(STAMP)

lock:              ## renew the locks, with hashes and without addresses
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/uv.in -o requirements/uv.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/build.in -o requirements/build.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --extra semantics -o requirements/run.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml requirements/build.in --extra dev -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-deps requirements/bench.in -o requirements/bench.txt

clean:
	rm -rf .venv .haven tests/e2e/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
