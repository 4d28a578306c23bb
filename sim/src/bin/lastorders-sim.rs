//! `lastorders-sim`: finds, shrinks and replays shutdown races by seed.

use std::process::ExitCode;

fn main() -> ExitCode {
    lastorders_sim::cli::main()
}
