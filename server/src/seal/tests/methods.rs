//! Every seal method under load.

use std::io::ErrorKind::{BrokenPipe, ConnectionReset};

use futures_util::future::join_all;

use super::load::{Load, Lost, Server, listeners};
use crate::SealMethod;
use crate::listener::BeginAt;

const CLIENTS: usize = 8;

/// How many servers are closed for each kind of listener.
const SHUTDOWNS: usize = 3;

/// Closes all servers at the same time. Returns the methods that were taken and the requests that
/// were lost.
async fn close_under_load(begin_at: SealMethod) -> (Vec<SealMethod>, Vec<Lost>) {
    let mut servers = Vec::new();
    for _ in 0..SHUTDOWNS {
        servers.extend(listeners().await);
    }
    let closed = join_all(servers.into_iter().map(async |(listener, reached)| {
        let server = Server::start(BeginAt::new(listener, begin_at));
        let load = Load::on(reached.into_iter().cycle().take(CLIENTS));
        load.answered(100).await;
        let report = server.terminate().await;
        assert!(report.clean, "{report}");
        (report.seal_method.expect("the listener was closed"), load.lost().await)
    }));
    let (methods, lost): (Vec<_>, Vec<_>) = closed.await.into_iter().unzip();
    (methods, lost.into_iter().flatten().collect())
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn full_sink_loses_no_request_under_load() {
    let (methods, lost) = close_under_load(SealMethod::SharedSocket).await;
    assert!(methods.iter().all(|method| *method == SealMethod::FullSink), "{methods:?}");
    assert!(lost.is_empty(), "{lost:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the right to filter sockets; tests/integration runs it"]
async fn syn_filter_loses_no_request_under_load() {
    let (methods, lost) = close_under_load(SealMethod::SynFilter).await;
    assert!(methods.iter().all(|method| *method == SealMethod::SynFilter), "{methods:?}");
    assert!(lost.is_empty(), "{lost:?}");
}

/// A connection that arrives between the last accept and the close is reset, but no answer is cut.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn accept_until_empty_cuts_no_answer_under_load() {
    let (methods, lost) = close_under_load(SealMethod::AcceptUntilEmpty).await;
    assert!(methods.iter().all(|method| *method == SealMethod::AcceptUntilEmpty), "{methods:?}");
    let was_reset = |lost: &Lost| match &lost.error {
        Some(error) => matches!(error.kind(), ConnectionReset | BrokenPipe),
        None => false,
    };
    assert!(lost.iter().all(|it| it.answer.is_empty() && was_reset(it)), "{lost:?}");
}
