//! Where Postgres comes from: one for a run, and a database in it for each scenario.
//!
//! * `choice`, `run_id`: what the user asks for, and what everything is named after
//! * `start`: the [`Postgres`] of a run, and `lease`: a database of one scenario's own
//! * `ways`: the ways to a Postgres, in order: `docker`, `local`, `embedded`, `download`, `url`
//! * `cache`: where fetched binaries are kept
//! * `admin`: the administrator's sessions, whichever way it was; `pace`: how it looks for changes
//! * `owner`, `names`, `leftovers`: nothing stays behind, even of a run that was killed
//! * `doctor`: which ways are open on this machine
//! * `error`, `advice`: every attempt, what happened, and what fixes it, least effort first

mod admin;
mod advice;
mod cache;
mod choice;
mod docker;
mod doctor;
mod download;
mod embedded;
mod error;
mod lease;
mod leftovers;
mod local;
mod names;
mod owner;
mod pace;
mod run_id;
mod start;
mod url;
mod ways;

pub use self::choice::{Choice, ChoiceError};
pub use self::doctor::{Diagnosis, doctor};
pub use self::embedded::Major;
pub use self::error::{Attempt, LeaseError, StartError, StopError};
pub use self::lease::Lease;
pub use self::leftovers::{Cleaned, Leftover, Leftovers, clean, leftovers};
pub(crate) use self::pace::pace;
pub use self::run_id::RunId;
pub use self::start::{Postgres, Tell};
