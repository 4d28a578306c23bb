use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::engine::tap::{self, PacketEvent, Tapped};
use crate::trace::{self, Captured};

thread_local! {
    static CAPTURING: Cell<bool> = const { Cell::new(false) };
}

/// Calls `simulate`. Runs of this thread keep whole packets meanwhile, in
/// [`Run::packets`](super::Run::packets).
pub fn capture<T>(simulate: impl FnOnce() -> T) -> T {
    CAPTURING.set(true);
    let done = simulate();
    CAPTURING.set(false);
    done
}

/// Records every packet of this thread's run until it is dropped.
#[must_use]
pub(super) struct Wire {
    captured: Rc<RefCell<Vec<Captured>>>,
    _tapped: Tapped,
}

/// Begins to record packets.
pub(super) fn listen() -> Wire {
    let captured: Rc<RefCell<Vec<Captured>>> = Rc::default();
    let kept = CAPTURING.get().then(|| Rc::clone(&captured));
    let tapped = tap::install(move |event: &PacketEvent<'_>| {
        record(event);
        if let Some(kept) = &kept {
            kept.borrow_mut().extend(Captured::of(event));
        }
    });
    Wire { captured, _tapped: tapped }
}

impl Wire {
    /// The captured packets; empty without [`capture`].
    pub(super) fn finish(self) -> Vec<Captured> {
        self.captured.take()
    }
}

fn record(event: &PacketEvent<'_>) {
    // The client's port identifies the connection, because all connections share the server's port.
    let connection = event.head.from_port.max(event.head.to_port);
    trace::packet(event, connection);
}
