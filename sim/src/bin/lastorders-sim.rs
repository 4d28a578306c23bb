//! `lastorders-sim`: finds, shrinks and replays shutdown races by seed.

use std::process::ExitCode;

// A run makes and forgets thousands of small things, which glibc takes a quarter of its time for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    lastorders_sim::cli::main()
}
