//! `lastorders-sim`: finds, shrinks and replays shutdown races by seed.

use std::process::ExitCode;

// A run allocates and frees thousands of small objects, which takes a quarter of the time with
// glibc.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    lastorders_sim::cli::main()
}
