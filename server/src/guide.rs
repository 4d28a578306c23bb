//! How to run it, how it differs from others, and how to come from them.
//!
//! * [`kubernetes`]: a Deployment that loses nothing in a rolling update.
//! * [`docker`]: `docker stop`, compose, and process 1.
//! * `systemd`: sockets that outlive a restart. It is the page of the module `systemd`, with the
//!   feature of that name.
//! * [`faults`]: those of other servers, and the tests that catch them here.
//! * [`peers`]: what others do with each kind of connection.
//! * [`migration`]: from `axum::serve`, axum-server, tokio-graceful, or a loop over hyper.
//!
//! These modules hold no code.

#[doc = include_str!("../docs/docker.md")]
pub mod docker {}

#[doc = include_str!("../docs/faults.md")]
pub mod faults {}

#[doc = include_str!("../docs/kubernetes.md")]
pub mod kubernetes {}

#[doc = include_str!("../docs/migration.md")]
pub mod migration {}

#[doc = include_str!("../docs/peers.md")]
pub mod peers {}
