use std::future::{Future, pending};
use std::io;
use std::mem;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;

use futures_util::FutureExt;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::clock::Sleep;
use crate::listener::{Listener, SealMethod};

/// The way in.
pub(super) enum AcceptState<L: Listener> {
    Open(L),
    /// Open, but accepting rests.
    Resting(L, Sleep),
    Sealing {
        seal: Pin<Box<dyn Future<Output = SealMethod> + Send>>,
        admitted: UnboundedReceiver<(L::Io, L::Addr)>,
    },
    Shut,
}

/// What happens there.
pub(super) enum AcceptEvent<L: Listener> {
    Accepted(io::Result<(L::Io, L::Addr)>),
    AcceptPanicked,
    Rested,
    Sealed(SealMethod),
}

impl<L: Listener> AcceptState<L> {
    /// Waits for what happens next. Cancel safe, as `Listener::accept` is.
    pub(super) async fn next(&mut self) -> AcceptEvent<L> {
        match self {
            Self::Open(listener) => {
                match AssertUnwindSafe(listener.accept()).catch_unwind().await {
                    Ok(accepted) => AcceptEvent::Accepted(accepted),
                    Err(_) => AcceptEvent::AcceptPanicked,
                }
            }
            Self::Resting(_, rest) => {
                rest.await;
                AcceptEvent::Rested
            }
            Self::Sealing { seal, admitted } => {
                tokio::select! {
                    // What was admitted is served while the sealing goes on.
                    biased;
                    Some(accepted) = admitted.recv() => AcceptEvent::Accepted(Ok(accepted)),
                    method = seal => AcceptEvent::Sealed(method),
                }
            }
            Self::Shut => pending().await,
        }
    }

    /// Accepts nothing for as long as `rest` takes.
    pub(super) fn rest(&mut self, rest: Sleep) {
        *self = match self.take() {
            Self::Open(listener) => Self::Resting(listener, rest),
            other @ (Self::Resting(..) | Self::Sealing { .. } | Self::Shut) => other,
        };
    }

    pub(super) fn stop_resting(&mut self) {
        *self = match self.take() {
            Self::Resting(listener, _) => Self::Open(listener),
            other @ (Self::Open(_) | Self::Sealing { .. } | Self::Shut) => other,
        };
    }

    /// Leaves it shut.
    pub(super) fn take(&mut self) -> Self {
        mem::replace(self, Self::Shut)
    }
}
