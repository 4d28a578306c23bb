//! A throw-away cluster from server binaries on this machine.
//!
//! * `account`: the unprivileged user that it runs as when we are root
//! * `binaries`: where `initdb` and `postgres` are
//! * `cluster`: makes, starts and removes it
//! * `place`: the directory that holds clusters

mod account;
mod binaries;
mod cluster;
mod place;

pub(super) use self::account::Account;
pub(super) use self::binaries::{Binaries, says_version};
pub(super) use self::cluster::{Cluster, DIRECTORY, OWNER_FILE, SETTINGS};
pub(super) use self::place::{place, places};
