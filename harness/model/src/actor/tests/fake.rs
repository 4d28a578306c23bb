use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::DuplexStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::super::flag::Flag;
use super::super::{
    Exit, Recorder, Residue, RunContext, Snapshot, World, act, supervise, watch_exit,
    watch_listener,
};
use crate::history::{EventKind, History};
use crate::plan::{Contract, Draft, Fault, Gate, LetGo, Signal, Target};

/// The time from the signal to the server's exit. With `None` the server never exits.
type Obeys = Option<Duration>;

/// A world of pipes. Every connection is a task that runs `serve`.
#[derive(Debug)]
pub(super) struct Fake {
    start: Instant,
    serve: Serve,
    obeys: Obeys,
    exit: Arc<Flag>,
    shut: Flag,
    resets: Mutex<u32>,
}

/// The server's side of a connection.
#[derive(Clone, Copy)]
pub(super) struct Serve(pub(super) fn(DuplexStream) -> std::pin::Pin<Box<dyn Serving>>);

pub(super) trait Serving: Future<Output = ()> + Send {}
impl<T: Future<Output = ()> + Send> Serving for T {}

impl std::fmt::Debug for Serve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Serve")
    }
}

impl World for Fake {
    type Stream = DuplexStream;

    async fn sleep_until_us(&self, at_us: u64) {
        tokio::time::sleep_until(self.start + Duration::from_micros(at_us)).await;
    }

    async fn connect(&self, _: &str) -> io::Result<(DuplexStream, u16)> {
        if self.exit.is_raised() {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let (near, far) = tokio::io::duplex(64 << 10);
        tokio::spawn((self.serve.0)(far));
        Ok((near, 1000))
    }

    fn reset(&self, _: DuplexStream) {
        *self.resets.lock().unwrap() += 1;
    }

    fn snapshot(&self, conns: &[(u16, String)]) -> Result<Snapshot, String> {
        let unread = conns.iter().map(|(_, name)| name.clone()).collect();
        Ok(Snapshot { unread, ..Snapshot::default() })
    }

    fn signal(&self, _: Signal, _: Target) {
        self.shut.raise();
        if let Some(after) = self.obeys {
            let exit = Arc::clone(&self.exit);
            tokio::spawn(async move {
                tokio::time::sleep(after).await;
                exit.raise();
            });
        }
    }

    async fn freeze(&self) -> Result<(), String> {
        Ok(())
    }

    fn thaw(&self) {}

    fn has_exited(&self) -> bool {
        self.exit.is_raised()
    }

    async fn exited(&self) -> Exit {
        self.exit.wait().await;
        Exit { code: Some(0), signal: None }
    }

    async fn listener_gone(&self) {
        self.shut.wait().await;
    }

    async fn residue(&self) -> Result<Residue, String> {
        Ok(Residue::default())
    }

    async fn kill(&self) {
        self.exit.raise();
    }

    async fn hold(&self, _: Gate) -> Result<(), String> {
        Ok(())
    }

    async fn await_held(&self, wanted: u32, _: Duration) -> Result<u32, String> {
        Ok(wanted)
    }

    async fn let_go(&self, _: LetGo) -> Result<(), String> {
        Ok(())
    }

    async fn fault(&self, _: Fault) -> Result<(), String> {
        Err("a fake store cannot break".to_owned())
    }
}

/// The result of a plan.
pub(super) struct Played {
    pub(super) history: History,
    pub(super) resets: u32,
}

impl Played {
    /// The events of one actor.
    pub(super) fn of(&self, actor: &str) -> Vec<&EventKind> {
        let of = self.history.events.iter().filter(|event| event.actor == actor);
        of.map(|event| &event.what).collect()
    }

    /// The time of the first event of this kind, in microseconds since the server was ready.
    pub(super) fn at(&self, is: impl Fn(&EventKind) -> bool) -> Option<u64> {
        let mut events = self.history.events.iter();
        let ready = events.find(|event| event.what == EventKind::Ready)?.at_us;
        Some(events.find(|event| is(&event.what))?.at_us - ready)
    }
}

/// Runs a plan against a server that exits at the signal.
pub(super) async fn play(serve: Serve, write: impl FnOnce(&mut Draft)) -> Played {
    play_with(serve, Some(Duration::ZERO), write).await
}

/// Runs a plan, with every actor on a task of its own.
pub(super) async fn play_with(
    serve: Serve,
    obeys: Obeys,
    write: impl FnOnce(&mut Draft),
) -> Played {
    let mut draft = Draft::new("group/name", 1, Contract::default());
    write(&mut draft);
    let plan = draft.finish();
    crate::check::validate(&plan).unwrap();
    let start = Instant::now();
    let clock = move || u64::try_from(start.elapsed().as_micros()).unwrap();
    let recorder = Arc::new(Recorder::new(clock));
    let fake = Fake {
        start,
        serve,
        obeys,
        exit: Arc::default(),
        shut: Flag::default(),
        resets: Mutex::default(),
    };
    let context = Arc::new(RunContext::new(plan.contract.clone(), Arc::clone(&recorder), fake));
    context.set_ready();
    let mut actors = JoinSet::new();
    for actor in plan.actors.clone() {
        let context = Arc::clone(&context);
        actors.spawn(async move { act(&context, &actor).await });
    }
    let done = async {
        while let Some(joined) = actors.join_next().await {
            joined.unwrap();
        }
    };
    let watch = async {
        tokio::join!(watch_listener(&context), watch_exit(&context));
        std::future::pending::<()>().await;
    };
    tokio::select! {
        biased;
        () = supervise(&context, plan.signals(), Duration::from_secs(15), done) => {}
        () = watch => {}
    }
    let resets = *context.world().resets.lock().unwrap();
    Played { history: recorder.take(), resets }
}
