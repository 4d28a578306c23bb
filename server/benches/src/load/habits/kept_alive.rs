use super::GET;
use crate::load::client::Client;

/// Sends request after request on one connection; when that is over, on another.
pub(in crate::load) async fn run(client: &mut Client) {
    while let Some(mut connection) = client.connect().await {
        let mut first = true;
        loop {
            let last = client.is_last();
            let another = client.request(&mut connection, GET, first).await;
            if last {
                return;
            }
            // On what the kernel knows to be closed, no request is sent.
            if !another || connection.is_closed() {
                break;
            }
            first = false;
        }
    }
}
