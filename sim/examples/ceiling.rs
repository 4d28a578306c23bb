//! How many runs a second the engine `event` can do at best: an unmodified `axum::serve`, some
//! keep-alive connections, and a graceful shutdown after 30 virtual seconds; no world, no trace, no
//! checks.
//!
//! `cargo run --release -p lastorders-sim --example ceiling -- [CONNECTIONS] [RUNS]`

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use lastorders_sim::engine::{Ended, Engine, Event, Host, Net, Setup};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const SERVER: Host = Host(0);

struct Door<N: Net> {
    net: N,
    listener: N::Listener,
}

impl<N: Net> axum::serve::Listener for Door<N> {
    type Io = N::Stream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (N::Stream, SocketAddr) {
        self.net.accept(&self.listener).await.expect("the listener is good to the end of the run")
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(SERVER.addr(80))
    }
}

async fn client<N: Net>(net: N, host: Host) {
    let mut stream = net.connect(host, SERVER, 80).await.expect("the server listens");
    let mut buf = [0; 1024];
    for at in [0, 10] {
        net.sleep_until(Duration::from_secs(at)).await;
        stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.expect("it is open");
        let n = stream.read(&mut buf).await.expect("an answer");
        assert!(buf[..n].starts_with(b"HTTP/1.1 200"), "an answer that is one");
    }
    let end = stream.read(&mut buf).await.expect("an end");
    assert_eq!(end, 0, "the server closes idle connections");
}

async fn world<N: Net>(net: N, connections: u8) {
    let listener = net.listen(SERVER, 80).await.expect("the port is free");
    let door = Door { net: net.clone(), listener };
    let shutdown = net.sleep_until(Duration::from_secs(30));
    let app = Router::new().route("/", get(|| async { "hello" }));
    let server = axum::serve(door, app).with_graceful_shutdown(shutdown);
    let server = net.spawn(SERVER, async move { server.await });
    let clients: Vec<_> = (1..=connections)
        .map(|host| net.spawn(Host(host), client(net.clone(), Host(host))))
        .collect();
    for client in clients {
        client.await.expect("nobody aborts it");
    }
    server.await.expect("nobody aborts it").expect("it never fails");
}

#[expect(clippy::disallowed_methods, reason = "this measures real time")]
fn main() {
    let mut args = std::env::args().skip(1).filter_map(|arg| arg.parse::<u32>().ok());
    let connections = args.next().and_then(|n| u8::try_from(n).ok()).unwrap_or(4);
    let runs = args.next().unwrap_or(20_000);
    let hosts = (0..=connections).map(|host| format!("host-{host}"));
    let mut setup = Setup::new(hosts);
    let start = std::time::Instant::now();
    for seed in 0..runs {
        setup.tokio_seed = u64::from(seed);
        let ended = Event::run(&setup, move |net| world(net, connections));
        assert_eq!(ended, Ended::Done(()), "seed {seed}");
    }
    let took = start.elapsed();
    let rate = f64::from(runs) / took.as_secs_f64();
    println!("{connections} connections: {runs} runs in {took:.2?}, {rate:.0} runs/s");
}
