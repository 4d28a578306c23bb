//! The terminal's report.
//!
//! * `render`: the whole report
//! * `table`: one line a scenario
//! * `block`: the evidence for one scenario, or one group, that did not pass
//! * `commands`: the texts of `list`, `explain` and `doctor`

mod block;
mod commands;
mod render;
mod table;

pub use self::commands::{Fitness, catalogue_table, explain, fitness_table};
pub use self::render::{Colour, render};
