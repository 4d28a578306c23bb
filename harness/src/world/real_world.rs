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

/// The limit for one operation on the store. A database that answers needs less.
const STORE_WITHIN: Duration = Duration::from_secs(10);
/// The limit for every thread of a server to stop after SIGSTOP.
const FREEZE_WITHIN: Duration = Duration::from_millis(500);
/// The time from the exit until no process or listener of the server may be left.
const RESIDUE_WITHIN: Duration = Duration::from_millis(500);

/// A process, this machine's network, and a Postgres.
#[derive(Debug)]
pub(crate) struct RealWorld {
    /// When the run began.
    pub(super) start: Instant,
    pub(super) server: Server,
    pub(super) store: Arc<Store>,
    pub(super) listeners: Arc<ListenerWatch>,
    /// The port that the server got in `PORT`.
    pub(super) port: Port,
    /// The address that answered first; set once the server is ready.
    pub(super) address: OnceLock<SocketAddr>,
    /// Measures timer delays once the server is ready.
    pub(super) lag: OnceLock<Lag>,
}

impl RealWorld {
    /// The port that the server got in `PORT`.
    pub(super) fn port(&self) -> u16 {
        self.port.number()
    }

    /// The server's address. Before the server is ready, this is 127.0.0.1 with its port.
    pub(super) fn address(&self) -> SocketAddr {
        let guess = SocketAddr::from(([127, 0, 0, 1], self.port()));
        self.address.get().copied().unwrap_or(guess)
    }
}

/// Opens a connection, and returns it with the client's port.
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

    /// Records the descendants now: once a parent exits, its children's ppid no longer leads to it.
    fn brace(&self) {
        self.server.record_descendants();
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

/// Bounds one operation on the store. A server may have blocked the database, and a database that
/// does not answer must not block the run.
pub(super) async fn bounded<T>(
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, String> {
    match timeout(STORE_WITHIN, work).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err(format!("the database did not answer within {} s", STORE_WITHIN.as_secs())),
    }
}

/// Which of these connections to a port have bytes that the server has not read, and which the
/// server has not accepted. Requests that were sent on all others are proved to be in flight.
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
            // Bytes that are unread, not arrived or not found prove nothing.
            Some(_) | None => {
                snapshot.unread.insert(name.clone());
            }
        }
    }
    Ok(snapshot)
}
