//! Real processes that run out of file descriptors.

use std::collections::BTreeSet;
use std::fs;

use rustix::process::{Resource, Rlimit, getrlimit, prlimit};
use tokio::io::AsyncWriteExt;

use crate::examples::process::Example;
use crate::http::{closed, get, read_answer, send_get};

/// Lets the process open no further descriptor until it closes one. Returns the resulting limit.
fn exhaust_descriptors(example: &Example) -> u64 {
    let pid = example.pid();
    let open = fs::read_dir(format!("/proc/{}/fd", pid.as_raw_nonzero())).expect("Linux has it");
    let names = open.flatten().filter_map(|it| it.file_name().into_string().ok());
    let taken: BTreeSet<u64> = names.filter_map(|name| name.parse().ok()).collect();
    // The kernel hands out the lowest free number. Inherited descriptors may have higher numbers.
    let lowest_free = (0..).find(|number| !taken.contains(number)).expect("there is an end");
    allow(example, lowest_free);
    lowest_free
}

/// Sets the descriptor limit of the process.
fn allow(example: &Example, descriptors: u64) {
    let (pid, current) = (Some(example.pid()), Some(descriptors));
    // The example inherited the hard limit of this process.
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    prlimit(pid, Resource::Nofile, Rlimit { current, maximum }).expect("ours");
}

#[tokio::test]
async fn connection_waits_until_a_descriptor_is_free() {
    let example = Example::start("axum").await;
    let mut client = example.connect().await;
    get(&mut client, "/").await;
    exhaust_descriptors(&example);
    let mut queued = example.connect().await;
    send_get(&mut queued, "/").await.expect("the kernel takes it");
    // The server still serves its open connections.
    for _ in 0..3 {
        assert_eq!(get(&mut client, "/").await.status(), 200);
    }
    drop(client);
    assert_eq!(read_answer(&mut queued).await.expect("an answer").status(), 200);
    drop(queued);
    example.terminate();
    example.finish().await.assert_clean();
}

#[tokio::test]
async fn signal_without_free_descriptors_begins_the_shutdown() {
    let example = Example::start("axum").await;
    let mut client = example.connect().await;
    client.write_all(b"GET / HT").await.expect("sent");
    let mut served = example.connect().await;
    get(&mut served, "/").await;
    exhaust_descriptors(&example);
    let mut queued = example.connect().await;
    send_get(&mut queued, "/").await.expect("the kernel takes it");
    example.terminate();
    // The listener is closed, and open connections are served to their end.
    drop(served);
    client.write_all(b"TP/1.1\r\nhost: test\r\n\r\n").await.expect("the server waits for it");
    assert_eq!(read_answer(&mut client).await.expect("an answer").status(), 200);
    drop(client);
    example.finish().await.assert_clean();
}

/// Queued connections get the descriptors of answered ones.
#[tokio::test]
async fn queued_connections_are_accepted_at_the_seal_as_descriptors_come_free() {
    let example = Example::start("axum").await;
    let mut client = example.connect().await;
    get(&mut client, "/").await;
    exhaust_descriptors(&example);
    let mut waiting = Vec::new();
    for _ in 0..30 {
        let mut queued = example.connect().await;
        send_get(&mut queued, "/").await.expect("the kernel takes it");
        waiting.push(queued);
    }
    example.terminate();
    drop(client);
    for mut queued in waiting {
        assert_eq!(read_answer(&mut queued).await.expect("an answer").status(), 200);
    }
    example.finish().await.assert_clean();
}

/// The sealing must not keep the last descriptor for itself, however few are left.
#[tokio::test]
async fn sealing_leaves_descriptors_to_queued_connections() {
    for spare in 1..=6 {
        let example = Example::start("axum").await;
        let mut client = example.connect().await;
        get(&mut client, "/").await;
        let allowed = exhaust_descriptors(&example);
        let mut waiting = Vec::new();
        for _ in 0..8 {
            let mut queued = example.connect().await;
            send_get(&mut queued, "/").await.expect("the kernel takes it");
            waiting.push(queued);
        }
        // By now the server has failed to accept, and pauses. So the sealing is first to find the
        // spare descriptors.
        for _ in 0..5 {
            get(&mut client, "/").await;
        }
        allow(&example, allowed + spare);
        example.terminate();
        for mut queued in waiting {
            let answer = read_answer(&mut queued).await;
            assert_eq!(answer.expect("an answer").status(), 200, "{spare} to spare");
        }
        drop(client);
        example.finish().await.assert_clean();
    }
}

/// Idle connections hold all descriptors, and stay idle until the listener is closed.
#[tokio::test]
async fn idle_connections_close_to_free_descriptors_for_queued_ones() {
    let example = Example::start("axum").await;
    let mut idle = example.connect().await;
    get(&mut idle, "/").await;
    exhaust_descriptors(&example);
    let mut waiting = Vec::new();
    for _ in 0..8 {
        let mut queued = example.connect().await;
        send_get(&mut queued, "/").await.expect("the kernel takes it");
        waiting.push(queued);
    }
    example.terminate();
    assert!(closed(&mut idle).await);
    drop(idle);
    for mut queued in waiting {
        assert_eq!(read_answer(&mut queued).await.expect("an answer").status(), 200);
    }
    example.finish().await.assert_clean();
}
