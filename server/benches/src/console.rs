//! What `loss` and `soak` have in common: an interruption, exit codes.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// What is proved wrong.
pub(crate) const FAILED: u8 = 1;
/// Something other than the servers went wrong.
pub(crate) const INTERNAL: u8 = 70;
/// The environment lacks something. `EX_TEMPFAIL`.
pub(crate) const LACKING: u8 = 75;
/// 128 + SIGINT.
pub(crate) const INTERRUPTED: u8 = 130;

/// Waits for SIGINT or SIGTERM; listens from this call on.
pub(crate) fn interruption() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            biased;
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
