//! The corpus: shrunk cases in files, each with what it must give, carried out by every test run.
//!
//! * `entry`: one file
//! * `folder`: all of them

mod entry;
mod folder;

pub use self::entry::{Entry, Expected, Surprise};
pub use self::folder::{CorpusError, folder, read};
