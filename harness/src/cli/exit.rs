//! The exit codes of `lastorders`, and the code for each result.

use crate::judge::JudgeError;
use crate::report::Report;
use crate::run::RunError;
use crate::subject::PrepareError;
pub use lastorders_model::exit::*;

/// The exit code for a report.
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

/// The exit code for a subject that could not be judged.
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
        | PrepareError::NoCommand { .. }
        | PrepareError::Variable { .. } => USAGE,
        PrepareError::MissingProgram { .. } | PrepareError::Environment { .. } => ENVIRONMENT,
        PrepareError::Build(_) => FAILED,
        PrepareError::Interrupted(signal) => of_signal(*signal),
    }
}

fn of_run_error(error: &RunError) -> u8 {
    match error {
        RunError::Postgres(_) | RunError::Guard(_) => ENVIRONMENT,
        RunError::Interrupted(signal) => of_signal(*signal),
    }
}
