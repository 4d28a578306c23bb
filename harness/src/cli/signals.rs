use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::print;
use crate::cancel::Cancel;

/// Handles Ctrl-C, SIGTERM and SIGHUP for the rest of the process. The first signal stops the run,
/// and no signal kills this program before it has cleaned up.
///
/// Must be called within a runtime.
///
/// # Errors
///
/// If the handlers cannot be installed.
pub(super) fn listen() -> std::io::Result<Cancel> {
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    let (sender, cancel) = watch::channel(None);
    for kind in kinds {
        tokio::spawn(forward(signal(kind)?, kind.as_raw_value(), sender.clone()));
    }
    Ok(cancel.into())
}

async fn forward(mut signals: Signal, number: i32, cancel: watch::Sender<Option<i32>>) {
    while signals.recv().await.is_some() {
        let first = cancel.send_if_modified(|sent| {
            let first = sent.is_none();
            sent.get_or_insert(number);
            first
        });
        print::note(if first {
            "interrupted: killing and removing everything that this run has started"
        } else {
            "still removing what this run has started; this takes a few seconds at most"
        });
    }
}
