#!/usr/bin/env bash
# Runs the tests that need injected bugs and rare paths in the server: every test whose path contains
# `injected`, in a build with --cfg lastorders_sim. cargo rebuilds the workspace's own packages only.
# The programs with bugs are in target/injected, apart from the plain ones.
#
#   ci/injected.sh [ARGUMENT...]       further arguments of `cargo test`
set -euo pipefail
cd "$(dirname "$0")/.."
target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
export RUSTC_WORKSPACE_WRAPPER=$PWD/ci/rustc-sim.sh
export CARGO_BUILD_BUILD_DIR=$target CARGO_TARGET_DIR=$target/injected
exec cargo test --workspace --all-features --lib --tests "$@" injected
