#!/usr/bin/env bash
# Learns internal/guess/model.bin anew from the labelled captures in HERON_DATA and
# from captures of the lab, made here with seeds of their own. The same captures,
# signatures and program give the same bytes. How it did is left in build/model/.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${HERON_DATA:?names the folder of labelled captures}
out=build/model
heron=${HERON:-bin/heron}
rm -rf "$out"
mkdir -p "$out"

learn=(--manifest "$data/devices/manifest.csv")
for seed in 101 102 103 104 105 106; do
	"$heron" lab capture --seed "$seed" --duration "$(((seed - 101) * 8 + 12))m" --manifest "$out/lab-$seed.csv" "$out/lab-$seed.pcap"
	learn+=(--manifest "$out/lab-$seed.csv")
done
learn+=(--known "$data/protocols" --known "$data/attacks")
for file in "$data"/benign/{hard,iot7d,ot}_*.pcap; do # the others are of the devices in the manifest
	learn+=(--known "$file")
done
"$heron" train "${learn[@]}" --made lab --out internal/guess/model.bin --report "$out/report.json"
rm "$out"/lab-*.pcap
