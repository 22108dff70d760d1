# The index of checks. `make check` is what CI runs; every target also works alone.

CLANG_FORMAT_VERSION := 18.1.8
CLANG_FORMAT := .build-tools/bin/clang-format
SWIFT_SOURCES := Package.swift Sources Tests
C_SOURCES = $(shell find Sources/CBitNetKernels Sources/CBitNetMPI Sources/CMPI Tests/KernelsC Tests/CAllocationCounter -name '*.[ch]')

# -Wall and -Wextra come after -Werror because SwiftPM looks at what follows -Werror when it
# builds a dependency, and stops when nothing does.
STRICT := --explicit-target-dependency-import-check error \
	-Xswiftc -warnings-as-errors -Xcc -Werror -Xcc -Wall -Xcc -Wextra
# The modules with unsafe pointers, and those that read bytes from outside.
SANITIZED := --filter 'BitNetTensorsTests|BitNetCheckpointsTests'
# Generations that share passes, pages and a queue.
THREADED := --filter 'SchedulerTests|RandomMixTests|KeyValuePoolTests|GenerationCancellationTests'

.DEFAULT_GOAL := help

help: ## Print this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build the library and the command `bitnet` in release.
	swift build -c release

test: ## Run all Swift tests in release.
	Scripts/swift-test.sh -c release

format: $(CLANG_FORMAT) ## Rewrite all sources in the house format.
	swift format --in-place --parallel --recursive $(SWIFT_SOURCES)
	$(CLANG_FORMAT) -i $(C_SOURCES)

format-check: $(CLANG_FORMAT) ## Fail on any source that is not in the house format.
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)
	$(CLANG_FORMAT) --dry-run --Werror $(C_SOURCES)

check-imports: ## Build everything with warnings as errors and undeclared imports refused.
	swift build --build-tests --scratch-path .build-strict $(STRICT)

kernels: ## Compare the C kernels of this machine with the reference loops, under sanitizers.
	Scripts/test-kernels.sh

arm: ## Compare the Arm kernels with the reference loops, in an emulator.
	Scripts/test-arm-kernels.sh

end-to-end: ## Test the server with the clients that people use, a proxy and a browser.
	Scripts/test-end-to-end.sh

soak: ## Send 10,000 requests of good and bad clients to the server (see Tests/EndToEnd/README.md).
	Scripts/test-end-to-end.sh soak

mpi: ## Build with the package trait MPI and test it in two processes.
	Scripts/test-mpi.sh

# Undefined behaviour traps, in C only: the Swift driver does not know that sanitizer on Linux.
# Without the server, whose dependencies take minutes to build.
sanitize: kernels ## Run kernel, tensor and checkpoint tests under address and undefined sanitizers.
	Scripts/swift-test.sh -c release --disable-xctest --scratch-path .build-sanitize \
		--disable-default-traits --sanitize=address -Xswiftc -DADDRESS_SANITIZER \
		-Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined $(SANITIZED)

# Without the server and its dependencies; the calls from other threads end at the engine's queue.
thread-sanitize: ## Run the tests of the scheduler under the thread sanitizer.
	Scripts/swift-test.sh -c release --disable-xctest --scratch-path .build-tsan \
		--disable-default-traits --sanitize=thread $(THREADED)

benchmark: ## Compare the speed with llama.cpp, in turns (see Benchmarks/README.md; 40 minutes).
	Benchmarks/compare.py --keep

serve-load: ## Compare the server under load with llama.cpp's (see Benchmarks/README.md).
	Benchmarks/serve_load.py

benchmark-check: ## Test the benchmarks' own code, and that pages are what the kept results give.
	python3 -m unittest discover -s Benchmarks

docs-check: ## Fail on links to files that do not exist in the Markdown pages.
	Scripts/check-links.py

docs: ## Compile the documentation into .build-docs/site; warnings are errors.
	Scripts/build-docs.sh

check: format-check docs-check benchmark-check docs check-imports test end-to-end arm mpi sanitize thread-sanitize ## Everything that CI runs.

clean: ## Remove all build products.
	rm -rf .build .build-*

$(CLANG_FORMAT):
	python3 -m venv .build-tools
	.build-tools/bin/pip install --quiet clang-format==$(CLANG_FORMAT_VERSION)

.PHONY: help build test format format-check check-imports kernels arm mpi sanitize thread-sanitize \
	benchmark benchmark-check serve-load docs-check docs end-to-end soak check clean
