//! Reports: projections of the results of a run. No report decides anything.
//!
//! * `report`: the results of one run, which all others are projections of
//! * [`results`]: `results.json`, with its own versioned schema
//! * `junit`: JUnit XML
//! * `files`: the folder that `--out` names; each file is complete or absent
//! * `text`: the terminal's report, its parts, and `assert_passed`, which panics with it
//! * `clean`: makes several lines of a server's output safe to print
//! * `group`: scenarios that failed for the same reason

mod clean;
mod files;
mod group;
mod junit;
#[expect(clippy::module_inception, reason = "the folder is named after its main type")]
mod report;
pub mod results;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;

pub use self::clean::clean_lines;
pub use self::files::write_all;
pub use self::junit::junit;
pub use self::report::Report;
pub use self::results::Results;
pub use self::text::{Colour, Fitness, catalogue_table, explain, fitness_table, render};
