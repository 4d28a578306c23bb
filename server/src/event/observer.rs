use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Event;

/// Gets every [`Event`] of one server.
///
/// A closure that takes `&Event<'_>` is an observer.
///
/// The server calls its observers one after the other, on the task that awaits
/// [`Serve`](crate::Serve). Meanwhile it accepts no connection and reads no signal, so an observer
/// must not block. For slow output, send the data to a channel or to another task.
///
/// The server holds no lock during the call, so an observer may use a
/// [`ShutdownHandle`](crate::ShutdownHandle).
///
/// # Panics
///
/// A panic of an observer does not end the server. The server logs the panic, drops that observer,
/// and continues with the others.
pub trait Observer: Send + 'static {
    /// Handles one event.
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

    /// Adds `others` after these observers.
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
