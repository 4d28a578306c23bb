//! Measures lastorders beside its peers.

use std::process::ExitCode;

fn main() -> ExitCode {
    lastorders_bench::subject::if_asked().unwrap_or_else(lastorders_bench::bench::main)
}
