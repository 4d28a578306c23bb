use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

use crate::trace::{Names, Record, what};

/// One line of the file.
#[derive(Serialize)]
struct RecordLine<'a> {
    at_ns: u64,
    sequence: u32,
    host: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection: Option<Cow<'a, str>>,
    kind: &'static str,
    a: u64,
    b: u64,
    words: String,
}

/// Writes each record as a line of JSON: `at_ns`, `sequence`, `host`, `connection` (if there is
/// one), `kind`, the numbers `a` and `b`, and a description in `words`.
///
/// # Errors
///
/// If writing fails.
pub fn jsonl(records: &[Record], names: &Names, mut to: impl Write) -> io::Result<()> {
    for record in records {
        let line = RecordLine {
            at_ns: record.at_ns,
            sequence: record.sequence,
            host: names.host(record.host),
            connection: names.connection(record.connection),
            kind: record.kind.name(),
            a: record.a,
            b: record.b,
            words: what(record),
        };
        serde_json::to_writer(&mut to, &line)?;
        to.write_all(b"\n")?;
    }
    to.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::recorder::recorded;
    use crate::trace::{Kind, record};

    #[test]
    fn each_record_is_a_json_line_with_numbers_and_words() {
        let trace = recorded(|| {
            record(0, Kind::Signal, 0, 15, 0);
            record(1, Kind::RequestAnswered, 1, u64::MAX, 503);
        });
        let names = Names {
            hosts: vec!["server".to_owned(), "calm \"client\"".to_owned()],
            connections: vec!["calm@1".to_owned()],
        };
        let mut bytes = Vec::new();
        jsonl(&trace.records, &names, &mut bytes).expect("a vector takes everything");
        let text = String::from_utf8(bytes).expect("it is text");
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
        assert_eq!(lines.len(), trace.records.len());
        assert_eq!(
            lines[0],
            serde_json::json!({
                "at_ns": 1_000, "sequence": 0, "host": "server", "kind": "signal",
                "a": 15, "b": 0, "words": "SIGTERM",
            })
        );
        assert_eq!(lines[1]["host"], "calm \"client\"");
        assert_eq!(lines[1]["connection"], "calm@1");
        assert_eq!(lines[1]["a"], u64::MAX);
        assert_eq!(lines[6]["words"], "yield was drawn from 0 times");
    }
}
