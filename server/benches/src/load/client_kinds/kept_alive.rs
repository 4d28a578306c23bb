use super::GET;
use crate::load::client::Client;

/// Sends request after request on one connection. When the connection ends, opens another.
pub(in crate::load) async fn run(client: &mut Client) {
    while let Some(mut connection) = client.connect().await {
        let mut first = true;
        loop {
            let last = client.is_last();
            let another = client.request(&mut connection, GET, first).await;
            if last {
                return;
            }
            // No request is sent on a connection that the kernel knows to be closed.
            if !another || connection.is_closed() {
                break;
            }
            first = false;
        }
    }
}
