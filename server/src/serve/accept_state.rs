use std::future::{Future, pending};
use std::io;
use std::mem;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;

use futures_util::FutureExt;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::clock::Sleep;
use crate::listener::{Listener, SealMethod};

/// The listener, and whether the server accepts from it.
pub(super) enum AcceptState<L: Listener> {
    Open(L),
    /// Open, but the server does not accept until the pause ends, because an accept has failed.
    Paused(L, Sleep),
    Sealing {
        seal: Pin<Box<dyn Future<Output = SealMethod> + Send>>,
        /// The connections that the seal has accepted.
        admitted: UnboundedReceiver<(L::Io, L::Addr)>,
    },
    Closed,
}

/// What happened at the listener.
pub(super) enum AcceptEvent<L: Listener> {
    Accepted(io::Result<(L::Io, L::Addr)>),
    AcceptPanicked,
    PauseEnded,
    Sealed(SealMethod),
}

impl<L: Listener> AcceptState<L> {
    /// Waits for the next event. Cancel safe, as `Listener::accept` is.
    pub(super) async fn next(&mut self) -> AcceptEvent<L> {
        match self {
            Self::Open(listener) => {
                match AssertUnwindSafe(listener.accept()).catch_unwind().await {
                    Ok(accepted) => AcceptEvent::Accepted(accepted),
                    Err(_) => AcceptEvent::AcceptPanicked,
                }
            }
            Self::Paused(_, pause) => {
                pause.await;
                AcceptEvent::PauseEnded
            }
            Self::Sealing { seal, admitted } => {
                tokio::select! {
                    // Admitted connections first: they are served while the sealing continues.
                    biased;
                    Some(accepted) = admitted.recv() => AcceptEvent::Accepted(Ok(accepted)),
                    method = seal => AcceptEvent::Sealed(method),
                }
            }
            Self::Closed => pending().await,
        }
    }

    /// Accepts nothing until `pause` ends.
    pub(super) fn pause(&mut self, pause: Sleep) {
        *self = match self.take() {
            Self::Open(listener) => Self::Paused(listener, pause),
            other @ (Self::Paused(..) | Self::Sealing { .. } | Self::Closed) => other,
        };
    }

    /// Accepts again.
    pub(super) fn resume(&mut self) {
        *self = match self.take() {
            Self::Paused(listener, _) => Self::Open(listener),
            other @ (Self::Open(_) | Self::Sealing { .. } | Self::Closed) => other,
        };
    }

    /// Takes the state and leaves `Closed`.
    pub(super) fn take(&mut self) -> Self {
        mem::replace(self, Self::Closed)
    }
}
