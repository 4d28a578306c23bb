//! The methods that need Linux.
//!
//! * `attempts`: tries them in order.
//! * `full_sink`, `plugs`: a second socket whose full accept queue swallows new connections.
//! * `syn_filter`: a filter on the socket that drops SYN.
//! * `grace`: the wait for handshakes under way, while what comes is admitted.
//! * `handshakes`: which handshakes are under way, and `diag`, which asks the kernel for them.
//! * `program`: the filters, as data.
//! * `sys`: the socket options that no library offers: all of this crate's unsafe code.
//! * `skipped`: why a method was passed over.

mod attempts;
mod diag;
mod full_sink;
mod grace;
mod handshakes;
mod plugs;
mod program;
mod skipped;
mod syn_filter;
mod sys;

#[cfg(test)]
mod tests;

pub(super) use attempts::descend;
