use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lastorders::Signal;
use lastorders_model::actor::Exit;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The server as a process: it is sent signals, it ends, and then everything that it had open is
/// closed.
pub(crate) struct Process {
    signals: UnboundedSender<Signal>,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    exit: Option<Exit>,
    /// Everything that it has open, in the order in which it was opened: closed when it ends.
    open: BTreeMap<u64, Box<dyn FnOnce() + Send>>,
    opened: u64,
    listening: bool,
}

/// Something that a process has open, until it closes it or ends.
pub(crate) type Opened = u64;

impl Process {
    /// A process, and the signals that it will get.
    pub(crate) fn new() -> (Self, UnboundedReceiver<Signal>) {
        let (signals, received) = unbounded_channel();
        (Self { signals, state: Mutex::default(), changed: Notify::new() }, received)
    }

    /// Nothing happens to a process that has ended.
    pub(crate) fn signal(&self, signal: Signal) {
        if self.exit().is_none() {
            // It reads no more signals, as one does that has taken its handlers away.
            let _ = self.signals.send(signal);
        }
    }

    pub(crate) fn exit(&self) -> Option<Exit> {
        self.lock().exit
    }

    /// Waits for its end. Cancel safe.
    pub(crate) async fn exited(&self) -> Exit {
        self.until(|state| state.exit).await
    }

    /// It ends, and its kernel closes what it had open. Only the first end counts.
    pub(crate) fn end(&self, exit: Exit) {
        let open = {
            let mut state = self.lock();
            if state.exit.is_some() {
                return;
            }
            state.exit = Some(exit);
            state.listening = false;
            std::mem::take(&mut state.open)
        };
        // Outside of the lock: closing a socket calls back.
        for close in open.into_values() {
            close();
        }
        self.changed.notify_waiters();
    }

    /// Something is open; `close` is called if it still is when the process ends. A process that
    /// has ended opens nothing.
    pub(crate) fn open(&self, close: impl FnOnce() + Send + 'static) -> Opened {
        let mut state = self.lock();
        state.opened += 1;
        let opened = state.opened;
        if state.exit.is_none() {
            state.open.insert(opened, Box::new(close));
        }
        opened
    }

    /// It is closed. Says whether it was open: at the end of the process everything is closed.
    pub(crate) fn close(&self, opened: Opened) -> bool {
        let close = self.lock().open.remove(&opened);
        close.is_some()
    }

    pub(crate) fn set_listening(&self, listening: bool) {
        self.lock().listening = listening;
        self.changed.notify_waiters();
    }

    pub(crate) fn is_listening(&self) -> bool {
        self.lock().listening
    }

    /// Waits until it does not listen. Cancel safe.
    pub(crate) async fn deaf(&self) {
        self.until(|state| (!state.listening).then_some(())).await;
    }

    async fn until<T>(&self, reached: impl Fn(&State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Registered before the look, so that no change is missed in between.
            changed.as_mut().enable();
            if let Some(found) = reached(&self.lock()) {
                return found;
            }
            changed.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process").field("exit", &self.exit()).finish_non_exhaustive()
    }
}
