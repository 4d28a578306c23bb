//! The judge's use of Postgres in one scenario: gates, faults, and the rows of `jobs`.
//!
//! * `error`: what can fail on the judge's side
//! * `event`: what the proxy sees
//! * `judge`: the harness's own sessions: the row gate, the number of waiting sessions, the rows
//! * `store`: the [`Store`], which combines the other parts
//! * `proxy`: the TCP proxy between the server under test and Postgres
//! * `wire`: the part of Postgres's protocol that the proxy reads, without sockets

mod error;
mod event;
mod judge;
mod proxy;
#[expect(clippy::module_inception, reason = "the folder is named after its main type")]
mod store;
mod wire;

pub use self::error::StoreError;
pub use self::event::{Observer, StoreEvent};
pub use self::judge::Rows;
pub use self::store::{Held, Store};
