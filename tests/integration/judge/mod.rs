//! The judge against servers whose faults are known.
//!
//! * `expected`: what is written for a server, and how it differs from what came out
//! * `mutants`: the known-bad servers, one defect each
//! * `reference`: the reference service, which passes everything
//! * `submissions`: servers as people write them

/// A test for each server, which calls `judge` with its name, and `NAMES` of them all.
macro_rules! one_test_each {
    ($judge:path; $($test:ident: $name:literal;)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            $judge($name).await;
        })*

        const NAMES: &[&str] = &[$($name),*];
    };
}

mod expected;
mod mutants;
mod reference;
mod submissions;
