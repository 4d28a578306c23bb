//! TLS by rustls: [`TlsListener`] wraps any other listener.
//!
//! ```
//! # use std::sync::Arc;
//! use axum::{Router, routing::get};
//! use lastorders::tls::{TlsListener, rustls::ServerConfig};
//!
//! # async fn example(mut config: ServerConfig) -> std::io::Result<()> {
//! config.alpn_protocols = vec![b"h2".into(), b"http/1.1".into()];
//! let signals = lastorders::signal::terminate()?;
//! let listener = tokio::net::TcpListener::bind("0.0.0.0:443").await?;
//! let listener = TlsListener::new(listener, Arc::new(config));
//! let app = Router::new().route("/", get(|| async { "hello" }));
//! let report = lastorders::serve(listener, app).signals(signals).await;
//! # Ok(())
//! # }
//! ```
//!
//! The application chooses the cryptography. It creates the [`ServerConfig`](rustls::ServerConfig)
//! with a provider from its own dependency on rustls (`rustls = { version = "0.23", features =
//! ["ring", "tls12"] }`). This module re-exports rustls, so that the versions agree. A client gets
//! HTTP/2 if it chooses `h2` in ALPN. The configuration must offer `h2` as above, and this crate's
//! feature `http2` must be on.
//!
//! # In a shutdown
//!
//! * Accepting never waits for a handshake. The handshake runs in the connection's own task, so a
//!   slow client delays no other client.
//! * A connection counts as new until the first byte of a request has been decrypted. A connection
//!   in its handshake is closed when the policy's
//!   [`first_byte_grace`](crate::Policy#structfield.first_byte_grace) is over.
//! * A clean close sends `close_notify` (RFC 8446, section 6.1), then the FIN. Then the server
//!   reads and discards the client's data, for at most the policy's
//!   [`linger`](crate::Policy#structfield.linger).
//! * The wrapped listener seals the socket by its own method.
//!
//! [`TlsListener::handshake_timeout`] bounds a handshake outside of a shutdown.

mod listener;
mod stream;

#[cfg(all(test, feature = "axum"))]
mod tests;

pub use listener::TlsListener;
pub use stream::TlsStream;
pub use tokio_rustls::rustls;
