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

/// The input of a server.
pub struct Parts<L> {
    /// The listener.
    pub listener: L,
    /// How our server closes the listener. The others drop it.
    pub sealing: Sealing,
    /// The signals that the process gets.
    pub signals: Pin<Box<dyn Stream<Item = Signal> + Send>>,
    /// Our server's policy. The others use its deadline, if they have one.
    pub policy: Policy,
    /// The handle that `app` was made with. The signal turns its health off.
    pub drain: ShutdownHandle,
    /// The application.
    pub app: Router,
    /// Resources to release after the last request, in this order.
    pub resources: Vec<Resource>,
    /// Receives the events of our server. The others have no events.
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

/// Receives the events of a server.
pub type Observer = Box<dyn FnMut(&Event<'_>) + Send>;

/// A resource of the service, such as a pool.
pub struct Resource {
    /// The name in our report.
    pub name: String,
    /// Releases the resource. The release starts with this call.
    pub release: Box<dyn FnOnce() -> Releasing + Send>,
}

/// A release in progress.
pub type Releasing = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Resource {
    /// A resource with the name in our report.
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

/// The result of a server's process.
#[derive(Debug, Clone)]
pub struct Exit {
    /// Its exit code.
    pub code: i32,
    /// Our server's report of the shutdown. The others have none.
    pub report: Option<Report>,
}

impl Exit {
    /// The result of a server that ended well and has no report.
    pub(super) fn clean() -> Self {
        Self { code: 0, report: None }
    }
}

/// A listener of a simulated network. Dropping it closes it and resets its queue.
pub trait SimListener: Send + 'static {
    /// A connection.
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Waits for the next connection. Cancel safe.
    ///
    /// # Errors
    ///
    /// If the network reports an error.
    fn accept(&mut self) -> impl Future<Output = io::Result<(Self::Io, SocketAddr)>> + Send;

    /// The local address.
    ///
    /// # Errors
    ///
    /// If the network does not know the address.
    fn local_addr(&self) -> io::Result<SocketAddr>;

    /// Notes that the seal begins, by whatever method.
    fn seal_begins(&mut self) {}

    /// Drops new SYNs silently from now on. Handshakes in progress finish.
    fn filter_syn(&mut self);
}
