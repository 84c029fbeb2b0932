#!/usr/bin/env bash
# fuzz.sh TIME: runs every fuzz target of the module for TIME each.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-15s}
targets=0
for dir in $(git ls-files '*_test.go' | xargs grep -l '^func Fuzz' | xargs -n1 dirname | sort -u); do
	for target in $(grep -ho '^func Fuzz[A-Za-z0-9_]*' "$dir"/*_test.go | sed 's/func //'); do
		targets=$((targets + 1))
		scripts/step "fuzz $dir $target" go test "./$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$time"
	done
done
echo "  $targets fuzz targets, no finding"
