use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Fires when the load is at full state: after the first answers of every client, and then a given
/// number of further answers. The client that receives the last of these answers fires the trigger.
pub struct Trigger {
    /// How many answers each client must receive first.
    first: usize,
    /// Clients that have received fewer answers.
    cold: AtomicUsize,
    /// Further answers to await, once no client is cold.
    left: AtomicUsize,
    fire: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    fired: Notify,
}

impl Trigger {
    /// Creates a trigger for `clients` clients. It calls `fire` once.
    pub fn new(
        clients: usize,
        TriggerPoint { first, more }: TriggerPoint,
        fire: impl FnOnce() + Send + 'static,
    ) -> Self {
        Self {
            first,
            cold: AtomicUsize::new(clients),
            left: AtomicUsize::new(more),
            fire: Mutex::new(Some(Box::new(fire))),
            fired: Notify::new(),
        }
    }

    /// Counts an answer: the `nth` of its client, counted from 1.
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
            self.fire();
        }
    }

    fn fire(&self) {
        let mut fire = self.fire.lock().expect("nothing panics under this lock");
        if let Some(fire) = fire.take() {
            fire();
            // The permit is stored if the task does not wait yet. At most one task waits.
            self.fired.notify_one();
        }
    }

    /// Whether the trigger has fired.
    pub(super) fn has_fired(&self) -> bool {
        self.fire.lock().expect("nothing panics under this lock").is_none()
    }

    /// Waits until the trigger has fired. Only one task may wait.
    pub async fn fired(&self) {
        self.fired.notified().await;
    }
}

impl fmt::Debug for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trigger").field("first", &self.first).finish_non_exhaustive()
    }
}

/// When a trigger fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TriggerPoint {
    /// How many answers each client must receive first; at least one.
    pub first: usize,
    /// How many further answers must arrive, of all clients together.
    pub more: usize,
}

/// The random choices of load `number`. They depend on the seed and the number only.
pub(crate) fn random(seed: u64, number: u64) -> fastrand::Rng {
    // Golden-ratio steps keep the streams of neighbouring numbers apart.
    let step = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    fastrand::Rng::with_seed(seed ^ step)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;

    fn trigger(clients: usize, trigger_point: TriggerPoint) -> (Trigger, Arc<AtomicBool>) {
        let fired = Arc::new(AtomicBool::new(false));
        let fire = Arc::clone(&fired);
        let fire = move || assert!(!fire.swap(true, Ordering::Relaxed), "fired twice");
        (Trigger::new(clients, trigger_point, fire), fired)
    }

    #[test]
    fn trigger_waits_for_every_client_and_then_for_more_answers() {
        let (trigger, fired) = trigger(2, TriggerPoint { first: 2, more: 2 });
        // One client is fast, and the other has not begun.
        for nth in 1..=9 {
            trigger.answered(nth);
        }
        trigger.answered(1);
        assert!(!fired.load(Ordering::Relaxed));
        // The second answer of the other client makes all clients warm. It is also the first of the
        // two further answers.
        trigger.answered(2);
        assert!(!fired.load(Ordering::Relaxed));
        trigger.answered(10);
        assert!(fired.load(Ordering::Relaxed));
        trigger.answered(11);
    }

    #[test]
    fn trigger_fires_at_once_without_further_answers() {
        let (trigger, fired) = trigger(1, TriggerPoint { first: 1, more: 0 });
        trigger.answered(1);
        assert!(fired.load(Ordering::Relaxed));
    }

    #[tokio::test]
    async fn wait_after_the_trigger_fired_ends_at_once() {
        let (trigger, _) = trigger(1, TriggerPoint { first: 1, more: 0 });
        trigger.answered(1);
        trigger.fired().await;
    }

    #[test]
    fn random_choices_differ_by_number_and_repeat_by_seed() {
        let draw = |seed| (0..50).map(|number| random(seed, number).u32(..)).collect::<Vec<_>>();
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let mut drawn = draw(7);
        drawn.sort_unstable();
        drawn.dedup();
        assert_eq!(drawn.len(), 50);
    }
}
