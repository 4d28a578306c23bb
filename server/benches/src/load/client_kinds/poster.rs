use crate::load::client::Client;

const HEAD: &[u8] = b"POST /work HTTP/1.1\r\nhost: subject\r\ncontent-type: application/json\r\n\
    content-length: 15\r\n\r\n";
const BODY: &[u8] = br#"{"name":"soak"}"#;

/// Sends request after request on one connection, each with a body that is sent after its head.
pub(in crate::load) async fn run(client: &mut Client) {
    while let Some(mut connection) = client.connect().await {
        let mut first = true;
        loop {
            let last = client.is_last();
            let mut sent = connection.send(HEAD).await;
            if sent.is_ok() {
                // Yield, so that the server sees the head without the body.
                tokio::task::yield_now().await;
                sent = connection.send(BODY).await;
            }
            let another = client.answer(&mut connection, sent, first).await;
            if last {
                return;
            }
            if !another || connection.is_closed() {
                break;
            }
            first = false;
        }
    }
}
