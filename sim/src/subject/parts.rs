use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::{fmt, io};

use axum::Router;
use futures_util::Stream;
use lastorders::event::Event;
use lastorders::{Policy, Report, ShutdownHandle, Signal};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::case::Sealing;

/// Everything that a server is given.
pub struct Parts<L> {
    /// Where connections come from.
    pub listener: L,
    /// How our server closes it. The others drop it.
    pub sealing: Sealing,
    /// The signals that the process gets.
    pub signals: Pin<Box<dyn Stream<Item = Signal> + Send>>,
    /// Our server's policy. The others take the deadline from it, if they know one.
    pub policy: Policy,
    /// The handle that `app` was made with: at the signal its health goes off.
    pub drain: ShutdownHandle,
    /// The application.
    pub app: Router,
    /// What is released after the last request, in this order.
    pub resources: Vec<Resource>,
    /// Gets the events of our server. The others have none.
    pub observer: Observer,
}

impl<L: fmt::Debug> fmt::Debug for Parts<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts")
            .field("listener", &self.listener)
            .field("sealing", &self.sealing)
            .field("policy", &self.policy)
            .field("resources", &self.resources)
            .finish_non_exhaustive()
    }
}

/// Gets the events of a server.
pub type Observer = Box<dyn FnMut(&Event<'_>) + Send>;

/// Something that the service holds to its end, such as a pool.
pub struct Resource {
    /// Its name, as our report calls it.
    pub name: String,
    /// Releases it. Nothing happens before the call.
    pub release: Box<dyn FnOnce() -> Releasing + Send>,
}

/// The release of a resource under way.
pub type Releasing = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Resource {
    /// With the name that our report calls it by.
    pub fn new<F, Fut>(name: impl Into<String>, release: F) -> Self
    where
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        Self { name: name.into(), release: Box::new(|| Box::pin(release())) }
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resource").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What a process of the server would leave.
#[derive(Debug, Clone)]
pub struct Exit {
    /// Its exit code.
    pub code: i32,
    /// What our server says of the shutdown; the others say nothing.
    pub report: Option<Report>,
}

impl Exit {
    /// Of a server that ended well and has nothing to say.
    pub(super) fn clean() -> Self {
        Self { code: 0, report: None }
    }
}

/// A listener of a simulated network. Dropping it closes it, with whatever waits in its queue.
pub trait SimListener: Send + 'static {
    /// A connection.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Waits for the next connection. Cancel safe.
    ///
    /// # Errors
    ///
    /// When the network says so.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Io, SocketAddr)>> + Send;

    /// The address it is bound to.
    ///
    /// # Errors
    ///
    /// When the network does not say.
    fn local_addr(&self) -> io::Result<SocketAddr>;

    /// It is about to be closed, in whatever way. For the record.
    fn seal_begins(&mut self) {}

    /// From here on no handshake begins: a SYN is dropped without a word. Those under way go on.
    fn filter_syn(&mut self);
}
