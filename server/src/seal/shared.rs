use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Door, Rung};
use crate::listener::Listener;

/// A listener whose socket is not ours alone: another process has it open too, and goes on
/// accepting.
///
/// Sealing it only stops accepting and closes our copy. The socket stays open, what waits in its
/// accept queue waits for the other process, and nothing is lost.
///
/// The other process may be there from the start, as with systemd's socket activation or with a
/// parent that forks its workers:
///
/// ```
/// # async fn example(inherited: std::net::TcpListener) -> std::io::Result<()> {
/// use lastorders::listener::Shared;
///
/// inherited.set_nonblocking(true)?;
/// let listener = Shared::new(tokio::net::TcpListener::from_std(inherited)?);
/// # Ok(())
/// # }
/// ```
///
/// or only come while we serve, as when a successor is handed the socket shortly before our end:
///
/// ```
/// # async fn send_to_successor(_: std::os::fd::OwnedFd) {}
/// # async fn example(app: axum::Router) -> std::io::Result<()> {
/// use lastorders::listener::Shared;
/// use std::os::fd::AsFd;
///
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let copy = listener.as_fd().try_clone_to_owned()?;
/// let (listener, handover) = Shared::later(listener);
/// tokio::spawn(async move {
///     // Once the successor says that it accepts:
///     send_to_successor(copy).await;
///     handover.complete();
/// });
/// let report = lastorders::serve(listener, app).await;
/// # Ok(())
/// # }
/// ```
///
/// A copy that nobody accepts from is a trap: clients connect to it, and wait for an answer until
/// the last process that holds it ends.
#[derive(Debug)]
pub struct Shared<L> {
    listener: L,
    handover: Handover,
}

impl<L> Shared<L> {
    /// A socket that another process has open already.
    #[must_use]
    pub fn new(listener: L) -> Self {
        let (shared, handover) = Self::later(listener);
        handover.complete();
        shared
    }

    /// A socket that is ours alone until the [`Handover`] says otherwise. Until then it is sealed
    /// as if it were not wrapped.
    pub fn later(listener: L) -> (Self, Handover) {
        let handover = Handover::default();
        (Self { listener, handover: handover.clone() }, handover)
    }
}

/// Says of a [`Shared`] listener that another process accepts from it now. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Handover {
    complete: Arc<AtomicBool>,
}

impl Handover {
    /// Another process accepts from the socket now, so that sealing it closes our copy only.
    ///
    /// It counts until the sealing begins: say it before the signal that begins the shutdown, or
    /// during its lame duck.
    pub fn complete(&self) {
        self.complete.store(true, Ordering::Release);
    }

    /// Whether it was completed. Never becomes false again.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete.load(Ordering::Acquire)
    }
}

impl<L: Listener> Listener for Shared<L> {
    type Io = L::Io;
    type Addr = L::Addr;

    async fn accept(&mut self) -> io::Result<(L::Io, L::Addr)> {
        self.listener.accept().await
    }

    fn local_addr(&self) -> io::Result<L::Addr> {
        self.listener.local_addr()
    }

    async fn seal(self, door: Door<Self>) -> Rung {
        if self.handover.is_complete() {
            return Rung::SharedSocket;
        }
        self.listener.seal(door.inner(|io, peer| (io, peer))).await
    }
}
