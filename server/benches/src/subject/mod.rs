//! The servers that are measured, all behind one command line and around one application.
//!
//! A program that measures starts itself again as a subject (see [`if_asked`]), so that what it
//! measures is never older than itself.
//!
//! * `options`: the command line
//! * `program`: from the command line to the exit code
//! * `app`: the application
//! * `with_lastorders`, `with_axum`, `with_hyper`, `with_axum_server`: one server each, shut down
//!   as its documentation shows

mod app;
mod options;
mod program;
mod with_axum;
mod with_axum_server;
mod with_hyper;
mod with_lastorders;

pub use app::{SEEN, app};
pub use options::{Kind, Options, PolicyChoice, SealMethodChoice};
pub(crate) use program::{command, do_not_outlive};
pub use program::{if_asked, main};
