//! Subjects: the server to be judged; how it is named, recognised, built.
//!
//! The first of these files that a directory has decides how the server is built and started:
//! `lastorders.toml`, `Procfile`, `package.json`, `pyproject.toml` or `requirements.txt`, `go.mod`,
//! `Cargo.toml`. The file for the judge comes first, then the file that says how to start, then
//! each language's own file. `Cargo.toml` is last, because native add-ons of other languages have
//! one. A `Procfile` says only how to start; the other files still say how to build.
//!
//! * `subject`: the builder
//! * `manifest`, `procfile`, `node`, `python`, `go`, `cargo`: one for each of these files
//! * `venv`: Python environments, which later runs reuse
//! * `build`: runs the steps of a build: bounded, interruptible, each in its own process group
//! * `variable`: a variable that the user gives the server
//! * `prepared`: a subject that can be started
//! * `language`: the server's language, whose fixes a report shows
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
