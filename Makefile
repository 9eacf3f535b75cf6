# Run make without a target for what there is.

GO   ?= go
TOOL  = $(GO) tool -modfile=tools.mod

# What runs in many goroutines; the race detector makes it slow.
RACE      ?= ./internal/... ./models/layers/... ./train/... ./serve/...
# What the kernel level decides; internal/kernel runs its own tests at each.
NUMERIC   ?= ./models/layers ./models/dgalstm ./train/graph
PLATFORMS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
PACKAGES  ?= ./...
FUZZTIME  ?= 30s
COUNT     ?= 6

# One static binary: no cgo.
export CGO_ENABLED ?= 0

.PHONY: help
help:
	@echo "Usage: make TARGET"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s%s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: build
build: ## build bin/threatnet
	$(GO) build -trimpath -o bin/ ./cmd/threatnet

.PHONY: quickstart
quickstart: build ## build, then train, evaluate and score on the embedded corpus
	bin/threatnet quickstart

.PHONY: test
test: ## run all tests
	CGO_ENABLED=0 $(GO) test ./...

.PHONY: levels
levels: ## run the numerical tests at the other kernel levels, and without assembly
	@set -e; for level in $$(grep -qsw avx2 /proc/cpuinfo && echo avx2) go; do \
		echo "THREATNET_KERNEL=$$level"; \
		THREATNET_KERNEL=$$level $(GO) test -count=1 $(NUMERIC); \
	done
	$(GO) test -tags noasm ./internal/kernel $(NUMERIC)

.PHONY: race
race: ## run the tests of the concurrent packages under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -short $(RACE)

.PHONY: format
format: ## format the code
	$(TOOL) gofumpt -w .

.PHONY: lint
lint: ## check vet, format and style
	$(GO) vet ./...
	@unformatted=$$($(TOOL) gofumpt -l .) && \
	if [ -n "$$unformatted" ]; then echo "make format would change:"; echo "$$unformatted"; exit 1; fi
	$(TOOL) golangci-lint run ./...

.PHONY: cross
cross: ## build for every system and processor
	@set -e; for p in $(PLATFORMS); do \
		echo "$$p"; \
		CGO_ENABLED=0 GOOS=$${p%/*} GOARCH=$${p#*/} $(GO) build -o /dev/null ./...; \
	done

.PHONY: bench
bench: ## run the benchmarks of PACKAGES; results, and bin/bench.old.txt if there, go to benchstat
	@mkdir -p bin
	$(GO) test -run '^$$' -bench . -benchmem -count $(COUNT) $(PACKAGES) > bin/bench.txt || { cat bin/bench.txt; exit 1; }
	$(TOOL) benchstat $(wildcard bin/bench.old.txt) bin/bench.txt

.PHONY: bench-peers
bench-peers: build ## time PyTorch, Keras, JAX and onnxruntime beside threatnet (downloads them into bin/peers; about an hour)
	testdata/peers/run.sh "$(CURDIR)/bin/peers"

.PHONY: fuzz
fuzz: ## run each fuzz target of the module for FUZZTIME
	@set -e; for dir in $$($(GO) list -f '{{.Dir}}' $(PACKAGES)); do \
		for target in $$(cat "$$dir"/*_test.go 2>/dev/null | sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p'); do \
			echo "$$dir $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x "$$dir"; \
		done; \
	done

.PHONY: golden
golden: ## say how the golden files are made anew
	@echo "testdata/golden is made by scripts in Python with the reference frameworks; make and go never run them:"
	@ls testdata/golden/generate/*.py | sed 's/^/  /'
	@echo "Versions stand at the head of each script and in testdata/golden/README.md. Run them in a virtual environment"
	@echo "of these versions, then make test: a change of a golden file is a change of what is right, and is reviewed so."
