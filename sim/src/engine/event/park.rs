use futures_util::FutureExt;
use std::time::Duration;

use super::core::{self, Core, End};
use super::queue::Due;
use super::tasks;

/// Resolution of the runtime's timers, in nanoseconds.
const GRAIN: u64 = 1_000_000;

/// How far after the end of time the engine looks for a timer, in nanoseconds. It treats a later
/// timer as none.
const BEYOND: u64 = 365 * 24 * 3_600 * 1_000_000_000;

/// Called when no task can run. Lets the network work, and moves time if that changes nothing.
pub(super) fn on_park() {
    core::with(|core| {
        // The world's future is no task, so it may be about to run.
        if !core.world_woken() && core.end().is_none() {
            quiescent(core);
        }
    });
}

/// Called when tasks are about to run. Time moves only while none can.
pub(super) fn on_unpark() {
    core::with(Core::set_clock);
}

fn quiescent(core: &mut Core) {
    let now = core.now();
    if pump(core, now) {
        // If no task was woken, the runtime must not move time by itself.
        come_back();
        return;
    }
    let next = core.queue.next();
    if next.is_some() && now >= core.max_time {
        core.finish(End::Overtime);
        return;
    }
    // No timer can fire before the next whole millisecond, so time may move up to there.
    let whole = (now / GRAIN + 1) * GRAIN;
    match next {
        Some(due) if due < whole => {
            advance(core, due - now);
            pump(core, due);
        }
        // The runtime would count its milliseconds from here and fire its timers late.
        _ if !now.is_multiple_of(GRAIN) => advance(core, whole - now),
        Some(due) => core.pace((due / GRAIN * GRAIN).min(core.max_time)),
        None => idle(core, now),
    }
}

/// Waits for a timer, the only thing that can still happen.
fn idle(core: &mut Core, now: u64) {
    let polls = tasks::polls();
    if now < core.max_time {
        core.idle_since = polls;
        core.pace(core.max_time);
    } else if polls != core.idle_since {
        core.finish(End::Overtime);
    } else if now < core.max_time.saturating_add(BEYOND) {
        core.beyond = true;
        core.pace(core.max_time.saturating_add(BEYOND));
    } else {
        core.finish(End::Stuck);
    }
}

/// Sends written bytes and delivers due packets. Returns whether a packet arrived.
fn pump(core: &mut Core, now: u64) -> bool {
    let mut came = false;
    loop {
        // Once for all packets of this instant, because the call looks at every socket.
        core.collect(now);
        let mut more = false;
        while let Some(what) = core.queue.pop_due(now) {
            more = true;
            if !core.count() {
                return true;
            }
            match what {
                Due::Arrives(packet) => core.deliver(now, packet),
                Due::Wakes(key) => core.queue.wake(key),
            }
        }
        if !more {
            return came;
        }
        came = true;
    }
}

/// Moves time, which also makes the runtime come back.
fn advance(core: &mut Core, nanos: u64) {
    // The first poll moves time. Its yield asks the runtime to come back.
    let _ = tokio::time::advance(Duration::from_nanos(nanos)).now_or_never();
    core.set_clock();
}

/// Makes the runtime park again without moving time, if no task can run.
fn come_back() {
    let _ = tokio::task::yield_now().now_or_never();
}
