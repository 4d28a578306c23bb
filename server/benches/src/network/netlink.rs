use std::io;

use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE};

/// The loopback device has index 1 in every namespace (`LOOPBACK_IFINDEX`).
const LOOPBACK: i32 = 1;

const RTM_NEWLINK: u16 = 16;
const NLM_F_REQUEST_ACK: u16 = 1 | 4;
const IFF_UP: u32 = 1;
const LENGTH: u32 = 32;

/// Sets the loopback device of this thread's namespace up. A new namespace has it down, and a
/// server that connects to itself needs it.
pub(super) fn set_loopback_up() -> io::Result<()> {
    let mut socket = Socket::new(NETLINK_ROUTE)?;
    socket.bind_auto()?;
    socket.connect(&SocketAddr::new(0, 0))?;
    socket.send(&request(), 0)?;
    let (reply, _) = socket.recv_from_full()?;
    // An acknowledgement is a `nlmsgerr`: a negated errno after the header of 16 bytes.
    let errno = reply.get(16..20).and_then(|bytes| bytes.try_into().ok());
    match errno.map(i32::from_ne_bytes) {
        Some(0) => Ok(()),
        Some(errno) => Err(io::Error::from_raw_os_error(-errno)),
        None => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// A `nlmsghdr` and an `ifinfomsg`, see `rtnetlink(7)`.
fn request() -> Vec<u8> {
    let mut request = Vec::with_capacity(LENGTH as usize);
    request.extend(LENGTH.to_ne_bytes());
    request.extend(RTM_NEWLINK.to_ne_bytes());
    request.extend(NLM_F_REQUEST_ACK.to_ne_bytes());
    // Sequence number and port, which the kernel does not need.
    request.extend([0; 8]);
    // Family, padding and device type: any.
    request.extend([0; 4]);
    request.extend(LOOPBACK.to_ne_bytes());
    // The flags, and the mask of flags to change.
    request.extend(IFF_UP.to_ne_bytes());
    request.extend(IFF_UP.to_ne_bytes());
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn netlink_request_has_its_declared_length() {
        assert_eq!(request().len(), LENGTH as usize);
    }
}
