use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Pulls when the load is at full flow: every client has had its first answers, and after that as
/// many more have come as was agreed. It is pulled by the client that has the last of them, in the
/// middle of the flow.
pub struct Trigger {
    /// How many answers each client has first.
    first: usize,
    /// Clients that have had fewer.
    cold: AtomicUsize,
    /// Answers that are still to come once all are warm.
    left: AtomicUsize,
    pull: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    pulled: Notify,
}

impl Trigger {
    /// A trigger for so many clients; `pull` is called once.
    pub fn new(
        clients: usize,
        Moment { first, more }: Moment,
        pull: impl FnOnce() + Send + 'static,
    ) -> Self {
        Self {
            first,
            cold: AtomicUsize::new(clients),
            left: AtomicUsize::new(more),
            pull: Mutex::new(Some(Box::new(pull))),
            pulled: Notify::new(),
        }
    }

    /// A client has had an answer, its `nth`, counted from 1.
    pub(super) fn answered(&self, nth: usize) {
        if nth == self.first {
            self.cold.fetch_sub(1, Ordering::AcqRel);
        }
        if self.cold.load(Ordering::Acquire) > 0 {
            return;
        }
        let less = |left: usize| left.checked_sub(1);
        let left = self.left.fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
        if left.unwrap_or(0) <= 1 {
            self.pull();
        }
    }

    fn pull(&self) {
        let mut pull = self.pull.lock().expect("nothing panics under this lock");
        if let Some(pull) = pull.take() {
            pull();
            // One permit stays if nobody waits yet; one task waits.
            self.pulled.notify_one();
        }
    }

    /// Whether it has been pulled.
    pub(super) fn is_pulled(&self) -> bool {
        self.pull.lock().expect("nothing panics under this lock").is_none()
    }

    /// Waits until it has been pulled. For one task.
    pub async fn pulled(&self) {
        self.pulled.notified().await;
    }
}

impl fmt::Debug for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trigger").field("first", &self.first).finish_non_exhaustive()
    }
}

/// When a trigger pulls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// How many answers each client has first; at least one.
    pub first: usize,
    /// How many answers come after that, all clients together.
    pub more: usize,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;

    fn trigger(clients: usize, moment: Moment) -> (Trigger, Arc<AtomicBool>) {
        let pulled = Arc::new(AtomicBool::new(false));
        let pull = Arc::clone(&pulled);
        let pull = move || assert!(!pull.swap(true, Ordering::Relaxed), "pulled twice");
        (Trigger::new(clients, moment, pull), pulled)
    }

    #[test]
    fn it_waits_for_every_client_and_then_for_more() {
        let (trigger, pulled) = trigger(2, Moment { first: 2, more: 2 });
        // One client is fast; the other has not begun.
        for nth in 1..=9 {
            trigger.answered(nth);
        }
        trigger.answered(1);
        assert!(!pulled.load(Ordering::Relaxed));
        // The second answer of the other makes all warm, and is the first of two more.
        trigger.answered(2);
        assert!(!pulled.load(Ordering::Relaxed));
        trigger.answered(10);
        assert!(pulled.load(Ordering::Relaxed));
        trigger.answered(11);
    }

    #[test]
    fn it_pulls_at_once_when_no_more_are_asked_for() {
        let (trigger, pulled) = trigger(1, Moment { first: 1, more: 0 });
        trigger.answered(1);
        assert!(pulled.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn whoever_waits_later_hears_of_it() {
        let (trigger, _) = trigger(1, Moment { first: 1, more: 0 });
        trigger.answered(1);
        trigger.pulled().await;
    }
}
