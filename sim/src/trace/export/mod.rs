//! A run in files for other programs, and on the terminal.
//!
//! * `chrome`: for chrome://tracing and Perfetto
//! * `jsonl`: one JSON object a record
//! * `pcapng`: the packets, for Wireshark
//! * `terminal`: the picture of the harness, with the deadline

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
