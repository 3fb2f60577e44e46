# The short way in; CMakeLists.txt and CMakePresets.json hold the build itself.
.DEFAULT_GOAL := help
.PHONY: help setup run test test-all format clean

JOBS ?= $(shell nproc)
# In the release tree alone: what sanitizers add to the code makes g++ 12 warn of things in Asio that
# are not there.
WERROR := $(if $(CI),ON,OFF)

configure = cmake --preset $(1) --log-level=WARNING
build = cmake --build build/$(1) --parallel $(JOBS)
check = ctest --test-dir build/$(1) --parallel $(JOBS) --output-on-failure --no-tests=error

help:
	@echo 'make run        build kcheck, check a Deployment of 3 replicas on 2 nodes, and build the'
	@echo '                cluster of kcheck up'
	@echo 'make test       all tests but the slow ones, again under ASan and UBSan, and'
	@echo '                the parallel ones under TSan (CI=1: warnings are errors)'
	@echo 'make test-all   the slow tests as well'
	@echo 'make format     clang-format 14 over all sources; a test checks that it was'
	@echo 'make clean      remove build/'

setup:
	@tools/setup
	@tools/unpack

run: setup
	@$(call configure,release)
	@$(call build,release) --target kcheck
	build/release/kcheck --replicas 3 --nodes 2
	@echo 'Building what kcheck up and kcheck replay --on reference run, some minutes more ...'
	@$(call build,release) --target kcheck-reference

test: setup
	$(call configure,release) -DKCHECK_WERROR=$(WERROR)
	$(call build,release)
	$(call check,release) --label-exclude '^slow$$'
	$(call configure,asan)
	$(call build,asan) --target kcheck_tests
	$(call check,asan) --label-regex '^unit$$' --label-exclude '^(slow|heavy)$$'
	$(call configure,tsan)
	$(call build,tsan) --target kcheck_parallel_tests
	$(call check,tsan) --label-regex '^parallel$$'

test-all: test
	$(call check,release) --label-regex '^slow$$'

format:
	@tools/setup
	@tools/format

clean:
	rm -rf build
