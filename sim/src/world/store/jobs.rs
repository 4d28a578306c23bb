use std::time::Duration;

use lastorders::reference::{Job, JobStore, StoreError};
use lastorders_model::history::Session as Seen;
use lastorders_model::plan::Gate;

use super::session::{Session, SessionError};
use super::state::{SimStore, State};
use crate::case::OutageKind;
use crate::world::sim_event::SimEvent;

impl JobStore for SimStore {
    async fn create(&self, name: &str) -> Result<Job, StoreError> {
        self.insert(name).await.map_err(|error| StoreError(Box::new(error)))
    }
}

impl SimStore {
    async fn insert(&self, name: &str) -> Result<Job, SessionError> {
        if self.lock().closed {
            self.observe(SimEvent::StoreClosed.into());
        }
        self.yield_maybe().await;
        let mut session = Session::acquire(self, name).await?;
        self.work(self.conditions().work_us).await;
        self.pass(Gate::Row, || {}).await;
        session.check()?;
        // The row is committed, whatever happens to the session and to the waiting handler.
        let id = session.commit();
        self.work(self.conditions().acknowledge_us).await;
        let number = session.number();
        self.pass(Gate::Acknowledgement, || self.saw(number, Seen::Withheld)).await;
        session.check()?;
        self.yield_maybe().await;
        session.give_back();
        Ok(Job { id: format!("job-{id}"), name: name.to_owned() })
    }

    /// Yields once if the case says so: between two statements, and before a result is returned.
    async fn yield_maybe(&self) {
        if self.yields() {
            tokio::task::yield_now().await;
        }
    }

    /// Takes this many microseconds plus the jitter, and then as long as a stall or a black hole
    /// lasts.
    async fn work(&self, us: u64) {
        let us = us + self.jitter();
        if us > 0 {
            tokio::time::sleep(Duration::from_micros(us)).await;
        }
        while let Some(rest) = self.stalled().or_else(|| self.hole()) {
            tokio::time::sleep(rest).await;
        }
        self.until(|state| (!state.black_hole).then_some(())).await;
    }

    /// How long the black hole still lasts, if it ends.
    pub(super) fn hole(&self) -> Option<Duration> {
        let ready = self.lock().ready;
        self.outage(OutageKind::BlackHole, ready)
    }

    /// How long the stall still lasts, if there is one.
    fn stalled(&self) -> Option<Duration> {
        let now = self.now().checked_sub(self.lock().ready?)?;
        let us = Duration::from_micros;
        let mut stalls = self.conditions().stalls.iter();
        let stall = stalls.find(|it| us(it.from_us) <= now && now < us(it.until_us))?;
        Some(us(stall.until_us) - now)
    }

    /// Waits while this gate is closed. Calls `withheld` if there is something to wait for.
    async fn pass(&self, gate: Gate, withheld: impl FnOnce()) {
        if self.lock().gate != Some(gate) {
            return;
        }
        withheld();
        let _waiting = Waiting::at_the_gate(self);
        self.until(|state| may_pass(state, gate).then_some(())).await;
    }
}

fn may_pass(state: &mut State, gate: Gate) -> bool {
    if state.gate != Some(gate) {
        return true;
    }
    let may = state.passes > 0;
    state.passes -= u32::from(may);
    may
}

/// Counts a statement that waits at the gate until it is dropped.
struct Waiting<'a>(&'a SimStore);

impl<'a> Waiting<'a> {
    fn at_the_gate(store: &'a SimStore) -> Self {
        store.change(|state| state.held += 1);
        Self(store)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.change(|state| state.held -= 1);
    }
}
