//! The terminal's report.
//!
//! * `render`: the whole
//! * `table`: one line a scenario
//! * `block`: what did not pass, with the evidence
//! * `catalogue`: what `list` and `explain` print
//! * `fitness`: what `doctor` prints

mod block;
mod catalogue;
mod fitness;
mod render;
mod table;

pub use self::catalogue::{catalogue_table, explain};
pub use self::fitness::{Fitness, fitness_table};
pub use self::render::{Colour, render};
