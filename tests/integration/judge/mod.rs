//! The judge against servers whose faults are known.
//!
//! * `expected`: the written verdicts for a server, and how the actual ones differ
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
