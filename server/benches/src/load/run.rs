use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::client::{Client, LoadState};
use super::client_kind::ClientKind;
use super::http1_clients::{
    fresh, half_head, kept_alive, pipelined, poster, slow_reader, vanishing,
};
use super::http2_client::http2;
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
            running.spawn_local(run_client(kind, Client::new(Rc::clone(&state), kind)));
        }
        let mut total = Tally::default();
        while let Some(tally) = running.join_next().await {
            total += tally.expect("a client neither panics nor is aborted");
        }
        total
    }
}

/// Runs a client until it ends.
async fn run_client(kind: ClientKind, mut client: Client) -> Tally {
    match kind {
        ClientKind::Fresh => fresh(&mut client).await,
        ClientKind::KeptAlive => kept_alive(&mut client).await,
        ClientKind::Poster => poster(&mut client).await,
        ClientKind::Pipelined => pipelined(&mut client).await,
        ClientKind::Http2 => http2(&mut client).await,
        ClientKind::HalfHead => half_head(&mut client).await,
        ClientKind::SlowReader => slow_reader(&mut client).await,
        ClientKind::Vanishing => vanishing(&mut client).await,
    }
    client.tally
}
