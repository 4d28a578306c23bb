use std::cell::Cell;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::probe::Probe;
use super::wire::{self, Act, Seen, Wire};
use crate::engine::{Socket, SocketState};

/// The longest wait for a state of the probe's sockets.
const BOUND: Duration = Duration::from_secs(10);

/// The observation of a probe on this machine's loopback interface.
pub(super) fn observe(probe: Probe) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("the operating system gives a runtime its descriptors");
    runtime.block_on(probe.observe(Loopback::default()))
}

/// The network of this machine.
#[derive(Clone, Default)]
struct Loopback {
    port: Rc<Cell<u16>>,
}

impl Wire for Loopback {
    type Listener = TcpListener;
    type Stream = TcpStream;

    // Less than a second, after which Linux sends a SYN again.
    const PATIENCE: Duration = Duration::from_millis(300);

    async fn listen(&self, backlog: u32) -> io::Result<TcpListener> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let listener = socket.listen(backlog)?;
        self.port.set(listener.local_addr()?.port());
        Ok(listener)
    }

    async fn accept(&self, listener: &TcpListener) -> io::Result<TcpStream> {
        Ok(listener.accept().await?.0)
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        TcpStream::connect((Ipv4Addr::LOCALHOST, self.port.get())).await
    }

    async fn reset(&self, stream: TcpStream) {
        stream.set_zero_linger().expect("every connection can be told to reset");
    }

    async fn act(&self, stream: &mut TcpStream, act: Act) -> Option<io::Result<usize>> {
        wire::act(stream, act, Self::PATIENCE).await
    }

    async fn until(&self, so: impl Fn(&[Seen]) -> bool) {
        let port = self.port.get();
        let waited = tokio::time::timeout(BOUND, async {
            while !so(&sockets(port)) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        });
        waited.await.expect("the sockets come into the state that the probe is about");
    }
}

/// The sockets of both sides of this port, from the kernel's list.
fn sockets(port: u16) -> Vec<Seen> {
    let rows = std::fs::read_to_string("/proc/net/tcp").expect("Linux lists its sockets");
    rows.lines().skip(1).filter_map(|row| seen(row, port)).collect()
}

/// `sl local_address rem_address st tx_queue:rx_queue ...`
fn seen(row: &str, port: u16) -> Option<Seen> {
    let mut fields = row.split_ascii_whitespace().skip(1);
    let (local, peer) = (address(fields.next()?)?, address(fields.next()?)?);
    let state = state(fields.next()?)?;
    let (unsent, unread) = fields.next()?.split_once(':')?;
    let count = |hex| usize::from_str_radix(hex, 16).ok();
    let (unsent, unread) = (count(unsent)?, count(unread)?);
    if local.port() != port && peer.port() != port {
        return None;
    }
    let peer = (peer.port() != 0).then_some(peer);
    let socket = Socket { local, peer, state, unread, unsent, held: false };
    Some(Seen { server: local.port() == port, socket })
}

fn address(field: &str) -> Option<SocketAddr> {
    let (ip, port) = field.split_once(':')?;
    let ip = u32::from_str_radix(ip, 16).ok()?;
    let port = u16::from_str_radix(port, 16).ok()?;
    Some(SocketAddr::from((Ipv4Addr::from(ip.to_ne_bytes()), port)))
}

/// `TIME_WAIT` is skipped, because it is no socket any more.
fn state(field: &str) -> Option<SocketState> {
    Some(match field {
        "01" => SocketState::Established,
        "02" => SocketState::SynSent,
        "03" | "0C" => SocketState::SynReceived,
        "04" => SocketState::FinWait1,
        "05" => SocketState::FinWait2,
        "07" => SocketState::Closed,
        "08" => SocketState::CloseWait,
        "09" => SocketState::LastAck,
        "0A" => SocketState::Listen,
        "0B" => SocketState::Closing,
        _ => return None,
    })
}
