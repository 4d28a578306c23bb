//! How to run a service on this crate, how the crate differs from others, and how to migrate.
//!
//! * [`kubernetes`]: a Deployment that loses no request in a rolling update.
//! * [`docker`]: `docker stop`, compose, and process 1.
//! * `systemd`: sockets that stay open during a restart. The page is the documentation of the
//!   module `systemd`, which the feature of that name enables.
//! * [`faults`]: faults of other servers, and the tests that prove their absence here.
//! * [`peers`]: how other servers treat each kind of connection.
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
