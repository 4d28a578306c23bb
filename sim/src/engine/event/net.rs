use std::future::{poll_fn, ready};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use turmoil_net::shim::tokio::net::TcpStream;

use super::core::{self, nanos};
use super::links::LinkState;
use super::queue::SleepKey;
use super::stream::{Listener, Stream};
use super::tasks;
use crate::engine::{Host, Net, Socket, Task};

/// The handle of the code inside the simulation.
#[derive(Debug, Clone, Copy)]
pub struct EventNet {
    run: u64,
}

impl EventNet {
    pub(super) fn new(run: u64) -> Self {
        Self { run }
    }
}

impl Net for EventNet {
    type Listener = Listener;
    const SHOWS_KERNEL: bool = true;
    type Stream = Stream;

    fn now(&self) -> Duration {
        Duration::from_nanos(core::with(|core| core.now()))
    }

    fn sleep_until(&self, at: Duration) -> impl Future<Output = ()> + Send + use<> {
        SleepUntil::new(self.run, nanos(at))
    }

    fn spawn<F>(&self, host: Host, task: F) -> Task<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        Task::joined(tasks::spawning(host, || tokio::spawn(task)))
    }

    fn mark(&self, mark: u16) {
        tasks::mark(mark);
    }

    fn marked(&self) -> Option<u16> {
        tasks::marked()
    }

    fn tasks(&self, host: Host) -> usize {
        tasks::alive(host)
    }

    fn listen(&self, host: Host, port: u16) -> impl Future<Output = io::Result<Listener>> + Send {
        let listening = core::with(|core| core.listen(host, port));
        ready(listening.map(|place| Listener::new(self.run, place)))
    }

    fn accept(
        &self,
        listener: &Listener,
    ) -> impl Future<Output = io::Result<(Stream, SocketAddr)>> + Send {
        let (run, place) = (self.run, listener.place);
        poll_fn(move |cx| {
            let accepted = core::with(|core| core.poll_accept(place, cx));
            accepted.map_ok(|(place, peer)| (Stream::new(run, place), peer))
        })
    }

    fn connect(
        &self,
        from: Host,
        to: Host,
        port: u16,
    ) -> impl Future<Output = io::Result<Stream>> + Send + use<> {
        let run = self.run;
        async move {
            let tcp = Dial::new(run, from, TcpStream::connect(to.addr(port))).await?;
            Ok(Stream::new(run, core::with(|core| core.hold(from, tcp))?))
        }
    }

    fn local_addr(&self, stream: &Stream) -> SocketAddr {
        core::with(|core| core.ends(stream.place)).0
    }

    fn peer_addr(&self, stream: &Stream) -> SocketAddr {
        core::with(|core| core.ends(stream.place)).1
    }

    fn reset(&self, stream: Stream) {
        stream.reset();
    }

    fn latency(&self, from: Host, to: Host, latency: Duration) {
        core::with(|core| core.links.link(from, to).latency = nanos(latency));
    }

    fn hold(&self, from: Host, to: Host) {
        core::with(|core| core.links.link(from, to).state = LinkState::Held);
    }

    fn cut(&self, from: Host, to: Host) {
        core::with(|core| core.links.link(from, to).state = LinkState::Cut);
    }

    fn heal(&self, from: Host, to: Host) {
        core::with(|core| core.heal(from, to));
    }

    fn filter_syn(&self, host: Host, port: u16) {
        core::with(|core| core.filtered.push((host, port)));
    }

    fn sockets(&self, host: Host) -> Vec<Socket> {
        core::with(|core| core.look(host))
    }
}

/// Selects the host's sockets before each poll and before the drop.
struct Dial<F> {
    run: u64,
    from: Host,
    connecting: Option<Pin<Box<F>>>,
}

impl<F> Dial<F> {
    fn new(run: u64, from: Host, connecting: F) -> Self {
        Self { run, from, connecting: Some(Box::pin(connecting)) }
    }
}

impl<F: Future> Future for Dial<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        core::with(|core| {
            core.enter(self.from);
            core.dirty = true;
        });
        let connecting = self.connecting.as_mut().expect("it is taken when it is dropped");
        connecting.as_mut().poll(cx)
    }
}

impl<F> Drop for Dial<F> {
    fn drop(&mut self) {
        let entered = core::with_run(self.run, |core| core.enter(self.from));
        if entered.is_none() {
            // The network is gone, and a drop would look for it.
            std::mem::forget(self.connecting.take());
        }
    }
}

/// Waits for a virtual time.
#[derive(Debug)]
struct SleepUntil {
    run: u64,
    at: u64,
    key: Option<SleepKey>,
}

impl SleepUntil {
    fn new(run: u64, at: u64) -> Self {
        Self { run, at, key: None }
    }
}

impl Future for SleepUntil {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        core::with(|core| {
            if core.now() >= self.at {
                return Poll::Ready(());
            }
            match self.key {
                Some(key) => core.queue.rewake(key, cx.waker()),
                None => self.key = Some(core.queue.sleep(self.at, cx.waker().clone())),
            }
            Poll::Pending
        })
    }
}

impl Drop for SleepUntil {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            // The waker may be the last owner of a task, so drop it outside the core.
            drop(core::with_run(self.run, |core| core.queue.leave(key)));
        }
    }
}
