//! Servers with one known defect each, which prove that the judge finds it: `mutant DEFECT`.
//! `mutant --list` prints the defects, one a line.
//!
//! * `base`: a small server that stops correctly, in steps that a defect can override
//! * `defects`: one defect a file, which overrides the step that it breaks

mod base;
mod defects;

use std::process::ExitCode;

/// The command line was wrong (`EX_USAGE`).
const USAGE: u8 = 64;

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    if wanted == defects::orphan_child_keeps_port::CHILD {
        return defects::orphan_child_keeps_port::hold_the_port();
    }
    if wanted == defects::helper_dies_of_the_signal::CHILD {
        return defects::helper_dies_of_the_signal::approve_jobs();
    }
    if wanted == "--list" {
        defects::DEFECTS.iter().for_each(|defect| println!("{}", defect.name));
        return ExitCode::SUCCESS;
    }
    let Some(defect) = defects::find(&wanted) else {
        let names: Vec<_> = defects::DEFECTS.iter().map(|defect| defect.name).collect();
        eprintln!("usage: mutant DEFECT, where DEFECT is one of: {}", names.join(", "));
        return ExitCode::from(USAGE);
    };
    base::run((defect.behaviour)())
}
