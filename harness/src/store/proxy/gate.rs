use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{oneshot, watch};

/// The acknowledgement gate: whether it is closed, and the acknowledgements that wait.
#[derive(Debug)]
pub(super) struct AckGate {
    closed: watch::Sender<bool>,
    waiting: Mutex<VecDeque<oneshot::Sender<()>>>,
}

impl AckGate {
    pub(super) fn open() -> Self {
        Self { closed: watch::Sender::new(false), waiting: Mutex::default() }
    }

    /// A receiver that has the state of the gate, and wakes on each change.
    pub(super) fn subscribe(&self) -> watch::Receiver<bool> {
        self.closed.subscribe()
    }

    /// From now on every acknowledgement waits.
    pub(super) fn close(&self) {
        self.closed.send_replace(true);
    }

    /// Releases all acknowledgements, those that wait and those to come.
    pub(super) fn let_all_go(&self) {
        let mut waiting = self.waiting();
        self.closed.send_replace(false);
        for one in waiting.drain(..) {
            let _ = one.send(());
        }
    }

    /// Releases the acknowledgement that has waited longest. Returns `false` if none waits.
    pub(super) fn let_one_go(&self) -> bool {
        let mut waiting = self.waiting();
        // An acknowledgement whose session has ended cannot be released.
        std::iter::from_fn(|| waiting.pop_front()).any(|one| one.send(()).is_ok())
    }

    /// The number of waiting acknowledgements.
    pub(super) fn withheld(&self) -> usize {
        self.waiting().iter().filter(|one| !one.is_closed()).count()
    }

    /// Adds an acknowledgement. The receiver completes on release, or at once if the gate has
    /// opened since the caller looked.
    pub(super) fn arrive(&self) -> oneshot::Receiver<()> {
        let (go, gone) = oneshot::channel();
        let mut waiting = self.waiting();
        if *self.closed.borrow() {
            waiting.push_back(go);
        } else {
            let _ = go.send(());
        }
        gone
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<oneshot::Sender<()>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acknowledgements_are_released_in_the_order_of_their_arrival() {
        let gate = AckGate::open();
        gate.close();
        let (mut first, mut second) = (gate.arrive(), gate.arrive());
        assert_eq!(gate.withheld(), 2);
        assert!(gate.let_one_go());
        assert_eq!((first.try_recv(), gate.withheld()), (Ok(()), 1));
        assert!(second.try_recv().is_err());
        gate.let_all_go();
        assert_eq!((second.try_recv(), gate.withheld()), (Ok(()), 0));
        assert_eq!(gate.arrive().try_recv(), Ok(()));
    }

    #[test]
    fn ended_session_is_not_released_in_place_of_a_waiting_one() {
        let gate = AckGate::open();
        gate.close();
        drop(gate.arrive());
        assert_eq!(gate.withheld(), 0);
        assert!(!gate.let_one_go());
        drop(gate.arrive());
        let mut second = gate.arrive();
        assert!(gate.let_one_go());
        assert_eq!(second.try_recv(), Ok(()));
    }
}
