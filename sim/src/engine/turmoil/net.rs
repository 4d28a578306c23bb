use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use turmoil::net::{TcpListener, TcpStream};

use super::shared::{Shared, Want};
use super::stream::{Listener, Stream};
use crate::engine::{Host, Net, Socket, Task};

/// The handle of the code inside the simulation.
#[derive(Debug, Clone)]
pub struct TurmoilNet {
    pub(super) shared: Arc<Shared>,
    /// Latency of all links during the whole run.
    pub(super) latency: Duration,
}

impl TurmoilNet {
    fn want(&self, from: Host, to: Host, want: Want) {
        let mut links = self.shared.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.insert((from, to), want);
    }
}

impl Net for TurmoilNet {
    type Listener = Listener;
    type Stream = Stream;
    const SHOWS_KERNEL: bool = false;

    fn now(&self) -> Duration {
        turmoil::sim_elapsed().unwrap_or_default()
    }

    fn sleep_until(&self, at: Duration) -> impl Future<Output = ()> + Send + use<> {
        let net = self.clone();
        async move {
            while let Some(left) = at.checked_sub(net.now()).filter(|left| !left.is_zero()) {
                tokio::time::sleep(left).await;
            }
        }
    }

    fn spawn<F>(&self, host: Host, task: F) -> Task<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.shared.spawn(host, task)
    }

    fn mark(&self, mark: u16) {
        self.shared.mark.store(mark.into(), Ordering::Relaxed);
    }

    fn marked(&self) -> Option<u16> {
        u16::try_from(self.shared.mark.load(Ordering::Relaxed)).ok()
    }

    fn tasks(&self, host: Host) -> usize {
        self.shared.tasks(host)
    }

    async fn listen(&self, host: Host, port: u16) -> io::Result<Listener> {
        let bind = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port));
        let tcp = Arc::clone(&self.shared).at(host, bind).await?;
        Ok(Listener::new(Arc::clone(&self.shared), host, tcp))
    }

    async fn accept(&self, listener: &Listener) -> io::Result<(Stream, SocketAddr)> {
        let (shared, host) = (Arc::clone(&self.shared), listener.host);
        let tcp = Arc::clone(listener.tcp.as_ref().expect("it is taken when it is dropped"));
        let accepting = async move {
            let (stream, peer) = tcp.accept().await?;
            Ok((Stream::new(shared, host, stream)?, peer))
        };
        Arc::clone(&self.shared).at(host, accepting).await
    }

    fn connect(
        &self,
        from: Host,
        to: Host,
        port: u16,
    ) -> impl Future<Output = io::Result<Stream>> + Send + use<> {
        let shared = Arc::clone(&self.shared);
        let connecting = async move {
            let tcp = TcpStream::connect(to.addr(port)).await?;
            Stream::new(shared, from, tcp)
        };
        Arc::clone(&self.shared).at(from, connecting)
    }

    fn local_addr(&self, stream: &Stream) -> SocketAddr {
        stream.local
    }

    fn peer_addr(&self, stream: &Stream) -> SocketAddr {
        stream.peer
    }

    fn reset(&self, stream: Stream) {
        self.shared.unsupported("a reset by will: turmoil resets only where bytes are unread");
        drop(stream);
    }

    fn latency(&self, _: Host, _: Host, latency: Duration) {
        if latency != self.latency {
            self.shared.unsupported("a latency of its own: turmoil lets packets overtake then");
        }
    }

    fn hold(&self, from: Host, to: Host) {
        self.want(from, to, Want::Hold);
    }

    fn cut(&self, from: Host, to: Host) {
        self.want(from, to, Want::Lose);
    }

    fn heal(&self, from: Host, to: Host) {
        self.want(from, to, Want::Carry);
    }

    fn filter_syn(&self, _: Host, _: u16) {
        self.shared.unsupported("a SYN filter: turmoil has no accept queue to be emptied");
    }

    fn sockets(&self, _: Host) -> Vec<Socket> {
        self.shared.unsupported("a look at sockets: turmoil does not show them");
        Vec::new()
    }
}
