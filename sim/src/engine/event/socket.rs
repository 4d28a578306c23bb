//! Connections and listeners inside the core.

use std::cell::Cell;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use turmoil_net::shim::tokio::net::{TcpListener, TcpStream};
use turmoil_net::{NetstatState, Packet};

use super::core::Core;
use super::links::FlowKey;
use super::wire;
use crate::engine::{Host, Socket, SocketState};

/// The most bytes of one read, in bytes. No receive buffer is larger.
const CLEAR: usize = 1 << 16;

thread_local! {
    /// Reused by the next run.
    static CLEAR_BYTES: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
}

/// The connections and listeners that programs hold.
#[derive(Debug)]
pub(super) struct Sockets {
    connections: Vec<Option<Connection>>,
    free: Vec<usize>,
    listeners: Vec<Option<(Host, TcpListener)>>,
    receive_buffer: usize,
    /// Connections whose reads were too small for `turmoil-net` to announce a larger window.
    pub(super) reopened: Vec<usize>,
    /// Reads go through this buffer.
    clear: Box<[u8]>,
}

#[derive(Debug)]
struct Connection {
    host: Host,
    local: SocketAddr,
    peer: SocketAddr,
    flow: FlowKey,
    tcp: TcpStream,
    /// Unread bytes that came before a reset.
    rescued: BytesMut,
    /// The end of the stream came before the reset, so a read returns no error.
    rescued_end: bool,
    /// Bytes read since the last announced window.
    untold: usize,
    /// The collection after which the last write came.
    written: u64,
}

impl Sockets {
    pub(super) fn new(receive_buffer: usize) -> Self {
        Self {
            connections: Vec::new(),
            free: Vec::new(),
            listeners: Vec::new(),
            receive_buffer,
            reopened: Vec::new(),
            clear: CLEAR_BYTES.take().unwrap_or_else(|| vec![0; CLEAR].into()),
        }
    }

    /// Forgets all sockets without closing them, because their network is about to go.
    pub(super) fn forget(&mut self) {
        CLEAR_BYTES.set(Some(std::mem::take(&mut self.clear)));
        for connection in self.connections.drain(..).flatten() {
            std::mem::forget(connection.tcp);
        }
        for (_, listener) in self.listeners.drain(..).flatten() {
            std::mem::forget(listener);
        }
    }

    fn connection(&mut self, place: usize) -> &mut Connection {
        self.connections[place].as_mut().expect("its holder has not dropped it")
    }
}

impl Core {
    pub(super) fn listen(&mut self, host: Host, port: u16) -> io::Result<usize> {
        use futures_util::FutureExt;
        self.enter(host);
        let listener = TcpListener::bind(host.addr(port)).now_or_never();
        let listener = listener.expect("binding waits for nothing")?;
        self.sockets.listeners.push(Some((host, listener)));
        Ok(self.sockets.listeners.len() - 1)
    }

    pub(super) fn poll_accept(
        &mut self,
        place: usize,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(usize, SocketAddr)>> {
        let host = self.listener(place).0;
        self.enter(host);
        let accepted = std::task::ready!(self.listener(place).1.poll_accept(cx));
        Poll::Ready(accepted.and_then(|(tcp, peer)| Ok((self.hold(host, tcp)?, peer))))
    }

    fn listener(&self, place: usize) -> &(Host, TcpListener) {
        self.sockets.listeners[place].as_ref().expect("its holder has not dropped it")
    }

    pub(super) fn drop_listener(&mut self, place: usize) {
        if let Some((host, listener)) = self.sockets.listeners[place].take() {
            self.enter(host);
            self.dirty = true;
            let port = listener.local_addr().map_or(0, |address| address.port());
            self.filtered.retain(|filtered| *filtered != (host, port));
            drop(listener);
        }
    }

    /// Takes a connection for a program of this host. Returns its place.
    pub(super) fn hold(&mut self, host: Host, tcp: TcpStream) -> io::Result<usize> {
        self.enter(host);
        let (local, peer) = (tcp.local_addr()?, tcp.peer_addr()?);
        let other = Host::of(peer.ip()).ok_or(io::ErrorKind::AddrNotAvailable)?;
        let flow = FlowKey::new(host, local.port(), other, peer.port());
        let connection = Connection {
            host,
            local,
            peer,
            flow,
            tcp,
            rescued: BytesMut::new(),
            rescued_end: false,
            untold: 0,
            written: 0,
        };
        let place = self.sockets.free.pop().unwrap_or_else(|| {
            self.sockets.connections.push(None);
            self.sockets.connections.len() - 1
        });
        self.sockets.connections[place] = Some(connection);
        self.links.flow(flow).held = Some(place);
        if let Some(reset) = self.links.take_reset(flow) {
            self.rescue(place);
            self.dirty = true;
            self.guard.deliver(reset);
        }
        Ok(place)
    }

    pub(super) fn ends(&mut self, place: usize) -> (SocketAddr, SocketAddr) {
        let connection = self.sockets.connection(place);
        (connection.local, connection.peer)
    }

    pub(super) fn poll_read(
        &mut self,
        place: usize,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let half = self.sockets.receive_buffer / 2;
        let connection = self.sockets.connection(place);
        if !connection.rescued.is_empty() {
            let n = connection.rescued.len().min(buf.remaining());
            buf.put_slice(&connection.rescued[..n]);
            connection.rescued.advance(n);
            return Poll::Ready(Ok(()));
        }
        if connection.rescued_end {
            return Poll::Ready(Ok(()));
        }
        let host = connection.host;
        self.enter(host);
        // `turmoil-net` clears its target buffer, which costs more than all else in a read.
        let clear = &mut self.sockets.clear[..buf.remaining().min(CLEAR)];
        let mut clear = ReadBuf::new(clear);
        let tcp = &mut self.sockets.connections[place].as_mut().expect("as above").tcp;
        std::task::ready!(Pin::new(tcp).poll_read(cx, &mut clear))?;
        let n = clear.filled().len();
        buf.put_slice(clear.filled());
        let connection = self.sockets.connection(place);
        if n >= half {
            connection.untold = 0;
            self.dirty = true;
        } else if n > 0 {
            connection.untold += n;
            if connection.untold >= half {
                connection.untold = 0;
                self.sockets.reopened.push(place);
                self.dirty = true;
            }
        }
        Poll::Ready(Ok(()))
    }

    pub(super) fn poll_write(
        &mut self,
        place: usize,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let host = self.sockets.connection(place).host;
        self.enter(host);
        let connection = self.sockets.connection(place);
        connection.written = self.collections;
        let (flow, ended) = (connection.flow, connection.rescued_end);
        let wrote = std::task::ready!(Pin::new(&mut connection.tcp).poll_write(cx, buf));
        let wrote = wrote.map_err(|error| match error.kind() {
            // A reset after the end of the stream is no error for a reader.
            io::ErrorKind::ConnectionReset if ended => io::ErrorKind::BrokenPipe.into(),
            _ => error,
        })?;
        self.dirty = true;
        self.links.flow(flow).given += wrote as u64;
        Poll::Ready(Ok(wrote))
    }

    pub(super) fn poll_shutdown(
        &mut self,
        place: usize,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let host = self.sockets.connection(place).host;
        self.enter(host);
        self.dirty = true;
        let connection = self.sockets.connection(place);
        let ended = Pin::new(&mut connection.tcp).poll_shutdown(cx);
        let flow = connection.flow;
        self.links.flow(flow).end();
        ended
    }

    /// The program has dropped the connection.
    pub(super) fn drop_connection(&mut self, place: usize) {
        let (host, flow) = {
            let connection = self.sockets.connection(place);
            (connection.host, connection.flow)
        };
        // Unread bytes turn this close into a reset. Written bytes go out before it.
        if self.dirty && self.sockets.connection(place).written == self.collections {
            self.collect(self.now());
        }
        self.enter(host);
        self.dirty = true;
        self.sockets.free.push(place);
        drop(self.sockets.connections[place].take());
        let flow = self.links.flow(flow);
        flow.held = None;
        flow.end();
        flow.closed = true;
    }

    /// The program resets the connection.
    pub(super) fn reset_connection(&mut self, place: usize) {
        let now = self.now();
        self.dirty = true;
        self.collect(now);
        let (local, peer) = self.ends(place);
        self.guard.deliver(wire::reset(peer, local, 0));
        self.send(now, wire::reset(local, peer, 0));
        self.drop_connection(place);
    }

    /// Reads the bytes that the coming reset would discard.
    pub(super) fn rescue(&mut self, place: usize) {
        let host = self.sockets.connection(place).host;
        self.enter(host);
        let connection = self.sockets.connection(place);
        let mut piece = [0; 4096];
        loop {
            match connection.tcp.try_read(&mut piece) {
                Ok(0) => {
                    connection.rescued_end = true;
                    return;
                }
                Ok(n) => connection.rescued.extend_from_slice(&piece[..n]),
                Err(_) => return,
            }
        }
    }

    /// Announces a larger window to the peer.
    pub(super) fn window_update(&mut self, place: usize) -> Option<Packet> {
        let connection = self.sockets.connections.get(place)?.as_ref()?;
        let (local, peer) = (connection.local, connection.peer);
        let ack = self.links.known(connection.flow)?.last_ack;
        let sockets = turmoil_net::netstat(local.ip());
        let own =
            sockets.entries.iter().find(|own| own.local == local && own.peer == Some(peer))?;
        let room = self.sockets.receive_buffer.saturating_sub(own.recv_q);
        Some(wire::window(local, peer, ack, u16::try_from(room).unwrap_or(u16::MAX)))
    }

    pub(super) fn look(&self, host: Host) -> Vec<Socket> {
        let held = || {
            let all = self.sockets.connections.iter().flatten();
            all.filter(move |connection| connection.host == host)
        };
        let mut found: Vec<_> = turmoil_net::netstat(host.ip())
            .entries
            .into_iter()
            .filter_map(|own| {
                let state = state(own.state?);
                let by = |c: &Connection| c.local == own.local && Some(c.peer) == own.peer;
                Some(Socket {
                    local: own.local,
                    peer: own.peer,
                    state,
                    unread: own.recv_q,
                    unsent: own.send_q,
                    held: state == SocketState::Listen || held().any(by),
                })
            })
            .collect();
        for connection in held() {
            let (local, peer) = (connection.local, Some(connection.peer));
            if !found.iter().any(|own| own.local == local && own.peer == peer) {
                let (state, unread) = (SocketState::Closed, connection.rescued.len());
                found.push(Socket { local, peer, state, unread, unsent: 0, held: true });
            }
        }
        found
    }
}

fn state(state: NetstatState) -> SocketState {
    match state {
        NetstatState::Listen => SocketState::Listen,
        NetstatState::SynSent => SocketState::SynSent,
        NetstatState::SynReceived => SocketState::SynReceived,
        NetstatState::Established => SocketState::Established,
        NetstatState::FinWait1 => SocketState::FinWait1,
        NetstatState::FinWait2 => SocketState::FinWait2,
        NetstatState::CloseWait => SocketState::CloseWait,
        NetstatState::LastAck => SocketState::LastAck,
        NetstatState::Closing => SocketState::Closing,
        NetstatState::Closed => SocketState::Closed,
    }
}
