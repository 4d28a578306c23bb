//! The behaviour of each kind of HTTP/1.1 client. Each client ends when it is refused, or after its
//! last request.

use super::client::Client;
use super::connection::Connection;

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: subject\r\n\r\n";
const GET_SLOW: &[u8] = b"GET /slow/20 HTTP/1.1\r\nhost: subject\r\n\r\n";
/// 8 MiB: more than the kernel's buffers hold, so the server blocks in the middle of writing.
const GET_LARGE: &[u8] = b"GET /bytes/8388608 HTTP/1.1\r\nhost: subject\r\n\r\n";
const POST_HEAD: &[u8] = b"POST /work HTTP/1.1\r\nhost: subject\r\n\
    content-type: application/json\r\ncontent-length: 15\r\n\r\n";
const POST_BODY: &[u8] = br#"{"name":"soak"}"#;
const HALF_A_BODY: &[u8] =
    b"POST /work HTTP/1.1\r\nhost: subject\r\ncontent-length: 1000\r\n\r\nhalf";

/// The bytes that a vanishing client sends before it disconnects: none, half a head, a request,
/// half a body, a request whose handler still runs.
const UNFINISHED: [&[u8]; 5] = [b"", b"GET / HT", GET, HALF_A_BODY, GET_SLOW];

/// How many requests a pipelining client sends at once.
const DEPTH: usize = 4;

/// How many small reads a slow reader does.
const SMALL_READS: usize = 64;

/// For how many answers of other clients a paced client waits: between the halves of a head, before
/// each small read, and before it disconnects or reconnects.
const BETWEEN_HALVES: u64 = 20;
const BETWEEN_READS: u64 = 5;
const BETWEEN_CONNECTS: u64 = 10;

/// Repeats: connects, sends one request, reads the answer, closes.
pub(super) async fn fresh(client: &mut Client) {
    loop {
        let last = client.is_last();
        let Some(mut connection) = client.connect().await else { return };
        let sent = connection.send(GET).await;
        client.answer(&mut connection, sent, true).await;
        if last {
            return;
        }
    }
}

/// Sends request after request on one connection. When the connection ends, opens another.
pub(super) async fn kept_alive(client: &mut Client) {
    on_kept_connections(client, async |client, connection, first| {
        let sent = connection.send(GET).await;
        client.answer(connection, sent, first).await
    })
    .await;
}

/// Sends request after request on one connection, each with a body that is sent after its head.
pub(super) async fn poster(client: &mut Client) {
    on_kept_connections(client, async |client, connection, first| {
        let mut sent = connection.send(POST_HEAD).await;
        if sent.is_ok() {
            // Yield, so that the server sees the head without the body.
            tokio::task::yield_now().await;
            sent = connection.send(POST_BODY).await;
        }
        client.answer(connection, sent, first).await
    })
    .await;
}

/// Sends several requests at once, and reads their answers in order.
pub(super) async fn pipelined(client: &mut Client) {
    let requests = GET.repeat(DEPTH);
    on_kept_connections(client, async |client, connection, first| {
        let sent = connection.send(&requests).await;
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
    })
    .await;
}

/// Sends half a head. Sends the rest after answers of other clients, or after the signal.
pub(super) async fn half_head(client: &mut Client) {
    let (half, rest) = GET.split_at(GET.len() / 2);
    loop {
        let last = client.is_last();
        let Some(mut connection) = client.connect().await else { return };
        let mut sent = connection.send(half).await;
        client.pace(BETWEEN_HALVES).await;
        if sent.is_ok() {
            sent = connection.send(rest).await;
        }
        client.answer(&mut connection, sent, true).await;
        if last {
            return;
        }
    }
}

/// Reads an answer in small parts, and then the rest of it at once.
pub(super) async fn slow_reader(client: &mut Client) {
    loop {
        let last = client.is_last();
        let Some(mut connection) = client.connect().await else { return };
        let mut received = connection.send(GET_LARGE).await.map(|()| None);
        for _ in 0..SMALL_READS {
            client.pace(BETWEEN_READS).await;
            if let Ok(None) = received {
                received = connection.receive_some().await;
            }
        }
        let answer = match received {
            Ok(None) => connection.answer().await,
            Ok(Some(answer)) => Ok(answer),
            Err(loss) => Err(loss),
        };
        client.count(answer, true);
        if last {
            return;
        }
    }
}

/// Begins a request and disconnects, by a FIN or a reset in turn. These requests are not counted.
pub(super) async fn vanishing(client: &mut Client) {
    for turn in 0.. {
        let last = client.is_last();
        let Some(mut connection) = client.connect().await else { return };
        let _ = connection.send(UNFINISHED[turn % UNFINISHED.len()]).await;
        client.pace(BETWEEN_CONNECTS).await;
        if turn % 2 == 1 {
            connection.reset();
        } else {
            drop(connection);
        }
        if last {
            return;
        }
        client.pace(BETWEEN_CONNECTS).await;
    }
}

/// Repeats `exchange` on one connection, which returns whether the connection can carry more. When
/// the connection ends, opens another. The last argument of `exchange` is whether it is the
/// connection's first.
async fn on_kept_connections(
    client: &mut Client,
    exchange: impl AsyncFn(&mut Client, &mut Connection, bool) -> bool,
) {
    while let Some(mut connection) = client.connect().await {
        let mut first = true;
        loop {
            let last = client.is_last();
            let another = exchange(client, &mut connection, first).await;
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
