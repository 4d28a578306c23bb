use tokio::sync::watch;
use tokio::time::Instant;

use super::{Behaviour, Phase, Reply, Store};

/// The state that every connection shares.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) behaviour: Box<dyn Behaviour>,
    pub(crate) store: Store,
    pub(crate) port: u16,
    pub(crate) signalled: watch::Sender<Option<Instant>>,
    phase: watch::Sender<Phase>,
}

impl Server {
    /// A server that serves as usual.
    pub(super) fn new(behaviour: Box<dyn Behaviour>, store: Store, port: u16) -> Self {
        Self {
            behaviour,
            store,
            port,
            signalled: watch::Sender::new(None),
            phase: watch::Sender::new(Phase::Serving),
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Waits until the server has reached this phase.
    pub(crate) async fn reached(&self, wanted: Phase) {
        // The wait fails only without a sender, and `self` owns the sender.
        let _ = self.phase.subscribe().wait_for(|phase| *phase >= wanted).await;
    }

    pub(crate) fn enter(&self, next: Phase) {
        self.phase.send_modify(|phase| *phase = next.max(*phase));
    }

    /// Stores a job, unless the server is stopping.
    pub(crate) async fn work(&self, name: String) -> Reply {
        if self.phase() == Phase::Serving { self.insert(name).await } else { Reply::Refused }
    }

    pub(crate) async fn insert(&self, name: String) -> Reply {
        match self.store.insert(name.clone()).await {
            Ok(id) => Reply::Created { id, name },
            Err(error) => {
                eprintln!("insert: {error}");
                Reply::Failed
            }
        }
    }
}
