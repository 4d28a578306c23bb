//! The judge against servers whose faults are known.
//!
//! * `expected`: what is written for a server, and how it differs from the actual verdicts
//! * `mutants`: the known-bad servers, one defect each
//! * `reference`: the reference service, which passes everything
//! * `submissions`: servers as people write them

mod expected;
mod mutants;
mod reference;
mod submissions;

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    [mutants::tests(), reference::tests(), submissions::tests()].into_iter().flatten().collect()
}
