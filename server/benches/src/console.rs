//! What the programs have in common: what they tell people, how they are interrupted, exit codes.

use std::fmt;
use std::io::{self, Write};

use tokio::signal::unix::{SignalKind, signal};

/// What is proved wrong.
pub(crate) const FAILED: u8 = 1;
/// Something other than the servers went wrong.
pub(crate) const INTERNAL: u8 = 70;
/// The environment lacks something. `EX_TEMPFAIL`.
pub(crate) const LACKING: u8 = 75;
/// 128 + SIGINT.
pub(crate) const INTERRUPTED: u8 = 130;

/// Says what is being done, to people; the figures go elsewhere.
pub(crate) fn say(what: fmt::Arguments<'_>) {
    // Nobody may be there to read it.
    let _ = writeln!(io::stderr(), "  {what}");
}

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
