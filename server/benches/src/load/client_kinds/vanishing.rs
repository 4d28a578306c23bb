use super::GET;
use crate::load::client::Client;

/// For how many answers of other clients it waits before it disconnects, and before it reconnects.
const BETWEEN: u64 = 10;

const SLOW: &[u8] = b"GET /slow/20 HTTP/1.1\r\nhost: subject\r\n\r\n";
const HALF_A_BODY: &[u8] =
    b"POST /work HTTP/1.1\r\nhost: subject\r\ncontent-length: 1000\r\n\r\nhalf";

/// The bytes sent before the disconnect: none, half a head, a request, half a body, a request whose
/// handler still runs.
const UNFINISHED: [&[u8]; 5] = [b"", b"GET / HT", GET, HALF_A_BODY, SLOW];

/// Begins a request and disconnects, by a FIN or a reset in turn. These requests are not counted.
pub(in crate::load) async fn run(client: &mut Client) {
    for turn in 0.. {
        let last = client.is_last();
        let Some(mut connection) = client.connect().await else { return };
        let _ = connection.send(UNFINISHED[turn % UNFINISHED.len()]).await;
        client.pace(BETWEEN).await;
        if turn % 2 == 1 {
            connection.reset();
        } else {
            drop(connection);
        }
        if last {
            return;
        }
        client.pace(BETWEEN).await;
    }
}
