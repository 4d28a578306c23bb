//! TLS by rustls: [`TlsListener`] around any other listener.
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
//! Which cryptography is used is the application's choice: it makes the
//! [`ServerConfig`](rustls::ServerConfig), with a provider that its own dependency on rustls brings
//! (`rustls = { version = "0.23", features = ["ring", "tls12"] }`). rustls is re-exported here, so
//! that the versions agree. HTTP/2 is spoken with clients that choose `h2` in ALPN, which the
//! configuration must offer as above, and only if this crate's feature `http2` is on.
//!
//! # In a shutdown
//!
//! * Accepting never waits for a handshake. It goes on in the connection's own task, so a client
//!   that is slow with it holds up nobody else.
//! * To the drain, a connection is new until the first byte of a request has been decrypted: one
//!   that is in its handshake has until the policy's
//!   [`first_byte_grace`](crate::Policy#structfield.first_byte_grace) is over, and is then closed.
//! * A clean close is `close_notify` first (RFC 8446, section 6.1), then the FIN, then what the
//!   client still sends is read and thrown away, for no longer than the policy's
//!   [`linger`](crate::Policy#structfield.linger).
//! * The socket is sealed in the way of the listener inside.
//!
//! While serving, a handshake is bounded by [`TlsListener::handshake_timeout`].

mod listener;
mod stream;

#[cfg(all(test, feature = "axum"))]
mod tests;

pub use listener::TlsListener;
pub use stream::TlsStream;
pub use tokio_rustls::rustls;
