#!/usr/bin/env bash
# fuzz.sh TIME: runs every fuzz target of the module for TIME each.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-15s}

# Inputs that cover something new are hardly made smaller: with those of a megabyte
# a run did nothing else in its time.
#
# fuzz DIR TARGET: go test ends a run that is over in the middle of an input with
# "context deadline exceeded", which is no finding; then it runs again.
fuzz() {
	local out
	for _ in 1 2 3 4 5; do
		if out=$(go test "./$1" -run '^$' -fuzz "^$2\$" -fuzztime "$time" -fuzzminimizetime 10x 2>&1); then
			return 0
		fi
		if ! grep -q 'context deadline exceeded' <<<"$out" || grep -q 'Failing input' <<<"$out"; then
			break
		fi
	done
	echo "$out"
	return 1
}
export -f fuzz
export time

targets=0
for dir in $(git ls-files '*_test.go' | xargs grep -l '^func Fuzz' | xargs -n1 dirname | sort -u); do
	for target in $(grep -ho '^func Fuzz[A-Za-z0-9_]*' "$dir"/*_test.go | sed 's/func //'); do
		targets=$((targets + 1))
		scripts/step "fuzz $dir $target" bash -c "fuzz '$dir' '$target'"
	done
done
echo "  $targets fuzz targets, no finding"
