//! Shared by the programs: output for people, interruption, exit codes.

use std::fmt;
use std::io::{self, Write};

use tokio::signal::unix::{SignalKind, signal};

/// A server was proved faulty.
pub(crate) const FAILED: u8 = 1;
/// The measurement itself failed.
pub(crate) const INTERNAL: u8 = 70;
/// The environment lacks a requirement. `EX_TEMPFAIL`.
pub(crate) const UNAVAILABLE: u8 = 75;
/// 128 + SIGINT.
pub(crate) const INTERRUPTED: u8 = 130;

/// Prints a line for people to stderr. The figures go to stdout.
pub(crate) fn print_status(what: fmt::Arguments<'_>) {
    // Ignore the error: the reader may be gone.
    let _ = writeln!(io::stderr(), "  {what}");
}

/// Waits for SIGINT or SIGTERM. The handlers are registered by this call, not by the first poll.
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
