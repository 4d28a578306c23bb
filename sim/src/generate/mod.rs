//! Cases from seeds.
//!
//! * `case_bounds`: the facts of a case that decide what its run owes
//! * `clients`: the kinds of client, and their scripts
//! * `family`: the kinds of service and client that a case is about
//! * `generator`: makes the case of a seed
//! * `mutate`: changes one detail of a case
//! * `net`, `policy`, `signals`, `store`: one part of a case each
//! * `promise`: what must follow from a case, and the checks that judge it
//! * `requests`: what clients ask for
//! * `script`: collects the steps of one client
//! * `stream`: random draws, with a stream of its own for each concern
//! * `swarm`: which kinds of client and of fault a seed has
//! * `times`: the moments that races happen around, and times near them

mod case_bounds;
mod clients;
mod family;
mod generator;
mod mutate;
mod net;
mod policy;
mod promise;
mod requests;
mod script;
mod signals;
mod store;
mod stream;
mod swarm;
#[cfg(test)]
mod tests;
mod times;

pub use self::clients::ClientKind;
pub use self::family::{Family, UnknownFamily};
pub use self::generator::{Generator, generate};
pub use self::mutate::mutate;
pub use self::promise::derive_promise;
pub use self::requests::Requests;
