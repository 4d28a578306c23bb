use std::pin::Pin;
use std::thread::JoinHandle;

use tokio::runtime::Builder;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::LocalSet;

use super::Lacking;

type Job = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = ()>>> + Send>;

/// A thread with a runtime of its own. A network namespace belongs to a thread: every socket made
/// and every process started by what runs here lies in the namespace that this thread is in, and
/// both end with it.
#[derive(Debug)]
pub struct Side {
    jobs: Option<UnboundedSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Side {
    /// Starts the thread, and has it `prepare` before anything else runs on it.
    pub(super) fn start<T: Send + 'static>(
        name: &str,
        prepare: impl FnOnce() -> Result<T, Lacking> + Send + 'static,
    ) -> Result<(Self, T), Lacking> {
        let (prepared, outcome) = std::sync::mpsc::channel();
        let (jobs, queue) = unbounded_channel();
        let body = move || {
            let made = prepare().and_then(|made| {
                let runtime = Builder::new_current_thread().enable_all().build();
                let lacking = Lacking::new("make a runtime", "free some descriptors");
                Ok((made, runtime.map_err(lacking)?))
            });
            match made {
                Ok((made, runtime)) => {
                    let _ = prepared.send(Ok(made));
                    LocalSet::new().block_on(&runtime, work(queue));
                }
                Err(lacking) => {
                    let _ = prepared.send(Err(lacking));
                }
            }
        };
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(body);
        let thread = thread.map_err(Lacking::new("start a thread", "free some memory"))?;
        let side = Self { jobs: Some(jobs), thread: Some(thread) };
        let made = outcome.recv().expect("the thread answers before it does anything else")?;
        Ok((side, made))
    }

    /// Runs a future on this side, and gives its result.
    ///
    /// When the returned future is dropped, what was begun goes on until the side is dropped.
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
        receive.await.expect("what ran there panicked, and its thread said how")
    }
}

impl Drop for Side {
    fn drop(&mut self) {
        // The thread ends when no more jobs can come, and drops what is left of the last ones.
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
