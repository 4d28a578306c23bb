//! Two processes that hand a listener over: on SIGUSR2 the service starts its successor, which is
//! the program as it is on disk by then, waits until it serves, and shuts down. The socket stays
//! open all the while, so that no client is refused.
//!
//! ```text
//! cargo run --features systemd --example handover
//! curl http://127.0.0.1:3000/
//! kill -USR2 $(curl -s http://127.0.0.1:3000/)
//! ```
//!
//! This is for services that nobody supervises, or that a supervisor knows by more than the process
//! that it has started. Under systemd, the socket is better left to systemd: see the example
//! `systemd`.

use std::env;
use std::error::Error;
use std::future::ready;
use std::io::{Write, stderr, stdout};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::SocketAddr;
use std::process::{self, ExitCode};
use std::time::Duration;

use axum::{Router, routing::get};
use futures_util::{StreamExt, stream};
use lastorders::listener::{Handover, Shared};
use lastorders::systemd::{self, Notifier};
use lastorders::{Listener, Policy, Signal};
use tokio::net::{TcpListener, UnixDatagram};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    // Before anything else, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let mut orders = signal(SignalKind::user_defined2())?;
    let listener = match systemd::sockets()?.tcp() {
        // Who passed it to us goes, and from then on it is ours alone.
        Some(inherited) => inherited.into_inner(),
        None => {
            let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".into());
            TcpListener::bind(address).await?
        }
    };
    let (listener, handover) = Shared::later(listener)?;
    let _ = writeln!(stdout(), "listening on {}", listener.local_addr()?);

    let (done, handed_over) = oneshot::channel();
    tokio::spawn(async move {
        while orders.recv().await.is_some() {
            match hand_over(&handover).await {
                Ok(successor) => {
                    let _ = writeln!(stdout(), "handed over to {successor}");
                    let _ = done.send(Signal::Terminate);
                    return;
                }
                Err(error) => {
                    let _ = writeln!(stderr(), "cannot hand over: {error}; going on");
                }
            }
        }
    });
    let handed_over = stream::once(handed_over).filter_map(|it| ready(it.ok()));

    let app = Router::new().route("/", get(|| async { process::id().to_string() }));
    // Nobody waits for our end, so clients have time to send what they connected for.
    let policy = Policy::default().first_byte_grace(Duration::from_secs(5));
    let report = lastorders::serve(listener, app)
        .policy(policy)
        .signals(stream::select(signals, handed_over))
        .systemd(Notifier::from_env()?)
        .await;
    // Whoever read this may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}

/// Makes the socket, which is the standard input, descriptor 3, as the protocol of `LISTEN_FDS` has
/// it. Only the process itself knows its id before it is that of the successor.
const PASS: &str = r#"
    unset LISTEN_FDNAMES
    export LISTEN_PID=$$ LISTEN_FDS=1
    exec "$0" "$@" 3<&0 </dev/null
"#;

/// Starts a successor, and waits until it serves; then the socket is not ours alone. Gives its id.
async fn hand_over(handover: &Handover) -> Result<u32, Box<dyn Error>> {
    let name = format!("handover-{}", process::id());
    let address = SocketAddr::from_abstract_name(&name)?;
    let news = std::os::unix::net::UnixDatagram::bind_addr(&address)?;
    news.set_nonblocking(true)?;
    let news = UnixDatagram::from_std(news)?;

    let mut successor = Command::new("sh")
        .args(["-c", PASS])
        .args(env::args_os())
        .stdin(handover.socket()?)
        .env("NOTIFY_SOCKET", format!("@{name}"))
        // If we are told to stop meanwhile, it goes with us.
        .kill_on_drop(true)
        .spawn()?;
    let id = successor.id().ok_or("it has ended at once")?;
    let ready = async {
        let mut heard = [0; 4096];
        loop {
            let length = news.recv(&mut heard).await?;
            if heard[..length].split(|byte| *byte == b'\n').any(|line| line == b"READY=1") {
                return std::io::Result::Ok(());
            }
        }
    };
    tokio::select! {
        ready = ready => ready?,
        ended = successor.wait() => {
            return Err(format!("the successor has ended: {}", ended?).into());
        }
    }
    handover.complete();
    // From here on it lives without us, so it must not be dropped.
    std::mem::forget(successor);
    Ok(id)
}
