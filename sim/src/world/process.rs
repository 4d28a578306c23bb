use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lastorders::Signal;
use lastorders_model::actor::Exit;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The server's process: it receives signals and ends. Its end closes everything that it had open.
pub(crate) struct Process {
    signals: UnboundedSender<Signal>,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    exit: Option<Exit>,
    /// Open resources, in the order of their opening. The end of the process closes them.
    open: BTreeMap<u64, Box<dyn FnOnce() + Send>>,
    opened: u64,
    listening: bool,
}

/// A resource of a process, until it is closed or the process ends.
pub(crate) type Opened = u64;

impl Process {
    /// A process, and the signals that it will receive.
    pub(crate) fn new() -> (Self, UnboundedReceiver<Signal>) {
        let (signals, received) = unbounded_channel();
        (Self { signals, state: Mutex::default(), changed: Notify::new() }, received)
    }

    /// Delivers a signal. A process that has ended ignores signals.
    pub(crate) fn signal(&self, signal: Signal) {
        if self.exit().is_none() {
            // The process reads no more signals, like one without handlers.
            let _ = self.signals.send(signal);
        }
    }

    pub(crate) fn exit(&self) -> Option<Exit> {
        self.lock().exit
    }

    /// Waits for the end of the process. Cancel safe.
    pub(crate) async fn exited(&self) -> Exit {
        self.until(|state| state.exit).await
    }

    /// Ends the process. The kernel closes its open resources. Only the first end counts.
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
        // Outside the lock, because closing a socket calls back.
        for close in open.into_values() {
            close();
        }
        self.changed.notify_waiters();
    }

    /// Registers a resource. The end of the process calls `close`. A process that has ended opens
    /// nothing.
    pub(crate) fn open(&self, close: impl FnOnce() + Send + 'static) -> Opened {
        let mut state = self.lock();
        state.opened += 1;
        let opened = state.opened;
        if state.exit.is_none() {
            state.open.insert(opened, Box::new(close));
        }
        opened
    }

    /// Closes the resource. Returns whether it was open: the end of the process closes everything.
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

    /// Waits until the process does not listen. Cancel safe.
    pub(crate) async fn deaf(&self) {
        self.until(|state| (!state.listening).then_some(())).await;
    }

    async fn until<T>(&self, reached: impl Fn(&State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Register before the check, so that no change is missed in between.
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
