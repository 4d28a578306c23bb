//! The corpus: shrunk cases in files, each with its expected result. Every test run replays them.
//!
//! * `entry`: one file
//! * `folder`: all files

mod entry;
mod folder;

pub use self::entry::{Entry, Expected, Surprise};
pub use self::folder::{CorpusError, folder, read};
