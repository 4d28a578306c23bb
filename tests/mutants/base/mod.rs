//! A small server that stops as it should.
//!
//! * `behaviour`: the steps of its shutdown, each of which a defect may override
//! * `server`: starts it, serves, and takes the steps in order
//! * `listener_end`: accepts, and seals the listener
//! * `connection`: one connection, from its first byte to its close
//! * `contract`: the two routes
//! * `store`: the `jobs` table

mod behaviour;
mod connection;
mod contract;
mod listener_end;
mod server;
mod store;

pub(crate) use self::behaviour::{Behaviour, ListenerEnd, Step, done};
pub(crate) use self::connection::Class;
pub(crate) use self::contract::Reply;
pub(crate) use self::server::{Phase, Server, run};
pub(crate) use self::store::Store;
