use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Event, History};
use crate::plan::{PLAN_VERSION, Plan, PlanVersion};

/// The version of the history's format.
pub const HISTORY_VERSION: u32 = 2;

/// The longest line, in bytes. We never write a longer one.
const LONGEST_LINE: u64 = 16 << 20;

/// The first line of a history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format, [`HISTORY_VERSION`].
    pub history_version: u32,
    /// The program that wrote the file, with its version.
    pub tool: String,
    /// The plan of the run.
    pub plan: Plan,
}

/// The reason why a stored history cannot be read.
#[derive(Debug, Error)]
pub enum FormatError {
    /// The file could not be read.
    #[error("the history could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// A line has the wrong form.
    #[error("line {line} is no {what}: {why}")]
    BadLine {
        /// The line's number, from 1.
        line: usize,
        /// The expected content.
        what: &'static str,
        /// The error.
        why: String,
    },
    /// Another version wrote the file.
    #[error(
        "it has version {found} of the {what}, this program reads {known}; use the program \
             that wrote it"
    )]
    Version {
        /// The versioned format.
        what: &'static str,
        /// The file's version.
        found: u32,
        /// The version that this program reads.
        known: u32,
    },
}

/// Writes a history as JSON lines.
///
/// # Errors
///
/// If the writer fails.
pub fn write(mut to: impl Write, plan: &Plan, history: &History) -> std::io::Result<()> {
    let tool = concat!("lastorders ", env!("CARGO_PKG_VERSION")).to_owned();
    let header = Header { history_version: HISTORY_VERSION, tool, plan: plan.clone() };
    serde_json::to_writer(&mut to, &header)?;
    to.write_all(b"\n")?;
    for event in &history.events {
        serde_json::to_writer(&mut to, event)?;
        to.write_all(b"\n")?;
    }
    to.flush()
}

/// Reads a history from JSON lines. Memory stays within a small multiple of the file's size.
///
/// # Errors
///
/// If the reader fails, a line has the wrong form, or the version differs.
pub fn read(from: impl BufRead) -> Result<(Plan, History), FormatError> {
    let mut lines = Lines { from, number: 0 };
    let first = lines.next()?.ok_or_else(|| lines.bad("history's header", "the file is empty"))?;
    // The versions come first, because another version's header has another form.
    let versions: Versions = lines.parse("history's header", &first)?;
    for (what, found, known) in [
        ("history's format", versions.history_version, HISTORY_VERSION),
        ("plan's language", versions.plan.version, PLAN_VERSION),
    ] {
        if found != known {
            return Err(FormatError::Version { what, found, known });
        }
    }
    let header: Header = lines.parse("history's header", &first)?;
    let mut history = History::default();
    let mut last = 0;
    while let Some(line) = lines.next()? {
        let event: Event = lines.parse("event", &line)?;
        if event.at_us < last {
            return Err(lines.bad("event of this history", "it is older than the one before it"));
        }
        last = event.at_us;
        history.events.push(event);
    }
    Ok((header.plan, history))
}

/// The versions in a header of any version.
#[derive(Deserialize)]
struct Versions {
    history_version: u32,
    plan: PlanVersion,
}

struct Lines<R> {
    from: R,
    number: usize,
}

impl<R: BufRead> Lines<R> {
    fn next(&mut self) -> Result<Option<Vec<u8>>, FormatError> {
        use std::io::Read as _;
        let mut line = Vec::new();
        self.number += 1;
        let read = (&mut self.from).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if read as u64 == LONGEST_LINE {
            return Err(self.bad("line of a history", "it is longer than 16 MiB"));
        }
        Ok((read > 0).then_some(line))
    }

    fn parse<T: for<'a> Deserialize<'a>>(
        &self,
        what: &'static str,
        line: &[u8],
    ) -> Result<T, FormatError> {
        serde_json::from_slice(line).map_err(|error| self.bad(what, &error.to_string()))
    }

    fn bad(&self, what: &'static str, why: &str) -> FormatError {
        FormatError::BadLine { line: self.number, what, why: why.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Event, EventKind};
    use crate::plan::{Contract, Draft};

    fn stored() -> (Plan, History, Vec<u8>) {
        let mut draft = Draft::new("group/name", 7, Contract::default());
        draft.hold_drain();
        let plan = draft.finish();
        let marked = EventKind::Marked { label: "warm".to_owned() };
        let event = |what| Event { at_us: 5, actor: "warm-up".to_owned(), what };
        let history = History { events: vec![event(EventKind::Ready), event(marked)] };
        let mut bytes = Vec::new();
        write(&mut bytes, &plan, &history).expect("a vector takes everything");
        (plan, history, bytes)
    }

    /// A header as version 1 wrote it: its actors have another form.
    const OF_VERSION_1: &str = r#"{"history_version":1,"tool":"lastorders 0.1.0",
        "plan":{"version":1,"actors":[{"name":"a","role":{"is":"client"},"steps":[]}]}}"#;

    #[test]
    fn written_history_is_read_back_unchanged() {
        let (plan, history, bytes) = stored();
        assert_eq!(read(bytes.as_slice()).expect("it is ours"), (plan, history));
        assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), 3, "one line an event");
    }

    #[test]
    fn malformed_file_is_refused_with_the_line_number_and_the_reason() {
        let (_, _, bytes) = stored();
        let text = String::from_utf8(bytes).expect("it is text");
        let rows = [
            (String::new(), "line 1 is no history's header: the file is empty"),
            ("{}\n".to_owned(), "line 1 is no history's header: missing field"),
            (format!("{text}nonsense\n"), "line 4 is no event: expected"),
            (text.replace("\"history_version\":2", "\"history_version\":9"), "has version 9 of"),
            (OF_VERSION_1.replace('\n', ""), "has version 1 of"),
            (text.replace("\"version\":2", "\"version\":8"), "version 8 of the plan's language"),
        ];
        for (text, expected) in rows {
            let error = read(text.as_bytes()).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
