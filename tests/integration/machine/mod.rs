//! What this machine has: each test names what it needs, and the machine is asked once.
//!
//! * `need`: what a test can need, by name, and how to get it
//! * `probe`: how each is looked for

mod need;
mod probe;

pub(crate) use self::need::Need;
pub(crate) use self::probe::{Lack, lack};
