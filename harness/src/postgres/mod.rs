//! Where Postgres comes from.

mod admin;
mod choice;
mod docker;
mod error;
mod guard;
mod lease;
mod local;
mod owner;
mod run_id;
mod start;

pub use self::choice::{Choice, ChoiceError};
pub use self::error::{Attempt, LeaseError, StartError, StopError};
pub use self::lease::Lease;
pub use self::run_id::RunId;
pub use self::start::Postgres;
