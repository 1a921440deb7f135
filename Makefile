# What a user or a developer types. Everything is done by SwiftPM; this only remembers the options.

SWIFT ?= swift
PREFIX ?= /usr/local
# Further options of the build, such as -Xswiftc -warnings-as-errors.
SWIFTFLAGS ?=
# Further options of the tests, such as --filter CrashTests.
TESTFLAGS ?=
RELEASE = -c release $(SWIFTFLAGS)

LIBRARIES = openblas libgit2 libzstd libcrypto
DEBIAN_PACKAGES = git libgit2-dev libopenblas-dev libssl-dev libzstd-dev pkg-config

.PHONY: build test faults demo bench results fuzz format lint install uninstall clean packages

build: packages
	$(SWIFT) build $(RELEASE)

# Without @testable, which would build everything with other options than `make build`, and slower code.
# Temporary repositories lie in memory where that is possible: they are synchronised to the disk hundreds of times.
test: packages
	TMPDIR=$${TMPDIR:-$$(test -w /dev/shm && echo /dev/shm || echo /tmp)} \
	  $(SWIFT) test $(RELEASE) --disable-testable-imports --disable-xctest $(TESTFLAGS)

# Every system call that changes a file dies or is refused once, in every command that writes; `make test` meets
# an even choice of them.
faults:
	EMEND_TEST_FAULTS=every $(MAKE) test TESTFLAGS="--filter CrashTests"

demo: packages
	$(SWIFT) build $(RELEASE) --product emend
	.build/release/emend demo

# Every benchmark that the documents name and that takes minutes; a gate that is missed is told and does not end it.
# `emend-bench --help` names the others.
BENCHMARKS = codec solve edit moments width start history store gc depth eval

bench: packages
	$(SWIFT) build $(RELEASE) --product emend-bench
	for bench in $(BENCHMARKS); do \
	  echo "== $$bench" && { .build/release/emend-bench $$bench || [ $$? = 1 ]; } || exit 1; \
	done

# Each parser for FUZZ_SECONDS under libFuzzer; what it finds new is left in .build/fuzz/corpus. A build folder of
# its own, because everything is instrumented.
FUZZ_SECONDS ?= 300
FUZZ_PARSERS = safetensors delta edit base operation facts tokenizer adapter configuration shards trailers numpy

fuzz: packages
	EMEND_FUZZ=1 $(SWIFT) build $(RELEASE) --scratch-path .build/fuzz --product emend-fuzz -Xswiftc -sanitize=fuzzer
	for parser in $(FUZZ_PARSERS); do \
	  mkdir -p .build/fuzz/corpus/$$parser && \
	  "$$($(SWIFT) build $(RELEASE) --scratch-path .build/fuzz --show-bin-path)/emend-fuzz" $$parser -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=1024 \
	    -max_len=65536 -artifact_prefix=.build/fuzz/$$parser- -print_final_stats=1 \
	    .build/fuzz/corpus/$$parser Tests/Fuzz/Corpus/$$parser || exit 1; \
	done

# Every number of Documentation/Results.md: some twenty minutes of processor time, twelve of them for CounterFact and
# three for training two MEND editors. Interrupted, it goes on; `--part` computes one part beside another.
results: packages
	$(SWIFT) build $(RELEASE) --product emend-bench
	.build/release/emend-bench results --output Documentation/Results.md

format:
	$(SWIFT) format --in-place --recursive Package.swift Sources Tests

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

# What a shell completes, where it looks for that. In bash, a word is a file where files are completed: elsewhere a
# directory of a branch's name would put a slash behind the branch.
completion = .build/install/release/emend --generate-completion-script $(1) >.build/install/$(1) && \
  sed -i -e 's/^complete -o filenames /complete /' \
    -e 's/^__emend_add_completions() {$$/&\n    [[ "$$1" == -[df] ]] \&\& compopt -o filenames/' \
    .build/install/$(1) && \
  install -D -m 644 .build/install/$(1) $(DESTDIR)$(PREFIX)/share/$(2)

# With the Swift runtime inside, so that it runs where no Swift is installed; a build folder of its own,
# because these options would build everything anew each time.
install: packages
	$(SWIFT) build $(RELEASE) --static-swift-stdlib --scratch-path .build/install --product emend
	install -D -m 755 -s .build/install/release/emend $(DESTDIR)$(PREFIX)/bin/emend
	$(call completion,bash,bash-completion/completions/emend)
	$(call completion,zsh,zsh/site-functions/_emend)
	$(call completion,fish,fish/vendor_completions.d/emend.fish)
	mkdir -p $(DESTDIR)$(PREFIX)/share/emend/Fixtures
	cp -r Fixtures/counterfact $(DESTDIR)$(PREFIX)/share/emend/Fixtures/
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/emend README.md LICENSE
	for file in Documentation/*.md Documentation/*/*.md Fixtures/*/README.md; do \
	  install -D -m 644 $$file $(DESTDIR)$(PREFIX)/share/doc/emend/$$file || exit 1; \
	done

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/emend
	rm -f $(DESTDIR)$(PREFIX)/share/bash-completion/completions/emend
	rm -f $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_emend
	rm -f $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/emend.fish
	rm -rf $(DESTDIR)$(PREFIX)/share/emend $(DESTDIR)$(PREFIX)/share/doc/emend

clean:
	rm -rf .build

# The C libraries and Git: installed where that is allowed, named where it is not.
packages:
	@if ! { command -v git && pkg-config --exists $(LIBRARIES); } >/dev/null 2>&1; then \
	  if ! command -v apt-get >/dev/null; then \
	    echo "Install Git, pkg-config and the development files of: $(LIBRARIES)" >&2; exit 1; \
	  elif [ "$$(id -u)" = 0 ]; then become=; \
	  elif command -v sudo >/dev/null; then become=sudo; \
	  else echo "Install these first: apt-get install $(DEBIAN_PACKAGES)" >&2; exit 1; fi; \
	  echo "Installing: $(DEBIAN_PACKAGES)"; \
	  $$become apt-get update -qq && \
	  $$become env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
	    $(DEBIAN_PACKAGES); \
	fi
