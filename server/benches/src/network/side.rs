use std::pin::Pin;
use std::thread::JoinHandle;

use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::LocalSet;

use super::Unavailable;

type Job = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = ()>>> + Send>;

/// A thread with a runtime of its own.
///
/// A network namespace belongs to a thread. Every socket and process that is created here belongs
/// to this thread's namespace, and ends with the thread.
#[derive(Debug)]
pub struct Side {
    jobs: Option<UnboundedSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Side {
    /// Starts the thread, which calls `prepare` before anything else.
    pub(super) fn start<T: Send + 'static>(
        name: &str,
        prepare: impl FnOnce() -> Result<T, Unavailable> + Send + 'static,
    ) -> Result<(Self, T), Unavailable> {
        let (prepared, outcome) = std::sync::mpsc::channel();
        let (jobs, queue) = unbounded_channel();
        let body = move || {
            let made = prepare().and_then(|made| {
                let runtime = Builder::new_current_thread().enable_all().build();
                let unavailable = Unavailable::new("make a runtime", "free some descriptors");
                Ok((made, runtime.map_err(unavailable)?))
            });
            match made {
                Ok((made, runtime)) => {
                    let _ = prepared.send(Ok(made));
                    LocalSet::new().block_on(&runtime, work(queue));
                }
                Err(unavailable) => {
                    let _ = prepared.send(Err(unavailable));
                }
            }
        };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(body);
        let thread = thread.map_err(Unavailable::new("start a thread", "free some memory"))?;
        let side = Self { jobs: Some(jobs), thread: Some(thread) };
        let made = outcome.recv().expect("the thread answers before it does anything else")?;
        Ok((side, made))
    }

    /// Runs a future on this side, and returns its result.
    ///
    /// When the returned future is dropped, the inner one continues until the side is dropped.
    ///
    /// # Panics
    ///
    /// When the future panics.
    pub async fn run<F, Fut>(&self, make: F) -> Fut::Output
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future + 'static,
        Fut::Output: Send + 'static,
    {
        let (send, receive) = oneshot::channel();
        let job: Job = Box::new(|| {
            Box::pin(async move {
                let _ = send.send(make().await);
            })
        });
        let sent = self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok());
        assert!(sent, "the thread of a side lives as long as the side");
        receive.await.expect("the future panicked, and its thread printed the message")
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        // The thread ends when the queue is closed, and drops unfinished jobs.
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn work(mut queue: UnboundedReceiver<Job>) {
    while let Some(job) = queue.recv().await {
        tokio::task::spawn_local(job());
    }
}
