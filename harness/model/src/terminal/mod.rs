//! Text for a terminal.
//!
//! * `clean`: text of a server, without control characters
//! * `paint`: colours and widths

mod clean;
pub mod paint;

pub use self::clean::clean;
