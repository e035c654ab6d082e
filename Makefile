# Thin wrappers around CMake and tools/; `make help` lists them. Nothing is decided here twice.
SHELL := /bin/bash
PREFIX ?= /usr/local
SETUID ?= 0
TIME ?= 60
IMAGE ?= small
JOBS ?= $(shell nproc)
BUILD := build/release
JAILRUN := $(BUILD)/tools/jailrun/jailrun
export PREFIX SETUID DESTDIR

.DEFAULT_GOAL := help
.PHONY: help product configure demo demo-call demo-exam demo-serve page browser setup-languages rootfs image-test build test vm-test vm-tests check bench bench-langs bench-call load fuzz hostile-rootless hostile-vm soak peers-hostile fmt lint install uninstall deps clean

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 12

demo: product ## Install what is missing, build, and run a program in a jail
	@tools/demo $(JAILRUN)

demo-call: product ## JSON in, JSON out: a function run, with a function of the host's
	@tools/demo_call $(JAILRUN)

demo-exam: product ## Two submissions sit an exam; its log is verified, then changed
	@tools/demo_exam $(JAILRUN)

demo-serve: product ## The HTTP service, asked by curl
	@cmake --build --preset release -j $(JOBS) --target jaild
	@tools/demo_serve $(BUILD)/tools/jaild/jaild

deps: ## Install the Debian packages that building and running need and that are missing
	@tools/deps build languages

setup-languages: product ## Install what the languages need, all or LANGS="typescript html": Debian packages, pinned npm packages
	@$(JAILRUN) langs install $(LANGS)

rootfs: ## Make the pinned image IMAGE="small" (or languages: ten of them), as root; then: jailrun --rootfs small
	@rootfs/build $(IMAGE)

image-test: product ## The image of ten languages: made, made again and compared, every test program of its languages in it
	@rootfs/build languages && rootfs/build --twice languages
	@$(JAILRUN) langs --check --rootfs languages $$(sed -n 's/^language://p' rootfs/images/languages/contents)

configure: deps
	@mkdir -p build && cmake --preset release >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }

product: configure
	@cmake --build --preset release -j $(JOBS) --target jailrun jail-launch

build: configure ## Compile everything, tests too (release: optimised, hardened, static)
	@cmake --build --preset release -j $(JOBS)

test: build setup-languages browser ## Every test: unit, integration, hostile, and each language's probe programs
	@[[ $$(id -u) -ne 0 ]] || rootfs/build --newer small
	@tools/test release

page: ## Bundle jaild's page anew, after a change of jail/serve/page/src (npm fetches CodeMirror, uPlot and esbuild)
	@tools/page

browser: ## What plays jaild's page in its tests: playwright-core, by npm; without it they say so and are skipped
	@tools/npm_fetch tests/integration/page build/browser || true

vm-tests: configure
	@tools/deps vm && cmake --build --preset release -j $(JOBS) --target vm_tests

vm-test: vm-tests ## The limits where there is nothing but cgroup v2: in a virtual machine (user-mode Linux)
	@tests/vm/run --boots 3 --seconds 400 -- tests/vm/suite $(BUILD)

check: test vm-test lint ## Everything before a merge: tests, structure, lint, sanitizers, a clean machine
	@$(MAKE) --no-print-directory hostile-rootless hostile-vm
	@tools/layers.py
	@tools/symbols.py $(BUILD)
	@cmake --preset asan >/dev/null && cmake --build --preset asan -j $(JOBS) && tools/test asan
	@tests/newuser/run

bench: product ## Cold and pooled runs beside bare fork+exec, bubblewrap, firejail, crun and runc; how exact time limits are
	@tools/deps check peers && cmake --build --preset release -j $(JOBS) --target jail_bench jail_steps
	@tests/bench/instructions.py --jailrun $(JAILRUN) --steps $(BUILD)/tests/bench/jail_steps --hello $(BUILD)/tests/bench/bench_hello
	@tests/bench/cold.py --jailrun $(JAILRUN) --bench $(BUILD)/tests/bench/jail_bench \
	  --json $(BUILD)/bench.json --html build/bench.html
	@$(BUILD)/tests/bench/jail_bench --jailrun $(JAILRUN) --overshoot 200 --json $(BUILD)/overshoot.json

bench-langs: product ## Source to exit in every language, beside the plain toolchain outside any jail
	@tools/deps languages check
	@tests/bench/languages.py --jailrun $(JAILRUN) --json $(BUILD)/bench-langs.json

bench-call: product ## Function runs beside the bare interpreter, and beside isolates in a process (isolated-vm, by npm)
	@tools/deps languages check && cmake --build --preset release -j $(JOBS) --target jail_called
	@tests/bench/call.py --jailrun $(JAILRUN) --called $(BUILD)/tests/bench/jail_called --isolates build/bench-call \
	  --json $(BUILD)/bench-call.json

load: product ## How much the HTTP service bears: executions per second, latency, memory, disconnects; EXECUTIONS=100000: memory over so many (as root)
	@cmake --build --preset release -j $(JOBS) --target jaild bench_hello bench_tiny
	@/usr/bin/python3 tests/bench/serve_load.py --jaild $(BUILD)/tools/jaild/jaild --hello $(BUILD)/tests/bench/bench_tiny \
	  --hello $(BUILD)/tests/bench/bench_hello --seconds $(TIME) $(if $(EXECUTIONS),--executions $(EXECUTIONS)) --json $(BUILD)/load.json

fuzz: deps ## Run every fuzz target for TIME seconds (60)
	@tools/deps check && cmake --preset fuzz >/dev/null && cmake --build --preset fuzz -j $(JOBS) --target fuzzers
	@tools/fuzz $(TIME)

hostile-rootless: configure ## The hostile corpus in jails of an ordinary user, without any privilege (as root, who drops it)
	@cmake --build --preset release -j $(JOBS) --target jailrun_for_others jail-launch
	@/usr/bin/python3 tests/hostile/run_corpus.py --rootless --launcher $(BUILD)/jail/launch/jail-launch \
	  --jailrun $(BUILD)/tests/testlib/jailtest/jailrun_for_others

hostile-vm: vm-tests ## The hostile corpus where there is nothing but cgroup v2 (a machine in which all takes eight times as long)
	@tests/vm/run --boots 3 --seconds 1200 -- /usr/bin/python3 tests/hostile/run_corpus.py --slow 8 --jailrun $(JAILRUN)

soak: product ## P40: attacks at four times the processors for TIME seconds (an hour: 3600); the host is as it was (as root)
	@tools/deps check && tests/hostile/soak.py --jailrun $(JAILRUN) --seconds $(TIME)

peers-hostile: product ## The hostile corpus under other sandboxes: how much gets through each (as root)
	@tools/deps check peers && tools/peers_hostile $(JAILRUN)

fmt: ## Format our C++ in place
	@tools/lint --fix

lint: deps ## clang-format and clang-tidy over our C++, warnings as errors
	@tools/deps check && tools/lint

install: configure ## Install below PREFIX (/usr/local); SETUID=1 lets unprivileged users use the full jail
	@tools/install $(BUILD)

uninstall: ## Remove what install put there
	@tools/install --remove

clean: ## Remove everything that was built
	@rm -rf build
