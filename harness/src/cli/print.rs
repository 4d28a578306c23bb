use std::io::{self, ErrorKind, Write as _};

use crate::cli::exit;

/// The limit for a line on stderr, in characters.
const LONGEST: usize = 2_000;

/// Writes to stdout, with colours only if stdout is a terminal and `NO_COLOR` is not set.
///
/// A reader that is gone (`| head`) is no error. Every other failed write yields an exit code.
pub(super) fn stdout(text: &str) -> Result<(), u8> {
    let write = || {
        let mut out = anstream::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    };
    match write() {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            failure(&format!("could not write to stdout: {error}"));
            Err(exit::ENVIRONMENT)
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes lines to stderr, without control characters, because a submission may have written them.
pub(super) fn note(text: &str) {
    let lines: Vec<_> =
        text.lines().map(|line| lastorders_model::terminal::clean(line, LONGEST)).collect();
    let text = lines.join("\n");
    let mut err = anstream::stderr().lock();
    // A failed write to stderr cannot be reported.
    let _: io::Result<()> = writeln!(err, "{text}");
}

/// Writes an error to stderr.
pub(super) fn failure(text: &str) {
    note(&format!("lastorders: {text}"));
}
