use axum::Router;
use sd_notify::NotifyState;
use tokio::io::AsyncWriteExt;

use super::manager::Manager;
use crate::testing::{Gate, Rig, ms, settle};
use crate::{Cause, Policy, ShutdownHandle, Signal};

fn rig(manager: &Manager, policy: Policy, app: Router) -> Rig {
    let notifier = manager.notifier();
    Rig::with(policy, app, |serve| serve.systemd(notifier))
}

#[tokio::test(start_paused = true)]
async fn manager_gets_ready_stopping_and_the_longest_time() {
    let manager = Manager::new("order");
    let gate = Gate::new();
    let policy = Policy::default().deadline(ms(4_000)).release(ms(500));
    let mut rig = rig(&manager, policy, gate.app(ShutdownHandle::new()));
    assert_eq!(manager.received(), None);
    settle().await;
    assert_eq!(manager.received_all(), ["READY=1"]);

    let mut client = rig.connect();
    client.get("/held").await;
    tokio::time::advance(ms(1_000)).await;
    assert_eq!(manager.received(), None);
    rig.terminate().await;
    // The deadline, the abort grace, the releases, and one second for the exit.
    assert_eq!(manager.received_all(), ["STOPPING=1", "EXTEND_TIMEOUT_USEC=5550000"]);

    gate.let_go(1);
    client.answer().await;
    drop(client);
    assert!(rig.report().await.clean);
    assert_eq!(manager.received(), None);
}

#[tokio::test(start_paused = true)]
async fn stopping_is_sent_when_the_lame_duck_begins() {
    let manager = Manager::new("lame-duck");
    let policy = Policy::kubernetes();
    let patience = policy.longest() + ms(1_000);
    let mut rig = rig(&manager, policy, Gate::new().app(ShutdownHandle::new()));
    settle().await;
    rig.terminate().await;
    let extend = format!("EXTEND_TIMEOUT_USEC={}", patience.as_micros());
    assert_eq!(manager.received_all(), ["READY=1", "STOPPING=1", extend.as_str()]);
    assert!(!rig.is_done());
}

/// Two hours are more microseconds than 32 bits hold.
#[tokio::test(start_paused = true)]
async fn deadline_of_two_hours_is_sent_in_full() {
    let manager = Manager::new("hours");
    let gate = Gate::new();
    let policy = Policy::default().deadline(ms(7_200_000)).release(ms(950));
    let mut rig = rig(&manager, policy, gate.app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.get("/held").await;
    rig.terminate().await;
    let heard = manager.received_all();
    assert_eq!(heard.last().map(String::as_str), Some("EXTEND_TIMEOUT_USEC=7202000000"));
}

#[tokio::test(start_paused = true)]
async fn server_that_ends_at_once_still_sends_stopping() {
    let manager = Manager::new("at-once");
    let mut rig = rig(&manager, Policy::default(), Gate::new().app(ShutdownHandle::new()));
    settle().await;
    rig.signal(Signal::Terminate);
    assert!(rig.report().await.clean);
    assert_eq!(manager.received_all()[..2], ["READY=1", "STOPPING=1"]);
}

#[tokio::test(start_paused = true)]
async fn server_that_is_stopped_before_it_waits_sends_no_ready() {
    let manager = Manager::new("never");
    let gate = Gate::new();
    let mut rig = rig(&manager, Policy::default(), gate.app(ShutdownHandle::new()));
    let mut client = rig.connect();
    client.0.write_all(b"GET /held HTTP/1.1\r\nhost: test\r\n\r\n").await.expect("room");
    rig.terminate().await;
    assert_eq!(manager.received().as_deref(), Some("STOPPING=1"));
    gate.let_go(1);
    drop(client);
    assert!(rig.report().await.clean);
}

#[tokio::test(start_paused = true)]
async fn shutdown_that_a_panic_begins_sends_stopping() {
    let manager = Manager::new("panic");
    let shutdown = ShutdownHandle::new();
    let notifier = manager.notifier();
    let rig = Rig::with(Policy::default(), Gate::new().app(shutdown.clone()), |serve| {
        serve.systemd(notifier).shutdown_handle(shutdown.clone())
    });
    let task = tokio::spawn(shutdown.track(async { panic!("on purpose") }).essential());
    assert!(task.await.is_err());
    assert_eq!(rig.report().await.cause, Cause::Panic);
    assert!(manager.received_all().contains(&"STOPPING=1".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn watchdog_gets_two_heartbeats_per_timeout_until_the_end() {
    let manager = Manager::new("watchdog");
    let gate = Gate::new();
    let notifier = manager.notifier().watchdog(Some(ms(2_000)));
    let mut rig = Rig::with(Policy::default(), gate.app(ShutdownHandle::new()), |serve| {
        serve.systemd(notifier)
    });
    settle().await;
    assert_eq!(manager.received_all(), ["READY=1", "WATCHDOG=1"]);
    for _ in 0..3 {
        tokio::time::advance(ms(999)).await;
        settle().await;
        assert_eq!(manager.received(), None);
        tokio::time::advance(ms(1)).await;
        settle().await;
        assert_eq!(manager.received_all(), ["WATCHDOG=1"]);
    }
    let mut client = rig.connect();
    client.get("/held").await;
    rig.terminate().await;
    assert_eq!(manager.received_all().last().expect("a message"), "WATCHDOG=1");
    tokio::time::advance(ms(1_000)).await;
    settle().await;
    assert_eq!(manager.received_all(), ["WATCHDOG=1"]);
}

#[tokio::test(start_paused = true)]
async fn message_waits_until_the_manager_has_room() {
    let manager = Manager::new("full");
    let notifier = manager.notifier();
    let mut filled = 0;
    while notifier.try_send(&NotifyState::Custom("noise")).is_ok() {
        filled += 1;
    }
    let rig = rig(&manager, Policy::default(), Gate::new().app(ShutdownHandle::new()));
    // Serving does not wait for the message.
    let mut client = rig.connect();
    client.get("/").await;
    assert_eq!(client.answer().await.status(), 200);
    assert_eq!(manager.received_all(), vec!["noise"; filled]);
    tokio::time::advance(ms(10)).await;
    settle().await;
    assert_eq!(manager.received_all(), ["READY=1"]);
}

#[tokio::test(start_paused = true)]
async fn shutdown_works_after_the_manager_is_gone() {
    let manager = Manager::new("gone");
    let mut rig = rig(&manager, Policy::default(), Gate::new().app(ShutdownHandle::new()));
    settle().await;
    drop(manager);
    rig.terminate().await;
    assert!(rig.report().await.clean);
}
