//! The signals that begin a shutdown.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use tokio::signal::unix::{Signal as UnixSignal, SignalKind, signal};

use crate::drain::Signal;

/// Registers handlers for SIGTERM and SIGINT.
///
/// Call this before the listener is bound. A signal after this call is never lost. A signal before
/// this call ends the process, because there is no handler yet. The handlers stay for the life of
/// the process. From here on these signals end the process only through [`serve`](crate::serve()),
/// or through another reader of the stream.
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

/// The stream of signals, created by [`terminate`]. The stream never ends.
///
/// Two signals of one kind may be merged into one when they arrive before the stream is read. The
/// kernel does the same.
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
