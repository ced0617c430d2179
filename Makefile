# `make demo` and `make test` build what they need in .venv and build/; the second run is quick.
# Needs python3 (3.11 or newer) with its venv module, and make. PYTHON=... picks another python.

PYTHON ?= python3
BIN := .venv/bin
MODEL := build/shufflenet_v2_1.0x.onnx

# The profiles as text, and the archive that the package carries. A folder is newer than the archive
# when a file in it comes or goes.
DATA := $(shell find costmodel/devices/data)
ARCHIVE := costmodel/devices/profiles.zip

# A strict install links each file by name, so it is renewed when a file comes or goes.
FILES := $(shell find src costmodel analyzers reports examples -type f ! -name '*.pyc' \
    ! -path '$(ARCHIVE)' ! -path 'costmodel/devices/data/*' | LC_ALL=C sort | cksum | cut -d ' ' -f 1)

.PHONY: profiles accuracy savings findings demo test lint types tests browser format docs bench \
    fuzz constraints clean
.DELETE_ON_ERROR:
.NOTPARALLEL:

demo: build/run-$(FILES)
	$(BIN)/costlint example shufflenet_v2_1.0x -o $(MODEL)
	$(BIN)/costlint $(MODEL) -f full

test: lint types tests

lint: build/dev-$(FILES)
	$(BIN)/ruff format --check
	$(BIN)/ruff check

types: build/dev-$(FILES)
	$(BIN)/mypy

# UNDER is a command to run the tests under; .ci/run gives them a hostile environment.
tests: build/dev-$(FILES) browser
	$(UNDER) $(BIN)/pytest -n auto

# The report's tests need Debian's Chromium: without it they are skipped, and fail only where
# COSTLINT_REQUIRE=chromium says that it must be there.
browser:
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && apt-get update -qq && \
	    apt-get install -qq --yes --no-install-recommends chromium fonts-dejavu-core; } || \
	    echo "no chromium: browser tests are skipped"

format: build/dev-$(FILES)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

# CORPUS is the folder of published timings; these commands take minutes on two cores.
CORPUS ?= ../shared/corpus

profiles: build/dev-$(FILES)
	$(BIN)/python -m calibration.rebuild $(CORPUS)

accuracy: profiles
	$(BIN)/python -m calibration.accuracy $(CORPUS)

savings: profiles
	$(BIN)/python -m calibration.savings $(CORPUS)

findings: build/dev-$(FILES)
	$(BIN)/python -m calibration.families $(CORPUS)

docs: build/dev-$(FILES)
	$(BIN)/python -m docs.generate

bench: build/dev-$(FILES) build/peers/pyvenv.cfg
	$(BIN)/python bench/run.py --peer build/peers/bin/python
	$(BIN)/python bench/designs.py --peer build/peers/bin/python

fuzz: build/dev-$(FILES)
	$(BIN)/python -m tests.hostile.fuzz --runs 20000
	$(BIN)/python -m tests.hostile.sweep
	$(BIN)/python -m tests.generated.fuzz --runs 100000 --oracle random
	$(BIN)/python -m tests.generated.fuzz

# Takes the newest version of every tool in constraints.txt and writes it down there.
constraints: build/dev-$(FILES)
	sed -n 's/^\([^# ]*==\).*/^\1/p' constraints.txt > build/tools
	$(BIN)/python -m pip install --quiet --upgrade $$(tr -d '^=' < build/tools)
	{ grep '^#' constraints.txt; $(BIN)/python -m pip freeze --all | grep -i -f build/tools; } \
	    > build/constraints.txt
	cp build/constraints.txt constraints.txt

build/peers/pyvenv.cfg:
	$(PYTHON) -m venv build/peers
	build/peers/bin/python -m pip install --quiet onnx-tool

clean:
	rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis $(ARCHIVE)

# Installs the requirement $(1) and leaves the link tree at build/tree, where mypy looks for it.
define install
rm -rf build/__editable__.* build/run-* build/dev-*
$(BIN)/python -m pip install --quiet --constraint constraints.txt setuptools
$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-build-isolation \
    --config-settings editable_mode=strict --editable '$(1)'
ln -sfn "$$(basename build/__editable__.*)" build/tree
endef

# The install makes the archive too, and links it: to pack it anew is enough.
$(ARCHIVE): costmodel/devices/packing.py $(DATA) | .venv/pyvenv.cfg
	$(BIN)/python $<

build/dev-$(FILES): pyproject.toml setup.py constraints.txt .venv/pyvenv.cfg | $(ARCHIVE)
	$(call install,.[dev])
	touch build/run-$(FILES) $@

build/run-$(FILES): pyproject.toml setup.py constraints.txt .venv/pyvenv.cfg | $(ARCHIVE)
	$(call install,.)
	touch $@

.venv/pyvenv.cfg:
	$(PYTHON) -m venv .venv
