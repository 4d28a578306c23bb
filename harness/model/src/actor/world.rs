use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use super::run_context::RunContext;
use crate::plan::{Fault, Gate, LetGo, PooledStep, Signal, Step, Target};

/// What actors cannot do by themselves: a world's clock, connections, server and store.
///
/// One world has a process, sockets and Postgres behind it, another a simulated network and a
/// clock that jumps. An actor does not know which; it records what it is told, and so an
/// implementation must not record anything of what it is asked to do here.
///
/// Times are microseconds of the clock that the run's [`Recorder`](super::Recorder) reads. Errors
/// that are text end the run, which then proves nothing: they are for what the *world* could not
/// do, never for what the server did.
///
/// Every future may be dropped before it is done.
pub trait World: Send + Sync + Sized + 'static {
    /// A client's end of a connection. Shutting it down sends FIN and lets it read on; dropping it
    /// closes it.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Waits until the clock has come to `at_us`, which may lie in the past.
    fn sleep_until_us(&self, at_us: u64) -> impl Future<Output = ()> + Send;

    /// Connects a new stream to the server; says the client's port too, by which
    /// [`snapshot`](Self::snapshot) knows the connection. `actor` is the actor whose step asks for
    /// it, the operator for the probes of `AwaitDraining`. The caller bounds the wait.
    fn connect(&self, actor: &str) -> impl Future<Output = io::Result<(Self::Stream, u16)>> + Send;

    /// Closes a stream with RST in place of FIN.
    fn reset(&self, stream: Self::Stream);

    /// Gets ready for a signal: called before each, and before anything of it is recorded.
    fn brace(&self) {}

    /// What lies in kernel buffers now, of these connections, each with its client's port and its
    /// name `actor@n`. Called before the first signal.
    ///
    /// # Errors
    ///
    /// When the world cannot see it.
    fn snapshot(&self, conns: &[(u16, String)]) -> Result<Snapshot, String>;

    /// Sends a signal. Nothing happens to a server that has ended.
    fn signal(&self, signal: Signal, target: Target);

    /// The worst delay of the world's timers since the last call, in microseconds. `None` if the
    /// world measures no delays, as in virtual time.
    fn take_lag_us(&self) -> Option<u64> {
        None
    }

    /// Stops every thread of the server; done when they stand still.
    fn freeze(&self) -> impl Future<Output = Result<(), String>> + Send;

    /// Lets a stopped server run again.
    fn thaw(&self);

    /// Whether the server has ended.
    fn has_exited(&self) -> bool;

    /// Waits for the server's end.
    fn exited(&self) -> impl Future<Output = Exit> + Send;

    /// Waits until nothing listens on the server's port.
    fn listener_gone(&self) -> impl Future<Output = ()> + Send;

    /// What of the server is left. After its exit, what ends because of that is given a moment.
    fn residue(&self) -> impl Future<Output = Result<Residue, String>> + Send;

    /// Ends the server by force, with all that belongs to it, and waits for that.
    fn kill(&self) -> impl Future<Output = ()> + Send;

    /// Closes a gate: nothing passes it when this is done.
    fn hold(&self, gate: Gate) -> impl Future<Output = Result<(), String>> + Send;

    /// Waits until `wanted` requests are proved to wait at the gate that was closed last, or fewer
    /// when no more come, `within` at most. Says how many.
    fn await_held(
        &self,
        wanted: u32,
        within: Duration,
    ) -> impl Future<Output = Result<u32, String>> + Send;

    /// Opens every gate, or lets one go.
    fn let_go(&self, what: LetGo) -> impl Future<Output = Result<(), String>> + Send;

    /// Breaks the store.
    fn fault(&self, fault: Fault) -> impl Future<Output = Result<(), String>> + Send;

    /// Carries out the script of a [`Role::PooledClient`](crate::plan::Role::PooledClient). A
    /// world without an HTTP library of that kind leaves this as it is: the run then proves
    /// nothing.
    fn pooled(
        context: &Arc<RunContext<Self>>,
        actor: &str,
        workers: u32,
        steps: &[Step<PooledStep>],
    ) -> impl Future<Output = ()> + Send {
        let step = format!("carry out `{actor}`, {workers} workers with {} steps", steps.len());
        context.abandon_by_world(&step, "this world has no clients that share a pool");
        std::future::ready(())
    }
}

/// What was in kernel buffers at one instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Connections with bytes that the server had not read, or of which nothing is known.
    pub unread: BTreeSet<String>,
    /// Connections that the server had not accepted.
    pub unaccepted: BTreeSet<String>,
}

/// How the server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exit {
    /// Its status, if it exited.
    pub code: Option<i32>,
    /// The signal that ended it, if one did.
    pub signal: Option<i32>,
}

/// What is left of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Residue {
    /// Processes that it had started, as `pid name`.
    pub processes: Vec<String>,
    /// Whether anything listens on its port.
    pub listening: bool,
}
