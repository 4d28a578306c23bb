//! The measurements as tables.
//!
//! * `row`: one figure of all servers
//! * `text`: a table for a terminal
//! * `markdown`: a table for a README

mod markdown;
mod row;
mod text;

pub(crate) use markdown::markdown;
pub(crate) use row::{Row, Unit, thousands};
pub(crate) use text::text;
