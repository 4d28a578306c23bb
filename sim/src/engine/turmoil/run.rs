use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;
use turmoil::{Builder, Sim};

use super::TurmoilNet;
use super::shared::{Shared, Want};
use crate::engine::panics::Recorder;
use crate::engine::{Ended, Engine, Host, Setup};

/// The longest tick. Timers have whole milliseconds, so a finer tick changes nothing. A coarser
/// tick would delay a packet past several timers.
const TICKS: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(5));

/// The engine over turmoil 0.7.
#[derive(Debug, Clone, Copy)]
pub struct Turmoil;

impl Engine for Turmoil {
    const NAME: &'static str = "turmoil";
    const TAPS: bool = false;
    type Net = TurmoilNet;

    fn run<T, F, W>(setup: &Setup, world: W) -> Ended<T>
    where
        T: 'static,
        F: Future<Output = T> + 'static,
        W: FnOnce(Self::Net) -> F + 'static,
    {
        let recorder = Recorder::start();
        let done = Rc::new(RefCell::new(None));
        let into = Rc::clone(&done);
        let ended = catch_unwind(AssertUnwindSafe(|| {
            let mut sim = sim(setup);
            let shared = hosts(&mut sim, setup.hosts.len());
            let net = TurmoilNet { shared: Arc::clone(&shared), latency: setup.latency };
            sim.client("world", async move {
                let value = world(net).await;
                into.replace(Some(value));
                Ok(())
            });
            run(&mut sim, &shared)
        }));
        let value = done.take();
        match (recorder.first(), ended) {
            (Some(panic), _) => Ended::Panicked(panic),
            (None, Ok(None)) => value.map_or(Ended::Overtime, Ended::Done),
            (None, Ok(Some(what))) => Ended::Unsupported(what),
            (None, Err(_)) => Ended::Panicked("a panic that left no trace".to_owned()),
        }
    }
}

fn sim<'a>(setup: &Setup) -> Sim<'a> {
    let whole = Duration::from_millis(
        u64::try_from(setup.latency.as_micros().div_ceil(1_000)).unwrap_or(u64::MAX),
    );
    let mut builder = Builder::new();
    if let Some(seed) = setup.tokio_seed {
        builder.rng_seed(seed);
    }
    builder
        .epoch(SystemTime::UNIX_EPOCH)
        .tick_duration(whole.clamp(TICKS.0, TICKS.1))
        .simulation_duration(setup.max_time)
        // Equal minimum and maximum, because packets with drawn latencies overtake each other.
        .min_message_latency(setup.latency)
        .max_message_latency(setup.latency)
        .build()
}

/// Starts the hosts. Each host runs the tasks that are sent to it.
fn hosts(sim: &mut Sim<'_>, hosts: usize) -> Arc<Shared> {
    let (senders, receivers): (Vec<_>, Vec<_>) =
        std::iter::repeat_with(mpsc::unbounded_channel).take(hosts).unzip();
    let shared = Arc::new(Shared::new(senders));
    for (place, receiver) in receivers.into_iter().enumerate() {
        let host = Host(u8::try_from(place).expect("at most 250 hosts"));
        let receiver = RefCell::new(Some(receiver));
        let shared = Arc::clone(&shared);
        sim.host(host.ip(), move || {
            let mut parcels = receiver.take().expect("no host is started twice");
            shared.arrived(host);
            async move {
                while let Some(parcel) = parcels.recv().await {
                    tokio::spawn(parcel);
                }
                Ok(())
            }
        });
    }
    shared
}

/// Advances tick by tick. Returns the request that the engine cannot serve, if there is one.
fn run(sim: &mut Sim<'_>, shared: &Shared) -> Option<String> {
    let mut links = BTreeMap::new();
    loop {
        // An error means the end of time, or a panic, which the recorder has.
        let last = sim.step().unwrap_or(true);
        change_links(sim, shared, &mut links);
        let unsupported = shared.take_unsupported();
        if unsupported.is_some() || last {
            return unsupported;
        }
    }
}

/// Applies the wanted states of the links. turmoil changes both directions at once.
fn change_links(sim: &Sim<'_>, shared: &Shared, are: &mut BTreeMap<(Host, Host), Want>) {
    let wanted = shared.links.lock().unwrap_or_else(PoisonError::into_inner).clone();
    for (&(a, b), &want) in wanted.iter().filter(|((a, b), _)| a < b) {
        let back = wanted.get(&(b, a)).copied().unwrap_or(Want::Carry);
        let was = are.insert((a, b), want).unwrap_or(Want::Carry);
        match (was, want) {
            _ if want != back => shared.unsupported("a link that fails in one direction only"),
            (Want::Carry, Want::Hold | Want::Lose) => sim.hold(a.ip(), b.ip()),
            (Want::Hold, Want::Carry) => sim.release(a.ip(), b.ip()),
            (Want::Lose, Want::Carry | Want::Hold) | (Want::Hold, Want::Lose) => {
                shared.unsupported("losing packets: held ones would come back");
            }
            (Want::Carry, Want::Carry) | (Want::Hold, Want::Hold) | (Want::Lose, Want::Lose) => {}
        }
    }
    if wanted.iter().any(|((a, b), want)| {
        a > b && *want != wanted.get(&(*b, *a)).copied().unwrap_or(Want::Carry)
    }) {
        shared.unsupported("a link that fails in one direction only");
    }
}
