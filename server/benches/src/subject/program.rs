use std::ffi::OsString;
use std::io::{self, Write};
use std::num::NonZero;
use std::os::fd::AsFd;
use std::process::ExitCode;

use clap::Parser;
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};
use rustix::thread::{CpuSet, sched_setaffinity};
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

use super::options::{Options, PolicyChoice, ServerKind};
use super::{app, with_axum, with_hyper, with_lastorders};

/// The first argument that makes a program of this package a subject.
const WORD: &str = "subject";

/// Runs this process as a subject if its first argument is `subject`; else returns `None`.
///
/// Every program that starts subjects must call this first in `main`.
#[must_use]
pub fn run_if_subject() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1).peekable();
    (arguments.peek()? == WORD).then(|| main(arguments))
}

/// The command line that starts this very program as a subject. The subject ends with the thread
/// that starts it.
pub(crate) fn command(kind: ServerKind, policy: PolicyChoice) -> io::Result<Vec<OsString>> {
    let mut words = vec![std::env::current_exe()?.into_os_string(), WORD.into()];
    words.extend(["--kind", kind.name(), "--policy", policy.name()].map(OsString::from));
    words.extend(["--parent".into(), std::process::id().to_string().into()]);
    Ok(words)
}

/// Serves until SIGTERM, and returns the exit code. The first argument is the program's name.
#[must_use]
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let options = Options::parse_from(arguments);
    match run(&options) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let _ = writeln!(io::stderr(), "subject {}: {error}", options.kind);
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> io::Result<u8> {
    if let Some(parent) = options.parent {
        do_not_outlive(parent)?;
    }
    if let Some(cpu) = options.cpu {
        let mut alone = CpuSet::new();
        alone.set(cpu);
        sched_setaffinity(None, &alone)?;
    }
    runtime(options.threads)?.block_on(serve(options))
}

fn runtime(threads: Option<NonZero<usize>>) -> io::Result<Runtime> {
    match threads.map(NonZero::get) {
        Some(1) => Builder::new_current_thread().enable_all().build(),
        Some(threads) => Builder::new_multi_thread().worker_threads(threads).enable_all().build(),
        None => Builder::new_multi_thread().enable_all().build(),
    }
}

async fn serve(options: &Options) -> io::Result<u8> {
    let app = app::app();
    // The signal handler is registered before the listener is bound, so that no signal is missed.
    match options.kind {
        ServerKind::Lastorders => {
            let signals = lastorders::signal::terminate()?;
            let policy = options.policy.policy();
            with_lastorders::serve(signals, listen(options)?, app, policy, options.seal_method)
                .await
        }
        ServerKind::Axum => with_axum::serve(sigterm()?, listen(options)?, app).await,
        ServerKind::Hyper => with_hyper::serve(sigterm()?, listen(options)?, app).await,
        ServerKind::AxumServer => {
            with_axum::serve_by_axum_server(sigterm()?, listen(options)?, app).await
        }
    }
}

fn sigterm() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut sigterm = signal(SignalKind::terminate())?;
    Ok(async move {
        sigterm.recv().await;
    })
}

/// Binds the listener, and prints its address. From here on clients can connect.
fn listen(options: &Options) -> io::Result<TcpListener> {
    let listener = if options.inherit { inherited() } else { bind(options) }?;
    let mut stdout = io::stdout();
    writeln!(stdout, "listening on {}", listener.local_addr()?)?;
    stdout.flush()?;
    Ok(listener)
}

/// Binds as tokio does, with a configurable backlog.
fn bind(options: &Options) -> io::Result<TcpListener> {
    let any = if options.listen.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
    let socket = any?;
    socket.set_reuseaddr(true)?;
    socket.bind(options.listen)?;
    socket.listen(options.backlog)
}

/// Returns the listening socket at standard input, through a duplicate of its descriptor.
fn inherited() -> io::Result<TcpListener> {
    let listener = std::net::TcpListener::from(io::stdin().as_fd().try_clone_to_owned()?);
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

/// Makes the kernel kill this process when the thread that started it ends.
pub(crate) fn do_not_outlive(parent: i32) -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // The parent may have ended before the call.
    if getppid() != Pid::from_raw(parent) {
        return Err(io::Error::other("the process that started this one has ended"));
    }
    Ok(())
}
