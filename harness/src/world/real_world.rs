use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lastorders_model::actor::{Exit, Residue, RunContext, Snapshot, World};
use lastorders_model::plan::{Fault, Gate, LetGo, PooledStep, Signal, Step, Target};
use rustix::process::Signal as Kernel;
use tokio::net::TcpStream;
use tokio::time::{Instant, interval, timeout};

use super::lag::Lag;
use super::listener::ListenerWatch;
use super::ports::Port;
use super::process::Server;
use super::{pooled, sockets};
use crate::postgres::pace;
use crate::store::{Store, StoreError};

/// Longer than anything that is asked of a database that answers.
const STORE_WITHIN: Duration = Duration::from_secs(10);
/// A stopped server that has not stopped after so long is not going to.
const FREEZE_WITHIN: Duration = Duration::from_millis(500);
/// From the exit until nothing of the server may be left.
const RESIDUE_WITHIN: Duration = Duration::from_millis(500);

/// A process, this machine's network, and a Postgres.
#[derive(Debug)]
pub(crate) struct RealWorld {
    /// When the run began.
    pub(super) start: Instant,
    pub(super) server: Server,
    pub(super) store: Arc<Store>,
    pub(super) listeners: Arc<ListenerWatch>,
    /// The port that the server was told to listen on.
    pub(super) port: Port,
    /// Where the server answers, once it does.
    pub(super) address: OnceLock<SocketAddr>,
    /// Measures timer delays once the server is ready.
    pub(super) lag: OnceLock<Lag>,
}

impl RealWorld {
    /// The port that the server was told to listen on.
    pub(super) fn port(&self) -> u16 {
        self.port.number()
    }

    /// Where the server answers.
    pub(super) fn address(&self) -> SocketAddr {
        let guess = SocketAddr::from(([127, 0, 0, 1], self.port()));
        self.address.get().copied().unwrap_or(guess)
    }
}

/// Opens a connection; says the client's port too.
pub(super) async fn connect(to: SocketAddr) -> io::Result<(TcpStream, u16)> {
    let stream = TcpStream::connect(to).await?;
    let _ = stream.set_nodelay(true);
    let port = stream.local_addr().map_or(0, |address| address.port());
    Ok((stream, port))
}

impl World for RealWorld {
    type Stream = TcpStream;

    async fn sleep_until_us(&self, at_us: u64) {
        tokio::time::sleep_until(self.start + Duration::from_micros(at_us)).await;
    }

    async fn connect(&self, _: &str) -> io::Result<(TcpStream, u16)> {
        connect(self.address()).await
    }

    fn reset(&self, stream: TcpStream) {
        let _ = rustix::net::sockopt::set_socket_linger(&stream, Some(Duration::ZERO));
    }

    /// Children that are born after the signal are found by descent no longer once their parent
    /// exits.
    fn brace(&self) {
        self.server.take_note();
    }

    fn snapshot(&self, conns: &[(u16, String)]) -> Result<Snapshot, String> {
        snapshot(self.port(), conns).map_err(|error| error.to_string())
    }

    fn take_lag_us(&self) -> Option<u64> {
        self.lag.get().map(Lag::take_worst_us)
    }

    fn signal(&self, signal: Signal, target: Target) {
        let kernel = match signal {
            Signal::Term => Kernel::TERM,
            Signal::Int => Kernel::INT,
        };
        self.server.signal(kernel, target);
    }

    async fn freeze(&self) -> Result<(), String> {
        self.server.signal(Kernel::STOP, Target::Group);
        let begun = Instant::now();
        let stopped = async {
            let mut ticks = interval(Duration::from_millis(2));
            while !self.server.is_stopped() {
                ticks.tick().await;
            }
        };
        let late = |_| format!("it still ran {} ms after SIGSTOP", begun.elapsed().as_millis());
        timeout(FREEZE_WITHIN, stopped).await.map_err(late)
    }

    fn thaw(&self) {
        self.server.signal(Kernel::CONT, Target::Group);
    }

    fn has_exited(&self) -> bool {
        self.server.exit().is_some()
    }

    async fn exited(&self) -> Exit {
        self.server.exited().await
    }

    async fn listener_gone(&self) {
        self.listeners.gone(self.port()).await;
    }

    async fn residue(&self) -> Result<Residue, String> {
        let mut looks = pace(Duration::from_millis(20));
        let until = Instant::now() + RESIDUE_WITHIN;
        loop {
            looks.tick().await;
            let ports = sockets::listening().map_err(|error| error.to_string())?;
            let listening = ports.iter().any(|(port, _)| *port == self.port());
            let processes = self.server.children();
            let clean = processes.is_empty() && !listening;
            if clean || !self.has_exited() || Instant::now() >= until {
                return Ok(Residue { processes, listening });
            }
        }
    }

    async fn kill(&self) {
        self.server.kill().await;
    }

    async fn hold(&self, gate: Gate) -> Result<(), String> {
        bounded(self.store.hold(gate)).await
    }

    async fn await_held(&self, wanted: u32, within: Duration) -> Result<u32, String> {
        bounded(self.store.await_held(wanted, within)).await.map(|held| held.n)
    }

    async fn let_go(&self, what: LetGo) -> Result<(), String> {
        bounded(self.store.let_go(what)).await
    }

    async fn fault(&self, fault: Fault) -> Result<(), String> {
        bounded(self.store.fault(fault)).await
    }

    async fn pooled(
        context: &Arc<RunContext<Self>>,
        actor: &str,
        workers: u32,
        steps: &[Step<PooledStep>],
    ) {
        pooled::run(context, actor, workers, steps).await;
    }
}

/// Does something with the store, or gives up: a server may have got at the database, and one that
/// does not answer must not keep a run from its end.
pub(super) async fn bounded<T>(
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, String> {
    match timeout(STORE_WITHIN, work).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err(format!("the database did not answer within {} s", STORE_WITHIN.as_secs())),
    }
}

/// Which of these connections to a port have bytes that the server has not read, and which it has
/// not accepted: requests on all others, sent before, are proved to be in its hands.
fn snapshot(port: u16, conns: &[(u16, String)]) -> io::Result<Snapshot> {
    let sockets = sockets::of_port(port)?;
    let held: HashMap<u16, _> =
        sockets.iter().filter(|s| s.local == port).map(|s| (s.remote, s)).collect();
    let sending: HashMap<u16, _> =
        sockets.iter().filter(|s| s.remote == port).map(|s| (s.local, s)).collect();
    let mut snapshot = Snapshot::default();
    for (client, name) in conns {
        let arrived = sending.get(client).is_some_and(|socket| socket.unsent == 0);
        match held.get(client) {
            Some(socket) if socket.inode == 0 => {
                snapshot.unaccepted.insert(name.clone());
            }
            Some(socket) if socket.unread == 0 && arrived => {}
            // Not read, not arrived, or not to be found: nothing is proved.
            Some(_) | None => {
                snapshot.unread.insert(name.clone());
            }
        }
    }
    Ok(snapshot)
}
