#!/usr/bin/env bash
# Runs the tests that need injected bugs and rare paths in the server: every test whose path contains
# `injected`, in a build with --cfg lastorders_sim. It rebuilds the workspace's own packages only, and
# leaves their programs in the target directory: `cargo build` replaces them.
#
#   ci/injected.sh [ARGUMENT...]       further arguments of `cargo test`
set -euo pipefail
cd "$(dirname "$0")/.."
export RUSTC_WORKSPACE_WRAPPER=$PWD/ci/rustc-sim.sh
exec cargo test --workspace --all-features "$@" injected
