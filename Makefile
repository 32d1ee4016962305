# The commands of the project, for people and CI. What they do is in tools/; CMake builds.
.DEFAULT_GOAL := help
.PHONY: help run build test soak bench asan tsan tidy lint fuzz coverage clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand --tabs=16

run: ## install what is missing, build, and run bridge and example service (HTTP_PORT=, GRPC_PORT=)
	@tools/install-deps.sh build
	@tools/build.sh release spanwire-bridge spanwire spanwire-hostmon
	@exec tools/run.sh

build: ## the programs, into build/release/bin
	@tools/install-deps.sh build
	@tools/build.sh release spanwire-bridge spanwire spanwire-hostmon

test: ## build everything and run all tests (ARGS= goes to ctest)
	@exec tools/test.sh $(ARGS)

soak: ## the tests of delivery, crashes and slow consumers for 10 minutes each (SOAK_SECONDS=, SOAK_SEED=, ARGS=files)
	@exec tools/soak.sh $(ARGS)

bench: ## measure; docs/performance.md says what (ARGS= goes to bench/run.py, or --micro)
	@exec tools/bench.sh $(ARGS)

asan: ## tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@exec tools/sanitize.sh asan

tsan: ## tests of what threads share under ThreadSanitizer
	@exec tools/sanitize.sh tsan

tidy: ## clang-format, thread-safety analysis, clang-tidy (ARGS=--changed for what changed)
	@exec tools/tidy.sh $(ARGS)

lint: ## proto files, by buf
	@exec tools/lint.sh

fuzz: ## every fuzzer for a minute (FUZZ_SECONDS=, ARGS=targets)
	@exec tools/fuzz.sh $(ARGS)

coverage: ## which lines of bridge/ the tests run; fails under 90 % (ARGS= goes to ctest)
	@exec tools/coverage.sh $(ARGS)

clean: ## remove build/
	rm -rf build
