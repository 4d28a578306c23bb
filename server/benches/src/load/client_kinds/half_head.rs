use super::GET;
use crate::load::client::Client;

/// How many answers of other clients to wait for, before the rest of the head is sent.
const BETWEEN: u64 = 20;

/// Sends half a head. Sends the rest after answers of other clients, or after the signal.
pub(in crate::load) async fn run(client: &mut Client) {
    let (half, rest) = GET.split_at(GET.len() / 2);
    loop {
        let last = client.is_last();
        let Some(mut connection) = client.connect().await else { return };
        let mut sent = connection.send(half).await;
        client.pace(BETWEEN).await;
        if sent.is_ok() {
            sent = connection.send(rest).await;
        }
        client.answer(&mut connection, sent, true).await;
        if last {
            return;
        }
    }
}
