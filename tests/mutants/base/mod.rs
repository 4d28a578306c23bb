//! A small server that stops as it should.
//!
//! * `behaviour`: the steps of its shutdown, each of which a defect may override
//! * `run`: starts it, serves, and takes the steps in order
//! * `server`: what every connection sees of it
//! * `accept`: accepts, and seals the listener
//! * `connection`: one connection, from its first byte to its close
//! * `contract`: the two routes; `reply`: what they answer
//! * `store`: the `jobs` table

mod accept;
mod behaviour;
mod connection;
mod contract;
mod reply;
mod run;
mod server;
mod store;

pub(crate) use self::behaviour::{Behaviour, Class, ListenerEnd, Phase, Step, done};
pub(crate) use self::reply::Reply;
pub(crate) use self::run::run;
pub(crate) use self::server::Server;
pub(crate) use self::store::Store;
