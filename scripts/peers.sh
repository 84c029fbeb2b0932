#!/usr/bin/env bash
# peers.sh CAPTURE [ROUNDS]: runs heron read beside other passive tools on one
# capture, in turn, and prints the CPU time and peak memory of each, and the
# ratio to heron's of the same round. Ratios hold on a noisy machine; single
# times do not. Tools that are not installed are left out; Debian has
# libndpi-bin, p0f, prads, tshark and tcpdump.
set -euo pipefail
cd "$(dirname "$0")/.."
capture=${1:?usage: scripts/peers.sh CAPTURE [ROUNDS]}
rounds=${2:-3}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

declare -A commands=(
	[heron]="bin/heron read --json $capture"
	[ndpiReader]="ndpiReader -q -i $capture"
	[p0f]="p0f -r $capture"
	[prads]="prads -r $capture -l $out/prads.log"
	[tshark]="tshark -n -r $capture -T fields -e ip.src -e dns.qry.name -e tls.handshake.extensions_server_name -e http.user_agent -e dhcp.option.hostname"
	[tcpdump]="tcpdump -r $capture -w /dev/null"
)
usable=()
names=(heron ndpiReader p0f prads tcpdump)
[ -z "${TSHARK:-}" ] || names+=(tshark) # TSHARK=1: it takes minutes

measure() { # NAME: user + system seconds, and KiB
	/usr/bin/time -o "$out/time" -f '%U %S %M' ${commands[$1]} >/dev/null 2>&1 || true
	awk -v name="$1" 'END { printf "%s %.2f %d\n", name, $1 + $2, $3 }' "$out/time"
}

for name in "${names[@]}"; do # once each, to warm the page cache
	command -v "${commands[$name]%% *}" >/dev/null && usable+=("$name")
done
measure heron >/dev/null
for ((i = 0; i < rounds; i++)); do
	for name in "${usable[@]}"; do measure "$name"; done
done | tee "$out/all" >&2

awk '
$1 == "heron" { heron = $2 }
{ n[$1]++; cpu[$1, n[$1]] = $2; ratio[$1, n[$1]] = $2 / (heron ? heron : 0.01); if ($3 > rss[$1]) rss[$1] = $3 }
function median(a, name,   i, j, k, t, list) {
	for (i = 1; i <= n[name]; i++) list[i] = a[name, i]
	for (i = 1; i <= n[name]; i++) for (j = i + 1; j <= n[name]; j++) if (list[j] < list[i]) { t = list[i]; list[i] = list[j]; list[j] = t }
	return list[int((n[name] + 1) / 2)]
}
END {
	printf "%-12s %10s %12s %10s\n", "tool", "CPU s", "of heron", "peak MiB"
	for (name in n) printf "%-12s %10.2f %11.2fx %10.0f\n", name, median(cpu, name), median(ratio, name), rss[name] / 1024
}' "$out/all"
