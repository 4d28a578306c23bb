use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::{Either, select};
use lastorders_model::actor::{Exit, Residue, Snapshot, World};
use lastorders_model::plan::{Fault, Gate, LetGo, Signal, Target};

use super::host_map::HostMap;
use super::listener::PORT;
use super::sim_context::SimContext;
use crate::engine::{Net, Socket};
use crate::trace::{self, Kind, NO_CONNECTION, leak};

/// The simulated world behind the actors.
#[derive(Debug)]
pub(crate) struct SimWorld<N> {
    sim: Arc<SimContext<N>>,
    /// Whether the balancer sends its clients elsewhere.
    out: AtomicBool,
}

impl<N: Net> SimWorld<N> {
    pub(crate) fn new(sim: &Arc<SimContext<N>>) -> Self {
        Self { sim: Arc::clone(sim), out: AtomicBool::new(false) }
    }

    /// Sends the balancer's clients elsewhere from now on.
    pub(crate) fn take_out(&self) {
        self.out.store(true, Ordering::Relaxed);
    }

    fn is_sent_elsewhere(&self, actor: &str) -> bool {
        let balancer = self.sim.conditions.balancer.as_ref();
        self.out.load(Ordering::Relaxed)
            && balancer.is_some_and(|it| it.clients.iter().any(|client| client == actor))
    }
}

impl<N: Net> World for SimWorld<N> {
    type Stream = N::Stream;

    fn sleep_until_us(&self, at_us: u64) -> impl Future<Output = ()> + Send {
        self.sim.net.sleep_until(Duration::from_micros(at_us))
    }

    async fn connect(&self, actor: &str) -> io::Result<(N::Stream, u16)> {
        let Some(host) = self.sim.hosts.host(actor) else {
            return Err(io::Error::other("an actor without a host"));
        };
        self.sim.hosts.begin(host);
        if self.is_sent_elsewhere(actor) {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let wait = leak::delay(leak::QUANTUM);
        if !wait.is_zero() {
            self.sim.net.sleep_until(self.sim.net.now() + wait).await;
        }
        let stream = self.sim.net.connect(host, HostMap::SERVER, PORT).await?;
        let from = self.sim.net.local_addr(&stream);
        let number = self.sim.hosts.conn(from).number;
        trace::record(host.0, Kind::ConnectionOpened, number, from.port().into(), 0);
        // A port identifies a connection of one host only, and each actor has a host. The number is
        // unique.
        Ok((stream, number))
    }

    fn reset(&self, stream: N::Stream) {
        self.sim.net.reset(stream);
    }

    fn snapshot(&self, conns: &[(u16, String)]) -> Result<Snapshot, String> {
        let mut snapshot = Snapshot::default();
        if !N::SHOWS_KERNEL {
            // The handler calls of this connection are the proof, and of no other connection.
            let unproved = conns.iter().filter(|(number, _)| !self.sim.hosts.is_called(*number));
            snapshot.unread.extend(unproved.map(|(_, name)| name.clone()));
            return Ok(snapshot);
        }
        let held = self.sim.net.sockets(HostMap::SERVER);
        for (number, name) in conns {
            let Some(from) = self.sim.hosts.address(*number) else { continue };
            let host = crate::engine::Host::of(from.ip()).unwrap_or(HostMap::SERVER);
            let sending = self.sim.net.sockets(host);
            let arrived = sending.iter().any(|it| it.local == from && it.unsent == 0);
            let is_it = |it: &&Socket| it.peer == Some(from);
            match held.iter().find(is_it) {
                Some(socket) if socket.queued() => drop(snapshot.unaccepted.insert(name.clone())),
                Some(socket) if socket.unread == 0 && arrived => {}
                // The request is unread, not arrived, or unknown: nothing is proved.
                Some(_) | None => drop(snapshot.unread.insert(name.clone())),
            }
        }
        Ok(snapshot)
    }

    fn signal(&self, signal: Signal, _: Target) {
        let (number, signal) = match signal {
            Signal::Term => (15, lastorders::Signal::Terminate),
            Signal::Int => (2, lastorders::Signal::Interrupt),
        };
        trace::record(HostMap::SERVER.0, Kind::Signal, NO_CONNECTION, number, 0);
        self.sim.process.signal(signal);
    }

    async fn freeze(&self) -> Result<(), String> {
        Err("a simulated server cannot be stopped in its tracks".to_owned())
    }

    fn thaw(&self) {}

    fn has_exited(&self) -> bool {
        self.sim.process.exit().is_some()
    }

    async fn exited(&self) -> Exit {
        self.sim.process.exited().await
    }

    async fn listener_gone(&self) {
        self.sim.process.deaf().await;
    }

    async fn residue(&self) -> Result<Residue, String> {
        let listening = self.sim.process.is_listening();
        Ok(Residue { processes: Vec::new(), listening })
    }

    async fn kill(&self) {
        self.sim.process.end(Exit { code: None, signal: Some(9) });
        self.sim.store.orphan();
    }

    async fn hold(&self, gate: Gate) -> Result<(), String> {
        self.sim.store.hold(gate);
        Ok(())
    }

    async fn await_held(&self, wanted: u32, within: Duration) -> Result<u32, String> {
        let until = self.sim.net.now() + within;
        let held = pin!(self.sim.store.held(wanted));
        let over = pin!(self.sim.net.sleep_until(until));
        Ok(match select(held, over).await {
            Either::Left((held, _)) => held,
            Either::Right(_) => self.sim.store.held_now(),
        })
    }

    async fn let_go(&self, what: LetGo) -> Result<(), String> {
        self.sim.store.let_go(what);
        Ok(())
    }

    async fn fault(&self, fault: Fault) -> Result<(), String> {
        self.sim.store.fault(fault);
        Ok(())
    }
}
