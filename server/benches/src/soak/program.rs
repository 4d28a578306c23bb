use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::runtime::{Builder, Handle};
use tokio::time::timeout;

use super::cycles;
use super::drains_process::DrainsProcess;
use super::settings::{CycleKind, Settings};
use super::summary::Summary;
use crate::console::{FAILED, INTERNAL, INTERRUPTED, UNAVAILABLE, interruption, print_status};
use crate::subject::do_not_outlive;

/// How long the process of the drains may take to end when it is interrupted.
const BOUND: Duration = Duration::from_secs(10);

/// The program `soak`. `heap` returns how many bytes of the heap are allocated.
#[must_use]
pub fn main(heap: fn() -> usize) -> ExitCode {
    let settings = Settings::parse();
    match run(&settings, heap) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            print_status(format_args!("soak: {error}"));
            ExitCode::from(UNAVAILABLE)
        }
    }
}

fn run(settings: &Settings, heap: fn() -> usize) -> io::Result<u8> {
    if let Some(parent) = settings.parent {
        do_not_outlive(parent)?;
    }
    let seed = settings.seed.unwrap_or_else(|| fastrand::u64(..));
    // The servers of the drains have a runtime of their own. The other runtime waits and reports.
    let servers = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let handle = servers.handle().clone();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match settings.only {
            Some(kind) => one_kind(kind, settings, handle, heap, seed).await,
            None => {
                print_status(format_args!("soak: seed {seed}, for {:?}", settings.length));
                both_kinds(settings, handle, heap, seed).await
            }
        }
    })
}

async fn both_kinds(
    settings: &Settings,
    runtime: Handle,
    heap: fn() -> usize,
    seed: u64,
) -> io::Result<u8> {
    let mut drains = DrainsProcess::start(settings, seed)?;
    let processes = one_kind(CycleKind::Processes, settings, runtime, heap, seed).await?;
    let ended = if processes == INTERRUPTED {
        drains.interrupt();
        timeout(BOUND, drains.ended()).await.map_err(io::Error::other)?
    } else {
        // The process of the drains runs for the same time, and ends after its last cycle.
        let interruption = interruption()?;
        tokio::select! {
            biased;
            ended = drains.ended() => ended,
            () = interruption => {
                drains.interrupt();
                timeout(BOUND, drains.ended()).await.map_err(io::Error::other)?
            }
        }
    }?;
    let drains = ended.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(INTERNAL);
    // A proved fault outranks everything else.
    let code = if [processes, drains].contains(&FAILED) { FAILED } else { processes.max(drains) };
    print_status(format_args!("soak: {}", if code == 0 { "clean" } else { "not clean" }));
    Ok(code)
}

async fn one_kind(
    kind: CycleKind,
    settings: &Settings,
    runtime: Handle,
    heap: fn() -> usize,
    seed: u64,
) -> io::Result<u8> {
    let mut summary = Summary::new(kind, seed);
    let interruption = interruption()?;
    let end = tokio::select! {
        biased;
        () = interruption => None,
        ran = cycles::run(kind, settings, &mut summary, runtime, heap, seed) => Some(ran),
    };
    let _ = writeln!(io::stdout(), "{summary}");
    Ok(match end {
        // A proved fault outranks any later error.
        _ if !summary.is_clean() => FAILED,
        Some(Ok(())) => 0,
        Some(Err(error)) => {
            print_status(format_args!("soak, {kind}: cannot run a cycle: {error}"));
            INTERNAL
        }
        None => {
            print_status(format_args!("soak, {kind}: interrupted"));
            INTERRUPTED
        }
    })
}
