#!/usr/bin/env bash
# Measures accuracy on labelled captures outside the repository. HERON_DATA
# names their folder (with devices/manifest.csv …), HERON_SCORE that of the scorers.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${HERON_DATA:?names the folder of labelled captures}
score=${HERON_SCORE:-$data/../tools/score}
python3 "$score/devices.py" bin/heron "$data/devices"
python3 "$score/protocols.py" bin/heron "$data/protocols"
