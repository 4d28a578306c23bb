//! A small server that stops as it should.
//!
//! * `conduct`: the steps of its shutdown, each of which a defect may override
//! * `server`: starts it, serves, and takes the steps in order
//! * `door`: accepts, and seals the listener
//! * `connection`: one connection, from its first byte to its close
//! * `contract`: the two routes
//! * `store`: the `jobs` table

mod conduct;
mod connection;
mod contract;
mod door;
mod server;
mod store;

pub(crate) use self::conduct::{Conduct, SealContext, Step, done};
pub(crate) use self::connection::Class;
pub(crate) use self::contract::Reply;
pub(crate) use self::server::{Phase, Server, run};
pub(crate) use self::store::Store;
