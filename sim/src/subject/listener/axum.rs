use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::serve::Listener;

use super::SimListener;
use crate::subject::date::Dated;

/// For `axum::serve`.
#[derive(Debug)]
pub struct ForAxum<L>(L);

impl<L> ForAxum<L> {
    pub(in crate::subject) fn new(listener: L) -> Self {
        Self(listener)
    }
}

impl<L: SimListener> Listener for ForAxum<L> {
    type Io = Dated<L::Io>;
    type Addr = SocketAddr;

    /// As axum does it for tokio's listener: errors of one connection are passed over, and after
    /// any other it rests for a second.
    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
        loop {
            match self.0.accept().await {
                Ok((io, peer)) => return (Dated::new(io), peer),
                Err(error) => match error.kind() {
                    ConnectionAborted | ConnectionRefused | ConnectionReset => {}
                    _ => tokio::time::sleep(Duration::from_secs(1)).await,
                },
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}
