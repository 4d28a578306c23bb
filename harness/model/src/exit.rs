//! The exit codes of our programs. Scripts may rely on them.
//!
//! A proved failure outranks everything but our own fault.

/// All that is required has passed.
pub const PASSED: u8 = 0;
/// A *must* failed, or the server could not be built.
pub const FAILED: u8 = 1;
/// The command line, or a file that it names, makes no sense.
pub const USAGE: u8 = 2;
/// Nothing was proved wrong, and not everything was proved right.
pub const INCONCLUSIVE: u8 = 3;
/// No scenario, or no seed, was selected.
pub const NOTHING_SELECTED: u8 = 4;
/// A part of what was merged is not complete.
pub const INCOMPLETE: u8 = 5;
/// A fault of ours.
pub const OUR_FAULT: u8 = 70;
/// This machine lacks something: Postgres, a program, a place to write.
pub const ENVIRONMENT: u8 = 75;
/// The signal's number is added to this when we are interrupted: 130 after Ctrl-C.
pub const SIGNAL: u8 = 128;

/// The code of a program that a signal has interrupted.
#[must_use]
pub fn of_signal(signal: i32) -> u8 {
    u8::try_from(signal).map_or(OUR_FAULT, |signal| SIGNAL.saturating_add(signal))
}
