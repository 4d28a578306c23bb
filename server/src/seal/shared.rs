use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{SealContext, SealMethod};
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
/// A copy that nobody accepts from is a trap: clients connect to it, and wait for an answer until
/// the last process that holds it ends.
#[derive(Debug)]
pub struct Shared<L> {
    listener: L,
    held: Held,
}

impl<L> Shared<L> {
    /// A socket that another process has open already.
    #[must_use]
    pub fn new(listener: L) -> Self {
        let handover = Handover::default();
        handover.complete();
        Self { listener, held: Held(handover) }
    }

    /// The listener itself, for who knows that no other process accepts from it, now or later: a
    /// successor, once its predecessor is on its way out.
    #[must_use]
    pub fn into_inner(self) -> L {
        self.listener
    }
}

impl<L: AsFd> Shared<L> {
    /// A socket that is ours alone until the [`Handover`] says otherwise. Until then it is sealed
    /// as if it were not wrapped.
    ///
    /// # Errors
    ///
    /// When there is no descriptor left for the copy that the [`Handover`] makes others from.
    pub fn later(listener: L) -> io::Result<(Self, Handover)> {
        let handover = Handover::default();
        *handover.copy() = Some(listener.as_fd().try_clone_to_owned()?);
        Ok((Self { listener, held: Held(handover.clone()) }, handover))
    }
}

/// Makes copies of the socket of a [`Shared`] listener for another process, and says that this one
/// accepts from it now. Clones are the same.
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
    /// A copy of the socket, for the other process. Keep it no longer than it takes to pass it on:
    /// while it is open, so is the socket.
    ///
    /// # Errors
    ///
    /// When the socket is being sealed already, or there is no descriptor left.
    pub fn socket(&self) -> io::Result<OwnedFd> {
        match &*self.copy() {
            Some(copy) => copy.try_clone(),
            None => {
                let message = "cannot hand the socket over: it is being closed already";
                Err(io::Error::new(io::ErrorKind::NotConnected, message))
            }
        }
    }

    /// Another process accepts from the socket now, so that sealing it closes our copy only.
    ///
    /// It counts until the sealing begins: say it before the signal that begins the shutdown, or
    /// during its lame duck.
    pub fn complete(&self) {
        self.state.complete.store(true, Ordering::Release);
    }

    /// Whether it was completed. Never becomes false again.
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

/// Closes the copy with the listener, and before the sealing begins: while a copy is open, so is
/// the socket, and clients would go on to connect to it.
#[derive(Debug)]
struct Held(Handover);

impl Drop for Held {
    fn drop(&mut self) {
        *self.0.copy() = None;
    }
}
