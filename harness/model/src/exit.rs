//! The exit codes of our programs. Scripts may rely on them.
//!
//! A proved failure outranks everything but our own fault.

/// Every *must* passed.
pub const PASSED: u8 = 0;
/// A *must* failed, or the server could not be built.
pub const FAILED: u8 = 1;
/// The command line is invalid, or a file that it names.
pub const USAGE: u8 = 2;
/// Nothing failed, and at least one scenario or seed proved nothing.
pub const INCONCLUSIVE: u8 = 3;
/// No scenario, or no seed, was selected.
pub const NOTHING_SELECTED: u8 = 4;
/// A part of the merged results is incomplete.
pub const INCOMPLETE: u8 = 5;
/// A bug of ours.
pub const OUR_FAULT: u8 = 70;
/// This machine lacks something: Postgres, a program, a place to write.
pub const ENVIRONMENT: u8 = 75;
/// A signal interrupted us: this plus the signal's number, 130 after Ctrl-C.
pub const SIGNAL: u8 = 128;

/// The exit code after an interruption by `signal`.
#[must_use]
pub fn of_signal(signal: i32) -> u8 {
    u8::try_from(signal).map_or(OUR_FAULT, |signal| SIGNAL.saturating_add(signal))
}
