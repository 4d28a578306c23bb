//! A small server that stops correctly.
//!
//! * `behaviour`: the steps of the shutdown, each of which a defect may override
//! * `run`: starts the server, serves, and takes the steps in order
//! * `server`: the state that every connection shares
//! * `accept`: accepts connections, and seals the listener
//! * `connection`: one connection, from its first byte to its close
//! * `contract`: the two routes; `reply`: their answers
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
