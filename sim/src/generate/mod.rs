//! Cases from seeds.
//!
//! * `balancer`, `net`, `policy`, `signals`, `store`: one part of a case each
//! * `clients`: the kinds of client, and their scripts
//! * `bounds`, `load`: what can be told of a case from its data
//! * `family`: for what kind of service and clients
//! * `generator`: a seed's case
//! * `mutate`: a case like another
//! * `promise`: what must follow from a case, and the checks that judge it
//! * `requests`: what clients ask for
//! * `script`: the steps of one client, in the making
//! * `stream`: draws, each concern with a stream of its own
//! * `swarm`: which kinds of client and of fault a seed has
//! * `times`: the moments that races happen around

mod balancer;
mod case_bounds;
mod clients;
mod family;
mod generator;
mod load;
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
