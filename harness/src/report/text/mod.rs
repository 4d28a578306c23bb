//! The terminal's report.
//!
//! * `render`: the whole
//! * `table`: one line a scenario
//! * `block`: what did not pass, with the evidence
//! * `commands`: the texts of `list`, `explain` and `doctor`

mod block;
mod commands;
mod render;
mod table;

pub use self::commands::{Fitness, catalogue_table, explain, fitness_table};
pub use self::render::{Colour, render};
