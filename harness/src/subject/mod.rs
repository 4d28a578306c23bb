//! Subjects: the server that is to be judged; named, recognised, built.
//!
//! A directory is taken by the first of these files that it has: `lastorders.toml`, `Procfile`,
//! `package.json`, `pyproject.toml` or `requirements.txt`, `go.mod`, `Cargo.toml`. What its author
//! wrote down for us comes first, then what says how to start it, then the languages that need a
//! file of their own, and `Cargo.toml` last, because native add-ons of other languages have one.
//! A `Procfile` says only how to start; what is built is still read from the other files.
//!
//! * `subject`: the builder
//! * `manifest`, `procfile`, `node`, `python`, `go`, `cargo`: a file each
//! * `venv`: Python environments, kept for the next time
//! * `build`: carries the steps out: bounded, interruptible, in a group of their own
//! * `variable`: a variable that the user asked for
//! * `prepared`: a subject that can be started
//! * `language`: whose fixes a report shows
//! * `error`: why a subject could not be prepared

mod build;
mod cargo;
mod error;
mod go;
mod language;
mod manifest;
mod node;
mod prepared;
mod procfile;
mod python;
#[expect(clippy::module_inception, reason = "the folder is named after its main type")]
mod subject;
#[cfg(test)]
mod tests;
mod variable;
mod venv;

pub use self::error::{BuildFailure, PrepareError};
pub use self::language::Language;
pub use self::manifest::MANIFEST_KEYS;
pub use self::prepared::Prepared;
pub use self::subject::Subject;

pub(crate) use self::manifest::nearest;
