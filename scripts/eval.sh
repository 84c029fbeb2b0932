#!/usr/bin/env bash
# Measures accuracy on labelled captures outside the repository. HERON_DATA
# names their folder (with devices/manifest.csv …); HERON_SCORE, that of the
# scorer of protocols. A page with all figures of the devices is left in build/.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${HERON_DATA:?names the folder of labelled captures}
score=${HERON_SCORE:-$data/../tools/score}
mkdir -p build
bin/heron eval fingerprint --manifest "$data/devices/manifest.csv" --html build/fingerprint.html
python3 "$score/protocols.py" bin/heron "$data/protocols"
