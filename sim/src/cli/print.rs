use std::io::{self, ErrorKind, Write as _};

use lastorders_model::exit;
use lastorders_model::terminal::clean;

/// No line of a note is longer: a case in one line may be.
const LONGEST: usize = 100_000;

/// Writes to stdout, with colours if it is a terminal that wants them.
///
/// That the reader has gone (`| head`) is no error. Anything else is: what could not be written
/// was not said.
pub(super) fn stdout(text: &str) -> Result<(), u8> {
    let write = || {
        let mut out = anstream::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    };
    match write() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            failure(&format!("stdout could not be written: {error}"));
            Err(exit::ENVIRONMENT)
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Lines to stderr.
pub(super) fn note(text: &str) {
    let lines: Vec<_> = text.lines().map(|line| clean(line, LONGEST)).collect();
    let mut err = anstream::stderr().lock();
    // There is nobody left to be told that stderr is gone.
    let _: io::Result<()> = writeln!(err, "{}", lines.join("\n"));
}

/// What went wrong, to stderr.
pub(super) fn failure(text: &str) {
    note(&format!("lastorders-sim: {text}"));
}

/// What makes no sense, to stderr, and its code.
pub(super) fn usage(text: &str) -> u8 {
    failure(text);
    exit::USAGE
}
