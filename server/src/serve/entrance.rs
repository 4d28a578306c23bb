use std::future::{Future, pending};
use std::io;
use std::mem;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;

use futures_util::FutureExt;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::clock::Sleep;
use crate::listener::Listener;
use crate::seal::Rung;

/// The way in.
pub(super) enum Entrance<L: Listener> {
    Open(L),
    /// Open, but accepting rests.
    Resting(L, Sleep),
    Sealing {
        seal: Pin<Box<dyn Future<Output = Rung> + Send>>,
        admitted: UnboundedReceiver<(L::Io, L::Addr)>,
    },
    Shut,
}

/// What happens there.
pub(super) enum Entered<L: Listener> {
    Accepted(io::Result<(L::Io, L::Addr)>),
    AcceptPanicked,
    Rested,
    Sealed(Rung),
}

impl<L: Listener> Entrance<L> {
    /// Waits for what happens next. Cancel safe, as `Listener::accept` is.
    pub(super) async fn next(&mut self) -> Entered<L> {
        match self {
            Self::Open(listener) => {
                match AssertUnwindSafe(listener.accept()).catch_unwind().await {
                    Ok(accepted) => Entered::Accepted(accepted),
                    Err(_) => Entered::AcceptPanicked,
                }
            }
            Self::Resting(_, rest) => {
                rest.await;
                Entered::Rested
            }
            Self::Sealing { seal, admitted } => {
                tokio::select! {
                    // What was admitted is served while the sealing goes on.
                    biased;
                    Some(accepted) = admitted.recv() => Entered::Accepted(Ok(accepted)),
                    rung = seal => Entered::Sealed(rung),
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
