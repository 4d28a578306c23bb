use std::fs;

use tokio::net::TcpStream;

use crate::within::within;

/// The server's end of a connection, as the kernel reports it.
#[derive(Debug)]
pub(crate) struct Socket {
    state: String,
    /// How many bytes the client's kernel has not yet acknowledged.
    pub(crate) unsent: usize,
}

/// Waits until the server has shut its write side and still holds the socket. Then the clean close
/// has begun, and was not cut short.
///
/// # Panics
///
/// When the server's socket is gone, as after a reset.
pub(crate) async fn write_side_shut(client: &TcpStream) -> Socket {
    let shut = async {
        loop {
            let socket = server_side(client).expect("the server has not reset the connection");
            // The codes of FIN_WAIT1 and FIN_WAIT2.
            if ["04", "05"].contains(&socket.state.as_str()) {
                return socket;
            }
            tokio::task::yield_now().await;
        }
    };
    within("the server to shut its write side", shut).await
}

/// Finds the server's end in Linux's table of IPv4 sockets.
fn server_side(client: &TcpStream) -> Option<Socket> {
    let port = |address: std::net::SocketAddr| format!(":{:04X}", address.port());
    let local = port(client.peer_addr().ok()?);
    let remote = port(client.local_addr().expect("bound"));
    let table = fs::read_to_string("/proc/net/tcp").expect("Linux has it");
    table.lines().find_map(|line| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let [_, from, to, state, queues, _, _, _, _, inode, ..] = fields[..] else {
            return None;
        };
        // A socket without an inode was closed by its process, and the kernel finishes it.
        let ours = from.ends_with(&local) && to.ends_with(&remote) && inode != "0";
        let (unsent, _) = queues.split_once(':')?;
        let unsent = usize::from_str_radix(unsent, 16).ok()?;
        ours.then(|| Socket { state: state.to_owned(), unsent })
    })
}
