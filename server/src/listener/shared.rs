use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Listener, SealContext, SealMethod};

/// A listener whose socket is not ours alone: another process has the socket open too, and keeps
/// accepting from it.
///
/// Sealing this listener only stops accepting and closes our copy of the socket. The socket stays
/// open, its accept queue waits for the other process, and no connection is lost.
///
/// The other process may hold the socket from the start, as with systemd's socket activation or
/// with a parent that forks its workers:
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
/// The other process may also start while we serve, and receive the socket shortly before we end:
///
/// ```
/// # async fn send_to_successor(_: std::os::fd::OwnedFd) {}
/// # async fn example(app: axum::Router) -> std::io::Result<()> {
/// use lastorders::listener::Shared;
///
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let (listener, handover) = Shared::later(listener)?;
/// tokio::spawn(async move {
///     let socket = handover.socket()?;
///     // Once the successor says that it accepts:
///     send_to_successor(socket).await;
///     handover.complete();
///     std::io::Result::Ok(())
/// });
/// let report = lastorders::serve(listener, app).await;
/// # Ok(())
/// # }
/// ```
///
/// A copy that no process accepts from is a trap. Clients connect to it, and wait for an answer
/// until the last process that holds it ends.
#[derive(Debug)]
pub struct Shared<L> {
    listener: L,
    held: Held,
}

impl<L> Shared<L> {
    /// Wraps a socket that another process already has open.
    #[must_use]
    pub fn new(listener: L) -> Self {
        let handover = Handover::default();
        handover.complete();
        Self { listener, held: Held(handover) }
    }

    /// Returns the wrapped listener.
    ///
    /// Use this only when no other process accepts from the socket, now or later. A successor does
    /// so once its predecessor is about to exit.
    #[must_use]
    pub fn into_inner(self) -> L {
        self.listener
    }
}

impl<L: AsFd> Shared<L> {
    /// Wraps a socket that is ours alone until [`Handover::complete`] is called. Until then the
    /// socket is sealed as if it were not wrapped.
    ///
    /// # Errors
    ///
    /// When no descriptor is left for the copy that [`Handover::socket`] duplicates.
    pub fn later(listener: L) -> io::Result<(Self, Handover)> {
        let handover = Handover::default();
        *handover.copy() = Some(listener.as_fd().try_clone_to_owned()?);
        Ok((Self { listener, held: Held(handover.clone()) }, handover))
    }
}

/// Duplicates the socket of a [`Shared`] listener for another process, and records when that
/// process accepts from it. Clones share one state.
#[derive(Clone, Debug, Default)]
pub struct Handover {
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    complete: AtomicBool,
    copy: Mutex<Option<OwnedFd>>,
}

impl Handover {
    /// Returns a copy of the socket, for the other process.
    ///
    /// Drop the copy as soon as it is passed on, because the socket stays open as long as the copy
    /// does.
    ///
    /// # Errors
    ///
    /// When the socket is already being sealed, or no descriptor is left.
    pub fn socket(&self) -> io::Result<OwnedFd> {
        match &*self.copy() {
            Some(copy) => copy.try_clone(),
            None => {
                let message = "cannot hand over the socket: the server is already closing it";
                Err(io::Error::new(io::ErrorKind::NotConnected, message))
            }
        }
    }

    /// Declares that another process accepts from the socket now, so that sealing closes our copy
    /// only.
    ///
    /// A call has an effect only before the sealing begins. Call this before the signal that begins
    /// the shutdown, or during its lame duck.
    pub fn complete(&self) {
        self.state.complete.store(true, Ordering::Release);
    }

    /// Whether [`complete`](Self::complete) was called. Never becomes false again.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.state.complete.load(Ordering::Acquire)
    }

    fn copy(&self) -> MutexGuard<'_, Option<OwnedFd>> {
        self.state.copy.lock().unwrap_or_else(PoisonError::into_inner)
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

    async fn seal(self, context: SealContext<Self>) -> SealMethod {
        let Self { listener, held } = self;
        let complete = held.0.is_complete();
        drop(held);
        if complete {
            return SealMethod::SharedSocket;
        }
        listener.seal(context.inner(|io, peer| (io, peer))).await
    }
}

/// Closes the copy when the listener is dropped, and before the sealing begins. While a copy is
/// open the socket is open too, and clients would still connect to it.
#[derive(Debug)]
struct Held(Handover);

impl Drop for Held {
    fn drop(&mut self) {
        *self.0.copy() = None;
    }
}
