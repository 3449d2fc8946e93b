# SPDX-License-Identifier: Apache-2.0
# Every target says in one line what it does, does nothing twice, and works as any user in a folder of any name.

PREFIX ?= /usr/local
DESTDIR ?=
# What `make install` installs; a debug build will do: make install BINARY=.build/debug/rollwatch
BINARY ?= dist/rollwatch

bindir := $(PREFIX)/bin
unitdir := $(PREFIX)/lib/systemd/system
datadir := $(PREFIX)/share
docdir := $(datadir)/doc/rollwatch
# shell:file
completions := bash:bash-completion/completions/rollwatch zsh:zsh/site-functions/_rollwatch \
  fish:fish/vendor_completions.d/rollwatch.fish

# 70 MB is what full Foundation (YAML, SQLite) costs; more means that a dependency has grown without being noticed.
size_limit := 70000000
# Most of what a command costs is its start; all of this takes a fifth off that. The C++ library of the Swift runtime is linked in
# as well: a folder that holds nothing but its archive comes before the folder that holds the shared one too. Relocations are
# packed, the program exports no symbols (nobody loads it), and generic types are made by what the compiler knows of them and
# not by looking their names up in all that was linked.
static_libraries := .build-release/static-libraries
release_flags := --quiet -c release --static-swift-stdlib --scratch-path .build-release -Xswiftc -use-ld=lld \
  -Xswiftc -L$(static_libraries) -Xlinker --as-needed -Xlinker -z -Xlinker pack-relative-relocs \
  -Xlinker --no-export-dynamic -Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors

MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help build test test-trixie lint format demo bench soak simulate campaign mutate \
  fuzz test-tsan test-asan release install uninstall clean packages packages-demo packages-test

# The tests bring their own AWS: no key, Region or endpoint of whoever runs them may reach it.
unexport $(filter AWS_%,$(.VARIABLES))

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | while IFS='	' read -r name what; do \
	  printf '  make %-12s %s\n' "$$name" "$$what"; done

build: packages ## the debug build
	@echo "build     .build/debug/rollwatch"
	@swift build --quiet

test: packages-test lint .venv/ready ## formatter in lint mode, build with warnings as errors, all tests
	@echo "build     everything, with tests"
	@swift build --quiet --build-tests
	@echo "test      all"
	@swift test --skip-build --quiet --disable-xctest

# The tests in a later Debian's systemd, where one can be had; the unit is the same.
test-trixie: packages-test ## the unit's tests under systemd 257, in a tree of Debian 13 that this makes (300 MB)
	@Tests/Support/packages.sh trixie
	@[ -e .build-trixie/bin/sh ] || { echo "tree      .build-trixie"; unshare --mount --propagation private -- \
	  debootstrap --variant=minbase --include=systemd,dbus,libnss-systemd,make,ca-certificates,libcurl4t64,libsqlite3-0,libsystemd0,procps \
	  trixie .build-trixie >.build-trixie.log || { cat .build-trixie.log >&2; rm -rf .build-trixie; exit 1; }; }
	@swift build --quiet --build-tests
	@SYSTEMD_LAB_TREE=$(CURDIR)/.build-trixie swift test --skip-build --quiet --disable-xctest --filter SystemdTests

lint: ## the formatter, only looking
	@echo "lint      Sources Tests Package.swift"
	@swift format lint --strict --parallel --recursive Sources Tests Package.swift

format: ## the formatter, changing files
	@echo "format    Sources Tests Package.swift"
	@swift format --in-place --parallel --recursive Sources Tests Package.swift

demo: packages-demo build ## rollwatch at work on a local AWS, within a minute
	@Tests/Support/demo.sh

bench: packages-test release .venv/ready ## the measurements, side by side with boto3 and the AWS command line
	@echo "build     .build-release, the local AWS and the engine's bench"
	@swift build $(release_flags) --product local-aws
	@swift build $(release_flags) --product engine-bench
	@.venv/bin/python Tests/Support/bench.py

soak: packages release ## whether memory, files, connections or threads grow over SWEEPS (10000)
	@echo "build     .build-release, the local AWS"
	@swift build $(release_flags) --product local-aws
	@SWEEPS=$(or $(SWEEPS),10000) python3 Tests/Support/soak.py

simulate: packages ## random days of the whole daemon for SECONDS (60); or one day, SEED, with all that happens
	@echo "build     simulate"
	@swift build --quiet --product simulate
	@.build/debug/simulate $(if $(SEED),--seed $(SEED),--seconds $(or $(SECONDS),60))

campaign: packages ## kills, starves and damages the real program ROUNDS (300) times; counts what is lost and doubled
	@echo "build     rollwatch, campaign"
	@swift build --quiet --product rollwatch
	@swift build --quiet --product campaign
	@.build/debug/campaign --rounds $(or $(ROUNDS),300)

mutate: packages ## whether the simulation finds the faults that are put into a copy of the sources
	@Tests/Support/mutations/run

fuzz: packages ## hostile input for every reader of foreign bytes, for SECONDS (300) in all; KEEP=1 keeps what took new ways
	@Tests/Fuzz/run.sh $(or $(SECONDS),300)

test-tsan: packages-test ## the tests under the thread sanitizer
	@Tests/Support/sanitized.sh thread

test-asan: packages-test ## the tests under the address sanitizer
	@Tests/Support/sanitized.sh address

release: packages ## dist/: a stripped binary that needs no Swift, completions and manual
	@echo "release   dist/rollwatch"
	@mkdir -p dist $(static_libraries)
	@ln -sf "$$(gcc -print-file-name=libstdc++.a)" $(static_libraries)/
	@swift build $(release_flags) --product rollwatch
	@strip -o dist/rollwatch .build-release/release/rollwatch
	@size=$$(wc -c <dist/rollwatch); [ "$$size" -lt $(size_limit) ] || { \
	  echo "dist/rollwatch has $$size bytes, more than $(size_limit): which dependency has grown?" >&2; exit 1; }
	@swift build $(release_flags) --product generate-manual
	@.build-release/release/generate-manual dist/rollwatch --output-directory dist

# Only builds where there is nothing to install yet, so that `make release && sudo make install` compiles nothing as root.
dist/rollwatch:
	@$(MAKE) release

install: $(BINARY) ## binary, unit, examples, completions and manual below PREFIX (/usr/local)
	@echo "install   $(DESTDIR)$(PREFIX)"
	@install -D -m 755 "$(BINARY)" "$(DESTDIR)$(bindir)/rollwatch"
	@install -d "$(DESTDIR)$(unitdir)"
	@sed 's|/usr/local/|$(PREFIX)/|g' deploy/rollwatch.service >"$(DESTDIR)$(unitdir)/rollwatch.service"
	@chmod 644 "$(DESTDIR)$(unitdir)/rollwatch.service"
	@for shell in $(completions); do \
	  file="$(DESTDIR)$(datadir)/$${shell#*:}"; install -d "$${file%/*}"; \
	  "$(BINARY)" --generate-completion-script "$${shell%%:*}" >"$$file"; chmod 644 "$$file"; \
	done
	@[ ! -e dist/rollwatch.1 ] || install -D -m 644 dist/rollwatch.1 "$(DESTDIR)$(datadir)/man/man1/rollwatch.1"
	@install -d "$(DESTDIR)$(docdir)/rules.d"
	@install -m 644 LICENSE deploy/README.md deploy/rollwatch.yaml deploy/static-keys.conf deploy/audit-key.conf deploy/receivers.conf \
	  deploy/github-token.conf deploy/operators.conf deploy/commands.conf deploy/rollwatch-units.rules \
	  deploy/iam-policy.json deploy/iam-policy-accounts.json deploy/iam-policy-targets.json docs/OPERATIONS.md "$(DESTDIR)$(docdir)"
	@install -m 644 rules/README.md "$(DESTDIR)$(docdir)/RULES.md"
	@install -m 644 deploy/rules.d/example.yaml "$(DESTDIR)$(docdir)/rules.d"

uninstall: ## what install put there; /etc/rollwatch and /var/lib/rollwatch stay
	@echo "uninstall $(DESTDIR)$(PREFIX)"
	@rm -f "$(DESTDIR)$(bindir)/rollwatch" "$(DESTDIR)$(unitdir)/rollwatch.service" \
	  "$(DESTDIR)$(datadir)/man/man1/rollwatch.1"
	@for shell in $(completions); do rm -f "$(DESTDIR)$(datadir)/$${shell#*:}"; done
	@rm -rf "$(DESTDIR)$(docdir)"

clean: ## everything that was built or downloaded
	@echo "clean     .build .build-* .venv dist"
	@rm -rf .build .build-* .venv dist

packages:
	@Tests/Support/packages.sh build

packages-demo packages-test:
	@Tests/Support/packages.sh $(@:packages-%=%)

.venv/ready: Tests/Support/requirements.txt | packages-test
	@echo "python    .venv"
	@python3 -m venv --clear .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -r Tests/Support/requirements.txt
	@touch $@
