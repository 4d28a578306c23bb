//! `lastorders`: judges any HTTP server on how it stops.

use std::process::ExitCode;

fn main() -> ExitCode {
    lastorders_harness::cli::main()
}
