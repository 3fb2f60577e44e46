# The short way in; CMakeLists.txt and CMakePresets.json hold the build itself.
.DEFAULT_GOAL := help
.PHONY: help setup run test test-all sanitize debug format clean

JOBS ?= $(shell nproc)
# One test, and what belongs to it: make test T=http
T ?=
# Not in the sanitized trees: what sanitizers add to the code makes g++ 12 warn of things in Asio that
# are not there.
WERROR := $(if $(CI),ON,OFF)

phase = tools/phase "$(1)"
configure = cmake --preset $(1) --log-level=WARNING
build = cmake --build build/$(1) --parallel $(JOBS)
# One more than there are processors: the tests of whole clusters wait as much as they compute.
check = ctest --test-dir build/$(1) --parallel $$(($(JOBS) + 1)) --output-on-failure --no-tests=error

help:
	@echo 'make run          build kcheck, check a Deployment of 3 replicas on 2 nodes, and build the'
	@echo '                  cluster of kcheck up'
	@echo 'make test         all tests but the slow ones (CI=1: warnings are errors)'
	@echo 'make test T=NAME  one of them as ctest names it, http say, and what is below it, http.parallel'
	@echo 'make sanitize     the unit tests under ASan with UBSan, the parallel ones under TSan'
	@echo 'make test-all     the slow tests as well'
	@echo 'make debug        a Debug build, every file by itself, and what it says to a simple run'
	@echo 'make format       clang-format 14 over all sources; a test checks that it was'
	@echo 'make clean        remove build/'

setup:
	@$(call phase,install) tools/setup
	@$(call phase,unpack kubectl and etcd) tools/unpack

run: setup
	@$(call configure,release)
	@$(call build,release) --target kcheck
	build/release/kcheck --replicas 3 --nodes 2
	@echo 'Building what kcheck up and kcheck replay --on reference run, some minutes more ...'
	@$(call build,release) --target kcheck-reference

ifeq ($(T),)
test: setup
	@$(call phase,configure) $(call configure,release) -DKCHECK_WERROR=$(WERROR)
	@$(call phase,build) $(call build,release)
	@$(call phase,test) $(call check,release) --label-exclude '^slow$$'
else
test: setup
	@$(call configure,release)
	@$(call build,release) --target needs_$(T)
	@$(call check,release) --tests-regex '^$(T)(\.|$$)' --label-exclude '^slow$$'
endif

sanitize: setup
	@$(call phase,configure (ASan)) $(call configure,asan)
	@$(call phase,build (ASan)) $(call build,asan) --target kcheck_tests
	@$(call phase,test (ASan)) $(call check,asan) --label-regex '^unit$$' --label-exclude '^(slow|heavy)$$'
	@$(call phase,configure (TSan)) $(call configure,tsan)
	@$(call phase,build (TSan)) $(call build,tsan) --target kcheck_parallel_tests
	@$(call phase,test (TSan)) $(call check,tsan) --label-regex '^parallel$$'

test-all: test
	$(call check,release) --label-regex '^slow$$'

debug: setup
	@$(call configure,debug) -DKCHECK_WERROR=$(WERROR)
	@$(call build,debug) --target kcheck kcheck-reference
	build/debug/kcheck --replicas 2 --nodes 1
	build/debug/kcheck gate --on build/debug/kcheck-reference --help > /dev/null

format:
	@tools/setup
	@tools/format

clean:
	rm -rf build
