//! Text that is fit for a terminal.
//!
//! * `clean`: text of a server, made fit to be printed
//! * `paint`: colours and widths

mod clean;
pub mod paint;

pub use self::clean::clean;
