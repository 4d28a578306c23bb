use bytes::Bytes;
use futures_util::future::join_all;
use h2::Reason;
use h2::client::{ResponseFuture, SendRequest};
use http::Request;

use crate::load::client::Client;
use crate::load::{Answer, Loss};

/// How many requests are in flight at a time.
const STREAMS: usize = 4;

/// Sends several requests at a time on one connection. When the connection ends, opens another.
pub(in crate::load) async fn run(client: &mut Client) {
    loop {
        let Some(connection) = client.connect().await else { return };
        let Ok((mut sender, driver)) = h2::client::handshake(connection.into_stream()).await else {
            client.tally.lose(Loss::Reset, true);
            continue;
        };
        let driver = tokio::task::spawn_local(async move {
            // An error of the connection is also an error of each stream.
            let _ = driver.await;
        });
        let mut first = true;
        let mut last = false;
        while !last {
            last = client.is_last();
            if !streams(client, &mut sender, first).await {
                break;
            }
            first = false;
        }
        drop(sender);
        // The driver sends GOAWAY, and closes.
        let _ = driver.await;
        if last {
            return;
        }
    }
}

/// Sends some requests and reads their answers. Returns whether the connection can carry more.
async fn streams(client: &mut Client, sender: &mut SendRequest<Bytes>, first: bool) -> bool {
    let mut sent = Vec::new();
    let mut open = true;
    for _ in 0..STREAMS {
        // An error here means that a GOAWAY has arrived, so no more requests are sent.
        let Ok(ready) = sender.clone().ready().await else {
            open = false;
            break;
        };
        *sender = ready;
        match sender.send_request(request(), true) {
            Ok((response, _)) => sent.push(answer(response)),
            Err(_) => {
                open = false;
                break;
            }
        }
    }
    for answered in join_all(sent).await {
        match answered {
            Ok(answer) => {
                client.answered(answer);
            }
            Err(error) => {
                open = false;
                if was_not_processed(&error) {
                    client.tally.left_over += 1;
                } else {
                    client.tally.lose(loss(&error), first);
                }
            }
        }
    }
    open
}

fn request() -> Request<()> {
    let request = Request::get("http://subject/").body(());
    request.expect("these parts make a request")
}

async fn answer(response: ResponseFuture) -> Result<Answer, h2::Error> {
    let (head, mut body) = response.await?.into_parts();
    let mut length = 0;
    while let Some(data) = body.data().await {
        let data = data?;
        length += data.len();
        body.flow_control().release_capacity(data.len())?;
    }
    Ok(Answer { status: head.status.as_u16(), close: false, length })
}

/// Whether the stream was above GOAWAY's last stream, or refused. Such a request is safe to retry
/// (RFC 9113, section 8.7).
fn was_not_processed(error: &h2::Error) -> bool {
    let said_goodbye = error.is_go_away() && error.reason() == Some(Reason::NO_ERROR);
    let refused = error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM);
    error.is_remote() && (said_goodbye || refused)
}

fn loss(error: &h2::Error) -> Loss {
    if error.is_io() { Loss::Reset } else { Loss::Cut }
}
