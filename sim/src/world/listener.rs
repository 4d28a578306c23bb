use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::host_map::HostMap;
use super::process::Opened;
use super::sim_context::SimContext;
use super::sim_event::SimEvent;
use super::stream::Stream;
use crate::engine::Net;
use crate::subject::SimListener;
use crate::trace::{self, Kind, NO_CONNECTION, leak};

/// The port of every server.
pub(crate) const PORT: u16 = 3000;

/// The server's listener. It is closed when it is dropped or when the process ends.
pub(crate) struct Listener<N: Net> {
    slot: Arc<Mutex<Option<Arc<N::Listener>>>>,
    sim: Arc<SimContext<N>>,
    opened: Opened,
    /// Whether the seal has begun. Waiting connections are then accepted at once.
    sealing: bool,
}

impl<N: Net> Listener<N> {
    /// Binds the port.
    pub(crate) async fn bind(sim: &Arc<SimContext<N>>) -> io::Result<Self> {
        let listener = sim.net.listen(HostMap::SERVER, PORT).await?;
        sim.process.set_listening(true);
        let slot = Arc::new(Mutex::new(Some(Arc::new(listener))));
        let opened = sim.process.open({
            let slot = Arc::clone(&slot);
            move || drop(take(&slot))
        });
        Ok(Self { slot, sim: Arc::clone(sim), opened, sealing: false })
    }

    /// Whether to yield although a connection waits, like a task on a busy machine.
    fn yields(&self) -> bool {
        let often = self.sim.conditions.yields.tasks;
        let yields =
            often > 0 && !self.sealing && self.queued() > 0 && self.sim.random.accept_yields(often);
        if yields {
            trace::record(HostMap::SERVER.0, Kind::Yield, NO_CONNECTION, 2, 0);
        }
        yields
    }

    /// Number of established connections that are not accepted.
    fn queued(&self) -> u32 {
        if !N::SHOWS_KERNEL {
            return 0;
        }
        let sockets = self.sim.net.sockets(HostMap::SERVER);
        let queued = sockets.iter().filter(|it| it.local.port() == PORT && it.queued()).count();
        u32::try_from(queued).unwrap_or(u32::MAX)
    }
}

impl<N: Net> SimListener for Listener<N> {
    type Io = Stream<N>;

    async fn accept(&mut self) -> io::Result<(Stream<N>, SocketAddr)> {
        let listener = self.slot.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(listener) = listener else {
            // The process has ended, so no connection arrives.
            return std::future::pending().await;
        };
        // Yield before the accept, so that a drop of this future loses no connection.
        if leak::either().await {
            let later = self.sim.net.now() + Duration::from_micros(1);
            self.sim.net.sleep_until(later).await;
        }
        let mut accepted = pin!(self.sim.net.accept(&listener));
        let mut yielded = false;
        let accepted = poll_fn(|cx| {
            // Never yield twice in a row.
            yielded = !yielded && self.yields();
            if yielded {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            accepted.as_mut().poll(cx)
        });
        let ended = pin!(self.sim.process.exited());
        let (stream, peer) = match select(accepted, ended).await {
            Either::Left((accepted, _)) => accepted?,
            Either::Right(_) => return Err(io::ErrorKind::ConnectionAborted.into()),
        };
        let conn = self.sim.hosts.conn(peer);
        let port = u64::from(peer.port());
        trace::record(HostMap::SERVER.0, Kind::ConnectionAccepted, conn.number, 0, port);
        self.sim.inside(SimEvent::Accepted { conn: Arc::clone(&conn.name) });
        Ok((Stream::new(&self.sim, stream, conn), peer))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(HostMap::SERVER.addr(PORT))
    }

    fn seal_begins(&mut self) {
        self.sealing = true;
        let queued = self.queued();
        self.sim.inside(SimEvent::Sealing { queued });
    }

    fn filter_syn(&mut self) {
        self.sim.net.filter_syn(HostMap::SERVER, PORT);
    }
}

impl<N: Net> Drop for Listener<N> {
    fn drop(&mut self) {
        self.sim.process.close(self.opened);
        let Some(listener) = take(&self.slot) else { return };
        let queued = self.queued();
        trace::record(HostMap::SERVER.0, Kind::Sealed, 0, 0, queued.into());
        drop(listener);
        self.sim.inside(SimEvent::Sealed { queued });
        self.sim.process.set_listening(false);
    }
}

impl<N: Net> fmt::Debug for Listener<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").finish_non_exhaustive()
    }
}

fn take<L>(slot: &Mutex<Option<L>>) -> Option<L> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}
