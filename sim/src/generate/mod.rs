//! Cases from seeds.
//!
//! * `client_kind`: what clients there are
//! * `family`: for what kind of service and clients
//! * `generator`: a seed's case
//! * `mutate`: a case like another
//! * `requests`: what clients ask for
//! * `stream`: draws, each concern with a stream of its own

mod client_kind;
mod family;
mod generator;
mod mutate;
mod requests;
mod stream;

pub use self::client_kind::ClientKind;
pub use self::family::{Family, UnknownFamily};
pub use self::generator::{Generator, generate};
pub use self::mutate::mutate;
pub use self::requests::Requests;
