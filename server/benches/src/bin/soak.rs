//! Repeats start, load, SIGTERM, exit, and checks that nothing is lost and nothing leaks.

use std::alloc::System;
use std::process::ExitCode;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    if let Some(code) = lastorders_bench::subject::run_if_subject() {
        return code;
    }
    lastorders_bench::soak::main(live_heap)
}

/// How many bytes of the heap are allocated and not freed.
fn live_heap() -> usize {
    let stats = ALLOCATOR.stats();
    // Other threads run between the two counts, which can make the difference negative.
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}
