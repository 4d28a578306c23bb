use std::sync::atomic::AtomicBool;

use futures_util::task::AtomicWaker;

/// A tracked task, as seen by whoever cuts it.
#[derive(Debug, Default)]
pub(crate) struct TaskEntry {
    pub(crate) waker: AtomicWaker,
    pub(crate) aborted: AtomicBool,
}
