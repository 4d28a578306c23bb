//! What was measured, as tables.
//!
//! * `row`: one figure, all servers beside each other
//! * `text`: for a terminal
//! * `markdown`: for a README

mod markdown;
mod row;
mod text;

pub use markdown::markdown;
pub use row::{Row, Unit};
pub use text::text;
