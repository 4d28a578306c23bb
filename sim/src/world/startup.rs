use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::{pending, poll_fn};
use lastorders::{Signal, TokioClock, exit_code, reference};
use lastorders_model::actor::Exit;
use lastorders_model::history::EventKind;
use tokio::sync::mpsc::UnboundedReceiver;

use super::host_map::HostMap;
use super::listener::Listener;
use super::sim_context::SimContext;
use crate::case::Startup;
use crate::engine::Net;
use crate::subject::Subject;
use crate::trace::{self, Kind, NO_CONNECTION};

/// The time before the server listens. Returns `None` if a signal came first and has ended the
/// process.
///
/// Our server connects to its store like the reference service. The others install their signal
/// handlers when they serve, so an earlier signal has its default effect.
pub(super) async fn complete<N: Net>(
    sim: &Arc<SimContext<N>>,
    startup: Startup,
    subject: Subject,
    signals: &mut UnboundedReceiver<Signal>,
) -> Option<Listener<N>> {
    let begun = sim.net.now();
    let attempt = || attempt(sim, begun + Duration::from_micros(startup.lasts_us), startup);
    let mut received = poll_fn(|cx| signals.poll_recv(cx));
    let ended = if subject.is_ours() {
        let reached = reference::reach(&mut received, &TokioClock, attempt, |_| true).await;
        let signalled = matches!(reached, Ok(None));
        signalled.then_some(Exit { code: Some(exit_code::CLEAN.into()), signal: None })
    } else {
        let mut deaf = pin!(pending());
        let reached = pin!(reference::reach(&mut deaf, &TokioClock, attempt, |_| true));
        match select(received.next(), reached).await {
            Either::Left((signal, _)) => {
                let signal = if signal == Some(Signal::Interrupt) { 2 } else { 15 };
                Some(Exit { code: None, signal: Some(signal) })
            }
            Either::Right(_) => None,
        }
    };
    if let Some(exit) = ended {
        let [code, signal] = [exit.code, exit.signal]
            .map(|it| u64::try_from(it.unwrap_or_default()).unwrap_or_default());
        trace::record(HostMap::SERVER.0, Kind::Exited, NO_CONNECTION, code, signal);
        sim.process.end(exit);
        return None;
    }
    match Listener::bind(sim).await {
        Ok(listener) => {
            sim.recorder.record("server", EventKind::Ready);
            Some(listener)
        }
        Err(error) => {
            sim.recorder.record("server", EventKind::NotReady { why: error.to_string() });
            sim.process.end(Exit { code: Some(exit_code::SYSTEM.into()), signal: None });
            None
        }
    }
}

/// The store refuses connections.
#[derive(Debug, thiserror::Error)]
#[error("the database refuses new sessions")]
struct Refused;

async fn attempt<N: Net>(
    sim: &SimContext<N>,
    at: Duration,
    startup: Startup,
) -> Result<(), Refused> {
    if startup.refuses && sim.net.now() < at {
        return Err(Refused);
    }
    sim.net.sleep_until(at).await;
    Ok(())
}
