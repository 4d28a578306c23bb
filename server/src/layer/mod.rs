//! Layers of tower's, for services that are not axum's and for servers that are not ours.
//!
//! * [`HealthLayer`] answers the health route before the service sees it.
//! * [`ShutdownHandleLayer`] puts the [`ShutdownHandle`](crate::ShutdownHandle) into requests,
//!   where no
//!   [`serve`](crate::serve()) does it.
//!
//! # A tower service under `serve`
//!
//! Its requests carry the handle already, so it needs no more than its health route:
//! `examples/hyper.rs`.
//!
//! # Another server
//!
//! A handle works without [`serve`](crate::serve()), as far as it can: whoever takes the signal
//! calls [`begin`](crate::ShutdownHandle::begin), and from there on health says 503 and
//! [`draining`](crate::ShutdownHandle::draining) is over. Everything else is the other server's: to
//! close its listener without losing connections, to tell clients that theirs will be closed, to
//! wait for requests in flight, and to cut them at some deadline. Tracked work is waited for by
//! [`tasks_ended`](crate::ShutdownHandle::tasks_ended).
//!
#![cfg_attr(feature = "axum", doc = "```")]
#![cfg_attr(not(feature = "axum"), doc = "```ignore")]
//! use std::time::Duration;
//!
//! use axum::{Router, routing::get};
//! use futures_util::StreamExt;
//! use lastorders::ShutdownHandle;
//! use lastorders::layer::{ShutdownHandleLayer, HealthLayer};
//!
//! # async fn run() -> std::io::Result<()> {
//! let drain = ShutdownHandle::new();
//! let app = Router::new()
//!     .route("/", get(|drain: ShutdownHandle| async move { format!("{}", drain.is_draining()) }))
//!     .layer(ShutdownHandleLayer::new(drain.clone()))
//!     .layer(HealthLayer::new(drain.clone()));
//!
//! let mut signals = lastorders::signal::terminate()?;
//! let begin = drain.clone();
//! tokio::spawn(async move {
//!     signals.next().await;
//!     begin.begin();
//! });
//!
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//! axum::serve(listener, app).with_graceful_shutdown(drain.draining()).await?;
//! let ended = tokio::time::timeout(Duration::from_secs(1), drain.tasks_ended()).await;
//! if ended.is_err() {
//!     eprintln!("tracked work was cut");
//! }
//! # Ok(())
//! # }
//! ```

mod health;
mod oneshot;
mod shutdown_handle;

#[cfg(test)]
mod tests;

pub use health::{HealthFuture, HealthLayer, WithHealth};
pub use shutdown_handle::{ShutdownHandleLayer, WithShutdownHandle};
