//! Tests with needs. A test is ignored, with the reason, if the machine lacks one of its needs.
//!
//! libtest can ignore a test only at compile time; here the machine decides. `cargo nextest` first
//! lists the tests, and then starts each one in its own process. The list marks a test that cannot
//! run as ignored.
//!
//! * `test`: a test and its needs, the macro `tests!`, and helpers for the body of a test
//! * `run`: runs the tests, and lists those that did not run
//! * `required`: `LASTORDERS_REQUIRE`, which turns a lack into a failure

mod required;
mod run;
mod test;

pub(crate) use self::required::Required;
pub(crate) use self::run::run;
pub(crate) use self::test::{CatalogueTurn, Test, block_on, path};

pub(crate) fn tests() -> Vec<Test> {
    required::tests()
}
