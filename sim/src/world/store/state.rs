use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lastorders_model::history::{EventKind, Session};
use lastorders_model::plan::Gate;
use tokio::sync::Notify;

use crate::case::{Conditions, OutageKind, StoreConditions};
use crate::world::random::Random;

/// Records what the store sees.
pub(crate) type Observer = Arc<dyn Fn(EventKind) + Send + Sync>;

/// A store in memory with the speed, the pool and the faults of its case.
#[derive(Clone)]
pub(crate) struct SimStore {
    shared: Arc<Shared>,
}

struct Shared {
    conditions: StoreConditions,
    /// How often a statement yields, of 256 times.
    yields: u8,
    observer: Observer,
    /// Time since the run began, the same on every host.
    now: Box<dyn Fn() -> Duration + Send + Sync>,
    random: Arc<Random>,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
pub(super) struct State {
    /// Number of rows by name.
    pub(super) rows: BTreeMap<String, u32>,
    pub(super) total: u64,
    /// Idle sessions. The latest is taken first.
    pub(super) idle: Vec<u64>,
    pub(super) working: u32,
    /// Sessions whose statement waits at the gate although no handler waits for it, each with its
    /// uncommitted row. They occupy the pool until the gate lets them go.
    pub(super) abandoned: Vec<(u64, Option<String>)>,
    /// Number of the last opened session.
    pub(super) opened: u64,
    pub(super) closed: bool,
    pub(super) gate: Option<Gate>,
    /// Number of statements that wait at the gate.
    pub(super) held: u32,
    /// Number of statements that may pass the closed gate.
    pub(super) passes: u32,
    pub(super) black_hole: bool,
    pub(super) refuses: bool,
    /// Number of resets. A statement that began under another number has lost its session.
    pub(super) resets: u32,
    /// The process has ended, so waiting statements get no session.
    pub(super) orphaned: bool,
    /// The start of the stalls' clock; `None` before the server is ready.
    pub(super) ready: Option<Duration>,
}

impl State {
    /// Commits a row with this name. Returns its number.
    pub(super) fn commit(&mut self, name: String) -> u64 {
        *self.rows.entry(name).or_default() += 1;
        self.total += 1;
        self.total
    }
}

impl SimStore {
    pub(crate) fn new(
        conditions: &Conditions,
        observer: Observer,
        now: impl Fn() -> Duration + Send + Sync + 'static,
        random: Arc<Random>,
    ) -> Self {
        let (state, changed) = (Mutex::default(), Notify::new());
        let now = Box::new(now);
        let (yields, conditions) = (conditions.yields.store, conditions.store.clone());
        let shared = Shared { conditions, yields, observer, now, random, state, changed };
        Self { shared: Arc::new(shared) }
    }

    pub(super) fn now(&self) -> Duration {
        (self.shared.now)()
    }

    pub(super) fn conditions(&self) -> &StoreConditions {
        &self.shared.conditions
    }

    /// How long an outage of this kind still lasts, if there is one.
    pub(super) fn outage(&self, kind: OutageKind, ready: Option<Duration>) -> Option<Duration> {
        let now = self.now().checked_sub(ready?)?;
        let us = Duration::from_micros;
        let mut outages = self.conditions().outages.iter().filter(|it| it.kind == kind);
        let outage = outages.find(|it| us(it.from_us) <= now && now < us(it.until_us))?;
        Some(us(outage.until_us) - now)
    }

    pub(super) fn jitter(&self) -> u64 {
        match self.conditions().jitter_us {
            0 => 0,
            bound => self.shared.random.latency(bound),
        }
    }

    pub(super) fn yields(&self) -> bool {
        self.shared.random.store_yields(self.shared.yields)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, and wakes all tasks that wait for a change.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.lock());
        self.shared.changed.notify_waiters();
        changed
    }

    /// Waits until `reached` returns `Some`. Cancel safe.
    pub(super) async fn until<T>(&self, mut reached: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            // Register before the check, so that no change is missed in between.
            changed.as_mut().enable();
            if let Some(found) = reached(&mut self.lock()) {
                return found;
            }
            changed.await;
        }
    }

    pub(super) fn observe(&self, what: EventKind) {
        (self.shared.observer)(what);
    }

    pub(super) fn saw(&self, session: u64, what: Session) {
        self.observe(EventKind::Session { session, what });
    }
}

impl fmt::Debug for SimStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimStore").finish_non_exhaustive()
    }
}
