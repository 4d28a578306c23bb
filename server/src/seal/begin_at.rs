use std::io;

use super::{Door, Rung};
use crate::listener::Listener;

/// A listener whose sealing begins at a given rung: those above it are not tried.
///
/// For tests and measurements of a single rung, and for whoever must not have his sockets touched.
/// Where the rung is not possible, the next one below it is taken, and the report says which.
///
/// ```
/// # async fn example(app: axum::Router) -> std::io::Result<()> {
/// use lastorders::Rung;
/// use lastorders::listener::BeginAt;
///
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let report = lastorders::serve(BeginAt::new(listener, Rung::SynFilter), app).await;
/// assert!(report.rung >= Some(Rung::SynFilter));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct BeginAt<L> {
    listener: L,
    rung: Rung,
}

impl<L> BeginAt<L> {
    /// Wraps a listener.
    #[must_use]
    pub fn new(listener: L, rung: Rung) -> Self {
        Self { listener, rung }
    }
}

impl<L: Listener> Listener for BeginAt<L> {
    type Io = L::Io;
    type Addr = L::Addr;

    async fn accept(&mut self) -> io::Result<(L::Io, L::Addr)> {
        self.listener.accept().await
    }

    fn local_addr(&self) -> io::Result<L::Addr> {
        self.listener.local_addr()
    }

    async fn seal(self, door: Door<Self>) -> Rung {
        let door = door.begin_at(self.rung).inner(|io, peer| (io, peer));
        self.listener.seal(door).await
    }
}
