//! Which host a task belongs to, and its mark. The runtime's hooks keep both, so they also hold for
//! tasks that a library spawns.

use std::cell::RefCell;
use std::hash::BuildHasherDefault;

use indexmap::IndexMap;
use tokio::task::Id;

use super::core;
use super::links::KeyHasher;
use crate::engine::{Host, panics};

/// Stands for the world's own future, which belongs to no host.
const WORLD: Host = Host(u8::MAX);

thread_local! {
    static TASKS: RefCell<Tasks> = const { RefCell::new(Tasks::NONE) };
}

/// The host and the mark of a task.
#[derive(Clone, Copy)]
struct TaskInfo {
    host: Host,
    mark: Option<u16>,
}

impl TaskInfo {
    const WORLD: Self = Self { host: WORLD, mark: None };
}

struct Tasks {
    /// Only looked up, never iterated, because task ids differ from run to run.
    of: Option<IndexMap<Id, TaskInfo, BuildHasherDefault<KeyHasher>>>,
    alive: Vec<usize>,
    current: TaskInfo,
    polls: u64,
    max_polls: u64,
}

impl Tasks {
    const NONE: Self =
        Self { of: None, alive: Vec::new(), current: TaskInfo::WORLD, polls: 0, max_polls: 0 };
}

/// Begins a run with this many hosts.
pub(super) fn begin(hosts: usize, max_polls: u64) {
    TASKS.with_borrow_mut(|tasks| {
        tasks.of.get_or_insert_default().clear();
        tasks.alive.clear();
        tasks.alive.resize(hosts, 0);
        tasks.current = TaskInfo::WORLD;
        tasks.polls = 0;
        tasks.max_polls = max_polls;
    });
}

/// Number of polls so far.
pub(super) fn polls() -> u64 {
    TASKS.with_borrow(|tasks| tasks.polls)
}

/// Number of live tasks of the host.
pub(super) fn alive(host: Host) -> usize {
    TASKS.with_borrow(|tasks| tasks.alive[usize::from(host.0)])
}

/// Spawns on behalf of a host.
pub(super) fn spawning<T>(host: Host, spawn: impl FnOnce() -> T) -> T {
    let before = TASKS.with_borrow_mut(|tasks| {
        let spawned = TaskInfo { host, ..tasks.current };
        std::mem::replace(&mut tasks.current, spawned)
    });
    let spawned = spawn();
    TASKS.with_borrow_mut(|tasks| tasks.current = before);
    spawned
}

/// Marks the current task, and the tasks that it spawns from here on.
pub(super) fn mark(mark: u16) {
    TASKS.with_borrow_mut(|tasks| {
        if tasks.current.mark == Some(mark) {
            return;
        }
        tasks.current.mark = Some(mark);
        let of = tokio::task::try_id().and_then(|id| tasks.of.as_mut()?.get_mut(&id));
        if let Some(of) = of {
            of.mark = Some(mark);
        }
    });
}

/// The mark of the current task.
pub(super) fn marked() -> Option<u16> {
    TASKS.with_borrow(|tasks| tasks.current.mark)
}

pub(super) fn on_spawn(id: Id) {
    TASKS.with_borrow_mut(|tasks| {
        let of = tasks.current;
        if of.host != WORLD {
            tasks.of.get_or_insert_default().insert(id, of);
            tasks.alive[usize::from(of.host.0)] += 1;
        }
    });
}

pub(super) fn on_poll(id: Id) {
    poll(|tasks| tasks.of.as_ref().and_then(|of| of.get(&id)).copied());
}

/// Notes that the world's future is polled.
pub(super) fn on_world() {
    poll(|_| None);
}

fn poll(of: impl FnOnce(&Tasks) -> Option<TaskInfo>) {
    let too_many = TASKS.with_borrow_mut(|tasks| {
        tasks.current = of(tasks).unwrap_or(TaskInfo::WORLD);
        tasks.polls += 1;
        tasks.polls > tasks.max_polls
    });
    if too_many {
        core::with(core::Core::livelock);
    }
}

pub(super) fn on_end(id: Id) {
    TASKS.with_borrow_mut(|tasks| {
        if let Some(of) = tasks.of.as_mut().and_then(|of| of.swap_remove(&id)) {
            tasks.alive[usize::from(of.host.0)] -= 1;
        }
    });
    if panics::any() {
        core::with(|core| core.finish(core::End::Panicked));
    }
}
