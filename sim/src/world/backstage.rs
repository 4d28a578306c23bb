use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::{Either, select};
use lastorders_model::actor::{Backstage, Exit, Residue, Snapshot};
use lastorders_model::plan::{Fault, Gate, LetGo, Signal, Target};

use super::cast::Cast;
use super::listener::PORT;
use super::scene::Scene;
use crate::engine::{Net, Socket};
use crate::trace::{self, Kind, NO_CONNECTION, leak};

/// The simulated world behind the actors.
#[derive(Debug)]
pub(crate) struct Simulated<N> {
    scene: Arc<Scene<N>>,
    /// Whether the balancer sends its clients elsewhere.
    out: AtomicBool,
}

impl<N: Net> Simulated<N> {
    pub(crate) fn new(scene: &Arc<Scene<N>>) -> Self {
        Self { scene: Arc::clone(scene), out: AtomicBool::new(false) }
    }

    /// From now on the balancer's clients are sent elsewhere.
    pub(crate) fn take_out(&self) {
        self.out.store(true, Ordering::Relaxed);
    }

    fn is_sent_elsewhere(&self, actor: &str) -> bool {
        let balancer = self.scene.conditions.balancer.as_ref();
        self.out.load(Ordering::Relaxed)
            && balancer.is_some_and(|it| it.clients.iter().any(|client| client == actor))
    }
}

impl<N: Net> Backstage for Simulated<N> {
    type Stream = N::Stream;

    fn sleep_until_us(&self, at_us: u64) -> impl Future<Output = ()> + Send {
        self.scene.net.sleep_until(Duration::from_micros(at_us))
    }

    async fn connect(&self, actor: &str) -> io::Result<(N::Stream, u16)> {
        let Some(host) = self.scene.cast.host(actor) else {
            return Err(io::Error::other("an actor without a host"));
        };
        self.scene.cast.begin(host);
        if self.is_sent_elsewhere(actor) {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let wait = leak::delay(leak::QUANTUM);
        if !wait.is_zero() {
            self.scene.net.sleep_until(self.scene.net.now() + wait).await;
        }
        let stream = self.scene.net.connect(host, Cast::SERVER, PORT).await?;
        let from = self.scene.net.local_addr(&stream);
        let number = self.scene.cast.conn(from).number;
        trace::record(host.0, Kind::ConnectionOpened, number, from.port().into(), 0);
        // Ports are those of a host, and each actor has a host of its own: the number tells more.
        Ok((stream, number))
    }

    fn reset(&self, stream: N::Stream) {
        self.scene.net.reset(stream);
    }

    fn snapshot(&self, conns: &[(u16, String)]) -> Result<Snapshot, String> {
        let mut snapshot = Snapshot::default();
        if !N::SHOWS_KERNEL {
            // It is proved by what the application is at, and of no other connection.
            let unproved = conns.iter().filter(|(number, _)| !self.scene.cast.is_called(*number));
            snapshot.unread.extend(unproved.map(|(_, name)| name.clone()));
            return Ok(snapshot);
        }
        let held = self.scene.net.sockets(Cast::SERVER);
        for (number, name) in conns {
            let Some(from) = self.scene.cast.address(*number) else { continue };
            let host = crate::engine::Host::of(from.ip()).unwrap_or(Cast::SERVER);
            let sending = self.scene.net.sockets(host);
            let arrived = sending.iter().any(|it| it.local == from && it.unsent == 0);
            let is_it = |it: &&Socket| it.peer == Some(from);
            match held.iter().find(is_it) {
                Some(socket) if socket.queued() => drop(snapshot.unaccepted.insert(name.clone())),
                Some(socket) if socket.unread == 0 && arrived => {}
                // Not read, not arrived, or not to be found: nothing is proved.
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
        trace::record(Cast::SERVER.0, Kind::Signal, NO_CONNECTION, number, 0);
        self.scene.process.signal(signal);
    }

    async fn freeze(&self) -> Result<(), String> {
        Err("a simulated server cannot be stopped in its tracks".to_owned())
    }

    fn thaw(&self) {}

    fn has_exited(&self) -> bool {
        self.scene.process.exit().is_some()
    }

    async fn exited(&self) -> Exit {
        self.scene.process.exited().await
    }

    async fn listener_gone(&self) {
        self.scene.process.deaf().await;
    }

    async fn residue(&self) -> Result<Residue, String> {
        let listening = self.scene.process.is_listening();
        Ok(Residue { processes: Vec::new(), listening })
    }

    async fn kill(&self) {
        self.scene.process.end(Exit { code: None, signal: Some(9) });
        self.scene.store.orphan();
    }

    async fn hold(&self, gate: Gate) -> Result<(), String> {
        self.scene.store.hold(gate);
        Ok(())
    }

    async fn await_held(&self, wanted: u32, within: Duration) -> Result<u32, String> {
        let until = self.scene.net.now() + within;
        let held = pin!(self.scene.store.held(wanted));
        let over = pin!(self.scene.net.sleep_until(until));
        Ok(match select(held, over).await {
            Either::Left((held, _)) => held,
            Either::Right(_) => self.scene.store.held_now(),
        })
    }

    async fn let_go(&self, what: LetGo) -> Result<(), String> {
        self.scene.store.let_go(what);
        Ok(())
    }

    async fn fault(&self, fault: Fault) -> Result<(), String> {
        self.scene.store.fault(fault);
        Ok(())
    }
}
