#!/usr/bin/env bash
# Installs what the tests need and runs them all: Go with the race detector on
# SQLite and PostgreSQL, network namespaces as root, the page, and the page in
# a real browser. Nothing is skipped in CI; elsewhere what cannot run here says
# why.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "Heron's tests"
scripts/deps.sh
make --no-print-directory build
echo "  Go: vet"
go vet ./...
echo "  Go: tests, with the race detector (the first run compiles for some minutes)"
go test -race -timeout 30m ./...
echo "  Go: each fuzz target for ${FUZZTIME:-1s}"
scripts/fuzz.sh "${FUZZTIME:-1s}"
echo "  page: types, lint, unit tests"
scripts/web.sh check
echo "  page: in a browser, against the real binary"
scripts/web.sh e2e
echo "all tests passed"
