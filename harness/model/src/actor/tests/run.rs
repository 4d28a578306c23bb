use std::time::Duration;

use super::fake::{Serve, play, play_with};
use crate::history::{EventKind, Session, Sign};
use crate::plan::{Draft, Fault, Gate, LetGo, Step, Until};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Answers every request with a body of two bytes.
const ANSWERS: Serve = Serve(|mut stream| {
    Box::pin(async move {
        let mut bytes = [0; 1024];
        while stream.read(&mut bytes).await.is_ok_and(|n| n > 0) {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await;
        }
    })
});

/// Neither answers nor closes.
const SILENT: Serve = Serve(|stream| {
    Box::pin(async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
});

fn load(draft: &mut Draft) {
    for client in ["a", "b", "c"] {
        draft
            .client(client)
            .repeat(Until::Mark("draining".to_owned()), |round| {
                round.connect().work().receive().mark("done").close()
            })
            .connect();
    }
    draft.operator().wait_for("done", 20).signal().await_draining().mark("draining").await_exit();
}

#[tokio::test(start_paused = true)]
async fn a_plan_gives_the_same_history_twice() {
    let first = play(ANSWERS, load).await.history;
    assert!(first.events.len() > 60, "{first:?}");
    assert_eq!(play(ANSWERS, load).await.history, first);
}

#[tokio::test(start_paused = true)]
async fn the_events_of_a_run_are_recorded_in_order() {
    let takes = Some(Duration::from_millis(5));
    let played = play_with(ANSWERS, takes, |draft| {
        draft.warm_up();
        draft.store().wait("warm").hold(Gate::Row).await_held(2).let_go(LetGo::All).mark("go");
        draft.stop_when("go", 1).await_exit();
    })
    .await;
    let names = played.history.events.iter().filter_map(|event| match &event.what {
        EventKind::Ready => Some("ready"),
        EventKind::Holding { .. } => Some("holding"),
        EventKind::Held { n: 2, wanted: 2, .. } => Some("held"),
        EventKind::Opened { .. } => Some("opened"),
        EventKind::Snapshot { .. } => Some("snapshot"),
        EventKind::Signalled { .. } => Some("signalled"),
        EventKind::Visible { sign: Sign::ListenerGone } => Some("visible"),
        EventKind::Exited { code: Some(0), .. } => Some("exited"),
        EventKind::Residue { .. } => Some("residue"),
        EventKind::Session { what: Session::Opened, .. } | EventKind::Unreached { .. } => {
            Some("wrong")
        }
        _ => None,
    });
    let expected = [
        "ready",
        "holding",
        "held",
        "opened",
        "snapshot",
        "signalled",
        "visible",
        "exited",
        "residue",
    ];
    assert_eq!(names.collect::<Vec<_>>(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_exit_is_killed_at_the_end_of_its_grace() {
    let played = play_with(SILENT, None, |draft| {
        draft.client("a").connect().work().mark("sent").receive();
        draft.operator().wait("sent").signal().await_exit();
    })
    .await;
    assert_eq!(played.at(|what| matches!(what, EventKind::Killed { .. })), Some(10_000_000));
    assert!(!played.history.events.iter().any(|e| matches!(e.what, EventKind::Exited { .. })));
    assert!(played.of("a").iter().any(|what| matches!(what, EventKind::Ended { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_hangs_before_its_signal_proves_nothing() {
    let played = play(SILENT, |draft| {
        draft.client("a").connect().work().receive().mark("answered");
        draft.operator().wait("answered").signal();
    })
    .await;
    assert_eq!(played.at(|what| matches!(what, EventKind::Unreached { .. })), Some(15_000_000));
}

#[tokio::test(start_paused = true)]
async fn a_step_that_the_world_cannot_do_makes_the_run_unreached() {
    let pooled = play(ANSWERS, |draft| {
        let pool = draft.pooled_client("pool", 2);
        pool.work().receive();
    })
    .await;
    let fault = play(ANSWERS, |draft| {
        draft.store().fault(Fault::Reset);
    })
    .await;
    for played in [pooled, fault] {
        let unreached = |what: &&EventKind| matches!(what, EventKind::Unreached { .. });
        assert_eq!(played.of("world").iter().filter(|what| unreached(what)).count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_step_at_counts_from_ready() {
    let played = play(ANSWERS, |draft| {
        let late = draft.client("a").step(Step::At { us: 40_000 });
        late.mark("late").at_us(30_000).mark("at once");
    })
    .await;
    let marked = |label: &str| {
        played.at(|what| matches!(what, EventKind::Marked { label: set } if set == label))
    };
    assert_eq!((marked("late"), marked("at once")), (Some(40_000), Some(40_000)));
}

#[tokio::test(start_paused = true)]
async fn nested_repeats_that_never_wait_end_at_one_bound() {
    let played = play(SILENT, |draft| {
        draft.operator().signal().repeat(Until::Times(u64::MAX), |round| {
            round.repeat(Until::Times(u64::MAX), |inner| inner.signal())
        });
    })
    .await;
    let signals = |kind: &EventKind| matches!(kind, EventKind::Signalled { .. });
    let seen = played.of("operator");
    let signals = seen.iter().filter(|kind| signals(kind)).count() as u64;
    assert!(signals < crate::actor::MOST_ROUNDS + 2, "{signals} signals");
    let stopped = seen.iter().any(|kind| matches!(kind, EventKind::Note { .. }));
    assert!(stopped, "the history says why the script ended");
}
