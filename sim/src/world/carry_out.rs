use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use lastorders_harness::actor::Recorder;
use lastorders_harness::history::{History, Trouble, What};
use lastorders_harness::plan;

use super::cast::Cast;
use super::perform::perform;
use super::random::seed_of;
use super::run::{Ended, Run, append};
use super::{packets, stream};
use crate::case::Case;
use crate::engine::{Engine, EngineKind, Event, Net, Setup};
use crate::subject::Subject;
use crate::trace::{self, Kind, NO_CONNECTION, Stream};

/// Longer than any plan: what is not over by then never will be.
const LONGEST: Duration = Duration::from_secs(600);
/// No plan of ours brings about more.
const MOST_EVENTS: u64 = 2_000_000;

/// Carries out a case, to the same end each time. On this thread, which must not be inside of a
/// tokio runtime.
#[must_use]
pub fn carry_out(case: &Case, subject: Subject, engine: EngineKind) -> Run {
    match engine {
        EngineKind::Event => on::<Event>(case, subject),
        EngineKind::Turmoil => unimplemented!(),
    }
}

fn on<E: Engine>(case: &Case, subject: Subject) -> Run {
    // What is known inside of the run and needed outside: it may end in the middle.
    let net: Rc<OnceCell<E::Net>> = Rc::default();
    let record: Rc<OnceCell<Arc<Recorder>>> = Rc::default();
    let recording = trace::begin({
        let net = Rc::clone(&net);
        move || net.get().map_or(0, |net| u64::try_from(net.now().as_nanos()).unwrap_or(u64::MAX))
    });
    let tapped = packets::listen();
    stream::forget_last();
    let ended = match plan::validate(&case.plan) {
        Err(error) => Ended::Unsupported(error.to_string()),
        Ok(()) => {
            let (case, record) = (case.clone(), Rc::clone(&record));
            let cast = Cast::new(&case.plan);
            let setup = setup(&case, &cast);
            let world = move |handle: E::Net| {
                let handle = net.get_or_init(|| handle).clone();
                perform(handle, case, cast, subject, record)
            };
            E::run(&setup, world).into()
        }
    };
    trace::record(Cast::SERVER.0, Kind::End, NO_CONNECTION, ended.code(), 0);
    let packets = tapped.finish();
    let trace = recording.finish();
    let mut history = record.get().map_or_else(History::default, |recorder| recorder.take());
    if let Some(inside) = ended.inside() {
        append(&mut history, "server", What::Inside { what: inside });
    }
    if let Ended::Unsupported(why) = &ended {
        let (step, why) = ("carry out the plan".to_owned(), why.clone());
        append(&mut history, "world", What::Unreached { step, why, trouble: Trouble::World });
    }
    Run { history, trace, ended, packets }
}

fn setup(case: &Case, cast: &Cast) -> Setup {
    let network = &case.conditions.network;
    let buffer = usize::try_from(network.buffer).unwrap_or(usize::MAX);
    Setup {
        tokio_seed: seed_of(case.tail_seed, Stream::Tokio),
        latency: Duration::from_micros(network.link.to_server_us),
        backlog: usize::try_from(network.backlog).unwrap_or(usize::MAX),
        send_buffer: buffer,
        receive_buffer: buffer.min(usize::from(u16::MAX)),
        max_time: LONGEST,
        max_events: MOST_EVENTS,
        ..Setup::new(cast.names().iter().cloned())
    }
}
