//! What this machine has: each test names what it needs, and the machine is asked once.
//!
//! * `need`: what a test can need, by name, and how to get it
//! * `probe`: how each is looked for
//! * `required`: `LASTORDERS_REQUIRE`, which turns a lack into a failure

mod need;
mod probe;
mod required;

pub(crate) use self::need::Need;
pub(crate) use self::probe::{Lack, lack};
pub(crate) use self::required::Required;

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    required::tests()
}
