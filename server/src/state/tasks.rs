use std::sync::atomic::AtomicBool;

use futures_util::task::AtomicWaker;

/// The state of a tracked task that its future and the driver share.
#[derive(Debug, Default)]
pub(crate) struct TaskEntry {
    /// Wakes the task when it is cut.
    pub(crate) waker: AtomicWaker,
    /// Whether the task is cut: the next poll either completes the future or drops the future.
    pub(crate) aborted: AtomicBool,
}
