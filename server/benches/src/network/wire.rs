use std::io;
use std::net::IpAddr;
use std::time::Duration;

use nix::sched::{CloneFlags, unshare};
use tun_rs::{DeviceBuilder, SyncDevice};

use super::family::Family;
use super::forwarder::Forwarder;
use super::netlink;
use super::side::Side;
use super::unavailable::Unavailable;

/// Room for the packets of 200 clients. The kernel drops packets that a device's queue cannot hold.
const QUEUE: u32 = 10_000;

const AS_ROOT: &str = "run it as root, where namespaces are allowed (CAP_SYS_ADMIN)";
const WITH_TUN: &str = "run it as root (CAP_NET_ADMIN), where the kernel has TUN (/dev/net/tun)";

/// Creates two sides, each in an unnamed network namespace, and the forwarder between them. All of
/// it ends with this process, however the process ends.
pub(super) fn between(
    [servers, clients]: [IpAddr; 2],
    family: Family,
    delay: Duration,
) -> Result<(Side, Side, Forwarder), Unavailable> {
    let (server_side, server_end) = end("servers", servers, family)?;
    let (client_side, client_end) = end("clients", clients, family)?;
    let forwarder = Forwarder::start([server_end, client_end], delay)
        .map_err(Unavailable::new("start the forwarder", "free some descriptors"))?;
    Ok((server_side, client_side, forwarder))
}

fn end(
    name: &'static str,
    address: IpAddr,
    family: Family,
) -> Result<(Side, SyncDevice), Unavailable> {
    Side::start(name, move || {
        unshare(CloneFlags::CLONE_NEWNET)
            .map_err(io::Error::from)
            .map_err(Unavailable::new("create a network namespace", AS_ROOT))?;
        netlink::set_loopback_up()
            .map_err(Unavailable::new("set a namespace's loopback device up", AS_ROOT))?;
        device(address, family).map_err(Unavailable::new("create a TUN device", WITH_TUN))
    })
}

fn device(address: IpAddr, family: Family) -> io::Result<SyncDevice> {
    let device = DeviceBuilder::new().name("wire0").mtu(1500).tx_queue_len(QUEUE);
    match address {
        IpAddr::V4(address) => device.ipv4(address, family.prefix(), None),
        IpAddr::V6(address) => device.ipv6(address, family.prefix()),
    }
    .build_sync()
}
