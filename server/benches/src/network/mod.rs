//! The network between servers and clients: loopback, or a wire with a delay.
//!
//! * [`Network`]: a pair of sides
//! * [`Family`]: IPv4 or IPv6, with its addresses
//! * [`Side`]: one end of the network, a thread
//! * `wire`: two network namespaces, with a TUN device in each
//! * `forwarder`: carries packets from one device to the other, each after the delay
//! * `delay_line`: packets that are not due yet
//! * `netlink`: sets a namespace's loopback device up
//! * [`Unavailable`]: a requirement that this machine does not fulfil

mod delay_line;
mod family;
mod forwarder;
mod netlink;
mod pair;
mod side;
mod unavailable;
mod wire;

pub use family::Family;
pub use forwarder::WireStats;
pub use pair::Network;
pub use side::Side;
pub use unavailable::Unavailable;
