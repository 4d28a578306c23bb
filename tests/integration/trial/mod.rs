//! Tests that ask the machine. A test is ignored, with the reason, if the machine lacks its needs.
//!
//! libtest can ignore a test only when it is compiled; here the machine decides. `cargo nextest`
//! first lists the tests, and then starts each in a process of its own. The list marks a test that
//! cannot run as ignored.
//!
//! * `test`: a test and its needs, and the table of the tests of a module
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
