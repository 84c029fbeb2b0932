#!/usr/bin/env bash
# Installs the Debian packages that the tests need. As root it installs what is
# missing and says so; a plain user is told the one command that would.
set -euo pipefail

declare -A packages=(
	[chromium]="chromium"
	[initdb]="postgresql"
	[nft]="nftables"
	[ip]="iproute2"
	[mosquitto_sub]="mosquitto-clients"
	[snmpd]="snmpd"
	[tshark]="tshark"
	[tcpdump]="tcpdump"
)

have() {
	command -v "$1" >/dev/null 2>&1 || compgen -G "/usr/lib/postgresql/*/bin/$1" >/dev/null || [ -x "/usr/sbin/$1" ]
}

missing=()
for tool in "${!packages[@]}"; do
	have "$tool" || missing+=("${packages[$tool]}")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
	echo "  installing: ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q >/dev/null
	apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
else
	echo "  these packages are missing, and tests that need them are skipped; this installs them:"
	echo "    sudo apt-get install -y ${missing[*]}"
	[ -z "${CI:-}" ] || exit 1
fi
