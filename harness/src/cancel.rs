use tokio::sync::watch;

/// A request to stop a build or a run, which carries the number of the signal that asked for it.
///
/// Create one from the receiver of a channel; send the signal's number to stop.
#[derive(Debug, Clone)]
pub struct Cancel {
    signal: watch::Receiver<Option<i32>>,
}

impl Cancel {
    /// A request that never comes.
    #[must_use]
    pub fn never() -> Self {
        // A channel without a sender never changes.
        Self { signal: watch::channel(None).1 }
    }

    /// The signal's number, if the request has come.
    #[must_use]
    pub fn signal(&self) -> Option<i32> {
        *self.signal.borrow()
    }

    /// Waits for the request and returns the signal's number. Waits forever if the sender is gone.
    /// Cancel safe.
    pub async fn requested(&mut self) -> i32 {
        if let Ok(signal) = self.signal.wait_for(Option::is_some).await
            && let Some(signal) = *signal
        {
            return signal;
        }
        std::future::pending().await
    }
}

impl From<watch::Receiver<Option<i32>>> for Cancel {
    fn from(signal: watch::Receiver<Option<i32>>) -> Self {
        Self { signal }
    }
}
