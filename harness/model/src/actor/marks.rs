use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The marks of a run, with the number of times that each was set.
#[derive(Debug, Default)]
pub(super) struct Marks {
    board: Mutex<BTreeMap<String, u64>>,
    changed: Notify,
}

impl Marks {
    pub(super) fn set(&self, label: &str) {
        let mut board = self.board();
        match board.get_mut(label) {
            Some(times) => *times += 1,
            None => drop(board.insert(label.to_owned(), 1)),
        }
        drop(board);
        self.changed.notify_waiters();
    }

    pub(super) fn is_set(&self, label: &str) -> bool {
        self.times(label) > 0
    }

    /// Waits until the mark was set `times` times. Cancel safe.
    pub(super) async fn wait(&self, label: &str, times: u64) {
        loop {
            // Created before the test, so that a mark between the test and the wait is not missed.
            let changed = self.changed.notified();
            if self.times(label) >= times {
                return;
            }
            changed.await;
        }
    }

    fn times(&self, label: &str) -> u64 {
        self.board().get(label).copied().unwrap_or(0)
    }

    fn board(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
