#!/usr/bin/env bash
# Compiles the workspace's own packages with --cfg lastorders_sim: with injected bugs and rare paths
# in the server. cargo runs this script in place of rustc for members of the workspace only, so the
# plain build's dependencies are reused:
#
#   RUSTC_WORKSPACE_WRAPPER=$PWD/ci/rustc-sim.sh cargo test --workspace --all-features injected
#
# This script needs bash: dash drops variables whose names have a hyphen, such as
# CARGO_BIN_EXE_lastorders-sim.
exec "$@" --cfg lastorders_sim
