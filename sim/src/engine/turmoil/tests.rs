use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Turmoil;
use crate::engine::{Ended, Engine, Host, Net, Setup};

const SERVER: Host = Host(0);
const CLIENT: Host = Host(1);

fn setup() -> Setup {
    Setup { max_time: Duration::from_secs(10), ..Setup::new(["server", "client"]) }
}

async fn greet<N: Net>(net: N) -> (Vec<u8>, Duration) {
    let listener = net.listen(SERVER, 80).await.unwrap();
    let serving = net.clone();
    let server = net.spawn(SERVER, async move {
        let (mut stream, _) = serving.accept(&listener).await.unwrap();
        stream.write_all(b"hello").await.unwrap();
        stream.shutdown().await.unwrap();
    });
    let calling = net.clone();
    let client = net.spawn(CLIENT, async move {
        let mut stream = calling.connect(CLIENT, SERVER, 80).await.unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).await.unwrap();
        all
    });
    server.await.unwrap();
    net.sleep_until(Duration::from_millis(100)).await;
    (client.await.unwrap(), net.now())
}

#[test]
fn both_engines_run_the_same_world() {
    let here = Turmoil::run(&setup(), greet).done().unwrap();
    let there = crate::engine::Event::run(&setup(), greet).done().unwrap();
    assert_eq!((&here.0[..], here.1), (&b"hello"[..], Duration::from_millis(100)));
    assert_eq!(here, there);
}

#[test]
fn an_unsupported_request_ends_the_run_on_turmoil() {
    let ended = Turmoil::run(&setup(), |net| async move {
        net.filter_syn(SERVER, 80);
        std::future::pending::<()>().await;
    });
    assert!(matches!(ended, Ended::Unsupported(ref what) if what.starts_with("a SYN filter")));
}

#[test]
fn turmoil_ends_a_stuck_run_as_overtime_and_reports_panics() {
    let ended = Turmoil::run(&setup(), |_| std::future::pending::<()>());
    assert_eq!(ended, Ended::Overtime);
    let ended = Turmoil::run(&setup(), |net| async move {
        drop(net.spawn(SERVER, async { panic!("in a task") }));
        std::future::pending::<()>().await;
    });
    assert!(matches!(ended, Ended::Panicked(ref what) if what.starts_with("in a task at ")));
}
