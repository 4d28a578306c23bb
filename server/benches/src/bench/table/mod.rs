//! What was measured, as tables.
//!
//! * `row`: one figure, all servers beside each other
//! * `text`: for a terminal
//! * `markdown`: for a README

mod markdown;
mod row;
mod text;

pub(crate) use markdown::markdown;
pub(crate) use row::{Row, Unit, thousands};
pub(crate) use text::text;
