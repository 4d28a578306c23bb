use std::time::Duration;

use lastorders::reference::{Job, JobStore, StoreError};
use lastorders_harness::history::{Inside, Session as Seen, What};
use lastorders_harness::plan::Gate;
use tokio::time::Instant;

use super::session::{Session, SessionError};
use super::state::{SimStore, State};

impl JobStore for SimStore {
    async fn create(&self, name: &str) -> Result<Job, StoreError> {
        self.insert(name).await.map_err(|error| StoreError(Box::new(error)))
    }
}

impl SimStore {
    async fn insert(&self, name: &str) -> Result<Job, SessionError> {
        if self.lock().closed {
            self.observe(What::Inside { what: Inside::StoreClosed });
        }
        let mut session = Session::acquire(self).await?;
        self.work(self.conditions().work_us).await;
        self.pass(Gate::Row, || {}).await;
        session.check()?;
        // Committed: whatever becomes of the session and of who waits for it, the row is there.
        let id = self.change(|state| {
            *state.rows.entry(name.to_owned()).or_default() += 1;
            state.total += 1;
            state.total
        });
        self.work(self.conditions().acknowledge_us).await;
        let number = session.number();
        self.pass(Gate::Acknowledgement, || self.saw(number, Seen::Withheld)).await;
        session.check()?;
        session.give_back();
        Ok(Job { id: format!("job-{id}"), name: name.to_owned() })
    }

    /// Takes so many microseconds and the jitter, and then as long as a stall or a black hole
    /// lasts.
    async fn work(&self, us: u64) {
        let us = us + self.jitter();
        if us > 0 {
            tokio::time::sleep(Duration::from_micros(us)).await;
        }
        while let Some(until) = self.stalled() {
            tokio::time::sleep_until(until).await;
        }
        self.until(|state| (!state.black_hole).then_some(())).await;
    }

    /// Until when the store stands still, if it does.
    fn stalled(&self) -> Option<Instant> {
        let ready = self.lock().ready?;
        let now = u64::try_from((Instant::now() - ready).as_micros()).unwrap_or(u64::MAX);
        let mut stalls = self.conditions().stalls.iter();
        let stall = stalls.find(|stall| stall.from_us <= now && now < stall.until_us)?;
        Some(ready + Duration::from_micros(stall.until_us))
    }

    /// Waits while this gate is closed. `withheld` is called when there is something to wait for.
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

/// Is counted among those that wait at the gate, for as long as it lives.
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
