use super::GET;
use crate::load::client::Client;

/// Repeats: connects, sends one request, reads the answer, closes.
pub(in crate::load) async fn run(client: &mut Client) {
    loop {
        let last = client.is_last();
        let Some(mut connection) = client.connect().await else { return };
        client.request(&mut connection, GET, true).await;
        if last {
            return;
        }
    }
}
