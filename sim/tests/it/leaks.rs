//! Tests of the audit: it must catch nondeterminism and must report nothing else.

use std::process::Output;

use crate::shell::{sim, text};

const LEAKS: [&str; 3] = ["hashmap", "instant", "select"];

/// Seeds within which every leak is caught. A sweep of this many seeds without a difference is
/// trustworthy.
const WITHIN: u32 = 100;

/// The exit code for a fault of the simulator, see `lastorders_model::exit`.
const OUR_FAULT: i32 = 70;

fn audit(words: &[&str]) -> (i32, String) {
    let Output { status, stdout, stderr } = sim(&[&["audit"], words].concat());
    let said = [stdout, stderr].concat();
    let code = status.code().expect("it was not killed");
    (code, text(&said))
}

#[test]
fn every_leak_is_caught_in_one_process() {
    for leak in LEAKS {
        let (code, said) = audit(&["--seeds", &format!("0..{WITHIN}"), "--leak", leak]);
        assert_eq!(code, OUR_FAULT, "{leak}: {said}");
        assert!(said.contains("two runs of one case differ at record"), "{leak}: {said}");
    }
}

#[test]
fn every_leak_is_caught_by_another_process() {
    for leak in LEAKS {
        let caught = (0..WITHIN).any(|seed| {
            let (code, said) = audit(&[&seed.to_string(), "--leak", leak]);
            let caught = said.contains("the run in another process differs");
            assert!(!caught || code == OUR_FAULT, "{leak}: {code}: {said}");
            caught
        });
        assert!(caught, "{leak} was not caught");
    }
}
