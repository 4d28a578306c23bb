//! Where servers and clients meet: this machine's loopback, or a wire with a delay.
//!
//! * [`Network`]: a pair of sides
//! * [`Side`]: one end of it, a thread
//! * `wire`: two network namespaces, a TUN device in each
//! * `forwarder`: carries packets from one device to the other, each after the delay
//! * `delay_line`: packets that are not due yet
//! * `netlink`: the one request to the kernel that no device makes
//! * [`Lacking`]: what this machine does not allow

mod delay_line;
mod forwarder;
mod lacking;
mod netlink;
mod pair;
mod side;
mod wire;

pub use forwarder::Carried;
pub use lacking::Lacking;
pub use pair::{Family, Network};
pub use side::Side;
