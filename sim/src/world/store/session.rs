use lastorders_model::history::Session as Seen;
use lastorders_model::plan::Gate;

use super::state::SimStore;
use crate::case::OutageKind;

/// A session that runs one statement. A session that is dropped before it is given back ends: its
/// uncommitted row is undone, and the pool opens another session.
///
/// At a closed gate a session cannot end: like sqlx's pool, this pool waits for the end of the
/// statement, and so does its closing (launchbadge/sqlx#1764).
#[derive(Debug)]
pub(super) struct Session {
    store: SimStore,
    number: u64,
    resets: u32,
    /// The uncommitted row.
    row: Option<String>,
    /// Whether a drop need not end the session.
    settled: bool,
}

/// Why a statement gets no session.
#[derive(Debug, thiserror::Error)]
pub(super) enum SessionError {
    #[error("the pool is closed")]
    Closed,
    #[error("the database refuses new sessions")]
    Refused,
    #[error("the session was reset")]
    Reset,
}

impl Session {
    /// Takes an idle session, opens one if the pool has room, or waits.
    pub(super) async fn acquire(store: &SimStore, name: &str) -> Result<Self, SessionError> {
        let pool = store.conditions().pool.max(1);
        let (number, is_new, resets) = store
            .until(|state| {
                if state.orphaned {
                    return None;
                }
                if state.closed {
                    return Some(Err(SessionError::Closed));
                }
                if let Some(number) = state.idle.pop() {
                    state.working += 1;
                    return Some(Ok((number, false, state.resets)));
                }
                if state.working >= pool {
                    return None;
                }
                if state.refuses || store.outage(OutageKind::Refuse, state.ready).is_some() {
                    return Some(Err(SessionError::Refused));
                }
                state.working += 1;
                state.opened += 1;
                Some(Ok((state.opened, true, state.resets)))
            })
            .await?;
        if is_new {
            store.saw(number, Seen::Opened);
        }
        store.saw(number, Seen::Working);
        let row = Some(name.to_owned());
        Ok(Self { store: store.clone(), number, resets, row, settled: false })
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Fails if the session has been reset since it was acquired.
    pub(super) fn check(&mut self) -> Result<(), SessionError> {
        if self.store.lock().resets == self.resets {
            return Ok(());
        }
        // The reset is recorded already.
        self.settled = true;
        self.store.change(|state| state.working -= 1);
        Err(SessionError::Reset)
    }

    /// Commits the row of the session. Returns its number.
    pub(super) fn commit(&mut self) -> u64 {
        let row = self.row.take();
        self.store.change(|state| row.map_or(state.total, |name| state.commit(name)))
    }

    /// Whether the statement cannot end, because the gate before its end is closed.
    fn is_held(&self) -> bool {
        match self.store.lock().gate {
            Some(Gate::Row) => self.row.is_some(),
            Some(Gate::Acknowledgement) => true,
            None => false,
        }
    }

    /// Gives the session back to the pool.
    pub(super) fn give_back(mut self) {
        self.settled = true;
        self.store.saw(self.number, Seen::Idle);
        self.store.change(|state| {
            state.working -= 1;
            state.idle.push(self.number);
        });
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if self.settled {
            return;
        }
        // The end of a reset session is recorded already.
        let is_there = self.store.lock().resets == self.resets;
        if is_there && self.is_held() {
            let abandoned = (self.number, self.row.take());
            return self.store.change(|state| state.abandoned.push(abandoned));
        }
        if is_there {
            self.store.saw(self.number, Seen::Terminate);
            self.store.saw(self.number, Seen::Fin);
        }
        self.store.change(|state| state.working -= 1);
    }
}
