#!/usr/bin/env bash
# live.sh CAPTURE [ROUNDS] [PPS]: captures a replayed file live with heron serve and
# with tcpdump in turn, on a veth pair in network namespaces that it makes and
# removes, and prints for each run what was sent, what the kernel dropped, the
# CPU time for a packet after set-up, and heron's as a multiple of tcpdump's in the same
# round. Ratios hold on a noisy machine; single times do not. Needs root,
# iproute2, tcpdump and tcpreplay. HERON names the program (default bin/heron),
# FLAGS more flags for it; ROLE is sensor (default) or all; WORKERS shares the work;
# SENDER, when set, is a program called with -pps PPS FILE in place of tcpreplay.
set -euo pipefail
cd "$(dirname "$0")/.."
capture=$(readlink -f "${1:?usage: scripts/live.sh CAPTURE [ROUNDS] [PPS]}")
rounds=${2:-3}
pps=${3:-300000}
heron=$(readlink -f "${HERON:-bin/heron}")
for tool in ip tcpdump tcpreplay; do
	command -v $tool >/dev/null || { echo "live.sh: $tool is missing" >&2; exit 1; }
done
[ "$(id -u)" -eq 0 ] || { echo "live.sh: making network namespaces needs root" >&2; exit 1; }

from=heron-live-$$-a to=heron-live-$$-b
out=$(mktemp -d)
pid=
cleanup() {
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
	ip netns del $from 2>/dev/null || true
	ip netns del $to 2>/dev/null || true
	rm -rf "$out"
}
trap cleanup EXIT
ip netns add $from
ip netns add $to
ip -n $from link add eth0 type veth peer name eth0 netns $to
for n in $from $to; do
	ip netns exec $n sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	ip -n $n link set lo up
	ip -n $n link set eth0 up
done
cat >"$out/heron.yaml" <<END
sensor:
  interfaces: [eth0]
  ring_bytes: $((64 << 20))
  workers: ${WORKERS:-1}
END

# ticks PID: user and system time so far, in hundredths of a second.
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }
# arrived: how many frames came out of the pair so far.
arrived() { ip netns exec $to awk '$1 == "eth0:" { print $3 }' /proc/net/dev; }

# number NAME: one of heron's numbers.
number() { ip netns exec $to curl -s "http://$listen/metrics" | awk -v name="heron_sensor_$1{" 'index($1, name) == 1 { printf "%d", $2 }'; }

send() {
	if [ -n "${SENDER:-}" ]; then
		ip netns exec $from "$SENDER" -pps "$pps" "$capture"
	else
		ip netns exec $from tcpreplay -q -K --pps="$pps" -i eth0 "$capture"
	fi >"$out/sent" 2>&1
}

# settled: waits until what is measured uses next to no CPU.
settled() {
	local before=0 now
	for ((i = 0; i < 60; i++)); do
		now=$(ticks "$pid")
		[ $((now - before)) -gt 3 ] || return 0
		before=$now
		sleep 0.5
	done
}

# measure NAME COMMAND...: a run, as "NAME ns" in $out/all.
measure() {
	local name=$1 cpu packets took dropped
	shift
	rm -rf "$out/data"
	ip netns exec $to "$@" >"$out/log" 2>&1 &
	pid=$!
	sleep 2
	settled
	cpu=$(ticks $pid) packets=$(arrived) took=$(date +%s%N)
	send
	took=$(($(date +%s%N) - took))
	settled
	cpu=$(($(ticks $pid) - cpu)) packets=$(($(arrived) - packets))
	if [ "$name" = heron ]; then
		for ((i = 0; i < 60; i++)); do # the kernel is asked once a second
			dropped=$(number source_kernel_drops)
			[ "$(number source_packets)" != $((packets - dropped)) ] || break
			sleep 0.5
		done
		[ $i -lt 60 ] || echo "live.sh: heron counted $(number source_packets) packets of $packets" >&2
	fi
	kill -INT $pid
	wait $pid || true
	pid=
	[ "$name" = heron ] || dropped=$(awk '/dropped by kernel/ { print $1 }' "$out/log")
	awk -v name="$name" -v n="$packets" -v d="$dropped" -v ns="$took" -v ticks="$cpu" 'BEGIN {
		printf "%-8s %9d packets %8d dropped %6.0f kpps %7.0f ns/packet\n", name, n, d, n / ns * 1e6, ticks * 1e7 / n }' | tee -a "$out/all"
}

listen=127.0.0.1:8421
serve=("$heron" serve --config "$out/heron.yaml" --data "$out/data" --log-level warn)
if [ "${ROLE:-sensor}" = sensor ]; then
	serve+=(--role sensor --bus nats://127.0.0.1:4222 --sensor-listen $listen)
else
	serve+=(--role "$ROLE" --listen $listen)
fi
for ((r = 0; r < rounds; r++)); do
	measure tcpdump tcpdump -n -i eth0 -B 65536 -w /dev/null
	measure heron "${serve[@]}" ${FLAGS:-}
done
awk '$1 == "tcpdump" { base = $(NF - 1) } $1 == "heron" { printf "heron / tcpdump: %.2f\n", $(NF - 1) / base }' "$out/all"
