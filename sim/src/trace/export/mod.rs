//! Exports a run into files for other programs, and onto the terminal.
//!
//! * `chrome`: for chrome://tracing and Perfetto
//! * `jsonl`: one JSON object a record
//! * `pcapng`: packets, for Wireshark
//! * `terminal`: the judge's timeline, with the deadline

mod chrome;
mod jsonl;
mod pcapng;
#[cfg(test)]
mod pcapng_tests;
mod terminal;

pub use self::chrome::chrome;
pub use self::jsonl::jsonl;
pub use self::pcapng::{ExportError, pcapng};
pub use self::terminal::terminal;
