//! Measures lastorders beside its peers.

use std::process::ExitCode;

fn main() -> ExitCode {
    lastorders_bench::subject::run_if_subject().unwrap_or_else(lastorders_bench::bench::main)
}
