use std::io;
use std::os::fd::OwnedFd;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::TcpSocket;
use tokio::time::timeout;

use super::seal_variant::SealVariant;
use super::settings::Settings;
use crate::load::{ClientKind, Load, Tally, Trigger, TriggerPoint};
use crate::network::Network;
use crate::process::{Ended, Launch, Process};
use crate::subject::{PolicyChoice, SealMethodChoice};

/// How long a load may take until the signal, and a server until its exit, before it is killed.
/// This is longer than any timeout of a server here.
const BOUND: Duration = Duration::from_secs(30);

/// The result of one shutdown.
#[derive(Debug)]
pub(super) struct Shutdown {
    pub(super) tally: Tally,
    /// The exit code; `None` when we or a signal killed the server.
    pub(super) exit_code: Option<i32>,
    /// The seal method that the server reported, if it is ours.
    pub(super) seal_method: Option<String>,
}

/// Loads a server, shuts it down at `trigger_point`, and waits until all clients and servers have
/// ended.
pub(super) async fn shut_down(
    variant: SealVariant,
    network: &Network,
    settings: &Settings,
    trigger_point: TriggerPoint,
) -> io::Result<Shutdown> {
    let Settings { clients, backlog, .. } = *settings;
    let shared = match variant.method() {
        Some(SealMethodChoice::SharedSocket) => Some(listen(network, backlog).await?),
        Some(
            SealMethodChoice::FullSink
            | SealMethodChoice::SynFilter
            | SealMethodChoice::AcceptUntilEmpty,
        )
        | None => None,
    };
    let server = start(variant, network, backlog, shared.as_ref()).await?;
    let trigger = Arc::new(Trigger::new(clients, trigger_point, server.terminator()));
    let ending = Arc::new(AtomicBool::new(false));
    let load = Load {
        target: server.address(),
        clients: [ClientKind::Fresh, ClientKind::KeptAlive]
            .into_iter()
            .cycle()
            .take(clients)
            .collect(),
        trigger: Arc::clone(&trigger),
        ending: Arc::clone(&ending),
    };
    let mut load = pin!(timeout(2 * BOUND, network.clients.run(|| load.run())));
    let stuck = |_| io::Error::other("the load did not end");
    tokio::select! {
        // Checked first: if the signal was sent, it was sent before the clients ended.
        biased;
        () = trigger.fired() => {}
        tally = &mut load => {
            let tally = tally.map_err(stuck)?;
            return Err(io::Error::other(format!("the load ended before the signal: {tally:?}")));
        }
    }
    let ended = network.servers.run(|| server.ended(BOUND)).await?;
    // The successor accepts the connections that queued since the first server stopped. The clients
    // end after its answers. Without a successor, they end when they are refused.
    let successor = match &shared {
        Some(_) => Some(start(variant, network, backlog, shared.as_ref()).await?),
        None => None,
    };
    ending.store(successor.is_some(), Ordering::Relaxed);
    let tally = load.await.map_err(stuck)?;
    if let Some(successor) = successor {
        successor.terminate()?;
        network.servers.run(|| successor.ended(BOUND)).await?;
    }
    Ok(Shutdown::new(tally, &ended))
}

impl Shutdown {
    fn new(tally: Tally, ended: &Ended) -> Self {
        let report = ended.report();
        let method = report.as_ref().and_then(|report| report.get("seal_method")?.as_str());
        Self {
            tally,
            exit_code: ended.status.and_then(|status| status.code()),
            seal_method: method.map(str::to_owned),
        }
    }
}

async fn start(
    variant: SealVariant,
    network: &Network,
    backlog: u32,
    shared: Option<&OwnedFd>,
) -> io::Result<Process> {
    let mut launch =
        Launch::new(variant.kind(), PolicyChoice::Default).option("--backlog", backlog);
    if let Some(method) = variant.method() {
        launch = launch.option("--seal-method", method.name());
    }
    match shared {
        Some(socket) => launch.inherit = Some(socket.try_clone()?),
        None => launch = launch.option("--listen", network.listen()),
    }
    network.servers.run(async move || Process::start(launch)).await
}

/// A listening socket that outlives the servers on it.
async fn listen(network: &Network, backlog: u32) -> io::Result<OwnedFd> {
    let address = network.listen();
    let listen = move || async move {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.bind(address)?;
        Ok(socket.listen(backlog)?.into_std()?.into())
    };
    network.servers.run(listen).await
}
