use super::GET;
use crate::load::Connection;
use crate::load::client::Client;

/// How many requests are sent at once.
const DEPTH: usize = 4;

/// Sends several requests at once, and reads their answers in order.
pub(in crate::load) async fn run(client: &mut Client) {
    let requests = GET.repeat(DEPTH);
    while let Some(mut connection) = client.connect().await {
        let mut first = true;
        loop {
            let last = client.is_last();
            let another = batch(client, &mut connection, &requests, first).await;
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

async fn batch(
    client: &mut Client,
    connection: &mut Connection,
    requests: &[u8],
    first: bool,
) -> bool {
    let sent = connection.send(requests).await;
    for nth in 0..DEPTH {
        let lost = client.tally.lost();
        if client.answer(connection, sent, first && nth == 0).await {
            continue;
        }
        // After an answer that says `close`, the server has not executed the remaining requests
        // (RFC 9112, section 9.6). After a lost answer, the client cannot know.
        let behind = (DEPTH - nth - 1) as u64;
        if client.tally.lost() == lost {
            client.tally.left_over += behind;
        }
        return false;
    }
    true
}
