//! To which host a task belongs. The runtime's hooks keep it, so that it holds for tasks that a
//! library spawns as well.

use std::cell::RefCell;
use std::hash::BuildHasherDefault;

use indexmap::IndexMap;
use tokio::task::Id;

use super::core;
use super::links::KeyHasher;
use crate::engine::Host;

/// Stands for the world's own future, which belongs to no host.
const WORLD: Host = Host(u8::MAX);

thread_local! {
    static TASKS: RefCell<Tasks> = const { RefCell::new(Tasks::NONE) };
}

struct Tasks {
    /// Looked up by identity only, never walked: the numbers differ from run to run.
    hosts: Option<IndexMap<Id, Host, BuildHasherDefault<KeyHasher>>>,
    alive: Vec<usize>,
    current: Host,
    polls: u64,
    max_polls: u64,
}

impl Tasks {
    const NONE: Self =
        Self { hosts: None, alive: Vec::new(), current: WORLD, polls: 0, max_polls: 0 };
}

/// Begins a run of so many hosts.
pub(super) fn begin(hosts: usize, max_polls: u64) {
    TASKS.with_borrow_mut(|tasks| {
        tasks.hosts.get_or_insert_default().clear();
        tasks.alive.clear();
        tasks.alive.resize(hosts, 0);
        tasks.current = WORLD;
        tasks.polls = 0;
        tasks.max_polls = max_polls;
    });
}

/// How many polls there were.
pub(super) fn polls() -> u64 {
    TASKS.with_borrow(|tasks| tasks.polls)
}

/// How many tasks of the host are alive.
pub(super) fn alive(host: Host) -> usize {
    TASKS.with_borrow(|tasks| tasks.alive[usize::from(host.0)])
}

/// Spawns on behalf of a host.
pub(super) fn spawning<T>(host: Host, spawn: impl FnOnce() -> T) -> T {
    let before = TASKS.with_borrow_mut(|tasks| std::mem::replace(&mut tasks.current, host));
    let spawned = spawn();
    TASKS.with_borrow_mut(|tasks| tasks.current = before);
    spawned
}

pub(super) fn on_spawn(id: Id) {
    TASKS.with_borrow_mut(|tasks| {
        let host = tasks.current;
        if host != WORLD {
            tasks.hosts.get_or_insert_default().insert(id, host);
            tasks.alive[usize::from(host.0)] += 1;
        }
    });
}

pub(super) fn on_poll(id: Id) {
    poll(|tasks| tasks.hosts.as_ref().and_then(|hosts| hosts.get(&id)).copied());
}

/// The world's future is polled.
pub(super) fn on_world() {
    poll(|_| None);
}

fn poll(host: impl FnOnce(&Tasks) -> Option<Host>) {
    let too_many = TASKS.with_borrow_mut(|tasks| {
        tasks.current = host(tasks).unwrap_or(WORLD);
        tasks.polls += 1;
        tasks.polls > tasks.max_polls
    });
    if too_many {
        core::with(core::Core::livelock);
    }
}

pub(super) fn on_end(id: Id) {
    TASKS.with_borrow_mut(|tasks| {
        if let Some(host) = tasks.hosts.as_mut().and_then(|hosts| hosts.swap_remove(&id)) {
            tasks.alive[usize::from(host.0)] -= 1;
        }
    });
}
