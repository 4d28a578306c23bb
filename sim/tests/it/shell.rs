use std::path::Path;
use std::process::{Command, Output, Stdio};

use lastorders_sim::cli::COMMAND;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_lastorders-sim");

/// Runs the program to its end.
pub(crate) fn sim(words: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(words).env_clear().stdin(Stdio::null());
    command.output().expect("the program starts")
}

/// The arguments of a printed line that reproduces a case, as a shell reads them; `None` for any
/// other line.
pub(crate) fn arguments(line: &str) -> Option<Vec<&str>> {
    let words = line.trim().strip_prefix(COMMAND)?.split_whitespace();
    Some(words.map(|word| word.trim_matches('\'')).collect())
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub(crate) fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}
