use std::io::{self, ErrorKind, Write as _};

use lastorders_model::exit;
use lastorders_model::terminal::clean;

/// The longest line of a note, in bytes: longer than the line of a case.
const LONGEST: usize = 100_000;

/// Writes to stdout, with colours if stdout is a terminal that wants them.
///
/// A closed pipe (`| head`) is no error. Any other failure is, because the output is lost.
pub(super) fn stdout(text: &str) -> Result<(), u8> {
    let write = || {
        let mut out = anstream::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    };
    match write() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            failure(&format!("stdout cannot be written: {error}"));
            Err(exit::ENVIRONMENT)
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes lines to stderr.
pub(super) fn note(text: &str) {
    let lines: Vec<_> = text.lines().map(|line| clean(line, LONGEST)).collect();
    let mut err = anstream::stderr().lock();
    // If stderr is closed, the error cannot be reported.
    let _: io::Result<()> = writeln!(err, "{}", lines.join("\n"));
}

/// Writes an error to stderr.
pub(super) fn failure(text: &str) {
    note(&format!("lastorders-sim: {text}"));
}

/// Writes an error of usage to stderr, and returns its exit code.
pub(super) fn usage(text: &str) -> u8 {
    failure(text);
    exit::USAGE
}
