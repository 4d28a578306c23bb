use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures_util::future::{AbortHandle, Abortable};
use tokio::runtime::{Handle, Id};
use tokio::sync::{mpsc, oneshot};

use crate::engine::{Host, Task};

/// A task on its way to its host.
pub(super) type Parcel = Pin<Box<dyn Future<Output = ()> + Send>>;

/// State that the hosts and the run share.
#[derive(Debug)]
pub(super) struct Shared {
    hosts: Vec<Station>,
    /// The wanted states of links. The run applies them after the tick.
    pub(super) links: Mutex<BTreeMap<(Host, Host), Want>>,
    unsupported: Mutex<Option<String>>,
    /// The last mark of any task. The initial value fits no 16-bit mark.
    pub(super) mark: AtomicU32,
}

#[derive(Debug)]
struct Station {
    runtime: OnceLock<Id>,
    parcels: mpsc::UnboundedSender<Parcel>,
    alive: AtomicUsize,
}

/// How a link treats packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    Carry,
    Hold,
    Lose,
}

impl Shared {
    pub(super) fn new(parcels: Vec<mpsc::UnboundedSender<Parcel>>) -> Self {
        let station =
            |parcels| Station { runtime: OnceLock::new(), parcels, alive: AtomicUsize::new(0) };
        Self {
            hosts: parcels.into_iter().map(station).collect(),
            links: Mutex::default(),
            unsupported: Mutex::default(),
            mark: AtomicU32::new(u32::MAX),
        }
    }

    fn station(&self, host: Host) -> &Station {
        &self.hosts[usize::from(host.0)]
    }

    /// Notes that the host's runtime runs for the first time.
    pub(super) fn arrived(&self, host: Host) {
        let _ = self.station(host).runtime.set(Handle::current().id());
    }

    /// Whether this host runs now.
    pub(super) fn here(&self, host: Host) -> bool {
        let now = Handle::try_current().ok().map(|runtime| runtime.id());
        now.is_some() && now == self.station(host).runtime.get().copied()
    }

    pub(super) fn tasks(&self, host: Host) -> usize {
        self.station(host).alive.load(Ordering::Relaxed)
    }

    /// Ends the run after this tick.
    pub(super) fn unsupported(&self, what: &str) {
        let mut unsupported = self.unsupported.lock().unwrap_or_else(PoisonError::into_inner);
        unsupported.get_or_insert_with(|| what.to_owned());
    }

    pub(super) fn take_unsupported(&self) -> Option<String> {
        self.unsupported.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Runs a future on this host.
    pub(super) fn spawn<F>(self: &Arc<Self>, host: Host, task: F) -> Task<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let (abort, registration) = AbortHandle::new_pair();
        let (done, output) = oneshot::channel();
        self.station(host).alive.fetch_add(1, Ordering::Relaxed);
        let alive = Alive(Arc::clone(self), host);
        let parcel = async move {
            if let Ok(output) = Abortable::new(task, registration).await {
                // The output has no receiver if the handle was dropped.
                let _ = done.send(output);
            }
            drop(alive);
        };
        // A host that receives no more tasks is about to be dropped.
        let _ = self.station(host).parcels.send(Box::pin(parcel));
        Task::afar(output, abort)
    }

    /// Runs a future on this host and waits for its output. Dropping the wait stops the future.
    pub(super) async fn at<T, F>(self: Arc<Self>, host: Host, work: F) -> io::Result<T>
    where
        T: Send + 'static,
        F: Future<Output = io::Result<T>> + Send + 'static,
    {
        if self.here(host) {
            return work.await;
        }
        let mut stops = Stops(self.spawn(host, work));
        (&mut stops.0).await.map_err(io::Error::other)?
    }
}

/// Stops its task on drop.
struct Stops<T>(Task<T>);

impl<T> Drop for Stops<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Counts a live task of this host until it is dropped.
struct Alive(Arc<Shared>, Host);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.station(self.1).alive.fetch_sub(1, Ordering::Relaxed);
    }
}
