//! Every example runs as a process of its own, is used, is told to stop, and is held to how it
//! ends.
//!
//! * `process`: an example that runs.
//! * `built`: where its program is, and that it is not an old one.
//! * `http`: requests and answers, byte by byte.

mod built;
pub(crate) mod http;
pub(crate) mod process;

mod axum;
mod blocking;
mod hyper;
mod sse;
mod websocket;
mod worker;
