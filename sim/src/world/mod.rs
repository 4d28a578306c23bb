//! The simulated world: carries out a case, and records what it sees.
//!
//! * `run`: what one simulation gives

mod run;

pub use self::run::{Ended, Run};
