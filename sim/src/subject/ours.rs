use lastorders::Listener;

use super::listener::{Sealed, SimListener};
use super::{Exit, Parts};

/// As the reference service has it.
pub(super) async fn serve<L: SimListener>(parts: Parts<L>) -> Exit {
    serve_on(parts, |listener| listener).await
}

/// With something around the listener.
pub(super) async fn serve_on<L, W>(parts: Parts<L>, wrap: impl FnOnce(Sealed<L>) -> W) -> Exit
where
    L: SimListener,
    W: Listener,
{
    let Parts { listener, sealing, signals, policy, drain, app, resources, observer } = parts;
    let bound = policy.release;
    let mut serve = lastorders::serve(wrap(Sealed::new(listener, sealing)), app)
        .policy(policy)
        .signals(signals)
        .shutdown_handle(drain)
        .observe(observer)
        .date_header(false);
    for resource in resources {
        serve = serve.release(resource.name, bound, resource.release);
    }
    let report = serve.await;
    Exit { code: report.exit_code().into(), report: Some(report) }
}
