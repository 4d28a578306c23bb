//! The measured servers, all behind one command line and with one application.
//!
//! A program that measures starts itself again as a subject (see [`run_if_subject`]). So the server
//! is never older than the program.
//!
//! * `options`: the command line
//! * `program`: runs a server until its exit code
//! * `app`: the application
//! * `with_lastorders`, `with_hyper`, `with_axum`: the servers, shut down as their documentation
//!   shows; `with_axum` also has the crate axum-server

mod app;
mod options;
mod program;
mod with_axum;
mod with_hyper;
mod with_lastorders;

pub use app::{SEEN, app};
pub use options::{Options, PolicyChoice, SealMethodChoice, ServerKind};
pub(crate) use program::{command, do_not_outlive};
pub use program::{main, run_if_subject};
