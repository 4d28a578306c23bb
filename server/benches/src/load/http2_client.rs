use lastorders_model::actor::{Http2, Received};
use lastorders_model::history::End;
use lastorders_model::plan::Request;
use tokio::net::TcpStream;

use super::client::Client;
use super::connection::Loss;

/// How many requests are in flight at a time.
const STREAMS: usize = 4;

/// Sends several requests at a time on one connection. When the connection ends, opens another.
pub(super) async fn http2(client: &mut Client) {
    let request = Request { path: "/".to_owned(), ..Request::health() };
    loop {
        let Some(connection) = client.connect().await else { return };
        let Ok(mut http2) = Http2::open(connection.into_stream()).await else {
            client.tally.lose(Loss::Reset, true);
            continue;
        };
        let mut first = true;
        loop {
            let last = client.is_last();
            let another = streams(client, &mut http2, &request, first).await;
            if last {
                return;
            }
            if !another {
                break;
            }
            first = false;
        }
    }
}

/// Sends some requests and reads their answers. Returns whether the connection can carry more.
async fn streams(
    client: &mut Client,
    http2: &mut Http2<TcpStream>,
    request: &Request,
    first: bool,
) -> bool {
    let mut sent = 0;
    let mut open = true;
    while open && sent < STREAMS {
        open = http2.send(request).await.is_ok();
        // The end of the connection before a later request loses nothing: the client knows that it
        // has not sent the request. The first request counts, as over HTTP/1.1.
        sent += usize::from(open || (first && sent == 0));
    }
    for _ in 0..sent {
        match http2.receive().await {
            Received::Answer(answer) => {
                client.count(Ok(answer), first);
            }
            // GOAWAY or a reset says that the request was not processed, so it is safe to retry
            // (RFC 9113, section 8.7).
            Received::End { by: End::Refused, .. } => {
                open = false;
                client.tally.left_over += 1;
            }
            Received::End { by, got, .. } => {
                open = false;
                client.count(Err(Loss::of(by, got)), first);
            }
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::sync::Arc;

    use tokio::net::TcpListener;
    use tokio::sync::watch;

    use super::*;
    use crate::load::client::LoadState;
    use crate::load::{ClientKind, Trigger, TriggerPoint};

    #[tokio::test]
    async fn connection_closed_without_an_answer_loses_its_first_requests() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let state = LoadState {
            target: listener.local_addr().expect("an address"),
            trigger: Arc::new(Trigger::new(1, TriggerPoint { first: 1, more: 0 }, || {})),
            ending: Arc::default(),
            answers: watch::Sender::new(0),
        };
        let mut client = Client::new(Rc::new(state), ClientKind::Http2);
        let server = async move {
            let accepted = listener.accept().await;
            drop(listener);
            drop(accepted);
        };
        tokio::join!(server, http2(&mut client));
        let tally = &client.tally;
        assert!((1..=STREAMS as u64).contains(&tally.fresh()), "{tally:?}");
        assert_eq!((tally.kept_alive(), tally.left_over, tally.refused), (0, 0, 1), "{tally:?}");
    }
}
