#!/usr/bin/env bash
# Checks the simulator: a sweep of our server without a failure that reaches every required situation,
# every injected bug found, equal runs of every seed, and a printed line that reproduces a failure.
# `cargo sim` builds the simulator with --cfg lastorders_sim.
#
#   ci/sim.sh [SEEDS]         number of seeds, 20000 by default
set -euo pipefail
cd "$(dirname "$0")/.."
seeds=${1:-20000}

cargo sim sweep --seeds "0..$seeds"
cargo sim bugs
cargo sim audit --seeds "0..$seeds"

# A shell must run the line unchanged, without further arguments.
found=$(mktemp)
trap 'rm -f "$found"' EXIT
if cargo sim sweep --seeds 0..5000 --subject bug:canary --stop-after 1 >"$found"; then
  echo "the canary was not found"
  exit 1
fi
line=$(grep -o "cargo sim replay .*" "$found" | head -n 1)
echo "\$ ${line:0:100}..."
code=0
bash -c "$line" >"$found" || code=$?
tail -n 1 "$found"
[ "$code" = 1 ] || { echo "the line exits with $code, not with 1: it does not reproduce a failure"; exit 1; }
