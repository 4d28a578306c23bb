use futures_util::FutureExt;
use std::time::Duration;

use super::core::{self, Core, End};
use super::queue::Due;
use super::tasks;

/// The runtime's timers go in these steps, in nanoseconds.
const GRAIN: u64 = 1_000_000;

/// So long after the end of time a timer is looked for, in nanoseconds. A timer for a later time
/// stands for none.
const BEYOND: u64 = 365 * 24 * 3_600 * 1_000_000_000;

/// No task can run. Lets the network go on, and time move if that changes nothing.
pub(super) fn on_park() {
    core::with(|core| {
        // The world's own future is no task, so it may be about to run.
        if !core.world_woken() && core.end().is_none() {
            quiescent(core);
        }
    });
}

/// Tasks are about to run. Time moves only while none can.
pub(super) fn on_unpark() {
    core::with(Core::set_clock);
}

fn quiescent(core: &mut Core) {
    let now = core.now();
    if pump(core, now) {
        // Nobody may have been woken. Then the runtime must not move time by itself.
        come_back();
        return;
    }
    let next = core.queue.next();
    if next.is_some() && now >= core.max_time {
        core.finish(End::Overtime);
        return;
    }
    // No timer can fire before the next whole millisecond, so up to there time can be moved here.
    let whole = (now / GRAIN + 1) * GRAIN;
    match next {
        Some(due) if due < whole => {
            advance(core, due - now);
            pump(core, due);
        }
        // The runtime would count its milliseconds from here, and fire its timers late.
        _ if !now.is_multiple_of(GRAIN) => advance(core, whole - now),
        Some(due) => core.pace((due / GRAIN * GRAIN).min(core.max_time)),
        None => idle(core, now),
    }
}

/// Only a timer can make anything happen, if there is one.
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

/// Sends what was written and delivers what is due. Says whether anything came.
fn pump(core: &mut Core, now: u64) -> bool {
    let mut came = false;
    loop {
        // Once for all that comes at this instant: it looks at every socket.
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

/// Moves time, which has the runtime come back as well.
fn advance(core: &mut Core, nanos: u64) {
    // The first poll moves it, and that it yields then is a request to come back.
    let _ = tokio::time::advance(Duration::from_nanos(nanos)).now_or_never();
    core.set_clock();
}

/// Has the runtime park again without moving time, if no task can run.
fn come_back() {
    let _ = tokio::task::yield_now().now_or_never();
}
