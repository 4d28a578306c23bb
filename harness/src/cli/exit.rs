//! The exit codes of `lastorders`. Scripts may rely on them.
//!
//! A proved failure outranks everything but our own fault.

use crate::report::Report;
use crate::run::RunError;
use crate::subject::{JudgeError, PrepareError};

/// All that is required has passed.
pub const PASSED: u8 = 0;
/// A *must* failed, or the server could not be built.
pub const FAILED: u8 = 1;
/// The command line, or a file that it names, makes no sense.
pub const USAGE: u8 = 2;
/// Nothing was proved wrong, and not everything was proved right.
pub const INCONCLUSIVE: u8 = 3;
/// No scenario was selected.
pub const NOTHING_SELECTED: u8 = 4;
/// A fault of ours.
pub const OUR_FAULT: u8 = 70;
/// This machine lacks something: Postgres, a program, a place to write.
pub const ENVIRONMENT: u8 = 75;
/// The signal's number is added to this when we are interrupted: 130 after Ctrl-C.
pub const SIGNAL: u8 = 128;

/// The code for a report.
#[must_use]
pub fn of_report(report: &Report) -> u8 {
    let summary = report.outcome.summary();
    if summary.failed > 0 {
        FAILED
    } else if let Some(signal) = report.outcome.interrupted {
        of_signal(signal)
    } else if summary.inconclusive + summary.skipped > 0 {
        INCONCLUSIVE
    } else if summary.passed + summary.warned == 0 {
        NOTHING_SELECTED
    } else {
        PASSED
    }
}

/// The code for a subject that could not be judged.
#[must_use]
pub fn of_error(error: &JudgeError) -> u8 {
    match error {
        JudgeError::NothingSelected => NOTHING_SELECTED,
        JudgeError::Prepare(error) => of_prepare_error(error),
        JudgeError::Run(error) => of_run_error(error),
    }
}

fn of_prepare_error(error: &PrepareError) -> u8 {
    match error {
        PrepareError::NoDirectory { .. }
        | PrepareError::Unrecognised { .. }
        | PrepareError::Manifest { .. }
        | PrepareError::NoCommand { .. } => USAGE,
        PrepareError::MissingProgram { .. } | PrepareError::Environment { .. } => ENVIRONMENT,
        PrepareError::Build(_) => FAILED,
        PrepareError::Interrupted(signal) => of_signal(*signal),
    }
}

fn of_run_error(error: &RunError) -> u8 {
    match error {
        RunError::NothingSelected => NOTHING_SELECTED,
        RunError::Postgres(_) | RunError::Guard(_) => ENVIRONMENT,
        RunError::Interrupted(signal) => of_signal(*signal),
    }
}

fn of_signal(signal: i32) -> u8 {
    u8::try_from(signal).map_or(OUR_FAULT, |signal| SIGNAL.saturating_add(signal))
}
