use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Event;

/// Gets every [`Event`] of one server.
///
/// Closures that take `&Event<'_>` are observers.
///
/// The server calls its observers on its own task, one after the other, and does nothing else
/// meanwhile: it accepts no connection and notices no signal. So an observer must not block. An
/// observer that writes to a slow place hands its data to a channel or to a task of its own. The
/// server holds no lock during the call, so an observer may use a
/// [`ShutdownHandle`](crate::ShutdownHandle).
///
/// # Panics
///
/// A panic of an observer does not end the server. The server logs the panic, drops that observer,
/// and goes on with the others.
pub trait Observer: Send + 'static {
    /// Takes notice of one event.
    fn observe(&mut self, event: &Event<'_>);
}

impl<F: FnMut(&Event<'_>) + Send + 'static> Observer for F {
    fn observe(&mut self, event: &Event<'_>) {
        self(event);
    }
}

/// The observers of one server, in the order in which they are called.
#[derive(Default)]
pub(crate) struct Observers(Vec<Option<Box<dyn Observer>>>);

impl Observers {
    pub(crate) fn add(&mut self, observer: impl Observer) {
        self.0.push(Some(Box::new(observer)));
    }

    /// These observers, then those.
    pub(crate) fn append(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }

    pub(crate) fn emit(&mut self, event: &Event<'_>) {
        for slot in &mut self.0 {
            let Some(observer) = slot else { continue };
            let observed = catch_unwind(AssertUnwindSafe(|| observer.observe(event)));
            if let Err(panic) = observed {
                tracing::error!("an observer panicked and gets no more events");
                let broken = (slot.take(), panic);
                // The destructor of an observer that panicked may panic as well.
                let _ = catch_unwind(AssertUnwindSafe(|| drop(broken)));
            }
        }
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observers").field("count", &self.0.len()).finish()
    }
}
