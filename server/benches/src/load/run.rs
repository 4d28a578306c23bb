use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::client::{Client, LoadState};
use super::client_kind::ClientKind;
use super::tally::Tally;
use super::trigger::Trigger;

/// The load on a server.
#[derive(Debug)]
pub struct Load {
    /// The server's address.
    pub target: SocketAddr,
    /// The clients, by kind.
    pub clients: Vec<ClientKind>,
    /// The trigger that the continuous clients fire.
    pub trigger: Arc<Trigger>,
    /// When this is set, each client ends after its current request. Otherwise a client ends when
    /// it is refused.
    pub ending: Arc<AtomicBool>,
}

impl Load {
    /// Runs all clients until each has ended. Must be called on a
    /// [`LocalSet`](tokio::task::LocalSet).
    ///
    /// # Panics
    ///
    /// When a client panics.
    pub async fn run(self) -> Tally {
        let Self { target, clients, trigger, ending } = self;
        let state = Rc::new(LoadState { target, trigger, ending, answers: watch::Sender::new(0) });
        let mut running = JoinSet::new();
        for kind in clients {
            running.spawn_local(kind.run(Client::new(Rc::clone(&state), kind)));
        }
        let mut total = Tally::default();
        while let Some(tally) = running.join_next().await {
            total += tally.expect("a client neither panics nor is aborted");
        }
        total
    }
}
