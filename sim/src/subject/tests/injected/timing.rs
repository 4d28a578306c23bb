use std::time::Duration;

use lastorders::{Policy, Signal};

use crate::subject::Subject;
use crate::subject::tests::rig::{Rig, pass};

const SECOND: Duration = Duration::from_secs(1);

mod each {
    crate::subject::tests::shows! {
        "idle-kept-open": waits_for_an_idle_connection;
        "upgraded-forgotten": leaves_the_upgraded;
        "counted-by-handler": cuts_an_answer_short;
        "counter-leaked": waits_for_who_has_left;
        "deadline-restarts": outlives_its_deadline;
        "aborted-early": gives_less_than_its_deadline;
        "second-signal-ignored": goes_on_after_the_second_signal;
        "release-unbounded": waits_for_a_release;
    }
}

fn deadline() -> Duration {
    Policy::default().deadline
}

async fn waits_for_an_idle_connection(subject: Subject) -> bool {
    let mut rig = Rig::new(subject);
    let _idle = rig.idle().await;
    rig.terminate().await;
    rig.took().await >= deadline()
}

async fn leaves_the_upgraded(subject: Subject) -> bool {
    let mut rig = Rig::new(subject);
    let mut client = rig.connect();
    client.send("GET /upgrade HTTP/1.1\r\nhost: sim\r\nconnection: upgrade\r\n").await;
    client.send("upgrade: echo\r\n\r\n").await;
    assert!(client.head().await.expect("answered").starts_with("http/1.1 101"));
    client.send("hello").await;
    assert_eq!(client.until(b"hello").await.as_deref(), Some(&b"hello"[..]));
    rig.terminate().await;
    rig.took().await < deadline()
}

async fn cuts_an_answer_short(subject: Subject) -> bool {
    let mut rig = Rig::new(subject);
    let mut client = rig.connect();
    client.get("/slow").await;
    client.head().await.expect("answered");
    rig.terminate().await;
    client.until(b"slow").await.is_none()
}

async fn waits_for_who_has_left(subject: Subject) -> bool {
    let mut rig = Rig::new(subject);
    let client = rig.held().await;
    rig.terminate().await;
    drop(client);
    rig.took().await >= deadline()
}

async fn outlives_its_deadline(subject: Subject) -> bool {
    let mut rig = Rig::new(subject);
    let _stays = rig.held().await;
    let leaves = rig.held().await;
    rig.terminate().await;
    pass(6 * SECOND).await;
    drop(leaves);
    rig.took().await > deadline() + SECOND
}

async fn gives_less_than_its_deadline(subject: Subject) -> bool {
    let mut rig = Rig::new(subject);
    let _client = rig.held().await;
    rig.terminate().await;
    rig.took().await < deadline()
}

async fn goes_on_after_the_second_signal(subject: Subject) -> bool {
    let mut rig = Rig::new(subject);
    let _client = rig.held().await;
    rig.signal(Signal::Interrupt);
    pass(SECOND).await;
    rig.signal(Signal::Interrupt);
    rig.took().await >= deadline()
}

async fn waits_for_a_release(subject: Subject) -> bool {
    let mut rig = Rig::with(subject, Policy::default(), 60 * SECOND);
    rig.terminate().await;
    rig.took().await >= 60 * SECOND
}
