use std::future::pending;
use std::pin::Pin;

use axum::middleware::map_response;
use futures_util::{Stream, StreamExt};
use lastorders::{ShutdownHandle, Signal};

use super::listener::{ForAxum, SimListener};
use super::{Exit, Parts, Resource, date};

/// As axum's example `graceful-shutdown` has it. It knows no deadline.
pub(super) async fn serve<L: SimListener>(parts: Parts<L>) -> Exit {
    let app = parts.app.layer(map_response(date::set));
    let terminated = terminated(parts.signals, parts.drain);
    let served =
        axum::serve(ForAxum::new(parts.listener), app).with_graceful_shutdown(terminated).await;
    release(parts.resources).await;
    Exit { code: i32::from(served.is_err()), ..Exit::clean() }
}

/// The first signal, at which health goes off, as users of these servers do it with a flag. Their
/// handlers stay installed, so a second signal does nothing.
pub(super) async fn terminated(
    mut signals: Pin<Box<dyn Stream<Item = Signal> + Send>>,
    drain: ShutdownHandle,
) {
    if signals.next().await.is_none() {
        pending::<()>().await;
    }
    drain.begin();
}

/// Releases what there is once the server has returned, one after the other and without a bound, as
/// their users do it.
pub(super) async fn release(resources: Vec<Resource>) {
    for resource in resources {
        (resource.release)().await;
    }
}
