use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::runtime::{Builder, Handle};
use tokio::time::timeout;

use super::companion::Companion;
use super::cycles;
use super::settings::{Settings, Sort};
use super::summary::Summary;
use crate::console::{FAILED, INTERNAL, INTERRUPTED, LACKING, interruption};
use crate::progress::say;
use crate::subject::do_not_outlive;

/// How long the companion may take to end when it is interrupted.
const BOUND: Duration = Duration::from_secs(10);

/// The program `soak`. `heap` says how many bytes of the heap are allocated at the moment.
#[must_use]
pub fn main(heap: fn() -> usize) -> ExitCode {
    let settings = Settings::parse();
    match run(&settings, heap) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            say(format_args!("soak: {error}"));
            ExitCode::from(LACKING)
        }
    }
}

fn run(settings: &Settings, heap: fn() -> usize) -> io::Result<u8> {
    if let Some(parent) = settings.parent {
        do_not_outlive(parent)?;
    }
    let seed = settings.seed.unwrap_or_else(|| fastrand::u64(..));
    // The servers of the drains have a runtime of their own; this one waits and tells.
    let servers = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let handle = servers.handle().clone();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match settings.only {
            Some(sort) => one_kind(sort, settings, handle, heap, seed).await,
            None => {
                say(format_args!("soak: seed {seed}, for {:?}", settings.length));
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
    let mut drains = Companion::start(settings, seed)?;
    let processes = one_kind(Sort::Processes, settings, runtime, heap, seed).await?;
    let ended = if processes == INTERRUPTED {
        drains.interrupt();
        timeout(BOUND, drains.ended()).await.map_err(io::Error::other)?
    } else {
        // It runs for as long, and ends with its last cycle.
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
    // A proved fault outranks everything.
    let code = if [processes, drains].contains(&FAILED) { FAILED } else { processes.max(drains) };
    say(format_args!("soak: {}", if code == 0 { "clean" } else { "not clean" }));
    Ok(code)
}

async fn one_kind(
    sort: Sort,
    settings: &Settings,
    runtime: Handle,
    heap: fn() -> usize,
    seed: u64,
) -> io::Result<u8> {
    let mut summary = Summary::new(sort, seed);
    let interruption = interruption()?;
    let end = tokio::select! {
        biased;
        () = interruption => None,
        ran = cycles::run(sort, settings, &mut summary, runtime, heap, seed) => Some(ran),
    };
    let _ = writeln!(io::stdout(), "{summary}");
    Ok(match end {
        // What has been proved stays proved, whatever came after it.
        _ if !summary.is_clean() => FAILED,
        Some(Ok(())) => 0,
        Some(Err(error)) => {
            say(format_args!("soak, {sort}: a cycle could not be carried out: {error}"));
            INTERNAL
        }
        None => {
            say(format_args!("soak, {sort}: interrupted"));
            INTERRUPTED
        }
    })
}
