use std::pin::Pin;
use std::task::{Context, Poll};

use super::core;
use super::queue::SleepKey;

/// Waits for a virtual time.
#[derive(Debug)]
pub(super) struct SleepUntil {
    run: u64,
    at: u64,
    key: Option<SleepKey>,
}

impl SleepUntil {
    pub(super) fn new(run: u64, at: u64) -> Self {
        Self { run, at, key: None }
    }
}

impl Future for SleepUntil {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        core::with(|core| {
            if core.now() >= self.at {
                return Poll::Ready(());
            }
            match self.key {
                Some(key) => core.queue.rewake(key, cx.waker()),
                None => self.key = Some(core.queue.sleep(self.at, cx.waker().clone())),
            }
            Poll::Pending
        })
    }
}

impl Drop for SleepUntil {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            // The waker may be the last that keeps a task, so it is dropped outside.
            drop(core::with_run(self.run, |core| core.queue.leave(key)));
        }
    }
}
