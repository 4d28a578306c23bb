use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use lastorders_model::actor::Recorder;
use lastorders_model::check;
use lastorders_model::history::{EventKind, History, Trouble};

use super::app::App;
use super::host_map::HostMap;
use super::packets;
use super::perform::perform;
use super::random::seed_of;
use super::run::{Ended, Run, append};
use crate::case::Case;
use crate::engine::{Engine, EngineKind, Event, Net, Setup, Turmoil};
use crate::subject::Subject;
use crate::trace::{self, Kind, NO_CONNECTION, Stream, leak};

/// The longest run, in virtual time: longer than any plan.
const LONGEST: Duration = Duration::from_secs(600);
/// The most events of a run: more than any plan of ours needs.
const MOST_EVENTS: u64 = 2_000_000;

/// Runs a case, with the same result each time. Blocks this thread, which must not be inside a
/// tokio runtime.
///
/// The run ends as [`Ended::Unsupported`] if the plan is not valid or if this build lacks the
/// subject's bug.
#[must_use]
pub fn carry_out(case: &Case, subject: Subject, engine: EngineKind) -> Run {
    carry_out_with(case, subject, engine, &App::Reference)
}

/// Like [`carry_out`], with this application.
#[must_use]
pub fn carry_out_with(case: &Case, subject: Subject, engine: EngineKind, app: &App) -> Run {
    match engine {
        EngineKind::Event => on::<Event>(case, (subject, app.clone())),
        EngineKind::Turmoil => on::<Turmoil>(case, (subject, app.clone())),
    }
}

fn on<E: Engine>(case: &Case, server: (Subject, App)) -> Run {
    // State of the run that is read after the run, which may end at any point.
    let clock: Rc<Clock<E::Net>> = Rc::default();
    let history: Rc<RefCell<History>> = Rc::default();
    let recording = trace::begin({
        let clock = Rc::clone(&clock);
        move || clock.now_ns()
    });
    let tapped = packets::listen();
    let ended = match possible(case, server.0) {
        Err(why) => Ended::Unsupported(why),
        Ok(()) => {
            let (case, clock) = (case.clone(), Rc::clone(&clock));
            let guard = StopRecordingGuard { record: Rc::default(), history: Rc::clone(&history) };
            let hosts = HostMap::new(&case.plan);
            let setup = setup(&case, &hosts);
            let world = move |net: E::Net| {
                clock.net.replace(Some(net.clone()));
                async move {
                    let record = Rc::clone(&guard.record);
                    perform(net, case, hosts, server, record).await;
                    drop(guard);
                }
            };
            E::run(&setup, world).into()
        }
    };
    recording.resume();
    // The engine's clock ends with its run.
    clock.net.replace(None);
    trace::record(HostMap::SERVER.0, Kind::End, NO_CONNECTION, ended.code(), 0);
    let packets = tapped.finish();
    let trace = recording.finish();
    let mut history = history.take();
    if let Some(event) = ended.event() {
        append(&mut history, "server", event.into());
    }
    if let Ended::Unsupported(why) = &ended {
        let (step, why) = ("run the plan".to_owned(), why.clone());
        append(&mut history, "world", EventKind::Unreached { step, why, trouble: Trouble::World });
    }
    Run { history, trace, ended, packets }
}

/// Fails if the case cannot run: its plan is not valid, or this build lacks the subject's bug.
fn possible(case: &Case, subject: Subject) -> Result<(), String> {
    check::validate(&case.plan).map_err(|error| error.to_string())?;
    subject.check_built_in().map_err(|error| error.to_string())
}

/// Stops recording on drop, before the engine drops leftover tasks in arbitrary order: tokio orders
/// them by ids, which it counts across all runs and threads of a process.
struct StopRecordingGuard {
    record: Rc<OnceCell<Arc<Recorder>>>,
    history: Rc<RefCell<History>>,
}

impl Drop for StopRecordingGuard {
    fn drop(&mut self) {
        trace::pause();
        if let Some(recorder) = self.record.get() {
            self.history.replace(recorder.take());
        }
    }
}

/// The clock of a run. Before and after the run it stands still.
struct Clock<N> {
    net: RefCell<Option<N>>,
    last_ns: Cell<u64>,
}

impl<N> Default for Clock<N> {
    fn default() -> Self {
        Self { net: RefCell::new(None), last_ns: Cell::new(0) }
    }
}

impl<N: Net> Clock<N> {
    fn now_ns(&self) -> u64 {
        if let Some(net) = &*self.net.borrow() {
            self.last_ns.set(u64::try_from(net.now().as_nanos()).unwrap_or(u64::MAX));
        }
        self.last_ns.get()
    }
}

fn setup(case: &Case, hosts: &HostMap) -> Setup {
    let network = &case.conditions.network;
    let buffer = usize::try_from(network.buffer).unwrap_or(usize::MAX);
    Setup {
        tokio_seed: leak::seeds_tokio().then(|| seed_of(case.tail_seed, Stream::Tokio)),
        latency: Duration::from_micros(network.link.to_server_us),
        backlog: usize::try_from(network.backlog).unwrap_or(usize::MAX),
        send_buffer: buffer,
        receive_buffer: buffer.min(usize::from(u16::MAX)),
        max_time: LONGEST,
        max_events: MOST_EVENTS,
        ..Setup::new(hosts.names().iter().cloned())
    }
}

/// A scenario of the catalogue that this world cannot run like the real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// `group/name`.
    pub scenario: &'static str,
    /// The missing feature.
    pub why: &'static str,
}

/// The skipped scenarios, on every engine.
pub const LEFT_OUT: &[LeftOut] = &[LeftOut {
    scenario: "load/mid-load",
    why: "60 workers share a pool of connections, which is the HTTP client's of the real world; \
          sweeps have many clients, each with its own connection",
}];
