//! The methods that need Linux.
//!
//! * `attempts`: tries them in order.
//! * `full_sink`, `plugs`: a second socket whose full accept queue swallows new connections.
//! * `syn_filter`: a filter on the socket that drops SYN.
//! * `grace`: waits for handshakes under way, and admits connections meanwhile.
//! * `handshakes`: lists the handshakes under way; `diag` queries the kernel for them.
//! * `program`: the BPF programs, as data.
//! * `sys`: the socket options that no library offers, with all of this crate's unsafe code.
//! * `skipped`: why a method was skipped.

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

pub(super) use attempts::try_methods;
