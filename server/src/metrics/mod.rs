//! What the shutdown tells the [`metrics`](https://docs.rs/metrics) facade, with the feature
//! `metrics`.
//!
//! Every name begins with `lastorders_`.
//!
//! | `lastorders_…` | kind | labels | what it says |
//! |---|---|---|---|
//! | `shutdowns_total` | counter | `cause` | shutdowns that began |
//! | `requests_at_signal` | gauge |  | requests in flight when it began |
//! | `connections_at_signal` | gauge |  | connections open when it began |
//! | `upgraded_at_signal` | gauge |  | connections that had left HTTP when it began |
//! | `tasks_at_signal` | gauge |  | tracked tasks when it began |
//! | `seals_total` | counter | `method` | listeners closed, by how it was done |
//! | `finished_requests_total` | counter |  | requests that ended by themselves after it began |
//! | `aborted_requests_total` | counter |  | requests that were cut |
//! | `aborted_connections_total` | counter | `class` | connections that were cut |
//! | `aborted_tasks_total` | counter |  | tracked tasks that were cut |
//! | `phase_duration_seconds` | histogram | `phase` | how long each phase lasted |
//! | `release_duration_seconds` | histogram | `resource` `outcome` | how long each release took |
//! | `shutdown_duration_seconds` | histogram | `clean` | from what began it to its end |
//!
//! Labels have the words of the [`Report`](crate::Report), with underscores for spaces: a `phase`
//! is `lame_duck`, an `outcome` is `timed_out`, a `class` is `half_head`. `resource` is the name
//! that was given to [`Serve::release`](crate::Serve::release).
//!
//! An [observer](crate::event) records each metric at the event that the metric describes. Nothing
//! is recorded while the server serves: no request costs anything. Counters that count nothing are
//! recorded too, as 0, so that there is something to compare with.
//!
//! # Getting them out
//!
//! The process is about to end. Nobody scrapes it any more, so what is only pulled is lost: push
//! when [`serve`](crate::serve()) has returned, which is when everything has been recorded.
//! A recorder that was installed after that sees nothing.
//!
//! ```
//! # async fn push() {}
//! # async fn run(listener: tokio::net::TcpListener, app: axum::Router) -> std::io::Result<()> {
//! let signals = lastorders::signal::terminate()?;
//! let report = lastorders::serve(listener, app).signals(signals).await;
//! push().await;
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "metrics")]
mod facade;

#[cfg(feature = "metrics")]
pub(crate) use facade::Facade;
