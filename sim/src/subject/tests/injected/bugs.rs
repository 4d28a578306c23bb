use std::sync::atomic::Ordering;
use std::time::Duration;

use lastorders::{Policy, Signal};

use crate::subject::Subject;
use crate::subject::tests::rig::{Rig, pass, settle};

const MS: Duration = Duration::from_millis(1);

mod each {
    crate::subject::tests::shows! {
        "canary": exits_70;
        "readiness-after-seal": is_ready_in_the_lame_duck;
        "health-late": is_ready_once_more;
        "lame-duck-skipped": refuses_in_the_lame_duck;
        "listener-dropped": drops_who_waits;
        "no-connection-close": announces_nothing;
        "idle-closed-unread": closes_over_a_request;
        "executed-after-fin": executes_what_comes_too_late;
        "second-signal-fatal": dies_of_the_second_signal;
        "pool-first": releases_under_a_request;
    }
}

fn lame_duck() -> Policy {
    Policy::default().lame_duck(1000 * MS)
}

async fn exits_70(subject: Subject) -> bool {
    let mut rig = Rig::new(subject);
    rig.terminate().await;
    rig.exit().await.is_some_and(|(code, _)| code == 70)
}

async fn is_ready_in_the_lame_duck(subject: Subject) -> bool {
    let mut rig = Rig::with(subject, lame_duck(), Duration::ZERO);
    let mut client = rig.idle().await;
    rig.terminate().await;
    pass(500 * MS).await;
    client.get("/health").await;
    client.head().await.is_some_and(|head| head.starts_with("http/1.1 200"))
}

async fn is_ready_once_more(subject: Subject) -> bool {
    let mut rig = Rig::with(subject, lame_duck(), Duration::ZERO);
    let mut ready = 0;
    let mut clients = [rig.idle().await, rig.idle().await];
    rig.terminate().await;
    for client in &mut clients {
        client.get("/health").await;
        let head = client.head().await.expect("answered");
        ready += u32::from(head.starts_with("http/1.1 200"));
    }
    ready == 1
}

async fn refuses_in_the_lame_duck(subject: Subject) -> bool {
    let mut rig = Rig::with(subject, lame_duck(), Duration::ZERO);
    settle().await;
    rig.terminate().await;
    pass(500 * MS).await;
    !rig.is_listening()
}

async fn drops_who_waits(subject: Subject) -> bool {
    let mut rig = Rig::new(subject);
    settle().await;
    // No other task runs between these two statements.
    let mut client = rig.connect();
    rig.signal(Signal::Terminate);
    client.get("/health").await;
    client.answer().await.is_none()
}

async fn announces_nothing(subject: Subject) -> bool {
    let mut rig = Rig::new(subject);
    let mut client = rig.held().await;
    rig.terminate().await;
    rig.seen.gate.add_permits(1);
    !client.head().await.expect("answered").contains("connection: close")
}

async fn closes_over_a_request(subject: Subject) -> bool {
    let mut rig = Rig::new(subject);
    let mut client = rig.idle().await;
    rig.terminate().await;
    // After the graces of handshakes and idle connections: the request arrives at this moment.
    tokio::time::sleep(300 * MS).await;
    client.get("/health").await;
    client.answer().await.is_none()
}

async fn executes_what_comes_too_late(subject: Subject) -> bool {
    let mut rig = Rig::new(subject);
    let mut client = rig.idle().await;
    rig.terminate().await;
    assert_eq!(client.rest().await, b"", "the server closes it");
    client.send("POST /work HTTP/1.1\r\nhost: sim\r\ncontent-length: 2\r\n\r\n{}").await;
    rig.seen.jobs.load(Ordering::Relaxed) == 1
}

async fn dies_of_the_second_signal(subject: Subject) -> bool {
    let mut rig = Rig::new(subject);
    let mut client = rig.held().await;
    rig.terminate().await;
    rig.terminate().await;
    rig.seen.gate.add_permits(1);
    client.answer().await.is_none()
}

async fn releases_under_a_request(subject: Subject) -> bool {
    let mut rig = Rig::new(subject);
    let _client = rig.held().await;
    rig.terminate().await;
    rig.released()
}
