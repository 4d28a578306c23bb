use crate::load::client::Client;

/// 8 MiB: more than the kernel's buffers hold, so the server blocks in the middle of writing.
const REQUEST: &[u8] = b"GET /bytes/8388608 HTTP/1.1\r\nhost: subject\r\n\r\n";

/// How many small reads the client does, and for how many answers of other clients it pauses before
/// each.
const SMALL_READS: usize = 64;
const BETWEEN: u64 = 5;

/// Reads an answer in small parts, and then the rest of it at once.
pub(in crate::load) async fn run(client: &mut Client) {
    loop {
        let last = client.is_last();
        let Some(mut connection) = client.connect().await else { return };
        let mut sent = connection.send(REQUEST).await;
        for _ in 0..SMALL_READS {
            client.pace(BETWEEN).await;
            if sent.is_ok() {
                sent = connection.receive().await;
            }
        }
        client.answer(&mut connection, sent, true).await;
        if last {
            return;
        }
    }
}
