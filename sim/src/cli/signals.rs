use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use tokio::signal::unix::{SignalKind, signal};

use super::print;

/// Whether a signal has interrupted the program, and which.
#[derive(Debug, Clone, Default)]
pub(super) struct Interruption(Arc<AtomicI32>);

impl Interruption {
    /// The first signal, if there was one.
    pub(super) fn by(&self) -> Option<i32> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            signal => Some(signal),
        }
    }
}

/// Handles Ctrl-C, SIGTERM and SIGHUP for the rest of the process, in a thread of their own, so
/// that an interrupted command still prints and writes its results.
///
/// # Errors
///
/// If the handlers cannot be installed.
pub(super) fn listen() -> io::Result<Interruption> {
    let interruption = Interruption::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
    for kind in kinds {
        let interruption = interruption.clone();
        let mut signals = {
            let _within = runtime.enter();
            signal(kind)?
        };
        runtime.spawn(async move {
            while signals.recv().await.is_some() {
                let number = kind.as_raw_value();
                let first = interruption.0.compare_exchange(
                    0,
                    number,
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                );
                print::note(match first {
                    Ok(_) => "interrupted: the results so far follow",
                    Err(_) => "still waiting for the current simulations",
                });
            }
        });
    }
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    Ok(interruption)
}
