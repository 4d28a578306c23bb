use std::io;

use super::{Listener, SealContext, SealMethod};

/// A listener whose sealing begins at a given method: better methods are not tried.
///
/// Use this to test or measure a single method, or when no socket option may be changed. If the
/// method is not possible, sealing falls back to the next one in the order of [`SealMethod`]. The
/// report names the method that was taken.
///
/// ```
/// # async fn example(app: axum::Router) -> std::io::Result<()> {
/// use lastorders::SealMethod;
/// use lastorders::listener::BeginAt;
///
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
/// let report = lastorders::serve(BeginAt::new(listener, SealMethod::SynFilter), app).await;
/// assert!(report.seal_method >= Some(SealMethod::SynFilter));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct BeginAt<L> {
    listener: L,
    method: SealMethod,
}

impl<L> BeginAt<L> {
    /// Wraps `listener`, whose sealing begins at `method`.
    #[must_use]
    pub fn new(listener: L, method: SealMethod) -> Self {
        Self { listener, method }
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

    async fn seal(self, context: SealContext<Self>) -> SealMethod {
        let context = context.begin_at(self.method).inner(|io, peer| (io, peer));
        self.listener.seal(context).await
    }
}
