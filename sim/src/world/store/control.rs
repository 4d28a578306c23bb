use std::collections::BTreeMap;
use std::time::Duration;

use lastorders_model::history::Session as Seen;
use lastorders_model::plan::{Fault, Gate, LetGo};

use super::state::SimStore;
use crate::world::sim_event::{ReleaseState, SimEvent};

impl SimStore {
    /// Starts the clock of the stalls.
    pub(crate) fn set_ready(&self) {
        let now = self.now();
        self.change(|state| state.ready = Some(now));
    }

    pub(crate) fn hold(&self, gate: Gate) {
        self.change(|state| state.gate = Some(gate));
    }

    /// Waits until this many statements wait at the gate, or as many as the pool allows. Returns
    /// the number.
    pub(crate) async fn held(&self, wanted: u32) -> u32 {
        let enough = wanted.min(self.conditions().pool);
        self.until(|state| (state.held >= enough).then_some(state.held)).await
    }

    /// Number of statements that wait at the gate now.
    pub(crate) fn held_now(&self) -> u32 {
        self.lock().held
    }

    pub(crate) fn let_go(&self, what: LetGo) {
        let abandoned = self.change(|state| match what {
            LetGo::All => {
                state.gate = None;
                std::mem::take(&mut state.abandoned)
            }
            LetGo::One => {
                state.passes += 1;
                Vec::new()
            }
        });
        for (session, row) in abandoned {
            self.saw(session, Seen::Idle);
            self.change(|state| {
                if let Some(name) = row {
                    state.commit(name);
                }
                state.working -= 1;
                state.idle.push(session);
            });
        }
    }

    pub(crate) fn fault(&self, fault: Fault) {
        match fault {
            Fault::BlackHole => self.change(|state| state.black_hole = true),
            Fault::Refuse => self.change(|state| state.refuses = true),
            Fault::Reset => self.reset_sessions(),
        }
    }

    /// The service's last release: accepts no new statements, waits for those in progress, ends the
    /// sessions.
    pub(crate) async fn close(&self) {
        self.say(ReleaseState::Begun);
        self.change(|state| state.closed = true);
        let mut closing = Closing { store: self, done: false };
        self.until(|state| (state.working == 0).then_some(())).await;
        tokio::time::sleep(Duration::from_micros(self.conditions().close_us)).await;
        while let Some(rest) = self.hole() {
            tokio::time::sleep(rest).await;
        }
        self.until(|state| (!state.black_hole).then_some(())).await;
        for session in self.change(|state| std::mem::take(&mut state.idle)) {
            self.saw(session, Seen::Terminate);
            self.saw(session, Seen::Fin);
        }
        closing.done = true;
        self.say(ReleaseState::Done);
    }

    /// The process has ended with its sessions. Its leftover tasks get no new ones.
    pub(crate) fn orphan(&self) {
        self.change(|state| state.orphaned = true);
        self.reset_sessions();
    }

    fn reset_sessions(&self) {
        let (idle, abandoned) = self.change(|state| {
            state.resets += 1;
            let abandoned = std::mem::take(&mut state.abandoned);
            state.working -= u32::try_from(abandoned.len()).unwrap_or(u32::MAX);
            (std::mem::take(&mut state.idle), abandoned)
        });
        for session in idle.into_iter().chain(abandoned.into_iter().map(|(number, _)| number)) {
            self.saw(session, Seen::ServerClosed);
        }
    }

    /// Number of rows by name, and in total.
    pub(crate) fn rows(&self) -> (BTreeMap<String, u32>, u64) {
        let state = self.lock();
        (state.rows.clone(), state.total)
    }

    fn say(&self, state: ReleaseState) {
        self.observe(SimEvent::Release { resource: "store", state }.into());
    }
}

/// Records that the closing was given up, unless it has finished.
struct Closing<'a> {
    store: &'a SimStore,
    done: bool,
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        if !self.done {
            self.store.say(ReleaseState::GivenUp);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lastorders::reference::JobStore;

    use super::*;
    use crate::case::{Conditions, StoreConditions};
    use crate::world::random::Random;

    #[tokio::test(start_paused = true)]
    async fn an_ended_process_commits_no_more_rows() {
        let store = StoreConditions { pool: 1, ..StoreConditions::default() };
        let conditions = Conditions { store, ..Conditions::default() };
        let random = Arc::new(Random::new(1));
        let store = SimStore::new(&conditions, Arc::new(|_| {}), Duration::default, random);
        for name in ["at work", "waits for a session"] {
            let store = store.clone();
            tokio::spawn(async move { store.create(name).await });
        }
        tokio::task::yield_now().await;
        assert_eq!(store.lock().working, 1);
        store.orphan();
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(store.rows().1, 0);
    }
}
