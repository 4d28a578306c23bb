//! The judge against servers with known faults.
//!
//! * `expected`: the expected verdicts for a server, and the differences from the actual ones
//! * `mutants`: servers with one known defect each
//! * `reference`: the reference service, which passes every scenario
//! * `submissions`: servers as people write them

mod expected;
mod mutants;
mod reference;
mod submissions;

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    [mutants::tests(), reference::tests(), submissions::tests()].into_iter().flatten().collect()
}
