use std::future::pending;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::listener_end::{accept_until, seal};
use super::{Behaviour, ListenerEnd, Reply, Store};

const DEFAULT_PORT: u16 = 3000;
/// How long a connection from the accept queue has to be read before it is judged idle.
const FIRST_BYTE_GRACE: Duration = Duration::from_millis(200);
/// The environment is wrong (`EX_CONFIG`).
const CONFIG: u8 = 78;
/// The system would not let us (`EX_OSERR`).
const OS_ERROR: u8 = 71;

/// Where the server is on its way; it only moves on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// All is well.
    Serving,
    /// New requests are refused.
    LameDuck,
    /// The listener is closed, and so is each connection when it is idle.
    Closing,
    /// What is left is cut.
    Aborting,
}

/// What every connection sees of the server.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) behaviour: Box<dyn Behaviour>,
    pub(crate) store: Store,
    pub(crate) port: u16,
    pub(crate) signalled: watch::Sender<Option<Instant>>,
    phase: watch::Sender<Phase>,
}

/// Runs a server until it has stopped.
pub(crate) fn run(behaviour: Box<dyn Behaviour>) -> ExitCode {
    let port = std::env::var("PORT").map_or(Ok(DEFAULT_PORT), |port| port.parse());
    let (Ok(port), Ok(url)) = (port, std::env::var("DATABASE_URL")) else {
        eprintln!("PORT must be a port, and DATABASE_URL must be set");
        return ExitCode::from(CONFIG);
    };
    let result = Runtime::new().and_then(|runtime| {
        let result = runtime.block_on(start_and_stop(behaviour, port, url));
        // Dropping the runtime would wait for what was given up on.
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
    let server = Arc::new(Server {
        behaviour,
        store,
        port,
        signalled: watch::Sender::new(None),
        phase: watch::Sender::new(Phase::Serving),
    });
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

impl Server {
    pub(crate) fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    /// Ends once the server has come this far.
    pub(crate) async fn reached(&self, wanted: Phase) {
        // Fails only when the sender is gone, and we are the sender.
        let _ = self.phase.subscribe().wait_for(|phase| *phase >= wanted).await;
    }

    pub(crate) fn enter(&self, next: Phase) {
        self.phase.send_modify(|phase| *phase = next.max(*phase));
    }

    /// Does a job, unless the server is stopping.
    pub(crate) async fn work(&self, name: String) -> Reply {
        if self.phase() == Phase::Serving { self.insert(name).await } else { Reply::Refused }
    }

    pub(crate) async fn insert(&self, name: String) -> Reply {
        match self.store.insert(name.clone()).await {
            Ok(id) => Reply::Created { id, name },
            Err(error) => {
                eprintln!("insert: {error}");
                Reply::Failed
            }
        }
    }
}
