//! Two processes that hand over a listener.
//!
//! On SIGUSR2 the service starts its successor from the program that is on disk by then. The
//! service waits until the successor serves, and shuts down. The socket stays open throughout, so
//! no client is refused.
//!
//! ```text
//! cargo run --features systemd --example handover
//! curl http://127.0.0.1:3000/
//! kill -USR2 $(curl -s http://127.0.0.1:3000/)
//! ```
//!
//! Use this for a service without a supervisor, or with a supervisor that tracks more than the
//! process that it started. Under systemd, leave the socket to systemd: see the example `systemd`.

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
    // Register before anything else, so that no signal is missed.
    let signals = lastorders::signal::terminate()?;
    let mut handover_requests = signal(SignalKind::user_defined2())?;
    let listener = match systemd::sockets()?.tcp() {
        // The process that passed the socket exits, and then the socket is ours alone.
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
        while handover_requests.recv().await.is_some() {
            match hand_over(&handover).await {
                Ok(successor) => {
                    let _ = writeln!(stdout(), "handed over to {successor}");
                    let _ = done.send(Signal::Terminate);
                    return;
                }
                Err(error) => {
                    let _ = writeln!(
                        stderr(),
                        "cannot hand over: {error}; this process continues to serve"
                    );
                }
            }
        }
    });
    let handed_over = stream::once(handed_over).filter_map(|it| ready(it.ok()));

    let app = Router::new().route("/", get(|| async { process::id().to_string() }));
    // Nobody waits for this process to end, so clients have time to send their first request.
    let policy = Policy::default().first_byte_grace(Duration::from_secs(5));
    let report = lastorders::serve(listener, app)
        .policy(policy)
        .signals(stream::select(signals, handed_over))
        .systemd(Notifier::from_env()?)
        .await;
    // Ignore the error: the reader of the output may be gone.
    let _ = writeln!(stdout(), "{report}");
    Ok(ExitCode::from(report.exit_code()))
}

/// Turns the socket from standard input into descriptor 3, as the `LISTEN_FDS` protocol demands.
///
/// A shell does this, because `LISTEN_PID` must be the successor's own process id.
const PASS: &str = r#"
    unset LISTEN_FDNAMES
    export LISTEN_PID=$$ LISTEN_FDS=1
    exec "$0" "$@" 3<&0 </dev/null
"#;

/// Starts a successor and waits until it serves. Then completes the handover, and returns the
/// successor's process id.
async fn hand_over(handover: &Handover) -> Result<u32, Box<dyn Error>> {
    let name = format!("handover-{}", process::id());
    let address = SocketAddr::from_abstract_name(&name)?;
    let notifications = std::os::unix::net::UnixDatagram::bind_addr(&address)?;
    notifications.set_nonblocking(true)?;
    let notifications = UnixDatagram::from_std(notifications)?;

    let mut successor = Command::new("sh")
        .args(["-c", PASS])
        .args(env::args_os())
        .stdin(handover.socket()?)
        .env("NOTIFY_SOCKET", format!("@{name}"))
        // If this process is stopped meanwhile, the successor is stopped too.
        .kill_on_drop(true)
        .spawn()?;
    let id = successor.id().ok_or("the successor ended at once")?;
    let ready = async {
        let mut received = [0; 4096];
        loop {
            let length = notifications.recv(&mut received).await?;
            if received[..length].split(|byte| *byte == b'\n').any(|line| line == b"READY=1") {
                return std::io::Result::Ok(());
            }
        }
    };
    tokio::select! {
        ready = ready => ready?,
        ended = successor.wait() => {
            return Err(format!("the successor ended before it was ready: {}", ended?).into());
        }
    }
    handover.complete();
    // From here on the successor outlives this process, so it must not be dropped.
    std::mem::forget(successor);
    Ok(id)
}
