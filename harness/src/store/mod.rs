//! What the judge does with Postgres in one scenario: gates, faults, and the ledger.
//!
//! * `error`: what can fail on our side
//! * `event`: what the proxy saw
//! * `judge`: the harness's own sessions: the row gate, who waits, what stands in `jobs`
//! * `store`: the [`Store`], which is all of it together
//! * `proxy`: the TCP proxy between the server under test and Postgres
//! * `wire`: Postgres's protocol as the proxy reads it, without sockets

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
