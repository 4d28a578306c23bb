use std::future::pending;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::accept::{accept_until, seal};
use super::{Behaviour, ListenerEnd, Phase, Server, Store};

const DEFAULT_PORT: u16 = 3000;
/// How long a connection from the accept queue may take to send a byte before it counts as idle.
const FIRST_BYTE_GRACE: Duration = Duration::from_millis(200);
/// The environment is wrong (`EX_CONFIG`).
const CONFIG: u8 = 78;
/// The system refused a call (`EX_OSERR`).
const OS_ERROR: u8 = 71;

/// Runs a server until it has stopped.
pub(crate) fn run(behaviour: Box<dyn Behaviour>) -> ExitCode {
    let port = std::env::var("PORT").map_or(Ok(DEFAULT_PORT), |port| port.parse());
    let (Ok(port), Ok(url)) = (port, std::env::var("DATABASE_URL")) else {
        eprintln!("failed to read the environment: set PORT to a port, and DATABASE_URL");
        return ExitCode::from(CONFIG);
    };
    let result = Runtime::new().and_then(|runtime| {
        let result = runtime.block_on(start_and_stop(behaviour, port, url));
        // A dropped runtime would wait for abandoned tasks.
        runtime.shutdown_background();
        result
    });
    result.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::from(OS_ERROR)
    })
}

async fn start_and_stop(
    behaviour: Box<dyn Behaviour>,
    port: u16,
    url: String,
) -> std::io::Result<ExitCode> {
    let mut sigterm =
        if behaviour.handles_sigterm() { Some(signal(SignalKind::terminate())?) } else { None };
    let store = tokio::select! {
        store = Store::open(url) => store,
        () = recv(&mut sigterm) => return Ok(ExitCode::SUCCESS),
    };
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await?;
    let server = Arc::new(Server::new(behaviour, store, port));
    println!("listening on {port}");

    let mut connections = JoinSet::new();
    accept_until(recv(&mut sigterm), &listener, &server, &mut connections).await;
    stop(server, listener, connections, sigterm).await
}

async fn stop(
    server: Arc<Server>,
    listener: TcpListener,
    mut connections: JoinSet<()>,
    mut sigterm: Option<Signal>,
) -> std::io::Result<ExitCode> {
    let now = Instant::now();
    server.signalled.send_replace(Some(now));
    println!("SIGTERM: draining");
    tokio::spawn({
        let server = Arc::clone(&server);
        async move {
            loop {
                recv(&mut sigterm).await;
                server.behaviour.on_another_signal();
            }
        }
    });
    server.behaviour.on_signal(&server).await;
    server.enter(Phase::LameDuck);

    let left_open = match server.behaviour.listener_end() {
        ListenerEnd::Sealed => {
            let over = sleep_until(now + server.behaviour.lame_duck());
            accept_until(over, &listener, &server, &mut connections).await;
            seal(listener, &server, &mut connections)?;
            None
        }
        ListenerEnd::LeftOpen => Some(listener),
    };
    sleep_until(Instant::now() + FIRST_BYTE_GRACE).await;
    server.enter(Phase::Closing);

    let all_closed = async { while connections.join_next().await.is_some() {} };
    match server.behaviour.deadline() {
        Some(deadline) => {
            if timeout_at(now + deadline, all_closed).await.is_err() {
                println!("deadline: aborting {} connections", connections.len());
                server.enter(Phase::Aborting);
                while connections.join_next().await.is_some() {}
            }
        }
        None => all_closed.await,
    }
    server.behaviour.release(&server).await;
    server.behaviour.before_exit(&server).await;
    drop(left_open);
    println!("drained");
    Ok(ExitCode::from(server.behaviour.exit_code()))
}

async fn recv(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => pending().await,
    }
}
