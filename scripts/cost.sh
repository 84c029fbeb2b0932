#!/usr/bin/env bash
# cost.sh CAPTURE [FILTER] [ROWS]: what heron read costs on a capture, by package and
# by function, counted and not timed: instructions and the misses of simulated caches
# (32 KiB each for code and data, 512 KiB behind them), on one processor. Repeatable
# within half a percent on however busy a machine, but for the garbage collector, and
# some 25 times slower: half a million packets take a minute or two. FILTER shows only
# functions whose file or name has it. The estimate weighs an instruction as 0.4
# cycles, a miss as 12, and 35 more where the second cache misses too; misses on
# writing count a third. HERON names the program, with its symbols; without it one is
# built. Needs valgrind.
set -euo pipefail
cd "$(dirname "$0")/.."
capture=${1:?usage: scripts/cost.sh CAPTURE [FILTER] [ROWS]}
command -v valgrind >/dev/null || { echo "cost.sh: valgrind is missing" >&2; exit 1; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
heron=${HERON:-$out/heron}
[ -n "${HERON:-}" ] || go build -o "$heron" ./cmd/heron # bin/heron has no symbols

# Go's signals between goroutines are more than callgrind can follow.
GODEBUG=asyncpreemptoff=1 GOMAXPROCS=1 valgrind -q --tool=callgrind --cache-sim=yes \
	--I1=32768,8,64 --D1=32768,8,64 --LL=524288,8,64 --callgrind-out-file="$out/calls" \
	"$heron" read "$capture" >/dev/null 2>"$out/log" || { cat "$out/log" >&2; exit 1; }
callgrind_annotate --threshold=100 --show=Ir,I1mr,ILmr,D1mr,DLmr,D1mw,DLmw "$out/calls" >"$out/functions"

echo "  Mcycles   instr.   misses (millions): code, 2nd; read, 2nd; write, 2nd"
awk -v filter="${2:-}" '
function add(table, key,   i) { for (i = 1; i <= 7; i++) table[key, i] += v[i]; seen[key] }
function estimate(table, key) {
	return 0.4 * table[key, 1] + 12 * (table[key, 2] + table[key, 4] + table[key, 6] / 3) + 35 * (table[key, 3] + table[key, 5] + table[key, 7] / 3)
}
function row(order, table, key,   i, line) {
	line = sprintf("%.1f %9.1f", order, estimate(table, key) / 1e6)
	for (i = 1; i <= 7; i++) line = line sprintf(" %8.2f", table[key, i] / 1e6)
	return line "  " key
}
/^ *[0-9][0-9,]* / {
	line = $0
	gsub(/\([^)]*%\)/, "", line) # the shares behind the numbers
	n = split(line, field, " ")
	if (n < 8 || field[8] !~ /:/) next
	for (i = 1; i <= 7; i++) { gsub(/,/, "", field[i]); v[i] = field[i] == "." ? 0 : field[i] }
	at = index(field[8], ":")
	file = substr(field[8], 1, at - 1)
	name = substr(field[8], at + 1)
	for (i = 9; i < n; i++) name = name " " field[i]
	sub(/^.*\/src\//, "go:", file) || sub(/^.*\/pkg\/mod\//, "", file) || sub(/^.*\/internal\//, "", file)
	sub(/^.*\/internal\//, "", name)
	place = file
	sub(/\/[^\/]*$/, "", place)
	name = file " " name
	add(total, "all")
	packages[place]
	add(package, place)
	if (filter == "" || index($0, filter)) { functions[name]; add(function_, name) }
}
END {
	print row(9e8, total, "all")
	for (p in packages) print row(5e8 + estimate(package, p) / 1e6, package, p)
	for (f in functions) print row(estimate(function_, f) / 1e6, function_, f)
}' "$out/functions" | sort -rn | awk -v rows="${3:-40}" '
	$1 >= 5e8 { if (++packages <= 25) print; else if (packages == 26) print "" }
	$1 < 5e8 && ++functions <= rows' | sed -E 's/^[^ ]+ ?//'
