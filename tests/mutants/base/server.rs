use tokio::sync::watch;
use tokio::time::Instant;

use super::{Behaviour, Phase, Reply, Store};

/// What every connection sees of the server.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) behaviour: Box<dyn Behaviour>,
    pub(crate) store: Store,
    pub(crate) port: u16,
    pub(crate) signalled: watch::Sender<Option<Instant>>,
    phase: watch::Sender<Phase>,
}

impl Server {
    /// A server that no signal has reached yet.
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

    /// Ends once the server has come this far.
    pub(crate) async fn reached(&self, wanted: Phase) {
        // Fails only when the sender is gone, and we are the sender.
        let _ = self.phase.subscribe().wait_for(|phase| *phase >= wanted).await;
    }

    pub(crate) fn enter(&self, next: Phase) {
        self.phase.send_modify(|phase| *phase = next.max(*phase));
    }

    /// Does a job, unless the server is stopping.
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
