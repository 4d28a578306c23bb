//! The network between servers and clients: loopback, or a wire with a delay.
//!
//! * [`Network`]: a pair of sides
//! * [`Side`]: one end of the network, a thread
//! * `wire`: two network namespaces, with a TUN device in each
//! * `forwarder`: carries packets from one device to the other, each after the delay
//! * `delay_line`: packets that are not due yet
//! * `netlink`: sets a namespace's loopback device up
//! * [`Unavailable`]: a requirement that this machine does not fulfil

mod delay_line;
mod forwarder;
mod netlink;
mod pair;
mod side;
mod unavailable;
mod wire;

pub use forwarder::WireStats;
pub use pair::{Family, Network};
pub use side::Side;
pub use unavailable::Unavailable;
