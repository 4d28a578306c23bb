//! `NETLINK_SOCK_DIAG`, see `sock_diag(7)`.

use std::collections::HashSet;
use std::io;

use netlink_packet_core::{
    NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_sock_diag::SockDiagMessage;
use netlink_packet_sock_diag::constants::{AF_INET, AF_INET6, IPPROTO_TCP};
use netlink_packet_sock_diag::inet::{
    ExtensionFlags, InetRequest, InetResponseHeader, SocketId, StateFlags,
};
use netlink_sys::protocols::NETLINK_SOCK_DIAG;
use netlink_sys::{Socket as Netlink, SocketAddr};

use super::socket::Socket;

pub(super) fn listening() -> io::Result<HashSet<(u16, u64)>> {
    let mut ports = HashSet::new();
    dump(&StateFlags::LISTEN, 0, 0, |found| {
        ports.insert((found.socket_id.source_port, found.inode.into()));
    })?;
    Ok(ports)
}

pub(super) fn of_port(port: u16) -> io::Result<Vec<Socket>> {
    // No process has a socket in TIME_WAIT.
    let states = StateFlags::all().difference(StateFlags::LISTEN | StateFlags::TIME_WAIT);
    let mut sockets = Vec::new();
    // Clients first: bytes that had arrived by then show up in the later look at the server, unless
    // the server has read them.
    for (source, destination) in [(0, port), (port, 0)] {
        dump(&states, source, destination, |found| {
            sockets.push(Socket {
                local: found.socket_id.source_port,
                remote: found.socket_id.destination_port,
                unsent: found.send_queue.into(),
                unread: found.recv_queue.into(),
                inode: found.inode.into(),
            });
        })?;
    }
    Ok(sockets)
}

/// Passes every socket in these states to `take`. A port of 0 matches every port.
fn dump(
    states: &StateFlags,
    source: u16,
    destination: u16,
    mut take: impl FnMut(&InetResponseHeader),
) -> io::Result<()> {
    let mut socket = Netlink::new(NETLINK_SOCK_DIAG)?;
    socket.bind_auto()?;
    socket.connect(&SocketAddr::new(0, 0))?;
    for (family, any) in [(AF_INET, SocketId::new_v4()), (AF_INET6, SocketId::new_v6())] {
        let request = InetRequest {
            family,
            protocol: IPPROTO_TCP,
            extensions: ExtensionFlags::empty(),
            states: states.clone(),
            socket_id: SocketId { source_port: source, destination_port: destination, ..any },
        };
        let mut header = NetlinkHeader::default();
        header.flags = NLM_F_REQUEST | NLM_F_DUMP;
        let mut message = NetlinkMessage::new(header, SockDiagMessage::InetRequest(request).into());
        message.finalize();
        let mut bytes = vec![0; message.buffer_len()];
        message.serialize(&mut bytes);
        socket.send(&bytes, 0)?;
        while receive(&socket, &mut take)? {}
    }
    Ok(())
}

/// Receives one datagram of answers, and returns whether more will come.
fn receive(socket: &Netlink, take: &mut impl FnMut(&InetResponseHeader)) -> io::Result<bool> {
    let (datagram, _) = socket.recv_from_full()?;
    let mut rest = datagram.as_slice();
    while !rest.is_empty() {
        let message = NetlinkMessage::<SockDiagMessage>::deserialize(rest)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
        match message.payload {
            NetlinkPayload::InnerMessage(SockDiagMessage::InetResponse(found)) => {
                take(&found.header);
            }
            NetlinkPayload::Done(_) => return Ok(false),
            NetlinkPayload::Error(error) => return Err(error.to_io()),
            _ => {}
        }
        // Messages are aligned to four bytes. A length of 0 would loop forever.
        let length = usize::try_from(message.header.length).unwrap_or(usize::MAX).max(4);
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(true)
}
