//! Where Postgres comes from: one for a run, and a database in it for each scenario.
//!
//! * `choice`: what the user asks for with `--postgres`
//! * `postgres`: the [`Postgres`] of a run; `lease`: the database of one scenario
//! * `source`: the sources, in the order in which they are tried: `docker`, binaries on this
//!   machine, `embedded`, `download`; or the server at a `url`
//! * `binaries`, `cluster`: a throw-away server from binaries, whichever source they come from
//! * `places`: the directories for clusters and for fetched binaries
//! * `admin`: the administrator's sessions; `wait`: polls at a bounded rate
//! * `names`, `owner`, `leftovers`: nothing stays behind, even after a run that was killed
//! * `doctor`: which sources work on this machine
//! * `error`, `advice`: every attempt, what happened, and how to fix it, least effort first

mod admin;
mod advice;
mod binaries;
mod choice;
mod cluster;
mod docker;
mod doctor;
mod download;
mod embedded;
mod error;
mod lease;
mod leftovers;
mod names;
mod owner;
mod places;
#[expect(clippy::module_inception, reason = "the folder is named after its main type")]
mod postgres;
mod source;
mod url;
mod wait;

pub use self::advice::Attempt;
pub use self::choice::{Choice, ChoiceError, Tell};
pub use self::doctor::{Diagnosis, doctor};
pub use self::embedded::Major;
pub use self::error::{LeaseError, StartError, StopError};
pub use self::lease::Lease;
pub use self::leftovers::{Cleaned, Leftover, Leftovers, clean, leftovers};
pub use self::names::RunId;
pub use self::postgres::Postgres;
pub(crate) use self::wait::pace;
