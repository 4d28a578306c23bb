//! Out of file descriptors, for real: a process that may not open one more.

use std::collections::BTreeSet;
use std::fs;

use rustix::process::{Resource, Rlimit, getrlimit, prlimit};
use tokio::io::AsyncWriteExt;

use crate::examples::process::Example;
use crate::http::{closed, get, read_answer, send_get};

/// From here on the process cannot open a descriptor before it has closed one. How many it may have
/// open.
fn allow_no_more(example: &Example) -> u64 {
    let pid = example.pid();
    let open = fs::read_dir(format!("/proc/{}/fd", pid.as_raw_nonzero())).expect("Linux has it");
    let names = open.flatten().filter_map(|it| it.file_name().into_string().ok());
    let taken: BTreeSet<u64> = names.filter_map(|name| name.parse().ok()).collect();
    // Numbers are given out from the lowest. Some above it may be taken: what was inherited.
    let lowest_free = (0..).find(|number| !taken.contains(number)).expect("there is an end");
    allow(example, lowest_free);
    lowest_free
}

/// The process may have as many descriptors open.
fn allow(example: &Example, descriptors: u64) {
    let (pid, current) = (Some(example.pid()), Some(descriptors));
    // The tests' own maximum is the example's, too.
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    prlimit(pid, Resource::Nofile, Rlimit { current, maximum }).expect("ours");
}

#[tokio::test]
async fn a_connection_waits_until_there_is_a_descriptor_for_it() {
    let example = Example::start("axum").await;
    let mut client = example.connect().await;
    get(&mut client, "/").await;
    allow_no_more(&example);
    let mut waits = example.connect().await;
    send_get(&mut waits, "/").await.expect("the kernel takes it");
    // It goes on serving those that it has.
    for _ in 0..3 {
        assert_eq!(get(&mut client, "/").await.status(), 200);
    }
    drop(client);
    assert_eq!(read_answer(&mut waits).await.expect("an answer").status(), 200);
    drop(waits);
    example.terminate();
    example.finish().await.assert_clean();
}

#[tokio::test]
async fn a_signal_is_heard_all_the_same() {
    let example = Example::start("axum").await;
    let mut client = example.connect().await;
    client.write_all(b"GET / HT").await.expect("sent");
    let mut served = example.connect().await;
    get(&mut served, "/").await;
    allow_no_more(&example);
    let mut waits = example.connect().await;
    send_get(&mut waits, "/").await.expect("the kernel takes it");
    example.terminate();
    // The door is closed: what was open is served to its end.
    drop(served);
    client.write_all(b"TP/1.1\r\nhost: test\r\n\r\n").await.expect("it is waited for");
    assert_eq!(read_answer(&mut client).await.expect("an answer").status(), 200);
    drop(client);
    example.finish().await.assert_clean();
}

/// Those that wait in the accept queue get the descriptors of those that have been answered.
#[tokio::test]
async fn the_queue_is_emptied_at_the_seal_as_descriptors_come_free() {
    let example = Example::start("axum").await;
    let mut client = example.connect().await;
    get(&mut client, "/").await;
    allow_no_more(&example);
    let mut waiting = Vec::new();
    for _ in 0..30 {
        let mut waits = example.connect().await;
        send_get(&mut waits, "/").await.expect("the kernel takes it");
        waiting.push(waits);
    }
    example.terminate();
    drop(client);
    for mut waits in waiting {
        assert_eq!(read_answer(&mut waits).await.expect("an answer").status(), 200);
    }
    example.finish().await.assert_clean();
}

/// However few there are for the sealing to use, it does not keep the last one for itself.
#[tokio::test]
async fn the_sealing_leaves_descriptors_to_those_that_wait() {
    for spare in 1..=6 {
        let example = Example::start("axum").await;
        let mut client = example.connect().await;
        get(&mut client, "/").await;
        let allowed = allow_no_more(&example);
        let mut waiting = Vec::new();
        for _ in 0..8 {
            let mut waits = example.connect().await;
            send_get(&mut waits, "/").await.expect("the kernel takes it");
            waiting.push(waits);
        }
        // By then it has tried to accept, and rests; so it is the sealing that finds the spare
        // ones.
        for _ in 0..5 {
            get(&mut client, "/").await;
        }
        allow(&example, allowed + spare);
        example.terminate();
        for mut waits in waiting {
            let answer = read_answer(&mut waits).await;
            assert_eq!(answer.expect("an answer").status(), 200, "{spare} to spare");
        }
        drop(client);
        example.finish().await.assert_clean();
    }
}

/// All that there are belong to connections that are idle, and would be until the door is closed.
#[tokio::test]
async fn idle_connections_make_room_for_those_that_wait() {
    let example = Example::start("axum").await;
    let mut idle = example.connect().await;
    get(&mut idle, "/").await;
    allow_no_more(&example);
    let mut waiting = Vec::new();
    for _ in 0..8 {
        let mut waits = example.connect().await;
        send_get(&mut waits, "/").await.expect("the kernel takes it");
        waiting.push(waits);
    }
    example.terminate();
    assert!(closed(&mut idle).await);
    drop(idle);
    for mut waits in waiting {
        assert_eq!(read_answer(&mut waits).await.expect("an answer").status(), 200);
    }
    example.finish().await.assert_clean();
}
