use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{oneshot, watch};

/// The acknowledgement gate: who waits at it, and whether it is closed.
#[derive(Debug)]
pub(super) struct AckGate {
    closed: watch::Sender<bool>,
    waiting: Mutex<VecDeque<oneshot::Sender<()>>>,
}

impl AckGate {
    pub(super) fn open() -> Self {
        Self { closed: watch::Sender::new(false), waiting: Mutex::default() }
    }

    /// Tells whether the gate is closed, and wakes when that changes.
    pub(super) fn subscribe(&self) -> watch::Receiver<bool> {
        self.closed.subscribe()
    }

    /// From here on every acknowledgement waits.
    pub(super) fn close(&self) {
        self.closed.send_replace(true);
    }

    /// Lets all go, those that wait and those to come.
    pub(super) fn let_all_go(&self) {
        let mut waiting = self.waiting();
        self.closed.send_replace(false);
        for one in waiting.drain(..) {
            let _ = one.send(());
        }
    }

    /// Lets the one go that has waited longest; `false` if nobody waits.
    pub(super) fn let_one_go(&self) -> bool {
        let mut waiting = self.waiting();
        // One whose session has ended meanwhile is not there to take it.
        std::iter::from_fn(|| waiting.pop_front()).any(|one| one.send(()).is_ok())
    }

    /// How many wait now.
    pub(super) fn withheld(&self) -> usize {
        self.waiting().iter().filter(|one| !one.is_closed()).count()
    }

    /// Stands at the gate; what comes back is done when the gate lets it go. If the gate has been
    /// opened since the caller looked, that is at once.
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
    fn those_that_wait_go_in_the_order_of_their_arrival() {
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
    fn one_that_has_ended_is_not_let_go_in_place_of_another() {
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
