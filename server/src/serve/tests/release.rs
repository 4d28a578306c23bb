//! The release of resources: after the last request, in order, each with a bound.

use std::future::pending;
use std::sync::{Arc, Mutex};

use axum::Router;

use crate::testing::{Gate, Rig, ms, settle};
use crate::{Policy, ReleaseOutcome, ShutdownHandle};

#[tokio::test(start_paused = true)]
async fn releases_run_in_order_after_the_last_request() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let gate = Gate::new();
    let (pool, cache) = (Arc::clone(&log), Arc::clone(&log));
    let mut rig = Rig::with(Policy::default(), gate.app(ShutdownHandle::new()), |serve| {
        serve
            .release("pool", ms(1_000), move || async move {
                pool.lock().expect("free").push("pool begins");
                tokio::time::sleep(ms(30)).await;
                pool.lock().expect("free").push("pool ends");
            })
            .release("cache", ms(1_000), move || async move {
                cache.lock().expect("free").push("cache");
                Err::<(), _>("cannot flush")
            })
    });
    let mut client = rig.connect();
    client.get("/held").await;
    rig.terminate().await;
    tokio::time::advance(ms(1_000)).await;
    settle().await;
    assert!(log.lock().expect("free").is_empty());
    gate.let_go(1);
    client.answer().await;
    drop(client);
    let report = rig.report().await;
    assert_eq!(*log.lock().expect("free"), ["pool begins", "pool ends", "cache"]);
    let releases: Vec<_> =
        report.releases.iter().map(|it| (it.name.as_str(), it.outcome)).collect();
    assert_eq!(releases, [("pool", ReleaseOutcome::Done), ("cache", ReleaseOutcome::Failed)]);
    assert_eq!(report.releases[0].took_ms, 30);
}

#[tokio::test(start_paused = true)]
async fn release_that_hangs_or_panics_is_abandoned() {
    async fn panics() {
        panic!("a release's panic, on purpose")
    }
    let mut rig = Rig::with(Policy::default().forced_exit_code(4), Router::new(), |serve| {
        serve.release("hangs", ms(300), pending::<()>).release("panics", ms(300), panics).release(
            "works",
            ms(300),
            || async {},
        )
    });
    rig.terminate().await;
    let report = rig.report().await;
    let outcomes: Vec<_> = report.releases.iter().map(|it| it.outcome).collect();
    assert_eq!(
        outcomes,
        [ReleaseOutcome::TimedOut, ReleaseOutcome::Panicked, ReleaseOutcome::Done]
    );
    assert_eq!((report.took_ms, report.exit_code()), (300, 4));
}

#[tokio::test(start_paused = true)]
async fn all_releases_together_are_bounded() {
    let mut rig = Rig::with(Policy::default(), Router::new(), |serve| {
        serve.release("hangs", ms(9_000), pending::<()>).release("never", ms(1), || async {})
    });
    rig.terminate().await;
    let report = rig.report().await;
    assert_eq!(report.took_ms, 1_000);
    assert_eq!(report.releases[1].outcome, ReleaseOutcome::Skipped);
}
