# Heron. `make` prints the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  := -s -w -X main.version=$(VERSION)
BIN      := bin/heron
FUZZTIME ?= 15s

.PHONY: help
help: ## print this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  \033[1m%-14s\033[0m %s\n", $$1, $$2}'

.PHONY: demo
demo: build ## build everything and run the platform on the simulated network
	@exec $(BIN) demo

.PHONY: test
test: ## install what the tests need, and pass them all
	@scripts/test.sh

.PHONY: build
build: web ## build the page and the binary (bin/heron)
	@scripts/step "building bin/heron" env CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/heron

.PHONY: web
web: ## build the page that the binary serves
	@scripts/web.sh build

.PHONY: check
check: ## the quick tests: build, vet, architecture, short Go tests
	go build ./... && go vet ./... && go test -short ./...

.PHONY: test-go
test-go: ## the Go tests with the race detector
	go test -race ./...

.PHONY: test-web
test-web: ## types, lint and unit tests of the page
	@scripts/web.sh check

.PHONY: test-e2e
test-e2e: build ## the page in a real browser against the real binary
	@scripts/web.sh e2e

.PHONY: arch
arch: ## the rules of the architecture
	go test -count=1 ./internal/archtest

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME (default 15s)
	@scripts/fuzz.sh $(FUZZTIME)

.PHONY: bench
bench: ## run the benchmarks
	go test -run '^$$' -bench . -benchmem ./...

.PHONY: peers
peers: build ## CPU and memory of heron read beside other tools: make peers CAPTURE=file [ROUNDS=3]
	@scripts/peers.sh $(CAPTURE) $(or $(ROUNDS),3)

.PHONY: cost
cost: ## instructions and cache misses of heron read by function: make cost CAPTURE=file [FILTER=name]
	@scripts/cost.sh $(CAPTURE) '$(FILTER)'

.PHONY: live
live: build ## live capture of a replayed file beside tcpdump, as root: make live CAPTURE=file [ROUNDS=3] [PPS=300000]
	@scripts/live.sh $(CAPTURE) $(or $(ROUNDS),3) $(or $(PPS),300000)

.PHONY: eval
eval: build ## measure accuracy on labelled captures in HERON_DATA
	@scripts/eval.sh

.PHONY: model
model: build ## learn the model anew from labelled captures in HERON_DATA and from the lab
	@scripts/model.sh

.PHONY: golden
golden: ## rewrite golden files, then show what changed
	GOLDEN=update go test ./... && git diff --stat

.PHONY: fmt
fmt: ## format the Go code
	gofmt -w $$(git ls-files '*.go')

.PHONY: lint
lint: ## golangci-lint, built from its pinned version (takes minutes the first time)
	go tool -modfile=tools/go.mod golangci-lint run ./...

.PHONY: generate
generate: ## remake generated files: the OUI table, the packed signatures, the types of the page
	go generate ./... && scripts/web.sh generate

.PHONY: package
package: build ## static binaries, Debian packages, SBOM and checksums in dist/
	@VERSION='$(VERSION)' scripts/package.sh

.PHONY: clean
clean: ## remove what was built
	rm -rf bin dist build web/node_modules
