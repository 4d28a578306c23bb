//! The signals that begin a shutdown.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::signal::unix::{Signal as UnixSignal, SignalKind, signal};

use crate::drain::Signal;

/// Registers handlers for SIGTERM and SIGINT.
///
/// Call it before the listener is bound: a signal that comes after this call is never lost, and one
/// that comes before it ends the process as if there were no handler. The handlers stay for the
/// life of the process, so from here on nothing but [`serve`](crate::serve()), or whoever else
/// reads the stream, ends it on these signals.
///
/// # Errors
///
/// When the operating system refuses the handler.
///
/// # Panics
///
/// When called outside of a tokio runtime with I/O enabled.
pub fn terminate() -> io::Result<Signals> {
    Ok(Signals {
        terminate: signal(SignalKind::terminate())?,
        interrupt: signal(SignalKind::interrupt())?,
    })
}

/// The stream of signals that [`terminate`] makes. It never ends.
///
/// Two signals of one kind that come before the stream is read may be seen as one, as the kernel
/// does it too.
#[derive(Debug)]
#[must_use = "the default action of the signals is already off; hand this to `Serve::signals`"]
pub struct Signals {
    terminate: UnixSignal,
    interrupt: UnixSignal,
}

impl Stream for Signals {
    type Item = Signal;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Signal>> {
        if let Poll::Ready(Some(())) = self.terminate.poll_recv(cx) {
            return Poll::Ready(Some(Signal::Terminate));
        }
        if let Poll::Ready(Some(())) = self.interrupt.poll_recv(cx) {
            return Poll::Ready(Some(Signal::Interrupt));
        }
        Poll::Pending
    }
}
