use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use sqlx::postgres::PgConnectOptions;
use tokio::net::TcpListener;
use tracing::info;

use super::{ConnectError, Postgres, Settings, log, reach, router};
use crate::drain::{Policy, exit_code};
use crate::signal;
use crate::{ShutdownHandle, TokioClock};

/// The program `lastorders-server`: reads the settings, serves, shuts down, and logs the report.
#[must_use]
pub fn main() -> ExitCode {
    match start() {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            // Written directly, because the log may not have been started.
            let _ = writeln!(io::stderr(), "lastorders-server: {}", failure.message);
            ExitCode::from(failure.code)
        }
    }
}

/// Why the server did not start.
struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    fn config(message: impl Into<String>) -> Self {
        Self { code: exit_code::CONFIG, message: message.into() }
    }

    fn system(message: impl Into<String>) -> Self {
        Self { code: exit_code::SYSTEM, message: message.into() }
    }
}

/// Validated settings.
struct Plan {
    policy: Policy,
    address: SocketAddr,
    database: PgConnectOptions,
    pool_size: u32,
}

fn start() -> Result<u8, Failure> {
    let settings = match Settings::try_parse() {
        Ok(settings) => settings,
        Err(error) => return Ok(print_usage(&error)),
    };
    let plan = plan(&settings)?;
    log::start(&settings).map_err(Failure::config)?;
    #[cfg(lastorders_sim)]
    inject()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::system(format!("cannot start the runtime: {error}")))?;
    let ended = runtime.block_on(run(plan));
    // A handler that blocks its thread must not keep the process alive. The report has already
    // named the requests that were cut.
    runtime.shutdown_background();
    ended
}

/// Injects the bug that the environment names, if it names one.
#[cfg(lastorders_sim)]
fn inject() -> Result<(), Failure> {
    let bug = crate::injected::process_wide().map_err(|error| {
        let fix = "unset LASTORDERS_INJECT, or set it to one of these names";
        Failure::config(format!("cannot inject the bug of LASTORDERS_INJECT: {error}; {fix}"))
    })?;
    if let Some(bug) = bug {
        tracing::warn!(%bug, "this server has an injected bug");
    }
    Ok(())
}

/// Prints clap's own message, and returns our exit code.
fn print_usage(error: &clap::Error) -> u8 {
    let _ = error.print();
    let requested = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if requested {
        return exit_code::CLEAN;
    }
    let hint = "every option can also be set in the environment: see --help for the names";
    let _ = writeln!(io::stderr(), "lastorders-server: {hint}");
    exit_code::USAGE
}

fn plan(settings: &Settings) -> Result<Plan, Failure> {
    let policy = settings.policy().map_err(|error| {
        let fix = "lower LASTORDERS_LAME_DUCK or raise LASTORDERS_DEADLINE";
        Failure::config(format!("cannot use the shutdown policy: {error}; {fix}"))
    })?;
    let Some(url) = settings.database_url.as_deref().filter(|it| !it.is_empty()) else {
        let fix = "set it to postgres://user:password@host:port/name";
        return Err(Failure::config(format!("DATABASE_URL is not set; {fix}")));
    };
    let database = Postgres::parse(url).map_err(|error| {
        let fix = "write it as postgres://user:password@host:port/name";
        Failure::config(format!("cannot read DATABASE_URL: {error}; {fix}"))
    })?;
    let address = SocketAddr::new(settings.host, settings.port);
    Ok(Plan { policy, address, database, pool_size: settings.pool_size })
}

async fn run(plan: Plan) -> Result<u8, Failure> {
    // Register before anything else, so that no signal ends the process without a message.
    let mut signals = signal::terminate().map_err(|error| {
        Failure::system(format!("cannot register the signal handlers: {error}"))
    })?;
    let attempt = || Postgres::connect(plan.database.clone(), plan.pool_size);
    let retry = |error: &ConnectError| match error {
        ConnectError::Unavailable(_) => true,
        ConnectError::Refused(_) => false,
    };
    let reached = reach(&mut signals, &TokioClock, attempt, retry).await.map_err(|error| {
        let fix = "check DATABASE_URL, the role and its rights";
        Failure::config(format!("cannot use the database: {error}; {fix}"))
    })?;
    let Some(store) = reached else {
        info!("signal before the start was complete; nothing to shut down");
        // The process was asked to stop and lost nothing, so this is no failure.
        return Ok(exit_code::CLEAN);
    };
    let listener = match TcpListener::bind(plan.address).await {
        Ok(listener) => listener,
        Err(error) => {
            store.close().await;
            let fix = "set PORT to a free port, or stop the process that holds this port";
            return Err(Failure::system(format!(
                "cannot listen on {}: {error}; {fix}",
                plan.address
            )));
        }
    };
    let address = listener.local_addr().unwrap_or(plan.address);
    info!(%address, "listening");
    let shutdown = ShutdownHandle::new();
    let app = router(store.clone(), shutdown.clone());
    let bound = plan.policy.release;
    let report = crate::serve(listener, app)
        .policy(plan.policy)
        .signals(signals)
        .shutdown_handle(shutdown)
        .release("postgres", bound, move || async move { store.close().await })
        .await;
    info!(report = %serde_json::to_string(&report).unwrap_or_default(), "report");
    Ok(report.exit_code())
}
