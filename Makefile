# `make` sets everything up, builds the book and grades the sample class;
# `make test` sets itself up and tests everything. Nothing else is needed first
# but Python 3.11 or newer.

ifndef PYTHON
PYTHON := $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$name && break; done)
endif
VENV := .venv
PY := $(VENV)/bin/python
BOOK := _build/html
CLASS := class
PORT ?= 8000
# A module's tests stay on one processor, because they share what is costly to set up.
TWO_AT_A_TIME := -n 2 --dist loadscope --no-loadscope-reorder

# nbgrader looks for alembic, and nbconvert for jupyter, on the PATH.
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# A package in the user's own site-packages must not stand in for a pinned one.
export PYTHONNOUSERSITE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: all install system release book class test lint serve clean results \
	benchmark mutation colab

all: system release book class results

# One pip call; done again only when what it reads has changed.
install: $(VENV)/installed
$(VENV)/installed: requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found on the PATH. \
	Install one, or name it: make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) tools/system_packages.py venv
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --no-input -r requirements.txt -e .
	touch $@

system: install
	$(PY) tools/system_packages.py sandbox

release: install
	$(PY) -m autograder release

book: install release
	$(PY) -m tools.build_book --if-changed

# Exit status 3 means: all graded, and some submissions need a person. The sample
# class has such submissions on purpose, so any other status is a failure.
class: install system release
	rm -rf $(CLASS)
	$(PY) -m autograder sample-class $(CLASS)
	@for exercise in $$(ls $(CLASS)/submitted/sample-right-as-in-the-solution); do \
	$(PY) -m autograder grade $$exercise --course $(CLASS); status=$$?; \
	test $$status -eq 3 || { echo "Grading $$exercise in the sample class ended with \
	exit status $$status, not with 3 (all graded, some need a person)."; exit 1; }; \
	done

results:
	@echo
	@echo "The book:          $(BOOK)/index.html   (make serve shows it on port $(PORT))"
	@echo "The class reports: $(CLASS)/records/EXERCISE/report.html"
	@echo "Student feedback:  $(CLASS)/feedback/STUDENT/EXERCISE/EXERCISE.html"

lint: install
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy --strict autograder

test: install
	$(PY) tools/system_packages.py sandbox browser node database
	$(MAKE) lint
	$(PY) -m tools.build_book --if-changed
	$(PY) -m pytest $(TWO_AT_A_TIME) -m "not alone"
	$(PY) -m pytest -m alone

serve: book
	@echo "The book is at http://localhost:$(PORT)/ (stop with Ctrl-C)"
	$(PY) -m http.server $(PORT) --bind 127.0.0.1 --directory $(BOOK)

# Minutes each. OTTER names a Python that has otter-grader, which nothing else needs.
benchmark: install system release
	$(PY) -m benchmarks.grading $(if $(OTTER),--otter-python $(OTTER))
	$(PY) -m benchmarks.grading --torch $(if $(OTTER),--otter-python $(OTTER))
	$(PY) -m benchmarks.parts
	$(PY) -m benchmarks.attacks $(if $(OTTER),--otter-python $(OTTER))

mutation: install
	$(PY) -m tools.mutation

# The notebooks that open on Colab, with what Colab has. PyTorch with CUDA: gigabytes.
colab: .venv-colab/installed
	.venv-colab/bin/python -m pip uninstall --quiet --yes triton
	.venv-colab/bin/python -m pip install --quiet --no-deps --force-reinstall .
	.venv-colab/bin/python -m tools.colab

.venv-colab/installed: requirements-colab.txt
	$(PYTHON) -m venv .venv-colab
	.venv-colab/bin/python -m pip install --quiet --no-input -r requirements-colab.txt
	touch $@

# Everything that make made, but the environments: remove .venv* by hand for that.
clean:
	rm -rf _build $(CLASS) build *.egg-info .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
