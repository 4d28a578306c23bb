use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Builder, RngSeed, Runtime, UnhandledPanic};
use turmoil_net::KernelConfig;

use super::core::{self, Core, MainWaker};
use super::{EventNet, park, tasks};
use crate::engine::panics::Recorder;
use crate::engine::{Ended, Engine, Host, Setup};

/// The engine that jumps from one event to the next.
#[derive(Debug, Clone, Copy)]
pub struct Event;

impl Engine for Event {
    const NAME: &'static str = "event";
    const TAPS: bool = true;
    type Net = EventNet;

    fn run<T, F, W>(setup: &Setup, world: W) -> Ended<T>
    where
        T: 'static,
        F: Future<Output = T> + 'static,
        W: FnOnce(Self::Net) -> F + 'static,
    {
        let recorder = Recorder::start();
        let mut net = turmoil_net::Net::with_config(kernel(setup));
        let hosts = (0..setup.hosts.len())
            .map(|place| Host(u8::try_from(place).expect("at most 250 hosts")))
            .map(|host| net.add_host(host.ip()))
            .collect();
        let guard = net.enter();
        let main = Arc::new(MainWaker::default());
        tasks::begin(setup.hosts.len(), setup.max_events);
        let run = core::install(Core::new(setup, guard, hosts, Arc::clone(&main)));

        let runtime = runtime(setup.tokio_seed);
        let ended = catch_unwind(AssertUnwindSafe(|| {
            runtime.block_on(async {
                core::with(Core::start);
                let world = std::pin::pin!(world(EventNet::new(run)));
                Main { world, waker: Waker::from(Arc::clone(&main)), main: &main }.await
            })
        }));
        // Tasks close their sockets when they are dropped, so the network must outlive them.
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(runtime)));
        core::remove();

        match (recorder.first(), ended, dropped) {
            (Some(panic), ..) => Ended::Panicked(panic),
            (None, Ok(ended), Ok(())) => ended,
            (None, ..) => Ended::Panicked("a panic that left no trace".to_owned()),
        }
    }
}

fn kernel(setup: &Setup) -> KernelConfig {
    KernelConfig::default()
        .send_buf_cap(setup.send_buffer)
        .recv_buf_cap(setup.receive_buffer.min(usize::from(u16::MAX)))
        // Linux queues one connection more than its argument.
        .default_backlog(setup.backlog + 1)
        // `turmoil-net` counts looks at the socket, not time: it would give up a link of some
        // milliseconds.
        .retx_threshold(u32::MAX)
}

fn runtime(seed: Option<u64>) -> Runtime {
    let mut builder = Builder::new_current_thread();
    if let Some(seed) = seed {
        builder.rng_seed(RngSeed::from_bytes(&seed.to_le_bytes()));
    }
    builder
        .enable_time()
        .start_paused(true)
        // tokio would drop the other tasks at once, in any order. The engine ends the run itself.
        .unhandled_panic(UnhandledPanic::Ignore)
        .on_thread_park(park::on_park)
        .on_thread_unpark(park::on_unpark)
        .on_task_spawn(|task| tasks::on_spawn(task.id()))
        .on_before_task_poll(|task| tasks::on_poll(task.id()))
        .on_task_terminate(|task| tasks::on_end(task.id()))
        .build()
        .expect("a runtime without input and output needs nothing of the operating system")
}

/// Polls the world's future until the future or the run ends.
struct Main<'a, F> {
    world: Pin<&'a mut F>,
    waker: Waker,
    main: &'a MainWaker,
}

impl<T, F: Future<Output = T>> Future for Main<'_, F> {
    type Output = Ended<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Ended<T>> {
        // `block_on` has one waker for all of its polls.
        self.main.polled_by(cx.waker());
        tasks::on_world();
        if let Some(end) = core::with(|core| core.end_of_world()) {
            return Poll::Ready(end.ended());
        }
        let this = &mut *self;
        this.world.as_mut().poll(&mut Context::from_waker(&this.waker)).map(Ended::Done)
    }
}
