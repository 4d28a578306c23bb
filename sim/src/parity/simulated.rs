use std::io;
use std::time::Duration;

use super::probe::Probe;
use super::wire::{self, Act, Seen, Wire};
use crate::engine::{Ended, Engine, Host, Net, Setup};

const SERVER: Host = Host(0);
const CLIENT: Host = Host(1);
const PORT: u16 = 80;

/// The observation of a probe on this engine.
pub(super) fn observe<E: Engine>(probe: Probe) -> String {
    let backlog = usize::try_from(probe.backlog()).expect("it is small");
    let setup = Setup { backlog, ..Setup::new(["server", "client"]) };
    match E::run(&setup, move |net| probe.observe(Simulated { net })) {
        Ended::Done(observed) => observed,
        Ended::Stuck => "stuck".to_owned(),
        Ended::Livelock => "livelock".to_owned(),
        Ended::Overtime => "overtime".to_owned(),
        Ended::Panicked(message) => format!("panicked: {message}"),
        Ended::Unsupported(what) => format!("unsupported: {what}"),
    }
}

/// An engine's network.
#[derive(Clone)]
struct Simulated<N> {
    net: N,
}

/// A connection, and the host whose tasks may use it.
struct Placed<S> {
    host: Host,
    stream: Option<S>,
}

impl<S> Placed<S> {
    fn new(host: Host, stream: S) -> Self {
        Self { host, stream: Some(stream) }
    }
}

impl<N: Net> Wire for Simulated<N> {
    type Listener = N::Listener;
    type Stream = Placed<N::Stream>;

    const PATIENCE: Duration = Duration::from_secs(2);

    async fn listen(&self, _: u32) -> io::Result<Self::Listener> {
        self.net.listen(SERVER, PORT).await
    }

    async fn accept(&self, listener: &Self::Listener) -> io::Result<Self::Stream> {
        Ok(Placed::new(SERVER, self.net.accept(listener).await?.0))
    }

    async fn connect(&self) -> io::Result<Self::Stream> {
        Ok(Placed::new(CLIENT, self.net.connect(CLIENT, SERVER, PORT).await?))
    }

    async fn reset(&self, stream: Self::Stream) {
        self.net.reset(stream.stream.expect("every act gives it back"));
    }

    async fn act(&self, placed: &mut Self::Stream, act: Act) -> Option<io::Result<usize>> {
        let mut stream = placed.stream.take().expect("every act gives it back");
        let acting = self.net.spawn(placed.host, async move {
            let acted = wire::act(&mut stream, act, Self::PATIENCE).await;
            (stream, acted)
        });
        let (stream, acted) = acting.await.expect("nobody aborts it");
        placed.stream = Some(stream);
        acted
    }

    async fn until(&self, _: impl Fn(&[Seen]) -> bool) {
        // A hundred times the latency of a packet.
        self.net.sleep_until(self.net.now() + Duration::from_millis(50)).await;
    }
}
