//! What this machine has. Each test names its needs, and the machine is asked once.
//!
//! * `need`: what a test can need, and how to provide it
//! * `probe`: how to find out whether the machine has a need

mod need;
mod probe;

pub(crate) use self::need::Need;
pub(crate) use self::probe::{Lack, lack};
