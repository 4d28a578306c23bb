//! Start, load, SIGTERM, exit, again and again: nothing is lost, nothing leaks.

use std::alloc::System;
use std::process::ExitCode;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    if let Some(code) = lastorders_bench::subject::if_asked() {
        return code;
    }
    lastorders_bench::soak::main(live_heap)
}

/// How many bytes of the heap are allocated and not freed.
fn live_heap() -> usize {
    let stats = ALLOCATOR.stats();
    // What other threads do between the two counts can make the difference negative.
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}
